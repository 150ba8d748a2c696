"""Trains a LoRA adapter with the settings of the project: what `npx just train` runs, and what its proof runs on a tiny model.

    python scripts/train.py JOB.json RESULT.json

It is yours to change, as are training_best.py, training_checkpoints.py, training_examples.py, training_files.py, training_model.py,
training_progress.py, training_ranks.py, training_rows.py and training_trainer.py beside it: the files in the project are those that run. What just-lora relies on is `train(job, stage)`, `load_base(job)`, and what `main` reads and writes. The job is (paths absolute):

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
import json
import os
import resource
import statistics
import sys
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from training_best import kept, put_back  # noqa: E402
from training_checkpoints import Damaged, may_be_of, newest  # noqa: E402
from training_model import is_quantized, load_base, loaded_again, samples, save, uses_gpu, with_adapter  # noqa: E402
from training_progress import Stopped, plain  # noqa: E402
from training_ranks import count_of_ranks, is_first, rank, result_file, wait_for_all  # noqa: E402
from training_rows import NoRows, TooLong, tokenized  # noqa: E402
from training_trainer import trainer_for  # noqa: E402

sys.path.pop(0)


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
        if not rows.left_out:
            raise NoRows("the files of rows have no row")
        raise TooLong("no row is left to train on: none has an answer within %d tokens" % run["max_seq_length"])
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
    told = next(each for each in trainer.callback_handler.callbacks if hasattr(each, "seconds"))
    try:
        trainer.train(resume_from_checkpoint=resumed)
    except Exception as error:
        # Until a step begins it reads the checkpoint.
        if not resumed or told.begun or not may_be_of(resumed, error):
            raise
        raise Damaged("%s: %s: %s" % (resumed, type(error).__name__, error)) from error
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
    peak = torch.cuda.max_memory_allocated() if gpu else peak_of_process()
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


def peak_of_process():
    """Bytes; getrusage(2) counts them in kB, and macOS in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


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
        json.dump(plain(result), target, allow_nan=False)
    sys.exit(0 if result["ok"] else 1)


if __name__ == "__main__":
    main()
