"""What something cost: dollars to the pico-dollar, and another currency at each day's own rate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

from botops.domain.money import PICO, Money

if TYPE_CHECKING:
    from datetime import date

    from botops.costs.rates import ExchangeRates

_DIGITS = 60


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of costs. `pico_usd` is exact, in pico-dollars. `local` is the same in `currency`, each day's part at that
    day's rate, and not rounded; None when no rate is known."""

    pico_usd: int = 0
    local: Decimal | None = None
    currency: str = "USD"

    @property
    def usd(self) -> Decimal:
        """Dollars, exact."""
        return dollars(self.pico_usd)

    @property
    def money(self) -> Money | None:
        """In `currency`, rounded once, here; None when no rate is known."""
        return None if self.local is None else Money.of(self.local, self.currency)

    def per(self, number: int) -> Mean | None:
        """What one of so many cost; None when there are none."""
        if not number:
            return None
        local = None if self.local is None else self.local / number
        return Mean(self.usd / number, local, self.currency)

    def __add__(self, other: Amount) -> Amount:
        """Raises ValueError for amounts in different currencies."""
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}: ask for both in one currency")
        local = None if self.local is None or other.local is None else self.local + other.local
        return Amount(self.pico_usd + other.pico_usd, local, self.currency)


@dataclass(frozen=True, slots=True)
class Mean:
    """What one of several cost on average, in dollars and in `currency`; None where no rate is known."""

    usd: Decimal
    local: Decimal | None
    currency: str


def converted(by_day: Iterable[tuple[date, int]], rates: ExchangeRates, currency: str) -> Amount:
    """Pico-dollars of days as one amount, each day's part at the rate of that day."""
    total, local = 0, Decimal(0)
    known = rates.knows(currency)
    with localcontext() as context:
        context.prec = _DIGITS
        for day, pico in by_day:
            total += pico
            rate = rates.on(day, currency) if known and pico else None
            if rate is not None:
                local += Decimal(pico) * rate.per_usd
        return Amount(total, local / PICO if known else None, currency)


def dollars(pico_usd: int) -> Decimal:
    """Pico-dollars in dollars, exact."""
    return Decimal(pico_usd) / PICO
