"""Exceptions are known again by wording, product and kind: words loosely, amounts exactly."""

from datetime import date

import pytest

from botops.claims.exceptions import (
    NO_EXCEPTIONS,
    Exceptions,
    same_wording,
    says_nothing,
    suggested_wording,
    wording_of,
)
from botops.domain.findings import Finding, FindingKind, Severity
from botops.domain.reviews import ClaimException

DAY = date(2026, 11, 20)


def exception(wording, kind=FindingKind.TERMS, sku=None, **changes):
    days = {"since": date(2026, 11, 1), "until": date(2026, 11, 30)} | changes
    return ClaimException("ex-1", wording, kind, "sales", "так договорились", sku=sku, **days)


def finding(text, quote, kind=FindingKind.TERMS, sku=None, stated=None):
    start = text.index(quote)
    return Finding(1, kind, quote, start, start + len(quote), Severity.HIGH, stated or quote, None, {}, sku)


def passes(wording, text, quote, **changes):
    found = finding(text, quote, **changes)
    kept, excepted = Exceptions([exception(wording, found.kind, found.sku)]).sort([found], text, DAY)
    assert len(kept) + len(excepted) == 1
    assert all(e.exception == "ex-1" for e in excepted)
    return bool(excepted)


@pytest.mark.parametrize(("one", "other"), [
    ("Бесплатная доставка", "бесплатную  ДОСТАВКУ"),
    ("15 000 ₸", "15к тенге"),
    ("скидка 20 %", "скидку двадцать процентов"),
    ("за 15\u202f000 ₸", "за 15000 ₸"),
    ("free delivery!", "Free delivery"),
    ("жеңілдік 10%", "Жеңілдіктің 10 %"),
])  # fmt: skip
def test_wordings_that_are_the_same(one, other):
    assert same_wording(one, other)


@pytest.mark.parametrize(("one", "other"), [
    ("15 000 ₸", "15 001 ₸"),
    ("15 000 ₸", "15 000 ₽"),
    ("скидка 20 %", "скидка 20 ₸"),
    ("от 15 000 ₸", "15 000 ₸"),
    ("доставка бесплатно", "доставка не бесплатно"),
    ("10–15 %", "10 %"),
    ("доставка", ""),
])  # fmt: skip
def test_wordings_that_differ(one, other):
    assert not same_wording(one, other)


@pytest.mark.parametrize("wording", ["", " …! ", "Да", "Иә, дұрыс", "Yes, correct"])
def test_a_bare_yes_says_nothing(wording):
    assert says_nothing(wording)


def test_a_bare_yes_is_known_by_what_it_confirmed():
    found = finding("Да.", "Да", stated="доставка в подарок")
    assert wording_of(found) == "доставка в подарок"
    assert passes("доставку в подарок", "Да.", "Да", stated="доставка в подарок")
    assert not passes("монтаж в подарок", "Да.", "Да", stated="доставка в подарок")


def test_a_longer_wording_lets_less_pass():
    text = "Доставка по городу бесплатно, установка тоже бесплатно."
    assert passes("доставка по городу бесплатно", text, "бесплатно")
    assert not passes("установка тоже бесплатно", text, "бесплатно")
    assert not passes("доставка по области бесплатно", text, "бесплатно")


def test_amounts_are_exact_however_they_are_written():
    assert passes("первый месяц за 5 000 ₸", "Первый месяц — за 5к ₸!", "5к ₸", kind=FindingKind.PRICE, sku="shop")
    assert not passes("первый месяц за 5 000 ₸", "Первый месяц за 4 900 ₸", "4 900 ₸", kind=FindingKind.PRICE)


@pytest.mark.parametrize("changes", [
    {"kind": FindingKind.PRICE}, {"sku": "shop"}, {"since": date(2026, 11, 21)}, {"until": date(2026, 11, 19)},
    {"revoked_at": "now"},
])  # fmt: skip
def test_another_kind_product_or_day_is_not_let_pass(changes):
    text = "Доставка бесплатно"
    made = exception("доставка бесплатно", **changes)
    kept, excepted = Exceptions([made]).sort([finding(text, text)], text, DAY)
    assert (len(kept), excepted) == (1, ())


def test_without_exceptions_nothing_changes():
    found = [finding("Доставка бесплатно", "бесплатно")]
    assert NO_EXCEPTIONS.sort(found, "Доставка бесплатно", DAY) == (tuple(found), ())


def test_a_short_quote_without_a_product_takes_its_clause_along():
    text = "Гарантия на окна 10 лет, монтаж за день."
    found = finding(text, "10 лет")
    assert suggested_wording(found, text) == "Гарантия на окна 10 лет"
    assert suggested_wording(finding(text, "10 лет", sku="window"), text) == "10 лет"
    assert suggested_wording(finding(text, text), text) == text
    assert suggested_wording(finding("Да", "Да", stated="скидка 10 %"), "Да") == "скидка 10 %"
    assert passes(suggested_wording(found, text), "ГАРАНТИЯ на окна — 10 лет!", "10 лет") is True
    assert passes(suggested_wording(found, text), "Гарантия на двери 10 лет", "10 лет") is False
