"""Trains a first adapter with the project's own settings: python first-adapter.py MODEL ADAPTER, in the project."""
import sys

sys.path.insert(0, "scripts")

import torch
from config_loader import load_training_config, peft_arguments
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

model_folder, adapter = sys.argv[1:3]
torch.manual_seed(1)
base = AutoModelForCausalLM.from_pretrained(model_folder)
tokenizer = AutoTokenizer.from_pretrained(model_folder)
model = get_peft_model(base, LoraConfig(**peft_arguments(load_training_config())))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
ids = tokenizer("cloudy with rain towards noon", return_tensors="pt")["input_ids"]
for _ in range(3):
    loss = model(input_ids=ids, labels=ids).loss
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
model.save_pretrained(adapter)
