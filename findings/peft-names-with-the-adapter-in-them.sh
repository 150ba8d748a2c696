#!/usr/bin/env bash
# Where: LoRA weights under the names that the model in memory has for them, loaded by PEFT 0.12.0, 0.20.0 and 0.21.2.
#
# `save_pretrained` of PEFT leaves the adapter's own name out: `…q_proj.lora_A.weight`. What is saved by other means has it in:
# `…q_proj.lora_A.default.weight`, as `state_dict()` tells them. That is how weights look that were gathered from several processes, or
# put together from the shards of a training that was cut off.
#
# A good guess: such a file is an adapter for every release, or an error for every release.
# Seen: 0.12.0 loads it without a word, and the model answers as its base does, to the last bit: none of the weights has found its place, and
# those of a fresh LoRA are zero. 0.20.0 does the same with a warning. 0.21.2 takes the weights. So a file that was tried with the newest
# release does nothing on a machine that has an older one, and it ran.
#
# Fetches torch (some GB). Needs Python 3.10 to 3.13. Exits with 1 when that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 HF_HUB_OFFLINE=1 CUDA_VISIBLE_DEVICES=
unset PIP_FIND_LINKS PYTHONPATH
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 transformers==4.57.6 accelerate==1.15.0
for version in 0.12.0 0.20.0 0.21.2; do "$folder/venv/bin/pip" install --quiet --no-deps --target "$folder/$version" "peft==$version"; done
cd "$folder"
cat >try.py <<'PYTHON'
import json
import os
import sys
import torch
from peft import LoraConfig, PeftModel, __version__, get_peft_model
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

sizes = dict(vocab_size=64, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=2)
ids = torch.arange(8)[None]

def base():
    torch.manual_seed(0)
    return LlamaForCausalLM(LlamaConfig(**sizes)).eval()

if sys.argv[1] == "save":
    model = get_peft_model(base(), LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"]))
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight)
    os.mkdir("adapter")
    weights = {name: weight.contiguous() for name, weight in model.state_dict().items() if "lora_" in name}
    save_file(weights, "adapter/adapter_model.safetensors", metadata={"format": "pt"})
    settings = {"peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": "base", "r": 4, "lora_alpha": 8, "target_modules": ["q_proj", "v_proj"]}
    with open("adapter/adapter_config.json", "w") as file:
        json.dump(settings, file)
else:
    with torch.no_grad():
        change = (PeftModel.from_pretrained(base(), "adapter").eval()(ids).logits - base()(ids).logits).abs().max()
    print("%s: the adapter changes %s" % (__version__, "nothing" if change == 0 else "the logits"))
PYTHON
PYTHONPATH="$folder/0.12.0" "$folder/venv/bin/python" -W ignore try.py save 2>/dev/null
for version in 0.12.0 0.20.0 0.21.2; do PYTHONPATH="$folder/$version" "$folder/venv/bin/python" -W ignore try.py load 2>/dev/null; done | tee out
printf '%s\n' '0.12.0: the adapter changes nothing' '0.20.0: the adapter changes nothing' '0.21.2: the adapter changes the logits' | diff - out
