"""What a dollar was worth, as the settings say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.costs import configured_rates
from botops.domain.errors import UserError

if TYPE_CHECKING:
    from botops.app.costs.source import CostSource
    from botops.costs import ExchangeRates


def rates_of(source: CostSource) -> ExchangeRates:
    """The exchange rates of an installation."""
    settings = source.settings
    return configured_rates(settings.costs, currency=settings.company.currency, root=settings.root)


def currency_asked(source: CostSource, wanted: str | None) -> tuple[str, ExchangeRates]:
    """The currency amounts are shown in, as asked, else the company's, and the exchange rates. Raises UserError for a
    currency without a rate."""
    rates = rates_of(source)
    if wanted is None:
        return source.settings.company.currency, rates
    code = wanted.strip().upper()
    if not rates.knows(code):
        raise UserError(f"there is no exchange rate for {wanted}: add one under costs.rates in botops.yaml")
    return code, rates


def rate_today(source: CostSource, currency: str | None = None) -> tuple[Decimal, date] | None:
    """The exchange rate of a currency in force and its date, of the company's unless said; None without one."""
    zone = ZoneInfo(source.settings.company.timezone)
    code = currency or source.settings.company.currency
    rate = rates_of(source).on(source.clock.now().astimezone(zone).date(), code)
    return (rate.per_usd, rate.since) if rate is not None and rate.since is not None else None
