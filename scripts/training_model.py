"""The base model and its adapter: loading, saving, loading again, and what it answers. For train.py."""

import json
import os
import shutil

from training_ranks import card


class UnknownTargets(Exception):
    """The settings name layers that the model does not have."""


def uses_gpu(job):
    import torch

    return job["device"] == "gpu" or (job["device"] == "any" and torch.cuda.is_available())


def is_quantized(job):
    return uses_gpu(job) and job["quantization"]["load_in_4bit"]


def load_base(job):
    """The base model as it is trained: 4 bits and half precision on a GPU, float32 on the processor."""
    import torch
    from peft import prepare_model_for_kbit_training
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    gpu, quantization = uses_gpu(job), job["quantization"]
    dtype = getattr(torch, quantization["compute_dtype"])
    options = {"torch_dtype": dtype, "device_map": {"": card()}} if gpu else {"torch_dtype": torch.float32}
    if is_quantized(job):
        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type=quantization["quant_type"],
            bnb_4bit_use_double_quant=quantization["double_quant"],
            bnb_4bit_compute_dtype=dtype,
        )
    # FlashAttention runs on a GPU alone.
    if job["attention"] != "auto" and (gpu or job["attention"] != "flash_attention_2"):
        options["attn_implementation"] = job["attention"]
    model = AutoModelForCausalLM.from_pretrained(job["model"], **options)
    # transformers 4.36: with checkpointing and a cache the attention mask has another size than the keys.
    model.config.use_cache = False
    if is_quantized(job):
        # Norms and output layer in float32. The Trainer turns checkpointing on, with the arguments that each version needs.
        model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)
    return model


def check_targets(model, names):
    """The layers that the settings name must be there: peft trains those that it finds and says nothing."""
    import torch

    layers = [name for name, module in model.named_modules() if isinstance(module, (torch.nn.Linear, torch.nn.Embedding))]
    missing = [name for name in names if not any(("." + layer).endswith("." + name) for layer in layers)]
    if missing:
        there = sorted({layer.rsplit(".", 1)[-1] for layer in layers})
        raise UnknownTargets(
            "lora.target_modules names %s, which a model of type %s does not have; it has %s"
            % (", ".join(missing), model.config.model_type, ", ".join(there))
        )


def with_adapter(base, job):
    import torch
    from peft import LoraConfig, get_peft_model

    lora = job["lora"]
    check_targets(base, lora["target_modules"])
    torch.manual_seed(job["arguments"]["seed"])
    model = get_peft_model(
        base,
        LoraConfig(
            r=lora["rank"],
            lora_alpha=lora["alpha"],
            lora_dropout=lora["dropout"],
            target_modules=lora["target_modules"],
            task_type="CAUSAL_LM",
        ),
    )
    # Without a gradient of the inputs checkpointing has none to carry: "element 0 of tensors does not require grad".
    model.enable_input_require_grads()
    in_full_precision(model)
    return model


def in_full_precision(model):
    """Half-precision weights that are trained cannot be scaled: the adapter is kept in float32, as peft does from 0.12 on."""
    for weight in model.parameters():
        if weight.requires_grad:
            weight.data = weight.data.float()


def save(model, job):
    """Writes the adapter, which names its base as the Hub does: a folder of this machine says nothing on another."""
    folder = os.path.join(job["folder"], "adapter")
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder, safe_serialization=True)
    file = os.path.join(folder, "adapter_config.json")
    if job.get("base"):
        with open(file, encoding="utf-8") as source:
            config = json.load(source)
        config.update(base_model_name_or_path=job["base"]["repo"], revision=job["base"]["commit"])
        with open(file, "w", encoding="utf-8") as target:
            json.dump(config, target, indent=2, sort_keys=True)
    return folder


def logits_of(model, row):
    import torch

    ids = torch.tensor([list(row.ids)], device=next(model.parameters()).device)
    with torch.no_grad():
        return model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits.float()


def loaded_again(model, folder, row, job):
    """Puts the adapter from its file in place of the trained one. Returns how far its logits are from those of the trained one."""
    model.eval()
    before = logits_of(model, row)
    model.load_adapter(folder, "saved")
    model.set_adapter("saved")
    in_full_precision(model)
    model.eval()
    difference = float((logits_of(model, row) - before).abs().max())
    allowed = (1e-2 if uses_gpu(job) else 1e-4) * max(1.0, float(before.abs().max()))
    if not difference <= allowed:
        raise ValueError("the reloaded adapter gives other logits, they differ by %g" % difference)
    return difference


def samples(model, tokenizer, rows):
    """What the base model and the adapter answer to the prompts of these rows; of a plain text to its first half."""
    import torch

    model.config.use_cache = True
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id

    def answer(ids):
        ids = torch.tensor([ids], device=next(model.parameters()).device)
        with torch.no_grad():
            out = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=64, do_sample=False, pad_token_id=pad)
        return tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True)

    told = []
    for row in rows:
        start = row.answers[0][0]
        ids = list(row.ids[: start if start > 1 else max(1, len(row.ids) // 2)])
        with model.disable_adapter():
            before = answer(ids)
        told.append({"prompt": tokenizer.decode(ids, skip_special_tokens=True), "before": before, "after": answer(ids)})
    return told
