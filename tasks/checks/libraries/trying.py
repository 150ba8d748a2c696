"""Imports each library that it is told and does a line of real work with it.

    python trying.py WORK.py SECONDS LIBRARY...

WORK.py is a file of functions, one for each library that it knows how to use; the others are imported. A function says
what it did, in words or as a dict with further fields. Prints a JSON line when it begins with a library and one when it
is done, so that a crash or a hang has a name. Installed is not importable, and importable is not working.
"""

import faulthandler
import importlib
import importlib.metadata
import json
import os
import re
import sys
import time
import traceback


def work_in(file):
    """Its functions by name. Not imported: that would leave bytecode beside it."""
    found = {"__name__": "work"}
    with open(file, encoding="utf-8") as source:
        exec(compile(source.read(), file, "exec"), found)
    return found["WORK"]



def modules_of(distribution):
    """What a distribution lets one import: by `top_level.txt`, which newer builders do not write, else by its RECORD.

    A folder without `__init__.py` is a namespace that several share: its modules are named below it.
    """
    named = (distribution.read_text("top_level.txt") or "").split()
    files = [file.parts for file in distribution.files or () if ".." not in file.parts and file.parts]
    packages = {parts[:-1] for parts in files if parts[-1] in ("__init__.py", "__init__.pyc")}
    found = set()
    for parts in files:
        stem = re.sub(r"(\.cpython-[^.]*|\.abi3)?\.(py|so|pyd)$", "", parts[-1])
        if stem == parts[-1] or not all(part.isidentifier() for part in (*parts[:-1], stem)):
            continue
        tops = [parts[:end] for end in range(1, len(parts)) if parts[:end] in packages]
        if tops:
            found.add(".".join(tops[0]))
        elif len(parts) == 1 or stem != "__init__":
            found.add(".".join((*parts[:-1], stem)))
    modules = {name.replace("/", ".") for name in named} or found
    public = {name for name in modules if all(part.isidentifier() and not part.startswith("_") for part in name.split("."))}
    # Left in a wheel by mistake.
    return sorted(public - {"test", "tests", "docs", "examples", "conftest", "setup"} or public)


def imported(library):
    """A library that is not known here: its modules can at least be imported."""
    modules = modules_of(importlib.metadata.distribution(library))
    for module in modules:
        importlib.import_module(module)
    if modules:
        return "imported %s" % ", ".join("`%s`" % module for module in modules)
    return {"did": "has nothing to import", "nothing": True}


def told(error):
    return "%s: %s" % (type(error).__name__, " ".join(str(error).split()) or "no message")


def causes(error):
    """Libraries that load lazily wrap the first cause in one of their own: all of the chain is told."""
    chain = []
    while error is not None and len(chain) < 6:
        chain.append(told(error))
        error = error.__cause__ or error.__context__
    return " | ".join(chain)[:3000]


def tried(library, work):
    begun = time.monotonic()
    result = {"library": library, "ok": True}
    try:
        result["version"] = importlib.metadata.version(library)
        did = work[library]() if library in work else imported(library)
        result.update(did if isinstance(did, dict) else {"did": did})
    except importlib.metadata.PackageNotFoundError:
        result.update(ok=False, missing=True, error="is not installed")
    except BaseException as error:
        frames = traceback.extract_tb(error.__traceback__)
        where = "%s:%d" % (frames[-1].filename, frames[-1].lineno) if frames else ""
        result.update(ok=False, error=told(error)[:500], causes=causes(error), where=where)
    result["ms"] = round((time.monotonic() - begun) * 1000)
    return result


def main(work, limit, libraries):
    # Libraries print what they like on stdout: it is turned to stderr, and the answers have a stream of their own.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    faulthandler.enable()
    for library in libraries:
        print(json.dumps({"begins": library}), file=answers, flush=True)
        faulthandler.dump_traceback_later(limit, exit=True)
        result = tried(library, work)
        faulthandler.cancel_dump_traceback_later()
        print(json.dumps(result), file=answers, flush=True)


if __name__ == "__main__":
    main(work_in(sys.argv[1]), float(sys.argv[2]), sys.argv[3:])
    sys.stdout.flush()
    # A library that hangs while Python ends must not hold up the answer.
    os._exit(0)
