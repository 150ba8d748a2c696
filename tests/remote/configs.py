"""Small models whose config.json says otherwise than their weights, each loaded by the real transformers.

    python configs.py FOLDER

Writes each into a folder with a number for a name: without `model_type`, versions before 5 take the kind of model from the path. Its
last line is a JSON list: the `folder`, the `kind` of model, what was changed (`change`), and what `from_pretrained` does (`verdict`):
`refuses`, `random` (weights that no file has: any values, or none), `leaves` (tensors of the files that it does not use) or `loads`. Kinds that this version
does not know are left out.
"""
import json
import os
import shutil
import sys

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM

SIZES = dict(
    vocab_size=64,
    hidden_size=32,
    intermediate_size=64,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=64,
    tie_word_embeddings=False,
    pad_token_id=0,
    bos_token_id=1,
    eos_token_id=2,
)
# Those whose `head_dim` is not made of two of the sizes.
HEADS = {"qwen3": dict(head_dim=16), "gemma": dict(head_dim=16), "gemma2": dict(head_dim=16), "gemma3_text": dict(head_dim=16)}
KINDS = ["llama", "mistral", "qwen2", "qwen3", "gemma", "gemma2", "gemma3_text", "smollm3", "phi3", "olmo2", "granite"]
GONE = object()
# Fields with another value, a part of the names of tensors that are taken out, and what all names are made of.
CHANGES = {
    "as-it-is": ({}, None),
    "vocabulary": (dict(vocab_size=72), None),
    "width": (dict(hidden_size=40, head_dim=8), None),
    "mlp": (dict(intermediate_size=72), None),
    "heads": (dict(num_attention_heads=8, head_dim=8), None),
    "kv-heads": (dict(num_key_value_heads=4), None),
    "head-dim": (dict(head_dim=32), None),
    "more-layers": (dict(num_hidden_layers=3), None),
    "fewer-layers": (dict(num_hidden_layers=1), None),
    "more-layers-typed": (dict(num_hidden_layers=3, layer_types=["full_attention"] * 3), None),
    "fewer-layers-typed": (dict(num_hidden_layers=1, layer_types=["full_attention"]), None),
    "no-layer-0": ({}, "layers.0."),
    "no-mlp-1": ({}, "layers.1.mlp.up_proj"),
    "no-norm": ({}, "model.norm."),
    "no-embedding": ({}, "embed_tokens"),
    "no-head": ({}, "lm_head"),
    "no-head-tied": (dict(tie_word_embeddings=True), "lm_head"),
    "head-tied": (dict(tie_word_embeddings=True), None),
    # What save_model of safetensors leaves of two that are tied.
    "no-embedding-tied": (dict(tie_word_embeddings=True), "embed_tokens"),
    "no-head-unsaid": (dict(tie_word_embeddings=GONE), "lm_head"),
    "no-layer-norm": ({}, "post_attention_layernorm"),
    "no-query-norm": ({}, "layers.1.self_attn.q_norm"),
    "attention-bias": (dict(attention_bias=True), None),
    "no-width": (dict(hidden_size=GONE), None),
    "of-peft": ({}, None, "base_model.model.{}"),
    "of-module": ({}, None, "module.{}"),
    "of-compile": ({}, None, "_orig_mod.{}"),
    "of-another": ({}, None, "transformer.{}"),
    "one-more": ({}, None, "{}", "model.layers.0.self_attn.q_proj.lora_A.default.weight"),
    "no-kind": (dict(model_type=GONE, architectures=GONE), None),
    "no-model-type": (dict(model_type=GONE), None),
    "no-architectures": (dict(architectures=GONE), None),
}


def changed(plain, target, fields, without, named="{}", more=None):
    shutil.copytree(plain, target)
    file = os.path.join(target, "model.safetensors")
    tensors = {named.format(name): tensor for name, tensor in load_file(file).items() if not (without and without in name)}
    if more:
        tensors[more] = torch.zeros(2)
    save_file(tensors, file, metadata={"format": "pt"})
    file = os.path.join(target, "config.json")
    with open(file, encoding="utf-8") as source:
        plain_fields = json.load(source)
    # Of kinds alone that have it.
    fields = {key: value for key, value in fields.items() if key != "layer_types" or key in plain_fields}
    config = {**plain_fields, **fields}
    with open(file, "w", encoding="utf-8") as out:
        json.dump({key: value for key, value in config.items() if value is not GONE}, out)


def asked(folder):
    try:
        model, told = AutoModelForCausalLM.from_pretrained(folder, output_loading_info=True)
    except Exception:
        return "refuses"
    if told["missing_keys"] or any(weight.is_meta for weight in model.parameters()):
        return "random"
    return "leaves" if told["unexpected_keys"] else "loads"


def main(folder):
    os.chdir(folder)
    verdicts = []
    for kind in KINDS:
        try:
            config = AutoConfig.for_model(kind, **{**SIZES, **HEADS.get(kind, {})})
        except ValueError:
            continue
        torch.manual_seed(3)
        AutoModelForCausalLM.from_config(config).save_pretrained("plain", safe_serialization=True)
        with open("plain/tokenizer.json", "w", encoding="utf-8") as out:
            out.write("{}")
        for change, how in CHANGES.items():
            at = str(len(verdicts))
            changed("plain", at, *how)
            verdicts.append({"folder": at, "kind": kind, "change": change, "verdict": asked(at)})
        shutil.rmtree("plain")
    print(json.dumps(verdicts))


main(sys.argv[1])
