#!/usr/bin/env bash
# Where: Parquet of pandas 2.1.3 (pyarrow 14.0.2), read in JavaScript by hyparquet 1.33.0 with hyparquet-compressors 1.1.2.
#
# A column `input` of instruction data is often null in every row of a file, and `compression` is what the team's writer says.
#
# A good guess: a codec decides how a page is packed, and not which values a file may have.
# Seen: with LZ4 a file whose column has no value is an error, and the same rows by any other codec, or with one value in that column,
# are read. The page has nothing but its levels; what LZ4 makes of no bytes is one byte, a token of length 0, which the reader takes
# for the beginning of a match. pyarrow and datasets read all of them.
#
# Two rows, `input` null in both:    snappy, gzip, zstd, brotli, none: read      lz4: "lz4 offset out of range 0"
# `input` null in one:               all read
#
# Needs Python 3.10 and Node 20. Exits with 1 when that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1
unset PIP_FIND_LINKS PYTHONPATH
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pandas==2.1.3 pyarrow==14.0.2 'numpy<2'
npm install --silent --no-save --prefix "$folder" hyparquet@1.33.0 hyparquet-compressors@1.1.2 >/dev/null
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import sys

import pandas
import pyarrow.parquet

for values in ("none", "one"):
    rows = pandas.DataFrame({"instruction": ["a b", "c d"], "input": [None, None if values == "none" else "x"], "output": ["x", "y"]})
    for codec in ("snappy", "gzip", "zstd", "brotli", "lz4", None):
        file = "%s/%s-%s.parquet" % (sys.argv[1], values, codec)
        rows.to_parquet(file, compression=codec)
        assert pyarrow.parquet.read_table(file).num_rows == 2
PYTHON
cat >"$folder/read.mjs" <<'JAVASCRIPT'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

for (const values of ['none', 'one'])
  for (const codec of ['snappy', 'gzip', 'zstd', 'brotli', 'None', 'lz4']) {
    const file = await asyncBufferFromFile(`${values}-${codec}.parquet`);
    const told = await parquetReadObjects({ file, compressors }).then((rows) => `${rows.length} rows`, (error) => error.message);
    console.log(`values: ${values}, ${codec}: ${told}`);
  }
JAVASCRIPT
cd "$folder"
node read.mjs | tee found
grep -qxF 'values: none, lz4: lz4 offset out of range 0' found
[ "$(grep -c ': 2 rows$' found)" = 11 ]
