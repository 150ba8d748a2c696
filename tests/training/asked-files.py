"""What scripts/training_rows.py says of files of rows: python asked-files.py SCRIPTS FILE...

Prints for each file how many rows it has, or why it is refused. The tokenizer takes half of a character no more than a real one does.
"""

import json
import os
import sys

sys.path.insert(0, sys.argv[1])

from training_rows import Refused, tokenized


class Tokenizer:
    is_fast, chat_template = True, None
    bos_token, eos_token, bos_token_id, eos_token_id = "<s>", "</s>", 1, 2

    def __call__(self, text, **_named):
        texts = [text] if isinstance(text, str) else text
        try:
            for each in texts:
                each.encode("utf-8")
        except UnicodeEncodeError as error:
            raise TypeError("TextEncodeInput must be Union[TextInputSequence, Tuple[InputSequence, InputSequence]]") from error
        if isinstance(text, str):
            return {"input_ids": [5]}
        return {"input_ids": [[5] * len(each) for each in texts], "offset_mapping": [[(at, at + 1) for at in range(len(each))] for each in texts]}

    def apply_chat_template(self, messages, tokenize, tools=None):
        raise ValueError("no template")


said = []
for file in sys.argv[2:]:
    try:
        said.append(len(tokenized([(file, os.path.basename(file))], Tokenizer(), 1000).rows))
    except Refused as error:
        said.append(str(error))
    except Exception as error:
        said.append("not told as a fault of the rows: %s: %s" % (type(error).__name__, error))
print(json.dumps(said))
