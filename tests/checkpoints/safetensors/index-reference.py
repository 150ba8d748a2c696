"""What Python's json and the reference reader say of each folder with an index: '' or why it is wrong."""

import json
import math
import os
import sys

from safetensors import safe_open

BITS = {"U8": 8, "BF16": 16, "F16": 16, "F32": 32}


def judge(folder):
    with open(os.path.join(folder, "model.safetensors.index.json"), encoding="utf-8") as file:
        index = json.load(file)
    weight_map = index["weight_map"]
    if not weight_map:
        raise ValueError("names no tensor")
    total = 0
    for shard in sorted(set(weight_map.values())):
        path = os.path.normpath(os.path.join(folder, shard))
        if os.path.commonpath([path, folder]) != folder or path == folder:
            raise ValueError("leads out of the folder")
        with safe_open(path, framework="np") as opened:
            stored = set(opened.keys())
            for name in stored:
                part = opened.get_slice(name)
                total += math.prod(part.get_shape()) * BITS[part.get_dtype()] // 8
        lacking = {name for name, file in weight_map.items() if file == shard} - stored
        if lacking:
            raise ValueError("lacks %s" % lacking)
    if "total_size" in index.get("metadata", {}) and index["metadata"]["total_size"] != total:
        raise ValueError("counts wrong")


verdicts = []
for folder in json.load(sys.stdin):
    try:
        judge(os.path.realpath(folder))
        verdicts.append("")
    except Exception as error:
        verdicts.append("%s: %s" % (type(error).__name__, error))
print(json.dumps(verdicts))
