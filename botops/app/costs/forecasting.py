"""What the model will have cost by the end of a month: in dollars and in the company's currency."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from botops.app import queries
from botops.app.costs.hours import hour_shape
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
from botops.domain.money import PICO

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.app.queries import Spending


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a month will have cost. `local` is the same in the company's currency: what was spent at each day's own
    rate, what is to come at today's `rate`; None without an exchange rate.

    `unknown` counts replies of the past without a known price (they are not in the figures), `simulated` those nobody
    is billed for. `notes` tell what the forecast rests on.
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

    def in_currency(self, code: str) -> Projection:
        """The figures in dollars or in the company's currency. Raises UserError for another one or without a rate."""
        if code == "USD":
            return self.usd
        if code != self.currency:
            raise UserError(f"amounts can be shown in USD or in the company's {self.currency}, not in {code}")
        if self.local is None:
            raise UserError(f"there is no exchange rate for {code}: add one under costs.rates in botops.yaml")
        return self.local


def forecast(container: Container, month: date | None = None, *, confidence: float = CONFIDENCE) -> Forecast:
    """The forecast of a month, the present one unless said. `month` is any day of it.

    Raises UserError for a month that is over, or that begins more than a year from now.
    """
    zone = ZoneInfo(container.settings.company.timezone)
    now = container.clock.now()
    today = now.astimezone(zone).date()
    first, last = month_of(month or today)
    if last < today:
        raise UserError(f"{first:%Y-%m} is over: `botops cost report` tells what it cost")
    if first > today + timedelta(days=366):
        raise UserError(f"{first:%Y-%m} is more than a year away: nothing can be told of it")
    days = queries.spending(container, _period(container, today - timedelta(days=MOST_DAYS - 1)), "day")
    whole, running = _split(days, today)
    share = hour_shape(container, today, "cost").passed(now.astimezone(zone).time())
    usd = project(whole, first, last, today=Today(today, running, share), confidence=confidence)
    rate = queries.rate_today(container)
    local = None if rate is None else _local(container, usd, days, rate[0])
    unknown, simulated = sum(d.unknown for d in days), sum(d.simulated for d in days)
    currency = container.settings.company.currency
    return Forecast(
        first, now, usd, local, currency, None if rate is None else rate[0], unknown, simulated,
        (*usd.notes, *_notes(currency, rate, unknown, simulated)),
    )  # fmt: skip


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


def _period(container: Container, first: date) -> queries.Period:
    """From the beginning of a day of the company's to the end of this hour."""
    zone = ZoneInfo(container.settings.company.timezone)
    now = container.clock.now()
    hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    days = (now.astimezone(zone).date() - first).days + 1
    return queries.Period(datetime.combine(first, time(), zone).astimezone(UTC), hour, days, str(zone))


def _split(days: tuple[Spending, ...], today: date) -> tuple[list[DayCost], Decimal]:
    """The whole days since the first one with a reply, and what today cost so far."""
    costs = [(_day(each), Decimal(each.pico_usd) / PICO) for each in days]
    began = min((_day(each) for each in days if each.replies), default=today)
    running = sum((cost for day, cost in costs if day == today), Decimal(0))
    return [DayCost(day, cost) for day, cost in costs if began <= day < today], running


def _day(each: Spending) -> date:
    day = each.key[0]
    assert isinstance(day, date)
    return day


def _local(container: Container, usd: Projection, days: tuple[Spending, ...], rate: Decimal) -> Projection:
    """The projection in the company's currency: each past day at its own rate, the days to come at today's."""
    by_day = {_day(each): each.local for each in days}
    spent = Decimal(0)
    if usd.since <= usd.first:
        total = queries.spending(container, _period(container, usd.since), "total")[0].local
        spent = total.amount if total is not None else spent

    def shown(each: ForecastDay) -> ForecastDay:
        money = by_day.get(each.day)
        return replace(
            each,
            actual=each.actual if each.actual is None or money is None else money.amount,
            expected=None if each.expected is None else each.expected * rate,
            interval=None if each.interval is None else each.interval.times(rate),
        )

    trials = tuple(
        replace(t, forecast=t.forecast.times(rate), actual=t.actual * rate, before=t.before * rate)
        for t in usd.backtest.trials
    )
    return replace(
        usd,
        spent=spent,
        rest=None if usd.rest is None else usd.rest.times(rate),
        days=tuple(map(shown, usd.days)),
        backtest=replace(usd.backtest, trials=trials),
    )


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
