#!/usr/bin/env bash
# Where: a model with tied embeddings, written by `save_model` of safetensors 0.8.0 (which is for tensors that share their memory) and
# read by `from_pretrained` of transformers 4.57.6; as a check, of 4.45.2 and 5.20.2.
#
# Of the two names of one tensor `save_model` keeps one, the first by the alphabet: `lm_head.weight`. The configuration says
# `tie_word_embeddings: true`, and what the other name is stands in the metadata of the file.
#
# A good guess: the model is read as it was written, since the embeddings and the output layer are one tensor and the file has it; or
# it is refused, or the embeddings are said to be newly initialised.
# Seen: 4.45.2 and 5.20.2 read it as it was written. 4.57.6 returns, without an error, a model whose embeddings and whose output layer
# are both on the `meta` device, that is without values; the first forward pass ends with an error about a scalar type.
#
# Fetches torch (some GB) and three versions of transformers. Needs Python 3.10 to 3.12. Exits with 1 when that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 TRANSFORMERS_VERBOSITY=error HF_HUB_OFFLINE=1 CUDA_VISIBLE_DEVICES=
unset PIP_FIND_LINKS PYTHONPATH
"${PYTHON:-python3}" -m venv "$folder/venv"
cd "$folder"
cat > look.py <<'PYTHON'
import os, sys
import torch
import transformers
from safetensors import safe_open
from safetensors.torch import save_model
from transformers import AutoModelForCausalLM, LlamaConfig

torch.manual_seed(0)
sizes = dict(vocab_size=32, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2)
model = AutoModelForCausalLM.from_config(LlamaConfig(**sizes, tie_word_embeddings=True)).eval()
folder = "model-" + transformers.__version__
model.config.save_pretrained(folder)
save_model(model, os.path.join(folder, "model.safetensors"), metadata={"format": "pt"})
with safe_open(os.path.join(folder, "model.safetensors"), "pt") as file:
    kept = [name for name in file.keys() if "layers" not in name and "norm" not in name]
read = AutoModelForCausalLM.from_pretrained(folder).eval()
words = torch.arange(8)[None]
table, head = read.get_input_embeddings().weight, read.get_output_embeddings().weight
try:
    same = torch.allclose(model(words).logits, read(words).logits, atol=1e-5)
except (RuntimeError, NotImplementedError) as error:
    same = type(error).__name__
print(f"transformers {transformers.__version__}: kept {kept}, embeddings on {table.device}, output layer on {head.device}, same answer: {same}")
broken = (kept, str(table.device), str(head.device), same is not True) == (["lm_head.weight"], "meta", "meta", True)
well = (kept, same) == (["lm_head.weight"], True)
sys.exit(0 if (broken if sys.argv[1] == "broken" else well) else 1)
PYTHON
for each in 4.45.2:well 4.57.6:broken 5.20.2:well; do
  "$folder/venv/bin/pip" install --quiet torch==2.6.0 "transformers==${each%:*}" safetensors==0.8.0 'numpy<3'
  "$folder/venv/bin/python" look.py "${each#*:}"
done
