"""One job of a program of ours in the training environment: read from a file, told by stages, its result left in another file.

The result is a file, since the libraries write what they like on stdout: `{"ok": true, ...}`, or
`{"ok": false, "stage": ..., "error": ...}` and exit code 1. Of several processes (ranks.py) the first one tells and has that file,
the others leave theirs beside it.
"""

import json
import os
import sys
import traceback


def run(work):
    """Calls `work(job, stage)` with the job of the first argument, leaves what it returns in the file of the second, and ends."""
    with open(sys.argv[1], encoding="utf-8") as source:
        job = json.load(source)
    now, rank = {"stage": "start"}, int(os.environ.get("RANK") or 0)

    def stage(name):
        now["stage"] = name
        if rank == 0:
            print("stage: " + name, file=sys.stderr, flush=True)

    try:
        result = {"ok": True, **work(job, stage)}
    except Exception as error:
        traceback.print_exc()
        result = {"ok": False, "stage": now["stage"], "error": "%s: %s" % (type(error).__name__, error)}
    with open(sys.argv[2] + (".%d" % rank if rank else ""), "w", encoding="utf-8") as target:
        json.dump(result, target)
    sys.exit(0 if result["ok"] else 1)
