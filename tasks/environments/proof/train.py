"""Five LoRA steps on a tiny model, as the proof that an environment can train.

    python train.py SETTINGS.json RESULT.json

Reads `{folder, device, model_type, lora, quantization, attention, arguments}` (the training settings of the project,
`all-linear` written out), makes a model of that type and a tokenizer in the folder, trains an adapter, saves it, loads it again and compares logits.
The result is a file, since the libraries write what they like on stdout: `{"ok": true, ...}`, or
`{"ok": false, "stage": ..., "error": ...}` and exit code 1. Nothing is fetched.
"""
import json
import math
import os
import re
import resource
import statistics
import sys
import time
import traceback

STEPS = 5
SEED = 7
MAX_LENGTH = 64
# The settings' own rate is made for thousands of steps; five have to show.
LEARNING_RATE = 1e-2
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
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=256, special_tokens=["<unk>", "<s>", "</s>", "<pad>"]))
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", bos_token="<s>", eos_token="</s>", pad_token="<pad>", padding_side="right"
    )
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
    return fast


def targets_in(model, names):
    """The layers that the settings name, each of which the model must have: peft trains those that it finds and says nothing."""
    import torch

    layers = [name for name, module in model.named_modules() if isinstance(module, (torch.nn.Linear, torch.nn.Embedding))]
    # A layer that is named by its number stands in this small model at another one.
    targets = [re.sub(r"\blayers\.(\d+)\.", lambda match: "layers.%d." % (int(match[1]) % LAYERS), name) for name in names]
    missing = [name for name, target in zip(names, targets) if not any(("." + layer).endswith("." + target) for layer in layers)]
    if missing:
        there = sorted({layer.rsplit(".", 1)[-1] for layer in layers})
        raise ValueError(
            "lora.target_modules names %s, which a model of type %s does not have; it has %s"
            % (", ".join(missing), model.config.model_type, ", ".join(there))
        )
    return targets


def load_base(folder, settings, gpu):
    import torch
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    quantization = settings["quantization"]
    dtype = getattr(torch, quantization["compute_dtype"])
    options = {"torch_dtype": torch.float32}
    if gpu:
        options = {"torch_dtype": dtype, "device_map": {"": 0}}
    if gpu and quantization["load_in_4bit"]:
        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type=quantization["quant_type"],
            bnb_4bit_use_double_quant=quantization["double_quant"],
            bnb_4bit_compute_dtype=dtype,
        )
    # FlashAttention runs on a GPU alone.
    if settings["attention"] != "auto" and (gpu or settings["attention"] != "flash_attention_2"):
        options["attn_implementation"] = settings["attention"]
    model = AutoModelForCausalLM.from_pretrained(folder, **options)
    model.config.use_cache = False
    return model


def clock_callback(clock):
    """Takes the time of each step and the losses that are logged."""
    from transformers import TrainerCallback

    class Clock(TrainerCallback):
        def on_step_begin(self, *_args, **_kwargs):
            clock["begun"] = time.perf_counter()

        def on_step_end(self, *_args, **_kwargs):
            clock["steps"].append(time.perf_counter() - clock["begun"])

        def on_log(self, _args, _state, _control, logs=None, **_kwargs):
            if logs and "loss" in logs:
                clock["losses"].append(float(logs["loss"]))

    return Clock()


