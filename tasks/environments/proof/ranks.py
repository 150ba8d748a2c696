"""Starts a program of ours in several processes that train together, and ends with them.

    python ranks.py JOB.json RESULT.json PROGRAM COUNT

Each gets the variables that torchrun and `accelerate launch` set, so that the program is the same under those. Neither starts it here:
their elastic agent puts each process into a session of its own, which outlives an end of the group that we send, and gives it 30
seconds behind a signal, where a checkpoint of a large model takes longer.

SIGUSR1, SIGUSR2 and SIGTERM go to all of them, the first SIGTERM as SIGUSR1, which asks for the same. The first that fails ends the
others, which would wait for it for ever, and what it wrote is the result, with its number as `rank`.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time

# The others have a word of their own where one ends: not longer than this, in seconds.
LAST_WORDS = 3


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def ends_with_us():
    """In the new process: it is killed where we are. Linux alone has that; elsewhere the group is ended by who started us."""
    try:
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    except (OSError, AttributeError):
        pass


def start(program, count, job, result):
    shared = {
        "WORLD_SIZE": str(count),
        "LOCAL_WORLD_SIZE": str(count),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(free_port()),
        # Else each has a thread for every core.
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS") or str(max(1, (os.cpu_count() or 1) // count)),
    }
    with_guard = {"preexec_fn": ends_with_us} if sys.platform == "linux" else {}
    return [
        subprocess.Popen(
            [sys.executable, "-B", program, job, result],
            env={**os.environ, **shared, "RANK": str(rank), "LOCAL_RANK": str(rank)},
            **with_guard,
        )
        for rank in range(count)
    ]


def first_failed(processes):
    """Waits for all of them, or for the first that fails: its number, None where all went well."""
    while True:
        codes = [each.poll() for each in processes]
        failed = [rank for rank, code in enumerate(codes) if code not in (None, 0)]
        if failed:
            return failed[0]
        if all(code == 0 for code in codes):
            return None
        time.sleep(0.05)


def end(processes):
    """Those that still run: one that waits for another never ends by itself."""
    until = time.monotonic() + LAST_WORDS
    while time.monotonic() < until and any(each.poll() is None for each in processes):
        time.sleep(0.05)
    for each in processes:
        if each.poll() is None:
            each.kill()
        each.wait()


def failure_of(rank, code, result):
    """What the process wrote, or how it ended."""
    try:
        with open(result if rank == 0 else "%s.%d" % (result, rank), encoding="utf-8") as source:
            told = json.load(source)
    except (OSError, ValueError):
        told = {}
    ended = "Python was ended by signal %d" % -code if code < 0 else "Python ended with exit code %d" % code
    return {"ok": False, "stage": told.get("stage", "start"), "error": told.get("error", ended), "rank": rank}


def main():
    job, result, program, count = *sys.argv[1:4], int(sys.argv[4])
    processes = start(program, count, job, result)

    told = []

    def hand_on(number, _frame):
        # The whole group may have got the first SIGTERM, and the script does not wait where it gets a second one.
        first_term = number == signal.SIGTERM and not told
        told.append(number)
        for each in processes:
            if each.poll() is None:
                each.send_signal(signal.SIGUSR1 if first_term else number)

    for name in ("SIGUSR1", "SIGUSR2", "SIGTERM"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), hand_on)
    failed = first_failed(processes)
    if failed is None:
        sys.exit(0)
    code = processes[failed].returncode
    end(processes)
    failure = failure_of(failed, code, result)
    with open(result, "w", encoding="utf-8") as target:
        json.dump(failure, target)
    sys.exit(1)


if __name__ == "__main__":
    main()
