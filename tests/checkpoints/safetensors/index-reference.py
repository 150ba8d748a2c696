"""What transformers, Python's json and the reference reader say of each folder with an index: '' or why it is wrong."""

import json
import os
import sys

from safetensors import safe_open

def judge(folder):
    """What from_pretrained of transformers 4.36 to 5.24 does with it, by modeling_utils and hub.get_checkpoint_shard_files."""
    with open(os.path.join(folder, "model.safetensors.index.json"), encoding="utf-8") as file:
        index = json.load(file)
    weight_map = index["weight_map"]
    # The names of the tensors are put into it.
    index["metadata"]["all_checkpoint_keys"] = list(weight_map)
    if not weight_map:
        raise ValueError("names no tensor")
    stored = set()
    for shard in sorted(set(weight_map.values())):
        path = os.path.normpath(os.path.join(folder, shard))
        if os.path.commonpath([path, folder]) != folder or path == folder:
            raise ValueError("leads out of the folder")
        with safe_open(path, framework="np") as opened:
            stored |= set(opened.keys())
    if set(weight_map) - stored:
        raise ValueError("lacks %s" % (set(weight_map) - stored))
    if stored - set(weight_map):
        raise ValueError("4.57 initialises %s anew" % (stored - set(weight_map)))


verdicts = []
for folder in json.load(sys.stdin):
    try:
        judge(os.path.realpath(folder))
        verdicts.append("")
    except Exception as error:
        verdicts.append("%s: %s" % (type(error).__name__, error))
print(json.dumps(verdicts))
