"""Makes adapters of a small Llama, right and wrong ones, and loads each with the environment's own PEFT.

    python adapters.py MODEL FOLDER

Prints a JSON object: for each adapter whether PEFT loads it and whether it then changes what the model says.
"""
import json
import os
import shutil
import sys

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

PREFIX = "base_model.model."
IDS = torch.arange(3, 7)[None]


def made(model, folder, name, **settings):
    """Saves an adapter with weights of its own."""
    settings = {"r": 4, "lora_alpha": 8, "target_modules": ["q_proj", "v_proj"], "task_type": "CAUSAL_LM", **settings}
    adapted = get_peft_model(AutoModelForCausalLM.from_pretrained(model), LoraConfig(**settings))
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in adapted.parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn_like(parameter) * 0.1)
    adapted.save_pretrained(os.path.join(folder, name))


def changed(folder, name, tensors=None, **settings):
    """The plain one with other names, tensors or settings."""
    target = os.path.join(folder, name)
    shutil.copytree(os.path.join(folder, "plain"), target)
    if tensors:
        file = os.path.join(target, "adapter_model.safetensors")
        save_file({key: value.contiguous() for key, value in tensors(load_file(file)).items()}, file, metadata={"format": "pt"})
    file = os.path.join(target, "adapter_config.json")
    with open(file, encoding="utf-8") as source:
        config = json.load(source)
    with open(file, "w", encoding="utf-8") as out:
        json.dump({**config, **settings}, out)


def renamed(old, new):
    return lambda tensors: {key.replace(old, new, 1): value for key, value in tensors.items()}


def loaded(model, folder):
    try:
        base = AutoModelForCausalLM.from_pretrained(model)
        before = base(IDS).logits
        after = PeftModel.from_pretrained(base, folder).eval()(IDS).logits
        return {"loads": True, "changes": bool((before - after).abs().max() > 1e-6)}
    except Exception as error:
        return {"loads": False, "error": "%s: %s" % (type(error).__name__, str(error)[:100])}


def wrong_values():
    """Values that are not what a field means, by a name of the adapter: some end in an error, some are taken for another value."""
    values = {
        "r": ["4", None, True, 0],
        "lora_alpha": ["8", None, [1], 0, False, True, 8.5],
        "lora_dropout": ["0.1", None, 1.5, 1, True],
        "rank_pattern": [None, [], {"q_proj": "4"}, {"q_proj": 0}],
        "alpha_pattern": [None, [], {"q_proj": "4"}, {"q_proj": True}],
        "use_rslora": ["false", None, 0, 1],
        "bias": [None, True, "foo"],
        "fan_in_fan_out": [None, 0],
        "target_modules": [7, True],
        "modules_to_save": [7, "lm_head", [7]],
        "layers_to_transform": ["0", ["0"], []],
        "layer_replication": [7, [[0]], [["0", "1"]], []],
        "init_lora_weights": [7, 0, None, "foo"],
        "peft_type": ["LOHA", "IA3", "FOO", "ADALORA"],
    }
    return {"%s-%d" % (key, at): {key: value} for key, each in values.items() for at, value in enumerate(each)}


def main(model, folder):
    made(model, folder, "plain")
    made(model, folder, "rank-pattern", rank_pattern={"q_proj": 2})
    made(model, folder, "expression", target_modules=r"(?i).*\.(?P<m>Q|v)_proj\Z")
    made(model, folder, "some-targets", target_modules=["q_proj", "query_key_value"])
    made(model, folder, "layers", layers_to_transform=[0])
    made(model, folder, "saved", modules_to_save=["lm_head"])
    made(model, folder, "embeddings", target_modules=["q_proj", "embed_tokens", "lm_head"])
    changed(folder, "own-name", renamed(".weight", ".default.weight"))
    changed(folder, "wrapped", renamed(PREFIX, PREFIX + "module."))
    changed(folder, "compiled", renamed(PREFIX, PREFIX + "_orig_mod."))
    changed(folder, "no-prefix", renamed(PREFIX, ""))
    changed(folder, "other-rank", r=8)
    changed(folder, "no-target", target_modules=["w_proj"])
    changed(folder, "empty", lambda tensors: {key: torch.zeros(0) for key in tensors})
    changed(
        folder,
        "vocabulary",
        lambda tensors: {**tensors, PREFIX + "lm_head.weight": torch.zeros(1000, tensors[next(iter(tensors))].shape[1])},
        modules_to_save=["lm_head"],
    )
    for name, settings in wrong_values().items():
        changed(folder, name, **settings)
    changed(folder, "stranger", lambda tensors: {**tensors, "foo.bar": torch.zeros(2)})
    changed(folder, "of-today", peft_version="0.21.2", target_parameters=None, lora_bias=False)
    names = sorted(os.listdir(folder))
    print(json.dumps({name: loaded(model, os.path.join(folder, name)) for name in names}))


if __name__ == "__main__":
    main(*sys.argv[1:3])
