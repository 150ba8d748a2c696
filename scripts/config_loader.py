"""The settings of the project, as the tasks of just-lora read them.

    from config_loader import load_training_config, load_paths
    training = load_training_config()            # configs/training_config.yaml and what overrides it
    training["lora"]["rank"]

    python scripts/config_loader.py --env=local  # everything, as JSON

Merge order: defaults, configs/*, configs/*.local.yaml or configs/*.remote.yaml, environment variables
(JUST_LORA_STORAGE__WARN_GB=40), --set. The schemas in configs/schemas hold defaults and rules.
Standard library; PyYAML only where a YAML file is read.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import os
import re
import sys
from pathlib import Path
from typing import Any, Iterable, Mapping, NamedTuple

PROJECT_ROOT = Path(__file__).resolve().parent.parent

ENVIRONMENTS = ("local", "remote")
PREFIX = "JUST_LORA_"
RESERVED = ("JUST_LORA_ENV",)
FOREIGN = {"HF_HOME": ["paths", "hf_home"]}
FILES = {"setup": "setup.yaml", "paths": "paths_config.json", "training": "training_config.yaml"}
LARGEST_FILE = 1_000_000
DEEPEST = 100


class ConfigError(Exception):
    """Settings that are wrong: `problems` has a line for each, with its place."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Layer(NamedTuple):
    """A file, a variable or a --set: what it says, and where in the file each key stands."""

    name: str
    tree: dict
    places: Mapping[tuple, str]
    replaces_records: bool


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
        raise ConfigError([f"`{environment}` is no environment; expected local or remote"])
    parts = tuple(parts)
    schema = _object({part: _read_schema(root, part) for part in FILES})
    problems: list[str] = []
    layers = _file_layers(root, environment, parts, problems)
    known = _merged(schema, layers)
    layers += _variable_layers(schema, known, parts, problems) + _set_layers(schema, known, parts, sets, problems)
    for layer in layers:
        problems += _faults(schema, layer.tree, (), layer)
    merged = _merged(schema, layers)
    if not problems:
        problems += _missing(schema, merged, ())
        storage = merged["setup"].get("storage", {})
        if "setup" in parts and storage["error_gb"] > storage["warn_gb"]:
            problems.append("storage.error_gb is above storage.warn_gb; expected it to be the lower one")
    if problems:
        raise ConfigError(problems)
    return {part: merged[part] for part in parts}


def load_training_config(environment: str | None = None, root: str | os.PathLike | None = None) -> dict[str, Any]:
    """configs/training_config.yaml with what overrides it."""
    return load_config(environment, root, parts=("training",))["training"]


def load_paths_config(environment: str | None = None, root: str | os.PathLike | None = None) -> dict[str, str]:
    """configs/paths_config.json with what overrides it, as it is written; scripts/paths.py has real paths."""
    return load_config(environment, root, parts=("paths",))["paths"]


