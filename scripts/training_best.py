"""Keeps the adapter that was best in validation, beside the checkpoints. For train.py."""

import json
import math
import os
import shutil

from training_checkpoints import folders_in, mark
from training_ranks import is_first

# Written last of all: one without it was being written when the run ended.
MARK = "best.json"


def kept(job):
    """What is kept whole: the lowest loss first, of two that are equal the earlier step. `{step, loss, folder}` each."""
    found = []
    for at in adapters(job):
        if os.path.exists(os.path.join(at, MARK)):
            with open(os.path.join(at, MARK), encoding="utf-8") as source:
                found.append({**json.load(source), "folder": at})
    return sorted(found, key=lambda each: (each["loss"], each["step"]))


def adapters(job):
    return [at for _, at in folders_in(os.path.join(job["folder"], "best"))]


def keeper(job):
    """Writes the adapter where an evaluation is better than all before it, and removes the one that was."""
    from transformers import TrainerCallback

    class Keeper(TrainerCallback):
        def on_train_begin(self, _args, state, _control, **_kwargs):
            # What a run that was killed saw behind its last checkpoint is seen again, and what it was writing is written again.
            if is_first():
                stay = {each["folder"] for each in kept(job) if each["step"] <= state.global_step}
                for at in set(adapters(job)) - stay:
                    shutil.rmtree(at)

        def on_evaluate(self, _args, state, _control, metrics=None, model=None, **_kwargs):
            loss = (metrics or {}).get("eval_loss")
            if not is_first() or loss is None or not math.isfinite(loss):
                return
            before = kept(job)
            if before and before[0]["loss"] <= loss:
                return
            folder = os.path.join(job["folder"], "best", str(state.global_step))
            model.save_pretrained(folder, safe_serialization=True)
            mark(folder, MARK, {"step": state.global_step, "loss": float(loss)})
            for each in before:
                shutil.rmtree(each["folder"])

    return Keeper()


def put_back(model, best):
    """Gives the adapter of a model the weights that are kept."""
    from peft import set_peft_model_state_dict
    from safetensors.torch import load_file

    set_peft_model_state_dict(model, load_file(os.path.join(best["folder"], "adapter_model.safetensors")))
