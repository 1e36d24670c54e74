"""The whole chain with real programs: a fault in botops, Prometheus with our rules, Alertmanager with our routes, and
Telegram, a webhook and a mail server on loopback that people would read.

The files are the ones that are shipped; only waiting is shortened: intervals and group waits to a second, windows of
the rules to a few seconds.
"""

import contextlib
import email
import email.policy
import json
import os
import re
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest
import yaml

from botops.testing.fake_provider import Behaviour, FakeProvider

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
WITHIN_S = 15
"""From the fault to the last of those who must know."""
START_S = 90
"""Within which botops answers on a machine that runs much else."""
TOKEN = "123456:fake-token"
CHATS = {"ai-ops": -1001, "sales-enablement": -1002, "sales": -1003}
MAIL = {"ai-ops": "ops@shop.example", "sales-enablement": "enablement@shop.example"}
WRONG = "Тариф «Магазин» стоит 1 900 ₸ в месяц, для вас скидка 70 %."


# --- those who are told -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Notice:
    """What arrived: where, for whom, and its text."""

    by: str
    to: str
    text: str
    at: float


@dataclass
class People:
    """Everything that arrived anywhere, in order. `refusing` names ways that answer with an error."""

    notices: list[Notice] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    refusing: set[str] = field(default_factory=set)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, by: str, to: str, text: str) -> bool:
        with self._changed:
            if by in self.refusing:
                self.refused.append(by)
                self._changed.notify_all()
                return False
            self.notices.append(Notice(by, to, text, time.monotonic()))
            self._changed.notify_all()
            return True

    def wait_refused(self, seconds: float = 30) -> None:
        """Returns when somebody was told and refused."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.refused, seconds), "nobody tried a way that refuses"

    def wait(self, wanted, since: float = 0, seconds: float = 90) -> list[Notice]:
        """One notice for each wanted (way, whom, words) that came after a moment; fails when one has not in time."""

        def found() -> list[Notice | None]:
            come = [n for n in self.notices if n.at >= since]
            return [
                next((n for n in come if (n.by, n.to) == (by, to) and all(word in n.text for word in words)), None)
                for by, to, *words in wanted
            ]

        with self._changed:
            if not self._changed.wait_for(lambda: all(found()), seconds):
                lost = [one for one, there in zip(wanted, found(), strict=True) if there is None]
                pytest.fail(f"after {seconds} s {lost} had not come; what came: {self.notices[-10:]}")
            return found()


def http_server(people: People) -> ThreadingHTTPServer:
    """Telegram's Bot API under /bot…, a webhook under /webhook, and what waits for the watchdog under /watchdog."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            by = "telegram" if self.path == f"/bot{TOKEN}/sendMessage" else self.path.removeprefix("/")
            data = json.loads(body)
            if by == "telegram":
                taken = people.take(by, str(data["chat_id"]), data["text"])
            else:
                taken = people.take(by, data["receiver"], json.dumps(data, ensure_ascii=False))
            message = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "group"}}
            answer = {"ok": True, "result": message} if taken else {"ok": False, "description": "Bad Gateway"}
            raw = json.dumps(answer).encode()
            self.send_response(200 if taken else 502)
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_):
            pass

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)


def mail_server(people: People) -> socketserver.ThreadingTCPServer:
    """As much of SMTP as a client without encryption needs."""

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line):
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self):
            self.say("220 mail.shop.example ESMTP")
            to = []
            for raw in self.rfile:
                line = raw.decode().strip()
                verb = line.upper()
                if verb.startswith("RCPT TO:"):
                    to.append(line[8:].strip("<> "))
                if verb == "DATA":
                    self.say("354 go on")
                    self.data(to)
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

        def data(self, to):
            lines = iter(self.rfile.readline, b".\r\n")
            message = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
            body = message.get_body(("html", "plain")).get_content()
            taken = all(people.take("mail", one, f"{message['subject']}\n{body}") for one in to)
            self.say("250 kept" if taken else "451 try later")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
    server.daemon_threads = True
    server.server_bind()
    server.server_activate()
    return server


# --- our files, in a hurry --------------------------------------------------------------------------------------------

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_TIMES_FASTER = 180


