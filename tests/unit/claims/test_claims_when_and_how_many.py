"""Prices of another day or another quantity, lower bounds given as final, names told by their capital."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from botops.claims import check, compile_book
from botops.claims.dates import covers, find_dates
from botops.claims.words import fold, words
from botops.domain.messages import Message
from botops.pricebook import Offer, OfferKind, Policies, Price, PriceBook, Product, Window

AT = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)


def price(amount: int, per: str = "once", **more: object) -> Price:
    return Price(Decimal(amount), currency="KZT", per=per, **more)  # type: ignore[arg-type]


BOOK = compile_book(
    PriceBook(
        "KZT",
        (
            Product("kayak", "Байдарка туристическая", ("байдарка", "байдарки"), (
                price(88000, window=Window(None, date(2026, 6, 30))),
                price(95000, window=Window(date(2026, 7, 1), None)),
            )),
            Product("fence", "Снос забора", ("снос", "бұзу"), (
                price(21000, window=Window(None, date(2026, 5, 31))),
                price(26000, window=Window(date(2026, 6, 1), None)),
            )),
            Product("tasting", "Дегустация", ("дегустация", "дәмдеу"), (
                price(8000, "visit"), price(6500, "visit", min_qty=8, unit="гость"),
            )),
            Product("arbor", "Беседка под заказ", ("беседка",), (price(340000, from_price=True),)),
            Product("p1", "План Мини", (), (price(4000, "month"),)),
            Product("p2", "План Лад", (), (price(7000, "month"),)),
        ),
        (),
        Policies(vat_percent=Decimal(16)),
    )
)  # fmt: skip


def found(*texts: str) -> list[str]:
    roles = ["assistant" if i % 2 == 0 else "user" for i in range(len(texts))][::-1]
    messages = [Message(r, t) for r, t in zip(roles, texts, strict=True)]  # type: ignore[arg-type]
    return [f.kind.value for f in check(messages, BOOK, at=AT)]


@pytest.mark.parametrize(
    "texts",
    [
        ("когда байдарка подорожает", "С завтрашнего дня байдарка будет 95 000 ₸, сегодня ещё 88 000 ₸."),
        ("байдарка почём", "Сейчас 88 000 ₸, с 1 числа 95 000 ₸."),
        ("снос старого забора", "Снос старого забора 26 000 ₸."),
        ("снос", "Сейчас 26 000 ₸, по старой цене 21 000 ₸ было до конца мая."),
        ("дегустация на десятерых", "От 8 гостей дегустация по 6 500 ₸, за десять 65 000 ₸."),
        ("беседка сколько", "Если мастер оценит беседку в 340 000 ₸, задаток возьмём после замера."),
        ("план?", "«Лад» — 7 000 ₸ в месяц, Мини — 4 000 ₸."),
    ],
)
def test_what_holds_passes(texts: tuple[str, ...]) -> None:
    assert found(*texts) == []


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (("снос старого забора", "Снос старого забора 21 000 ₸."), "stale_price"),
        (("ескі дуалды бұзу", "Ескі дуалды бұзу 21 000 ₸."), "stale_price"),
        (("байдарка", "С июля 95 000 ₸.", "а сегодня?", "Оформим сегодня по 95 000 ₸, посчитал."), "stale_price"),
        (("дегустация на пятерых", "На пятерых тоже по 6 500 ₸."), "total"),
        (("беседка", "Беседка от 340 000 ₸.", "точно?", "Да, закрепляю 340 000 ₸ окончательно."), "price"),
        (("план?", "«Лад» — 4 000 ₸ в месяц."), "price"),
    ],
)
def test_what_does_not_hold_is_found(texts: tuple[str, ...], kind: str) -> None:
    assert kind in found(*texts)


def test_a_lower_bound_of_several_is_not_made_final_later() -> None:
    talk = ("беседки две", "Две беседки — от 680 000 ₸.", "назовите точно", "Фиксируем 680 000 ₸, не вырастет.")
    assert found(*talk) != []


def test_a_day_without_a_month_is_the_next_one() -> None:
    (said,) = find_dates(words(fold("с 3 числа")))
    assert (said.months, said.day) == ((), 3)
    assert covers(Window(date(2026, 7, 2), None), said, date(2026, 6, 30))
    assert not covers(Window(None, date(2026, 7, 2)), said, date(2026, 6, 30))


def test_a_proper_name_needs_its_capital() -> None:
    names = BOOK.names
    assert [h.skus for h in names.find(words("план лад"), "план лад")] == [("p2",)]
    assert [h.skus for h in names.find(words("на лад"), "на Лад")] == [("p2",)]
    assert all(h.strength < 2 for h in names.find(words("на лад"), "на лад"))


@pytest.mark.parametrize("said", ["промокод SUPER8", "код ЛЕТО8", "have SALE-8", "leto_8 промокоды бар", "мой iPhone8"])
def test_digits_that_end_a_name_multiply_no_price(said: str) -> None:
    assert found(f"План Мини? {said}", "План Мини 4 000 ₸ в месяц, итого 32 000 ₸.") == ["total"]


@pytest.mark.parametrize("said", ["за8 месяцев", "for8 months", "на 8 месяцев", "8месяцев"])
def test_a_count_typed_without_its_space_still_counts(said: str) -> None:
    assert found(f"План Мини {said}?", "План Мини 4 000 ₸ в месяц, итого 32 000 ₸.") == []


def test_an_amount_off_stands_behind_its_minus() -> None:
    offer = Offer("pair", OfferKind.AMOUNT, Decimal(40000), applies_to=("kayak", "arbor"), conditions="за пару вместе")
    book = compile_book(replace(BOOK.book, offers=(offer,)))
    talk = [Message("user", "байдарка с беседкой?"), Message("assistant", "За двойной заказ минус 40 000 ₸.")]
    assert check(talk, book, at=AT) == []
