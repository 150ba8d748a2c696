"""What scripts/training_rows.py makes of rows, with real tokenizers: python training-rows.py SCRIPTS TEMPLATES.json FOLDER

Prints, for each template and row, the text of each answer that is learned (with special tokens), the number of BOS, and the tokens;
or why the row was refused.
"""
import json
import os
import sys

sys.path.insert(0, sys.argv[1])

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from training_rows import Refused, tokenized
from transformers import PreTrainedTokenizerFast

with open(sys.argv[2], encoding="utf-8") as source:
    asked = json.load(source)


def tokenizer_of(template):
    """A byte-level BPE that writes a BOS by itself, as those of Llama 3.1 and Mistral do; `pad` may be the token that ends a text."""
    special = template["special"]
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.train_from_iterator(
        ["cloudy with rain towards noon", "what will the weather be", "user assistant system"],
        trainers.BpeTrainer(vocab_size=420, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()),
    )
    bos = template["bos"]
    made.post_processor = processors.TemplateProcessing(single=bos + " $A", special_tokens=[(bos, special.index(bos))])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=made,
        bos_token=bos,
        eos_token=template["eos"],
        pad_token=template["pad"],
        additional_special_tokens=[each for each in special if each not in (bos, template["eos"])],
    )
    fast.chat_template = template["text"]
    return fast


def told(tokenizer, file, limit, answers_only):
    try:
        made = tokenized([(file, "rows.jsonl")], tokenizer, limit, answers_only)
    except Refused as error:
        return {"refused": str(error)}
    rows = [
        {
            "learned": [tokenizer.decode(list(row.ids[start:end])) for start, end in row.answers],
            "bos": list(row.ids).count(tokenizer.bos_token_id),
            "tokens": len(row.ids),
        }
        for row in made.rows
    ]
    return {"rows": rows, "cut": made.cut, "leftOut": made.left_out}


said = []
for number, case in enumerate(asked["cases"]):
    file = os.path.join(sys.argv[3], "rows-%d.jsonl" % number)
    with open(file, "w", encoding="utf-8") as target:
        target.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in case["rows"])
    tokenizer = tokenizer_of(asked["templates"][case["template"]])
    said.append(told(tokenizer, file, case.get("limit", 200), case.get("answersOnly", True)))
print(json.dumps(said))
