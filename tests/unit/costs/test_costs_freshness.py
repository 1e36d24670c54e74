from datetime import date, timedelta
from decimal import Decimal

import pytest

from botops.costs import ExchangeRate, ExchangeRates, PriceTable, price_freshness, rate_freshness
from botops.costs.freshness import STALE_PRICES_DAYS, STALE_RATE_DAYS

RATES = ExchangeRates([ExchangeRate(date(2026, 11, 1), "KZT", Decimal(500))])


def test_a_table_ages_from_the_day_one_of_its_prices_was_last_looked_up():
    table = PriceTable()
    last = table.looked_up
    fresh = price_freshness(table, last + timedelta(days=STALE_PRICES_DAYS))
    assert (fresh.day, fresh.age_days, fresh.stale) == (last, STALE_PRICES_DAYS, False)
    assert fresh.what.startswith("genai-prices")
    assert price_freshness(table, last + timedelta(days=STALE_PRICES_DAYS + 1)).stale
    assert price_freshness(table, last - timedelta(days=5)).age_days == 0


def test_a_table_of_own_prices_alone_has_no_day():
    found = price_freshness(PriceTable(public=False), date(2026, 11, 20))
    assert (found.day, found.age_days, found.stale) == (None, None, True)


@pytest.mark.parametrize(("days", "stale"), [(0, False), (STALE_RATE_DAYS, False), (STALE_RATE_DAYS + 1, True)])
def test_a_rate_ages_from_its_day(days, stale):
    (found,) = rate_freshness(RATES, ["KZT", "USD", "KZT"], date(2026, 11, 1) + timedelta(days=days))
    assert (found.what, found.age_days, found.stale) == ("KZT", days, stale)


def test_a_currency_without_a_rate_in_force_is_stale():
    found = rate_freshness(RATES, ["KZT", "EUR"], date(2026, 10, 31))
    assert [(f.what, f.day, f.stale) for f in found] == [("EUR", None, True), ("KZT", None, True)]
