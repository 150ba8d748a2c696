"""Imports each library that it is told and does a line of real work with it.

    python libraries.py SECONDS LIBRARY...

Prints a JSON line when it begins with a library and one when it is done, so that a crash or a hang has
a name. Installed is not importable, and importable is not working.
"""

import faulthandler
import importlib
import importlib.metadata
import io
import json
import os
import re
import shlex
import sys
import time
import traceback


def pandas():
    import pandas

    table = pandas.read_csv(io.StringIO("city,degrees\nOslo,3\nRome,21\nOslo,5\n"))
    means = table.groupby("city")["degrees"].mean()
    assert means["Oslo"] == 4.0 and means["Rome"] == 21.0, means
    return "read a table and took means by group"


def beautifulsoup4():
    from bs4 import BeautifulSoup

    page = BeautifulSoup("<p>fair <b>weather</b></p>", "html.parser")
    assert page.b.string == "weather", page
    return "found a tag in a page"


def trafilatura():
    import trafilatura

    sentence = "The wind turned to the north in the evening, and it began to snow over the hills. "
    page = "<html><body><nav>Home</nav><article><h1>Snow</h1><p>%s</p><p>%s</p></article></body></html>" % (sentence * 4, sentence * 3)
    text = trafilatura.extract(page)
    assert text and "turned to the north" in text, text
    return "extracted the text of a page"


def datasets():
    from datasets import Array2D, Dataset, Features, Value

    # Array2D breaks first where pyarrow is too new.
    features = Features({"text": Value("string"), "grid": Array2D(shape=(2, 2), dtype="int32")})
    data = Dataset.from_dict({"text": ["sun", "rain"], "grid": [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]}, features=features)
    long = [row for row in data if len(row["text"]) > 3]
    assert long[0]["grid"] == [[5, 6], [7, 8]], long
    return "wrote and read a dataset with arrays"


def datasketch():
    from datasketch import MinHash

    one, other = MinHash(num_perm=64), MinHash(num_perm=64)
    for word in ("sun", "rain", "snow"):
        one.update(word.encode())
        other.update(word.encode())
    assert one.jaccard(other) == 1.0
    return "compared two sets by their hashes"


def jsonlines():
    import jsonlines

    buffer = io.StringIO()
    with jsonlines.Writer(buffer) as writer:
        writer.write_all([{"a": 1}, {"b": [2]}])
    buffer.seek(0)
    with jsonlines.Reader(buffer) as reader:
        assert list(reader) == [{"a": 1}, {"b": [2]}]
    return "wrote and read two lines"


def nltk():
    import nltk
    from nltk.stem import PorterStemmer
    from nltk.tokenize import wordpunct_tokenize

    words = wordpunct_tokenize("It rained, and it kept raining.")
    stems = {PorterStemmer().stem(word) for word in words}
    assert {"rain", "kept"} <= stems, stems
    # nltk.download() without a network returns False and raises nothing: its data is looked for, not fetched.
    try:
        nltk.data.find("tokenizers/punkt")
    except LookupError:
        fetch = "%s -m nltk.downloader punkt" % shlex.quote(sys.executable)
        return "split and stemmed a sentence", "its data `punkt` is not there: `%s` fetches it" % fetch
    return "split and stemmed a sentence, `punkt` is there"


def langdetect():
    from langdetect import DetectorFactory, detect

    DetectorFactory.seed = 0
    assert detect("The weather will be fair and mild over the whole weekend.") == "en"
    return "told the language of a sentence"


def requests():
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    import requests

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.path.encode())

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.handle_request, daemon=True).start()
    with requests.Session() as session:
        # No proxy of the machine: the other end is this process.
        session.trust_env = False
        answer = session.get("http://127.0.0.1:%d/" % server.server_port, params={"q": "snow"}, timeout=20)
    server.server_close()
    assert answer.ok and answer.text == "/?q=snow", answer.text
    return "asked a server on this machine"


WORK = {work.__name__: work for work in (pandas, beautifulsoup4, trafilatura, datasets, datasketch, jsonlines, nltk, langdetect, requests)}


def normalized(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def imported(library):
    """A library that is not known here: its modules can at least be imported."""
    importlib.metadata.version(library)
    modules = [
        module
        for module, owners in importlib.metadata.packages_distributions().items()
        if library in map(normalized, owners) and module.isidentifier() and not module.startswith("_")
    ]
    for module in sorted(modules):
        importlib.import_module(module)
    return "imported %s" % ", ".join("`%s`" % module for module in sorted(modules)) if modules else "has no module to import"


def tried(library):
    begun = time.monotonic()
    result = {"library": library, "ok": True}
    try:
        result["version"] = importlib.metadata.version(library)
        did = WORK[library]() if library in WORK else imported(library)
        result["did"], note = did if isinstance(did, tuple) else (did, None)
        if note:
            result["note"] = note
    except importlib.metadata.PackageNotFoundError:
        result.update(ok=False, missing=True, error="is not installed")
    except BaseException as error:
        frames = traceback.extract_tb(error.__traceback__)
        where = "%s:%d" % (frames[-1].filename, frames[-1].lineno) if frames else ""
        text = " ".join(str(error).split()) or "no message"
        result.update(ok=False, error="%s: %s" % (type(error).__name__, text[:500]), where=where)
    result["ms"] = round((time.monotonic() - begun) * 1000)
    return result


def main(limit, libraries):
    # Libraries print what they like on stdout: it is turned to stderr, and the answers have a stream of their own.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    faulthandler.enable()
    for library in libraries:
        print(json.dumps({"begins": library}), file=answers, flush=True)
        faulthandler.dump_traceback_later(limit, exit=True)
        result = tried(library)
        faulthandler.cancel_dump_traceback_later()
        print(json.dumps(result), file=answers, flush=True)


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])
    sys.stdout.flush()
    # A library that hangs while Python ends must not hold up the answer.
    os._exit(0)
