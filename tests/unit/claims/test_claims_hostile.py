"""Hostile replies: judged or refused, never an error, at a cost that grows with their length."""

import time
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from botops.claims import TooLargeError, check, compile_book, judge
from botops.claims.compile import ready
from botops.domain.messages import Message
from botops.pricebook.model import Offer, OfferKind, Policies, Price, PriceBook, Product

AT = datetime(2026, 5, 4, 9, tzinfo=UTC)
KITES = PriceBook(
    "KZT",
    tuple(
        Product(f"k{i}", f"Змей Вихрь {100 + i}", (f"kite {100 + i}",), (Price(Decimal(4000 + 500 * i), "KZT"),))
        for i in range(30)
    ),
    (Offer("autumn", OfferKind.PERCENT, Decimal(10), conditions="от 3 штук"),),
    Policies(text=("Возврат в течение 14 дней.", "Доставка за город — 200 ₸ за километр.")),
)
BOOK = compile_book(KITES)
PIECES = {
    "digits": "7",
    "spaced digits": "1 ",
    "groups": "100 000 ",
    "spaces": " ",
    "brackets": "(",
    "bracketed": "(1)",
    "names": "Змей Вихрь 101 ",
    "prices": "Змей Вихрь 101 — 4 500 ₸, ",
    "lines": "- Змей Вихрь 101: 4 500 ₸\n",
    "sums": "1+",
    "products": "2 × 4 500 ₸ = ",
    "commas": ",",
    "discounts": "скидка 10 % на всё ",
    "gifts": "в подарок бесплатно ",
    "bars": "| ",
    "marks": "**1**",
    "cells": "<td>1</td>",
    "open tags": "<b ",
    "negations": "не без нет никакой скидки ",
    "questions": "а если да? ",
    "letter zeros": "1O ",
    "zero width": "1\u200b",
    "links": "http://",
    "halves": "полтора ",
    "months": "1 мая ",
    "instalments": "0-0-12 ",
}


def cost(text: str) -> float:
    """Processor seconds of judging a reply; nobody else's work counts."""
    started = time.thread_time()
    with suppress(TooLargeError):
        judge((Message("user", "сколько стоит?"), Message("assistant", text)), BOOK, at=AT)
    return time.thread_time() - started


@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES)
def test_cost_grows_with_length(piece: str) -> None:
    small, large = ((piece * size)[:size] for size in (10_000, 40_000))
    cost(small)
    # Four times the text; what is left over is for the processor's caches.
    assert min(cost(large) for _ in range(2)) < max(0.1, 8 * min(cost(small) for _ in range(2)))


@pytest.mark.parametrize("piece", ["1 ", "1O ", "1\u200b", "100 000 "])
def test_more_numbers_than_are_read_are_refused(piece: str) -> None:
    with pytest.raises(TooLargeError, match="more numbers"):
        check((Message("assistant", piece * 30_000),), BOOK, at=AT)


def test_two_hundred_sums_are_judged_and_three_hundred_and_one_are_not() -> None:
    right = "Змей Вихрь 101 — 4 500 ₸.\n"
    wrong = "Змей Вихрь 102 — 4 900 ₸.\n"
    assert [f.quote for f in check((Message("assistant", right * 199 + wrong),), BOOK, at=AT)] == ["4 900 ₸"]
    with pytest.raises(TooLargeError, match="300 of them sums"):
        check((Message("assistant", right * 301),), BOOK, at=AT)


def test_a_client_may_send_any_number_of_them() -> None:
    messages = (Message("user", "1 " * 30_000), Message("assistant", "Змей Вихрь 101 стоит 4 700 ₸."))
    assert [f.quote for f in check(messages, BOOK, at=AT)] == ["4 700 ₸"]


def test_a_book_given_as_loaded_is_compiled_once() -> None:
    messages = (Message("assistant", "Змей Вихрь 101 стоит 4 700 ₸."),)
    first = check(messages, KITES, at=AT)
    compiled = ready(KITES)
    assert check(messages, KITES, at=AT) == first
    assert ready(KITES) is compiled


def test_only_the_last_loaded_books_are_remembered() -> None:
    messages = (Message("assistant", "Змей Вихрь 101 стоит 4 500 ₸."),)
    books = [
        PriceBook("KZT", (Product("k", "Змей Вихрь 101", (), (Price(Decimal(amount), "KZT"),)),))
        for amount in (4500, 5000, 4500, 5500, 4500, 6000)
    ]
    for _ in range(2):
        assert [len(check(messages, book, at=AT)) for book in books] == [0, 1, 0, 1, 0, 1]
