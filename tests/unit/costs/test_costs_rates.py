from datetime import date
from decimal import Decimal

import pytest

from botops.costs import ExchangeRate, ExchangeRates
from botops.costs.rates import RateOnDay
from botops.domain.errors import UserError

RATES = ExchangeRates.of(
    [
        {"date": date(2026, 11, 2), "KZT_per_USD": Decimal("478.50")},
        {"date": "2026-10-01", "KZT_per_USD": 481.25, "RUB_per_USD": 80},
        {"date": "2026-11-16", "KZT_per_USD": "475"},
    ]
)


@pytest.mark.parametrize(
    ("day", "rate", "since"),
    [
        (date(2026, 10, 1), "481.25", date(2026, 10, 1)),
        (date(2026, 11, 1), "481.25", date(2026, 10, 1)),
        (date(2026, 11, 2), "478.50", date(2026, 11, 2)),
        (date(2026, 11, 15), "478.50", date(2026, 11, 2)),
        (date(2030, 1, 1), "475", date(2026, 11, 16)),
    ],
)
def test_the_last_rate_not_after_the_day_holds(day, rate, since):
    assert RATES.on(day, "KZT") == RateOnDay(Decimal(rate), since)


def test_before_the_first_rate_the_first_holds_and_is_marked():
    found = RATES.on(date(2026, 1, 1), "KZT")
    assert (found.per_usd, found.early) == (Decimal("481.25"), True)
    assert found.source == "rate of 2026-10-01 (the first known; the day is earlier)"
    assert RATES.on(date(2026, 12, 1), "RUB").source == "rate of 2026-10-01"


def test_a_dollar_is_a_dollar_and_other_currencies_may_be_unknown():
    assert RATES.on(date(2026, 1, 1), "USD") == RateOnDay(Decimal(1), None)
    assert RATES.on(date(2026, 1, 1), "USD").source == ""
    assert RATES.on(date(2026, 1, 1), "EUR") is None
    assert [RATES.knows(c) for c in ("USD", "KZT", "EUR")] == [True, True, False]


def test_of_two_rates_of_one_day_the_later_in_the_list_holds():
    day = date(2026, 11, 2)
    rates = ExchangeRates([ExchangeRate(day, "KZT", Decimal(1)), ExchangeRate(day, "KZT", Decimal(2))])
    assert rates.on(day, "KZT").per_usd == 2


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"KZT_per_USD": 478}, "must be a day"),
        ({"date": "yesterday", "KZT_per_USD": 478}, "must be a day"),
        ({"date": "2026-11-02"}, "KZT_per_USD: 478.5"),
        ({"date": "2026-11-02", "tenge": 478}, "KZT_per_USD: 478.5"),
        ({"date": "2026-11-02", "TENGE_per_USD": 478}, "KZT_per_USD: 478.5"),
        ({"date": "2026-11-02", "KZT_per_USD": "much"}, "must be a number"),
        ({"date": "2026-11-02", "KZT_per_USD": 0}, "not above zero"),
        ({"date": "2026-11-02", "KZT_per_USD": "NaN"}, "not above zero"),
    ],
)
def test_mistakes_in_rates_are_named(row, says):
    with pytest.raises(UserError, match=says):
        ExchangeRates.of([row])