def meant(folder, settings, gpu):
    """Every option that the settings mean, by each name that a version has for it, with nothing left to a version's own default.

    Those moved: `bf16` is True in trl 1, which computes in bfloat16 on a CPU and leaves it in the trained model's forward;
    its rate is 2e-5, its loss one that no adapter of the output layer can take, and transformers 5 has a fused optimizer.
    """
    half = settings["quantization"]["compute_dtype"] if gpu else "float32"
    return {
        "output_dir": os.path.join(folder, "run"),
        "max_steps": STEPS,
        "per_device_train_batch_size": settings["arguments"]["batch_size"],
        "auto_find_batch_size": False,
        "gradient_accumulation_steps": 1,
        "learning_rate": LEARNING_RATE,
        "lr_scheduler_type": "constant",
        "warmup_steps": 0,
        "optim": "adamw_torch",
        "weight_decay": 0.0,
        "adam_beta1": 0.9,
        "adam_beta2": 0.999,
        "adam_epsilon": 1e-8,
        "max_grad_norm": 1.0,
        "label_smoothing_factor": 0.0,
        "neftune_noise_alpha": None,
        "loss_type": "nll",
        "completion_only_loss": False,
        "assistant_only_loss": False,
        "average_tokens_across_devices": False,
        "bf16": half == "bfloat16",
        "fp16": half == "float16",
        "gradient_checkpointing": True,
        "gradient_checkpointing_kwargs": {"use_reentrant": False},
        "activation_offloading": False,
        "use_cache": False,
        "torch_compile": False,
        "use_liger_kernel": False,
        "seed": SEED,
        "data_seed": SEED,
        "full_determinism": False,
        "group_by_length": False,
        "train_sampling_strategy": "random",
        "shuffle_dataset": False,
        "dataset_text_field": "text",
        "max_seq_length": MAX_LENGTH,
        "max_length": MAX_LENGTH,
        "truncation_mode": "keep_start",
        "packing": False,
        "padding_free": False,
        "remove_unused_columns": True,
        "dataloader_drop_last": False,
        "dataloader_num_workers": 0,
        "dataloader_pin_memory": gpu,
        "logging_strategy": "steps",
        "logging_steps": 1,
        "logging_nan_inf_filter": False,
        "save_strategy": "no",
        "eval_strategy": "no",
        "evaluation_strategy": "no",
        "report_to": [],
        "push_to_hub": False,
        "disable_tqdm": True,
        "use_cpu": not gpu,
        "no_cuda": not gpu,
    }


# One idea under two names, the newer one first: a version that still takes both warns of the older.
RENAMED = (("max_length", "max_seq_length"), ("eval_strategy", "evaluation_strategy"), ("use_cpu", "no_cuda"))


def known_of(options, names):
    """Of the options those that a version has, the newer name alone where it has both."""
    renamed = {old for new, old in RENAMED if new in names}
    return {name: value for name, value in options.items() if name in names and name not in renamed}


def trainer_for(model, tokenizer, folder, settings, gpu, clock):
    """A trainer of whichever trl is here: they take what is said of the data in different places."""
    import inspect

    from datasets import Dataset
    from transformers import TrainingArguments
    from trl import SFTTrainer

    options = meant(folder, settings, gpu)
    accepted = inspect.signature(SFTTrainer.__init__).parameters
    if "dataset_text_field" in accepted:
        kind, own = TrainingArguments, known_of(options, set(accepted) - {"neftune_noise_alpha"})
    else:
        from trl import SFTConfig

        kind, own = SFTConfig, {}
    arguments = kind(**known_of(options, inspect.signature(kind).parameters))
    own["tokenizer" if "tokenizer" in accepted else "processing_class"] = tokenizer
    text = [CORPUS[i % len(CORPUS)] + tokenizer.eos_token for i in range(settings["arguments"]["batch_size"])]
    data = Dataset.from_dict({"text": text})
    return SFTTrainer(model=model, args=arguments, train_dataset=data, callbacks=[clock_callback(clock)], **own)


def with_adapter(base, lora, targets):
    import torch
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=lora["rank"], lora_alpha=lora["alpha"], lora_dropout=lora["dropout"], target_modules=targets, task_type="CAUSAL_LM"
    )
    torch.manual_seed(SEED)
    model = get_peft_model(base, config)
    model.enable_input_require_grads()
    # Half-precision weights that are trained cannot be scaled: the adapter is kept in full precision, as peft does from 0.12 on.
    for weight in model.parameters():
        if weight.requires_grad:
            weight.data = weight.data.float()
    return model


