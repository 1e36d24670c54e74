"""Alerts of botops in a real Alertmanager: told on to its receivers, over when they are over, and told even when they
came and went while it was down."""

import contextlib
import json
import queue
import socket
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest
import yaml

from botops.app.alerts.delivering import Delivery
from botops.app.alerts.watching import AlertWatch
from botops.app.container import Container
from botops.config import Secrets, load_settings
from botops.domain.alerts import AlertSeverity, Signal

pytestmark = pytest.mark.slow


class Source:
    name = "test"

    def __init__(self):
        self.signals = ()

    def look(self, now):
        return self.signals


@pytest.fixture
def told():
    """What Alertmanager told its webhook: status, name and summary of each alert."""
    heard = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            for one in json.loads(self.rfile.read(int(self.headers["content-length"])))["alerts"]:
                heard.put((one["status"], one["labels"]["alertname"], one["annotations"]["summary"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        heard.port = server.server_port
        yield heard
        server.shutdown()


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def alertmanager(require_program, tmp_path, told, port):
    """Starts it when called."""
    program = require_program("prometheus-alertmanager", "prometheus-alertmanager")
    config = {
        "route": {"receiver": "hook", "group_by": ["..."], "group_wait": "0s", "group_interval": "1s"},
        "receivers": [{"name": "hook", "webhook_configs": [{"url": f"http://127.0.0.1:{told.port}/"}]}],
    }
    (tmp_path / "alertmanager.yml").write_text(yaml.safe_dump(config), "utf-8")
    with contextlib.ExitStack() as stack:

        def start():
            child = stack.enter_context(subprocess.Popen(
                [program, "--config.file=alertmanager.yml", "--storage.path=data", "--cluster.listen-address=",
                 f"--web.listen-address=127.0.0.1:{port}"],
                cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            ))  # fmt: skip
            stack.callback(child.terminate)
            end = time.monotonic() + 30
            while time.monotonic() < end:
                with contextlib.suppress(httpx2.TransportError):
                    if httpx2.get(f"http://127.0.0.1:{port}/-/ready", timeout=5).status_code == 200:
                        return
                time.sleep(0.05)
            pytest.fail("Alertmanager does not answer")

        yield start


@pytest.fixture
def shop(project, port):
    settings = project / "botops.yaml"
    text = settings.read_text("utf-8")
    settings.write_text(f"{text}\nalerts: {{alertmanager: 'http://127.0.0.1:{port}'}}\n", "utf-8")
    with Container.open(load_settings(settings), Secrets()) as container:
        yield container


def silent(container):
    texts = {"ru": "Бот молчит", "kk": "Бот үнсіз", "en": "The bot is silent"}
    return Signal("silent", "BotopsQuiet", AlertSeverity.PAGE, "service", container.clock.now(), texts, texts)


def test_an_alert_reaches_the_receivers_of_alertmanager_and_so_does_its_end(shop, alertmanager, told):
    alertmanager()
    source, delivery = Source(), Delivery(shop)
    watch = AlertWatch(shop, [source])
    source.signals = (silent(shop),)
    watch.look()
    delivery.send_due()
    assert told.get(timeout=20) == ("firing", "BotopsQuiet", "Бот молчит")
    source.signals = ()
    watch.look()
    delivery.send_due()
    assert told.get(timeout=20) == ("resolved", "BotopsQuiet", "Бот молчит")


def test_what_came_and_went_while_it_was_down_is_told(shop, alertmanager, told):
    source, delivery = Source(), Delivery(shop)
    watch = AlertWatch(shop, [source])
    for signals in ((silent(shop),), ()):
        source.signals = signals
        watch.look()
        delivery.send_due()
    assert shop.store.outbox.health()[0].error.startswith("http://127.0.0.1:")
    alertmanager()
    end = time.monotonic() + 60
    while told.empty() and time.monotonic() < end:
        delivery.send_due()
        time.sleep(0.5)
    assert told.get(timeout=1) == ("firing", "BotopsQuiet", "Бот молчит")
