"""Near duplicates of all rows as datasketch's manual shows it: a MinHash of each by its words, asked of an index, then put into it."""

import json
import sys

from datasketch import MinHash, MinHashLSH

index = MinHashLSH(threshold=0.8, num_perm=128)
near = 0
with open(sys.argv[1], encoding="utf-8") as lines:
    for number, line in enumerate(lines):
        words = " ".join(message["content"] for message in json.loads(line)["messages"]).lower().split()
        signature = MinHash(num_perm=128)
        for at in range(max(1, len(words) - 4)):
            signature.update(" ".join(words[at : at + 5]).encode())
        near += bool(index.query(signature))
        index.insert(str(number), signature)
print(near)
