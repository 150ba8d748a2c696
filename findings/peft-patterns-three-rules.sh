#!/usr/bin/env bash
# Where: an adapter with `rank_pattern` and `alpha_pattern`, saved by PEFT 0.13.2 and loaded by 0.14.0 and 0.15.2.
#
# Both settings give modules a rank and an alpha of their own, by a name or an expression. Each release writes the same keys into
# adapter_config.json, and each reads them without a message.
#
# A good guess: the file says with which rank and alpha each module was trained, whichever release reads it.
# Seen: three rules.
#   0.13.2 looks in both settings for one key: the first that matches counts for rank and alpha alike.
#   0.14.0 looks in each setting for itself.
#   0.15.2 also lets a key match from the beginning of the name; before, it had to follow a dot, so that `^model…` matched nothing.
# So with {"q_proj": 2} and {"self_attn.q_proj": 64} the scale (alpha by rank) of q_proj is 8/2 in 0.13.2 and 64/2 in 0.14.0, and with
# the alpha under "^model.layers.0.self_attn.q_proj" it is 8/4 before 0.15 and 64/4 since. The ranks fit, so nothing is refused:
# the adapter loads, and the model is another one than was trained.
#
# Fetches torch (some GB). Needs Python 3.10 to 3.12. Exits with 1 when that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 TRANSFORMERS_VERBOSITY=error HF_HUB_OFFLINE=1 CUDA_VISIBLE_DEVICES=
unset PIP_FIND_LINKS PYTHONPATH
"${PYTHON:-python3}" -m venv "$folder/venv"
pip=("$folder/venv/bin/pip" install --quiet)
"${pip[@]}" torch==2.5.1 transformers==4.45.2 accelerate==0.34.2 'numpy<2'
for version in 0.13.2 0.14.0 0.15.2; do "${pip[@]}" --no-deps --target "$folder/peft-$version" "peft==$version"; done
cd "$folder"
cat >try.py <<'PYTHON'
import sys, torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

def base():
    torch.manual_seed(1)
    sizes = dict(vocab_size=32, hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=2)
    return LlamaForCausalLM(LlamaConfig(**sizes))

patterns = {
    "crossed": dict(rank_pattern={"q_proj": 2}, alpha_pattern={"self_attn.q_proj": 64}),
    "begin": dict(alpha_pattern={"^model.layers.0.self_attn.q_proj": 64}),
}
verb, folder = sys.argv[1:]
for name, pattern in patterns.items():
    if verb == "save":
        get_peft_model(base(), LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj"], init_lora_weights=False, **pattern)).save_pretrained(f"{folder}/{name}")
    else:
        model = PeftModel.from_pretrained(base(), f"{folder}/{name}")
        print(name, model.base_model.model.model.layers[0].self_attn.q_proj.scaling["default"])
PYTHON
seen() { PYTHONPATH="$folder/peft-$1" "$folder/venv/bin/python" -W ignore try.py "${@:2}" 2>/dev/null; }
seen 0.13.2 save old
for version in 0.13.2 0.14.0 0.15.2; do seen $version load old | sed "s/^/saved by 0.13.2, loaded by $version: /"; done | tee found
grep -q 'loaded by 0.13.2: crossed 4.0' found
grep -q 'loaded by 0.14.0: crossed 32.0' found
grep -q 'loaded by 0.14.0: begin 2.0' found
grep -q 'loaded by 0.15.2: begin 16.0' found
