"""How what single dialogues cost is spread: the usual one, a dear one, and how many lie where."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from botops.app.costs.amounts import Mean
from botops.app.costs.reporting import cost_range, cost_rows
from botops.domain.money import PICO

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.app.costs.amounts import Amount
    from botops.app.periods import Period

BINS = 24
"""About as many bins as are made up to the cost that 99 % of dialogues stay under."""
_NICE = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


@dataclass(frozen=True, slots=True)
class CostBin:
    """Dialogues that cost `low` or more and less than `high`, in the currency asked for; the last bin has no end."""

    low: Decimal
    high: Decimal | None
    dialogues: int


@dataclass(frozen=True, slots=True)
class CostDistribution:
    """The dialogues of a period by what they cost in it. Half of them do not exceed `median`, 95 % not `p95`; None
    without dialogues.

    A dialogue's cost is exact in dollars. In another currency it is converted at the mean rate of the period's
    spending, since it is a sum over days.
    """

    currency: str
    dialogues: int
    median: Mean | None = None
    p95: Mean | None = None
    dearest: Mean | None = None
    bins: tuple[CostBin, ...] = ()


def distribution(container: Container, period: Period, *, currency: str | None = None) -> CostDistribution:
    """How the costs of a period's dialogues are spread. Raises UserError for a currency without a rate, StoreError."""
    total = cost_rows(container, period, (), currency=currency)[0].cost
    found = cost_range(container, period, (0.5, 0.95, 0.99))
    if not found.dialogues:
        return CostDistribution(total.currency, 0)
    rate = mean_rate(total)

    def mean(pico_usd: int) -> Mean:
        usd = Decimal(pico_usd) / PICO
        return Mean(usd, None if rate is None else usd * rate, total.currency)

    shown = rate or Decimal(1)
    width = nice(Decimal(max(found.quantiles[0.99], 1)) / PICO * shown / BINS)
    pico = int((width / shown * PICO).to_integral_value(ROUND_HALF_UP)) or 1
    number = found.quantiles[0.99] // pico + 1
    counted = container.store.costs.histogram(period.since, period.until, pico, number)
    bins = [CostBin(width * n, width * (n + 1), counted.get(n, 0)) for n in range(number)]
    beyond = counted.get(number, 0)
    last = [CostBin(width * number, None, beyond)] if beyond else []
    return CostDistribution(
        total.currency, found.dialogues, mean(found.quantiles[0.5]), mean(found.quantiles[0.95]),
        mean(found.dearest), (*bins, *last),
    )  # fmt: skip


def mean_rate(total: Amount) -> Decimal | None:
    """Units of the amount's currency for a dollar, over all of its days; None without a rate or without spending."""
    if total.local is None or not total.pico_usd:
        return None
    return total.local / total.usd


def nice(value: Decimal) -> Decimal:
    """The least of 1, 2, 2.5 and 5 times a power of ten that is not below a value above zero."""
    power = Decimal(1).scaleb(value.adjusted())
    return next(step * power for step in _NICE if step * power >= value)
