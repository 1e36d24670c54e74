"""Which price holds: on a day, for a quantity, a region, a segment, a variant."""

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
    current_and_coming,
    floor_of,
    from_price,
    is_percent,
    load,
    price_of,
    prices_of,
)
from botops.pricebook.terms import offer_line

DAY = date(2026, 4, 21)


def price(amount, **details):
    return Price(Decimal(amount), details.pop("currency", "KZT"), **details)


def book(*prices):
    return PriceBook("KZT", (Product("a", "Лента", prices=prices),))


def amount(found):
    return None if found is None else int(found.amount)


@pytest.mark.parametrize(
    ("day", "expected"), [("2026-05-31", 10), ("2026-06-01", 12), ("2026-12-31", 12), ("2027-01-01", None)]
)
def test_both_ends_of_a_window_are_included(day, expected):
    prices = book(
        price(10, window=Window(None, date(2026, 5, 31))),
        price(12, window=Window(date(2026, 6, 1), date(2026, 12, 31))),
    )
    assert amount(price_of(prices, "a", date.fromisoformat(day))) == expected


@pytest.mark.parametrize(("quantity", "expected"), [(1, 400), (9, 400), (10, 350), (99, 350), (100, 300)])
def test_the_highest_tier_reached_holds(quantity, expected):
    prices = book(price(400), price(300, min_qty=100), price(350, min_qty=10))
    assert amount(price_of(prices, "a", DAY, quantity=quantity)) == expected


def test_below_the_first_tier_there_is_no_price():
    assert price_of(book(price(5, min_qty=10)), "a", DAY, quantity=9) is None


@pytest.mark.parametrize(("region", "expected"), [("Алматы", 1), ("Астана", 2), ("Шымкент", 3), (None, 3)])
def test_a_price_of_the_region_comes_before_the_general_one(region, expected):
    prices = book(price(3), price(1, region="Алматы"), price(2, region="Астана"))
    assert amount(price_of(prices, "a", DAY, region=region)) == expected


def test_regions_alone_are_different_answers():
    prices = book(price(1, region="Алматы"), price(2, region="Астана"))
    assert price_of(prices, "a", DAY) is None
    assert [amount(p) for p in prices_of(prices, "a", DAY)] == [1, 2]


def test_segments():
    prices = book(price(3), price(2, segment="опт"), price(1, segment="опт", region="Алматы"))
    assert amount(price_of(prices, "a", DAY, segment="опт")) == 2
    assert amount(price_of(prices, "a", DAY, segment="опт", region="Алматы")) == 1
    assert amount(price_of(prices, "a", DAY, segment="розница", region="Алматы")) == 3


def test_variants_are_told_apart_by_attributes():
    prices = book(price(1, attributes={"size": "S", "class": 1}), price(2, attributes={"size": "L", "class": 1}))
    assert price_of(prices, "a", DAY) is None
    assert price_of(prices, "a", DAY, attributes={"class": 1}) is None
    assert amount(price_of(prices, "a", DAY, attributes={"size": "l "})) == 2
    assert price_of(prices, "a", DAY, attributes={"size": "XL"}) is None
    assert amount(price_of(prices, "a", DAY, attributes={"size": "S", "class": "1"})) == 1


def test_period_unit_and_currency():
    prices = book(
        price(1, per="month"), price(10, per="year"), price(2, per="month", unit="касса"), price(3, currency="USD")
    )
    assert amount(price_of(prices, "a", DAY, per="year")) == 10
    assert amount(price_of(prices, "a", DAY, unit="касса")) == 2
    assert amount(price_of(prices, "a", DAY, currency="USD")) == 3
    assert len(prices_of(prices, "a", DAY)) == 4


def test_an_unknown_sku_has_no_price():
    assert prices_of(book(), "zzz", DAY) == ()
    assert current_and_coming(book(), "zzz", DAY) == ((), ())


def test_from_price_is_the_lowest_of_comparable_prices():
    assert amount(from_price([price(7), price(5), price(9)])) == 5
    assert from_price([]) is None
    assert from_price([price(7), price(5, currency="USD")]) is None
    assert from_price([price(7), price(5, per="month")]) is None


def test_floor_is_the_lowest_floor():
    assert floor_of([price(9, floor=Decimal(8)), price(9, floor=Decimal(7)), price(9)]) == 7
    assert floor_of([price(9)]) is None


def test_coming_prices_are_listed_soonest_first():
    later, soon = (price(n, window=Window(date(2026, n, 1))) for n in (9, 6))
    now, coming = current_and_coming(book(price(1, window=Window(None, date(2026, 5, 31))), later, soon), "a", DAY)
    assert [amount(p) for p in now] == [1]
    assert coming == (soon, later)


@pytest.mark.parametrize(
    ("kind", "value", "conditions", "expected"),
    [
        ("percent", 10, "", True),
        ("cashback", 5, "", True),
        ("amount", 10, "", False),
        ("promo_code", 10, "", True),
        ("promo_code", 10, "скидка 10 % на первый заказ", True),
        ("promo_code", 5000, "на первый заказ", False),
        ("promo_code", 50, "скидка 50 тенге", False),
        ("promo_code", 50, "50 % при заказе от 5000 тенге", True),
        ("promo_code", None, "", False),
    ],
)
def test_what_a_promo_code_gives(kind, value, conditions, expected):
    given = None if value is None else Decimal(value)
    assert is_percent(Offer("o", OfferKind(kind), given, "X", (), conditions)) is expected


def test_a_sum_given_as_cashback_is_no_percentage(tmp_path):
    text = "offers: [{id: a, kind: cashback, value: 20000, conditions: 20 000 ₸ бонусами за друга}]"
    path = tmp_path / "book.yaml"
    path.write_text(text, encoding="utf-8")
    book = load(path)
    assert not is_percent(book.offers[0])
    assert offer_line(book.offers[0], book, "ru").startswith("Кешбэк 20 000 ₸")
