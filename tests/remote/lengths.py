"""Counts tokens as transformers does, of chats by each tokenizer's own template and of texts: reads JSON from stdin, prints it."""

import json
import sys

from transformers import AutoTokenizer

asked = json.load(sys.stdin)
said = []
for folder in asked["folders"]:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    chats = [len(tokenizer.apply_chat_template(chat, tokenize=True)) for chat in asked["chats"]]
    texts = [len(tokenizer(text).input_ids) for text in asked["texts"]]
    said.append({"class": type(tokenizer).__name__, "chats": chats, "texts": texts})
print(json.dumps(said))