def shorter(duration: str, least: int) -> str:
    """A duration 180 times as short, 15 minutes being 5 seconds."""
    return f"{max(least, round(int(duration[:-1]) * _SECONDS[duration[-1]] / _TIMES_FASTER))}s"


def hurried_rules() -> dict:
    """Our rules with short windows: what they compare, and with which thresholds, stays."""
    rules = yaml.safe_load((ROOT / "alerts/rules.yml").read_text("utf-8"))
    for group in rules["groups"]:
        if "interval" in group:
            group["interval"] = "1s"
        for rule in group["rules"]:
            rule["expr"] = re.sub(
                r"\[(\d+[smhdw])\]", lambda found: f"[{shorter(found[1], 5)}]",
                re.sub(r"offset (\d+[smhdw])", lambda found: f"offset {shorter(found[1], 5)}", rule["expr"]),
            )  # fmt: skip
            if "for" in rule:
                rule["for"] = shorter(rule["for"], 1)
    return rules


def hurried_routes(web: str, mail: str) -> dict:
    """Our routes, filled from an environment as the documentation says, with short waits and without encryption."""
    values = {
        "SMTP_HOST": mail, "SMTP_FROM": "botops@shop.example", "SMTP_USER": "botops", "SMTP_PASSWORD": "secret",
        "TELEGRAM_TOKEN": TOKEN, "TELEGRAM_AI_OPS": "-1001", "TELEGRAM_SALES_ENABLEMENT": "-1002",
        "TELEGRAM_SALES": "-1003", "MAIL_AI_OPS": MAIL["ai-ops"], "MAIL_SALES_ENABLEMENT": MAIL["sales-enablement"],
        "MAIL_REVOPS": "revops@shop.example", "MAIL_SALES": "sales@shop.example",
        "WEBHOOK": f"{web}/webhook", "WATCHDOG": f"{web}/watchdog",
    }  # fmt: skip
    filled = subprocess.run(
        [sys.executable, ROOT / "alerts/fill.py"], env={**os.environ, **values}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert filled.stderr == ""
    config = yaml.safe_load(filled.stdout)
    config["global"] |= {"telegram_api_url": web, "smtp_require_tls": False}
    for route in [config["route"], *config["route"]["routes"]]:
        route |= {"group_wait": "1s", "group_interval": "1s"}
    return config


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def program(folder: Path, name: str, *arguments: str, ready: str) -> Iterator[subprocess.Popen]:
    """A program with its log in a file, from when it answers until the block ends."""
    with (
        (folder / f"{name}.log").open("wb") as log,
        subprocess.Popen([name, *arguments], cwd=folder, stdout=log, stderr=subprocess.STDOUT) as child,
    ):
        try:
            until = time.monotonic() + 30
            while True:
                with contextlib.suppress(httpx2.TransportError):
                    if httpx2.get(ready, timeout=5).status_code == 200:
                        break
                assert child.poll() is None, (folder / f"{name}.log").read_text("utf-8")
                assert time.monotonic() < until, f"{name} does not answer at {ready}"
                time.sleep(0.05)
            yield child
        finally:
            child.terminate()


@dataclass
class Chain:
    """Prometheus and Alertmanager at work; `target` is the port where they look for botops."""

    people: People
    target: int
    prometheus: str
    alertmanager: str

    def query(self, expression: str) -> list:
        answer = httpx2.get(f"{self.prometheus}/api/v1/query", params={"query": expression}, timeout=10).json()
        return answer["data"]["result"]

    def until(self, expression: str, seconds: float = 60) -> None:
        """Returns when Prometheus finds something for an expression."""
        until = time.monotonic() + seconds
        while not self.query(expression):
            assert time.monotonic() < until, f"{expression} found nothing within {seconds} s"
            time.sleep(0.1)


@pytest.fixture
def chain(require_program, tmp_path) -> Iterator[Chain]:
    """Everything behind botops, each program with our file for it."""
    require_program("prometheus", "prometheus")
    require_program("prometheus-alertmanager", "prometheus-alertmanager")
    people, folder = People(), tmp_path / "chain"
    folder.mkdir()
    target, prometheus, alertmanager = free_port(), free_port(), free_port()
    with http_server(people) as web, mail_server(people) as mail, contextlib.ExitStack() as stack:
        for server in (web, mail):
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            stack.callback(server.shutdown)
        routes = hurried_routes(f"http://127.0.0.1:{web.server_port}", f"127.0.0.1:{mail.server_address[1]}")
        write(folder / "alertmanager.yml", routes)
        write(folder / "rules.yml", hurried_rules())
        scraping = yaml.safe_load((ROOT / "dashboards/prometheus.yml").read_text("utf-8"))
        scraping["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        scraping["rule_files"] = [str(folder / "rules.yml")]
        jobs = {"botops": target, "prometheus": prometheus, "alertmanager": alertmanager}
        for job in scraping["scrape_configs"]:
            job["static_configs"] = [{"targets": [f"127.0.0.1:{jobs[job['job_name']]}"]}]
        scraping["alerting"]["alertmanagers"] = [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager}"]}]}]
        write(folder / "prometheus.yml", scraping)
        stack.enter_context(program(
            folder, "prometheus-alertmanager", f"--config.file={folder}/alertmanager.yml",
            f"--storage.path={folder}/alertmanager", f"--web.listen-address=127.0.0.1:{alertmanager}",
            "--cluster.listen-address=", ready=f"http://127.0.0.1:{alertmanager}/-/ready",
        ))  # fmt: skip
        stack.enter_context(program(
            folder, "prometheus", f"--config.file={folder}/prometheus.yml",
            f"--storage.tsdb.path={folder}/prometheus", f"--web.listen-address=127.0.0.1:{prometheus}",
            "--rules.alert.resend-delay=1s", ready=f"http://127.0.0.1:{prometheus}/-/ready",
        ))  # fmt: skip
        yield Chain(people, target, f"http://127.0.0.1:{prometheus}", f"http://127.0.0.1:{alertmanager}")


def write(path: Path, data: dict) -> None:
    path.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")


@dataclass
class Clients:
    """People who write to the bot one after another until told to stop."""

    port: int

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        stop = threading.Event()

        def write_on():
            with httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30) as http:
                while not stop.wait(0.1):
                    answer = http.post("/v1/chat", json={"text": "Сколько стоит тариф «Магазин»?"})
                    assert answer.status_code == 200, answer.text

        with ThreadPoolExecutor(1) as pool:
            writer = pool.submit(write_on)
            try:
                yield
            finally:
                stop.set()
                writer.result()


def told(role: str, *words: str):
    """Everybody a role is told by."""
    return [("telegram", str(CHATS[role]), *words), ("webhook", role, *words), ("mail", MAIL[role], *words)]


# --- what goes wrong --------------------------------------------------------------------------------------------------


def test_a_model_that_fails_and_recovers_is_told_to_ai_ops(chain, project, process, wait_for):
    # Five failures in a row, then a try a second until the model recovers.
    with FakeProvider(["500"] * 12 + [Behaviour("ok", "Здравствуйте! Чем помочь?")]) as model:
        settings = [f"model.base_url={model.base_url}", "model.attempts=1", "model.breaker_rest_s=1",
                    "guard.policy=observe"]  # fmt: skip
        arguments = ["--port", str(chain.target), *(part for one in settings for part in ("--set", one))]
        with process(project, "serve", *arguments) as child:
            wait_for(f"http://127.0.0.1:{chain.target}/healthz", START_S, child)
            chain.until('up{job="botops"} == 1')
            with Clients(chain.target).writing():
                began = time.monotonic()
                notices = chain.people.wait(
                    told("ai-ops", "Модель не отвечает", "alerts/runbooks/BotopsModelFaults.md")
                )
                took = max(n.at for n in notices) - began
                assert took <= WITHIN_S, f"{took:.1f} s"
                chain.people.wait([
                    ("telegram", "-1001", "✅", "Модель не отвечает"),
                    ("webhook", "ai-ops", '"status": "resolved"', "BotopsModelFaults"),
                    ("mail", MAIL["ai-ops"], "[RESOLVED]", "BotopsModelFaults"),
                ])  # fmt: skip


def test_a_bot_that_was_killed_is_told_even_when_telegram_is_down_at_first(chain, project, process, wait_for):
    alive = f"http://127.0.0.1:{chain.target}/healthz"
    down = told("ai-ops", "Бот не отвечает", "alerts/runbooks/BotopsDown.md")
    with process(project, "serve", "--port", str(chain.target)) as child:
        wait_for(alive, START_S, child)
        # While it was starting it did not answer either.
        chain.until('up{job="botops"} == 1 unless on () ALERTS{alertname="BotopsDown"}')
        chain.people.wait([("watchdog", "watchdog", "BotopsWatchdog")])
        chain.people.refusing.add("telegram")
        began = time.monotonic()
        child.send_signal(signal.SIGKILL)
        notices = chain.people.wait([one for one in down if one[0] != "telegram"], since=began)
        assert max(n.at for n in notices) - began <= WITHIN_S
    chain.people.wait_refused()
    chain.people.refusing.clear()
    chain.people.wait(down, since=began)
    with process(project, "serve", "--port", str(chain.target)) as child:
        wait_for(alive, START_S, child)
        up = time.monotonic()
        resolved = [
            ("telegram", "-1001", "✅", "Бот не отвечает"),
            ("mail", MAIL["ai-ops"], "[RESOLVED]", "BotopsDown"),
        ]
        chain.people.wait(resolved, since=up)


def test_wrong_prices_that_were_sent_are_told_to_those_who_write_the_prompts(chain, project, process, wait_for):
    with FakeProvider([Behaviour("ok", WRONG)]) as model:
        arguments = ["--port", str(chain.target), "--set", f"model.base_url={model.base_url}", "--set",
                     "guard.policy=observe"]  # fmt: skip
        with process(project, "serve", *arguments) as child:
            wait_for(f"http://127.0.0.1:{chain.target}/healthz", START_S, child)
            chain.until('up{job="botops"} == 1')
            with Clients(chain.target).writing():
                began = time.monotonic()
                notices = chain.people.wait(told("sales-enablement", "с неверными ценами или условиями"))
                assert max(n.at for n in notices) - began <= WITHIN_S
    assert not [n for n in chain.people.notices if "с неверными ценами" in n.text and n.to in {"-1001", "-1003"}]


# --- the environment --------------------------------------------------------------------------------------------------


def filled(tmp_path, environ, amtool):
    """What `alerts/fill.py` makes of an environment, once Alertmanager finds it valid, and what it says."""
    done = subprocess.run(
        [sys.executable, ROOT / "alerts/fill.py"], env={"PATH": os.environ["PATH"], **environ}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    (tmp_path / "alertmanager.yml").write_text(done.stdout, "utf-8")
    checked = subprocess.run([amtool, "check-config", tmp_path / "alertmanager.yml"], capture_output=True, text=True,
                             check=False)  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr
    return {r["name"]: set(r) - {"name"} for r in yaml.safe_load(done.stdout)["receivers"]}, done.stderr


def test_what_has_no_secret_is_left_out_and_named(require_program, tmp_path):
    amtool = require_program("amtool", "prometheus-alertmanager")
    receivers, said = filled(tmp_path, {}, amtool)
    assert not any(receivers.values())
    assert "sales-enablement: telegram_configs is left out: TELEGRAM_SALES_ENABLEMENT, TELEGRAM_TOKEN not set" in said
    receivers, said = filled(tmp_path, {"WEBHOOK": "http://hook.example/x", "MAIL_SALES": "s@shop.example"}, amtool)
    assert receivers["sales"] == {"webhook_configs"}
    assert "sales: email_configs is left out: no smtp_smarthost and no smtp_from" in said
    mail = {"MAIL_SALES": "s@shop.example", "SMTP_HOST": "mail:25", "SMTP_FROM": "b@shop.example", "SMTP_PASSWORD": "1"}
    assert filled(tmp_path, mail, amtool)[0]["sales"] == {"email_configs"}


def test_a_chat_that_is_no_number_is_said(tmp_path):
    environ = {"PATH": os.environ["PATH"], "TELEGRAM_TOKEN": "1:x", "TELEGRAM_SALES": "@sales"}
    done = subprocess.run([sys.executable, ROOT / "alerts/fill.py"], env=environ, capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    assert "${TELEGRAM_SALES}: '@sales' is no number" in done.stderr
