"""Trains a LoRA adapter with the settings of the project: what `npx just train` runs, and what its proof runs on a tiny model.

    python scripts/train.py JOB.json RESULT.json

It is yours to change, as are training_best.py, training_checkpoints.py, training_examples.py, training_model.py,
training_progress.py, training_ranks.py and training_rows.py beside it: the files in the project are those that run. What just-lora relies on is `train(job, stage)`, `load_base(job)`, and what `main` reads and writes. The job is (paths absolute):

    model, base      folder of the base model; {repo, commit} of the Hub, or null
    train, validation  [[path, name], ...] of rows; training_rows.py reads them
    folder           checkpoints go to `folder/checkpoints`, the adapter to `folder/adapter`
    logs             folder of `train.jsonl`, and of TensorBoard's files where it is installed
    device           gpu, cpu, or any: a GPU where there is one
    processes        how many train together, as WORLD_SIZE has it
    lora, quantization, attention, arguments   as in configs/training_config.yaml, `all-linear` written out

One run is one pass over an order of rows that the seed gives, so a run that was killed goes on where its last whole checkpoint is,
with the same rows, the same dropout and the same rate. SIGUSR1, SIGUSR2 and SIGTERM ask for a checkpoint behind the step that is at
work, and for the end: a scheduler sends one of them before it ends a job.

Several processes train together where RANK, LOCAL_RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT say so, as torchrun and accelerate
set them: a card for each, or the processor. A step gets the rows of all of them, and the first process alone writes.
"""

import importlib.util
import inspect
import json
import math
import os
import random
import resource
import statistics
import sys
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from training_best import keeper, kept, put_back  # noqa: E402
from training_checkpoints import begin, checkpoint_of, newest  # noqa: E402
from training_model import is_quantized, load_base, loaded_again, samples, save, uses_gpu, with_adapter  # noqa: E402
from training_progress import Stopped, reporter  # noqa: E402
from training_ranks import count_of_ranks, is_first, rank, ready_without_gpu, result_file, wait_for_all  # noqa: E402
from training_rows import tokenized  # noqa: E402

sys.path.pop(0)

KEPT_CHECKPOINTS = 2


# The rows


def ordered(rows, steps, a_step, seed):
    """The rows of every step, one after the other: all of them in a new order, again and again, until the last step is full."""
    order, number = [], 0
    while len(order) < steps * a_step:
        pass_over = list(range(len(rows)))
        random.Random(f"{seed} {number}").shuffle(pass_over)
        order, number = order + pass_over, number + 1
    return [rows[at] for at in order[: steps * a_step]]


def collator(tokenizer):
    """Rows of one batch, filled up to the longest. What fills is masked by its place and not by its id: where it is the token
    that ends a text, as for many models, those that end the answers stay in the loss. No token is added, so no embedding is."""
    import torch

    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id

    def collate(rows):
        shape = (len(rows), max(len(row.ids) for row in rows))
        batch = {"input_ids": torch.full(shape, pad), "attention_mask": torch.zeros(shape, dtype=torch.long), "labels": torch.full(shape, -100)}
        for at, row in enumerate(rows):
            ids = torch.tensor(row.ids, dtype=torch.long)
            batch["input_ids"][at, : len(ids)] = ids
            batch["attention_mask"][at, : len(ids)] = 1
            for start, end in row.answers:
                batch["labels"][at, start:end] = ids[start:end]
        return batch

    return collate


# The run


