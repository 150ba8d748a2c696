"""Five LoRA steps on a tiny model with the training script itself, as the proof that an environment can train.

    python train.py SETTINGS.json RESULT.json

Reads `{folder, script, device, model_type, lora, quantization, attention, arguments}` (the training settings of the project,
`all-linear` written out; without `script` that of the package), makes a model of that type, a tokenizer with a chat template and
rows in the folder, has the script train an adapter on them, loads it on a fresh model and compares logits.
Job and result are files, as program.py has them. Nothing is fetched.

For the proof of several cards together, `processes` says how many: one card by itself then takes the rows of all, one batch after the
other (gradient accumulation), and without dropout, which each process draws for itself. `reference` is the folder in which that was
done: the model and the rows are there, and the adapter that all together have to make too.
"""
import importlib.util
import json
import math
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from program import run  # noqa: E402

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), *[os.pardir] * 3, "scripts", "train.py")
STEPS = 5
SEED = 7
MAX_LENGTH = 128
# The settings' own rate is made for thousands of steps; five have to show.
LEARNING_RATE = 1e-2
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ message['role'] }} {{ message['content'] }}"
    "{% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %} {% endfor %}{% if add_generation_prompt %}assistant {% endif %}"
)
CORPUS = [
    "the morning will be cloudy with a light wind from the west and rain towards noon",
    "a high pressure area over the sea brings sunshine and temperatures above average",
    "thunderstorms are expected in the evening and gusts may reach seventy kilometres an hour",
    "snow falls in the mountains down to a thousand metres while the valleys stay dry",
]


# Dense decoders whose configuration takes the sizes by these names; for any other the model is a Llama.
MODEL_TYPES = ("llama", "mistral", "qwen2", "gemma", "phi3", "granite", "olmo", "stablelm", "starcoder2", "cohere", "qwen3")
LAYERS = 2


def make_model(folder, model_type):
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.train_from_iterator([*CORPUS, "user assistant"], trainers.BpeTrainer(vocab_size=256, special_tokens=["<unk>", "<s>", "</s>", "<pad>"]))
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", bos_token="<s>", eos_token="</s>", pad_token="<pad>", padding_side="right"
    )
    fast.chat_template = TEMPLATE
    fast.save_pretrained(folder)
    torch.manual_seed(SEED)
    known = model_type in MODEL_TYPES and model_type in CONFIG_MAPPING_NAMES
    config = AutoConfig.for_model(
        model_type if known else "llama",
        vocab_size=256,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=LAYERS,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        max_position_embeddings=256,
        pad_token_id=3,
        bos_token_id=1,
        eos_token_id=2,
    )
    AutoModelForCausalLM.from_config(config).save_pretrained(folder, safe_serialization=True)


def write_rows(file, count):
    """Chats, each of which asks for the text that goes with it: every step gets all of them."""
    with open(file, "w", encoding="utf-8") as target:
        for index in range(count):
            text = CORPUS[index % len(CORPUS)]
            messages = [{"role": "user", "content": text.split()[1]}, {"role": "assistant", "content": text}]
            target.write(json.dumps({"messages": messages}) + "\n")


def at_its_layer(name):
    """A layer that is named by its number stands in this small model at another one."""
    return re.sub(r"\blayers\.(\d+)\.", lambda match: "layers.%d." % (int(match[1]) % LAYERS), name)


def job_of(settings):
    """What `npx just train` asks of the script, but for what makes five steps on four rows show."""
    folder, run = settings["folder"], settings["arguments"]
    made, several = settings.get("reference") or folder, settings.get("processes", 1) > 1
    return {
        "model": os.path.join(made, "model"),
        "base": None,
        "train": [[os.path.join(made, "train.jsonl"), "train.jsonl"]],
        "validation": [[os.path.join(made, "validation.jsonl"), "validation.jsonl"]],
        "folder": folder,
        "logs": os.path.join(folder, "logs"),
        "device": settings["device"],
        "lora": {
            **settings["lora"],
            "target_modules": [at_its_layer(name) for name in settings["lora"]["target_modules"]],
            **({"dropout": 0.0} if several else {}),
        },
        "quantization": settings["quantization"],
        "attention": settings["attention"],
        "arguments": {
            **run,
            "assistant_only_loss": True,
            "load_best_model_at_end": False,
            "gradient_accumulation_steps": 1 if settings.get("reference") else settings.get("processes", 1),
            "gradient_checkpointing": True,
            "learning_rate": LEARNING_RATE,
            "schedule": "constant",
            "max_seq_length": MAX_LENGTH,
            "max_steps": STEPS,
            "save_steps": STEPS,
            "seed": SEED,
            "samples": 1,
        },
    }