def peft_arguments(training: Mapping[str, Any]) -> dict[str, Any]:
    """The adapter by the names of `peft.LoraConfig`."""
    lora = training["lora"]
    return {
        "r": lora["rank"],
        "lora_alpha": lora["alpha"],
        "lora_dropout": lora["dropout"],
        "target_modules": list(lora["target_modules"]),
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
                text = _text_of(root / file)
                if text is None:
                    continue
                value, places = _parse_json(text) if file.endswith(".json") else _parse_yaml(text)
            except _Fault as fault:
                problems.append(f"{file}:{fault.place}: {fault}")
                continue
            if value is None:
                continue
            if not isinstance(value, dict):
                problems.append(f"{file}:1:1: {_shown(value)}; expected a mapping")
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
            layers += _value_layer(schema, name, keys, os.environ[name], problems)
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
        under = _under(under, key)
    kinds = [each.get("type") for each in _choices(under or {})]
    try:
        if "string" in kinds:
            value = None if "null" in kinds and text == "null" else text
        else:
            value = _parse_yaml(text)[0]
    except _Fault as fault:
        problems.append(f"{name}: {_name(keys)} cannot be read: {fault}")
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
        entries = (under or {}).get("properties")
        record = _record_value(under)
        names = list(entries if entries is not None else known if isinstance(known, dict) else ())
        lengths = range(1, len(words) + 1) if record else (1,)
        inner = {form(key) for key in (record or {}).get("properties", ())}
        matches = [n for n in lengths if form(joint.join(words[:n])) in map(form, names)]
        ends = [n for n in lengths if n == len(words) or form(words[n]) in inner]
        length = matches[-1] if matches else ends[0] if ends else 1
        word = joint.join(words[:length])
        key = next((each for each in names if form(each) == form(word)), word if joint == "." else word.lower())
        keys.append(key)
        under = _under(under, key)
        known = known.get(key) if isinstance(known, dict) else None
        words = words[length:]
    return keys


def _merged(schema: dict, layers: Iterable[Layer]) -> dict:
    """Defaults and layers; lists by name of a committed file stand instead of the default ones."""
    tree = _filled(schema, {})
    for layer in layers:
        if layer.replaces_records:
            _drop_records(schema, tree, layer.tree)
        tree = _merge(tree, layer.tree)
    return _filled(schema, tree)


def _merge(under: Any, over: Any) -> Any:
    if not (isinstance(under, dict) and isinstance(over, dict)):
        return copy.deepcopy(over)
    return {**under, **{key: _merge(under.get(key), value) for key, value in over.items()}}


def _drop_records(schema: Any, tree: dict, over: Any) -> None:
    for key in list(tree):
        if isinstance(over, dict) and key in over:
            if _record_value(_under(schema, key)):
                del tree[key]
            elif isinstance(tree[key], dict):
                _drop_records(_under(schema, key), tree[key], over[key])


# Schemas


def _read_schema(root: Path, part: str) -> dict:
    file = root / "configs" / "schemas" / f"{part}.schema.json"
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError([f"configs/schemas/{part}.schema.json: cannot be read ({error}); `npx just mkdirs` writes it where it is missing"]) from None


def _object(properties: dict) -> dict:
    required = list(properties)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _record_value(schema: Any) -> dict | None:
    """The schema of a mapping by name: models, remotes."""
    extra = (schema or {}).get("additionalProperties")
    return extra if isinstance(extra, dict) else None


def _under(schema: Any, key: str) -> dict | None:
    return (schema or {}).get("properties", {}).get(key) or _record_value(schema)


def _choices(schema: Mapping) -> list[Mapping]:
    return schema.get("anyOf") or [schema]


def _filled(schema: Any, value: Any) -> Any:
    """A value with the defaults of whatever it does not say."""
    if not isinstance(schema, dict) or not isinstance(value, dict):
        if isinstance(value, float) and (schema or {}).get("type") == "integer" and value.is_integer():
            return int(value)
        return value
    value = dict(value)
    for key, inner in schema.get("properties", {}).items():
        if key not in value and ("default" in inner or inner.get("type") == "object"):
            value[key] = copy.deepcopy(inner.get("default", {}))
    return {key: _filled(_under(schema, key), inner) for key, inner in value.items()}


_KINDS = {
    "object": ("a mapping", lambda value: isinstance(value, dict)),
    "array": ("a list", lambda value: isinstance(value, list)),
    "string": ("text", lambda value: isinstance(value, str)),
    "boolean": ("true or false", lambda value: isinstance(value, bool)),
    "null": ("null", lambda value: value is None),
    "number": ("a finite number", lambda value: _is_number(value)),
    "integer": ("a whole number", lambda value: _is_number(value) and float(value).is_integer()),
}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _faults(schema: Mapping, value: Any, path: tuple, layer: Layer) -> list[str]:
    """All that a layer says wrong. What is missing in it may stand in another."""
    choices = _choices(schema)
    fits = [each for each in choices if _KINDS[each["type"]][1](value)]
    here = f"{_where(path, layer)}: {_name(path)}"
    if not fits:
        return [f"{here} is {_shown(value)}; expected {' or '.join(_KINDS[each['type']][0] for each in choices)}"]
    broken = _broken_rule(fits[0], value)
    if broken:
        return [f"{here} is {_shown(value)}; expected {broken}"]
    if isinstance(value, list):
        rules = fits[0].get("items", {})
        return [fault for at, item in enumerate(value) for fault in _faults(rules, item, (*path, at), layer)]
    if not isinstance(value, dict):
        return []
    faults = []
    for key, inner in value.items():
        under = _under(schema, key)
        name = schema.get("propertyNames", {})
        if under is None or key in ("__proto__", "prototype", "constructor"):
            faults.append(f"{_where((*path, key), layer)}: {_name((*path, key))} is no setting; {_meant(schema, (*path, key))}")
        elif _broken_rule(name, key):
            faults.append(f"{_where((*path, key), layer)}: {_name((*path, key))} is no name; expected {_broken_rule(name, key)}")
        else:
            faults += _faults(under, inner, (*path, key), layer)
    return faults


def _broken_rule(schema: Mapping, value: Any) -> str | None:
    if "enum" in schema and value not in schema["enum"]:
        return " or ".join(schema["enum"])
    if "minimum" in schema and value < schema["minimum"]:
        return f"at least {schema['minimum']}"
    if "maximum" in schema and value > schema["maximum"]:
        return f"at most {schema['maximum']}"
    if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
        return f"more than {schema['exclusiveMinimum']}"
    if "minLength" in schema and len(value) < schema["minLength"]:
        return "text that is not empty"
    if "minItems" in schema and len(value) < schema["minItems"]:
        return f"at least {schema['minItems']} of them"
    # `$` is the very end in a schema; Python's would let a line break follow.
    if "pattern" in schema and not re.search(schema["pattern"].replace("$", r"\Z"), value, re.ASCII):
        return schema.get("description", f"text that matches {schema['pattern']}")
    return None


def _missing(schema: Any, value: Any, path: tuple) -> list[str]:
    if not isinstance(value, dict) or not schema:
        return []
    lacks = [f"{_name((*path, key))} is missing" for key in schema.get("required", ()) if key not in value]
    return lacks + [fault for key, inner in value.items() for fault in _missing(_under(schema, key), inner, (*path, key))]


def _meant(schema: Mapping, path: tuple) -> str:
    import difflib

    known = [each for each in schema.get("properties", {}) if each != "$schema"]
    near = difflib.get_close_matches(path[-1], known, 1)
    return f"did you mean `{_name((*path[:-1], near[0]))}`?" if near else f"expected one of {', '.join(known)}"


def _where(path: tuple, layer: Layer) -> str:
    for length in range(len(path), -1, -1):
        if path[:length] in layer.places:
            return layer.places[path[:length]]
    return layer.name


def _name(path: Iterable) -> str:
    keys = [str(key) for key in path]
    return ".".join(keys[1:] if keys[:1] == ["setup"] and len(keys) > 1 else keys)


def _shown(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    return json.dumps(value, ensure_ascii=False)[:80]


# Files


class _Fault(Exception):
    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.place = f"{line}:{column}"


def _text_of(file: Path) -> str | None:
    try:
        if not os.path.lexists(file):
            return None
        if not file.is_file():
            raise _Fault("a folder; expected a file" if file.is_dir() else "no regular file; expected a file")
        if file.stat().st_size > LARGEST_FILE:
            raise _Fault(f"{file.stat().st_size} bytes; expected settings, at most {LARGEST_FILE} bytes")
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise _Fault(f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise _Fault("bytes that are no UTF-8", error.object[: error.start].count(b"\n") + 1) from None


def _parse_json(text: str) -> tuple[Any, dict]:
    """Strict JSON; keys that begin with `//` are comments, a key that stands twice is an error."""

    def mapping(pairs: list) -> dict:
        if len(dict(pairs)) < len(pairs):
            twice = next(key for at, (key, _) in enumerate(pairs) if key in dict(pairs[:at]))
            raise _Fault(f"the key `{twice}` stands twice")
        return {key: value for key, value in pairs if not key.startswith("//")}

    def constant(name: str) -> None:
        raise _Fault(f"`{name}` is no JSON")

    if not text.strip(" \t\r\n"):
        return None, {}
    try:
        return json.loads(text, object_pairs_hook=mapping, parse_constant=constant), {}
    except json.JSONDecodeError as error:
        raise _Fault(error.msg, error.lineno, error.colno) from None
    except RecursionError:
        raise _Fault(f"nested more than {DEEPEST} deep") from None


def _parse_yaml(text: str) -> tuple[Any, dict]:
    """YAML 1.2 core schema, as the tasks read it: `yes` is text, no anchors, no merge keys, no key twice."""
    try:
        import yaml
    except ImportError:
        raise _Fault("PyYAML is needed to read YAML: `python -m pip install pyyaml`") from None

    places: dict[tuple, str] = {}
    # PyYAML, of YAML 1.1, ends a word of a list at any `?`: those that mark no key go by another character.
    stand_in = next(chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in text)
    text = re.sub(r"(?<=[^\s\[{,])\?|\?(?=\S)", stand_in, text)
    # The last line of a block has its line end, whether or not the file says it.
    text += "" if text.endswith(("\n", "\r")) else "\n"

    def fault(message: str, event: Any) -> _Fault:
        return _Fault(message, event.start_mark.line + 1, event.start_mark.column + 1)

    def build(event: Any, path: tuple) -> Any:
        places.setdefault(path, f"{event.start_mark.line + 1}:{event.start_mark.column + 1}")
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise fault("anchors, aliases and merge keys are not used in settings", event)
        if len(path) > DEEPEST:
            raise fault(f"nested more than {DEEPEST} deep", event)
        if event.tag is not None:
            raise fault("tags (`!…`) are not used in settings", event)
        if isinstance(event, yaml.ScalarEvent):
            value = event.value.replace(stand_in, "?")
            return _scalar(value) if event.style is None else value
        return (sequence if isinstance(event, yaml.SequenceStartEvent) else mapping)(path)

    def sequence(path: tuple) -> list:
        items: list = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(build(event, (*path, len(items))))
        return items

    def mapping(path: tuple) -> dict:
        entries: dict = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = build(event, (*path, None)) if isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent)) else None
            if not isinstance(key, str):
                raise fault("a key that is no text; put it in quotes", event)
            if key in entries:
                raise fault(f"the key `{key}` stands twice", event)
            places[(*path, key)] = f"{event.start_mark.line + 1}:{event.start_mark.column + 1}"
            entries[key] = build(next(events), (*path, key))
        return entries

    try:
        events = (
            event
            for event in yaml.parse(text, Loader=yaml.SafeLoader)
            if not isinstance(event, (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentEndEvent))
        )
        if next(events, None) is None:
            return None, places
        value = build(next(events), ())
        second = next(events, None)
        if second is not None:
            raise fault("a second document (`---`); settings are one", second)
        return value, places
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _Fault(error.problem or "no YAML", mark.line + 1 if mark else 1, mark.column + 1 if mark else 1) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise _Fault(str(error).split("\n")[0] or "no YAML") from None


_INT = re.compile(r"[-+]?(?:0b[01]+|0o[0-7]+|0x[0-9a-fA-F]+|[0-9]+)", re.ASCII)
_FLOAT = re.compile(r"[-+]?[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?", re.ASCII)
_ENDLESS = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", re.ASCII)
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS.update({"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False})


def _scalar(text: str) -> Any:
    """A plain scalar by the core schema of YAML 1.2: PyYAML alone reads 1.1, where `yes` is true and 1e3 is text."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        digits = text.lstrip("+-")
        base = {"0b": 2, "0o": 8, "0x": 16}.get(digits[:2], 10)
        value = int(digits[2:] if base != 10 else digits, base) if len(digits) < 400 else math.inf
        return text if value > sys.float_info.max else -value if text[0] == "-" else value
    if _FLOAT.fullmatch(text):
        return float(text) if math.isfinite(float(text)) else text
    if _ENDLESS.fullmatch(text):
        return float(text.replace(".", "", 1))
    return text


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