def meant(job, steps, eval_steps):
    """Every option that the settings mean, by each name that a version has for it, with nothing left to a version's own default."""
    run, gpu = job["arguments"], uses_gpu(job)
    half = job["quantization"]["compute_dtype"] if gpu else "float32"
    evaluation = "steps" if eval_steps else "no"
    return {
        "output_dir": os.path.join(job["folder"], "checkpoints"),
        "max_steps": steps,
        "per_device_train_batch_size": run["batch_size"],
        "per_device_eval_batch_size": run["batch_size"],
        "auto_find_batch_size": False,
        "gradient_accumulation_steps": run["gradient_accumulation_steps"],
        "learning_rate": run["learning_rate"],
        "lr_scheduler_type": run.get("schedule", "linear"),
        "warmup_steps": 0 if run.get("schedule") else min(100, math.ceil(steps * 0.03)),
        "optim": "adamw_torch",
        "weight_decay": 0.0,
        "adam_beta1": 0.9,
        "adam_beta2": 0.999,
        "adam_epsilon": 1e-8,
        "max_grad_norm": 1.0,
        "label_smoothing_factor": 0.0,
        "neftune_noise_alpha": None,
        # The loss of a step is the mean over the tokens of all processes, as one process has it over the same rows.
        "average_tokens_across_devices": count_of_ranks() > 1,
        "ddp_backend": (None if gpu else "gloo") if count_of_ranks() > 1 else None,
        # Every weight of an adapter takes part in every step.
        "ddp_find_unused_parameters": False if count_of_ranks() > 1 else None,
        "bf16": half == "bfloat16",
        "fp16": half == "float16",
        "gradient_checkpointing": run["gradient_checkpointing"],
        # Reentrant, the default of old versions, loses the gradient of an adapter (transformers 28023).
        "gradient_checkpointing_kwargs": {"use_reentrant": False},
        "torch_compile": False,
        "use_liger_kernel": False,
        "seed": run["seed"],
        "data_seed": run["seed"],
        "full_determinism": False,
        "group_by_length": False,
        "train_sampling_strategy": "sequential",
        "label_names": ["labels"],
        "prediction_loss_only": True,
        "remove_unused_columns": False,
        "dataloader_drop_last": False,
        "dataloader_num_workers": 0,
        "dataloader_pin_memory": gpu,
        "logging_strategy": "steps",
        "logging_steps": 1,
        "logging_first_step": True,
        "logging_nan_inf_filter": False,
        "logging_dir": job["logs"],
        "save_strategy": "steps",
        "save_steps": run["save_steps"],
        "save_total_limit": KEPT_CHECKPOINTS,
        "save_safetensors": True,
        "eval_strategy": evaluation,
        "evaluation_strategy": evaluation,
        "eval_steps": eval_steps,
        "report_to": ["tensorboard"] if importlib.util.find_spec("tensorboard") else [],
        "push_to_hub": False,
        "disable_tqdm": True,
        "use_cpu": not gpu,
        "no_cuda": not gpu,
    }


# One idea under two names, the newer one first: a version that still takes both warns of the older.
RENAMED = (("eval_strategy", "evaluation_strategy"), ("use_cpu", "no_cuda"))


def known_of(options, names):
    """Of the options those that a version has, the newer name alone where it has both."""
    renamed = {old for new, old in RENAMED if new in names}
    return {name: value for name, value in options.items() if name in names and name not in renamed}


def trainer_for(model, tokenizer, rows, validation, job):
    """A Trainer of transformers over the rows in the order of the seed, which needs no sampler of a version's own."""
    import torch
    from torch.utils.data import DataLoader
    from transformers import Trainer, TrainingArguments

    run = job["arguments"]
    a_step = run["batch_size"] * run["gradient_accumulation_steps"] * count_of_ranks()
    steps = run.get("max_steps") or math.ceil(run["epochs"] * len(rows) / a_step)
    eval_steps = math.ceil(len(rows) / a_step) if validation else None
    # transformers 5 takes it from here, older ones from `logging_dir`.
    os.environ["TENSORBOARD_LOGGING_DIR"] = job["logs"]

    class InOrder(Trainer):
        def get_train_dataloader(self):
            loader = DataLoader(self.train_dataset, run["batch_size"], collate_fn=self.data_collator, pin_memory=uses_gpu(job))
            return self.accelerator.prepare(loader)

        def _save_checkpoint(self, model, trial, *more, **named):
            # transformers 4.36.0 has every process rename the folder that it wrote into, and all but the first fail
            # (transformers 27925). One with something in it is written into as it is; the mark of a whole one comes last.
            if count_of_ranks() > 1:
                begin(checkpoint_of(self.args.output_dir, self.state.global_step))
            return super()._save_checkpoint(model, trial, *more, **named)

    if not uses_gpu(job):
        ready_without_gpu()
    arguments = TrainingArguments(**known_of(meant(job, steps, eval_steps), inspect.signature(TrainingArguments).parameters))
    if count_of_ranks() > 1 and not uses_gpu(job):
        # As `cpu:0`, which accelerate makes of it, torch 2.1 cannot load what a checkpoint has. `arguments.device` was asked already, and
        # is kept: by transformers' own cache, or by that of functools.
        arguments.distributed_state.device = torch.device("cpu")
        for cache in {"__cached__setup_devices", "_setup_devices"} & set(vars(arguments)):
            vars(arguments)[cache] = torch.device("cpu")
    order = ordered(rows, steps, a_step, run["seed"])
    trainer = InOrder(model, arguments, collator(tokenizer), train_dataset=order, eval_dataset=validation or None)
    trainer.add_callback(reporter(job, order, a_step))
    if validation and run["load_best_model_at_end"]:
        trainer.add_callback(keeper(job))
    return trainer


