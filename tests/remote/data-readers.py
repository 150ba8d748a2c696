"""Reads each file of a folder by datasets and line by line by json, and prints what came of it as JSON."""

import json
import os
import sys
import tempfile

import datasets

datasets.disable_progress_bar()
datasets.utils.logging.set_verbosity(datasets.utils.logging.CRITICAL)


def loads(file):
    with tempfile.TemporaryDirectory() as cache:
        try:
            kind = "parquet" if file.endswith(".parquet") else "json"
            rows = datasets.load_dataset(kind, data_files=file, split="train", cache_dir=cache)
            # Bytes that are no UTF-8 go through, up to the row that has them.
            for index in range(min(len(rows), 3)):
                rows[index]
            return {"loads": True, "rows": len(rows), "features": str(rows.features)}
        except Exception as error:
            causes = []
            while error is not None:
                causes.append(type(error).__name__ + ": " + str(error)[:200])
                error = error.__cause__ or error.__context__
            return {"loads": False, "causes": causes}


def lines(file):
    try:
        with open(file, encoding="utf-8", newline="\n") as text:
            for line in text:
                if line.strip():
                    json.loads(line)
        return True
    except (ValueError, RecursionError) as error:
        return str(error)


folder = sys.argv[1]
found = {}
for name in sorted(os.listdir(folder)):
    file = os.path.join(folder, name)
    found[name] = {**loads(file), "lines": None if name.endswith(".parquet") else lines(file)}
print(json.dumps(found))
