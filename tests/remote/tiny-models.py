"""A tiny real Llama 3.1 and a tiny real Mistral, as transformers writes them: python tiny-models.py FOLDER"""
import os
import sys

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM, PreTrainedTokenizerFast

TEXT = ["what will the weather be like", "cloudy with rain towards noon and a light wind from the west"]
TEMPLATE = "{% for message in messages %}<s>{{ message['role'] }}: {{ message['content'] }}{% endfor %}{% if add_generation_prompt %}</s>{% endif %}"
SIZES = {
    "vocab_size": 128,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
LLAMA3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}


def main(top):
    torch.manual_seed(3)
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.train_from_iterator(TEXT, trainers.BpeTrainer(vocab_size=120, special_tokens=["<unk>", "<s>", "</s>"]))
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>", bos_token="<s>", eos_token="</s>")
    fast.chat_template = TEMPLATE
    made = {
        "llama": LlamaForCausalLM(LlamaConfig(**SIZES, rope_scaling=LLAMA3, max_position_embeddings=512)),
        "mistral": MistralForCausalLM(MistralConfig(**SIZES, sliding_window=None)),
    }
    for name, model in made.items():
        folder = os.path.join(top, name)
        # Several shards, as the real ones.
        model.to(torch.bfloat16).save_pretrained(folder, safe_serialization=True, max_shard_size="30KB")
        fast.save_pretrained(folder)


main(sys.argv[1])
