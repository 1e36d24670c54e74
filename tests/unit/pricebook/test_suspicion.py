"""What looks like a slip of the hand in a new price book, and what does not."""

from datetime import date

import pytest

from botops.config.settings import SuspiciousChange
from botops.pricebook import load_bytes, suspicions

TODAY = date(2026, 11, 20)


def book(text):
    return load_bytes(text.encode(), "book.yaml")


def listed(amounts, currency="KZT", **more):
    rows = [f"  - {{sku: p{n}, name: Товар {n}, prices: [{{amount: {a}, per: month}}]}}" for n, a in enumerate(amounts)]
    return book("\n".join([f"currency: {currency}", "products:", *rows]))


OLD = listed([1000] * 20)


def rules(new, old=OLD, **limits):
    return [s.rule for s in suspicions(old, new, TODAY, SuspiciousChange(**limits))]


@pytest.mark.parametrize(
    ("new", "found"),
    [
        (listed([1050] + [1000] * 19), []),
        (listed([1050] * 6 + [1000] * 14), []),
        (listed([1050] * 7 + [1000] * 13), ["changed"]),
        (listed([10_000] + [1000] * 19), ["moved"]),
        (listed([100] + [1000] * 19), ["moved"]),
        (listed([0] + [1000] * 19), ["moved"]),
        (listed([3000] + [1000] * 19), []),
        (listed([10_000] * 20), ["changed", "moved"]),
        (listed([1000] * 16), []),
        (listed([1000] * 15), ["gone"]),
        (listed([2] * 20, "USD"), ["changed", "currency"]),
    ],
)
def test_what_looks_like_a_slip(new, found):
    assert rules(new) == found


def test_the_limits_are_the_companys_own():
    assert rules(listed([1050] * 7 + [1000] * 13), changed_share=0.5) == []
    assert rules(listed([1500] + [1000] * 19), factor=1.4) == ["moved"]
    assert rules(listed([1000] * 15), gone_share=0.3) == []


def dated(second):
    return book(
        "products:\n  - sku: a\n    name: А\n    prices:\n"
        "      - {amount: 1000, valid_to: '2026-12-31'}\n"
        f"      - {{amount: {second}, valid_from: '2027-01-01'}}\n"
    )


def test_a_price_that_begins_later_is_compared_with_what_would_hold_then():
    old = book("products:\n  - {sku: a, name: А, prices: [{amount: 1000}]}")
    assert rules(dated(1100), old, changed_share=1) == []
    assert rules(dated(11_000), old, changed_share=1) == ["moved"]


def with_past(amount):
    return book(
        "products:\n  - sku: a\n    name: А\n    prices:\n"
        f"      - {{amount: {amount}, valid_to: '2025-12-31'}}\n"
        "      - {amount: 1000, valid_from: '2026-01-01'}\n"
    )


def test_what_only_the_past_was_sold_at_does_not_count():
    assert rules(with_past(5000), with_past(50)) == []


def test_the_first_examples_are_named():
    (changed, moved) = suspicions(OLD, listed([10_000] * 20), TODAY, SuspiciousChange())
    assert (moved.count, moved.of, len(moved.examples)) == (20, 20, 5)
    assert moved.examples[0].replace("\u00a0", " ") == "Товар 0: 1 000 ₸ → 10 000 ₸"
    assert changed.message == "20 of 20 prices are others or gone"
