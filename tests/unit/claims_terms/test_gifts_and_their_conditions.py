"""Gifts whose conditions stand in an offer while policies only speak of them, on a shop that sells and fits blinds."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from botops.claims.compile import compile_book
from botops.claims.context import ReplyContext, parse_message
from botops.claims.terms import find_term_claims
from botops.domain.messages import Message
from botops.pricebook.model import Offer, OfferKind, Policies, Price, PriceBook, Product


def _sold(sku: str, name: str, aliases: tuple[str, ...], amount: int) -> Product:
    return Product(sku, name, aliases, (Price(Decimal(amount), "KZT", per="unit"),))


_BLINDS = compile_book(
    PriceBook(
        "KZT",
        (
            _sold("roll", "Рулонная штора", ("рулонная", "рулонные", "roller blind"), 18000),
            _sold("wood", "Деревянные жалюзи", ("жалюзи", "wooden blinds"), 42000),
            _sold("fit", "Установка на окно", ("установка", "орнату", "fitting"), 5000),
            _sold("case", "Короб для шторы", ("короб", "қорап"), 6500),
        ),
        (
            Offer(
                "g",
                OfferKind.GIFT,
                "Установка на окно",
                conditions="при покупке 3 штор одним заказом, выезд только в будни",
                applies_to=("roll", "wood"),
            ),
        ),
        Policies(
            True,
            Decimal(12),
            (
                "Подарочная установка сохраняется и при скидке по промокоду.",
                "Короб в стоимость не входит, крепёж и цепочка входят.",
                "Снятие старых штор 2 000 ₸; при заказе от 80 000 ₸ бесплатно.",
            ),
        ),
    )
)


def claimed(*messages: str) -> bool:
    moment = datetime(2026, 10, 14, tzinfo=UTC)
    last = len(messages) - 1
    parsed = tuple(
        parse_message(Message("assistant" if (last - i) % 2 == 0 else "user", text), i, _BLINDS)
        for i, text in enumerate(messages)
    )
    return bool(find_term_claims(ReplyContext(_BLINDS, moment, moment.date(), parsed)))


@pytest.mark.parametrize(
    "dialogue",
    [
        ("беру 3 рулонные, установка бесплатная?", "Да, поставим бесплатно."),
        ("установка?", "При покупке трёх штор установка бесплатно, если выезд в будни."),
        ("крепёж входит?", "Да, крепёж и цепочка входят, короб отдельно."),
        ("қорап кіре ме", "Кірмейді, қорап бөлек 6 500 ₸."),
        ("снимете старые? у нас на 90 000", "Снимем, за это денег не берём."),
        ("одна штора", "18 000 ₸. Бесплатно ставим только тем, кто берёт три."),
        ("is fitting free for one?", "Free fitting is only for three blinds, one is 5,000 ₸."),
    ],
    ids=lambda d: str(d[-1]),
)
def test_what_the_offer_gives_passes(dialogue: tuple[str, ...]) -> None:
    assert not claimed(*dialogue)


@pytest.mark.parametrize(
    "dialogue",
    [
        ("беру 2 рулонные, установка бесплатная?", "Да, обе поставим бесплатно."),
        ("3 рулонные, установка в субботу, бесплатно?", "Да, установка в субботу бесплатно."),
        ("короб входит?", "Да, входит."),
        ("қорап кіре ме", "Иә, кіреді."),
        ("қорап кіре ме", "Иә"),
        ("рулонная штора одна", "18 000 ₸, короб в подарок."),
    ],
    ids=lambda d: str(d[-1]),
)
def test_what_its_conditions_rule_out_is_found(dialogue: tuple[str, ...]) -> None:
    assert claimed(*dialogue)