def check_losses(losses):
    if len(losses) < STEPS or not all(math.isfinite(loss) for loss in losses):
        raise ValueError("the loss is not finite: %s" % losses)
    if losses[-1] >= losses[0]:
        raise ValueError("the loss did not fall: %s" % losses)


def difference_after_loading(model, tokenizer, adapter, load_fresh, allowed):
    """Saves the adapter, puts it on a fresh base model and compares the logits."""
    import torch
    from peft import PeftModel

    model.eval()
    batch = tokenizer(CORPUS[:2], return_tensors="pt", padding=True)
    batch = {name: value.to(model.device) for name, value in batch.items() if name != "token_type_ids"}
    with torch.no_grad():
        before = model(**batch).logits.float()
    model.save_pretrained(adapter, safe_serialization=True)
    fresh = load_fresh()
    with torch.no_grad():
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
    stage("import")
    import torch
    from peft import prepare_model_for_kbit_training

    folder = settings["folder"]
    gpu = settings["device"] == "gpu" or (settings["device"] == "any" and torch.cuda.is_available())
    quantized = gpu and settings["quantization"]["load_in_4bit"]
    at, adapter = os.path.join(folder, "model"), os.path.join(folder, "adapter")

    def load_fresh():
        fresh = load_base(at, settings, gpu)
        # As before training: it holds the norms in another type.
        return prepare_model_for_kbit_training(fresh, use_gradient_checkpointing=False) if quantized else fresh

    stage("model")
    tokenizer = make_model(at, settings["model_type"])
    base = load_base(at, settings, gpu)
    targets = targets_in(base, settings["lora"]["target_modules"])
    if quantized:
        base = prepare_model_for_kbit_training(
            base, use_gradient_checkpointing=True, gradient_checkpointing_kwargs={"use_reentrant": False}
        )
    stage("adapter")
    model = with_adapter(base, settings["lora"], targets)
    if gpu:
        torch.cuda.reset_peak_memory_stats()
    stage("train")
    clock = {"steps": [], "losses": [], "begun": 0.0}
    trainer_for(model, tokenizer, folder, settings, gpu, clock).train()
    check_losses(clock["losses"])
    stage("reload")
    difference = difference_after_loading(model, tokenizer, adapter, load_fresh, 1e-2 if gpu else 1e-4)
    peak = torch.cuda.max_memory_allocated() if gpu else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "device": torch.cuda.get_device_name(0) if gpu else "cpu",
        "precision": ("4-bit " + settings["quantization"]["quant_type"]) if quantized else str(base.dtype).replace("torch.", ""),
        "targets": targets,
        "losses": [round(loss, 4) for loss in clock["losses"]],
        "secondsPerStep": round(statistics.median(clock["steps"]), 4),
        "peakMemoryBytes": int(peak),
        "adapterBytes": sum(os.path.getsize(os.path.join(adapter, name)) for name in os.listdir(adapter)),
        "logitsDifference": difference,
        "versions": versions(),
    }


def versions():
    from importlib import metadata

    return {name: metadata.version(name) for name in ("torch", "transformers", "peft", "trl", "accelerate", "bitsandbytes")}


def main():
    with open(sys.argv[1], encoding="utf-8") as source:
        settings = json.load(source)
    now = {"stage": "start"}

    def stage(name):
        now["stage"] = name
        print("stage: " + name, file=sys.stderr, flush=True)

    try:
        result = {"ok": True, **prove(settings, stage)}
    except BaseException as error:
        traceback.print_exc()
        result = {"ok": False, "stage": now["stage"], "error": "%s: %s" % (type(error).__name__, error)}
    with open(sys.argv[2], "w", encoding="utf-8") as target:
        json.dump(result, target)
    sys.exit(0 if result["ok"] else 1)


if __name__ == "__main__":
    main()