def train(job, stage):
    """Trains, saves and loads again. Returns the facts, the model with its adapter, and the tokenizer. `stage` is told what begins.

    Of several processes the first one alone saves and has facts; the others return None in their place.
    """
    stage("import")
    import torch
    from transformers import AutoTokenizer

    run, gpu = job["arguments"], uses_gpu(job)
    stage("rows")
    tokenizer = AutoTokenizer.from_pretrained(job["model"])
    rows, validation = (
        tokenized(job.get(files) or [], tokenizer, run["max_seq_length"], run["assistant_only_loss"]) for files in ("train", "validation")
    )
    if not rows.rows:
        raise ValueError("no row is left to train on: none has an answer within %d tokens" % run["max_seq_length"])
    stage("model")
    base = load_base(job)
    stage("adapter")
    model = with_adapter(base, job)
    if gpu:
        torch.cuda.reset_peak_memory_stats()
    stage("train")
    trainer = trainer_for(model, tokenizer, rows.rows, validation.rows, job)
    resumed = newest(trainer.args.output_dir)
    # Else each would drop the same; a checkpoint has what each went on with.
    if not is_first():
        torch.manual_seed(run["seed"] + rank())
    trainer.train(resume_from_checkpoint=resumed)
    told = next(each for each in trainer.callback_handler.callbacks if hasattr(each, "seconds"))
    if told.asked and trainer.state.global_step < trainer.state.max_steps:
        raise Stopped("%s asked for the end: a checkpoint of step %d of %d is written" % (told.asked, trainer.state.global_step, trainer.state.max_steps))
    history = trainer.state.log_history
    if validation.rows and not any("eval_loss" in entry and entry["step"] == trainer.state.global_step for entry in history):
        trainer.evaluate()
    wait_for_all()
    if not is_first():
        return None, model, tokenizer
    best = next(iter(kept(job)), None) if validation.rows and run["load_best_model_at_end"] else None
    if best and best["step"] < trainer.state.global_step:
        put_back(model, best)
    stage("save")
    folder = save(model, job)
    stage("reload")
    difference = loaded_again(model, folder, rows.rows[0], job)
    stage("samples")
    answered = samples(model, tokenizer, (validation.rows or rows.rows)[: run.get("samples", 3)])
    peak = torch.cuda.max_memory_allocated() if gpu else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    seconds = told.seconds
    facts = {
        "device": torch.cuda.get_device_name() if gpu else "cpu",
        "processes": count_of_ranks(),
        "precision": ("4-bit " + job["quantization"]["quant_type"]) if is_quantized(job) else str(base.dtype).replace("torch.", ""),
        "targets": job["lora"]["target_modules"],
        "rows": facts_of(rows),
        "validation": facts_of(validation),
        "steps": trainer.state.global_step,
        "resumedAt": int(resumed.rsplit("-", 1)[-1]) if resumed else None,
        "losses": [round(float(entry["loss"]), 4) for entry in history if "loss" in entry],
        "evaluations": [{"step": entry["step"], "loss": round(entry["eval_loss"], 4)} for entry in history if "eval_loss" in entry],
        "best": best and {"step": best["step"], "loss": round(best["loss"], 4)},
        "secondsPerStep": round(statistics.median(seconds), 4) if seconds else None,
        "peakMemoryBytes": int(peak),
        "adapterBytes": sum(os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder)),
        "logitsDifference": difference,
        "samples": answered,
        "versions": versions(),
    }
    return facts, model, tokenizer


def facts_of(rows):
    return {"rows": len(rows.rows), "tokens": rows.tokens, "cut": rows.cut, "leftOut": rows.left_out, "firstCut": rows.first_cut}


def versions():
    from importlib import metadata

    names = ("torch", "transformers", "peft", "accelerate", "bitsandbytes", "trl")
    return {name: metadata.version(name) for name in names if importlib.util.find_spec(name)}


def main():
    with open(sys.argv[1], encoding="utf-8") as source:
        job = json.load(source)
    now = {"stage": "start"}

    def stage(name):
        now["stage"] = name
        if is_first():
            print("stage: " + name, file=sys.stderr, flush=True)

    try:
        result = {"ok": True, **(train(job, stage)[0] or {})}
    except Exception as error:
        traceback.print_exc()
        result = {"ok": False, "stage": now["stage"], "error": "%s: %s" % (type(error).__name__, error)}
    with open(result_file(sys.argv[2]), "w", encoding="utf-8") as target:
        json.dump(result, target)
    sys.exit(0 if result["ok"] else 1)


if __name__ == "__main__":
    main()
