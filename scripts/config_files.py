"""Text of settings files, as the tasks of just-lora read it, with the place of each key. Part of config_loader.py."""

from __future__ import annotations

import json
import math
import os
import re
import sys
from pathlib import Path
from typing import Any

LARGEST_FILE = 1_000_000
DEEPEST = 100


class Fault(Exception):
    """A text that is not settings, with the place where it stops being such."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.place = f"{line}:{column}"


def read_text(file: Path) -> str | None:
    """The text of a file, None where there is none."""
    try:
        if not os.path.lexists(file):
            return None
        if not file.is_file():
            raise Fault("a folder; expected a file" if file.is_dir() else "no regular file; expected a file")
        if file.stat().st_size > LARGEST_FILE:
            raise Fault(f"{file.stat().st_size} bytes; expected settings, at most {LARGEST_FILE} bytes")
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Fault(f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise Fault("bytes that are not UTF-8", error.object[: error.start].count(b"\n") + 1) from None


def parse_json(text: str) -> tuple[Any, dict]:
    """Strict JSON; keys that begin with `//` are comments, a key that stands twice is an error."""

    def mapping(pairs: list) -> dict:
        if len(dict(pairs)) < len(pairs):
            twice = next(key for at, (key, _) in enumerate(pairs) if key in dict(pairs[:at]))
            raise Fault(f"the key `{twice}` stands twice")
        return {key: value for key, value in pairs if not key.startswith("//")}

    def constant(name: str) -> None:
        raise Fault(f"`{name}` is no JSON")

    if not text.strip(" \t\r\n"):
        return None, {}
    try:
        return json.loads(text, object_pairs_hook=mapping, parse_constant=constant), {}
    except json.JSONDecodeError as error:
        raise Fault(error.msg, error.lineno, error.colno) from None
    except RecursionError:
        raise Fault(f"nested more than {DEEPEST} deep") from None


def parse_yaml(text: str) -> tuple[Any, dict]:
    """YAML 1.2 core schema, as the tasks read it: `yes` is text, no anchors, no merge keys, no key twice."""
    try:
        import yaml
    except ImportError:
        raise Fault("PyYAML is needed to read YAML: `python -m pip install pyyaml`") from None

    odd = re.search("[\\x85\u2028\u2029]", text)
    if odd:
        lines = re.split("\r\n|[\r\n]", text[: odd.start()])
        raise Fault(f"the character U+{ord(odd[0]):04X}, which settings must not hold", len(lines), len(lines[-1]) + 1)
    places: dict[tuple, str] = {}
    # PyYAML, of YAML 1.1, ends a word of a list at any `?`: those that mark no key go by another character.
    stand_in = next(chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in text)
    text = re.sub(r"(?<=[^\s\[{,])\?|\?(?=\S)", stand_in, text)
    # The last line of a block has its line end, whether or not the file says it.
    text += "" if text.endswith(("\n", "\r")) else "\n"

    def fault(message: str, event: Any) -> Fault:
        return Fault(message, event.start_mark.line + 1, event.start_mark.column + 1)

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
                raise fault("a key that is not text; put it in quotes", event)
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
        raise Fault(error.problem or "no YAML", mark.line + 1 if mark else 1, mark.column + 1 if mark else 1) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise Fault(str(error).split("\n")[0] or "no YAML") from None


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
