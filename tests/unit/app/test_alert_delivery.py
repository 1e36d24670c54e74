"""From an alert to the people who are told of it, with channels that work, fail, hang and die; the clock is set."""

import logging
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from botops.app.alerts import inbox
from botops.app.alerts.channels import ChannelError
from botops.app.alerts.delivering import ANSWER_S, HOLD, Delivery
from botops.app.alerts.lost_channels import LostChannels
from botops.app.alerts.outbox import links_of, put
from botops.app.alerts.watching import AlertWatch
from botops.app.container import Container
from botops.config import Secrets, load_settings
from botops.domain.alerts import AlertSeverity, Signal
from botops.domain.notices import Notice, NoticeKind, NoticeState, SendingState, Words
from botops.monitor.alert_words import in_one

NOW = datetime(2026, 11, 18, 7, tzinfo=UTC)  # a Wednesday, noon in Almaty
TEAM = """\
roles:
  ops: {title: {ru: Дежурные}}
  sales: {title: {ru: Продажи}}
responsible: {service: ops, sales: sales}
"""
SETTINGS = """\
paths: {pricebook: pricebook/book.yaml}
alerts:
  channels: {phone: {env: PHONE}, mail: {env: MAIL, language: en}}
  others: [mail]
  routes:
    ops: {page: [phone], escalate: [{after_min: 15, to: director}]}
    sales: {page: [mail], quiet: 21:00-09:00}
"""


class MovingClock:
    def __init__(self):
        self.at, self.mono = NOW, 0.0

    def now(self):
        return self.at

    def monotonic(self):
        return self.mono

    def move(self, **span):
        self.at += timedelta(**span)
        self.mono += timedelta(**span).total_seconds()

    def jump(self, **span):
        """Somebody sets the clock."""
        self.at += timedelta(**span)


class Recorder:
    """A channel that writes down what it sends, while nothing is wrong with it."""

    def __init__(self, name, language="ru"):
        self.name, self.language = name, language
        self.messages, self.tried, self.fault = [], 0, None

    def send(self, sendings):
        self.tried += 1
        if self.fault is not None:
            raise self.fault
        words = [s.notice.notice.words for s in sendings]
        self.messages.append(in_one([w.get(self.language) or next(iter(w.values())) for w in words], self.language))

    @property
    def titles(self):
        return [words.title for words in self.messages]


class Source:
    name = "test"

    def __init__(self):
        self.signals = ()

    def look(self, now):
        return self.signals


def signal(key="down", severity=AlertSeverity.PAGE, area="service"):
    title = {"ru": f"{key} не отвечает", "kk": f"{key} жауап бермейді", "en": f"{key} does not answer"}
    return Signal(key, "BotopsDown", severity, area, NOW, title, title)


class Office:
    """An installation, what is wrong with it, and the channels of its people."""

    def __init__(self, container, clock):
        self.container, self.clock = container, clock
        self.source, self.phone, self.mail = Source(), Recorder("phone"), Recorder("mail", "en")
        self.watch = AlertWatch(container, [self.source, LostChannels(container)])
        self.start()

    def start(self):
        """As after a start of the process."""
        self.delivery = Delivery(self.container, {"phone": self.phone, "mail": self.mail})

    def stands(self, *signals):
        self.source.signals = signals

    def round(self, seconds=5):
        self.watch.look()
        self.delivery.send_due()
        self.clock.move(seconds=seconds)

    def rounds(self, minutes):
        for _ in range(int(minutes * 12)):
            self.round()

    @property
    def alert(self):
        return inbox.alerts(self.container, firing=False)[0]


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def office(tmp_path, clock, monkeypatch):
    monkeypatch.setenv("PHONE", "json://127.0.0.1:1/phone")  # what sends in their place is given to the delivery
    monkeypatch.setenv("MAIL", "json://127.0.0.1:1/mail")
    (tmp_path / "pricebook").mkdir()
    (tmp_path / "prompts").mkdir()
    (tmp_path / "team.yaml").write_text(TEAM, "utf-8")
    (tmp_path / "pricebook/book.yaml").write_text("currency: KZT\nproducts: []\n", "utf-8")
    (tmp_path / "botops.yaml").write_text(SETTINGS, "utf-8")
    with Container.open(load_settings(tmp_path / "botops.yaml"), Secrets(), clock=clock) as opened:
        yield Office(opened, clock)


