"""Writes tables of every kind into a folder by pyarrow and pandas, and prints their rows as JSON by the name of the file."""

import json
import sys

import pandas
import pyarrow
import pyarrow.parquet as parquet

folder = sys.argv[1]


def chat(index):
    """Every tenth one is long, some have no messages, some contents are null."""
    long = "snow " * 400 if index % 10 == 0 else "No."
    messages = [{"role": "user", "content": "Rain on day %d? é 雨" % index}, {"role": "assistant", "content": long}]
    return {"messages": messages * (index % 4)}


chats = [chat(index) for index in range(3000)]
small = chats[:40]
found = {}


def write(name, rows, schema=None, **options):
    table = pyarrow.Table.from_pylist(rows, schema=schema)
    parquet.write_table(table, folder + "/" + name + ".parquet", **options)
    found[name] = table.to_pylist()


for codec in ("none", "snappy", "gzip", "zstd", "brotli", "lz4"):
    write(codec, small, compression=codec)
write("one group", chats)
write("small pages", chats, data_page_size=2000, write_batch_size=10)
write("pages of version 2", chats, data_page_size=2000, data_page_version="2.0", write_batch_size=10)
write("no dictionary", chats, use_dictionary=False, data_page_size=5000)
write("row groups", chats, row_group_size=100)
write("ShareGPT", [{"conversations": [{"from": "human", "value": "Rain?"}, {"from": "gpt", "value": "No."}]}] * 3)
write("prompt and completion", [{"prompt": "Rain?", "completion": "No.", "id": n} for n in range(3)])
write("null rows", [{"messages": None}, *small[:3], {"messages": []}])
write("null messages", [{"messages": [None, {"role": "user", "content": None}]}, *small[:3]])
calls = [{"function": {"name": "look", "arguments": {"hour": 5}}}]
tools = [{"role": "assistant", "content": None, "tool_calls": calls}, {"role": "user", "content": "x", "tool_calls": None}]
write("tools", [{"messages": tools}, {"messages": []}, {"messages": tools[1:]}])
required = pyarrow.field("text", "string", nullable=False)
write("text that is required", [{"text": "a"}, {"text": "b"}], schema=pyarrow.schema([required]))
write("large text", [{"text": "a"}, {"text": None}], schema=pyarrow.schema([("text", pyarrow.large_string())]))
message = pyarrow.struct([("role", "string"), ("content", "string")])
write("large list", small[:9], schema=pyarrow.schema([("messages", pyarrow.large_list(message))]))
write("no rows", [], schema=pyarrow.schema([("text", "string")]))
write("nothing but null", [{"text": None}, {"text": None}])
no_text = pyarrow.schema([("text", "string"), ("prompt", "string")])
write("nothing but null in lz4", [{"text": None, "prompt": "a"}] * 2, schema=no_text, compression="lz4")
write("numbers", [{"text": "a", "n": 2**53 + 1, "f": 0.5, "b": True}, {"text": None, "n": None, "f": None, "b": None}])
write("statistics", [{"text": "x" * 100_000 + str(n)} for n in range(5)])
write("Dolly", [{"instruction": "Rain?", "context": "Noon.", "response": "No.", "category": "qa"}] * 2)
parquet.write_table(pyarrow.table({"text": [b"a", b"b"]}), folder + "/bytes.parquet")
chat_of_bytes = pyarrow.struct([("role", "string"), ("content", pyarrow.binary())])
talk = [{"role": "user", "content": b"Rain?"}, {"role": "assistant", "content": b"No."}]
parquet.write_table(pyarrow.table({"messages": pyarrow.array([talk], pyarrow.list_(chat_of_bytes))}), folder + "/chat of bytes.parquet")
# As DuckDB and others write, without a schema of Arrow.
for name, kind, value in (("map", pyarrow.map_("string", "int64"), [("a", 1)]), ("bytes of one length", pyarrow.binary(2), b"ab")):
    parquet.write_table(pyarrow.table({"text": ["a"], "x": pyarrow.array([value], kind)}), folder + "/" + name + ".parquet", store_schema=False)
twice = pyarrow.Table.from_arrays([pyarrow.array(["a"])] * 3, names=["text", "x", "x"])
parquet.write_table(twice, folder + "/a name twice.parquet")
pandas.DataFrame({"text": ["a", "b", "c"]}).iloc[[0, 2]].to_parquet(folder + "/pandas.parquet")
found["pandas"] = [{"text": "a"}, {"text": "c"}]
pandas.DataFrame({"text": pandas.Categorical(["a", "b", "a"])}).to_parquet(folder + "/categories.parquet")
found["categories"] = [{"text": "a"}, {"text": "b"}, {"text": "a"}]
print(json.dumps(found))
