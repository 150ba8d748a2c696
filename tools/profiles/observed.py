"""Runs the proof by training as it is, and writes down what its trainer really used.

    python observed.py TRAIN.py SETTINGS.json RESULT.json OPTIONS.json

The options are `{"meant": {...}, "arguments": {...}, "effective": {...}}`: what the settings mean, what the trainer's arguments hold,
its version's own defaults too, and what came of them: the optimizer, the rate and the precision of the steps, what is trained, and
a hash of the rows with their labels.
"""
import hashlib
import importlib.util
import json
import sys


def plain(value):
    return value is None or isinstance(value, (bool, int, float, str, dict, list))


def hashed(rows):
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:12]


def rows_of(trainer):
    """The rows of a batch in an order of their own: another version shuffles them otherwise."""
    batch = next(iter(trainer.get_train_dataloader()))
    names = [name for name in ("input_ids", "attention_mask", "labels") if name in batch]
    return sorted([batch[name][index].tolist() for name in names] for index in range(len(batch["input_ids"])))


def effective(trainer):
    group = trainer.optimizer.param_groups[0]
    trained = [weight for weight in trainer.model.parameters() if weight.requires_grad]
    rows = rows_of(trainer)
    return {
        "optimizer": type(trainer.optimizer.optimizer if hasattr(trainer.optimizer, "optimizer") else trainer.optimizer).__name__,
        "rate of the last step": trainer.lr_scheduler.get_last_lr()[0],
        "betas": list(group["betas"]),
        "epsilon": group["eps"],
        "weight decay": sorted({each["weight_decay"] for each in trainer.optimizer.param_groups}),
        "mixed precision": str(trainer.accelerator.mixed_precision),
        "type of the weights": sorted({str(weight.dtype) for weight in trainer.model.parameters()}),
        "gradient checkpointing": bool(trainer.model.is_gradient_checkpointing),
        "weights that are trained": sum(weight.numel() for weight in trained),
        "rows of a step": len(rows),
        "tokens of a row": len(rows[0][0]),
        "rows, padding and labels": hashed(rows),
        "steps": trainer.state.global_step,
    }


def of_longer_rows(proof, script, tokenizer, job):
    """What is left of rows that are longer than the settings let them be."""
    proof.CORPUS = [" ".join((proof.CORPUS[index:] + proof.CORPUS) * 3) for index in range(len(proof.CORPUS))]
    file = job["train"][0][0] + ".longer"
    proof.write_rows(file, 4)
    longer = script.tokenized([[file, "longer"]], tokenizer, job["arguments"]["max_seq_length"])
    rows = [[list(row.ids), row.answers] for row in longer.rows]
    return {"tokens of a longer row": len(rows[0][0]), "longer rows and labels": hashed(rows), "longer rows that are cut": longer.cut}


def main(program, settings, result, options):
    spec = importlib.util.spec_from_file_location("proof", program)
    proof = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(proof)
    script_at, made = proof.script_at, []

    def observed_script(file):
        script = script_at(file)
        trainer_for = script.trainer_for

        def observed_trainer(*arguments):
            made.append((script, arguments, trainer_for(*arguments)))
            return made[-1][-1]

        script.trainer_for = observed_trainer
        return script

    proof.script_at = observed_script
    sys.argv = [program, settings, result]
    try:
        proof.main()
    finally:
        if made and made[0][-1].optimizer is not None:
            script, (_model, tokenizer, rows, validation, job), trainer = made[0]
            meant = script.meant(job, trainer.args.max_steps, trainer.args.eval_steps)
            told = {
                "meant": meant,
                "arguments": {name: value for name, value in trainer.args.to_dict().items() if plain(value)},
                "effective": {**effective(trainer), **of_longer_rows(proof, script, tokenizer, job)},
            }
            with open(options, "w", encoding="utf-8") as target:
                json.dump(told, target, default=str)


if __name__ == "__main__":
    main(*sys.argv[1:5])
