"""Single model calls read in pages, summed by the hour, and priced anew."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from botops.domain.money import Money
from botops.domain.turns import Purpose
from botops.domain.usage import Cost, Usage
from botops.store import Store
from botops.store import calls as calls_module

DAY = timedelta(days=1)


def kept(store, shop, moments, **changes):
    """A turn of one call at each moment, in a dialogue of its own."""
    records = []
    for n, at in enumerate(moments):
        attempts = (replace(shop.attempt(), **changes),)
        records.append(shop.record(f"t{n:04}", shop.inbound(f"d{n}", at=at), attempts=attempts))
    store.write_many(records, "test")
    return records


def roll_up(store):
    while store.roll_up():
        pass


@pytest.mark.parametrize("at_once", [1, 3, 1000])
def test_calls_are_read_in_pages_without_a_gap_or_a_repeat(store, shop, monkeypatch, at_once):
    monkeypatch.setattr(calls_module, "_AT_ONCE", at_once)
    moments = [shop.start + timedelta(minutes=17 * n) for n in range(20)]
    records = kept(store, shop, moments)
    two = replace(records[7], id="two", inbound=shop.inbound("two", at=moments[7]))
    store.write_many([replace(two, attempts=(shop.attempt(), shop.attempt(purpose=Purpose.REPAIR)))], "test")
    found = list(store.calls.calls(shop.start, shop.start + DAY))
    assert Counter((c.turn_id, c.position) for c in found) == Counter(
        [*((r.id, 0) for r in records), ("two", 0), ("two", 1)]
    )
    assert [c.at.replace(minute=0) for c in found] == sorted(c.at.replace(minute=0) for c in found)
    assert found[0].cost == shop.attempt().cost
    assert found[0].usage == shop.attempt().usage
    since, until = moments[3], moments[9]
    assert {c.at for c in store.calls.calls(since, until)} == {at for at in moments if since <= at < until}


def test_calls_are_summed_by_the_hours_that_begin_in_the_period(store, shop):
    midnight = datetime(2026, 3, 3, tzinfo=UTC)
    kept(store, shop, [midnight - timedelta(minutes=1), midnight, midnight + timedelta(minutes=59)])
    before, after = store.calls.by_hour(midnight - timedelta(minutes=60), midnight + timedelta(minutes=1))
    assert (before.hour, before.calls, before.input_tokens) == (midnight - timedelta(hours=1), 1, 900)
    assert (after.hour, after.calls, after.input_tokens) == (midnight, 2, 1800)
    assert (before.simulated, before.model) == (True, "small-model")
    assert [h.hour for h in store.calls.by_hour(midnight - timedelta(minutes=59), midnight + DAY)] == [midnight]


def test_requests_are_those_a_provider_may_have_counted(store, shop):
    tries = (Usage(100, output_tokens=10), Usage(200, output_tokens=20), Usage(300, output_tokens=30))
    unpriced = Cost(simulated=True, unknown_model=True)
    attempts = (
        shop.attempt(usage=sum(tries, Usage()), tries=tries),
        shop.attempt(usage=Usage(), fault="connection", cost=unpriced),
        shop.attempt(usage=Usage(40, output_tokens=4, estimated=True), fault="truncated"),
        shop.attempt(usage=Usage(50, output_tokens=5), cost=unpriced),
    )
    store.write_many([shop.record("t", shop.inbound(), attempts=attempts)], "test")
    (hour,) = store.calls.by_hour(shop.start - DAY, shop.start + DAY)
    assert (hour.calls, hour.requests, hour.without_usage) == (4, 5, 1)
    assert (hour.estimated, hour.estimated_tokens, hour.unknown) == (1, 44, 1)


def test_new_costs_reach_turns_and_roll_ups_and_a_second_time_changes_nothing(store, shop):
    kept(store, shop, [shop.start, shop.start + timedelta(hours=3)])
    roll_up(store)

    def dearer(call):
        cost = replace(call.cost, pico_usd=2_000_000_000, local=Money(104, "KZT"), rate=Decimal(520))
        return cost if call.at == shop.start else call.cost

    changed = store.repricing.apply(["t0000", "t0001"], dearer)
    assert [(r.call.turn_id, r.call.cost.pico_usd, r.cost.pico_usd) for r in changed] == [
        ("t0000", 1_234_567_890, 2_000_000_000)
    ]
    roll_up(store)
    (total,) = store.reads.totals(shop.start - DAY, shop.start + DAY)
    assert total.pico_usd == 2_000_000_000 + 1_234_567_890
    assert total.local == (Money(104 + 64, "KZT"),)
    assert store.repricing.apply(["t0000", "t0001"], dearer) == ()
    assert store.reads.lag().hours == 0


def test_a_turn_of_several_calls_is_summed_anew_whole(store, shop):
    attempts = (shop.attempt(), shop.attempt(purpose=Purpose.REPAIR, cost=Cost(unknown_model=True)))
    store.write_many([shop.record("t", shop.inbound(), attempts=attempts)], "test")

    def known(call):
        return replace(shop.attempt().cost, pico_usd=7) if call.cost.unknown_model else call.cost

    assert len(store.repricing.apply(["t"], known)) == 1
    roll_up(store)
    (total,) = store.reads.totals(shop.start - DAY, shop.start + DAY)
    assert (total.pico_usd, total.unknown_cost) == (1_234_567_897, 0)


def test_what_retention_has_closed_stays_as_it_is(store, shop):
    kept(store, shop, [shop.start, shop.start + DAY])
    roll_up(store)
    assert store.calls.kept_since() is None
    store.purge(shop.start + timedelta(hours=1))
    assert store.calls.kept_since() == shop.start + timedelta(hours=1)
    late = shop.record("late", shop.inbound("late", at=shop.start))
    store.write_many([late], "test")
    changed = store.repricing.apply(["t0000", "t0001", "late"], lambda call: replace(call.cost, pico_usd=1))
    assert [r.call.turn_id for r in changed] == ["t0001"]
    roll_up(store)
    (first, second) = store.reads.totals(shop.start - DAY, shop.start + 2 * DAY, ("day",))
    assert (first.pico_usd, second.pico_usd) == (1_234_567_890, 1)


def test_the_ledger_of_budgets_follows_new_costs(url, clock, shop):
    with Store.open(url, clock=clock, zone="Asia/Almaty") as store:
        for n in range(3):
            asyncio.run(shop.turn(store, shop.inbound(f"d{n}")))
        days = (shop.start.date(), shop.start.date())
        ids = [call.turn_id for call in store.calls.calls(shop.start, shop.start + DAY)]
        changed = store.repricing.apply(ids, lambda call: replace(call.cost, pico_usd=5, unknown_model=True))
        assert len(changed) == 3
        assert store.budgets.compare(*days) == ()
        assert store.budgets.rebuild() == 0
