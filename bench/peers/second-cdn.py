"""A CDN written apart from the one of the tests: second-cdn.py FOLDER RATE DELAY prints its port (standard library only).

One thread a connection, sendfile, a send buffer of 64 kB, DELAY seconds before each answer, RATE bytes a second within one.
What is fast with one way of sending is not always fast with another.
"""

import http.server
import os
import re
import socket
import sys
import time

folder, rate, delay = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        time.sleep(delay)
        path = os.path.join(folder, os.path.basename(self.path.split("?")[0]))
        size = os.path.getsize(path)
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "")
        start = int(asked[1]) if asked else 0
        end = min(int(asked[2]) + 1, size) if asked and asked[2] else size
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)
        self.send_response(206 if asked else 200)
        if asked:
            self.send_header("Content-Range", "bytes %d-%d/%d" % (start, end - 1, size))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", '"%s"' % os.path.basename(path))
        self.send_header("Content-Length", str(end - start))
        self.end_headers()
        if self.command == "HEAD":
            return
        step = max(4096, min(1 << 20, int(rate / 20)))
        sent, begun = 0, time.monotonic()
        with open(path, "rb") as source:
            while sent < end - start:
                sent += os.sendfile(self.connection.fileno(), source.fileno(), start + sent, min(step, end - start - sent))
                ahead = sent / rate - (time.monotonic() - begun)
                if ahead > 0:
                    time.sleep(ahead)

    do_HEAD = do_GET


class Server(http.server.ThreadingHTTPServer):
    request_queue_size, daemon_threads = 256, True

    def handle_error(self, *_):
        pass


server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
