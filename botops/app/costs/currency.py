"""What a dollar was worth, as the settings say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.costs import configured_rates
from botops.domain.errors import UserError

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.costs import ExchangeRates


def rates_of(container: Container) -> ExchangeRates:
    """The exchange rates of an installation."""
    settings = container.settings
    return configured_rates(settings.costs, currency=settings.company.currency, root=settings.root)


def currency_asked(container: Container, wanted: str | None) -> tuple[str, ExchangeRates]:
    """The currency amounts are shown in, as asked, else the company's, and the exchange rates. Raises UserError for a
    currency without a rate."""
    rates = rates_of(container)
    if wanted is None:
        return container.settings.company.currency, rates
    code = wanted.strip().upper()
    if not rates.knows(code):
        raise UserError(f"there is no exchange rate for {wanted}: add one under costs.rates in botops.yaml")
    return code, rates


def rate_today(container: Container) -> tuple[Decimal, date] | None:
    """The exchange rate in force and its date; None without one."""
    zone = ZoneInfo(container.settings.company.timezone)
    rate = rates_of(container).on(container.clock.now().astimezone(zone).date(), container.settings.company.currency)
    return (rate.per_usd, rate.since) if rate is not None and rate.since is not None else None
