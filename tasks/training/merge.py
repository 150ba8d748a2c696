"""Merges an adapter into its base model, and proves that the merged one answers as both together do.

    python merge.py JOB.json RESULT.json

The job is {base, adapter, folder, repo, dtype}: folders, absolute, the name of the base on the Hub or null, and the type of the weights
that are written or null for that of the base. Job and result are files, as program.py of the proof has them. Writes a whole model to
`folder`, on the processor, all sums in float32. Nothing is fetched.
"""

import importlib.util
import json
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "environments", "proof"))
from program import run  # noqa: E402

# What belongs to a model beside its weights and config.json: as the base has it, byte for byte.
BESIDE = ("generation_config.json", "special_tokens_map.json", "vocab.json", "merges.txt", "LICENSE", "LICENSE.txt", "USE_POLICY.md")
BEGINNINGS = ("tokenizer", "chat_template", "added_tokens", "preprocessor_config", "processor_config")
SHARD = "5GB"


def logits_of(model, ids):
    import torch

    return model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits.float()


def load(folder):
    import torch
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(folder, torch_dtype=torch.float32, low_cpu_mem_usage=True).eval()


def stored_dtype(folder):
    """The type that the weights of the base have on the disk: what is merged is kept in it."""
    import torch

    with open(os.path.join(folder, "config.json"), encoding="utf-8") as source:
        config = json.load(source)
    config = config.get("text_config") or config
    return getattr(torch, str(config.get("torch_dtype") or config.get("dtype") or "float32").replace("torch.", ""))


def difference(one, other):
    """How far logits are from each other, as a part of the largest of the first."""
    return float((one - other).abs().max() / one.abs().max().clamp(min=1e-6))


def merge(job, stage):
    stage("import")
    import torch
    from peft import PeftModel

    stage("model")
    stored = getattr(torch, job["dtype"]) if job.get("dtype") else stored_dtype(job["base"])
    torch.set_grad_enabled(False)
    base = load(job["base"])
    ids = torch.tensor([[at % base.config.vocab_size for at in range(3, 35)]])
    plain = logits_of(base, ids)
    stage("adapter")
    model = PeftModel.from_pretrained(base, job["adapter"]).eval()
    together = logits_of(model, ids)
    stage("merge")
    merged = model.merge_and_unload(safe_merge=True)
    stage("save")
    merged.to(stored).save_pretrained(job["folder"], safe_serialization=True, max_shard_size=SHARD)
    beside(job)
    del base, model, merged
    stage("reload")
    again = logits_of(load(job["folder"]), ids)
    found, effect = difference(together, again), difference(together, plain)
    allowed = 1e-4 if stored == torch.float32 else 5e-2
    if not found <= allowed:
        raise ValueError("the merged model gives other logits than base and adapter together, they differ by %g of the largest" % found)
    return {
        "dtype": str(stored).replace("torch.", ""),
        "logitsDifference": found,
        # Where it is 0 the adapter does nothing. Where it is not much more than the one above, rounding has taken what was learned.
        "adapterDifference": effect,
        "versions": {name: version(name) for name in ("torch", "transformers", "peft", "safetensors")},
    }


def beside(job):
    for name in os.listdir(job["base"]):
        source = os.path.join(job["base"], name)
        if os.path.isfile(source) and (name in BESIDE or name.startswith(BEGINNINGS)):
            shutil.copyfile(source, os.path.join(job["folder"], name))
    # The folder of this machine says nothing on another.
    file = os.path.join(job["folder"], "config.json")
    with open(file, encoding="utf-8") as source:
        config = json.load(source)
    if "_name_or_path" in config:
        config["_name_or_path"] = job.get("repo") or ""
        with open(file, "w", encoding="utf-8") as target:
            json.dump(config, target, indent=2, sort_keys=True)


def version(name):
    from importlib import metadata

    return metadata.version(name) if importlib.util.find_spec(name) else None


if __name__ == "__main__":
    run(merge)
