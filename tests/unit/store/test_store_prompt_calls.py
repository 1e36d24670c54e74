"""The calls that carried a prompt, over both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from botops.domain.prompts import Assignment, PromptRef
from botops.domain.turns import Action, Purpose
from botops.domain.usage import Cost, Usage
from botops.store.prompt_calls import Said, Sent


@pytest.fixture
def keep(store, shop):
    """Keeps a turn of a version of the prompt `sales`, its calls given by purpose."""

    def keep(
        turn_id, dialogue, number=1, version=1, *purposes, after=0.0, prompt="sales", experiment=None, **changes
    ):  # fmt: skip
        calls = tuple(
            shop.attempt(purpose=purpose, usage=Usage(100, 25), cost=Cost(7, simulated=True), verdict=None)
            for purpose in purposes or (Purpose.REPLY,)
        )
        inbound = shop.inbound(dialogue, text=f"question {turn_id}", at=shop.start + timedelta(hours=after))
        where = Assignment(PromptRef(prompt, version, "ab" * 32), experiment, version - 1 if experiment else -1)
        record = shop.record(turn_id, inbound, number, assignment=where, attempts=calls, reply=f"answer {turn_id}")
        store.write_many((replace(record, **changes),), "live")
        store.roll_up()

    return keep


def span(shop):
    return shop.start - timedelta(hours=1), shop.start + timedelta(hours=48)


def test_replies_and_repairs_carry_the_prompt_and_nothing_else_does(store, shop, keep):
    keep("t1", "a", 1, 1, Purpose.REPLY, Purpose.REPAIR, Purpose.JUDGE)
    keep("t2", "b", 1, 1, language="kk")
    keep("t3", "c", 1, 2)
    keep("t4", "d", 1, 1, prompt="support")
    keep("t5", "e", 1, 1, after=60)
    found = {
        (row.version, row.language, row.purpose): row for row in store.prompt_calls.of_prompt("sales", *span(shop))
    }
    assert set(found) == {(1, "ru", "reply"), (1, "ru", "repair"), (1, "kk", "reply"), (2, "ru", "reply")}
    reply = found[1, "ru", "reply"]
    assert (reply.calls, reply.input_tokens, reply.cached_tokens, reply.pico_usd, reply.unknown) == (1, 100, 25, 7, 0)
    assert reply.channel == "web"


def test_a_call_of_unknown_price_is_counted_apart(store, shop, keep):
    unknown = shop.attempt(cost=Cost(unknown_model=True))
    keep("t1", "a", attempts=(unknown,))
    assert [row.unknown for row in store.prompt_calls.of_prompt("sales", *span(shop))] == [1]


def test_dialogues_of_versions_with_their_faults(store, shop, keep):
    keep("t1", "a", 1, 1, experiment="kind")
    keep("t2", "a", 2, 1, experiment="kind", action=Action.REPAIRED)
    keep("t3", "b", 1, 2)
    keep("t4", "c", 1, 3)
    found = store.prompt_calls.dialogues("sales", (1, 2), *span(shop))
    rows = [
        (r.version, r.experiment, r.dialogue_id, r.turns, r.replies, r.faulty, r.pico_usd, r.unknown) for r in found
    ]
    assert rows == [(1, "kind", "a", 2, 2, 1, 14, 0), (2, None, "b", 1, 1, 0, 7, 0)]


def test_the_latest_moments_in_order(store, shop, keep):
    for number in range(4):
        keep(f"t{number}", f"d{number}", 1, 1, after=number / 2)
    keep("judged", "e", 1, 1, Purpose.JUDGE, after=3)
    keep("other", "f", 1, 2, after=3)
    found = store.prompt_calls.moments("sales", 1, *span(shop), 3)
    assert found == tuple(Sent(shop.start + timedelta(hours=n / 2), "ru", "web") for n in (1, 2, 3))


def test_what_was_said_in_the_latest_dialogues(store, shop, keep):
    keep("t1", "a", 1, after=1)
    keep("t2", "b", 1, after=2)
    keep("t3", "b", 2, after=2, reply=None)
    keep("t4", "c", 1, after=3, prompt="support")
    keep("t5", "d", 1, after=4)
    found = store.prompt_calls.last_said("sales", shop.start, 2)
    assert found == (
        Said("b", "question t2", "answer t2"), Said("b", "question t3", ""), Said("d", "question t5", "answer t5"),
    )  # fmt: skip
    assert store.prompt_calls.last_said("sales", shop.start + timedelta(hours=9), 2) == ()