def test_links_lead_to_a_runbook_by_its_address_its_alert_or_its_path(office):
    settings, page = office.container.settings, "http://127.0.0.1:8001/alerts?alert=a"
    assert links_of(settings).runbook("BotopsDown", page) == page

    def set_(part, **changes):
        return settings.model_copy(update={part: getattr(settings, part).model_copy(update=changes)})

    chosen_by_the_system = set_("server", port=0, console_port=0)
    assert links_of(chosen_by_the_system).runbook("BotopsDown", page) == "alerts/runbooks/BotopsDown.md"
    in_git = set_("alerts", runbooks_url="https://git.example.kz/runbooks")
    assert links_of(in_git).runbook("BotopsDown", page) == "https://git.example.kz/runbooks/BotopsDown.md"


def test_an_alert_is_told_to_whoever_has_it_and_so_is_its_end(office):
    office.stands(signal())
    office.rounds(0.5)
    (message,) = office.phone.messages
    assert message.title == "🔴 down не отвечает"
    assert "Отвечает: Дежурные" in message.text
    page = f"http://127.0.0.1:8001/alerts?alert={office.alert.id}&lang=ru"
    assert f"Что делать: {page}" in message.text, "the alert's page shows the runbook"
    assert message.text.count(page) == 2
    assert "<h2>" in message.html
    office.stands()
    office.rounds(0.5)
    assert office.phone.titles[1:] == ["✅ Прошло: down не отвечает"]
    assert office.mail.messages == []


def test_a_storm_is_one_message(office):
    office.stands(*(signal(f"till-{n}") for n in range(12)))
    office.rounds(1)
    (message,) = office.phone.messages
    assert "12" in message.title
    assert all(f"till-{n} не отвечает" in message.text for n in range(12))


def test_a_notifier_that_is_down_for_five_minutes_and_a_process_that_dies_meanwhile_lose_nothing(office):
    """By a set clock: five minutes of failures, alerts that come and go in them, two deaths, one of them while sending.

    `test_alert_delivery_process.py` kills a real process.
    """
    office.phone.fault = ChannelError("503 Service Unavailable")
    expected = set()
    for minute in range(5):
        office.stands(signal(f"fault-{minute}"))
        expected |= {f"🔴 fault-{minute} не отвечает", f"✅ Прошло: fault-{minute} не отвечает"}
        office.rounds(1)
        if minute == 1:
            office.start()
        if minute == 3:
            office.phone.fault = KeyboardInterrupt()  # what is under way ends with the process
            office.clock.move(minutes=1)
            with pytest.raises(KeyboardInterrupt):
                office.delivery.send_due()
            office.phone.fault = ChannelError("503 Service Unavailable")
            office.start()
    office.stands()
    office.round()
    assert office.phone.messages == []
    office.phone.fault = None
    office.clock.move(seconds=HOLD.total_seconds())
    office.rounds(2)
    told = "\n".join(f"{m.title}\n{m.text}" for m in office.phone.messages)
    assert {title for title in expected if title not in told} == set()
    assert office.container.store.outbox.health()[-1].waiting == 0


def test_a_lost_channel_is_told_through_another_and_what_waits_in_it_with_it(office):
    office.phone.fault = ChannelError("401 Unauthorized")
    office.stands(signal())
    office.rounds(5.5)
    (message,) = office.mail.messages
    assert message.title == "🔴 Notices do not get through the channel phone"
    assert "401 Unauthorized" in message.text
    assert "down does not answer" in message.text
    office.phone.fault = None
    office.rounds(2)
    assert "🔴 down не отвечает" in office.phone.titles[0]
    assert office.mail.titles[1:] == ["✅ Over: Notices do not get through the channel phone"]


