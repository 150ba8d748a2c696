"""The settings of the project, as the tasks of just-lora read them.

    from config_loader import load_training_config, load_paths
    training = load_training_config()            # configs/training_config.yaml and what overrides it
    training["lora"]["rank"]

    python scripts/config_loader.py --env=local  # everything, as JSON

Merge order: defaults, configs/*, configs/*.local.yaml or configs/*.remote.yaml, environment variables
(JUST_LORA_STORAGE__WARN_GB=40), --set. The schemas in configs/schemas hold defaults and rules.
Standard library; PyYAML only where a YAML file is read. config_files.py and config_schema.py beside it belong to it.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import re
import sys
from pathlib import Path
from typing import Any, Iterable, Mapping

sys.path.insert(0, str(Path(__file__).resolve().parent))
try:
    from config_files import Fault, parse_json, parse_yaml, read_text
    from config_schema import (
        PREFIX,
        ConfigError,
        Layer,
        choices_of,
        faults_in,
        mapping_in,
        mapping_of,
        missing_in,
        read_schema,
        record_value,
        renamed_in,
        schema_under,
        setting_name,
        shown_value,
        with_defaults,
        with_new_names,
    )
finally:
    sys.path.pop(0)

PROJECT_ROOT = Path(__file__).resolve().parent.parent

ENVIRONMENTS = ("local", "remote")
RESERVED = ("JUST_LORA_ENV",)
FOREIGN = {"HF_HOME": ["paths", "hf_home"]}
FILES = {"setup": "setup.yaml", "paths": "paths_config.json", "training": "training_config.yaml"}


# Public functions


def load_config(
    environment: str | None = None,
    root: str | os.PathLike | None = None,
    sets: Iterable[str] = (),
    parts: Iterable[str] = tuple(FILES),
) -> dict[str, Any]:
    """All settings by part: `setup`, `paths`, `training`. Raises ConfigError with every fault at once.

    With `parts`, only files of these parts are read, so that a fault in another cannot matter.
    """
    root = Path(root) if root is not None else PROJECT_ROOT
    environment = environment or os.environ.get("JUST_LORA_ENV") or "local"
    if environment not in ENVIRONMENTS:
        raise ConfigError([f"unknown environment `{environment}`; expected local or remote"])
    parts = tuple(parts)
    schema = mapping_of({part: read_schema(root, part) for part in FILES})
    problems: list[str] = []
    warnings: list[str] = []
    layers = [with_new_names(schema, each, (each,), problems, warnings) for each in _file_layers(root, environment, parts, problems)]
    known = _merged(schema, layers)
    for given in (_variable_layers(schema, known, parts, problems), _set_layers(schema, known, parts, sets, problems)):
        layers += [with_new_names(schema, each, given, problems, warnings) for each in given]
    for layer in layers:
        problems += faults_in(schema, layer.tree, (), layer)
    merged = _merged(schema, layers)
    if not problems:
        problems += missing_in(schema, merged, ())
        storage = merged["setup"].get("storage", {})
        if "setup" in parts and storage["error_gb"] > storage["warn_gb"]:
            problems.append("storage.error_gb is above storage.warn_gb; expected it to be the lower one")
    if problems:
        raise ConfigError(problems)
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    return {part: merged[part] for part in parts}


def load_training_config(environment: str | None = None, root: str | os.PathLike | None = None) -> dict[str, Any]:
    """configs/training_config.yaml with what overrides it."""
    return load_config(environment, root, parts=("training",))["training"]


def load_paths_config(environment: str | None = None, root: str | os.PathLike | None = None) -> dict[str, str]:
    """configs/paths_config.json with what overrides it, as it is written; scripts/paths.py has real paths."""
    return load_config(environment, root, parts=("paths",))["paths"]


# What `all-linear` of peft is for Llama, Mistral, Qwen2 and Gemma. Written out: peft 0.7 does not know the word.
LINEAR_LAYERS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


def peft_arguments(training: Mapping[str, Any]) -> dict[str, Any]:
    """The adapter by the names of `peft.LoraConfig`, as every peft takes them: `all-linear` becomes the names of the layers."""
    lora = training["lora"]
    targets = [name for each in lora["target_modules"] for name in (LINEAR_LAYERS if each == "all-linear" else (each,))]
    return {
        "r": lora["rank"],
        "lora_alpha": lora["alpha"],
        "lora_dropout": lora["dropout"],
        "target_modules": list(dict.fromkeys(targets)),
        "bias": "none",
        "task_type": "CAUSAL_LM",
    }


def quantization_arguments(training: Mapping[str, Any]) -> dict[str, Any]:
    """The quantization by the names of `transformers.BitsAndBytesConfig`; the dtype is torch's, by name."""
    quantization = training["quantization"]
    return {
        "load_in_4bit": quantization["load_in_4bit"],
        "bnb_4bit_quant_type": quantization["quant_type"],
        "bnb_4bit_use_double_quant": quantization["double_quant"],
        "bnb_4bit_compute_dtype": quantization["compute_dtype"],
    }


