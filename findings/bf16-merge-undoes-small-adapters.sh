#!/usr/bin/env bash
# Where: an adapter of PEFT 0.14.0 and its base in bfloat16, merged by `merge_and_unload(safe_merge=True)`.
#
# `safe_merge` looks at the merged weights before it keeps them. A LoRA that was trained for a short time, or with a low rate, changes
# each weight by a hundredth of its size and less; bfloat16 has eight bits for that.
#
# A good guess: base and adapter together, and the model that was merged of them, are the same but for a last digit everywhere; what
# cannot be kept is told, since that is what the safe merge is for.
# Seen: 38 % of the weights are what they were before the merge, to the last bit, and 41 % of the change of the logits is gone. There is
# no message. In float32 all weights change, and nothing is gone. And back: `unmerge_adapter` behind `merge_adapter` in bfloat16
# leaves 0.7 % of the weights other than they were, so that switching adapters that way makes another base of it.
#
# Fetches torch (some GB). Needs Python 3.10 to 3.12. Exits with 1 when that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 TRANSFORMERS_VERBOSITY=error HF_HUB_OFFLINE=1 CUDA_VISIBLE_DEVICES=
unset PIP_FIND_LINKS PYTHONPATH
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.5.1 transformers==4.45.2 accelerate==0.34.2 peft==0.14.0 'numpy<2'
cd "$folder"
cat >try.py <<'PYTHON'
import copy
import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

torch.set_grad_enabled(False)
torch.manual_seed(0)
sizes = dict(vocab_size=512, hidden_size=256, intermediate_size=512, num_hidden_layers=4, num_attention_heads=8, num_key_value_heads=4)
base = LlamaForCausalLM(LlamaConfig(**sizes)).to(torch.bfloat16)
ids = torch.arange(3, 35)[None]
targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]

def logits(model):
    return copy.deepcopy(model).float()(ids).logits

def adapted(dtype):
    torch.manual_seed(1)
    model = get_peft_model(copy.deepcopy(base).to(dtype), LoraConfig(r=16, lora_alpha=32, target_modules=targets)).eval()
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=3e-4)
    return model

def same(model):
    found = model.state_dict()
    return [(found[name] == weight).float().mean() for name, weight in base.state_dict().items() if name.split(".")[-2] in targets]

plain, together = logits(base), logits(adapted(torch.float32))
for dtype in (torch.bfloat16, torch.float32):
    merged = adapted(dtype).merge_and_unload(safe_merge=True)
    gone = (logits(merged) - together).abs().max() / (together - plain).abs().max()
    kept = torch.stack(same(merged)).mean()
    print("%s: %d %% of the weights as before, %d %% of the change gone" % (dtype, 100 * kept, 100 * gone))
there = adapted(torch.bfloat16)
there.merge_adapter()
there.unmerge_adapter()
back = there.unload()
print("bfloat16 and back: %.1f %% of the weights other than before" % (100 - 100 * torch.stack(same(back)).mean()))
PYTHON
"$folder/venv/bin/python" -W ignore try.py 2>/dev/null | tee found
awk '/^torch.bfloat16:/ { if ($2 < 25 || $9 < 15) exit 1 } /^torch.float32:/ { if ($2 > 1 || $9 > 1) exit 1 } /back:/ { if ($4 < 0.1) exit 1; n = 1 } END { exit n != 1 }' found
