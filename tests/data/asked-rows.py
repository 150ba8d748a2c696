"""What scripts/training_rows.py says of rows: python asked-rows.py SCRIPTS < ROWS.json

Prints for each row its messages, or why it is refused. The tokenizer has a template that takes every order of roles.
"""

import json
import sys

sys.path.insert(0, sys.argv[1])

from training_rows import Refused, Writer, example_of


class Tokenizer:
    bos_token, eos_token, bos_token_id = "<s>", "</s>", 1
    chat_template = "each role, what it says, an end"
    added_tokens_decoder = {1: "<s>", 2: "</s>", 3: "<|end|>"}

    def __call__(self, text):
        return {"input_ids": [5]}

    def apply_chat_template(self, messages, tokenize, tools=None, add_generation_prompt=False):
        written = ["<|%s|>%s%s<|end|>" % (each["role"], each["content"] or "", json.dumps(each.get("tool_calls"))) for each in messages]
        return "".join(written) + ("<|assistant|>" if add_generation_prompt else "")


writer, said = Writer(Tokenizer()), []
for row in json.load(sys.stdin):
    try:
        writer.write(row)
        said.append({"messages": example_of(row)[1]})
    except Refused as error:
        said.append({"refused": str(error)})
print(json.dumps(said))
