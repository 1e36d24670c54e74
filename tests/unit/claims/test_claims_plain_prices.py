"""A sum right behind a product's name is a price of it, whatever is added up around it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from botops.claims import check, compile_book
from botops.domain.messages import Message
from botops.pricebook.model import Price, PriceBook, Product

BOOK = compile_book(
    PriceBook(
        "KZT",
        (
            Product(
                "hay", "Сено в рулоне", ("рулон", "тюк сена", "hay bale"), (Price(Decimal(9000), "KZT", per="unit"),)
            ),
            Product("oats", "Овёс, мешок", ("овёс", "сұлы", "oats"), (Price(Decimal(6500), "KZT", per="unit"),)),
            Product("truck", "Манипулятор", ("кран", "crane"), (Price(Decimal(12000), "KZT", per="once"),)),
        ),
    )
)
AT = datetime(2026, 5, 5, 9, tzinfo=UTC)


def said(*texts: str) -> list[str]:
    messages = [Message("assistant" if i % 2 else "user", text) for i, text in enumerate(texts)]
    return [f"{f.kind}:{f.quote}" for f in check(messages, BOOK, at=AT)]


@pytest.mark.parametrize(
    ("question", "answer", "wrong"),
    [
        ("4 рулона и мешок овса, итого?", "36 000 + 6 500 = 42 500 ₸, манипулятор 30 000 ₸.", "30 000 ₸"),
        ("4 hay bales and a sack of oats, total?", "36,000 + 6,500 = 42,500 ₸, crane 30,000 ₸.", "30,000 ₸"),
    ],
)
def test_a_wrong_price_beside_a_right_total_is_found(question: str, answer: str, wrong: str) -> None:
    assert [f.split(":")[1] for f in said(question, answer)] == [wrong]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("4 рулона и мешок овса, итого?", "36 000 + 6 500 = 42 500 ₸, манипулятор 12 000 ₸."),
        ("4 рулона и мешок овса?", "Рулоны 36 000 ₸, с овсом 42 500 ₸, с манипулятором 54 500 ₸."),
        ("4 рулон", "4 рулон 36 000 теңге, кранмен 48 000 теңге."),
        ("овёс 3 мешка", "Овёс 19 500 ₸ за три мешка."),
    ],
)
def test_sums_that_take_the_thing_in_are_clean(question: str, answer: str) -> None:
    assert said(question, answer) == []
