from datetime import date, timedelta
from decimal import Decimal

import pytest

from botops.pricebook.ending import first_end, last_day
from botops.pricebook.model import Price, PriceBook, Product, Window

TODAY = date(2026, 11, 22)


def day(n):
    return TODAY + timedelta(days=n)


def product(*windows, sku="pen"):
    return Product(sku, sku, (), tuple(Price(Decimal(450), "KZT", window=Window(begin, end)) for begin, end in windows))


@pytest.mark.parametrize(
    ("windows", "last"),
    [
        ([(None, None)], None),
        ([(None, day(9))], day(9)),
        ([(None, TODAY)], TODAY),
        ([(None, day(9)), (day(10), day(20))], day(20)),
        ([(None, day(9)), (day(10), None)], None),
        ([(None, day(9)), (day(11), None)], day(9)),
        ([(None, day(9)), (None, day(30))], day(30)),
        ([(None, day(9)), (day(5), day(12))], day(12)),
        ([(None, day(-1))], None),
        ([(day(1), day(5))], None),
        ([], None),
    ],
)
def test_the_last_day_with_a_price(windows, last):
    assert last_day(product(*windows), TODAY) == last


def test_the_product_that_runs_out_first_is_named():
    book = PriceBook(
        "KZT",
        (product((None, day(30)), sku="pen"), product((None, day(3)), sku="ink"), product((None, None), sku="cap")),
    )
    assert first_end(book, TODAY) == (day(3), "ink")
    assert first_end(PriceBook("KZT", (product((None, None)),)), TODAY) is None
