"""Loads adapters with the environment's own PEFT, and says what the model answers with each.

    python load.py BASE ANSWER.json ADAPTER...

The answer is for each adapter `{"loads": true, "logits": [...]}`, or `{"loads": false, "error": ...}` with what it gives when the keys
that this PEFT does not know are simply left out, `without`; and `base`, the logits without an adapter.
"""
import inspect
import json
import os
import shutil
import sys
import tempfile
import warnings

import torch
from peft import LoraConfig, PeftModel
from transformers import AutoModelForCausalLM

# The first are special tokens.
IDS = torch.arange(4, 12)[None]


def fresh(base):
    return AutoModelForCausalLM.from_pretrained(base, torch_dtype=torch.float32).eval()


def logits(model):
    with torch.no_grad():
        return [round(value, 6) for value in model(IDS).logits.float().flatten().tolist()]


def tried(base, adapter):
    try:
        return {"loads": True, "logits": logits(PeftModel.from_pretrained(fresh(base), adapter).eval())}
    except Exception as error:
        return {"loads": False, "error": "%s: %s" % (type(error).__name__, str(error)[:200])}


def without_unknown(base, adapter):
    """The adapter with the keys that this PEFT does not know left out."""
    known = inspect.signature(LoraConfig.__init__).parameters
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "adapter")
        shutil.copytree(adapter, copy)
        file = os.path.join(copy, "adapter_config.json")
        with open(file, encoding="utf-8") as source:
            config = json.load(source)
        with open(file, "w", encoding="utf-8") as target:
            json.dump({key: value for key, value in config.items() if key in known or key == "peft_type"}, target)
        return tried(base, copy)


def answered(base, adapter):
    told = tried(base, adapter)
    return told if told["loads"] else {**told, "without": without_unknown(base, adapter)}


def main(base, answer, *adapters):
    warnings.simplefilter("ignore")
    told = {adapter: answered(base, adapter) for adapter in adapters}
    with open(answer, "w", encoding="utf-8") as target:
        json.dump({"base": logits(fresh(base)), "adapters": told}, target)


main(*sys.argv[1:])
