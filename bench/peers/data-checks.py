"""The checks of data:check on chats, as a person writes them: load_dataset, then a map in Python. Prints what was found."""

import collections
import hashlib
import re
import sys
import tempfile

import datasets

datasets.disable_progress_bar()
roles = {"system", "user", "assistant", "tool"}
special = re.compile(r"</?s>|<\|(?:begin_of_text|eot_id|im_start|im_end|endoftext)\|>|\[/?INST\]")
wrong = re.compile("[\u00c2\u00c3][\u0080-\u00bf]|\u00e2\u20ac|\ufffd")
secret = re.compile(r"hf_\w{20,}|gh[pousr]_\w{20,}|AKIA[A-Z0-9]{16}|\bsk-[\w-]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY")
mail = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,24}")
telephone = re.compile(r"(?<![\w+])\+\d{1,3}[ .-]?\d{2,4}(?:[ .-]?\d{2,4}){2,4}")
found = collections.Counter()
seen = set()


def look(row):
    messages = row["messages"]
    digest = hashlib.sha1()
    before = None
    for message in messages:
        role, content = message["role"], message["content"]
        digest.update((str(role) + "\0" + str(content) + "\1").encode())
        if role not in roles:
            found["role"] += 1
        if role == before and role in ("user", "assistant"):
            found["turns"] += 1
        before = role
        if not isinstance(content, str) or not content.strip():
            found["content"] += 1
            continue
        for name, pattern in (("special", special), ("wrong", wrong), ("secret", secret), ("mail", mail), ("telephone", telephone)):
            if pattern.search(content):
                found[name] += 1
    if before != "assistant":
        found["answer"] += 1
    key = digest.digest()
    if key in seen:
        found["duplicate"] += 1
    seen.add(key)
    return {}


with tempfile.TemporaryDirectory() as cache:
    rows = datasets.load_dataset("json", data_files=sys.argv[1], split="train", cache_dir=cache)
    rows.map(look, keep_in_memory=True)
print(len(rows), dict(found))
