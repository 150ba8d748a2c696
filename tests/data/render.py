"""Renders conversations as transformers does (utils/chat_template_utils.py): reads JSON from stdin, prints a list of texts or errors."""

import json
import sys

from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment


def raise_exception(message):
    raise TemplateError(message)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
environment.filters["tojson"] = tojson
environment.globals["raise_exception"] = raise_exception
asked = json.load(sys.stdin)
said = []
for template in asked["templates"]:
    compiled = environment.from_string(template["text"])
    for messages in asked["conversations"]:
        try:
            text = compiled.render(
                messages=messages, bos_token=template["bos"], eos_token=template["eos"], add_generation_prompt=False
            )
            said.append({"text": text})
        except Exception as error:
            said.append({"raised": str(error)})
print(json.dumps(said))
