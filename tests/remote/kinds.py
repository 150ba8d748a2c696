"""A small model of each kind that docs/ENVIRONMENTS.md names: made, saved, loaded, one step with a LoRA adapter, loaded again with it.

    python kinds.py FOLDER

Its last line is a JSON object: for each kind `loaded`, or the error. Nothing is fetched.
"""
import json
import os
import sys

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM

SIZES = dict(
    vocab_size=64,
    hidden_size=32,
    intermediate_size=64,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    head_dim=8,
    max_position_embeddings=64,
    pad_token_id=0,
    bos_token_id=1,
    eos_token_id=2,
)
EXPERTS = dict(num_local_experts=4, num_experts_per_tok=2)
# Llama 3.x, Mistral 7B, Nemo and Small, Qwen 2.5 and 3, Gemma 2 and 3, Phi 4, GPT-OSS, SmolLM 3, by their `model_type`.
KINDS = {
    "llama": dict(rope_scaling=dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=32)),
    "mistral": {},
    "qwen2": {},
    "qwen3": {},
    "gemma2": {},
    "gemma3_text": {},
    "phi3": {},
    "gpt_oss": EXPERTS,
    "smollm3": {},
}
# Their fused layers have other names.
TARGETS = {"phi3": ["qkv_proj", "o_proj"]}
IDS = torch.arange(3, 11)[None]


def tried(kind, folder):
    torch.manual_seed(7)
    at, adapter = os.path.join(folder, kind), os.path.join(folder, kind + "-adapter")
    AutoModelForCausalLM.from_config(AutoConfig.for_model(kind, **{**SIZES, **KINDS[kind]})).save_pretrained(at)
    model = AutoModelForCausalLM.from_pretrained(at, torch_dtype=torch.float32)
    model = get_peft_model(model, LoraConfig(r=4, target_modules=TARGETS.get(kind, ["q_proj", "v_proj"]), task_type="CAUSAL_LM"))
    optimizer = torch.optim.AdamW([weight for weight in model.parameters() if weight.requires_grad], lr=1e-2)
    untrained = float(model(IDS, labels=IDS).loss)
    for _ in range(2):
        model(IDS, labels=IDS).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.eval()
    with torch.no_grad():
        trained = model(IDS, labels=IDS).loss
        model.save_pretrained(adapter)
        again = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(at, torch_dtype=torch.float32), adapter).eval()
        loaded = again(IDS, labels=IDS).loss
    if not float(trained) < untrained:
        return "the loss did not fall: %g, %g" % (untrained, float(trained))
    if not abs(float(trained - loaded)) < 1e-4:
        return "loaded again it gives another loss: %g, %g" % (float(trained), float(loaded))
    return "loaded"


def main(folder):
    told = {}
    for kind in KINDS:
        try:
            told[kind] = tried(kind, folder)
        except Exception as error:
            told[kind] = "%s: %s" % (type(error).__name__, error)
    print(json.dumps(told))


main(sys.argv[1])
