#!/usr/bin/env bash
# Where: a checkpoint of Trainer that is gone on from with a smaller batch, in transformers 4.57.6 and 5.24.0.
#
# Memory was too small, so `per_device_train_batch_size` goes from 4 to 1 and `gradient_accumulation_steps` from 1 to 4: the same
# four rows in a step, a quarter of the memory. The last checkpoint is whole, and `resume_from_checkpoint=True` takes it.
#
# A good guess: the arguments of this run count, so that four rows go through the model one at a time and make one step.
# Seen: in 4.57.6 the batch is that of the checkpoint (`train_batch_size` of trainer_state.json), the accumulation that of the arguments:
# four rows at a time as before, which need the memory that was not there, and sixteen rows a step. A line of the log names both numbers
# and does not say which one counts. 5.24.0 writes the same line, and takes one row at a time. The checkpoint is the same file: who goes on
# with it on a machine that has the other release trains with another batch.
#
# Fetches torch (some GB). Needs Python 3.10 to 3.13. Exits with 1 when that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 HF_HUB_OFFLINE=1 CUDA_VISIBLE_DEVICES=
unset PIP_FIND_LINKS PYTHONPATH
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 accelerate==1.15.0 requests regex
"$folder/venv/bin/pip" install --quiet --target "$folder/4.57.6" --no-deps transformers==4.57.6 huggingface-hub==0.36.2 tokenizers==0.22.2
"$folder/venv/bin/pip" install --quiet --target "$folder/5.24.0" --no-deps transformers==5.24.0 huggingface-hub==2.4.0 tokenizers==0.23.3
cd "$folder"
cat >try.py <<'PYTHON'
import sys
import torch
from transformers import LlamaConfig, LlamaForCausalLM, Trainer, TrainingArguments, __version__

sizes = dict(vocab_size=64, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=2)
rows = [{"input_ids": torch.arange(8) + number % 8, "labels": torch.arange(8) + number % 8} for number in range(64)]
seen = []

def collate(batch):
    seen.append(len(batch))
    return {name: torch.stack([row[name] for row in batch]) for name in batch[0]}

def train(batch, accumulation, steps, resume):
    seen.clear()
    arguments = TrainingArguments(
        output_dir="checkpoints-" + __version__, per_device_train_batch_size=batch, gradient_accumulation_steps=accumulation,
        max_steps=steps, save_strategy="steps", save_steps=4, report_to=[], disable_tqdm=True, use_cpu=True)
    Trainer(model=LlamaForCausalLM(LlamaConfig(**sizes)), args=arguments, train_dataset=rows, data_collator=collate).train(resume_from_checkpoint=resume)

train(4, 1, 4, None)
train(1, 4, 8, True)
print("%s: asked for 1 row at a time, got %d" % (__version__, max(seen)))
PYTHON
for version in 4.57.6 5.24.0; do PYTHONPATH="$folder/$version" "$folder/venv/bin/python" try.py 2>/dev/null | grep '^[45]'; done | tee out
printf '%s\n' '4.57.6: asked for 1 row at a time, got 4' '5.24.0: asked for 1 row at a time, got 1' | diff - out
