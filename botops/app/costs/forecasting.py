"""What the model will have cost by the end of a month: in dollars and in the company's currency."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from botops.app.costs.amounts import converted, dollars
from botops.app.costs.budget_outlook import BudgetOutlook, outlooks
from botops.app.costs.currency import currency_asked, rate_today
from botops.app.costs.hours import hour_shape
from botops.app.periods import between
from botops.costs.forecast import (
    CONFIDENCE,
    MOST_DAYS,
    Backtest,
    DayCost,
    ForecastDay,
    Interval,
    Note,
    Projection,
    Today,
    project,
)
from botops.domain.errors import UserError

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.costs.rates import ExchangeRates
    from botops.domain.budgets import Budget
    from botops.store import CallSums, CostDimension

_TOLD_BY: tuple[CostDimension, ...] = ("prompt", "channel", "simulated")
"""What budgets tell apart."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a month will have cost. `local` is the same in `currency`, the company's unless another was asked for: what
    was spent at each day's own rate, what is to come at today's `rate`; None without an exchange rate.

    `unknown` counts turns of the past with a call without a known price (it is not in the figures), `simulated` those
    nobody is billed for. `notes` tell what the forecast rests on, `budgets` whether those of days and months will hold
    (none for a month to come).
    """

    month: date
    as_of: datetime
    usd: Projection
    local: Projection | None
    currency: str
    rate: Decimal | None
    unknown: int
    simulated: int
    notes: tuple[Note, ...]
    budgets: tuple[BudgetOutlook, ...] = ()

    def in_currency(self, code: str) -> Projection:
        """The figures in dollars or in the forecast's own currency. Raises UserError for another or without a rate."""
        if code == "USD":
            return self.usd
        if code != self.currency:
            raise UserError(f"amounts of this forecast are in USD and {self.currency}, not in {code}")
        if self.local is None:
            raise UserError(f"there is no exchange rate for {code}: add one under costs.rates in botops.yaml")
        return self.local

    def shown(self, wanted: str | None) -> str:
        """The currency to show: the one asked for, else the forecast's own, dollars where that has no rate."""
        return wanted.strip().upper() if wanted else "USD" if self.local is None else self.currency


