"""Roll-ups always say what the turns say, however late the turns come."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botops.domain.findings import FindingKind, Severity
from botops.domain.money import Money
from botops.domain.turns import Action, Timing, TurnState
from botops.store.latency import bounds, bucket_of, percentile


def roll_up(store):
    hours = 0
    while rolled := store.roll_up():
        hours += rolled
    return hours


def check(store, shop, records):
    """Sums by every group equal a plain count over the records."""
    since, until = shop.start - timedelta(days=1), shop.start + timedelta(days=3)
    (total,) = store.reads.totals(since, until)
    findings = Counter((f.kind, f.severity) for r in records if r.verdict for f in r.verdict.findings)
    assert total.turns == len(records)
    assert {a: n for a, n in total.actions.items() if n} == Counter(r.action for r in records if r.action)
    assert total.findings == findings
    assert total.pico_usd == sum(r.cost.pico_usd for r in records)
    assert sum(total.latencies.values()) == total.answered
    by_hour = Counter(r.inbound.at.replace(minute=0, second=0) for r in records)
    totals = store.reads.totals(since, until, ("hour",))
    assert {t.key[0]: t.turns for t in totals} == by_hour
    replies = store.reads.replies(since, until)
    assert [(r.hour, r.turns, r.answered, r.simulated, r.pico_usd) for r in replies] == [
        (t.key[0], t.turns, t.answered, t.simulated, t.pico_usd) for t in totals
    ]


def test_late_turns_change_their_hour_only(store, shop, clock):
    records = [
        asyncio.run(shop.turn(store, shop.inbound(f"d{n}", at=shop.start + timedelta(minutes=25 * n)), make))
        for n, make in enumerate(["record", "flagged", "handed_over", "flagged", "record", "record"])
    ]
    assert store.reads.lag().hours == 3
    clock.move(seconds=90)
    assert store.reads.lag().seconds == 90
    assert roll_up(store) == 3
    check(store, shop, records)
    assert roll_up(store) == 0

    late = shop.inbound("late", at=shop.start + timedelta(minutes=1))
    records.append(asyncio.run(shop.turn(store, late, "flagged")))
    assert store.reads.lag().hours == 1
    assert roll_up(store) == 1
    check(store, shop, records)


def test_an_hour_marked_twice_is_counted_once(store, shop):
    for n in range(3):
        asyncio.run(shop.turn(store, shop.inbound(f"d{n}")))
        roll_up(store)
    (total,) = store.reads.totals(shop.start, shop.start + timedelta(hours=1))
    assert total.turns == 3


def test_hours_are_taken_oldest_first_and_some_at_a_time(store, shop):
    records = [shop.record(f"t{n}", shop.inbound(f"d{n}", at=shop.start + timedelta(hours=n))) for n in range(5)]
    store.write_many(records, "log")
    assert store.roll_up(most=2) == 2
    rolled = store.reads.totals(shop.start, shop.start + timedelta(days=1), ("hour",))
    assert [t.key[0] for t in rolled] == [shop.start, shop.start + timedelta(hours=1)]
    assert store.reads.lag().hours == 3


def test_pending_turns_are_not_counted_interrupted_ones_are(store, shop):
    pending = shop.inbound("d1")
    asyncio.run(store.begin("t1", pending, "ru"))
    asyncio.run(shop.turn(store, shop.inbound("d2"), state=TurnState.INTERRUPTED, reply=None, action=None))
    roll_up(store)
    (total,) = store.reads.totals(shop.start, shop.start + timedelta(hours=1))
    assert (total.turns, total.interrupted, total.latencies) == (1, 1, {})
    asyncio.run(store.finish(shop.record("t1", pending)))
    roll_up(store)
    (total,) = store.reads.totals(shop.start, shop.start + timedelta(hours=1))
    assert (total.turns, total.answered) == (2, 1)


def test_currencies_do_not_mix(store, shop):
    cheap = replace(shop.finding(), at_risk=Money(500, "USD"))
    over = replace(shop.finding(), at_risk=None, overcharge=Money(700, "KZT"))
    unknown = replace(shop.finding(FindingKind.TERMS, Severity.MEDIUM), at_risk=None)
    asyncio.run(shop.turn(store, shop.inbound("d1")))
    record = shop.flagged("t", shop.inbound("d2"), cheap, over, unknown)
    attempts = (replace(shop.attempt(), cost=replace(shop.attempt().cost, local=Money(3, "USD"), unknown_model=True)),)
    store.write_many([replace(record, attempts=attempts)], "log")
    roll_up(store)
    (total,) = store.reads.totals(shop.start, shop.start + timedelta(hours=1))
    assert total.local == (Money(64, "KZT"), Money(3, "USD"))
    assert total.at_risk == (Money(0, "KZT"), Money(500, "USD"))
    assert total.overcharge == (Money(700, "KZT"), Money(0, "USD"))
    assert total.findings_of(FindingKind.TERMS) == 1
    assert total.unknown_cost == 1


def test_not_judged_is_counted_apart(store, shop):
    from botops.domain.findings import Verdict

    verdict = Verdict.not_judged("no_book")
    asyncio.run(shop.turn(store, shop.inbound(), verdict=verdict, action=Action.BLOCKED))
    roll_up(store)
    (total,) = store.reads.totals(shop.start, shop.start + timedelta(hours=1))
    assert (total.judged, total.not_judged) == (0, 1)


def test_percentiles_come_near_the_true_ones(store, shop):
    times = [5 * n for n in range(1, 201)]
    records = [shop.record(f"t{n}", shop.inbound(f"d{n}"), timing=Timing(total_ms=ms)) for n, ms in enumerate(times)]
    store.write_many(records, "log")
    roll_up(store)
    (total,) = store.reads.totals(shop.start, shop.start + timedelta(hours=1))
    assert total.p50_ms == pytest.approx(500, rel=0.19)
    assert total.p95_ms == pytest.approx(950, rel=0.19)


@given(st.integers(0, 10**9))
def test_a_bucket_covers_its_time(milliseconds):
    low, high = bounds(bucket_of(milliseconds))
    assert low * (1 - 1e-9) <= milliseconds <= high * (1 + 1e-9)
    assert milliseconds <= 1 or high / low < 1.1893


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=200), st.floats(0.01, 1))
def test_any_percentile_is_within_a_bucket_of_the_true_one(times, share):
    counts = Counter(bucket_of(t) for t in times)
    ordered = sorted(times)
    rank = share * len(times)
    true = ordered[min(len(times) - 1, max(0, -int(-rank // 1) - 1))]
    assert bucket_of(true) - 1 <= bucket_of(max(1, round(percentile(counts, share)))) <= bucket_of(true) + 1


def test_no_turns_have_no_percentile():
    assert percentile({}, 0.5) is None
    assert percentile({3: 0}, 0.5) is None
