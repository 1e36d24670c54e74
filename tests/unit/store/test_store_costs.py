"""Sums of costs by hour and by day say the same on both databases, also when the company moves."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from botops.domain.outcomes import Outcome, Stage
from botops.store import PromptVersion, Spoken, Store
from botops.store.copying import copy_store
from botops.store.migrate import HEAD

ALMATY = ZoneInfo("Asia/Almaty")
FIRST = datetime(2026, 3, 2, tzinfo=ALMATY).astimezone(UTC)
UNTIL = FIRST + timedelta(days=3)
GROUPINGS = ((), ("day",), ("month",), ("version",), ("week", "model"), ("outcome", "purpose"))


def _roll_up(store):
    while store.roll_up():
        pass


def _fill(store, shop):
    records = [
        shop.flagged(f"t{n}", shop.inbound(f"d{n % 4}", at=FIRST + timedelta(hours=5 * n)), number=n) for n in range(12)
    ]
    store.write_many(records, "log")
    for stage in (Stage.QUALIFIED, Stage.WON):
        store.outcomes.add(Outcome(f"o-{stage}", "lead-d1", stage, FIRST + timedelta(days=1)))
    store.outcomes.add(Outcome("o-2", "lead-d2", Stage.QUALIFIED, FIRST))
    _roll_up(store)
    return records


def _all(store, zone=ALMATY):
    return [
        (sorted(store.costs.calls(FIRST, UNTIL, by, zone), key=str), store.costs.spoken(FIRST, UNTIL, by, zone))
        for by in GROUPINGS
    ]  # fmt: skip


def test_days_say_what_hours_say(url, clock, shop):
    with Store.open(url, clock=clock, zone="UTC") as store:
        records = _fill(store, shop)
        by_hour = _all(store)  # other days are kept than those asked for
        assert sum(one.pico_usd for one in by_hour[0][0]) == sum(record.cost.pico_usd for record in records)
    with Store.open(url, clock=clock, zone="Asia/Almaty") as store:
        assert _all(store) == by_hour  # nothing was rolled up since the company moved
        store.write_many([shop.record("new", shop.inbound("d9", at=FIRST + timedelta(days=9)))], "log")
        _roll_up(store)
        assert _all(store) == by_hour
        assert store.costs.spoken(FIRST, UNTIL, (), ALMATY) == {(): Spoken(4, 2, 1)}
        assert store.costs.spoken(FIRST, UNTIL, ("version",), ALMATY) == {(PromptVersion("sales", 3),): Spoken(4, 2, 1)}


def test_a_store_with_sums_of_days_is_whole_when_it_is_copied(store, url, shop, tmp_path):
    _fill(store, shop)
    assert copy_store(url, tmp_path / "copy").revision == HEAD


def test_what_dialogues_cost(store, shop):
    records = _fill(store, shop)
    one = records[0].cost.pico_usd
    found = store.costs.ranges(FIRST, UNTIL, (0.5, 1.0))
    assert (found.dialogues, found.quantiles, found.dearest) == (4, {0.5: 3 * one, 1.0: 3 * one}, 3 * one)
    assert store.costs.histogram(FIRST, UNTIL, one, 5) == {3: 4}
    assert (store.costs.above(FIRST, UNTIL, one), store.costs.above(FIRST, UNTIL, 3 * one)) == (4, 0)
    assert set(store.costs.dearest(FIRST, UNTIL, 9)) == {"d0", "d1", "d2", "d3"}
    assert store.costs.ranges(UNTIL, UNTIL + timedelta(days=1)).dialogues == 0


def test_dialogues_alone_are_those_of_the_costs(store, shop):
    _fill(store, shop)
    by_day = store.costs.spoken(FIRST, UNTIL, ("day",), ALMATY)
    assert {(day,): n for day, n in store.costs.dialogues_by_day(FIRST, UNTIL, ALMATY).items()} == {
        key: spoken.dialogues for key, spoken in by_day.items()
    }
    assert len(by_day) == 3
    assert store.costs.dialogues(FIRST, UNTIL) == 4
    assert store.costs.dialogues(FIRST, FIRST + timedelta(hours=1)) == 1


@pytest.mark.parametrize("hours", [1, 7])
def test_a_part_of_a_day_is_summed_from_its_hours(store, shop, hours):
    records = _fill(store, shop)
    until = FIRST + timedelta(hours=hours)
    found = store.costs.calls(FIRST, until, (), ALMATY)
    expected = [record for record in records if record.inbound.at < until]
    assert sum(one.turns for one in found) == len(expected)
