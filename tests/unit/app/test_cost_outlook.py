"""The forecast and the plan of an installation, against plain counts over its turns."""

import asyncio
import json
import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from botops.app.clock import SetClock
from botops.app.container import Container
from botops.app.costs.forecasting import forecast, projection_json
from botops.app.costs.hours import shape_of
from botops.app.costs.planning import WhatIf, plan, plan_json, planning_container
from botops.app.costs.reporting import cost_rows
from botops.app.periods import period
from botops.app.scaffold import write_scaffold
from botops.config import Secrets, load_settings
from botops.domain.errors import UserError
from botops.domain.messages import InboundMessage
from botops.domain.money import PICO
from botops.domain.prompts import Assignment, PromptRef
from botops.domain.turns import Action, Attempt, GuardPolicy, Purpose, Timing, TurnRecord, TurnState
from botops.domain.usage import Usage

ZONE = ZoneInfo("Asia/Almaty")
NOW = datetime(2026, 11, 18, 15, 30, tzinfo=ZONE)
USAGE = Usage(input_tokens=3000, cached_tokens=1200, output_tokens=90)
REPAIR = Usage(input_tokens=3200, cached_tokens=2400, output_tokens=80)


def _opened(folder, *sets, role="writer"):
    settings = load_settings(folder / "botops.yaml", overrides=sets)
    return Container.open(settings, Secrets(), role=role, clock=SetClock(NOW.astimezone(UTC)))


def _turn(container, number, at, dialogue, *, repaired):
    inbound = InboundMessage(
        f"d{dialogue}", f"lead-{dialogue}", "Сколько стоит касса?", at, f"key-{number}", "web", "ru"
    )
    attempts = [
        Attempt(purpose, "gpt-4o-mini", "450 ₸", usage, container.meter.cost(usage, "gpt-4o-mini", at), 300)
        for purpose, usage in ((Purpose.REPLY, USAGE), (Purpose.REPAIR, REPAIR))[: 2 if repaired else 1]
    ]
    return TurnRecord(
        f"turn-{number}", inbound, 1, TurnState.ANSWERED, "ru", GuardPolicy.REPAIR, "450 ₸",
        Action.REPAIRED if repaired else Action.PASSED, Assignment(PromptRef("sales", 1, "ab" * 32)),
        attempts=tuple(attempts), timing=Timing(300), model="gpt-4o-mini", replied_at=at,
    )  # fmt: skip


