"""How old prices and exchange rates are: both go stale in silence, and every figure with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from botops.costs.rates import ExchangeRates
from botops.costs.table import PriceTable

STALE_PRICES_DAYS = 90
"""Providers change prices a few times a year: a table older than a quarter has likely missed one."""
STALE_RATE_DAYS = 35
"""A rate entered once a month is never older; a currency moves by a percent or two in that time."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """The age of a table of prices or of an exchange rate. `day` is when it was last looked up or came into force, None
    where nobody wrote it down; `age_days` counts from there."""

    what: str
    day: date | None
    age_days: int | None
    stale: bool


def price_freshness(table: PriceTable, today: date) -> Freshness:
    """How old the public table is: by the latest day on which one of its prices was looked up. Loads the table."""
    return _aged(table.source, table.looked_up, today, STALE_PRICES_DAYS)


def rate_freshness(rates: ExchangeRates, currencies: Iterable[str], today: date) -> tuple[Freshness, ...]:
    """How old the rates in force of some currencies are. The dollar has none; a currency without a rate is stale, and
    so is one whose first rate lies ahead."""
    found = []
    for currency in sorted(set(currencies) - {"USD"}):
        rate = rates.on(today, currency)
        day = rate.since if rate is not None and not rate.early else None
        found.append(_aged(currency, day, today, STALE_RATE_DAYS))
    return tuple(found)


def _aged(what: str, day: date | None, today: date, most: int) -> Freshness:
    if day is None:
        return Freshness(what, None, None, stale=True)
    age = (today - day).days
    return Freshness(what, day, max(0, age), stale=age > most)