def forecast(
    container: Container, month: date | None = None, *, confidence: float = CONFIDENCE, currency: str | None = None
) -> Forecast:
    """The forecast of a month, the present one unless said. `month` is any day of it. `currency` is told beside
    dollars, the company's unless said.

    It is of clients' dialogues; calls beside them (evaluations) come when somebody makes them, and are told in a note.
    Raises UserError for a month that is over, or that begins more than a year from now, and for a currency without a
    rate.
    """
    zone = ZoneInfo(container.settings.company.timezone)
    now = container.clock.now()
    today = now.astimezone(zone).date()
    first, last = month_of(month or today)
    if last < today:
        raise UserError(f"{first:%Y-%m} is over: `botops cost report` tells what it cost")
    if first > today + timedelta(days=366):
        raise UserError(f"{first:%Y-%m} is more than a year away: nothing can be told of it")
    asked = between(container, today - timedelta(days=MOST_DAYS - 1), today)
    calls = container.store.costs.calls(asked.since, asked.until, _TOLD_BY, zone)
    share = hour_shape(container, today, "cost").passed(now.astimezone(zone).time())
    past = _Past(calls, today, share, confidence)
    usd = past.project(first, last)
    company = container.settings.company.currency
    abroad = currency is not None and currency.strip().upper() not in {"USD", company}
    code, rates = currency_asked(container, currency if abroad else None)
    rate = rate_today(container, code)
    local = None if rate is None else _local(usd, calls, rates, code, rate[0])
    unknown, simulated = sum(c.unknown_turns for c in calls), sum(c.simulated_turns for c in calls)

    def of_budget(budget: Budget) -> Projection:
        return past.project(*month_of(today), lambda c: _counts(budget, c))

    return Forecast(
        first, now, usd, local, code, None if rate is None else rate[0], unknown, simulated,
        (*usd.notes, *_notes(code, rate, unknown, simulated), *_side(container, first, today)),
        outlooks(container, today, of_budget) if first <= today else (),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Past:
    """The calls of the last months, summed by day and by what budgets tell apart."""

    calls: tuple[CallSums, ...]
    today: date
    share: float
    confidence: float

    def project(self, first: date, last: date, which: Callable[[CallSums], bool] = lambda _: True) -> Projection:
        """What those of the calls cost from day to day, carried on."""
        costs: dict[date, int] = {}
        for each in filter(which, self.calls):
            costs[each.day] = costs.get(each.day, 0) + each.pico_usd
        running = Today(self.today, dollars(costs.pop(self.today, 0)), self.share)
        began = min(costs, default=self.today)
        days = [began + timedelta(days=n) for n in range((self.today - began).days)]
        whole = [DayCost(day, dollars(costs.get(day, 0))) for day in days]
        return project(whole, first, last, today=running, confidence=self.confidence)


def _counts(budget: Budget, calls: CallSums) -> bool:
    prompt, channel, simulated = calls.key
    return budget.concerns(str(prompt), str(channel), simulated=bool(simulated))


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of a day's month."""
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def projection_json(found: Projection, currency: str | None) -> dict[str, Any]:
    """A projection as JSON: amounts as text, in one currency; None where it is not known."""
    return {
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "currency": currency,
        "spent": str(found.spent),
        "expected": None if found.total is None else str(found.total.expected),
        "low": None if found.total is None else str(found.total.low),
        "high": None if found.total is None else str(found.total.high),
        "rest": None if found.rest is None else _interval_json(found.rest),
        "confidence": found.confidence,
        "history_days": found.history_days,
        "few_days": found.few_days,
        "growth_per_week": found.growth,
        "weekdays": list(found.weekdays),
        "backtest": _backtest_json(found.backtest),
        "days": [_day_json(d) for d in found.days],
        "notes": [note_json(n) for n in found.notes],
    }


def budget_json(found: BudgetOutlook) -> dict[str, Any]:
    """What becomes of a budget as JSON: amounts as text, in its currency."""
    days = {"passed_on": found.passed_on, "passed_early": found.passed_early}
    amounts = {"expected": found.expected, "low": found.low, "high": found.high}
    return {
        "name": found.name,
        "period": found.period.value,
        "amount": str(found.amount),
        "currency": found.currency,
        "spent": str(found.spent),
        **{name: None if value is None else str(value) for name, value in amounts.items()},
        **{name: None if day is None else day.isoformat() for name, day in days.items()},
    }


def note_json(note: Note) -> dict[str, Any]:
    """A note as JSON."""
    values = {key: str(v) if isinstance(v, date | Decimal) else v for key, v in note.values.items()}
    return {"kind": note.kind, "text": note.text, "values": values}


def _backtest_json(found: Backtest) -> dict[str, Any]:
    return {
        "mape": found.mape,
        "total_mape": found.total_mape,
        "coverage": found.coverage,
        "next_day_mape": found.next_day_mape,
        "unusual_days": found.unusual_days,
        "usual": None if found.usual is None else _backtest_json(found.usual),
        "trials": [
            {
                "made_on": t.made_on.isoformat(),
                "until": t.until.isoformat(),
                "days": t.days,
                **_interval_json(t.forecast),
                "actual": str(t.actual),
                "before": str(t.before),
                "error": t.error,
                "covered": t.covered,
            }
            for t in found.trials
        ],
    }


def _interval_json(found: Interval) -> dict[str, str]:
    return {"expected": str(found.expected), "low": str(found.low), "high": str(found.high)}


def _day_json(found: ForecastDay) -> dict[str, Any]:
    return {
        "day": found.day.isoformat(),
        "actual": None if found.actual is None else str(found.actual),
        "expected": None if found.expected is None else str(found.expected),
        "low": None if found.interval is None else str(found.interval.low),
        "high": None if found.interval is None else str(found.interval.high),
        "unusual": found.unusual,
    }


def _local(
    usd: Projection, calls: Sequence[CallSums], rates: ExchangeRates, currency: str, rate: Decimal
) -> Projection:
    """The projection in the company's currency: each past day at its own rate, the days to come at today's."""
    by_day: dict[date, int] = {}
    for each in calls:
        by_day[each.day] = by_day.get(each.day, 0) + each.pico_usd
    spent = converted(((day, pico) for day, pico in by_day.items() if usd.since <= day <= usd.until), rates, currency)

    def shown(each: ForecastDay) -> ForecastDay:
        actual = None
        if each.actual is not None:
            actual = converted([(each.day, by_day.get(each.day, 0))], rates, currency).local
        return replace(
            each,
            actual=actual,
            expected=None if each.expected is None else each.expected * rate,
            interval=None if each.interval is None else each.interval.times(rate),
        )

    assert spent.money is not None  # there is a rate
    return replace(
        usd,
        spent=spent.money.amount,
        rest=None if usd.rest is None else usd.rest.times(rate),
        days=tuple(map(shown, usd.days)),
        backtest=_at_rate(usd.backtest, rate),
    )


def _at_rate(tried: Backtest, rate: Decimal) -> Backtest:
    trials = tuple(
        replace(t, forecast=t.forecast.times(rate), actual=t.actual * rate, before=t.before * rate)
        for t in tried.trials
    )
    return replace(tried, trials=trials, usual=None if tried.usual is None else _at_rate(tried.usual, rate))


def _side(container: Container, first: date, today: date) -> list[Note]:
    """What calls beside dialogues cost in the month so far."""
    if first > today:
        return []
    month = between(container, first, today)
    sums = container.store.costs.side_calls(month.since, month.until, (), ZoneInfo(month.zone))
    usd = dollars(sum(each.pico_usd for each in sums))
    if not usd:
        return []
    text = (
        f"calls beside dialogues (evaluations and the like) cost {usd:.2f} USD this month; they are in no figure here"
    )
    return [Note("side_calls", text, {"usd": usd})]


def _notes(currency: str, rate: tuple[Decimal, date] | None, unknown: int, simulated: int) -> list[Note]:
    notes = []
    if rate is None:
        text = f"there is no exchange rate for {currency}: amounts are in dollars alone"
        notes.append(Note("no_rate", text, {"currency": currency}))
    elif currency != "USD":
        text = f"days to come are counted at the rate of {rate[1]}, {rate[0]} {currency} for a dollar; it may change"
        notes.append(Note("rate_held", text, {"day": rate[1], "rate": rate[0], "currency": currency}))
    if unknown:
        text = f"replies of unknown cost, in no figure here: {unknown}; give their model a price under costs.prices"
        notes.append(Note("unknown_price", text, {"replies": unknown}))
    if simulated:
        text = f"simulated replies, which nobody bills, counted at a real model's price: {simulated}"
        notes.append(Note("simulated", text, {"replies": simulated}))
    return notes
