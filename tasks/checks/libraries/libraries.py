"""A line of real work with each library of the data work, for trying.py."""

import io
import shlex
import sys


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
        return {"did": "split and stemmed a sentence", "note": "its data `punkt` is not there: `%s` fetches it" % fetch}
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
