"""Dated exchange rates: how many units of a currency a dollar was worth on a day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from botops.config.model_prices import DatedRate
from botops.domain.errors import UserError


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """Units of `currency` for one dollar, from a day on. `source` says where it is from."""

    since: date
    currency: str
    per_usd: Decimal
    source: str = ""

    def __post_init__(self) -> None:
        if not (self.per_usd.is_finite() and self.per_usd > 0):
            raise UserError(f"exchange rate of {self.since}: {self.per_usd} {self.currency} per USD is not above zero")

    @classmethod
    def of(cls, written: DatedRate, company: str) -> ExchangeRate:
        """A rate as the settings have it; without a currency it is one of the company's."""
        return cls(written.since, written.currency or company, written.per_usd, written.source)


@dataclass(frozen=True, slots=True)
class RateOnDay:
    """The rate that holds on a day, and its own date. `early` means the day lies before the first known rate."""

    per_usd: Decimal
    since: date | None
    early: bool = False

    @property
    def source(self) -> str:
        """The rate's date, with a warning when it is too young for the day."""
        if self.since is None:
            return ""
        return f"rate of {self.since}" + (" (the first known; the day is earlier)" if self.early else "")


class ExchangeRates:
    """Rates of any number of currencies against the dollar. Of two rates of one day the last given counts."""

    def __init__(self, rates: Iterable[ExchangeRate] = ()) -> None:
        self._rates: dict[str, list[ExchangeRate]] = {}
        for rate in sorted(rates, key=lambda r: r.since):
            self._rates.setdefault(rate.currency, []).append(rate)

    @property
    def currencies(self) -> frozenset[str]:
        """The currencies with a rate of their own; the dollar needs none."""
        return frozenset(self._rates)

    def knows(self, currency: str) -> bool:
        """True when amounts in the currency can be converted."""
        return currency == "USD" or currency in self._rates

    def on(self, day: date, currency: str) -> RateOnDay | None:
        """The last rate not after the day; before the first one, the first, marked `early`; None without any."""
        if currency == "USD":
            return RateOnDay(Decimal(1), None)
        rates = self._rates.get(currency)
        if not rates:
            return None
        past = bisect_right(rates, day, key=lambda rate: rate.since)
        chosen = rates[max(0, past - 1)]
        return RateOnDay(chosen.per_usd, chosen.since, early=not past)
