"""The page of the last hours: its numbers, what was changed, and the way down to single replies."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from botops.app.alerts.watching import AlertWatch
from botops.app.container import Container
from botops.app.glossary import GLOSSARY
from botops.app.live import NUMBERS, last_hours, live
from botops.app.releases.kill_switch import kill
from botops.config import Secrets, load_settings
from botops.console.ops import charts as live_charts
from botops.domain.alerts import AlertSeverity, Signal
from botops.domain.errors import ModelError
from botops.domain.messages import InboundMessage
from botops.testing.fakes import QueueModel

GOOD = "Тариф «Старт» стоит 6 900 ₸ в месяц."


@pytest.fixture
def opened():
    def opened(folder, role="reader", **options):
        return Container.open(load_settings(folder / "botops.yaml"), Secrets(), role=role, **options)

    return opened


@pytest.fixture
def lived(bare, opened):
    """A project with one reply the bot gave, one the model did not give, and a prompt that was switched off."""
    model = QueueModel([GOOD, ModelError("timeout", "no reply in 30 s")], name="unheard-of")
    with opened(bare, "writer", model=model) as container:
        _say(container, "good")
        _say(container, "bad")
        kill(container, "reception", "hand-over", by="Айгуль", reason="обещает лишнее")
        while container.store.roll_up():
            pass
    return bare


@pytest.fixture
def priced(bare, opened):
    """A project with one reply of a model whose price is known."""
    with opened(bare, "writer", model=QueueModel([GOOD], name="gpt-4o-mini")) as container:
        _say(container, "good")
        while container.store.roll_up():
            pass
    return bare


def _say(container, name):
    said = InboundMessage(name, name, "Сколько стоит тариф «Старт»?", container.clock.now(), name)
    asyncio.run(container.bot.run_turn(said))


def test_hours_hold_what_happened_in_them(lived, opened):
    with opened(lived) as container:
        found = live(container, 24)
    assert len(found.hours) == 24
    assert found.hours[-1].at + timedelta(hours=1) == found.period.until
    turns = sum(hour.turns for hour in found.hours)
    failed = sum(hour.failed for hour in found.hours)
    assert (turns, failed) == (2, 1)
    values = {number.id: number.value for number in found.numbers}
    assert tuple(values) == NUMBERS
    assert values["uptime"] == 0.5
    assert values["handed_over"] == 0.5
    assert not found.empty


def test_the_cost_of_an_hour_is_that_of_the_hours_that_have_passed(priced, opened):
    with opened(priced) as container:
        found = live(container, 24)
        spent = sum(hour.cost.pico_usd for hour in found.hours)
        (rate,) = (number.usd for number in found.numbers if number.id == "cost_per_hour")
        passed = (container.clock.now() - found.period.since) / timedelta(hours=1)
    assert spent > 0
    assert found.unpriced == 0
    assert float(rate) == pytest.approx(spent / 1e12 / passed, rel=0.01)


def test_an_unknown_cost_is_not_nought(lived, opened, run, words):
    with opened(lived) as container:
        found = live(container, 24)
    (cost,) = (number for number in found.numbers if number.id == "cost_per_hour")
    assert (cost.value, cost.usd) == (None, None)
    assert found.unpriced == 1
    test = run(lived, "live")
    assert test.metric[-1].value == "—"
    assert "У 1 ответа стоимость неизвестна" in words(test)


def test_an_unknown_number_is_not_nought(bare, opened):
    opened(bare, "writer").close()
    with opened(bare) as container:
        found = live(container, 24)
    assert found.empty
    assert {number.value for number in found.numbers} == {None}


def test_the_hours_before_are_as_many(lived, opened):
    with opened(lived) as container:
        asked = last_hours(container, 72)
    assert asked.until - asked.since == timedelta(hours=72)
    assert asked.previous.until == asked.since


def test_the_page_shows_numbers_changes_and_the_failed_reply(lived, run, words):
    test = run(lived, "live")
    assert not test.exception
    assert [m.label for m in test.metric] == [GLOSSARY[name].name["ru"] for name in NUMBERS]
    said = unescape(re.sub(r"<[^>]+>", " ", words(test)))
    assert "reception" in said
    assert "обещает лишнее" in said
    assert "Айгуль" in said
    assert "модель не ответила" in said
    assert len(test.get("vega_lite_chart") or test.get("arrow_vega_lite_chart")) == 4


def test_replies_of_a_kind_and_an_hour_stand_in_the_address(lived, run, words):
    test = run(lived, "live")
    test.button_group(key="live-which").set_value("all").run()
    assert not test.exception
    assert test.query_params["which"] == "all"
    assert len(test.selectbox(key="live-hour").options) == 1
    test.selectbox(key="live-hour").select_index(0).run()
    assert not test.exception
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d", test.query_params["hour"])
    shown = [h.proto.body for h in test.get("html") if "Сколько стоит тариф" in h.proto.body]
    assert len(shown) == 2


def test_a_hostile_address_changes_nothing(lived, run):
    test = run(lived, "live", hours="-1", which="<b>", hour="2026-13-45T99")
    assert not test.exception
    assert len(test.metric) == len(NUMBERS)


def test_changes_that_lie_close_together_share_their_sign():
    start = datetime(2026, 11, 22, tzinfo=UTC)
    marks = [
        live_charts.Mark("1", start, "a"),
        live_charts.Mark("2", start + timedelta(minutes=5), "b"),
        live_charts.Mark("!", start + timedelta(minutes=6), "c"),
        live_charts.Mark("3", start + timedelta(hours=9), "d"),
    ]
    found = live_charts._apart(marks, 24)
    assert [(mark.number, mark.name) for mark in found] == [("1–2 !", "a; b; c"), ("3", "d")]


def test_alerts_raised_meanwhile_stand_on_the_page(lived, opened, run, words):
    class Source:
        name = "rehearsal"

        def look(self, now):
            told = {"ru": "Бот молчит", "kk": "Бот үнсіз", "en": "The bot is silent"}
            return (Signal("quiet", "BotopsQuiet", AlertSeverity.PAGE, "service", now, told, told),)

    with opened(lived, "side") as container:
        AlertWatch(container, (Source(),)).look()
    said = words(run(lived, "live"))
    assert "Какие тревоги поднимались?" in said
    assert "Бот молчит" in said
