"""Makes adapters whose `rank_pattern` and `alpha_pattern` versions of PEFT read by other rules.

    python patterns.py BASE FOLDER

Each has weights of its own, without a training, as its PEFT saves them.
"""
import os
import sys

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

CASES = {
    "begin-alpha": dict(alpha_pattern={"^model.layers.0.*q_proj": 64}),
    "begin-rank": dict(rank_pattern={"^model.*q_proj": 2}),
    "either": dict(rank_pattern={"q_proj|v_proj": 2}),
    "crossed": dict(rank_pattern={"q_proj": 2}, alpha_pattern={"self_attn.q_proj": 64}),
    "crossed-alpha": dict(rank_pattern={"v_proj": 4}, alpha_pattern={"self_attn.v_proj": 64}),
    "plain": dict(rank_pattern={"q_proj": 2}, alpha_pattern={"q_proj": 64, "layers.1.self_attn.v_proj": 2}),
    "top": dict(alpha_pattern={"lm_head": 64}, target_modules=["q_proj", "lm_head"]),
    "top-expression": dict(alpha_pattern={"lm_(head|tail)": 64}, target_modules=["q_proj", "lm_head"]),
    "inside": dict(alpha_pattern={r"layers\.(0|2)\..*": 64}),
}


def main(base, folder):
    for name, settings in CASES.items():
        torch.manual_seed(7)
        config = LoraConfig(**{"r": 4, "lora_alpha": 8, "target_modules": ["q_proj", "v_proj"], "task_type": "CAUSAL_LM", **settings})
        model = get_peft_model(AutoModelForCausalLM.from_pretrained(base, torch_dtype=torch.float32), config)
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.requires_grad:
                    parameter.add_(torch.randn_like(parameter) * 0.05)
        model.save_pretrained(os.path.join(folder, name))


main(*sys.argv[1:])
