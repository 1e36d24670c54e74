"""Whom botops tells: a webhook, a mail server and Telegram's Bot API, on loopback, for Apprise as it is.

Apprise's Telegram plug-in knows one host. It is reached as a company behind a proxy reaches it: `HTTPS_PROXY` names a
proxy that answers for api.telegram.org itself, with a certificate that `REQUESTS_CA_BUNDLE` vouches for.
"""

import contextlib
import email
import email.policy
import json
import socketserver
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TOKEN = "123456789:AAcanaryOfTheTelegramBotToken00112233"
PASSWORD = "canaryOfTheMailPassword"
HOOK = "canaryOfTheWebhookPath"
CANARIES = (TOKEN.partition(":")[2], PASSWORD, HOOK)
TELEGRAM = "api.telegram.org"


@dataclass(frozen=True)
class Told:
    """What arrived, by which way and when."""

    by: str
    text: str
    at: float


@dataclass
class Receivers:
    """Everything that arrived, in order; `refusing` names the ways that answer with an error. `environ` is what an
    installation needs to reach them."""

    environ: dict[str, str] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    refused: int = 0
    refusing: set[str] = field(default_factory=set)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, by: str, text: str) -> bool:
        with self._changed:
            if by in self.refusing:
                self.refused += 1
                return False
            self.told.append(Told(by, text, time.monotonic()))
            self._changed.notify_all()
            return True

    def wait(self, by: str, *words: str, seconds: float = 60) -> Told:
        """What came by a way with all the words in it; fails when it has not come in time."""

        def found() -> Told | None:
            return next((t for t in self.told if t.by == by and all(word in t.text for word in words)), None)

        with self._changed:
            came = self._changed.wait_for(found, seconds)
        assert came, f"{words} did not come by {by} within {seconds} s; what came: {self.told}"
        return came


@contextlib.contextmanager
def receivers(folder: Path) -> Iterator[Receivers]:
    """The three of them, listening until the block ends."""
    people = Receivers()
    certificate = _certificate(folder)
    with contextlib.ExitStack() as stack:
        web, mail, proxy = (
            _listening(stack, made)
            for made in (
                ThreadingHTTPServer(("127.0.0.1", 0), _web(people)),
                _server(_mail(people)),
                _server(_proxy(people, certificate)),
            )
        )
        people.environ = {
            "ALERTS_TELEGRAM": f"tgram://{TOKEN}/-1001/",
            "ALERTS_MAIL": f"mailto://botops:{PASSWORD}@127.0.0.1:{mail}?smtp=127.0.0.1&from=botops@shop.example"
            "&to=ops@shop.example&mode=insecure",
            "ALERTS_HOOK": f"json://127.0.0.1:{web}/{HOOK}",
            "HTTPS_PROXY": f"http://127.0.0.1:{proxy}",
            "NO_PROXY": "127.0.0.1",
            "REQUESTS_CA_BUNDLE": str(certificate),
        }
        yield people


def _listening(stack: contextlib.ExitStack, server: socketserver.TCPServer) -> int:
    stack.enter_context(server)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    stack.callback(server.shutdown)
    return server.server_address[1]


def _server(handler: type[socketserver.BaseRequestHandler]) -> socketserver.ThreadingTCPServer:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    return server


def _certificate(folder: Path) -> Path:
    """A certificate of Telegram's host, signed by itself, and its key, in one file."""
    file = folder / "telegram.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={TELEGRAM}",
         "-addext", f"subjectAltName=DNS:{TELEGRAM}", "-keyout", file.with_suffix(".key"), "-out", file],
        check=True, capture_output=True,
    )  # fmt: skip
    return file


def _answer(handler: BaseHTTPRequestHandler, status: int, body: dict) -> None:
    raw = json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", str(len(raw)))
    handler.end_headers()
    handler.wfile.write(raw)


def _web(people: Receivers) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            data = json.loads(self.rfile.read(int(self.headers["content-length"])))
            known = self.path.strip("/") == HOOK
            taken = known and people.take("webhook", f"{data['title']}\n{data['message']}")
            _answer(self, 200 if taken else 503, {})

        def log_message(self, *_):
            pass

    return Handler


def _proxy(people: Receivers, certificate: Path) -> type[socketserver.BaseRequestHandler]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))

    class Telegram(BaseHTTPRequestHandler):
        def do_POST(self):
            data = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if self.path != f"/bot{TOKEN}/sendMessage":
                _answer(self, 404, {"ok": False, "description": "Not Found"})
            elif people.take("telegram", data["text"]):
                message = {"message_id": 1, "date": 1, "chat": {"id": int(data["chat_id"]), "type": "group"}}
                _answer(self, 200, {"ok": True, "result": message})
            else:
                _answer(self, 502, {"ok": False, "description": "Bad Gateway"})

        def log_message(self, *_):
            pass

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            asked = self.rfile.readline().decode()
            while self.rfile.readline().strip():
                pass
            if not asked.startswith(f"CONNECT {TELEGRAM}:443 "):
                self.wfile.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
                return
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with contextlib.suppress(OSError), context.wrap_socket(self.request, server_side=True) as inside:
                Telegram(inside, self.client_address, self.server)

    return Handler


def _mail(people: Receivers) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def say(self, line):
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self):
            """As much of SMTP as a client without encryption needs."""
            self.say("220 mail.shop.example ESMTP")
            for raw in self.rfile:
                verb = raw.decode().strip().upper()
                if verb.startswith("EHLO"):
                    self.say("250-mail.shop.example")
                    self.say("250 AUTH PLAIN")
                elif verb.startswith("AUTH"):
                    self.say("235 welcome")
                elif verb == "DATA":
                    self.say("354 go on")
                    taken = people.take("mail", self.message())
                    self.say("250 kept" if taken else "451 try later")
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

        def message(self) -> str:
            raw = b"".join(iter(self.rfile.readline, b".\r\n"))
            message = email.message_from_bytes(raw, policy=email.policy.default)
            return f"{message['subject']}\n{message.get_body(('html', 'plain')).get_content()}"

    return Handler
