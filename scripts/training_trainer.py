"""The Trainer of transformers that trains an adapter: every option that the settings mean, and the rows in the order of the seed."""

import importlib.util
import inspect
import math
import os
import random
from array import array
from functools import lru_cache

from training_best import keeper
from training_checkpoints import begin, checkpoint_of
from training_model import uses_gpu
from training_progress import reporter
from training_ranks import count_of_ranks, ready_without_gpu

KEPT_CHECKPOINTS = 2


class Ordered:
    """The rows of every step, one after the other: all of them in a new order, again and again, until the last step is full.

    An order is made when a row of its pass is asked for: a training of many passes holds that of the last two.
    """

    def __init__(self, rows, steps, a_step, seed):
        self.rows, self.length = rows, steps * a_step
        self.order_of = lru_cache(maxsize=2)(lambda number: shuffled(len(rows), f"{seed} {number}"))

    def __len__(self):
        return self.length

    def __getitem__(self, at):
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(self.length))]
        if not 0 <= at < self.length:
            raise IndexError(at)
        number, place = divmod(at, len(self.rows))
        return self.rows[self.order_of(number)[place]]


def shuffled(count, seed):
    order = array("q", range(count))
    random.Random(seed).shuffle(order)
    return order


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
        # The first step of a warm-up has the rate 0: a training of a few steps would lose it, and one of a single step all it has.
        "warmup_steps": 0 if run.get("schedule") else min(100, int(steps * 0.03)),
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
    order = Ordered(rows, steps, a_step, run["seed"])
    trainer = InOrder(model, arguments, collator(tokenizer), train_dataset=order, eval_dataset=validation or None)
    trainer.add_callback(reporter(job, order, a_step))
    if validation and run["load_best_model_at_end"]:
        trainer.add_callback(keeper(job))
    return trainer
