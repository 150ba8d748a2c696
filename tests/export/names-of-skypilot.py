"""Every text in the code of the installed SkyPilot that may be the name of an accelerator, as JSON: its hosted catalogue is not in it."""

import ast
import json
import pathlib

import sky

texts = set()
for file in pathlib.Path(sky.__file__).parent.rglob("*.py"):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 30:
            texts.add(node.value)
print(json.dumps(sorted(texts)))
