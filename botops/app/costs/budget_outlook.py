"""Whether budgets will hold: where each comes to by the forecast, and on which day it is passed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from botops.app.costs.budgets import standings
from botops.app.costs.currency import rates_of
from botops.costs.forecast import Projection
from botops.domain.budgets import Budget, BudgetPeriod, BudgetScope

if TYPE_CHECKING:
    from botops.app.container import Container


@dataclass(frozen=True, slots=True)
class BudgetOutlook:
    """What a budget of a day or a month comes to, in its currency.

    A month's: `expected`, `low` and `high` are the month's total, with the confidence of the forecast; None without a
    history. `passed_on` is the day the amount is passed if all goes as expected, `passed_early` if it goes as dear as
    the high end; None when not within the month. A day's: the figures are those of the dearest day to come, and the
    dates the first day that passes the amount. `passed` is True when it is passed already.
    """

    name: str
    period: BudgetPeriod
    amount: Decimal
    currency: str
    spent: Decimal
    expected: Decimal | None
    low: Decimal | None
    high: Decimal | None
    passed_on: date | None
    passed_early: date | None

    @property
    def passed(self) -> bool:
        """True when the amount is used up now."""
        return self.spent >= self.amount


def outlooks(
    container: Container, today: date, forecast_of: Callable[[Budget], Projection]
) -> tuple[BudgetOutlook, ...]:
    """The budgets of days and months, in the order of the settings. `forecast_of` gives the present month's projection,
    in dollars, of the calls a budget counts; what is to come is counted at today's exchange rate."""
    rates, found = rates_of(container), []
    for standing in standings(container):
        budget = standing.budget
        rate = rates.on(today, budget.currency)
        if budget.scope is BudgetScope.DIALOGUE or budget.period is None or rate is None:
            continue
        outlook = BudgetOutlook(
            budget.name, budget.period, budget.amount, budget.currency, standing.spent, None, None, None, None, None
        )
        projection = forecast_of(budget)
        told = _month(outlook, projection, rate.per_usd) if budget.period is BudgetPeriod.MONTH else None
        found.append(told or _day(outlook, projection, rate.per_usd))
    return tuple(found)


def _month(outlook: BudgetOutlook, projection: Projection, rate: Decimal) -> BudgetOutlook:
    rest = projection.rest
    if rest is None:
        return replace(outlook, passed_on=projection.first if outlook.passed else None)
    total = rest.times(rate).plus(outlook.spent)
    left = (outlook.amount - outlook.spent) / rate
    dearer = rest.high / rest.expected if rest.expected else Decimal(1)
    return replace(
        outlook,
        expected=total.expected,
        low=total.low,
        high=total.high,
        passed_on=_passing(projection, rest.expected, left),
        passed_early=_passing(projection, rest.expected, left / dearer),
    )


def _passing(projection: Projection, rest: Decimal, left: Decimal) -> date | None:
    """The day on which what is expected adds up to what is left; the rest of today counts as today's."""
    if left <= 0:
        return projection.first
    ahead = [(day.day, day.expected or Decimal(0)) for day in projection.days if day.actual is None]
    ahead = [(day, cost) for day, cost in ahead if projection.first <= day <= projection.until]
    today = rest - sum((cost for _, cost in ahead), Decimal(0))
    for day, cost in _with_today(projection.first, max(today, Decimal(0)), ahead):
        left -= cost
        if left < 0:
            return day
    return None


def _with_today(first: date, today: Decimal, ahead: Sequence[tuple[date, Decimal]]) -> Sequence[tuple[date, Decimal]]:
    return ahead if ahead and ahead[0][0] == first else [(first, today), *ahead]


def _day(outlook: BudgetOutlook, projection: Projection, rate: Decimal) -> BudgetOutlook:
    ahead = [(day.day, day.interval.times(rate)) for day in projection.days if day.interval is not None]
    first = projection.first if outlook.passed else None
    if not ahead:
        return replace(outlook, passed_on=first)
    dearest = max((interval for _, interval in ahead), key=lambda interval: interval.expected)
    return replace(
        outlook,
        expected=dearest.expected,
        low=dearest.low,
        high=dearest.high,
        passed_on=first or next((day for day, each in ahead if each.expected > outlook.amount), None),
        passed_early=first or next((day for day, each in ahead if each.high > outlook.amount), None),
    )