def model_arguments(training: Mapping[str, Any]) -> dict[str, Any]:
    """What `from_pretrained` takes besides: the attention, unless transformers is to choose it."""
    attention = training["attention"]
    return {} if attention == "auto" else {"attn_implementation": attention}


def training_arguments(training: Mapping[str, Any]) -> dict[str, Any]:
    """The run by the names of `transformers.TrainingArguments`."""
    run = training["arguments"]
    dtype = training["quantization"]["compute_dtype"]
    return {
        "learning_rate": run["learning_rate"],
        "num_train_epochs": run["epochs"],
        "per_device_train_batch_size": run["batch_size"],
        "gradient_accumulation_steps": run["gradient_accumulation_steps"],
        "gradient_checkpointing": run["gradient_checkpointing"],
        "bf16": dtype == "bfloat16",
        "fp16": dtype == "float16",
    }


# Layers


def _file_layers(root: Path, environment: str, parts: Iterable[str], problems: list[str]) -> list[Layer]:
    layers = []
    for part in parts:
        committed = f"configs/{FILES[part]}"
        machine = f"configs/{Path(FILES[part]).stem}.{environment}.yaml"
        for file in (committed, machine):
            try:
                text = read_text(root / file)
                if text is None:
                    continue
                value, places = parse_json(text) if file.endswith(".json") else parse_yaml(text)
            except Fault as fault:
                problems.append(f"{file}:{fault.place}: {fault}")
                continue
            if value is None:
                continue
            if not isinstance(value, dict):
                problems.append(f"{file}:1:1: {shown_value(value)}; expected a mapping")
                continue
            if isinstance(value.get("$schema"), str):
                del value["$schema"]
            placed = {(part, *path): f"{file}:{place}" for path, place in places.items()}
            layers.append(Layer(file, {part: value}, placed, file == committed))
    return layers


def _variable_layers(schema: dict, known: dict, parts: Iterable[str], problems: list[str]) -> list[Layer]:
    layers = []
    for name, keys in FOREIGN.items():
        if os.environ.get(name) and keys[0] in parts:
            value = os.path.expandvars(os.path.expanduser(os.environ[name]))
            layers += _value_layer(schema, name, keys, value, problems)
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in RESERVED and os.environ[name]:
            words = name[len(PREFIX) :].split("__")
            keys = _keys(schema, known, words if words[0].lower() in FILES else ["setup", *words], "__")
            if keys[0] in parts:
                layers += _value_layer(schema, name, keys, os.environ[name], problems)
    return layers


