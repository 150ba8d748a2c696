"""The rows of a file as they stand in it: JSON Lines, JSON or Parquet, compressed with gzip or not. For training_rows.py."""

import gzip
import json
import zlib

from training_examples import Refused


def read_rows(path, name):
    """(place, row) for each row of a file; the place is `name:line`, in a list or Parquet `name, row N`. Raises Refused with the place
    where the file cannot be read on."""
    reader = rows_of_parquet if path.lower().endswith(".parquet") else rows_of_json
    try:
        yield from reader(path, name)
    except Refused:
        raise
    # A library that is missing is no fault of the rows; a file that is damaged is, whichever of its readers says so.
    except (ValueError, EOFError, zlib.error, gzip.BadGzipFile, RecursionError) as error:
        raise Refused(f"{name}: it cannot be read ({type(error).__name__}: {error})") from error


def rows_of_parquet(path, name):
    import pyarrow.parquet

    batches = pyarrow.parquet.ParquetFile(path).iter_batches()
    yield from ((f"{name}, row {n}", row) for n, row in enumerate((row for each in batches for row in each.to_pylist()), 1))


def rows_of_json(path, name):
    with (gzip.open if path.lower().endswith(".gz") else open)(path, "rb") as source:
        start = source.read(1 << 20).decode("utf-8-sig", "replace").lstrip()
        source.seek(0)
        if start.startswith("["):
            text = source.read().decode("utf-8-sig")
            try:
                yield from ((f"{name}, row {n}", row) for n, row in enumerate(json.loads(text), 1))
                return
            except json.JSONDecodeError as error:
                if not is_json(text.lstrip().partition("\n")[0]):
                    raise Refused(f"{name}:{error.lineno}: no list of rows ({error.msg}, column {error.colno})") from error
            # A first line that is whole by itself is a line of many, and no row.
            source.seek(0)
        for number, line in enumerate(source, 1):
            place = f"{name}:{number}"
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
                if text.strip():
                    yield place, json.loads(text)
            except (ValueError, RecursionError) as error:
                raise Refused(f"{place}: no row of JSON ({error})") from error


def is_json(text):
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
