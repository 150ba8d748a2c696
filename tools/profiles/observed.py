"""Runs the proof by training as it is, and writes down what its trainer really used.

    python observed.py TRAIN.py SETTINGS.json RESULT.json OPTIONS.json

The options are `{"meant": {...}, "arguments": {...}, "effective": {...}}`: what the settings mean, what the trainer's arguments hold,
its version's own defaults too, and what came of them: the optimizer, the rate and the precision of the steps, what is trained, and
a hash of the rows with their labels.
"""
import hashlib
import importlib.util
import inspect
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


def of_longer_rows(train, made, arguments):
    """What is left of rows that are longer than the settings let them be."""
    train.CORPUS = [" ".join(train.CORPUS[index:] + train.CORPUS) for index in range(len(train.CORPUS))]
    rows = rows_of(made(*arguments))
    return {"tokens of a longer row": len(rows[0][0]), "longer rows, padding and labels": hashed(rows)}


def arguments_of(trainer, meant, train):
    """Of a trl that takes some of them itself, those that it was given."""
    accepted = inspect.signature(type(trainer).__init__).parameters
    own = train.known_of(meant, accepted) if "dataset_text_field" in accepted else {}
    return {name: value for name, value in {**own, **trainer.args.to_dict()}.items() if plain(value)}


def main(program, settings, result, options):
    spec = importlib.util.spec_from_file_location("train", program)
    train = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(train)
    made, calls, trainers = train.trainer_for, [], []

    def trainer_for(*arguments):
        calls.append(arguments)
        trainers.append(made(*arguments))
        return trainers[-1]

    train.trainer_for = trainer_for
    sys.argv = [program, settings, result]
    try:
        train.main()
    finally:
        if trainers and trainers[0].optimizer is not None:
            _model, _tokenizer, folder, asked, gpu, _clock = calls[0]
            meant = train.meant(folder, asked, gpu)
            told = {
                "meant": meant,
                "arguments": arguments_of(trainers[0], meant, train),
                "effective": {**effective(trainers[0]), **of_longer_rows(train, made, calls[0])},
            }
            with open(options, "w", encoding="utf-8") as target:
                json.dump(told, target, default=str)


if __name__ == "__main__":
    main(*sys.argv[1:5])
