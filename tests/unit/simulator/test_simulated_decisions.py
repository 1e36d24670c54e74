"""What a simulated client does after the dialogue depends on what it read, and on nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botops.domain.messages import Message
from botops.simulator import Profile, decide

PRICED = "Тариф стоит 25 000 ₸ в месяц."
ASKED = "Подскажите, у вас магазин или кафе?"


def read(*replies: str) -> list[Message]:
    return [m for reply in replies for m in (Message("user", "сколько стоит?"), Message("assistant", reply))]


def chance(*replies: str, **profile: object) -> float:
    return decide(Profile(**profile), read(*replies), 1).chance


def test_a_price_at_once_sells_better_than_a_question_and_a_question_better_than_silence():
    assert chance(PRICED) > chance(ASKED, PRICED) > chance(ASKED, ASKED)


@pytest.mark.parametrize("more", ["Выставить счёт?", "Шот дайындайын ба? Рәсімдейік.", "Shall I prepare the invoice?"])
def test_an_invitation_to_go_on_sells(more):
    assert chance(f"{PRICED} {more}") > chance(PRICED)


@pytest.mark.parametrize("more", ["Дам скидку 15 %.", "15 % жеңілдік бар.", "You get 15 % off."])
def test_a_discount_sells_whether_it_is_true_or_not(more):
    assert chance(f"{PRICED} {more}") > chance(PRICED)


def test_a_price_over_the_budget_and_long_replies_put_off():
    assert chance(PRICED, budget=Decimal(10_000)) < chance(PRICED, budget=Decimal(30_000))
    assert chance(PRICED + " Подробности." * 80) < chance(PRICED)


def test_those_who_came_to_buy_buy_most():
    assert chance(PRICED, goal="buy") > chance(PRICED, goal="price") > chance(PRICED, goal="browse")


@given(st.integers(), st.lists(st.text(max_size=80), max_size=4))
def test_it_is_a_decision_for_any_text_and_always_the_same(seed, replies):
    found = decide(Profile(), read(*replies), seed)
    assert found == decide(Profile(), read(*replies), seed)
    assert 0 < found.chance < 1
    assert found.rating is None or 1 <= found.rating <= 5


def test_the_same_client_who_reads_something_better_buys_if_at_all():
    for seed in range(300):
        worse, better = decide(Profile(), read(ASKED), seed), decide(Profile(), read(f"{PRICED} Выставить счёт?"), seed)
        assert better.bought or not worse.bought


def test_clients_buy_as_often_as_the_chance_says():
    found = [decide(Profile(goal="buy"), read(PRICED), seed) for seed in range(4000)]
    share = sum(d.bought for d in found) / len(found)
    assert abs(share - found[0].chance) < 0.03
    assert 0.25 < sum(d.rating is not None for d in found) / len(found) < 0.35
