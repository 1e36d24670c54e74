"""A book renewed from a day on: what was is ended and not forgotten, what is not listed stays or ends, floors hold."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from botops.pricebook import (
    Offer,
    OfferKind,
    Price,
    PriceBook,
    Product,
    Window,
    diff,
    dump,
    load_bytes,
    renewed,
    told_changes,
)

DAY = date(2026, 12, 1)
EVE = date(2026, 11, 30)


def price(amount, per="month", begin=None, end=None, **more):
    return Price(Decimal(amount), "KZT", per, window=Window(begin, end), **more)


def product(sku, *prices):
    return Product(sku, sku.title(), (f"{sku} plan",), prices)


OLD = PriceBook(
    "KZT",
    (
        product("shop", price(13900), price(139000, "year")),
        product("cafe", price(16900, end=date(2026, 12, 31)), price(18900, begin=date(2027, 1, 1))),
        product("go", price(114900, "unit", floor=Decimal(94000))),
    ),
    (Offer("o", OfferKind.PERCENT, Decimal(5)),),
    version="2026-11",
)


def listed(*products):
    return PriceBook("KZT", products)


def told(renewal, sku):
    found = renewal.book.product(sku)
    return [(int(p.amount), p.per, p.window.valid_from, p.window.valid_to) for p in found.prices]


def test_a_changed_price_ends_the_day_before_and_what_is_not_listed_stays():
    found = renewed(OLD, listed(product("shop", price(14900))), DAY)
    assert told(found, "shop") == [
        (13900, "month", None, EVE), (139000, "year", None, None), (14900, "month", DAY, None),
    ]  # fmt: skip
    assert told(found, "cafe") == [(16900, "month", None, date(2026, 12, 31)), (18900, "month", date(2027, 1, 1), None)]
    assert [p.sku for p in found.stayed] == ["cafe", "go"]
    assert [(p.sku, one.per) for p, one in found.beside] == [("shop", "year")]
    assert (found.ended, found.book.offers, found.book.version) == (1, OLD.offers, "")


def test_what_is_not_listed_may_end():
    found = renewed(OLD, listed(product("shop", price(14900))), DAY, absent="end")
    assert told(found, "shop")[1] == (139000, "year", None, EVE)
    assert told(found, "cafe") == [(16900, "month", None, EVE)]
    assert (found.stayed, found.beside, found.ended) == ((), (), 5)


def test_a_repeated_price_goes_on_and_a_coming_one_gives_way():
    found = renewed(OLD, listed(product("shop", price(13900)), product("cafe", price(16900))), DAY)
    assert told(found, "shop")[0] == (13900, "month", None, None)
    assert told(found, "cafe") == [(16900, "month", None, None)]
    assert diff(OLD, renewed(OLD, listed(product("shop", price(13900))), DAY).book).empty


def test_the_lists_own_dates_count_when_they_are_later():
    march = date(2027, 3, 1)
    found = renewed(
        OLD, listed(product("go", price(99000, "unit", begin=march)), product("new", price(5, end=EVE))), DAY
    )
    assert told(found, "go") == [(114900, "unit", None, date(2027, 2, 28)), (99000, "unit", march, None)]
    assert found.book.product("new") is None


def test_floors_are_those_of_the_price_before():
    found = renewed(OLD, listed(product("go", price(119900, "unit"))), DAY)
    assert (found.book.product("go").prices[-1].floor, found.floors) == (Decimal(94000), 1)
    low = renewed(OLD, listed(product("go", price(90000, "unit"))), DAY)
    assert (low.book.product("go").prices[-1].floor, [p.sku for p in low.floors_lost]) == (None, ["go"])
    own = renewed(OLD, listed(product("go", price(119900, "unit", floor=Decimal(1)))), DAY)
    assert (own.book.product("go").prices[-1].floor, own.floors) == (Decimal(1), 0)


@pytest.mark.parametrize("absent", ["keep", "end"])
@pytest.mark.parametrize("day", [date(2026, 1, 1), EVE, DAY, date(2026, 12, 31), date(2027, 1, 1), date(2030, 1, 1)])
def test_no_two_prices_hold_at_once_whatever_the_day(day, absent):
    new = listed(product("shop", price(1), price(2, "year")), product("cafe", price(3)), product("x", price(4)))
    book = renewed(OLD, new, day, absent=absent).book
    again = load_bytes(dump(book).encode(), "new.yaml")  # refuses prices that hold on the same days
    assert again.product("cafe").prices_on(day)[0].amount == 3
    assert again.product("x").prices_on(day)[0].amount == 4


def test_of_the_same_list_nothing_is_new():
    assert diff(OLD, renewed(OLD, replace(OLD, offers=()), date(2027, 1, 1)).book).lines() == []


def test_what_clients_are_told_otherwise_and_from_when():
    new = renewed(OLD, listed(product("shop", price(14900)), product("x", price(4))), DAY).book
    told_otherwise = [
        (day, c.sku, c.before and int(c.before.amount), c.after and int(c.after.amount))
        for day, c in told_changes(OLD, new, date(2026, 11, 22))
    ]
    assert told_otherwise == [(DAY, "shop", 13900, 14900), (DAY, "x", None, 4)]
    gone = replace(OLD, products=OLD.products[1:])
    assert [(day, c.sku, c.after) for day, c in told_changes(OLD, gone, DAY)] == [(DAY, "shop", None)] * 2
    assert told_changes(OLD, OLD, DAY) == ()
