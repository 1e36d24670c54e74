"""What a change of the book touches in texts: what breaks, from which day, what only rests on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from botops.claims.check import MAX_CHARACTERS
from botops.claims.impact import BookChange
from botops.domain.messages import Message
from botops.pricebook import Offer, OfferKind, Policies, Price, PriceBook, Product, Window

ON = date(2026, 7, 1)


def price(amount: int, per: str = "once", **more: object) -> Price:
    return Price(Decimal(amount), "KZT", per=per, **more)  # type: ignore[arg-type]


OLD = PriceBook(
    "KZT",
    (
        Product("kiln", "Печь для обжига", ("печь", "печи", "пеш"), (price(400000), price(9000, "day"))),
        Product("clay", "Глина белая", ("глина", "глину", "саз"), (price(1500, "kg"),)),
        Product("glaze", "Глазурь", ("глазурь",), (price(2800),)),
    ),
    (
        Offer("war", OfferKind.WARRANTY, Decimal(12), applies_to=("kiln",)),
        Offer("ten", OfferKind.PERCENT, Decimal(10), applies_to=("clay",), window=Window(None, date(2026, 8, 31))),
    ),
    Policies(vat_included=True, vat_percent=Decimal(16), text=("Предоплата 50 % при заказе печи.",)),
)  # fmt: skip


def product(sku: str, *prices: Price) -> Product:
    return replace(OLD.product(sku), prices=prices)


def changed(*products: Product, **more: object) -> BookChange:
    by_sku = {p.sku: p for p in products}
    return BookChange(OLD, replace(OLD, products=tuple(by_sku.get(p.sku, p) for p in OLD.products), **more), ON)


def touched(change: BookChange, *texts: str, **more: object):
    roles = ("user", "assistant")
    messages = [Message(roles[(i + len(texts)) % 2], text) for i, text in enumerate(texts)]
    found = change.touched(messages, **more)
    for t in found:
        assert texts[t.index][t.start : t.end] == t.quote
    return found


def test_a_dearer_price_breaks_what_quotes_it():
    change = changed(product("clay", price(1700, "kg")))
    (one,) = touched(change, "Глина — 1 500 ₸ за кг, глазурь — 2 800 ₸.")
    assert (one.quote, one.day, one.breaks, one.sku) == ("1 500 ₸", ON, True, "clay")
    assert "1\u00a0700\u00a0₸" in one.explanations["ru"]
    (total,) = touched(change, "Сколько 10 кг глины?", "10 кг глины — 15 000 ₸.")
    assert (total.index, total.quote) == (1, "15 000 ₸")
    assert touched(change, "Печь стоит 400 000 ₸.") == ()
    assert change.days == (ON,)
    assert change.skus == {"clay"}


def test_a_price_that_ends_breaks_from_the_day_after():
    change = changed(
        product("clay", price(1500, "kg", window=Window(None, date(2026, 7, 31))),
                price(1700, "kg", window=Window(date(2026, 8, 1), None))),
    )  # fmt: skip
    (one,) = touched(change, "Глина — 1 500 ₸ за кг.")
    assert (one.day, one.breaks) == (date(2026, 8, 1), True)
    assert change.days == (ON, date(2026, 8, 1))
    at = datetime(2026, 7, 15, tzinfo=UTC)
    (resting,) = touched(change, "Глина — 1 500 ₸ за кг.", at=at)
    assert (resting.breaks, resting.day) == (False, at.date())


def test_what_stays_right_but_rests_on_a_change_is_told_apart():
    change = changed(
        offers=(OLD.offers[0], replace(OLD.offers[1], window=Window(None, date(2026, 9, 30)))),
    )
    (one,) = touched(change, "На глину скидка 10 %, на печь гарантия 12 месяцев.")
    assert (one.quote, one.breaks) == ("10 %", False)
    assert one.explanations["ru"].startswith("~ ")
    assert "31.08.2026" in one.explanations["en"]
    assert "30.09.2026" in one.explanations["kk"]
    assert touched(change, "На печь гарантия 12 месяцев.") == ()


def test_a_dropped_offer_and_a_changed_policy_break():
    change = changed(offers=(replace(OLD.offers[0], value=Decimal(6)),))
    found = touched(change, "На глину скидка 10 %, на печь гарантия 12 месяцев.")
    assert [(t.quote, t.breaks) for t in found] == [("скидка 10 %", True), ("12 месяцев", True)]
    change = changed(
        policies=Policies(vat_included=True, vat_percent=Decimal(12), text=("Предоплата 30 % при заказе печи.",))
    )
    assert [t.quote for t in touched(change, "Предоплата 50 %.")] == ["50 %"]
    assert [(t.quote, t.breaks) for t in touched(change, "НДС 16 %.")] == [("16 %", True)]
    worded = changed(policies=replace(OLD.policies, text=("При заказе печи предоплата 50 %.",)))
    (one,) = touched(worded, "Предоплата 50 %.")
    assert (one.breaks, one.explanations["ru"]) == (False, "- Предоплата 50 % при заказе печи.")


def test_another_price_of_the_same_product_touches_nothing():
    change = changed(product("kiln", price(400000), price(9900, "day")))
    assert touched(change, "Печь стоит 400 000 ₸.") == ()
    assert [t.breaks for t in touched(change, "Аренда печи — 9 000 ₸ в сутки.")] == [True]


def test_a_moved_beginning_touches_what_rests_on_the_price():
    change = changed(product("clay", price(1500, "kg", window=Window(date(2026, 1, 1), None))))
    assert [(t.quote, t.breaks) for t in touched(change, "Глина — 1 500 ₸ за кг.")] == [("1 500 ₸", False)]


def test_what_was_wrong_before_is_not_the_change():
    change = changed(product("clay", price(1700, "kg")))
    assert touched(change, "Глина — 1 400 ₸ за кг.") == ()


def test_products_that_go_are_found_by_name():
    change = BookChange(OLD, replace(OLD, products=OLD.products[:2]), ON)
    (gone,) = change.gone("Есть и глазурь, и глина.")
    assert (gone.quote, gone.sku, gone.breaks) == ("глазурь", "glaze", True)
    assert gone.explanations["en"] == "The new price book has no Глазурь."
    assert change.named("Глазурь и глина") == ("glaze",)
    assert list(changed(product("clay", price(1, "kg"))).gone("Глазурь")) == []
    renamed = Product("glaze2", "Глазурь", (), (price(3000),))
    assert list(BookChange(OLD, replace(OLD, products=(*OLD.products[:2], renamed)), ON).gone("глазурь")) == []


def test_the_same_books_touch_nothing():
    change = BookChange(OLD, OLD, ON)
    assert change.report.empty
    assert touched(change, "Глина — 1 500 ₸ за кг.") == ()
    assert change.named("глина") == ()


def test_a_message_too_large_ends_the_reading():
    change = changed(product("clay", price(1700, "kg")))
    found = change.touched(
        [Message("assistant", "Глина — 1 500 ₸ за кг."), Message("user", "х" * (MAX_CHARACTERS + 1)),
         Message("assistant", "Глина — 1 500 ₸ за кг.")]
    )  # fmt: skip
    assert [t.index for t in found] == [0]


@pytest.mark.parametrize("amount", [500, 5000])
def test_part_of_another_number_is_not_the_amount(amount):
    """A price of 500 does not stand in 1 500, nor 5 000 in 15 000."""
    old = replace(OLD, products=(product("clay", price(1500, "kg"), price(amount, "hour")), *OLD.products[1:]))
    new = replace(old, products=(product("clay", price(1500, "kg"), price(amount + 1, "hour")), *OLD.products[1:]))
    change = BookChange(old, new, ON)
    assert change.touched([Message("assistant", "Глина — 1 500 ₸ за кг.")]) == ()
    talk = [Message("user", "Сколько 10 кг глины?"), Message("assistant", "10 кг глины — 15 000 ₸.")]
    assert change.touched(talk) == ()
