#!/usr/bin/env bash
# Where: @huggingface/jinja 0.5.11, the renderer of chat templates in JavaScript, beside jinja2 3.1.6, which transformers uses.
#
# Templates of reasoning models take the thoughts out of an answer with `content.split('</think>')[-1].lstrip('\n')`: line breaks
# before the answer go, and its first line stays as it is. The template of Qwen 3 does, as trl ships it.
#
# A good guess: both renderers make the same text of it, as they do of the other templates that trl ships.
# Seen: the JavaScript one takes `strip`, `lstrip` and `rstrip` with an argument for those without one, and no message says so. An
# answer that begins with an indented line of code loses its indentation. `'xy</answer>'.rstrip('</answer>')` stays as it is, where
# Python makes `xy` of it.
#
# Needs Node, npm and Python 3.10 or newer. Exits with 1 when that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1
unset PIP_FIND_LINKS PYTHONPATH
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet jinja2==3.1.6
"$folder/venv/bin/pip" install --quiet --no-deps trl==1.14.2
cd "$folder"
echo '{}' >package.json
npm install --silent --ignore-scripts @huggingface/jinja@0.5.11
cp "$folder"/venv/lib/python3*/site-packages/trl/chat_templates/qwen3.jinja .
cat >messages.json <<'JSON'
[{"role": "user", "content": "Go on."}, {"role": "assistant", "content": "<think>\nCode.\n</think>\n\n    return 1"}]
JSON
cat >render.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { Template } from '@huggingface/jinja';
const messages = JSON.parse(readFileSync('messages.json', 'utf8'));
const rendered = new Template(readFileSync('qwen3.jinja', 'utf8')).render({ messages, add_generation_prompt: false });
const short = new Template("{{ 'xy</answer>'.rstrip('</answer>') }}").render({});
console.log(JSON.stringify([rendered.split('</think>').at(-1), short]));
JS
cat >render.py <<'PYTHON'
import json
from jinja2.sandbox import ImmutableSandboxedEnvironment

environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
template = environment.from_string(open("qwen3.jinja").read())
rendered = template.render(messages=json.load(open("messages.json")), add_generation_prompt=False)
short = environment.from_string("{{ 'xy</answer>'.rstrip('</answer>') }}").render()
print(json.dumps([rendered.split("</think>")[-1], short], separators=(",", ":")))
PYTHON
echo "JavaScript: $(node render.mjs)" | tee found
echo "Python:     $(venv/bin/python render.py)" | tee -a found
grep -qF 'JavaScript: ["\n\nreturn 1<|im_end|>\n","xy</answer>"]' found
grep -qF 'Python:     ["\n\n    return 1<|im_end|>\n","xy"]' found
