#!/usr/bin/env bash
# Where: a model's folder whose config.json has `architectures` and no `model_type`, under transformers 4.57.6 and 5.20.2.
#
# transformers 4 takes the kind of such a model from the name it is asked for, as its documentation says: a folder `llama-small` is a
# Llama. The name is searched for the kinds that it knows, the whole path of it, and one of the kinds is `opt`.
#
# A good guess: config.json says `LlamaForCausalLM`, so a folder moved from `llama-small` to another name is a Llama still, or refused.
# Seen: with 4.57.6 it is refused as `srv/models/base`, and as `opt/models/base`, as in the /opt of a shared machine, it is loaded as an
# OPTForCausalLM: of its weights it takes none, all of the model's 36 tensors get random values, and it says so in a warning alone. What
# is trained on it comes to nothing. 5.20.2 refuses all three names, the one with `llama` in it too.
#
# Fetches torch (some GB). Needs Python 3.10 to 3.13. Exits with 1 when that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 HF_HUB_OFFLINE=1 CUDA_VISIBLE_DEVICES=
unset PIP_FIND_LINKS PYTHONPATH
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.10.0 'numpy<3' safetensors==0.8.0
cd "$folder"
cat >make.py <<'PYTHON'
import json
import os

from transformers import LlamaConfig, LlamaForCausalLM

sizes = dict(vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2)
for folder in ["llama-small", "srv/models/base", "opt/models/base"]:
    LlamaForCausalLM(LlamaConfig(**sizes)).save_pretrained(folder)
    file = os.path.join(folder, "config.json")
    with open(file) as source:
        config = json.load(source)
    del config["model_type"]
    with open(file, "w") as out:
        json.dump(config, out)
PYTHON
cat >ask.py <<'PYTHON'
from transformers import AutoModelForCausalLM, __version__

for folder in ["llama-small", "srv/models/base", "opt/models/base"]:
    try:
        model, told = AutoModelForCausalLM.from_pretrained(folder, output_loading_info=True)
        how = "%s, %d tensors random" % (type(model).__name__, len(told["missing_keys"]))
    except ValueError as error:
        how = "%s: %s" % (type(error).__name__, str(error)[:18])
    print("transformers %s: %s: %s" % (__version__, folder, how))
PYTHON
for version in 4.57.6 5.20.2; do
  "$folder/venv/bin/pip" install --quiet "transformers==$version"
  [ -d llama-small ] || "$folder/venv/bin/python" make.py 2>/dev/null
  "$folder/venv/bin/python" ask.py 2>/dev/null
done | tee out
printf '%s\n' \
  'transformers 4.57.6: llama-small: LlamaForCausalLM, 0 tensors random' \
  'transformers 4.57.6: srv/models/base: ValueError: Unrecognized model' \
  'transformers 4.57.6: opt/models/base: OPTForCausalLM, 36 tensors random' \
  'transformers 5.20.2: llama-small: ValueError: Unrecognized model' \
  'transformers 5.20.2: srv/models/base: ValueError: Unrecognized model' \
  'transformers 5.20.2: opt/models/base: ValueError: Unrecognized model' | diff - out