def test_a_channel_that_cannot_work_is_told_through_another_at_once(office, monkeypatch):
    monkeypatch.delenv("PHONE")
    office.rounds(0.5)
    (message,) = office.mail.messages
    assert message.title == "🔴 Notices do not get through the channel phone"
    assert "the environment variable PHONE is not set" in message.text


def test_a_page_whose_channel_is_lost_goes_to_those_that_work_as_well(office):
    office.phone.fault = ChannelError("401 Unauthorized")
    office.stands(signal())
    office.rounds(6)
    office.stands(signal(), signal("second"))
    office.rounds(1)
    assert office.mail.titles[-1] == "🔴 second does not answer"


def test_what_was_taken_and_not_sent_is_sent_by_whoever_comes_next(office):
    office.stands(signal())
    office.round()
    claim = office.container.store.outbox.claim
    assert claim("phone", office.clock.now(), hold=HOLD, furthest=HOLD * 5)  # and then the process is gone
    office.start()
    office.rounds(0.5)
    assert office.phone.messages == []
    office.clock.move(seconds=HOLD.total_seconds())
    office.round()
    assert office.phone.titles == ["🔴 down не отвечает"]


def test_a_fault_in_a_channels_own_code_is_a_message_that_did_not_leave(office, caplog):
    office.phone.fault = ZeroDivisionError("of the plug-in")
    office.stands(signal())
    office.rounds(0.5)
    assert "channel phone broke off" in caplog.text
    office.phone.fault = None
    office.rounds(1)
    assert office.phone.titles == ["🔴 down не отвечает"]


def test_a_channel_that_fails_is_asked_less_and_less_often_and_said_once_in_the_log(office, caplog):
    office.phone.fault = ChannelError("429 Too Many Requests")
    office.stands(signal())
    office.rounds(10)
    assert 8 <= office.phone.tried <= 16
    assert caplog.text.count("channel phone failed, its notices are tried again: 429 Too Many Requests") == 1
    office.phone.fault = None
    office.rounds(2)
    assert caplog.text.count("channel phone works again") == 1


def test_one_message_that_is_refused_keeps_no_other_from_leaving(office):
    class Picky(Recorder):
        def send(self, sendings):
            if any("bad" in s.notice.notice.words["ru"].title for s in sendings):
                raise ChannelError("400 Bad Request")
            super().send(sendings)

    office.phone = Picky("phone")
    office.start()
    office.stands(signal("bad"), signal("good"))
    office.rounds(3)
    assert office.phone.titles == ["🔴 good не отвечает"]


def test_what_a_channel_refuses_for_a_day_while_others_leave_is_given_up(office):
    class Picky(Recorder):
        def send(self, sendings):
            if any("bad" in s.notice.notice.words["ru"].title for s in sendings):
                raise ChannelError("400 Bad Request")
            super().send(sendings)

    office.phone = Picky("phone")
    office.start()
    words = {"ru": Words("bad", "text")}
    put(office.container, Notice("1", NoticeKind.INCIDENT, AlertSeverity.PAGE, "ops", NOW, words))
    for hour in range(40):
        words = {"ru": Words(f"good {hour}", "text")}
        at = office.clock.now()
        put(office.container, Notice(f"g{hour}", NoticeKind.INCIDENT, AlertSeverity.PAGE, "ops", at, words))
        office.clock.move(hours=1)
        office.delivery.send_due()
        office.delivery.send_due()
    (bad,) = (s for s in office.container.store.outbox.latest(most=200) if s.notice.notice.key == "1")
    assert bad.state is SendingState.GIVEN_UP
    assert bad.error.startswith("refused")
    told = "\n".join(f"{m.title}\n{m.text}" for m in office.phone.messages)
    assert [hour for hour in range(40) if f"good {hour}" not in told] == []


