"""Single turns of some hours, hand-offs with their rules, how models answer, and how large the store is."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from botops.domain.turns import HandOff, Timing, TurnState

HOUR = timedelta(hours=1)


@pytest.fixture
def filled(store, shop):
    """A good turn, a slow one, one with false terms, one the model failed and one that broke off; an hour apart."""

    async def live():
        await shop.turn(store, shop.inbound("good"))
        await shop.turn(store, shop.inbound("slow", at=shop.start + HOUR), timing=Timing(9000, 8000, 3, None))
        await shop.turn(store, shop.inbound("false", at=shop.start + 2 * HOUR), "flagged")
        inbound = shop.inbound("silent", at=shop.start + 3 * HOUR)
        record = shop.handed_over("silent-1", inbound, attempts=(shop.attempt("", fault="timeout"),))
        await store.begin("silent-1", inbound, "ru")
        hand_off = HandOff("silent", inbound.lead_id, "silent-1", inbound.at, "model_error", "timeout: молчит")
        await store.finish(replace(record, hand_off=hand_off))
        await shop.turn(
            store, shop.inbound("cut", at=shop.start + 4 * HOUR), state=TurnState.INTERRUPTED, reply=None, action=None,
            verdict=None, error="оборвалось", attempts=(),
        )  # fmt: skip

    asyncio.run(live())
    return store


def _dialogues(store, shop, which, **options):
    found = store.moments.turns(shop.start, shop.start + timedelta(days=1), which, **options)
    return [row.dialogue_id for row in found]


@pytest.mark.parametrize(
    ("which", "dialogues"),
    [("all", ["cut", "silent", "false", "slow", "good"]), ("failed", ["cut", "silent"]), ("false", ["false"]),
     ("handed_over", ["silent"])],
)  # fmt: skip
def test_turns_of_a_kind_the_latest_first(filled, shop, which, dialogues):
    assert _dialogues(filled, shop, which) == dialogues


def test_the_slowest_first(filled, shop):
    assert _dialogues(filled, shop, "slow", most=1) == ["slow"]


def test_a_turn_tells_what_became_of_it(filled, shop):
    cut, silent = filled.moments.turns(shop.start, shop.start + timedelta(days=1), "failed")
    assert (cut.state, cut.action, cut.error, cut.rule) == (TurnState.INTERRUPTED, None, "оборвалось", None)
    assert (silent.number, silent.rule, silent.text) == (1, "model_error", "Сколько стоит тетрадь?")
    assert silent.at == shop.start + 3 * HOUR


def test_the_end_of_a_period_is_not_in_it(filled, shop):
    found = filled.moments.turns(shop.start + HOUR, shop.start + 2 * HOUR, "all")
    assert [row.dialogue_id for row in found] == ["slow"]


def test_hand_offs_come_with_their_rules(filled, shop):
    day = (shop.start, shop.start + timedelta(days=1))
    assert filled.moments.hand_offs(*day) == ((shop.start + 3 * HOUR, "silent", "model_error"),)
    assert filled.moments.hand_offs(shop.start, shop.start + 3 * HOUR) == ()


def test_a_model_is_told_by_its_last_good_and_bad_calls(filled, shop):
    (calls,) = filled.moments.models(shop.start, shop.start + timedelta(days=1))
    assert (calls.model, calls.calls, calls.failed, calls.fault) == ("small-model", 4, 1, "timeout")
    assert (calls.good_at, calls.failed_at) == (shop.start + 2 * HOUR, shop.start + 3 * HOUR)
    (calls,) = filled.moments.models(shop.start, shop.start + HOUR)
    assert (calls.failed, calls.failed_at, calls.fault) == (0, None, None)


def test_the_store_has_a_size(filled):
    assert filled.moments.size() > 10_000
