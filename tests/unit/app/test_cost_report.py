"""A report of costs is the sum of the calls that were made, whatever it is told by."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from botops.app.clock import SetClock
from botops.app.costs.reporting import cost_range, dearest, report, side_costs
from botops.app.costs.source import KeptCosts
from botops.app.periods import between, period
from botops.config.settings import Settings
from botops.domain.errors import UserError
from botops.domain.findings import Verdict
from botops.domain.messages import InboundMessage
from botops.domain.money import PICO, Money
from botops.domain.outcomes import Outcome, Stage
from botops.domain.prompts import Assignment, PromptRef
from botops.domain.side_calls import SideCalls, Work
from botops.domain.turns import Action, Attempt, GuardPolicy, Purpose, Timing, TurnRecord, TurnState
from botops.domain.usage import Cost, Usage
from botops.store import ExperimentVariant, PromptVersion, Store

NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)
JUDGED = Verdict.of((), claims=1, book="book-1")
ZONE = ZoneInfo("Asia/Almaty")
NEW_RATE = datetime(2026, 11, 20, tzinfo=ZONE)
RATES = {"rates": [{"since": "2026-11-01", "per_usd": "500"}, {"since": "2026-11-20", "per_usd": "520"}]}
DIMENSIONS = ("day", "week", "month", "purpose", "prompt", "version", "experiment", "variant", "model", "tier",
              "channel", "language", "outcome", "origin", "simulated")  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A call to be made, before it has a turn."""

    purpose: Purpose
    model: str
    usage: Usage
    pico_usd: int
    saved: int | None
    unknown: bool
    fault: str | None
    simulated: bool

    def attempt(self) -> Attempt:
        cost = Cost(
            self.pico_usd, priced_as=self.model, simulated=self.simulated, unknown_model=self.unknown,
            saved_pico_usd=self.saved,
        )  # fmt: skip
        return Attempt(self.purpose, self.model, "Да", self.usage, cost, 100, fault=self.fault)


@st.composite
def made(draw):
    tokens = st.integers(0, 5000)
    cached, plain = draw(tokens), draw(tokens)
    usage = Usage(
        cached + plain,
        cached,
        0,
        draw(tokens),
        0,
        draw(st.booleans()),
        service_tier=draw(st.sampled_from(["", "flex"])),
    )
    unknown = draw(st.integers(0, 9)) == 0
    purpose = draw(st.sampled_from([Purpose.REPLY, Purpose.REPAIR, Purpose.SUMMARY]))
    return Made(
        purpose, draw(st.sampled_from(["small", "big"])), usage,
        0 if unknown else draw(st.integers(0, 10**10)), None if unknown else draw(st.integers(-(10**8), 10**9)),
        unknown, draw(st.sampled_from([None, None, None, "timeout"])), draw(st.booleans()),
    )  # fmt: skip


@st.composite
def dialogues(draw):
    """Turns of a few dialogues: minutes since the period began, channel, version, state and calls of each."""
    return [
        (n, draw(st.lists(st.tuples(
            st.integers(0, 28 * 24 * 60 - 700), st.sampled_from(["web", "telegram"]), st.integers(0, 3),
            st.sampled_from(list(TurnState)[1:]), st.lists(made(), max_size=3),
        ), min_size=1, max_size=4)))
        for n in range(draw(st.integers(1, 4)))
    ]  # fmt: skip


def _records(spoken, begins):
    for n, turns in spoken:
        for number, (minutes, channel, version, state, calls) in enumerate(turns, 1):
            at = begins + timedelta(minutes=minutes)
            inbound = InboundMessage(f"d{n}", f"lead-{n % 3}-{n}", "Сколько?", at, f"k{n}-{number}", channel, "ru")
            answered = state is TurnState.ANSWERED
            assignment = Assignment(PromptRef("sales", version, "ab"), "try", version % 2) if version else None
            yield TurnRecord(
                f"t{n}-{number}", inbound, number, state, "ru", GuardPolicy.OBSERVE, "Да" if answered else None,
                Action.PASSED if answered else None, assignment, JUDGED, tuple(c.attempt() for c in calls),
                None, Timing(10, 5, 1), calls[-1].model if calls else "small", bool(calls and calls[0].simulated),
            )  # fmt: skip


@pytest.fixture
def source(tmp_path):
    with Store.open(f"sqlite:///{tmp_path}/store.db", clock=SetClock(NOW)) as store:
        yield KeptCosts(Settings.model_validate({"costs": RATES}), SetClock(NOW), store)