async def _live(container, records):
    for record in records:
        begun = await container.store.begin(record.id, record.inbound, "ru")
        await container.store.finish(replace(record, number=begun.number))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Five weeks of dialogues of two turns, fewer on Sundays, all between 10 and 12; a tenth of replies repaired."""
    folder = tmp_path_factory.mktemp("outlook") / "project"
    write_scaffold(folder)
    dice, records = random.Random(11), []
    with _opened(folder) as container:
        first = NOW.date() - timedelta(days=35)
        for day in (first + timedelta(days=n) for n in range(36)):
            for _ in range(2 if day.weekday() == 6 else 5):
                at = datetime.combine(day, time(10, dice.randrange(60)), ZONE).astimezone(UTC)
                dialogue = len(records) // 2
                records += [
                    _turn(
                        container,
                        len(records) + n,
                        at + timedelta(minutes=50 * n),
                        dialogue,
                        repaired=dice.random() < 0.1,
                    )
                    for n in range(2)
                ]
        asyncio.run(_live(container, records))
        while container.store.roll_up():
            pass
    return folder


@pytest.fixture
def container(folder):
    with _opened(folder, role="reader") as opened:
        yield opened


def _turns(container):
    return list(container.store.reads.turns())


def _local(turn):
    return turn.inbound.at.astimezone(ZONE).date()


def test_the_month_so_far_is_what_its_turns_cost(container):
    found = forecast(container)
    month = [t for t in _turns(container) if _local(t) >= date(2026, 11, 1)]
    assert found.usd.spent == sum(t.cost.pico_usd for t in month) / Decimal(PICO)
    assert found.local.spent == cost_rows(container, _november(container))[0].local.amount
    assert (found.usd.since, found.usd.until) == (date(2026, 11, 1), date(2026, 11, 30))
    assert found.usd.first == NOW.date()
    assert found.usd.history_days == 35


def _november(container):
    asked = period(container, 18)
    assert asked.dates()[0] == date(2026, 11, 1)
    return asked


def test_the_month_to_come_is_the_weekdays_it_has(container):
    found = forecast(container).usd
    costs = {}
    for turn in _turns(container):
        costs.setdefault(_local(turn), []).append(turn.cost.pico_usd)
    by_day = {day: sum(each) / PICO for day, each in costs.items() if day < NOW.date()}
    week = sum(by_day[NOW.date() - timedelta(days=n)] for n in range(1, 29)) / 4
    sunday = sum(cost for day, cost in by_day.items() if day.weekday() == 6) / 5
    # From the 19th to the 30th: a week and five days, of which one is another Sunday.
    plain = week + sunday + 4 * (week - sunday) / 6
    assert float(found.rest.expected) == pytest.approx(plain, rel=0.12)
    assert found.weekdays[6] < 0.6
    # All of today's dialogues were in the morning, so that hardly anything of today is still to come.
    (note,) = [n for n in found.notes if n.kind == "partial_day"]
    assert note.values["share"] > 0.9


def test_amounts_to_come_are_at_todays_rate(container):
    found = forecast(container)
    assert found.rate == Decimal("518.90")
    assert found.local.rest == found.usd.rest.times(found.rate)
    assert found.in_currency("USD") == found.usd
    assert found.in_currency("KZT") == found.local
    assert [n.kind for n in found.notes if n.kind == "rate_held"] == ["rate_held"]
    with pytest.raises(UserError, match="not in EUR"):
        found.in_currency("EUR")
    json.dumps(projection_json(found.local, "KZT"))


def test_any_currency_with_a_rate_can_be_asked_for(folder):
    with _opened(folder, "costs.rates=[{since: 2026-01-01, currency: EUR, per_usd: 0.5}]", role="reader") as container:
        found = forecast(container, currency="eur")
        assert (found.shown("eur"), found.shown(None), found.rate) == ("EUR", "EUR", Decimal("0.5"))
        assert found.in_currency("EUR").rest == found.usd.rest.times(Decimal("0.5"))
        # Each day's sum in euros is half of its dollars, rounded once at the end.
        assert abs(found.local.spent - found.usd.spent / 2) <= Decimal("0.01")
        assert forecast(container, currency="USD").shown("usd") == "USD"
        with pytest.raises(UserError, match="no exchange rate for GBP"):
            forecast(container, currency="GBP")


def test_without_a_rate_there_are_dollars(folder):
    with _opened(folder, "costs.rates=[]", role="reader") as container:
        found = forecast(container)
    assert found.local is None
    assert "no_rate" in [n.kind for n in found.notes]
    with pytest.raises(UserError, match="no exchange rate"):
        found.in_currency("KZT")


def test_another_month(container):
    december = forecast(container, date(2026, 12, 15)).usd
    assert (december.since, december.until, december.spent) == (date(2026, 12, 1), date(2026, 12, 31), 0)
    assert float(december.rest.expected) == pytest.approx(31 * 4.57 * 2 * 0.000372, rel=0.3)
    with pytest.raises(UserError, match="2026-10 is over"):
        forecast(container, date(2026, 10, 31))
    with pytest.raises(UserError, match="more than a year away"):
        forecast(container, date(2028, 1, 1))


def _budgeted(folder, *budgets):
    text = ", ".join(f"{name}: {{{settings}}}" for name, settings in budgets)
    return _opened(folder, f"budgets={{{text}}}", role="reader")


def test_budgets_tell_the_day_they_are_passed(folder, container):
    plain = forecast(container).usd
    half = plain.spent + plain.rest.expected / 2
    dear = (plain.total.expected + plain.total.high) / 2
    month = "scope: company, period: month, currency: USD"
    with _budgeted(
        folder,
        ("wide", f"{month}, amount: {plain.total.high * 2:.6f}"),
        ("dear", f"{month}, amount: {dear:.6f}"),
        ("half", f"{month}, amount: {half:.6f}"),
        ("gone", f"{month}, amount: {plain.spent / 2:.6f}"),
        ("tenge", f"scope: company, period: month, amount: {half * Decimal('518.90'):.4f}"),
    ) as opened:
        found = {one.name: one for one in forecast(opened).budgets}
        later = forecast(opened, date(2026, 12, 1))
    assert float(found["wide"].expected) == pytest.approx(float(plain.total.expected), rel=1e-9)
    assert (found["wide"].passed_on, found["wide"].passed_early) == (None, None)
    assert found["dear"].passed_on is None
    assert date(2026, 11, 19) < found["dear"].passed_early <= date(2026, 11, 30)
    assert date(2026, 11, 21) <= found["half"].passed_on <= date(2026, 11, 26)
    assert found["half"].passed_early <= found["half"].passed_on
    assert (found["gone"].passed, found["gone"].passed_on) == (True, NOW.date())
    assert (found["tenge"].currency, found["tenge"].passed_on) == ("KZT", found["half"].passed_on)
    assert later.budgets == ()


def test_a_days_budget_is_held_against_the_dearest_day(folder, container):
    dearest = max(d.expected for d in forecast(container).usd.days if d.interval is not None)
    day = "scope: company, period: day, currency: USD"
    with _budgeted(
        folder, ("over", f"{day}, amount: {dearest * 4:.6f}"), ("under", f"{day}, amount: {dearest / 2:.6f}")
    ) as opened:
        found = {one.name: one for one in forecast(opened).budgets}
    assert found["over"].passed_on is None
    assert found["over"].expected == dearest
    assert (found["under"].passed, found["under"].passed_on) == (True, NOW.date())  # today alone cost more


def test_a_budget_of_a_channel_counts_its_own_calls_alone(folder, container):
    total = forecast(container).usd.total.expected
    own = f"scope: channel, period: month, currency: USD, amount: {total * 2:.6f}"
    with _budgeted(folder, ("web", f"{own}, of: web"), ("chat", f"{own}, of: telegram")) as opened:
        found = {one.name: one for one in forecast(opened).budgets}
    assert float(found["web"].expected) == pytest.approx(float(total), rel=1e-9)
    assert (found["chat"].spent, found["chat"].expected) == (0, None)


def test_the_plan_is_measured_on_four_weeks_of_whole_days(container):
    found = plan(container, 1000)
    since = NOW.date() - timedelta(days=28)
    turns = [t for t in _turns(container) if since <= _local(t) < NOW.date()]
    inputs = {i.name: i for i in found.inputs}
    assert inputs["turns_per_dialogue"].value == 2
    assert found.turns_per_day == 2000
    assert all(i.origin == "measured" for i in found.inputs)
    repairs = sum(len(t.attempts) - 1 for t in turns) / len(turns)
    assert inputs["repairs"].value == pytest.approx(repairs)
    each = sum(t.cost.usd for t in turns) / len(turns)
    assert float(found.month.expected) == pytest.approx(float(each) * 2000 * 30, rel=0.02)
    assert found.month_local.expected == found.month.expected * Decimal("518.90")
    assert found.peak.hour == 10
    assert found.traffic.dialogues_per_day == pytest.approx(len(turns) / 2 / 28)
    assert plan(container).dialogues_per_day == found.traffic.dialogues_per_day
    assert plan_json(found)["base"] is None


def test_limits_come_from_the_options_else_from_the_settings(folder):
    limits = "costs.rate_limits=[{model: 'GPT-4o*', rpm: 50, tpm: 100000}, {model: '*', rpm: 1}]"
    with _opened(folder, limits, role="reader") as container:

        def asked(**more):
            return [(u.limit.kind, u.limit.per_minute) for u in plan(container, 100, **more).limits]

        assert asked() == [("rpm", 50), ("tpm", 100_000)]
        assert asked(tpm=7) == [("rpm", 50), ("tpm", 7)]
        assert asked(what_if=WhatIf(model="claude-haiku-4-5")) == [("rpm", 1)]


def test_what_ifs_change_their_own_figure(container):
    now = plan(container, 1000)
    cached = plan(container, 1000, what_if=WhatIf(cached=0.9))
    assert cached.usage_per_day.cached_tokens == pytest.approx(cached.usage_per_day.input_tokens * 0.9, rel=1e-3)
    assert cached.month.expected < now.month.expected
    assert cached.base == now
    repaired = plan(container, 1000, what_if=WhatIf(repairs=0.5))
    assert repaired.calls_per_day[Purpose.REPAIR] == 1000
    assert repaired.by_purpose[Purpose.REPLY] == now.by_purpose[Purpose.REPLY]
    dearer = plan(container, 1000, what_if=WhatIf(model="gpt-4o"))
    assert float(dearer.month.expected) == pytest.approx(float(now.month.expected) * 50 / 3, rel=0.01)  # 2.5 : 0.15
    older = plan(container, 1000, what_if=WhatIf(model="gpt-4"))
    vocabulary = {i.name: i for i in older.inputs}["vocabulary"]
    assert (vocabulary.origin, vocabulary.value > 1.2) == ("assumed", True)
    assert older.usage_per_day.input_tokens > 1.2 * now.usage_per_day.input_tokens


def test_another_version_of_the_prompt_brings_its_own_tokens(folder):
    lines = (folder / "prompts/sales/1.yaml").read_text("utf-8")
    draft = folder / "prompts/sales/draft.yaml"
    draft.write_text(
        lines.replace("content: |", "content: |\n      " + "Отвечайте вежливо и коротко. " * 40, 1), "utf-8"
    )
    try:
        with _opened(folder, role="reader") as container:
            now = plan(container, 1000)
            longer = plan(container, 1000, what_if=WhatIf(prompt="sales@draft"))
    finally:
        draft.unlink()
    more = (longer.usage_per_day.input_tokens - now.usage_per_day.input_tokens) / sum(now.calls_per_day.values())
    assert 200 < more < 500
    told = {i.name: i for i in longer.inputs}["input_tokens"]
    assert (told.origin, "against the live prompt" in told.basis) == ("given", True)


@pytest.mark.parametrize(
    ("what_if", "said"),
    [
        (WhatIf(cached=1.2), "a cached share of 1.2 cannot be"),
        (WhatIf(repairs=-0.1), "a share of repairs of -0.1 cannot be"),
        (WhatIf(prompt="sales@99"), "no version 99"),
        (WhatIf(prompt="nobody"), "nobody"),
    ],
)
def test_a_what_if_that_cannot_be_is_refused(container, what_if, said):
    with pytest.raises(UserError, match=said):
        plan(container, 10, what_if=what_if)


def test_without_a_store_everything_is_assumed_and_said_to_be(tmp_path):
    write_scaffold(tmp_path / "new")
    settings = load_settings(tmp_path / "new/botops.yaml")
    with planning_container(settings, Secrets()) as container:
        found = plan(container, 5000, tpm=200_000)
        with pytest.raises(UserError, match="say how many dialogues a day"):
            plan(container)
    assert not (tmp_path / "new/.botops").exists()
    assert {i.origin for i in found.inputs} == {"assumed"}
    assert found.month.high > 2 * found.month.low
    assert found.limits[0].reached_on is None
    assert found.traffic is None


def test_the_shape_of_a_day_is_a_mean_of_shapes_and_not_of_amounts():
    quiet, wild = [0.0] * 24, [0.0] * 24
    quiet[9], wild[20] = 1.0, 1000.0
    shape = shape_of([quiet] * 27 + [wild, [0.0] * 24])
    assert shape.days == 28
    assert sum(shape.shares) == pytest.approx(1)
    assert shape.shares[9] > 0.85
    assert shape.shares[20] < 0.05
    assert shape.passed(time(0)) == 0
    assert shape.passed(time(9, 30)) == pytest.approx(sum(shape.shares[:9]) + shape.shares[9] / 2)
