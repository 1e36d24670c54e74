"""Probes of an installation: which questions, how a month stands, and what is an alert."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from botops.app.clock import SetClock
from botops.app.container import Container
from botops.app.probing import address_of, standing, switched_on
from botops.app.probing.asking import questions_of
from botops.app.probing.source import ProbeSource
from botops.config import Secrets, load_settings
from botops.domain.alerts import AlertSeverity
from botops.domain.errors import UserError
from botops.domain.probes import ProbeFault, ProbeKind, ProbeOutcome, ProbeResult, ProbeRun
from botops.domain.releases import AuditEntry, Deed

NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)  # noon in Almaty
RIGHT, WRONG, DOWN, OFF = (
    ProbeOutcome.RIGHT, ProbeOutcome.WRONG, ProbeOutcome.UNANSWERED, ProbeOutcome.SWITCHED_OFF
)  # fmt: skip
FAULTS = {WRONG: ProbeFault.NO_PRICE, DOWN: ProbeFault.NO_ANSWER}


class HeldClock(SetClock):
    """A clock whose durations are set too; its hands can be moved by themselves."""

    seconds = 0.0

    def monotonic(self):
        return self.seconds

    def wait(self, **span):
        passed = timedelta(**span)
        self.at += passed
        self.seconds += passed.total_seconds()


@pytest.fixture
def clock():
    return HeldClock(NOW)


@pytest.fixture
def opened(florist, clock):
    made = []

    def open_(*overrides):
        settings = load_settings(florist.root / "botops.yaml", overrides=overrides)
        made.append(Container.open(settings, Secrets(), clock=clock))
        return made[-1]

    yield open_
    for container in made:
        container.close()


@pytest.fixture
def shop(opened):
    return opened()


def keep(container, *outcomes, at=None, every_s=900):
    """Keeps a round that asked the price in English and Kazakh, and for a person."""
    at = at or container.clock.now()
    run = ProbeRun(f"run-{at.isoformat()}", at, "http://127.0.0.1:8000", every_s)
    asked = ((ProbeKind.PRICE, "en"), (ProbeKind.PRICE, "kk"), (ProbeKind.HAND_OVER, "en"))
    results = tuple(
        ProbeResult(run.id, kind, language, at, outcome, "?", "900 ₸", fault=FAULTS.get(outcome), detail="boom")
        for (kind, language), outcome in zip(asked, outcomes, strict=True)
    )
    container.store.probes.keep_run(replace(run, results=results))


def test_every_language_is_asked_a_price_and_the_first_one_for_a_person(shop):
    questions, note = questions_of(shop)
    assert [q.name for q in questions] == ["price:en", "price:kk", "hand_over:en"]
    assert questions[0].text == "Hello! How much is Garden rose?"
    assert note == ""


def test_without_a_price_book_only_a_person_is_asked_for_and_it_is_said(florist, opened):
    (florist.root / "pricebook/book.yaml").unlink()
    questions, note = questions_of(opened())
    assert [q.name for q in questions] == ["hand_over:en"]
    assert "no price book" in note


def test_a_product_that_is_not_in_the_book_is_said(opened):
    questions, note = questions_of(opened("probes.product=orchid"))
    assert [q.name for q in questions] == ["hand_over:en"]
    assert "no product 'orchid'" in note


@pytest.mark.parametrize(
    ("overrides", "simulated", "on"),
    [((), True, True), ((), False, False), (("probes.enabled=true",), False, True),
     (("probes.enabled=false",), True, False)],
)  # fmt: skip
def test_probes_that_cost_money_run_when_they_are_asked_for(florist, overrides, simulated, on):
    settings = load_settings(florist.root / "botops.yaml", overrides=overrides)
    assert switched_on(settings, simulated=simulated) is on


@pytest.mark.parametrize(
    ("overrides", "address"),
    [
        (("server.port=8123",), "http://127.0.0.1:8123"),
        (("server.host=::1",), "http://[::1]:8000"),
        (("server.port=0",), None),
        (("probes.url=https://bot.example.kz/api/", "server.port=0"), "https://bot.example.kz/api"),
    ],
)
def test_where_probes_ask(florist, overrides, address):
    assert address_of(load_settings(florist.root / "botops.yaml", overrides=overrides)) == address


@pytest.mark.parametrize("month", [date(9999, 12, 1), date(2026, 12, 1), date(1, 1, 1)])
def test_a_month_nobody_can_know_of_is_refused(shop, month):
    with pytest.raises(UserError, match=r"still to come|from 1970"):
        standing(shop, month)


def test_a_month_of_the_companys_time_zone_stands_as_its_rounds_say(shop):
    first = datetime(2026, 10, 31, 19, tzinfo=UTC)  # midnight of the first of November in Almaty
    keep(shop, RIGHT, RIGHT, RIGHT, at=first - timedelta(minutes=15))
    keep(shop, RIGHT, WRONG, RIGHT, at=first)
    keep(shop, DOWN, RIGHT, OFF, at=first + timedelta(minutes=15))
    shop.clock.at = first + timedelta(minutes=60)
    found = standing(shop)
    figures = found.figures
    assert (found.month, figures.since) == (date(2026, 11, 1), first)
    assert (figures.asked, figures.answered, figures.judged, figures.right, figures.missed) == (6, 5, 4, 3, 2)
    assert figures.uptime_at_least == pytest.approx(5 / 12)
    assert figures.uptime_budget_left == pytest.approx(1 - 1 / (0.005 * 30 * 96 * 3))
    assert standing(shop, date(2026, 10, 31)).figures.asked == 3


def test_nothing_is_missed_once_probes_are_switched_off(opened, clock):
    off = opened("probes.enabled=false")
    keep(off, RIGHT, RIGHT, RIGHT)
    clock.wait(days=2)
    assert standing(off).figures.missed == 0


def signals(source, clock):
    return {signal.key: signal for signal in source.look(clock.now())}


def test_one_failure_is_no_alert_and_two_in_a_row_are(shop, clock):
    source = ProbeSource(shop)
    keep(shop, DOWN, RIGHT, RIGHT)
    assert signals(source, clock) == {}
    clock.wait(minutes=15)
    keep(shop, DOWN, WRONG, RIGHT)
    found = signals(source, clock)["probes:unanswered"]
    assert (found.rule, found.area, found.severity) == ("BotopsProbesFailing", "service", AlertSeverity.TICKET)
    assert found.began_at == NOW
    assert (found.where.dimension, found.where.value) == ("language", "en")
    assert "price, in English: no answer (boom)" in found.text["en"]
    assert "цена, по-английски: ответа нет (boom)" in found.text["ru"]
    assert "баға, ағылшынша: жауап жоқ (boom)" in found.text["kk"]
    clock.wait(minutes=15)
    keep(shop, RIGHT, RIGHT, RIGHT)
    assert signals(source, clock) == {}


def test_a_trouble_began_with_its_first_failure_however_long_it_stands(shop, clock):
    source = ProbeSource(shop)
    keep(shop, DOWN, RIGHT, RIGHT)
    clock.wait(minutes=15)
    keep(shop, RIGHT, RIGHT, RIGHT)
    clock.wait(minutes=15)
    began = clock.now()
    for outcomes in ((DOWN, RIGHT, RIGHT), (WRONG, RIGHT, RIGHT), (DOWN, DOWN, RIGHT), (DOWN, DOWN, RIGHT)):
        keep(shop, *outcomes)
        found = signals(source, clock)
        clock.wait(minutes=15)
    assert found["probes:unanswered"].began_at == began


def test_half_of_the_questions_failing_wakes_somebody_and_wrong_answers_have_an_owner_of_their_own(shop, clock):
    for _ in range(2):
        keep(shop, WRONG, WRONG, DOWN)
        clock.wait(minutes=15)
    found = signals(ProbeSource(shop), clock)
    assert found["probes:wrong"].severity is AlertSeverity.PAGE
    assert found["probes:wrong"].area == "replies"
    assert found["probes:wrong"].where is None
    assert "the reply does not name 900 ₸" in found["probes:wrong"].text["en"]
    assert found["probes:unanswered"].severity is AlertSeverity.TICKET


def test_what_was_changed_on_the_day_before_is_named_the_latest_first(shop, clock):
    def publish(version, hours):
        at = NOW - timedelta(hours=hours)
        shop.store.audit.add(
            AuditEntry(f"a{version}", at, "Айгерим", Deed.PUBLISH, "prompt:florist", "новый текст", str(version))
        )

    publish(1, 30)
    publish(2, 5)
    publish(3, 1)
    for _ in range(2):
        keep(shop, WRONG, WRONG, RIGHT)
        clock.wait(minutes=15)
    causes = signals(ProbeSource(shop), clock)["probes:wrong"].causes
    assert [(c.kind, c.what, c.by, c.version) for c in causes] == [
        ("prompt_publish", "florist@3", "Айгерим", "3"), ("prompt_publish", "florist@2", "Айгерим", "2"),
    ]  # fmt: skip
    assert {c.probability for c in causes} == {None}


def test_a_kill_switch_is_no_failure_of_the_bot(shop, clock):
    for _ in range(3):
        keep(shop, OFF, OFF, OFF)
        clock.wait(minutes=15)
    assert signals(ProbeSource(shop), clock) == {}


def test_rounds_that_stop_are_an_alert_until_one_takes_place(shop, clock):
    source = ProbeSource(shop)
    keep(shop, RIGHT, RIGHT, RIGHT)
    signals(source, clock)
    clock.wait(minutes=31)
    assert signals(source, clock) == {}
    clock.wait(minutes=1)
    found = signals(source, clock)["probes:missed"]
    assert (found.rule, found.severity) == ("BotopsProbesMissed", AlertSeverity.TICKET)
    assert found.began_at == NOW + timedelta(minutes=15)
    assert "due every 15 min, and for 17 min there were none" in found.text["en"]
    keep(shop, RIGHT, RIGHT, RIGHT)
    assert signals(source, clock) == {}


@pytest.mark.parametrize("hours", [2, -2])
def test_a_clock_that_jumps_makes_no_round_late(shop, clock, hours):
    source = ProbeSource(shop)
    keep(shop, RIGHT, RIGHT, RIGHT)
    signals(source, clock)
    clock.at += timedelta(hours=hours)
    assert signals(source, clock) == {}
    clock.wait(minutes=15)
    keep(shop, RIGHT, RIGHT, RIGHT)
    assert signals(source, clock) == {}


def test_a_start_after_a_night_switched_off_makes_no_round_late(shop, clock):
    keep(shop, RIGHT, RIGHT, RIGHT, at=NOW - timedelta(hours=12))
    assert signals(ProbeSource(shop), clock) == {}


def test_old_failures_say_nothing_after_a_night_switched_off_until_there_is_a_new_one(shop, clock):
    for minutes in (30, 15):
        keep(shop, DOWN, DOWN, DOWN, at=NOW - timedelta(hours=12, minutes=minutes))
    source = ProbeSource(shop)
    assert signals(source, clock) == {}
    keep(shop, DOWN, RIGHT, RIGHT)
    assert list(signals(source, clock)) == ["probes:unanswered"]


def test_failures_of_just_now_outlive_a_restart(shop, clock):
    for minutes in (20, 5):
        keep(shop, DOWN, DOWN, DOWN, at=NOW - timedelta(minutes=minutes))
    assert list(signals(ProbeSource(shop), clock)) == ["probes:unanswered"]


def test_what_failed_last_still_stands_while_rounds_are_missing(shop, clock):
    source = ProbeSource(shop)
    signals(source, clock)
    for _ in range(2):
        keep(shop, DOWN, DOWN, DOWN)
        signals(source, clock)
        clock.wait(minutes=15)
    clock.wait(hours=3)
    assert set(signals(source, clock)) == {"probes:unanswered", "probes:missed"}


def test_a_goal_of_the_month_that_is_missed_is_told_once_a_day(opened, clock):
    shop = opened("probes.objectives={answered: 0.9999, right: 0.5}", "probes.every_min=1440")
    source = ProbeSource(shop)
    keep(shop, RIGHT, RIGHT, RIGHT, every_s=86_400)
    assert signals(source, clock) == {}
    clock.wait(days=1)
    keep(shop, DOWN, RIGHT, RIGHT, every_s=86_400)
    clock.wait(seconds=61)
    found = signals(source, clock)["probes:budget:answered"]
    assert (found.rule, found.severity, found.area) == ("BotopsProbesBudgetSpent", AlertSeverity.DIGEST, "service")
    assert found.text["en"].startswith("By this month's probes: 83.33%, the goal is 99.99%.")
    assert set(signals(source, clock)) == {"probes:budget:answered"}
    clock.at += timedelta(days=20)
    clock.seconds += 61
    assert signals(source, clock) == {}


def test_nothing_is_said_while_probes_are_switched_off(opened, clock):
    off = opened("probes.enabled=false")
    source = ProbeSource(off)
    for _ in range(2):
        keep(off, DOWN, DOWN, DOWN)
        clock.wait(minutes=15)
    clock.wait(hours=5)
    assert signals(source, clock) == {}
