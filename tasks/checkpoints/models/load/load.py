"""Loads a model the way training will, with the environment's own transformers.

    python load.py REQUEST.json RESULT.json

Reads `{folder, quantization, tokenizer}`; safetensors only, no code of the model's, nothing fetched. The result is a
file, since the libraries write what they like on stdout: `{"ok": true, ...}`, or `{"ok": false, "stage": ...,
"error": ...}` and exit code 1. Where memory does not allow the weights, the model is built on the meta device and its
tensors are held against the headers of the files.
"""
import json
import os
import struct
import sys
import traceback


def available_memory():
    """Bytes that can be taken without swapping: what the kernel says, and the limit of a container."""
    available = None
    try:
        with open("/proc/meminfo") as file:
            for line in file:
                if line.startswith("MemAvailable:"):
                    available = int(line.split()[1]) * 1024
    except OSError:
        pass
    if available is None:
        try:
            available = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
        except (ValueError, OSError):
            return 0
    try:
        with open("/sys/fs/cgroup/memory.max") as file:
            limit = file.read().strip()
        with open("/sys/fs/cgroup/memory.current") as file:
            used = int(file.read())
        if limit != "max":
            available = min(available, int(limit) - used)
    except (OSError, ValueError):
        pass
    return available


def peak_memory():
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def tensors_of(folder, names):
    """Name -> shape, from the headers alone."""
    found = {}
    for name in names:
        with open(os.path.join(folder, name), "rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(length))
        header.pop("__metadata__", None)
        found.update({tensor: info["shape"] for tensor, info in header.items()})
    return found


def place(request, config, torch):
    """Where the weights go: a GPU in 4 bits or as they are, the memory, or nowhere."""
    weights = request["weight_bytes"]
    if torch.cuda.is_available():
        free = torch.cuda.mem_get_info(0)[0]
        quantized = getattr(config, "quantization_config", None) is not None
        if request["quantization"]["load_in_4bit"] and not quantized:
            try:
                import bitsandbytes  # noqa: F401

                if weights * 0.4 + 1e9 < free:
                    return "4bit"
            except Exception:
                pass
        if weights * 1.1 + 5e8 < free:
            return "gpu"
    # The weights once, and room to work in.
    return "cpu" if weights * 1.3 + 3e8 < available_memory() else "meta"


def quantized_in_files(config):
    return getattr(config, "quantization_config", None) is not None


def load_weights(request, config, where, torch, kind):
    options = {"local_files_only": True, "use_safetensors": True, "trust_remote_code": False, "output_loading_info": True}
    if where == "4bit":
        from transformers import BitsAndBytesConfig

        wanted = request["quantization"]
        compute = getattr(torch, wanted["compute_dtype"])
        options.update(
            device_map={"": 0},
            torch_dtype=compute,
            quantization_config=BitsAndBytesConfig(
                load_in_4bit=True,
                bnb_4bit_quant_type=wanted["quant_type"],
                bnb_4bit_use_double_quant=wanted["double_quant"],
                bnb_4bit_compute_dtype=compute,
            ),
        )
    else:
        options["torch_dtype"] = "auto"
        if where == "gpu":
            options["device_map"] = {"": 0}
    model, info = kind.from_pretrained(request["folder"], **options)
    # A family that knows tensors which it does not use leaves them out of this list itself.
    unused = sorted(str(name) for name in info.get("unexpected_keys") or [] if not str(name).endswith("inv_freq"))
    if unused and not quantized_in_files(config) and type(model).__name__ in (getattr(config, "architectures", None) or []):
        raise ValueError("%d tensors of the files are none of the model's: %s" % (len(unused), ", ".join(unused[:5])))
    for what in ("missing_keys", "mismatched_keys", "error_msgs"):
        names = sorted(str(name) for name in info.get(what) or [])
        if names:
            raise ValueError("%s: %s" % (what.replace("_", " "), ", ".join(names[:5])))
    return model.eval()


def build_on_meta(request, config, torch, kind):
    with torch.device("meta"):
        model = kind.from_config(config)
    stored = tensors_of(request["folder"], request["shards"])
    expected = {name: list(value.shape) for name, value in model.state_dict().items()}
    tied = set(getattr(model, "_tied_weights_keys", None) or []) if getattr(config, "tie_word_embeddings", False) else set()
    # The names of one parameter: a file may have any of them.
    shared = {}
    for name, value in model.named_parameters(remove_duplicate=False):
        shared.setdefault(id(value), []).append(name)
    tied.update(name for names in shared.values() if any(each in stored for each in names) for name in names)
    missing = sorted(name for name in expected if name not in stored and name not in tied)
    other = sorted(name for name in expected if name in stored and list(stored[name]) != expected[name])
    if missing:
        raise ValueError("the files lack %d tensors of the model: %s" % (len(missing), ", ".join(missing[:5])))
    if other:
        raise ValueError("%d tensors have another shape than the model: %s" % (len(other), ", ".join(other[:5])))
    return model


def token_ids(tokenizer):
    """The ids of a short conversation by the chat template, else of a short text."""
    if getattr(tokenizer, "chat_template", None):
        conversation = [{"role": "user", "content": "What will the weather be like?"}]
        ids = tokenizer.apply_chat_template(conversation, add_generation_prompt=True, tokenize=True)
        if hasattr(ids, "keys"):
            ids = ids["input_ids"]
        return list(ids), True
    return list(tokenizer("What will the weather be like?")["input_ids"]), False


def load(request, stage):
    stage("import")
    import torch
    import transformers
    from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoTokenizer

    transformers.logging.set_verbosity_error()
    local = {"local_files_only": True, "trust_remote_code": False}
    stage("config")
    config = AutoConfig.from_pretrained(request["folder"], **local)
    result = {"transformers": transformers.__version__, "torch": torch.__version__, "modelType": config.model_type}
    ids, tokenizer = [1], None
    if request["tokenizer"]:
        stage("tokenizer")
        tokenizer = AutoTokenizer.from_pretrained(request["folder"], **local)
        stage("chat template")
        ids, chat = token_ids(tokenizer)
        if not ids or max(ids) >= config.vocab_size:
            raise ValueError("the tokenizer gives id %s, the model has %d" % (max(ids or [-1]), config.vocab_size))
        result.update(chatTemplate=chat, tokens=len(ids))
    names = getattr(config, "architectures", None) or []
    kind = AutoModelForCausalLM if any("CausalLM" in name or "LMHead" in name for name in names) or not names else AutoModel
    stage("model")
    where = request.get("where") or place(request, config, torch)
    model = build_on_meta(request, config, torch, kind) if where == "meta" else load_weights(request, config, where, torch, kind)
    result.update(
        where=where,
        model=type(model).__name__,
        parameters=sum(value.numel() for value in model.parameters()),
        dtype=str(model.dtype).replace("torch.", ""),
        device="meta" if where == "meta" else str(model.device),
    )
    stage("compare")
    from compare import differences

    wrong = differences(request["folder"], config, tokenizer, model, where, request.get("dtype"))
    if wrong:
        raise ValueError("loaded is not what the files say: " + "; ".join(wrong))
    if where != "meta" and kind is AutoModelForCausalLM:
        stage("generate")
        inputs = torch.tensor([ids], device=model.device)
        with torch.no_grad():
            output = model.generate(
                inputs, attention_mask=torch.ones_like(inputs), max_new_tokens=1, do_sample=False, pad_token_id=config.eos_token_id
                if isinstance(config.eos_token_id, int) else 0
            )
        token = int(output[0, -1])
        result.update(generated=token, text=tokenizer.decode([token]) if tokenizer else None)
    if torch.cuda.is_available() and where in ("4bit", "gpu"):
        result["gpu"] = torch.cuda.get_device_name(0)
        result["gpuPeakMemoryBytes"] = torch.cuda.max_memory_allocated()
    result["peakMemoryBytes"] = peak_memory()
    return result


def main(source, target):
    with open(source, encoding="utf-8") as file:
        request = json.load(file)
    current = ["start"]

    def stage(name):
        current[0] = name
        print("stage: " + name, flush=True)

    try:
        result = {"ok": True, **load(request, stage)}
    except BaseException as error:
        traceback.print_exc()
        result = {"ok": False, "stage": current[0], "error": "%s: %s" % (type(error).__name__, error)}
    with open(target + ".new", "w", encoding="utf-8") as file:
        json.dump(result, file)
    os.replace(target + ".new", target)
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
