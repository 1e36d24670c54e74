"""The gauges of `/metrics`: how files and store stand."""

import asyncio
import math
from datetime import UTC, datetime, timedelta

import pytest

from botops.app.gauges import refresh_gauges
from botops.app.outcomes import take_feedback
from botops.domain.errors import StoreError
from botops.domain.messages import InboundMessage
from botops.domain.releases import AuditEntry, Deed, EvalRun


def told(desk, name, **labels):
    refresh_gauges(desk.container)
    return desk.container.metrics.registry.get_sample_value(name, labels)


def test_what_is_live_and_since_when(desk):
    first = told(desk, "botops_prompt_release_timestamp_seconds", prompt="sales")
    assert first == desk.container.registry.release("sales").spec.approvals[-1].at.timestamp()
    assert told(desk, "botops_prompt_live", prompt="sales", version="1") == 1
    desk.publish(2)
    assert told(desk, "botops_prompt_live", prompt="sales", version="2") == 1
    assert told(desk, "botops_prompt_live", prompt="sales", version="1") is None
    assert told(desk, "botops_prompt_release_timestamp_seconds", prompt="sales") > first


def test_prompts_that_break_keep_the_moment_they_were_last_whole(desk):
    good = told(desk, "botops_prompts_good_timestamp_seconds")
    assert not math.isnan(good)
    (desk.root / "prompts/sales/1.yaml").write_text("messages: [", "utf-8")
    desk.container.registry.load()
    assert told(desk, "botops_prompt_problems") > 0
    assert told(desk, "botops_prompts_good_timestamp_seconds") == good


def test_when_the_price_book_ends(desk):
    assert math.isnan(told(desk, "botops_price_book_ends_timestamp_seconds"))
    book = "currency: KZT\nproducts:\n  - {sku: pen, name: Ручка, prices: [{amount: 450, valid_to: 2026-11-30}]}\n"
    (desk.root / "pricebook/book.yaml").write_text(book, "utf-8")
    desk.policy("")
    midnight_in_almaty = datetime(2026, 11, 30, 19, tzinfo=UTC)
    assert told(desk, "botops_price_book_ends_timestamp_seconds") == midnight_in_almaty.timestamp()


async def _handed_over(desk, key, minutes):
    container = desk.container
    inbound = InboundMessage(f"d-{key}", f"l-{key}", "Позовите менеджера", desk.clock.now(), key)
    hand_off = (await container.bot.run_turn(inbound)).hand_off
    container.store.take_hand_off(hand_off.turn_id, "Айгуль", hand_off.at + timedelta(minutes=minutes))


def test_how_long_clients_wait_for_a_person(desk):
    assert told(desk, "botops_hand_off_queue") == 0
    assert math.isnan(told(desk, "botops_hand_off_wait_seconds"))
    for key, minutes in (("a", 2), ("b", 4), ("c", 90)):
        asyncio.run(_handed_over(desk, key, minutes))
    assert told(desk, "botops_hand_off_wait_seconds") == 240
    assert told(desk, "botops_hand_off_queue") == 0, "whom somebody has taken waits no longer"
    assert told(desk, "botops_hand_off_oldest_seconds") == 0
    asyncio.run(desk.container.bot.run_turn(InboundMessage("d-d", "l-d", "Позовите менеджера", desk.clock.now(), "d")))
    desk.clock.at += timedelta(minutes=7)
    assert told(desk, "botops_hand_off_queue") == 1
    assert told(desk, "botops_hand_off_oldest_seconds") >= 420


def test_the_last_run_of_each_suite(desk):
    at = desk.clock.now()
    for n, (passed, failed) in enumerate(((True, 0), (False, 3))):
        run = EvalRun(
            f"r{n}", at + timedelta(hours=n), "demo", "sales", 1, "0" * 64, "m", passed=passed, cases=9, failed=failed
        )
        entry = AuditEntry(f"e{n}", run.at, "ci", Deed.EVAL, "prompt:sales", "")
        desk.container.store.eval_runs.add(run, entry)
    labels = {"suite": "demo", "prompt": "sales"}
    assert told(desk, "botops_eval_failed_cases", **labels) == 3
    assert told(desk, "botops_eval_passed", **labels) == 0
    assert told(desk, "botops_eval_run_timestamp_seconds", **labels) == (at + timedelta(hours=1)).timestamp()


def test_ratings_are_counted_when_they_are_new(desk):
    rating = {"dialogue_id": "d", "rating": 2, "id": "f1", "at": "2026-11-01T10:00:00Z"}
    for _ in range(2):
        take_feedback(desk.container, [rating, {"dialogue_id": "d", "rating": 9}])
    counted = desk.container.metrics.registry.get_sample_value
    assert counted("botops_feedback_total", {"voice": "client", "rating": "2"}) == 1


@pytest.mark.parametrize("fault", [StoreError("the database is gone"), RuntimeError("a fault of our own")])
def test_what_cannot_be_read_leaves_the_other_gauges_right(desk, monkeypatch, caplog, fault):
    def broken():
        raise fault

    monkeypatch.setattr(desk.container.store.reads, "waiting", broken)
    assert told(desk, "botops_refresh_errors_total") == 1
    assert told(desk, "botops_prompt_live", prompt="sales", version="1") == 1
    assert told(desk, "botops_rollup_lag_seconds") >= 0
    assert str(fault) in caplog.text
