"""Trains small tokenizers as those of the models are, and prints of texts, read from stdin as JSON, their tokens and where each ends."""

import json
import sys

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

folder = sys.argv[1]
asked = json.load(sys.stdin)
corpus = asked["corpus"]

# As Llama 3.1's.
words = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
llama = Tokenizer(models.BPE(ignore_merges=True))
llama.pre_tokenizer = pre_tokenizers.Sequence(
    [
        pre_tokenizers.Split(Regex(words), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ]
)
llama.decoder = decoders.ByteLevel()
special = ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|eot_id|>x"]
alphabet = pre_tokenizers.ByteLevel.alphabet()
llama.train_from_iterator(
    corpus, trainers.BpeTrainer(vocab_size=3000, special_tokens=special, initial_alphabet=alphabet, show_progress=False)
)

# As GPT-2's and Qwen's: the pattern in the byte level, and composed characters.
gpt = Tokenizer(models.BPE())
gpt.normalizer = normalizers.NFC()
gpt.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
gpt.decoder = decoders.ByteLevel()
gpt.train_from_iterator(
    corpus, trainers.BpeTrainer(vocab_size=2000, special_tokens=special, initial_alphabet=alphabet, show_progress=False)
)


def sentencepiece():
    """Merges within words, bytes for what has no token."""
    bpe = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    bpe.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=True)
    names = ["<unk>", "<s>", "</s>", "[INST]", "[/INST]"] + ["<0x%02X>" % byte for byte in range(256)]
    bpe.train_from_iterator(
        corpus, trainers.BpeTrainer(vocab_size=3000, special_tokens=names, limit_alphabet=90, show_progress=False)
    )
    return bpe


# As Llama 2's and Mistral's first: a blank before each section, nothing splits words.
mistral = sentencepiece()
mistral.pre_tokenizer = None
mistral.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
# As Mistral 7B v0.3's.
metaspace = sentencepiece()
metaspace.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
for each in (mistral, metaspace):
    each.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    each.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", each.token_to_id("<s>"))])

found = {}
for name, tokenizer in {"llama": llama, "gpt": gpt, "mistral": mistral, "metaspace": metaspace}.items():
    file = folder + "/" + name + ".json"
    tokenizer.save(file)
    again = Tokenizer.from_file(file)
    encoded = [again.encode(text, add_special_tokens=False) for text in asked["texts"]]
    found[name] = [{"tokens": len(each.ids), "ends": [end for _, end in each.offsets]} for each in encoded]
print(json.dumps(found))
