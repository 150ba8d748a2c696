"""Which checkpoints of a training are whole: a mark, written last of all, says it. For train.py."""

import json
import os
import re
import shutil

from training_ranks import count_of_ranks, is_first, wait_for_all

# In a checkpoint without it, something was being written when the run ended.
WHOLE = "whole.json"


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


def newest(folder):
    """The newest whole checkpoint, or None. The first process alone removes what is not whole, before the others look."""
    if is_first():
        remove_unfinished(folder)
    wait_for_all()
    whole = {int(name.rsplit("-", 1)[-1]): at for name, at in folders_in(folder) if os.path.exists(os.path.join(at, WHOLE))}
    return whole[max(whole)] if whole else None


def remove_unfinished(folder):
    for name, at in folders_in(folder):
        if re.fullmatch(r"(tmp-)?checkpoint-\d+", name) and not os.path.exists(os.path.join(at, WHOLE)):
            shutil.rmtree(at)


def folders_in(folder):
    """Name and path of what lies in a folder, which need not be there."""
    return [(name, os.path.join(folder, name)) for name in os.listdir(folder)] if os.path.isdir(folder) else []
