#!/usr/bin/env bash
# Where: an adapter that PEFT 0.18.1 trained for classification (`task_type: SEQ_CLS`), loaded onto the same base as a causal model
# by transformers 4.57.6 and merged with `safe_merge`.
#
# Such an adapter holds the low-rank weights and a trained head (`score`), which its `modules_to_save` names. AutoModelForCausalLM
# gives the base another head, so there is no module of that name.
#
# A good guess: PeftModel.from_pretrained refuses, since a module that the adapter names is not there, or warns of weights that
# fit nowhere; or the merge, which looks at what it made, does.
# Seen: neither. The head is dropped without an error or a warning, the object even says that it is a
# PeftModelForSequenceClassification, and merge_and_unload(safe_merge=True) gives a causal model in which nothing of the head is left.
#
# Fetches torch (some GB). Needs Python 3.10 to 3.13. Exits with 1 when that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 TRANSFORMERS_VERBOSITY=error HF_HUB_OFFLINE=1 CUDA_VISIBLE_DEVICES=
unset PIP_FIND_LINKS PYTHONPATH
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.6.0 transformers==4.57.6 peft==0.18.1 'numpy<3'
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import json, sys, warnings
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, LlamaConfig

torch.manual_seed(0)
sizes = dict(vocab_size=32, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, pad_token_id=0)
AutoModelForCausalLM.from_config(LlamaConfig(**sizes)).save_pretrained("base")
classifier = AutoModelForSequenceClassification.from_pretrained("base", num_labels=3)
trained = get_peft_model(classifier, LoraConfig(task_type="SEQ_CLS", r=2, target_modules=["q_proj", "v_proj"]))
with torch.no_grad():
    for weight in trained.parameters():
        if weight.requires_grad:
            torch.nn.init.normal_(weight)
trained.save_pretrained("adapter")
heads = [name for name in load_file("adapter/adapter_model.safetensors") if name.endswith("score.weight")]
named = json.load(open("adapter/adapter_config.json"))["modules_to_save"]

with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    loaded = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained("base"), "adapter")
    kind = type(loaded).__name__
    merged = loaded.merge_and_unload(safe_merge=True)
left = [name for name, _ in merged.named_parameters() if "score" in name]
print(f"trained heads in the adapter: {heads}, named by modules_to_save: {named}")
print(f"loaded as {kind}, merged to {type(merged).__name__}: heads left {left}, warnings {[str(each.message) for each in said]}")
expected = (1, True, "PeftModelForSequenceClassification", "LlamaForCausalLM", [], [])
sys.exit(0 if (len(heads), "score" in named, kind, type(merged).__name__, left, said) == expected else 1)
PYTHON