def _set_layers(schema: dict, known: dict, parts: Iterable[str], sets: Iterable[str], problems: list[str]) -> list[Layer]:
    layers = []
    for each in sets:
        name, equals, text = each.partition("=")
        if not name or not equals:
            problems.append(f"--set {each}: expected path=value, for example `--set storage.warn_gb=40`")
            continue
        words = name.strip().split(".")
        keys = _keys(schema, known, words if words[0] in FILES else ["setup", *words], ".")
        if keys[0] in parts:
            layers += _value_layer(schema, "--set", keys, text, problems)
    return layers


def _value_layer(schema: dict, name: str, keys: list[str], text: str, problems: list[str]) -> list[Layer]:
    """A text is taken as it is typed, so that 3.10 stays 3.10; anything else is YAML."""
    under: Any = schema
    for key in keys:
        under = schema_under(under, key)
    kinds = [each.get("type") for each in choices_of(under or {})]
    try:
        if "string" in kinds:
            value = None if "null" in kinds and text == "null" else text
        else:
            value = parse_yaml(text)[0]
    except Fault as fault:
        problems.append(f"{name}: {setting_name(keys)} cannot be read: {fault}")
        return []
    for key in reversed(keys):
        value = {key: value}
    return [Layer(name, value, {}, False)]


def _keys(schema: dict, known: Any, words: list[str], joint: str) -> list[str]:
    """The keys that a person meant: names of models may have dots, and variables neither dots nor small letters."""

    def form(key: str) -> str:
        return key if joint == "." else re.sub(r"[^A-Z0-9]", "_", key.upper())

    keys = []
    under: Any = schema
    while words:
        entries = mapping_in(under).get("properties")
        record = record_value(under)
        names = [*(entries if entries is not None else known if isinstance(known, dict) else ()), *renamed_in(under)]
        lengths = range(1, len(words) + 1) if record else (1,)
        inner = {form(key) for key in (*(record or {}).get("properties", ()), *renamed_in(record))}
        matches = [n for n in lengths if form(joint.join(words[:n])) in map(form, names)]
        ends = [n for n in lengths if n == len(words) or form(words[n]) in inner]
        length = matches[-1] if matches else ends[0] if ends else 1
        word = joint.join(words[:length])
        key = next((each for each in names if form(each) == form(word)), word if joint == "." else word.lower())
        keys.append(key)
        under = schema_under(under, key)
        known = known.get(key) if isinstance(known, dict) else None
        words = words[length:]
    return keys


def _merged(schema: dict, layers: Iterable[Layer]) -> dict:
    """Defaults and layers; lists by name of a committed file stand instead of the default ones."""
    tree = with_defaults(schema, {})
    for layer in layers:
        if layer.replaces_records:
            _drop_records(schema, tree, layer.tree)
        tree = _merge(tree, layer.tree)
    return with_defaults(schema, tree)


def _merge(under: Any, over: Any) -> Any:
    if not (isinstance(under, dict) and isinstance(over, dict)):
        return copy.deepcopy(over)
    return {**under, **{key: _merge(under.get(key), value) for key, value in over.items()}}


def _drop_records(schema: Any, tree: dict, over: Any) -> None:
    for key in list(tree):
        if isinstance(over, dict) and key in over:
            if record_value(schema_under(schema, key)):
                del tree[key]
            elif isinstance(tree[key], dict):
                _drop_records(schema_under(schema, key), tree[key], over[key])


def main(arguments: list[str] | None = None) -> int:
    """Prints the settings as JSON. Exit code 2 where they are wrong."""
    parser = argparse.ArgumentParser(description="Print the settings of the project as JSON")
    parser.add_argument("--env", choices=ENVIRONMENTS, help="local or remote; JUST_LORA_ENV and local otherwise")
    parser.add_argument("--set", action="append", default=[], metavar="path=value", help="one setting for this run")
    parser.add_argument("--part", choices=tuple(FILES), help="this part alone")
    options = parser.parse_args(arguments)
    try:
        config = load_config(options.env, sets=options.set, parts=(options.part,) if options.part else tuple(FILES))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps(config[options.part] if options.part else config, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
