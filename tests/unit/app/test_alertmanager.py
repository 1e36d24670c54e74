"""Alerts handed to an Alertmanager: what it is told, when, and what happens when it is not there."""

import json
import threading
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from botops.app.alerts import inbox
from botops.app.alerts.channels import channels_of
from botops.app.alerts.delivering import Delivery
from botops.app.alerts.lost_channels import LostChannels
from botops.app.alerts.watching import AlertWatch
from botops.app.clock import SetClock
from botops.app.container import Container
from botops.config import Secrets, load_settings
from botops.domain.alerts import AlertSeverity, Signal
from botops.domain.notices import NoticeState
from botops.monitor.alert_words import in_one

NOW = datetime.fromisoformat("2026-11-18T07:00:00+00:00")
TEXTS = {"ru": "бот молчит", "kk": "бот үнсіз", "en": "the bot is silent"}


@pytest.fixture
def alertmanager():
    posts, answers = [], {"status": 200}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            posts.append((self.path, json.loads(self.rfile.read(int(self.headers["content-length"])))))
            self.send_response(answers["status"])
            self.send_header("content-length", "4")
            self.end_headers()
            self.wfile.write(b"said")

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", posts, answers
        server.shutdown()


@pytest.fixture
def clock():
    return SetClock(NOW)


@pytest.fixture
def container(tmp_path, alertmanager, clock, monkeypatch):
    monkeypatch.setenv("MAIL", "json://127.0.0.1:1/mail")  # what sends in its place is given to the delivery
    (tmp_path / "pricebook").mkdir()
    (tmp_path / "prompts").mkdir()
    (tmp_path / "team.yaml").write_text("roles: {ops: {}}\nresponsible: {service: ops}\n", "utf-8")
    (tmp_path / "pricebook/book.yaml").write_text("currency: KZT\nproducts: []\n", "utf-8")
    (tmp_path / "botops.yaml").write_text(
        f"paths: {{pricebook: pricebook/book.yaml}}\n"
        f"alerts: {{alertmanager: '{alertmanager[0]}', channels: {{mail: {{env: MAIL}}}}}}\n",
        "utf-8",
    )
    with Container.open(load_settings(tmp_path / "botops.yaml"), Secrets(), clock=clock) as opened:
        yield opened


class Source:
    name = "test"

    def __init__(self, *signals):
        self.signals = signals

    def look(self, now):
        return self.signals


def signal(severity=AlertSeverity.PAGE):
    return Signal("silent", "BotopsQuiet", severity, "service", NOW, TEXTS, TEXTS)


def told(posts):
    return [(row["labels"]["severity"], row.get("endsAt")) for _, rows in posts for row in rows]


def test_an_alert_and_its_end_are_told(container, alertmanager, clock):
    _, posts, _ = alertmanager
    source, delivery = Source(signal()), Delivery(container)
    watch = AlertWatch(container, [source])
    watch.look()
    delivery.send_due()
    ((path, (row,)),) = posts
    assert path == "/api/v2/alerts"
    assert row["labels"] == {
        "alertname": "BotopsQuiet", "severity": "page", "area": "service", "owner": "ops", "key": "silent",
        "source": "botops",
    }  # fmt: skip
    assert row["annotations"]["summary"] == "бот молчит"
    assert row["annotations"]["runbook"] == "alerts/runbooks/BotopsQuiet.md"
    assert datetime.fromisoformat(row["startsAt"]) == NOW
    assert "endsAt" not in row
    clock.at += timedelta(minutes=5)
    source.signals = ()
    watch.look()
    delivery.send_due()
    assert [ends for _, ends in told(posts)][1:] == [(NOW + timedelta(minutes=5)).isoformat()]


def test_what_came_and_went_while_it_was_down_is_told_as_standing_for_a_while(container, alertmanager, clock):
    """Alertmanager tells nobody of an alert that is over when it first hears of it."""
    _, posts, answers = alertmanager
    answers["status"] = 503
    source, delivery = Source(signal()), Delivery(container)
    watch = AlertWatch(container, [source])
    watch.look()
    delivery.send_due()
    clock.at += timedelta(minutes=2)
    source.signals = ()
    watch.look()
    delivery.send_due()
    posts.clear()
    answers["status"] = 200
    clock.at += timedelta(minutes=2)
    delivery.send_due()
    (ends,) = {ends for _, ends in told(posts)}
    assert datetime.fromisoformat(ends) > clock.at
    assert container.store.outbox.unsent(clock.at)[0] == 0


def test_an_alert_that_gets_worse_is_over_as_the_milder_one(container, alertmanager, clock):
    _, posts, _ = alertmanager
    source, delivery = Source(signal(AlertSeverity.TICKET)), Delivery(container)
    watch = AlertWatch(container, [source])
    watch.look()
    delivery.send_due()
    posts.clear()
    source.signals = (signal(),)
    watch.look()
    delivery.send_due()
    assert dict(told(posts)) == {"page": None, "ticket": NOW.isoformat(), "digest": NOW.isoformat()}


def test_its_loss_is_told_through_the_channels(container, alertmanager, clock):
    _, posts, answers = alertmanager
    answers["status"] = 500
    sent = []

    class Mail:
        name = "mail"

        def send(self, sendings):
            sent.append(in_one([s.notice.notice.words["ru"] for s in sendings], "ru"))

    delivery = Delivery(container, {**channels_of(container), "mail": Mail()})
    watch = AlertWatch(container, [Source(signal()), LostChannels(container)])
    for _ in range(80):
        watch.look()
        delivery.send_due()
        clock.at += timedelta(seconds=5)
    assert [words.title for words in sent] == ["🔴 Оповещения не доходят через канал «alertmanager»"]
    assert "answered 500: said" in sent[0].text
    assert len(posts) < 20


def test_what_is_silenced_here_is_not_told_there(container, alertmanager, clock):
    _, posts, _ = alertmanager
    inbox.silence(container, by="Dana", reason="planned work", until=NOW + timedelta(hours=1))
    watch, delivery = AlertWatch(container, [Source(signal())]), Delivery(container)
    watch.look()
    delivery.send_due()
    assert posts == []
    (alert,) = inbox.alerts(container)
    (kept,) = container.store.outbox.of_alert(alert.id)
    assert (kept.state, kept.reason) == (NoticeState.WAITING, "silenced")
