"""Which checkpoints of a training are whole: a mark, written last of all, says it. For train.py."""

import errno
import itertools
import json
import os
import re
import shutil
import sys

from training_ranks import count_of_ranks, is_first, wait_for_all

# In a checkpoint without it, something was being written when the run ended.
WHOLE = "whole.json"


class Damaged(Exception):
    """A checkpoint that is whole by the sizes of its files, and cannot be gone on from."""


def mark(folder, name, facts):
    """Writes what vouches for all that lies beside it: on the disk before the mark is, for a power cut comes between the two."""
    os.sync()
    with open(os.path.join(folder, name), "w", encoding="utf-8") as target:
        json.dump(facts, target)
        target.flush()
        os.fsync(target.fileno())


def checkpoint_of(folder, step):
    """Where transformers writes the checkpoint of a step."""
    return os.path.join(folder, "checkpoint-%d" % step)


def begin(folder):
    """Has something in a folder that all processes are about to write into."""
    if is_first():
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "processes.json"), "w", encoding="utf-8") as target:
            json.dump({"processes": count_of_ranks()}, target)
    wait_for_all()


def vouch(folder, step):
    """Marks a checkpoint as whole, with the size of each of its files: a file that is cut short later is seen before it is loaded."""
    mark(folder, WHOLE, {"step": step, "sizes": sizes_of(folder)})


def sizes_of(folder):
    """Bytes of each file in a folder, by its path in it, with `/` on every system. The mark itself is left out."""
    files = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]
    return {name: os.path.getsize(file) for file in files if (name := os.path.relpath(file, folder).replace(os.sep, "/")) != WHOLE}


def fault_of(folder):
    """Why a checkpoint is not whole, in words, or None. tasks/training/checkpoints.ts says the same of it."""
    try:
        with open(os.path.join(folder, WHOLE), encoding="utf-8") as source:
            told = json.load(source)
    except FileNotFoundError:
        return "it was being written when the run ended"
    except ValueError:
        return "`%s` is damaged" % WHOLE
    # A mark of an earlier version has no sizes.
    sizes = told.get("sizes") if isinstance(told, dict) else None
    there = sizes_of(folder) if sizes else {}
    wrong = [name for name, size in (sizes or {}).items() if there.get(name) != size]
    return "`%s` is not as it was written" % wrong[0] if wrong else None


def newest(folder):
    """The newest whole checkpoint, or None. The first process alone clears away what is not whole, before the others look."""
    if is_first():
        clear_damaged(folder)
    wait_for_all()
    whole = {int(name.rsplit("-", 1)[-1]): at for name, at in checkpoints_in(folder) if not fault_of(at)}
    return whole[max(whole)] if whole else None


def clear_damaged(folder):
    """What is not whole would be counted among those that stay, in place of one that is. One that was whole once is kept beside them."""
    for name, at in checkpoints_in(folder):
        fault = fault_of(at)
        if not fault:
            continue
        print("%s is passed over: %s" % (name, fault), file=sys.stderr, flush=True)
        if os.path.exists(os.path.join(at, WHOLE)):
            os.rename(at, free_name(os.path.join(os.path.dirname(folder), "damaged-" + name)))
        else:
            shutil.rmtree(at)


def free_name(path):
    names = itertools.chain([path], ("%s.%d" % (path, number) for number in itertools.count(2)))
    return next(name for name in names if not os.path.lexists(name))


def may_be_of(folder, error):
    """Whether an error that came while a checkpoint was loaded may be of what is in it: not where something else is missing or full."""
    if isinstance(error, (ImportError, MemoryError)) or "out of memory" in str(error).lower():
        return False
    if not isinstance(error, OSError):
        return True
    return error.errno not in (errno.ENOSPC, errno.EDQUOT) and str(error.filename or folder).startswith(folder)


def checkpoints_in(folder):
    return [(name, at) for name, at in folders_in(folder) if re.fullmatch(r"(tmp-)?checkpoint-\d+", name)]


def folders_in(folder):
    """Name and path of what lies in a folder, which need not be there."""
    return [(name, os.path.join(folder, name)) for name in os.listdir(folder)] if os.path.isdir(folder) else []
