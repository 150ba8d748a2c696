"""How far a training is: what it tells of each step, and an end that is asked for. For train.py."""

import json
import math
import os
import signal
import statistics
import sys
import threading
import time

from training_checkpoints import checkpoint_of, vouch
from training_ranks import greatest_of_all, is_first, wait_for_all

# Ask for a checkpoint and the end. Windows has none of the first two.
ASKING = [getattr(signal, name) for name in ("SIGUSR1", "SIGUSR2", "SIGTERM") if hasattr(signal, name)]


class Stopped(Exception):
    """A signal asked for the end, and the checkpoint is written."""


def plain(value):
    """The same with null for what is no finite number: of all readers of JSON only Python's takes NaN."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, (list, tuple)) else value


class NotFinite(Exception):
    """The loss is no number any more: what is learned from here on is lost."""


def reporter(job, order, a_step):
    """Tells each step, keeps `train.jsonl`, marks checkpoints as whole, and ends behind a step where a signal asked for that."""
    from transformers import TrainerCallback

    log = os.path.join(job["logs"], "train.jsonl")

    class Reporter(TrainerCallback):
        seconds = []
        asked = begun = None

        def ask(self, number, _frame):
            # The second one does not wait. Slurm may send the others twice: by us, and to every process of a job.
            if number == signal.SIGTERM:
                signal.signal(number, signal.SIG_DFL)
            self.asked = signal.Signals(number).name

        def on_train_begin(self, _args, state, _control, **_kwargs):
            # Before it there is nothing to save: the signal ends the program as it would any other.
            if threading.current_thread() is threading.main_thread():
                for number in ASKING:
                    signal.signal(number, self.ask)
            if not is_first():
                return
            os.makedirs(job["logs"], exist_ok=True)
            # What a run that was killed wrote behind its last checkpoint is trained again.
            with open(log, "w", encoding="utf-8") as target:
                target.writelines(json.dumps(plain(entry)) + "\n" for entry in state.log_history)

        def on_step_begin(self, *_args, **_kwargs):
            self.begun = time.perf_counter()

        def on_step_end(self, args, state, control, **_kwargs):
            self.seconds.append(time.perf_counter() - self.begun)
            # The signal reaches the processes in different steps; they have to end behind the same one.
            asked = greatest_of_all(signal.Signals[self.asked].value if self.asked else 0, args.device)
            self.asked = signal.Signals(asked).name if asked else None
            if self.asked and state.global_step < state.max_steps:
                control.should_save = control.should_training_stop = True

        def on_log(self, _args, state, _control, logs=None, **_kwargs):
            if not is_first():
                return
            with open(log, "a", encoding="utf-8") as target:
                target.write(json.dumps(plain(state.log_history[-1])) + "\n")
            loss = (logs or {}).get("loss")
            if loss is None:
                return
            if not math.isfinite(float(loss)):
                raise NotFinite("the loss is not finite: %s at step %d" % (loss, state.global_step))
            of_step = order[(state.global_step - 1) * a_step : state.global_step * a_step]
            usual = statistics.median(self.seconds[-50:])
            told = {
                "step": state.global_step,
                "steps": state.max_steps,
                "loss": round(float(loss), 4),
                "tokensPerSecond": round(sum(len(row.ids) for row in of_step) / max(self.seconds[-1], 1e-9)),
                "secondsLeft": round(usual * (state.max_steps - state.global_step), 1),
            }
            print("progress: " + json.dumps(told), file=sys.stderr, flush=True)

        def on_save(self, args, state, _control, **_kwargs):
            # Each process writes its own random numbers into it.
            wait_for_all()
            if is_first():
                vouch(checkpoint_of(args.output_dir, state.global_step), state.global_step)
            # One that ends because it was asked to ends the others: not before the mark is there.
            wait_for_all()

    return Reporter()
