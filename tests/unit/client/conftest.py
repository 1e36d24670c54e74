"""A server on loopback that answers as each test says."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from botops.client import PromptClient


def body(version=1, text="Здравствуйте, {{ company }}!", **more):
    """An answer of `/v1/prompts/sales`."""
    return {
        "name": "sales", "version": version, "checksum": f"{version}" * 64, "experiment": None, "variant": None,
        "bucket": None, "language": "ru", "rendered": False, "messages": [{"role": "system", "content": text}],
        "parameters": {"temperature": 0.3}, "variables": {}, "values": {"company": "Айна"}, **more,
    }  # fmt: skip


class Scripted:
    """Answers with `body` and its tag, unless `act` does something else with the connection."""

    make = staticmethod(body)

    def __init__(self):
        self.body = body()
        self.cache = "max-age=60, stale-while-revalidate=60"
        self.act = None
        self.asked = []
        self.answered = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def _handler(scripted):  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                parts = urlsplit(self.path)
                scripted.asked.append((parts.path, parse_qs(parts.query), self.headers.get("If-None-Match")))
                try:
                    if scripted.act is not None:
                        self.close_connection = True
                        scripted.act(self)
                        return
                    scripted.answer(self)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_):
                pass

        return Handler

    def answer(self, handler):
        raw = json.dumps(self.body, ensure_ascii=False).encode()
        tag = f'"{hash(raw)}"'
        status = 304 if handler.headers.get("If-None-Match") == tag else 200
        self.answered.append(status)
        handler.send_response(status)
        handler.send_header("ETag", tag)
        if self.cache:
            handler.send_header("Cache-Control", self.cache)
        if status == 200:
            handler.send_header("Content-Length", str(len(raw)))
        handler.end_headers()
        if status == 200:
            handler.wfile.write(raw)

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Hands:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def server():
    scripted = Scripted()
    yield scripted
    scripted.stop()


@pytest.fixture
def hands():
    return Hands()


@pytest.fixture
def client_of(server, hands):
    """Makes clients of the server, closed at the end."""
    made = []

    def make(**options):
        made.append(PromptClient(server.url, clock=hands, **{"deadline_s": 2.0, **options}))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def eventually():
    def wait(condition, seconds=5):
        end = time.monotonic() + seconds
        while not condition() and time.monotonic() < end:
            time.sleep(0.005)
        assert condition()

    return wait
