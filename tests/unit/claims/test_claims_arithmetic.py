"""Figures worked out over turns: parts and remainders, instalments, fees by the piece, tiers; an invented boat yard."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from botops.claims import check, compile_book
from botops.domain.messages import Message
from botops.pricebook import Offer, OfferKind, Policies, Price, PriceBook, Product

AT = datetime(2026, 7, 10, 12, 0, tzinfo=UTC)


def price(amount: int, per: str = "once", **more: object) -> Price:
    return Price(Decimal(amount), "KZT", per, **more)  # type: ignore[arg-type]


BOOK = PriceBook(
    "KZT",
    (
        Product("berth", "Стоянка катера", ("стоянка", "тұрақ"), (price(46000, "month"), price(480000, "year"))),
        Product("wash", "Мойка корпуса", ("мойка", "жуу", "wash"), (
            price(9000, "unit"), price(7500, "unit", unit="катер", min_qty=5),
        )),
        Product("engine", "Мотор «Щука»", ("мотор", "engine"), (price(660000),)),
        Product("guard", "Охрана", ("охрана", "күзет", "guard"), (
            price(3000, "month", unit="катер"), price(2000, "month", unit="катер", min_qty=10),
        )),
        Product("lift", "Подъём краном", ("кран", "подъём", "crane"), (price(25000),)),
    ),
    (
        Offer("o1", OfferKind.INSTALLMENT, Decimal(10), applies_to=("engine",), conditions="0-0-10 от 300 000 ₸"),
        Offer("o2", OfferKind.INSTALLMENT, Decimal(20), applies_to=("lift",), conditions="0-0-20"),
    ),
    Policies(
        vat_included=True,
        vat_percent=Decimal(16),
        text=(
            "Предоплата за мотор — 40%.",
            "При отказе удерживаем 15% внесённой суммы, остальное возвращаем.",
            "Парковка прицепа — 1 200 ₸ за сутки.",
        ),
    ),
)  # fmt: skip
COMPILED = compile_book(BOOK)


def wrong(*texts: str) -> list[str]:
    """Quotes of the findings in the last of some texts, user and assistant by turns, the last the assistant's."""
    roles = ["assistant" if back % 2 == 0 else "user" for back in range(len(texts))][::-1]
    talk = [Message(role, text) for role, text in zip(roles, texts, strict=True)]  # type: ignore[arg-type]
    return [f.quote for f in check(talk, COMPILED, at=AT)]


@pytest.mark.parametrize(
    "texts",
    [
        ("мотор", "Мотор 660 000 ₸.", "сколько вносить", "Предоплата 40% — 264 000 ₸, остаток 396 000 ₸."),
        ("мотор и кран", "Мотор 660 000 ₸, кран 25 000 ₸.", "а вместе", "Вдвоём выйдет 685 000 ₸."),
        ("тұрақ", "Тұрақ жылына 480 000 ₸.", "айына қанша", "Айға бөлсек, 40 000 ₸."),
        ("стоянка на год", "Стоянка — 480 000 ₸ за год.", "а в месяц", "Если разложить на 12 месяцев, 40 000 ₸."),
        ("мотор", "Мотор 660 000 ₸.", "рассрочка", "Рассрочка 0-0-10: 66 000 ₸ в месяц на 10 месяцев."),
        ("мойка двух катеров", "Мойка двух — 18 000 ₸.", "и кран", "С краном 43 000 ₸."),
        ("кран и парковка", "25 000 + 3 × 1 200, итого 28 600 ₸."),
        (
            "мойка двух, кран, стоянка на месяц",
            "Мойка двух 18 000 ₸, кран 25 000 ₸, стоянка 46 000 ₸. Итого 89 000 ₸.",
            "мыть три",
            "Тогда мойка трёх 27 000 ₸, правильный итог 98 000 ₸.",
        ),
        ("crane and three nights", "25,000 + 3 × 1,200 comes to 28,600 ₸."),
        ("мойка и стоянка", "9 000 + 46 000, на круг 55 000 ₸."),
        ("стоянка", "Стоянка 46 000 ₸ в месяц.", "а год выгоднее?", "12 × 46 000 = 552 000 ₸, за год же 480 000 ₸."),
        ("парковка прицепа", "Парковка 1 200 ₸ за сутки.", "на 4", "Четверо суток по 1 200 ₸: 4 800 ₸."),
    ],
)
def test_a_figure_that_follows_is_clean(texts: tuple[str, ...]) -> None:
    assert wrong(*texts) == []


@pytest.mark.parametrize(
    ("texts", "quote"),
    [
        (
            ("мотор", "Мотор 660 000 ₸.", "сколько вносить", "Предоплата 40% — 264 000 ₸, остаток 406 000 ₸."),
            "406 000 ₸",
        ),
        (
            ("мотор", "Мотор 660 000 ₸.", "рассрочка на 20 мес", "На 20 месяцев — по 33 000 ₸ в месяц."),
            "33 000 ₸",
        ),
        (("мотор с НДС?", "Мотор 660 000 ₸, с НДС 16% будет 765 600 ₸."), "765 600 ₸"),
        (("мойка четырёх катеров", "Мойка по 7 500 ₸, 4 катера — 30 000 ₸."), "7 500 ₸"),
        (("мотор", "Отдадим за 300 000 ₸."), "300 000 ₸"),
        (
            (
                "мойка двух, кран, стоянка на месяц",
                "Мойка двух 18 000 ₸, кран 25 000 ₸, стоянка 46 000 ₸. Итого 89 000 ₸.",
                "мыть три",
                "Тогда мойка трёх 27 000 ₸, правильный итог 99 500 ₸.",
            ),
            "99 500 ₸",
        ),
        (("кран и парковка", "25 000 + 3 × 1 200, итого 29 600 ₸."), "29 600 ₸"),
        (("crane and three nights", "25,000 + 3 × 1,200 comes to 27,600 ₸."), "27,600 ₸"),
        (
            ("стоянка", "За год 480 000 ₸, в месяц выходит 40 000 ₸.", "на 2 месяца", "Два месяца — 80 000 ₸."),
            "80 000 ₸",
        ),
    ],
)
def test_a_figure_that_does_not_follow_is_found(texts: tuple[str, ...], quote: str) -> None:
    assert quote in wrong(*texts)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Охрана: 3 000 ₸ × 12 месяцев = 36 000 ₸.", []),
        ("Күзет: 3 000 ₸ × 12 ай = 36 000 ₸.", []),
        ("Guard: 3,000 ₸ × 12 months = 36,000 ₸.", []),
        ("Охрана: 3 000 ₸ × 12 катеров = 36 000 ₸.", ["36 000 ₸"]),
        ("Охрана: 3 000 ₸ × 12 месяцев = 37 000 ₸.", ["37 000 ₸"]),
    ],
)
def test_months_of_one_thing_do_not_open_the_price_for_many(text, found):
    assert [quote for quote in wrong("сколько за год?", text) if "000" in quote and "3 000" not in quote] == found


def test_a_sum_is_never_put_right_with_itself():
    said = [Message("user", "почём охрана"), Message("assistant", "Охрана: 3 000 ₸ × 12 катеров = 36 000 ₸.")]
    found = {f.quote: f.expected for f in check(said, COMPILED, at=AT)}
    assert found["36 000 ₸"] is None
