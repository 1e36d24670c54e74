"""Dated exchange rates: how many units of a currency a dollar was worth on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from botops.domain.errors import UserError

_PER_USD = "_per_USD"


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """Units of `currency` for one dollar, from a day on."""

    since: date
    currency: str
    per_usd: Decimal

    def __post_init__(self) -> None:
        if not (self.per_usd.is_finite() and self.per_usd > 0):
            raise UserError(f"exchange rate of {self.since}: {self.per_usd} {self.currency} per USD is not above zero")


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

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> ExchangeRates:
        """From rows as settings write them: `{date: 2026-11-02, KZT_per_USD: 478.5}`. Raises UserError."""
        return cls([rate for row in rows for rate in _rates_of(row)])

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
        past = [rate for rate in rates if rate.since <= day]
        chosen = past[-1] if past else rates[0]
        return RateOnDay(chosen.per_usd, chosen.since, early=not past)


def _rates_of(row: Mapping[str, Any]) -> list[ExchangeRate]:
    day = row.get("date")
    if isinstance(day, str):
        try:
            day = date.fromisoformat(day)
        except ValueError:
            day = None
    if not isinstance(day, date):
        raise UserError(f"exchange rate {dict(row)}: `date` must be a day such as 2026-11-02")
    quotes = {key: value for key, value in row.items() if key != "date"}
    unknown = [key for key in quotes if not (key.endswith(_PER_USD) and len(key) == 3 + len(_PER_USD))]
    if unknown or not quotes:
        raise UserError(f"exchange rate of {day}: write the rate as e.g. `KZT_per_USD: 478.5`")
    return [ExchangeRate(day, key.removesuffix(_PER_USD), _decimal(value, key, day)) for key, value in quotes.items()]


def _decimal(value: object, key: str, day: date) -> Decimal:
    try:
        return Decimal(str(value))  # by way of its text: a float from YAML means the digits that were written
    except InvalidOperation:
        raise UserError(f"exchange rate of {day}: `{key}` must be a number, not {value!r}") from None
