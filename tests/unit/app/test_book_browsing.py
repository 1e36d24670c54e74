"""Looking into a price book: by words, day, region, segment and floor; what follows; offers now and later."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from botops.app.pricebooks.browsing import offers_on, price_rows, regions, segments
from botops.pricebook import load

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def book():
    return load(Path(__file__).parents[3] / "pricebook" / "demo.yaml")


def told(rows):
    return [(row.product.sku, row.price and int(row.price.amount)) for row in rows]


def test_words_are_looked_for_in_names_and_variants(book):
    assert told(price_rows(book, DAY, words="128 гб")) == [("t1", 219000)]
    assert told(price_rows(book, DAY, words="SHOP plan")) == [("shop", 13900), ("shop", 139000)]
    assert price_rows(book, DAY, words="самолёт") == ()
    assert len(price_rows(book, DAY)) > 40


def test_a_day_says_what_holds_and_what_follows(book):
    (cafe, _year) = price_rows(book, DAY, words="cafe")
    assert (int(cafe.price.amount), int(cafe.following.amount)) == (16900, 18900)
    later = price_rows(book, date(2027, 1, 1), words="cafe")
    assert [(int(row.price.amount), row.following) for row in later] == [(18900, None), (189000, None)]


def test_a_product_without_a_price_on_a_day_is_shown_all_the_same(book):
    (product,) = (p for p in book.products if p.sku == "cafe")
    coming = replace(product, prices=tuple(p for p in product.prices if p.window.valid_from is not None))
    (row,) = price_rows(replace(book, products=(coming,)), DAY)
    assert (row.price, int(row.following.amount)) == (None, 18900)
    assert price_rows(replace(book, products=(coming,)), DAY, region="Алматы") == ()


def test_regions_segments_and_floors(book):
    assert regions(book) == ("Алматы", "Астана", "Шымкент")
    assert segments(book) == ("franchise",)
    assert told(price_rows(book, DAY, words="выезд", region="Шымкент")) == [("engineer", 12000)]
    assert all(row.price.floor for row in price_rows(book, DAY, floors=True))
    assert {row.product.sku for row in price_rows(book, DAY, floors=True)} == {"chain", "t1", "duo", "go"}


def test_offers_of_a_day_and_those_to_come(book):
    now, coming = offers_on(book, DAY)
    assert "promo-kassa15" in {o.id for o in now}
    assert {o.id for o in coming} == {"promo-zhana10"}
    assert [o.id for o in offers_on(book, DAY, "kassa15")[0]] == ["promo-kassa15"]
