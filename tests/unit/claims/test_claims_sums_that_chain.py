"""Sums that go on from earlier ones, percents of the client's own, thresholds passed; an invented sewing workshop."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from botops.claims import check, compile_book
from botops.domain.messages import Message
from botops.pricebook import Offer, OfferKind, Policies, Price, PriceBook, Product

AT = datetime(2026, 4, 14, 12, 0, tzinfo=UTC)


def price(amount: int, per: str = "unit", **more: object) -> Price:
    return Price(Decimal(amount), "KZT", per, **more)  # type: ignore[arg-type]


BOOK = compile_book(
    PriceBook(
        "KZT",
        (
            Product("curtain", "Пошив штор", ("шторы", "перде", "curtains"), (price(8400, "m"),)),
            Product("hem", "Подшив брюк", ("подшив", "hemming"), (price(3200),)),
            Product("zip", "Замена молнии", ("молния", "zipper"), (price(4700),)),
            Product("cover", "Чехол на диван", ("чехол", "қап", "cover"), (price(46000),)),
            Product("patch", "Заплатка", ("заплатка", "жамау", "patch"), (price(1900),)),
        ),
        (
            Offer("cb", OfferKind.CASHBACK, Decimal(4), conditions="4% бонусами от оплаченной суммы"),
            Offer("friend", OfferKind.AMOUNT, Decimal(2500), conditions="2 500 ₸ на счёт за рекомендацию другу"),
        ),
        Policies(
            vat_included=True,
            vat_percent=Decimal(16),
            text=(
                "Срочный пошив за сутки: плюс 50% к цене.",
                "За каждый день просрочки платим пеню 0,5% суммы договора.",
                "Комиссия за закупку ткани 6% от её стоимости, минимум 5 000 ₸.",
                "При заказе от 30 000 ₸ примерка на дому бесплатно.",
            ),
        ),
    )
)  # fmt: skip


def wrong(*texts: str) -> list[str]:
    roles = ["assistant" if back % 2 == 0 else "user" for back in range(len(texts))][::-1]
    talk = [Message(role, text) for role, text in zip(roles, texts, strict=True)]  # type: ignore[arg-type]
    return [f.quote for f in check(talk, BOOK, at=AT)]


@pytest.mark.parametrize(
    "texts",
    [
        ("чехол", "Чехол 46 000 ₸.", "и молнию", "Молния 4 700 ₸, станет 50 700 ₸."),
        ("қап керек", "Қап 46 000 теңге.", "жамау да", "Жамау 1 900 теңге, енді 47 900 теңге болды."),
        ("cover and a zipper", "Cover 46,000 KZT.", "add zipper", "Zipper 4,700, now 50,700 KZT."),
        ("всё сразу", "Шторы 3 × 8 400 = 25 200, подшив 2 × 3 200 = 6 400, молния 4 700. Без скидок 36 300 ₸."),
        ("сколько бонусов с заказа на 52000", "Бонусы 4%: с ваших 52 000 ₸ вернём 2 080 ₸."),
        ("договор на 300 000, опоздали на 6 дней", "Пеня 0,5% за день: за 6 дней 9 000 ₸."),
        ("чехол завтра надо", "Чехол 46 000 ₸, за срочность половина сверху, то есть 69 000 ₸."),
        ("cover and curtains?", "The cover is 46,000 KZT, so you are over 30,000 and the fitting at home is free."),
        ("қап аламын", "Қап 46 000 теңге, 30 000-нан асады, сондықтан үйде примерка тегін."),
        ("приведу друга, что мне", "2 500 ₸ на счёт, когда он сделает заказ."),
        ("ткань на 200 000 купите", "Комиссия 6%, с 200 000 ₸ это 12 000 ₸."),
        ("а на 150000?", "9 000 ₸, комиссия 6%."),
    ],
)
def test_a_sum_that_follows_is_clean(texts: tuple[str, ...]) -> None:
    assert wrong(*texts) == []


@pytest.mark.parametrize(
    ("texts", "quote"),
    [
        (("чехол", "Чехол 46 000 ₸.", "и молнию", "Молния 4 700 ₸, станет 51 700 ₸."), "51 700 ₸"),
        (("қап керек", "Қап 46 000 теңге.", "жамау да", "Жамау 1 900 теңге, енді 48 900 теңге болды."), "48 900 теңге"),
        (
            ("всё сразу", "Шторы 3 × 8 400 = 25 200, подшив 2 × 3 200 = 6 400, молния 4 700. Всего 37 300 ₸."),
            "37 300 ₸",
        ),
        (("сколько бонусов с заказа на 52000", "Бонусы 4%: с ваших 52 000 ₸ вернём 2 600 ₸."), "2 600 ₸"),
        (("чехол завтра надо", "Чехол 46 000 ₸, за срочность половина сверху, то есть 72 000 ₸."), "72 000 ₸"),
    ],
)
def test_a_sum_that_does_not_follow_is_found(texts: tuple[str, ...], quote: str) -> None:
    assert quote in wrong(*texts)