def _roll_up(store):
    while store.roll_up():
        pass


def _fill(source, records):
    source.store.write_many(records, "live")
    _roll_up(source.store)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    zone=st.sampled_from([None, "Asia/Almaty"]),
    spoken=dialogues(),
    by=st.lists(st.sampled_from(DIMENSIONS[3:]), max_size=3, unique=True),
)
def test_turns_dialogues_and_any_grouping_add_up_to_the_pico_dollar(tmp_path_factory, zone, spoken, by):
    folder = tmp_path_factory.mktemp("store")
    with Store.open(f"sqlite:///{folder}/store.db", clock=SetClock(NOW), zone=zone) as store:
        source = KeptCosts(Settings.model_validate({"costs": RATES}), SetClock(NOW), store)
        asked = period(source, 28)
        records = list(_records(spoken, asked.since))
        _fill(source, records)
        attempts = [attempt for record in records for attempt in record.attempts]
        by_dialogue = {
            name: sum(record.cost.pico_usd for record in turns)
            for name, turns in groupby(records, key=lambda record: record.inbound.dialogue_id)
        }
        total = report(source, asked).total
        assert total.pico_usd == sum(a.cost.pico_usd for a in attempts) == sum(by_dialogue.values())
        assert total.turns == len(records)
        assert total.calls == len(attempts)
        assert total.spoken.dialogues == len(by_dialogue)
        assert total.usage.input_tokens == sum(a.usage.input_tokens for a in attempts)
        assert total.repairs.pico_usd == sum(a.cost.pico_usd for a in attempts if a.purpose is Purpose.REPAIR)
        assert total.billed.pico_usd == sum(a.cost.pico_usd for a in attempts if not a.cost.simulated)
        assert total.failed_calls.pico_usd == sum(a.cost.pico_usd for a in attempts if a.fault)
        assert total.estimated.pico_usd == sum(a.cost.pico_usd for a in attempts if a.usage.estimated)
        assert total.saved.pico_usd == sum(a.cost.saved_pico_usd or 0 for a in attempts)
        cut = [r for r in records if r.state is not TurnState.ANSWERED]
        assert total.failed_turns.pico_usd == sum(r.cost.pico_usd for r in cut)
        assert total.turns_failed == len(cut)
        exact = sum(
            Decimal(r.cost.pico_usd)
            * (520 if r.inbound.at.astimezone(ZONE).date() >= date(2026, 11, 20) else 500)
            / PICO
            for r in records
        )
        assert total.cost.local == exact
        assert total.local == Money.of(exact, "KZT")
        spread = cost_range(source, asked, (0.5, 1.0))
        assert spread.dearest == spread.quantiles[1.0] == max(by_dialogue.values())
        assert spread.quantiles[0.5] == sorted(by_dialogue.values())[(len(by_dialogue) - 1) // 2]
        assert [d.pico_usd for d in dearest(source, asked, 9)] == sorted(by_dialogue.values(), reverse=True)
        for time_of in ((), ("day",), ("week",), ("month",)):
            found = report(source, asked, (*time_of, *by))
            assert sum(row.pico_usd for row in found.rows) == total.pico_usd
            assert sum(row.turns for row in found.rows) == total.turns
            assert sum(row.calls for row in found.rows) == total.calls
            assert sum(row.saved.pico_usd for row in found.rows) == total.saved.pico_usd
            assert sum((row.cost.local for row in found.rows), Decimal(0)) == exact
            assert found.total == total


def _turn(n, at, pico=10**9, lead=None, **changes):
    inbound = InboundMessage(f"d{n}", lead or f"lead-{n}", "Сколько?", at, f"k{n}-{at.isoformat()}", "web", "ru")
    call = Made(Purpose.REPLY, "small", Usage(1000, 400, 0, 50), pico, 5, False, None, False)
    record = TurnRecord(
        f"t{n}-{at.isoformat()}", inbound, 1, TurnState.ANSWERED, "ru", GuardPolicy.OBSERVE, "Да", Action.PASSED,
        Assignment(PromptRef("sales", 3, "ab"), "try", 1), JUDGED, (call.attempt(),), None, Timing(), "small",
    )  # fmt: skip
    return replace(record, **changes)


def test_a_day_is_one_of_the_company_and_has_its_own_rate(source):
    midnight = datetime(2026, 11, 20, tzinfo=ZONE)
    _fill(source, [_turn(1, midnight - timedelta(minutes=1)), _turn(2, midnight), _turn(3, midnight)])
    found = report(source, period(source, 28), ("day",))
    spent = {row.key[0]: row.local for row in found.rows if row.pico_usd}
    assert spent == {date(2026, 11, 19): Money(50, "KZT"), date(2026, 11, 20): Money(104, "KZT")}
    assert [row.key[0] for row in found.rows] == list(period(source, 28).dates())
    assert found.total.local == Money(154, "KZT")


def test_any_currency_with_a_rate_and_no_other(source):
    _fill(source, [_turn(1, NOW)])
    asked = period(source, 7)
    assert report(source, asked, currency="usd").total.cost.local == Decimal("0.001")
    with pytest.raises(UserError, match="no exchange rate for EUR"):
        report(source, asked, currency="EUR")
    without = replace(source, settings=Settings())
    found = report(without, asked).total
    assert (found.local, found.usd) == (None, Decimal("0.001"))


def test_a_time_zone_that_moves_its_clocks_keeps_its_days(source):
    source = replace(
        source, settings=Settings.model_validate({"company": {"timezone": "Europe/Berlin"}, "costs": RATES})
    )
    zone = ZoneInfo("Europe/Berlin")
    # The night of 2026-10-25 has 25 hours there.
    moments = [datetime(2026, 10, day, hour, 30, tzinfo=zone) for day in (24, 25, 26) for hour in (0, 23)]
    _fill(source, [_turn(n, at.astimezone(UTC)) for n, at in enumerate(moments)])
    found = report(source, between(source, date(2026, 10, 24), date(2026, 10, 26)), ("day",))
    assert [(row.key[0].day, row.turns) for row in found.rows] == [(24, 2), (25, 2), (26, 2)]


def test_what_became_of_leads_is_told_as_it_is_known_now(source):
    _fill(source, [_turn(n, NOW - timedelta(hours=n)) for n in range(4)])
    asked = period(source, 7)
    assert {row.key[0] for row in report(source, asked, ("outcome",)).rows} == {""}
    for n, (lead, stage) in enumerate([("lead-0", Stage.QUALIFIED), ("lead-1", Stage.WON), ("lead-2", Stage.QUALIFIED),
                                       ("lead-2", Stage.LOST)]):  # fmt: skip
        source.store.outcomes.add(Outcome(f"o{n}", lead, stage, NOW + timedelta(days=n)))
    assert report(source, asked).lag.hours == 3
    _roll_up(source.store)
    found = report(source, asked, ("outcome",))
    assert {row.key[0]: row.turns for row in found.rows} == {"": 1, "qualified": 1, "won": 1, "lost": 1}
    assert (found.total.spoken.qualified, found.total.spoken.won) == (3, 1)
    assert found.total.per_won.usd == Decimal("0.004")
    assert found.total.per_qualified.usd == Decimal("0.004") / 3
    source.store.outcomes.add(Outcome("o9", "lead-1", Stage.LOST, NOW + timedelta(days=9)))
    _roll_up(source.store)
    found = report(source, asked)
    assert (found.total.spoken.qualified, found.total.spoken.won, found.total.per_won) == (3, 0, None)


def test_dialogues_are_counted_once_in_every_group(source):
    day = timedelta(days=1)
    _fill(source, [_turn(1, NOW - day), _turn(1, NOW, number=2), _turn(2, NOW)])
    found = report(source, period(source, 7), ("day",))
    assert [row.spoken.dialogues for row in found.rows][-2:] == [1, 2]
    assert found.total.spoken.dialogues == 2
    assert found.total.per_dialogue.usd == Decimal("0.0015")


def test_keys_name_versions_and_variants_with_what_they_are_of(source):
    _fill(source, [_turn(1, NOW), _turn(2, NOW, assignment=None)])
    found = report(source, period(source, 7), ("version", "variant"))
    keys = {row.key for row in found.rows}
    assert keys == {
        (PromptVersion("sales", 3), ExperimentVariant("try", 1)), (PromptVersion("", 0), ExperimentVariant("", -1)),
    }  # fmt: skip
    assert sorted(str(part) for key in keys for part in key) == ["", "", "sales@3", "try:1"]


def test_unknown_dimensions_and_two_kinds_of_time_are_refused(source):
    asked = period(source, 7)
    with pytest.raises(UserError, match="did you mean `channel`"):
        report(source, asked, ("chanel",))
    with pytest.raises(UserError, match="one of day, week, month"):
        report(source, asked, ("day", "week"))


def _side(**changes):
    calls = SideCalls("run-1", NOW, Work.EVAL, Purpose.JUDGE, "judge-model", calls=3, failed=1, pico_usd=7 * 10**9,
                      usage=Usage(300, 100, 0, 60), saved_pico_usd=50)  # fmt: skip
    return replace(calls, **changes)


def test_calls_beside_dialogues_are_told_apart(source):
    _fill(source, [_turn(1, NOW)])
    rows = [_side(), _side(purpose=Purpose.REPLY, model="small", prompt="sales", version=4, simulated=True)]
    source.store.costs.keep(rows)
    source.store.costs.keep(rows)  # the same again changes nothing
    asked = period(source, 7)
    found = report(source, asked)
    assert found.total.usd == Decimal("0.001")
    assert found.side_total.usd == Decimal("0.014")
    assert found.side_total.billed.usd == Decimal("0.007")
    assert found.everything.usd == Decimal("0.015")
    assert found.everything.money == Money.of(Decimal("0.015") * 520, "KZT")
    assert {row.key for row in found.side} == {("eval", "judge", "judge-model"), ("eval", "reply", "small")}
    assert {row.key[0] for row in side_costs(source, asked, ("version",))} == {
        PromptVersion("sales", 4), PromptVersion("", 0),
    }  # fmt: skip
    assert {row.key for row in side_costs(source, asked, ("channel", "variant"))} == {("", ExperimentVariant("", -1))}
    assert set(source.store.costs.kept("run-1")) == set(rows)


def test_erased_leads_are_in_no_sum(source):
    _fill(source, [_turn(1, NOW), _turn(2, NOW, pico=3 * 10**9)])
    asked = period(source, 7)
    source.store.erase_lead("lead-2")
    assert cost_range(source, asked).dialogues == 1  # at once, before its hour is counted anew
    _roll_up(source.store)
    assert report(source, asked).total.pico_usd == 10**9


def test_retention_keeps_what_dialogues_cost_and_not_whose_they_were(source):
    old = NOW - timedelta(days=5)
    turns = [_turn(1, old), _turn(1, old + timedelta(hours=2), number=2), _turn(2, old, pico=4 * 10**9), _turn(3, NOW)]
    _fill(source, turns)
    asked = period(source, 7)
    before = report(source, asked, ("day",))
    source.store.purge(NOW - timedelta(days=2))
    _roll_up(source.store)
    assert report(source, asked, ("day",)) == before
    spread = cost_range(source, asked, (1.0,))
    assert (spread.dialogues, spread.dearest) == (3, 4 * 10**9)
    assert [d.id for d in dearest(source, asked, 5)] == ["d3"]
    source.store.outcomes.add(Outcome("o1", "lead-1", Stage.WON, NOW))
    _roll_up(source.store)
    assert report(source, asked).total.spoken.won == 0  # hours that retention took are frozen


def test_hours_not_counted_yet_are_said(source):
    source.store.write_many([_turn(1, NOW)], "live")
    asked = period(source, 7)
    found = report(source, asked)
    assert (found.lag.hours, found.empty) == (1, True)
    assert report(source, replace(asked, until=NOW - timedelta(hours=5))).lag.hours == 0
    _roll_up(source.store)
    assert report(source, asked).lag.hours == 0


def test_a_turn_that_asked_no_model_is_counted_and_costs_nothing(source):
    _fill(source, [_turn(1, NOW, attempts=(), error="switched off")])
    total = report(source, period(source, 7), ("purpose",)).rows[0]
    assert (total.key, total.turns, total.calls, total.pico_usd, total.turns_failed) == (("",), 1, 0, 0, 1)


def test_live_turns_are_kept_with_what_the_cache_saved(source):
    inbound = _turn(1, NOW).inbound

    async def live():
        begun = await source.store.begin("t", inbound, "ru")
        await source.store.finish(replace(_turn(1, NOW), id="t", number=begun.number))

    asyncio.run(live())
    _roll_up(source.store)
    assert report(source, period(source, 7)).total.saved.pico_usd == 5
    assert source.store.reads.turn("t").cost.saved_pico_usd == 5