def script_at(file):
    """The training script as a module: what it imports lies beside it."""
    spec = importlib.util.spec_from_file_location("just_lora_training", file)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


def check_losses(losses):
    if len(losses) < STEPS or not all(math.isfinite(loss) for loss in losses):
        raise ValueError("the loss is not finite: %s" % losses)
    if losses[-1] >= losses[0]:
        raise ValueError("the loss did not fall: %s" % losses)


def difference_after_loading(model, tokenizer, adapter, load_fresh, allowed):
    """Puts the adapter that was saved on a fresh base model and compares the logits."""
    import torch
    from peft import PeftModel

    model.eval()
    batch = tokenizer(CORPUS[:2], return_tensors="pt", padding=True)
    batch = {name: value.to(model.device) for name, value in batch.items() if name != "token_type_ids"}
    with torch.no_grad():
        before = model(**batch).logits.float()
        fresh = load_fresh().eval()
        untrained = fresh(**batch).logits.float()
        after = PeftModel.from_pretrained(fresh, adapter).eval()(**batch).logits.float()
    difference = float((before - after).abs().max())
    learned = float((before - untrained).abs().max())
    if not difference <= allowed:
        raise ValueError("the reloaded adapter gives other logits, they differ by %g" % difference)
    if not learned > 10 * difference:
        raise ValueError("the adapter changes nothing: logits differ by %g from the base model's" % learned)
    return difference


def distance(adapter, reference):
    """How far the weights of an adapter are from those of another: the length of what lies between, as a share of the other's length.

    The greater one of its two kinds of matrices. B begins with nothing, so that of B is a share of what was learned.
    """
    import torch
    from safetensors.torch import load_file

    one, other = (load_file(os.path.join(folder, "adapter_model.safetensors")) for folder in (adapter, reference))
    if one.keys() != other.keys():
        raise ValueError("the adapter of all together has other weights: %s" % ", ".join(sorted(one.keys() ^ other.keys())[:3]))
    shares = []
    for kind in ("lora_A", "lora_embedding_A", "lora_B", "lora_embedding_B"):
        names = sorted(name for name in one if "." + kind in name)
        if names:
            first, second = (torch.cat([each[name].double().flatten() for name in names]) for each in (one, other))
            shares.append(float((first - second).norm() / second.norm()))
    return max(shares)


def compared(adapter, reference, on_cpu):
    """The distance, where it is not too long. On a card sums are made in another order, in half precision."""
    far, allowed = distance(adapter, reference), 1e-3 if on_cpu else 5e-2
    if not far <= allowed:
        raise ValueError("the adapter is not the one of a single process over the same rows: its weights are off by %.2g, at most %g was expected" % (far, allowed))
    return {"distance": far, "allowedDistance": allowed}


def prove(settings, stage):
    stage("model")
    script = script_at(settings.get("script") or SCRIPT)
    job, reference = job_of(settings), settings.get("reference")
    if not reference:
        make_model(job["model"], settings["model_type"])
        for name, rows in (("train", settings["arguments"]["batch_size"] * settings.get("processes", 1)), ("validation", 2)):
            write_rows(job[name][0][0], rows)
    facts, model, tokenizer = script.train(job, stage)
    if facts is None:
        return {}
    check_losses(facts["losses"])
    stage("reload")
    adapter = os.path.join(job["folder"], "adapter")
    allowed = 1e-4 if facts["device"] == "cpu" else 1e-2
    difference = difference_after_loading(model, tokenizer, adapter, lambda: script.load_base(job), allowed)
    together = compared(adapter, os.path.join(reference, "adapter"), facts["device"] == "cpu") if reference else {}
    # The layers are told by the names that the settings have for them.
    return {**facts, **together, "targets": settings["lora"]["target_modules"], "logitsDifference": difference}


if __name__ == "__main__":
    run(prove)
