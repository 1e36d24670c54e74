"""What changed between books and days; books written out read back the same."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botops.pricebook import (
    Offer,
    OfferKind,
    Policies,
    Price,
    PriceBook,
    Product,
    Rate,
    Window,
    changes_since,
    diff,
    dump,
    load,
)


def price(value, **details):
    return Price(Decimal(value), details.pop("currency", "KZT"), details.pop("per", "month"), **details)


def book(*products, **details):
    return PriceBook("KZT", products, **details)


def product(*prices, sku="a", name="Касса"):
    return Product(sku, name, prices=prices)


def test_equal_books_have_no_changes():
    one = book(product(price(5)), offers=(Offer("o", OfferKind.PERCENT, Decimal(5)),))
    report = diff(one, replace(one, source="elsewhere", version="2"))
    assert report.empty
    assert report.lines() == []


def test_products_come_go_and_are_renamed():
    old = book(product(price(5)), product(sku="b", name="Лента"))
    new = book(replace(product(price(5)), aliases=("касса",)), product(price(7), sku="c", name="Сканер"))
    report = diff(old, new)
    assert [p.sku for p in report.added] == ["c"]
    assert [p.sku for p in report.removed] == ["b"]
    assert report.lines() == ["- Лента [b]", "+ Сканер [c]", "+ Сканер: 7 ₸ в месяц", "~ Касса → Касса, касса [a]"]


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ([price(5)], [price(6)], ["~ Касса: 5 ₸ → 6 ₸ в месяц"]),
        ([price(5)], [price(5), price(50, per="year")], ["+ Касса: 50 ₸ в год"]),
        ([price(5, attributes={"size": "L"})], [], ["- Касса (L): 5 ₸ в месяц"]),
        ([price(5)], [price(5, from_price=True)], ["~ Касса: 5 ₸ → от 5 ₸ в месяц"]),
        (
            [price(5)],
            [price(5, window=Window(None, date(2026, 5, 31))), price(6, window=Window(date(2026, 6, 1)))],
            ["~ Касса: 5 ₸ в месяц, … → по 31.05.2026", "+ Касса: 6 ₸ в месяц, с 01.06.2026"],
        ),
        (
            [price(5, window=Window(date(2026, 1, 1)))],
            [price(6, window=Window(date(2026, 2, 1)))],
            ["~ Касса: 5 ₸ → 6 ₸ в месяц, с 01.01.2026 → с 01.02.2026"],
        ),
        (
            [price(5, window=Window(date(2026, 1, 1), date(2026, 1, 9))), price(6, window=Window(date(2026, 2, 1)))],
            [price(7, window=Window(date(2026, 3, 1)))],
            ["~ Касса: 5 ₸ → 7 ₸ в месяц, с 01.01.2026 по 09.01.2026 → с 01.03.2026",
             "- Касса: 6 ₸ в месяц, с 01.02.2026"],
        ),
    ],
)  # fmt: skip
def test_prices_are_paired_by_variant_and_dates(before, after, lines):
    report = diff(book(product(*before)), book(product(*after)))
    assert report.lines() == lines
    assert not report.empty


def test_the_order_of_prices_is_no_change():
    one, other = price(5), price(50, per="year")
    assert diff(book(product(one, other)), book(product(other, one))).empty


def test_offers_and_policies():
    old = book(offers=(Offer("o", OfferKind.PERCENT, Decimal(5)), Offer("p", OfferKind.TRIAL, Decimal(7))),
               policies=Policies(True, Decimal(12), ("Возврат 7 дней.", "По будням.")))  # fmt: skip
    new = book(offers=(Offer("o", OfferKind.PERCENT, Decimal(9)), Offer("q", OfferKind.CASHBACK, Decimal(1))),
               policies=Policies(True, Decimal(16), ("По будням.",)))  # fmt: skip
    report = diff(old, new)
    assert [(c.id, c.before is None, c.after is None) for c in report.offers] == [
        ("o", False, False), ("p", False, True), ("q", True, False),
    ]  # fmt: skip
    assert report.lines() == [
        "- Скидка 5 % на весь заказ [o]",
        "+ Скидка 9 % на весь заказ [o]",
        "- Пробный период: 7 дней [p]",
        "+ Кешбэк 1 % на весь заказ [q]",
        "- Цены указаны с НДС 12 %.",
        "- Возврат 7 дней.",
        "+ Цены указаны с НДС 16 %.",
    ]


def test_changes_of_one_book_between_two_days():
    dated = book(
        product(
            price(5, window=Window(None, date(2026, 5, 31))),
            price(6, window=Window(date(2026, 6, 1))),
            price(50, per="year"),
            price(9, unit="касса", window=Window(None, date(2026, 5, 10))),
        )
    )
    changes = changes_since(dated, date(2026, 5, 1), date(2026, 6, 2))
    assert [(c.before and int(c.before.amount), c.after and int(c.after.amount)) for c in changes] == [
        (5, 6),
        (9, None),
    ]
    assert [c.effective for c in changes] == [date(2026, 6, 1), date(2026, 5, 10)]
    assert changes_since(dated, date(2026, 6, 2), date(2026, 7, 1)) == ()


def reread(written, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "b.yaml"
    path.write_text(dump(written), encoding="utf-8")
    return replace(load(path), source="", version=written.version)


def test_a_full_book_reads_back_the_same(tmp_path_factory):
    window = Window(date(2026, 1, 1), date(2026, 2, 1))
    full = PriceBook(
        "USD",
        (
            Product("007", "no", ("12:30", "1e5", "0o7", "<<", "- x", "a: b", "# c", "ә\nы", "true", "9" * 60), (
                Price(Decimal("50.880"), "USD"),
                Price(Decimal(7), "KZT", "month", "шт", window, 3, True, {"size": "1.10", "n": 2, "on": True, "x": None,
                      "w": Decimal("1.5"), "deep": {"k": ["v"]}}, Decimal(5), "Алматы", "опт"),
            )),
        ),
        (Offer("o", OfferKind.PROMO_CODE, Decimal("7.5"), "LETO", ("007",), "при оплате: за год", window),
         Offer("g", OfferKind.GIFT, "5")),
        Policies(False, Decimal(12), ("Одно.", "Два."), {"note": None, "list": [1, "2"]}),
        "Asia/Aqtobe", "2026-04", (Rate("KZT", Decimal("0.002"), window),),
    )  # fmt: skip
    assert reread(full, tmp_path_factory) == full
    assert "version: 2026-04" in dump(full)


def test_a_derived_version_is_not_pinned(tmp_path):
    path = tmp_path / "b.yaml"
    path.write_text("products: []")
    assert "version" not in dump(load(path))


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=8)
AMOUNTS = st.decimals(0, 10**9, places=2, allow_nan=False, allow_infinity=False)
DAYS = st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1))
PRICES = st.builds(
    price,
    AMOUNTS,
    per=st.sampled_from(["once", "month", "hour"]),
    unit=st.none() | NAMES,
    min_qty=st.integers(1, 99),
    from_price=st.booleans(),
    region=st.none() | NAMES,
    attributes=st.dictionaries(
        st.sampled_from(["size", "no", "1"]), NAMES | st.integers(-(10**9), 10**9) | st.booleans() | AMOUNTS, max_size=2
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(NAMES, st.lists(NAMES, max_size=2), PRICES), max_size=3, unique_by=lambda t: t[0]))
def test_any_book_reads_back_the_same(tmp_path_factory, rows):
    written = book(*(Product(f"s-{sku}", sku, tuple(aliases), (one,)) for sku, aliases, one in rows), version="v")
    assert reread(written, tmp_path_factory) == written


def test_json_and_its_yaml_are_the_same_book(tmp_path):
    prices = [{"amount": 9.90, "attributes": {"date": "2026-01-01"}}]
    data = {"currency": "KZT", "products": [{"sku": "a", "name": "a", "prices": prices}]}
    one, other = tmp_path / "a.json", tmp_path / "a.yaml"
    one.write_text(json.dumps(data))
    other.write_text(dump(load(one)))
    assert diff(load(one), load(other)).empty
