"""The sign of life: given while trouble would be noticed and told, and at no other time."""

import socket
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from botops.app.clock import SetClock
from botops.app.container import Container
from botops.app.heartbeat import STUCK_AFTER_S, Heartbeat
from botops.config import Secrets, load_settings
from botops.domain.alerts import AlertSeverity
from botops.domain.errors import UserError
from botops.domain.notices import Notice, NoticeKind, Words

NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)
CHANNEL = "alerts.channels={phone: {env: ALERTS_PHONE}, mail: {env: ALERTS_MAIL}}"


class Outside:
    """A loopback address that counts who asks for it."""

    def __init__(self):
        outside = self
        self.status = 200
        self.asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outside.asked.append((self.path, self.headers["User-Agent"]))
                self.send_response(outside.status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/ping/42"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def outside():
    made = Outside()
    yield made
    made.close()


@pytest.fixture
def opened(florist, outside):
    made = []

    def open_(*overrides):
        settings = load_settings(
            florist.root / "botops.yaml", overrides=(f"alerts.watchdog_url={outside.url}", *overrides)
        )
        made.append(Container.open(settings, Secrets(), clock=SetClock(NOW)))
        return made[-1]

    yield open_
    for container in made:
        container.close()


def heart(container, quiet_s=0.0):
    return Heartbeat(container, {"the watch loop": lambda: quiet_s})


def test_a_sign_of_life_is_given_and_noted(opened, outside):
    container = opened()
    assert container.store.heartbeats.last() is None
    assert heart(container).beat()
    assert [path for path, _ in outside.asked] == ["/ping/42"]
    assert outside.asked[0][1].startswith("botops/")
    assert container.store.heartbeats.last() == NOW


def test_none_is_given_while_background_work_is_stuck(opened, outside, caplog):
    container = opened()
    stuck = heart(container, STUCK_AFTER_S + 1)
    assert not stuck.beat()
    assert not stuck.beat()
    assert outside.asked == []
    assert [r.message for r in caplog.records] == [
        "no sign of life is given: the watch loop has not come round for 301 s"
    ]


def test_none_is_given_while_the_store_takes_nothing(opened, outside):
    container = opened()
    container.store.close()
    assert not heart(container).beat()
    assert outside.asked == []


def test_a_process_that_does_not_lead_gives_none(florist, outside):
    settings = load_settings(florist.root / "botops.yaml", overrides=(f"alerts.watchdog_url={outside.url}",))
    with (
        Container.open(settings, Secrets(), clock=SetClock(NOW)) as leading,
        Container.open(settings, Secrets(), clock=SetClock(NOW), role="side") as other,
    ):
        assert not heart(other).beat()
        assert outside.asked == []
        assert heart(leading).beat()


def failing(container, *channels):
    """A notice that got through none of these channels."""
    outbox = container.store.outbox
    words = {language: Words("t", "t", "t") for language in ("ru", "kk", "en")}
    outbox.put(Notice("n", NoticeKind.RAISED, AlertSeverity.PAGE, "ai_ops", NOW, words))
    (kept,) = outbox.due(NOW)
    outbox.plan(kept.id, channels, NOW)
    for channel in channels:
        outbox.failed(channel, {kept.id: NOW}, NOW, "connection refused")


def test_none_is_given_while_nobody_could_be_told(opened, outside):
    container = opened(CHANNEL)
    failing(container, "phone", "mail")
    assert not heart(container).beat()
    assert outside.asked == []


def test_an_alertmanager_that_is_away_is_as_bad_when_there_is_nothing_else(opened, outside):
    container = opened("alerts.alertmanager=http://127.0.0.1:9")
    failing(container, "alertmanager")
    assert not heart(container).beat()
    assert outside.asked == []


def test_one_channel_that_gets_through_is_enough(opened, outside):
    container = opened(CHANNEL)
    failing(container, "phone")
    assert heart(container).beat()
    assert len(outside.asked) == 1


def test_an_outside_that_refuses_is_said_once_and_never_with_its_address(opened, outside, caplog):
    container = opened()
    beating = heart(container)
    outside.status = 404
    assert not beating.beat()
    assert not beating.beat()
    outside.status = 200
    assert beating.beat()
    assert [r.message for r in caplog.records] == [
        "no sign of life is given: alerts.watchdog_url answers 404", "signs of life are given again",
    ]  # fmt: skip


def test_an_outside_that_speaks_no_http_is_said_once_and_never_with_its_address(opened, caplog):
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer():
            for _ in range(2):
                asked, _ = listening.accept()
                asked.recv(4096)
                asked.sendall(b"220 mail.example.kz /ping/42\r\n")
                asked.close()

        threading.Thread(target=answer, daemon=True).start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/ping/42"
        beating = heart(opened(f"alerts.watchdog_url={url}"))
        assert not beating.beat()
        assert not beating.beat()
    assert [r.message for r in caplog.records] == [
        "no sign of life is given: alerts.watchdog_url does not answer as HTTP does: BadStatusLine"
    ]


def test_nobody_outside_is_no_fault_of_ours(opened, outside, caplog):
    container = opened()
    outside.close()
    assert not heart(container).beat()
    assert "does not answer" in caplog.text
    assert "/ping/" not in caplog.text


def test_without_an_address_nothing_is_started(florist):
    settings = load_settings(florist.root / "botops.yaml")
    with Container.open(settings, Secrets(), clock=SetClock(NOW)) as container:
        quiet = heart(container)
        quiet.start()
        quiet.stop()
        assert container.store.heartbeats.last() is None


def test_the_first_sign_of_life_comes_at_once(opened, outside):
    container = opened()
    beating = heart(container)
    beating.start()
    beating.stop()
    assert len(outside.asked) == 1


@pytest.mark.parametrize("url", ["file:///etc/passwd", "https://me:secret@hc.example", "hc-ping.example/1"])
def test_an_address_that_is_none_is_refused(florist, url):
    with pytest.raises(UserError, match=r"alerts\.watchdog_url"):
        load_settings(florist.root / "botops.yaml", overrides=(f"alerts.watchdog_url={url}",))
