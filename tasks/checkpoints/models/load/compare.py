"""What the files of a model say against what transformers has made of them: a library that does not know a key passes over it."""
import glob
import json
import math
import os


def read(folder, name):
    try:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            value = json.load(file)
        return value if isinstance(value, dict) else {}
    except (OSError, ValueError):
        return {}


def flat(rope):
    """Of a model whose kinds of layers turn differently that of the full layers."""
    rope = rope if isinstance(rope, dict) else {}
    return rope.get("full_attention", rope) or {}


def rope_in_file(config):
    """Type, theta (None where the file leaves it to the kind of model) and all parameters."""
    given, old = config.get("rope_parameters") or {}, config.get("rope_scaling") or {}
    # Where both are there transformers 5 takes `rope_scaling`, and over that of the full layers where kinds of layers differ.
    rope = {**flat(given), **old} if "full_attention" in given else flat(old) or flat(given)
    theta = rope.get("rope_theta", config.get("rope_theta"))
    return rope.get("rope_type", rope.get("type", "default")), theta, rope


def frequencies(model):
    """The first layer's inverse frequencies, where the model turns positions."""
    for name, value in model.named_buffers():
        if name.endswith("inv_freq") and not str(value.device) == "meta" and "local" not in name:
            return value.detach().float().cpu().flatten().tolist()
    return None


def expected_frequencies(kind, theta, rope, config, count):
    """By the formulas of transformers' modeling_rope_utils (default, linear, llama3); None for other kinds."""
    partial = rope.get("partial_rotary_factor", config.get("partial_rotary_factor")) or 1.0
    heads = config.get("num_attention_heads") or 1
    size = int((config.get("head_dim") or (config.get("hidden_size") or 0) // heads) * partial)
    plain = [1.0 / theta ** (at / size) for at in range(0, size, 2)] if size else []
    if len(plain) != count and kind in ("default", "linear", "llama3"):
        return plain or None
    if kind == "default":
        return plain
    if kind == "linear":
        return [value / rope["factor"] for value in plain]
    if kind != "llama3":
        return None
    low = rope["original_max_position_embeddings"] / rope["low_freq_factor"]
    high = rope["original_max_position_embeddings"] / rope["high_freq_factor"]
    found = []
    for value in plain:
        length = 2 * math.pi / value
        if length > low:
            value = value / rope["factor"]
        elif length >= high:
            smooth = (rope["original_max_position_embeddings"] / length - rope["low_freq_factor"]) / (
                rope["high_freq_factor"] - rope["low_freq_factor"]
            )
            value = (1 - smooth) * value / rope["factor"] + smooth * value
        found.append(value)
    return found


def of_rope(file, config, model):
    kind, theta, rope = rope_in_file(file)
    if not rope and theta is None:
        return
    loaded = config.to_dict()
    new = flat(loaded.get("rope_parameters")) if hasattr(type(config), "rope_scaling") or "rope_theta" not in loaded else {}
    old = flat(loaded.get("rope_scaling"))
    has = new or old
    got_kind = has.get("rope_type", has.get("type", "default"))
    got_theta = has.get("rope_theta", loaded.get("rope_theta"))
    if got_kind != kind:
        yield "rope", "type %s in config.json, %s loaded" % (kind, got_kind)
    elif theta is not None and got_theta is not None and float(got_theta) != float(theta):
        yield "rope", "theta %g in config.json, %g loaded" % (theta, got_theta)
    elif model is not None and theta is not None:
        found = frequencies(model)
        wanted = expected_frequencies(kind, float(theta), rope, file, len(found)) if found else None
        if wanted and (len(wanted) != len(found) or any(abs(a - b) > 1e-3 * abs(a) for a, b in zip(wanted, found))):
            yield "rope", "the positions turn by other frequencies than type %s with theta %g" % (kind, theta)


def of_ids(file, config, model):
    loaded = {name: getattr(config, name, None) for name in ("vocab_size", "bos_token_id", "eos_token_id")}
    for name, value in loaded.items():
        if file.get(name) is not None and value != file[name]:
            yield name, "%s in config.json, %s loaded" % (file[name], value)
    rows = model.get_input_embeddings().weight.shape[0] if model is not None and model.get_input_embeddings() is not None else None
    if rows is not None and file.get("vocab_size") is not None and rows < file["vocab_size"]:
        yield "vocab_size", "%s in config.json, %s rows in the embedding" % (file["vocab_size"], rows)


def of_dtype(file, model, where, stored):
    said = file.get("dtype") or file.get("torch_dtype") or stored
    if where in ("cpu", "gpu") and said and not file.get("quantization_config") and str(model.dtype) != "torch." + str(said):
        yield "dtype", "%s in config.json, %s loaded" % (said, str(model.dtype).replace("torch.", ""))


def of_tie(file, model):
    head = model.get_output_embeddings() if hasattr(model, "get_output_embeddings") else None
    table = model.get_input_embeddings()
    if head is None or table is None or file.get("tie_word_embeddings") is None or not hasattr(head, "weight"):
        return
    tied = head.weight is table.weight or (head.weight.device.type != "meta" and head.weight.data_ptr() == table.weight.data_ptr())
    if tied != bool(file["tie_word_embeddings"]):
        yield "tie_word_embeddings", "%s in config.json, %s loaded" % (file["tie_word_embeddings"], tied)


def of_tokenizer(folder, tokenizer):
    said = read(folder, "tokenizer_config.json")
    files = [os.path.join(folder, "chat_template.jinja"), os.path.join(folder, "chat_template.json")]
    files += glob.glob(os.path.join(glob.escape(folder), "additional_chat_templates", "*.jinja"))
    there = bool(said.get("chat_template")) or any(os.path.isfile(name) for name in files)
    if there and not getattr(tokenizer, "chat_template", None):
        yield "chat template", "the folder has one, and the tokenizer none"
    for name in ("bos_token", "eos_token", "pad_token", "unk_token"):
        token = said.get(name)
        token = token.get("content") if isinstance(token, dict) else token
        if token is not None and str(getattr(tokenizer, name, None)) != token:
            yield name, "%s in tokenizer_config.json, %s loaded" % (token, getattr(tokenizer, name, None))
    special = said.get("extra_special_tokens")
    special = special if isinstance(special, list) else said.get("additional_special_tokens") or []
    known = set(getattr(tokenizer, "all_special_tokens", []))
    lost = [t for t in (s.get("content") if isinstance(s, dict) else s for s in special) if t not in known]
    if lost:
        yield "special tokens", "%s in tokenizer_config.json, not loaded as such" % ", ".join(map(str, lost[:5]))
    for name in ("add_bos_token", "add_eos_token"):
        if isinstance(said.get(name), bool) and hasattr(tokenizer, name) and getattr(tokenizer, name) not in (None, said[name]):
            yield name, "%s in tokenizer_config.json, %s loaded" % (said[name], getattr(tokenizer, name))


def differences(folder, config, tokenizer, model, where, stored):
    """A list of `what: how`; empty where all is as the files say. `stored` is the type of the weights in their files."""
    file = read(folder, "config.json")
    # A model of several parts keeps what is said here in one of them.
    if isinstance(file.get("text_config"), dict):
        file = {}
    found = list(of_rope(file, config, None if where == "meta" else model)) + list(of_ids(file, config, model))
    found += list(of_tie(file, model)) + list(of_dtype(file, model, where, stored))
    if tokenizer is not None:
        found += list(of_tokenizer(folder, tokenizer))
    return ["%s: %s" % pair for pair in found]