def test_a_channel_that_hangs_delays_no_other_and_is_known_to_hang(office, clock, caplog):
    began, released = threading.Event(), threading.Event()

    class Hanging(Recorder):
        def send(self, sendings):
            began.set()
            assert released.wait(120)
            super().send(sendings)

    office.phone = Hanging("phone")
    office.start()
    office.stands(signal(), signal("queue", area="sales"))
    office.watch.look()
    clock.move(seconds=3)
    office.delivery.start()
    try:
        until(lambda: office.mail.messages)
        assert began.wait(60)
        clock.move(seconds=ANSWER_S + 1)
        until(lambda: "channel phone failed, its notices are tried again: no answer for 30 s" in caplog.text)
        assert failing(office, "phone")
        released.set()
        until(lambda: office.phone.messages and failing(office, "phone") is None)
    finally:
        released.set()
        office.delivery.stop()
    assert office.phone.titles == ["🔴 down не отвечает"]


def failing(office, name):
    return next((h.failing_since for h in office.container.store.outbox.health() if h.name == name), None)


def until(true, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_nobody_is_told_of_what_is_silenced_until_the_silence_ends(office):
    inbox.silence(
        office.container, by="Dana", reason="planned work", until=NOW + timedelta(hours=1), rule="BotopsQuiet"
    )  # fmt: skip
    office.stands(replace(signal(), rule="BotopsQuiet"))
    office.rounds(2)
    assert office.phone.tried == 0
    (silence,) = inbox.silences(office.container)
    inbox.unsilence(office.container, silence.id, by="Dana")
    office.rounds(1.5)
    assert office.phone.titles == ["🔴 down не отвечает"]


def test_what_came_and_went_in_silence_is_told_to_nobody(office):
    inbox.silence(office.container, by="Dana", reason="planned work", until=NOW + timedelta(hours=1))
    office.stands(signal())
    office.rounds(1)
    office.stands()
    office.rounds(1)
    office.clock.move(hours=1)
    office.rounds(1)
    assert office.phone.tried == 0
    states = {kept.state for kept in office.container.store.outbox.of_alert(office.alert.id)}
    assert states == {NoticeState.DROPPED}


def test_what_nobody_acknowledges_climbs_the_chain_once(office):
    office.stands(signal())
    office.rounds(17)
    (message,) = office.mail.messages
    assert message.title == "⏫ Nobody took it: down does not answer"
    assert "For 15 min nobody has acknowledged this. Owner: ops." in message.text
    office.start()
    office.rounds(2)
    assert len(office.mail.messages) == 1


def test_the_chain_begins_when_a_ticket_of_days_becomes_urgent(office):
    office.stands(signal(severity=AlertSeverity.TICKET))
    office.rounds(1)
    office.clock.move(days=3)
    office.stands(signal())
    office.rounds(14)
    assert office.phone.titles[1:] == ["🔴 Стало хуже: down не отвечает"]
    assert office.mail.messages == []
    office.rounds(2)
    assert [words.title for words in office.mail.messages] == ["⏫ Nobody took it: down does not answer"]


def test_the_chain_begins_when_a_silence_ends(office):
    until = office.clock.at + timedelta(hours=3)
    inbox.silence(office.container, by="Dana", reason="учения", until=until)
    office.stands(signal())
    office.rounds(1)
    office.clock.at = until
    office.rounds(14)
    assert office.phone.titles == ["🔴 down не отвечает"]
    assert office.mail.messages == []
    office.rounds(2)
    assert len(office.mail.messages) == 1


def test_the_chain_begins_anew_when_an_alert_is_back(office):
    office.stands(signal())
    office.rounds(1)
    office.stands()
    office.rounds(25)
    office.stands(signal())
    office.rounds(14)
    assert office.mail.messages == []
    office.rounds(2)
    assert len(office.mail.messages) == 1


def test_what_somebody_took_climbs_no_chain_and_reminds_nobody(office):
    office.stands(signal())
    office.rounds(1)
    inbox.acknowledge(office.container, office.alert.id, by="Dana")
    for _ in range(40):
        office.round(seconds=600)
    assert len(office.phone.messages) == 1
    assert office.mail.messages == []


def test_the_owner_is_reminded_until_somebody_takes_it(office):
    office.stands(signal())
    for _ in range(60):
        office.round(seconds=600)
    assert office.phone.titles == ["🔴 down не отвечает", *["🔔 Всё ещё: down не отвечает"] * 2]


@pytest.mark.parametrize("hours", [2, -2])
def test_a_clock_that_jumps_makes_no_storm(office, hours):
    office.stands(signal(severity=AlertSeverity.TICKET), signal("other", severity=AlertSeverity.TICKET))
    office.rounds(1)
    office.clock.jump(hours=hours)
    office.rounds(3)
    office.clock.jump(hours=-hours)
    office.rounds(3)
    assert len(office.phone.messages) == 1
    office.stands()
    office.rounds(1)
    assert len(office.phone.messages) == 2


def test_a_clock_that_was_set_back_keeps_nothing_that_failed_waiting(office):
    office.phone.fault = ChannelError("503")
    office.stands(signal())
    office.rounds(3)
    office.clock.jump(hours=-2)
    office.phone.fault = None
    office.rounds(0.5)
    assert office.phone.titles == ["🔴 down не отвечает"]


def test_a_clock_that_was_set_back_keeps_no_page_from_leaving(office):
    office.stands(signal())
    office.watch.look()
    office.clock.jump(hours=-2)
    office.rounds(0.5)
    assert office.phone.titles == ["🔴 down не отвечает"]


def test_what_does_not_wake_people_waits_for_the_end_of_quiet_hours(office, clock):
    clock.move(hours=11)  # 23:00
    office.stands(signal("queue", AlertSeverity.TICKET, "sales"))
    office.rounds(1)
    assert office.mail.messages == []
    clock.move(hours=9, minutes=55)
    office.rounds(5)
    assert office.mail.titles == ["🔴 queue does not answer"]


def test_what_waited_for_a_channel_that_is_not_there_any_more_goes_to_the_others(office, caplog):
    office.phone.fault = ChannelError("gone")
    office.stands(signal())
    office.rounds(1)
    settings = office.container.settings
    alerts = settings.alerts.model_copy(update={"channels": {"mail": settings.alerts.channels["mail"]}, "routes": {}})
    object.__setattr__(office.container, "settings", settings.model_copy(update={"alerts": alerts}))
    later = Delivery(office.container, {"mail": office.mail})
    with caplog.at_level(logging.WARNING):
        later.send_due()
    office.clock.move(seconds=5)
    later.send_due()
    assert office.mail.titles == ["🔴 down does not answer"]
    assert "channel phone is not set up any more" in caplog.text


def test_without_channels_nothing_is_put_and_nothing_runs(tmp_path, clock):
    (tmp_path / "pricebook").mkdir()
    (tmp_path / "prompts").mkdir()
    (tmp_path / "pricebook/book.yaml").write_text("currency: KZT\nproducts: []\n", "utf-8")
    (tmp_path / "botops.yaml").write_text("paths: {pricebook: pricebook/book.yaml}\n", "utf-8")
    with Container.open(load_settings(tmp_path / "botops.yaml"), Secrets(), clock=clock) as container:
        source = Source()
        source.signals = (signal(),)
        AlertWatch(container, [source]).look()
        (alert,) = inbox.alerts(container)
        assert container.store.outbox.of_alert(alert.id) == ()
        delivery = Delivery(container)
        before = threading.active_count()
        delivery.start()
        assert threading.active_count() == before
        delivery.stop()
