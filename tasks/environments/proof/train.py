"""Five LoRA steps on a tiny model with the training script itself, as the proof that an environment can train.

    python train.py SETTINGS.json RESULT.json

Reads `{folder, script, device, model_type, lora, quantization, attention, arguments}` (the training settings of the project,
`all-linear` written out; without `script` that of the package), makes a model of that type, a tokenizer with a chat template and
rows in the folder, has the script train an adapter on them, loads it on a fresh model and compares logits.
Job and result are files, as program.py has them. Nothing is fetched.
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
    return {
        "model": os.path.join(folder, "model"),
        "base": None,
        "train": [[os.path.join(folder, "train.jsonl"), "train.jsonl"]],
        "validation": [[os.path.join(folder, "validation.jsonl"), "validation.jsonl"]],
        "folder": folder,
        "logs": os.path.join(folder, "logs"),
        "device": settings["device"],
        "lora": {**settings["lora"], "target_modules": [at_its_layer(name) for name in settings["lora"]["target_modules"]]},
        "quantization": settings["quantization"],
        "attention": settings["attention"],
        "arguments": {
            **run,
            "assistant_only_loss": True,
            "gradient_accumulation_steps": 1,
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


def prove(settings, stage):
    stage("model")
    script = script_at(settings.get("script") or SCRIPT)
    job = job_of(settings)
    make_model(job["model"], settings["model_type"])
    for name, rows in (("train", settings["arguments"]["batch_size"]), ("validation", 2)):
        write_rows(job[name][0][0], rows)
    facts, model, tokenizer = script.train(job, stage)
    check_losses(facts["losses"])
    stage("reload")
    adapter = os.path.join(job["folder"], "adapter")
    allowed = 1e-4 if facts["device"] == "cpu" else 1e-2
    difference = difference_after_loading(model, tokenizer, adapter, lambda: script.load_base(job), allowed)
    # The layers are told by the names that the settings have for them.
    return {**facts, "targets": settings["lora"]["target_modules"], "logitsDifference": difference}


if __name__ == "__main__":
    run(prove)
