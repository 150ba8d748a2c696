"""Writes the rows of a JSONL file as pandas writes them: one row group."""

import sys

import pandas

pandas.read_json(sys.argv[1], lines=True).to_parquet(sys.argv[2])
