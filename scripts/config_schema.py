"""What the schemas in configs/schemas say of settings: defaults, and all that is wrong. Part of config_loader.py."""

from __future__ import annotations

import copy
import json
import math
import re
from pathlib import Path
from typing import Any, Iterable, Mapping, NamedTuple


PREFIX = "JUST_LORA_"


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


def read_schema(root: Path, part: str) -> dict:
    file = root / "configs" / "schemas" / f"{part}.schema.json"
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError([f"configs/schemas/{part}.schema.json: cannot be read ({error}); `npx just mkdirs` writes it where it is missing"]) from None


def mapping_of(properties: dict) -> dict:
    required = list(properties)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def mapping_in(schema: Any) -> Mapping:
    """The mapping that a schema is about, also where null may stand in its place."""
    return next((each for each in choices_of(schema or {}) if each.get("type") == "object"), {})


def record_value(schema: Any) -> dict | None:
    """The schema of a mapping by name: models, remotes."""
    extra = mapping_in(schema).get("additionalProperties")
    return extra if isinstance(extra, dict) else None


def schema_under(schema: Any, key: str) -> dict | None:
    return mapping_in(schema).get("properties", {}).get(key) or record_value(schema)


def renamed_in(schema: Any) -> Mapping[str, str]:
    """Keys of a mapping that have a new name: the old ones, each with the new."""
    return (schema or {}).get("x-renamed", {})


def choices_of(schema: Mapping) -> list[Mapping]:
    return schema.get("anyOf") or [schema]


def with_defaults(schema: Any, value: Any) -> Any:
    """A value with the defaults of whatever it does not say."""
    if not isinstance(schema, dict) or not isinstance(value, dict):
        if isinstance(value, float) and (schema or {}).get("type") == "integer" and value.is_integer():
            return int(value)
        return value
    value = dict(value)
    for key, inner in mapping_in(schema).get("properties", {}).items():
        if key not in value and ("default" in inner or inner.get("type") == "object"):
            value[key] = copy.deepcopy(inner.get("default", {}))
    return {key: with_defaults(schema_under(schema, key), inner) for key, inner in value.items()}


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


def faults_in(schema: Mapping, value: Any, path: tuple, layer: Layer) -> list[str]:
    """All that a layer says wrong. What is missing in it may stand in another."""
    choices = choices_of(schema)
    fits = [each for each in choices if _KINDS[each["type"]][1](value)]
    here = f"{_where(path, layer)}: {setting_name(path)}"
    if not fits:
        return [f"{here} is {shown_value(value)}; expected {' or '.join(_KINDS[each['type']][0] for each in choices)}"]
    broken = _broken_rule(fits[0], value)
    if broken:
        return [f"{here} is {shown_value(value)}; expected {broken}"]
    if isinstance(value, list):
        rules = fits[0].get("items", {})
        return [fault for at, item in enumerate(value) for fault in faults_in(rules, item, (*path, at), layer)]
    if not isinstance(value, dict):
        return []
    faults = []
    for key, inner in value.items():
        under = schema_under(schema, key)
        name = schema.get("propertyNames", {})
        if under is None or key in ("__proto__", "prototype", "constructor"):
            faults.append(f"{_where((*path, key), layer)}: unknown setting {setting_name((*path, key))}; {_meant(schema, (*path, key))}")
        elif _broken_rule(name, key):
            faults.append(f"{_where((*path, key), layer)}: {setting_name((*path, key))} is no name; expected {_broken_rule(name, key)}")
        else:
            faults += faults_in(under, inner, (*path, key), layer)
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
    if "exclusiveMaximum" in schema and value >= schema["exclusiveMaximum"]:
        return f"less than {schema['exclusiveMaximum']}"
    if "minLength" in schema and len(value) < schema["minLength"]:
        return "text that is not empty"
    if "minItems" in schema and len(value) < schema["minItems"]:
        return f"at least {schema['minItems']} of them"
    # `$` is the very end in a schema; Python's would let a line break follow.
    if "pattern" in schema and not re.search(schema["pattern"].replace("$", r"\Z"), value, re.ASCII):
        return schema.get("description", f"text that matches {schema['pattern']}")
    return None


def missing_in(schema: Any, value: Any, path: tuple) -> list[str]:
    if not isinstance(value, dict) or not schema:
        return []
    lacks = [f"{setting_name((*path, key))} is missing" for key in mapping_in(schema).get("required", ()) if key not in value]
    return lacks + [fault for key, inner in value.items() for fault in missing_in(schema_under(schema, key), inner, (*path, key))]


def _meant(schema: Mapping, path: tuple) -> str:
    import difflib

    known = [each for each in mapping_in(schema).get("properties", {}) if each != "$schema"]
    near = difflib.get_close_matches(path[-1], known, 1)
    return f"did you mean `{setting_name((*path[:-1], near[0]))}`?" if near else f"expected one of {', '.join(known)}"


def _where(path: tuple, layer: Layer) -> str:
    for length in range(len(path), -1, -1):
        if path[:length] in layer.places:
            return layer.places[path[:length]]
    return layer.name


def with_new_names(schema: dict, layer: Layer, beside: Iterable[Layer], problems: list[str], warnings: list[str]) -> Layer:
    """A layer by the names of today. An old name beside the new one, in it or in the layers `beside`, is a problem."""
    places = dict(layer.places)

    def renew(under: Any, tree: Any, path: tuple) -> Any:
        if not isinstance(tree, dict):
            return tree
        renewed = {}
        for key, value in tree.items():
            new = renamed_in(under).get(key)
            if new is None:
                renewed[key] = renew(schema_under(under, key), value, (*path, key))
                continue
            text = f"{_where((*path, key), layer)}: {_written(layer, (*path, key))} is now called {_written(layer, (*path, new))}"
            if any(_says(each.tree, (*path, new)) for each in beside):
                problems.append(f"{text}, and both are there; remove {_written(layer, (*path, key))}")
                continue
            warnings.append(f"{text}; the next version reads only the new name")
            renewed[new] = value
            if (*path, key) in places:
                places[(*path, new)] = places[(*path, key)]
        return renewed

    return layer._replace(tree=renew(schema, layer.tree, ()), places=places)


def _says(tree: Any, path: tuple) -> bool:
    for key in path:
        if not isinstance(tree, dict) or key not in tree:
            return False
        tree = tree[key]
    return True


def _written(layer: Layer, path: tuple) -> str:
    """A setting as a person writes it there: a variable has no small letters and no dots."""
    name = setting_name(path)
    if not layer.name.startswith(PREFIX):
        return name
    return PREFIX + "__".join(re.sub(r"[^A-Z0-9]", "_", key.upper()) for key in name.split("."))


def setting_name(path: Iterable) -> str:
    keys = [str(key) for key in path]
    return ".".join(keys[1:] if keys[:1] == ["setup"] and len(keys) > 1 else keys)


def shown_value(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    return json.dumps(value, ensure_ascii=False)[:80]
