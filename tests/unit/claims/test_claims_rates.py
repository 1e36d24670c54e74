"""Rates of the policies with their dates, and amounts put on or off for every unit; two invented traders."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from botops.claims import CompiledBook, check, compile_book
from botops.claims.rates import FixedRate, fixed_rates
from botops.domain.messages import Message
from botops.pricebook import Offer, OfferKind, Policies, Price, PriceBook, Product, Window

AT = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


def price(amount: str, per: str = "unit", currency: str = "USD", **more: object) -> Price:
    return Price(Decimal(amount), currency, per, **more)  # type: ignore[arg-type]


GRANITE = PriceBook(
    "USD",
    (
        Product("slab", "Гранитная плита", ("плита", "тақта", "slab"), (
            price("34", "m2", unit="м²"), price("31", "m2", unit="м²", min_qty=50),
        )),
        Product("curb", "Бордюр гранитный", ("бордюр", "curb"), (price("12.5", "unit", unit="м"),)),
        Product("cut", "Распил", ("распил", "кесу", "cutting"), (price("9000", "once", "KZT"),)),
    ),
    (
        Offer("spring", OfferKind.PROMO_CODE, Decimal(2), code="KAMEN", applies_to=("slab",),
              conditions="минус 2 $ за м², от 20 м²"),
    ),
    Policies(
        vat_included=True,
        vat_percent=Decimal(16),
        text=(
            "Платят в тенге по курсу 500 ₸ за 1 $ до 31 мая 2026 года, с 1 июня 2026 года 510 ₸ за 1 $.",
            "Цены в тенге в доллары не переводим.",
            "Полировка кромки плиты: плюс 3,5 $ за м².",
        ),
    ),
)  # fmt: skip
BUREAU = PriceBook(
    "KZT",
    (
        Product("page", "Перевод страницы", ("перевод", "аударма", "translation"), (price("4600", "unit", "KZT"),)),
        Product("seal", "Нотариальное заверение", ("заверение", "notary"), (price("2300", "unit", "KZT"),)),
    ),
    (),
    Policies(text=("Foreign clients are invoiced at 575 KZT per EUR until 30 June 2026.",)),
)  # fmt: skip
STONE, WORDS = compile_book(GRANITE), compile_book(BUREAU)


def wrong(book: CompiledBook, *texts: str) -> list[str]:
    roles = ["assistant" if back % 2 == 0 else "user" for back in range(len(texts))][::-1]
    talk = [Message(role, text) for role, text in zip(roles, texts, strict=True)]  # type: ignore[arg-type]
    return [f.quote for f in check(talk, book, at=AT)]


@pytest.mark.parametrize(
    "texts",
    [
        ("плита 10 квадратов", "Плита 34 $ за м², 10 м² — 340 $, по курсу 500 это 170 000 ₸."),
        ("плита 10 м2", "Плита 10 × 34 = 340 $.", "в тенге", "170 000 ₸."),
        ("а в июне, 10 м2 плиты?", "В июне курс 510: 340 $, то есть 173 400 ₸."),
        ("тақта 10 м2", "Тақта 34 $, 10 м2 — 340 $, 500 бағамымен 170 000 теңге."),
        ("slab, 10 m2, in tenge", "10 m2 of slab is $340, at our 500 rate 170,000 KZT."),
        ("бордюр 8 м и распил в тенге", "Бордюр 8 × 12,5 = 100 $, это 50 000 ₸, с распилом 9 000 ₸ — 59 000 ₸."),
        ("плита 10 м2 с полировкой", "С полировкой плюс 3,5 $: 10 × 37,5 = 375 $."),
        ("тақта 10 м2, жиегін жылтырату керек", "Жылтырату 3,5 $ қосылады: 10 × 37,5 = 375 $."),
        ("есть код KAMEN, 20 м2 плиты", "Код принимаем.", "и сколько", "20 × 32 = 640 $."),
    ],
)  # fmt: skip
def test_a_sum_at_the_rate_of_the_day_or_with_an_amount_for_every_unit_is_right(texts: tuple[str, ...]) -> None:
    assert wrong(STONE, *texts) == []


@pytest.mark.parametrize(
    ("texts", "quote"),
    [
        (("плита 10 квадратов", "Плита 34 $ за м², 10 м² — 340 $, по курсу 510 это 173 400 ₸."), "173 400 ₸"),
        (("плита 10 м2", "Плита 10 × 34 = 340 $.", "в тенге", "180 000 ₸."), "180 000 ₸"),
        (("распил в долларах", "Распил 9 000 ₸, это 18 $."), "18 $"),
        (("тақта 10 м2", "Тақта 34 $, 10 м2 — 340 $, 500 бағамымен 175 000 теңге."), "175 000 теңге"),
        (("плита 10 м2 с полировкой", "С полировкой плюс 3,5 $: 10 × 38,5 = 385 $."), "385 $"),
    ],
)
def test_another_rate_or_another_amount_is_found(texts: tuple[str, ...], quote: str) -> None:
    assert quote in wrong(STONE, *texts)


def test_a_rate_is_read_without_the_word() -> None:
    assert wrong(WORDS, "3 pages, in euro", "Translation is 3 × 4,600 = 13,800 KZT, that is €24.") == []
    assert wrong(WORDS, "3 pages, in euro", "Translation is 3 × 4,600 = 13,800 KZT, that is €26.") == ["€26"]


def test_rates_have_the_windows_of_their_clauses() -> None:
    until, since = Window(None, date(2026, 5, 31)), Window(date(2026, 6, 1), None)
    assert STONE.rates == (
        FixedRate("USD", Decimal(500), until, "KZT", one_way=True),
        FixedRate("USD", Decimal(510), since, "KZT", one_way=True),
    )


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("1 € = 560 ₸, 1 $ = 515 ₸.", [("EUR", 560), ("USD", 515)]),
        ("Бағам: 1 доллар 505 теңге, 2026 жылғы 30 қыркүйекке дейін.", [("USD", 505)]),
        ("Доставка 500 ₸ за 1 км, иностранцам 10 $.", []),
    ],
)
def test_each_sum_is_for_the_unit_beside_it(text: str, rates: list[tuple[str, int]]) -> None:
    book = compile_book(
        PriceBook("KZT", (Product("x", "Товар", (), (price("900", "once", "KZT"),)),), (), Policies(text=(text,)))
    )
    assert [(r.currency, r.value) for r in book.rates] == rates
    assert fixed_rates(GRANITE, book.terms, book.names)[-len(rates) or None :] == book.rates
