#!/usr/bin/env bash
# Where: Parquet of DuckDB 1.4.2, read by datasets 2.15.0 (pyarrow 14.0.2) and by datasets 5.2.0 (pyarrow 26.0.1).
#
# Rows of a training are put together by a query: an id, chats that are kept as JSON, a sum of whole numbers beside them.
#
# A good guess: Parquet names its types, so a reader knows them or says so; what one version reads is what another one reads.
# Seen: an id of the type UUID is refused by both, each under another name of the same 16 bytes. A column of the type JSON is bytes for
# the old reader, which keeps quiet, and a decoded object for the new one: a chat template gets a `bytes` there and a list here.
# The sum of whole numbers (HUGEINT in DuckDB) is written as a double: 9007199254740993 comes back as 9007199254740992.0 in both.
#
# One column each:      datasets 2.15.0                       datasets 5.2.0
#     uuid()            ValueError: fixed_size_binary[16]     ValueError: extension<arrow.uuid>
#     '{"a":1}'::json   b'{"a":1}'                            {'a': 1}
#     sum(n::bigint)    9007199254740992.0                    9007199254740992.0
#
# Needs Python 3.10 to 3.13. Exits with 1 when that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 HF_HOME="$folder/home" HF_DATASETS_OFFLINE=1
unset PIP_FIND_LINKS PYTHONPATH
for version in 2.15.0 5.2.0; do "${PYTHON:-python3}" -m venv "$folder/$version"; done
"$folder/2.15.0/bin/pip" install --quiet datasets==2.15.0 pyarrow==14.0.2 pandas==2.1.3 'numpy<2' 'huggingface_hub<0.26' duckdb==1.4.2
"$folder/5.2.0/bin/pip" install --quiet datasets==5.2.0 pyarrow==26.0.1
"$folder/2.15.0/bin/python" - "$folder" <<'PYTHON'
import sys

import duckdb

columns = {"uuid": "uuid()", "json": "'{\"a\":1}'::json", "sum": "sum(n::bigint)"}
for name, column in columns.items():
    query = "select %s as it, 'words' as text from (values (9007199254740993)) rows(n)" % column
    duckdb.sql("copy (%s) to '%s/%s.parquet' (format parquet)" % (query, sys.argv[1], name))
PYTHON
cat >"$folder/read.py" <<'PYTHON'
import sys

import datasets

for name in ("uuid", "json", "sum"):
    try:
        files = "%s/%s.parquet" % (sys.argv[1], name)
        row = datasets.load_dataset("parquet", data_files=files, split="train", cache_dir=sys.argv[1] + "/" + datasets.__version__)[0]
        print(datasets.__version__, name, repr(row["it"]))
    except Exception as error:
        cause = error.__cause__ or error
        print(datasets.__version__, name, "%s: %s" % (type(cause).__name__, str(cause).split()[2]))
PYTHON
for version in 2.15.0 5.2.0; do "$folder/$version/bin/python" "$folder/read.py" "$folder" 2>/dev/null; done | tee "$folder/found"
cmp - "$folder/found" <<'EXPECTED'
2.15.0 uuid ValueError: fixed_size_binary[16]
2.15.0 json b'{"a":1}'
2.15.0 sum 9007199254740992.0
5.2.0 uuid ValueError: extension<arrow.uuid>
5.2.0 json {'a': 1}
5.2.0 sum 9007199254740992.0
EXPECTED
