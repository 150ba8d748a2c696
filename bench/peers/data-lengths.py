"""Tokenises every row of a file with tokenizers, on all cores, and prints how many there are and how many tokens."""

import json
import sys

from tokenizers import Tokenizer

tokenizer = Tokenizer.from_file(sys.argv[2])
rows, tokens, batch = 0, 0, []


def count(texts):
    return sum(len(each.ids) for each in tokenizer.encode_batch(texts, add_special_tokens=False))


with open(sys.argv[1], encoding="utf-8") as lines:
    for line in lines:
        parts = ["<|start_header_id|>%s<|end_header_id|>\n\n%s<|eot_id|>" % (m["role"], m["content"].strip()) for m in json.loads(line)["messages"]]
        batch.append("<|begin_of_text|>" + "".join(parts))
        rows += 1
        if len(batch) == 2000:
            tokens += count(batch)
            batch = []
tokens += count(batch)
print(json.dumps({"rows": rows, "tokens": tokens}))
