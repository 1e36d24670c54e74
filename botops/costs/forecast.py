"""What daily costs will add up to by a day to come, with an interval that past forecasts have earned.

Pure: from days and their costs to a projection. Costs are `Decimal` in any one unit (dollars, as a rule); a projection
is an estimate and rounded to twelve significant digits. How a day is modelled stands in `botops.costs.daily`, how
forecasts are tried on the past in `botops.costs.backtest`.

Why no library of forecasts is used, and how good this is: ADR 0016 and `benchmarks/forecast.md`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from botops.domain.errors import UserError

if TYPE_CHECKING:
    from botops.costs.backtest import Past

CONFIDENCE = 0.9
"""The share of forecasts whose interval is to hold the real sum."""
FEW_DAYS = 14
"""With fewer whole days, weekdays and growth are mostly guessed: the interval says so, and so does a note."""
MOST_DAYS = 182
"""Older days tell nothing of the next month."""
BACKTEST_DAYS = 28
ROOM_TOLD = 0.2
"""From this many unusual days in four weeks on it is told that the interval leaves room for one."""
CHART_DAYS = 56
TRIED_AHEAD = 42
"""How far ahead the forecasts lie whose misses tell the width of an interval, at most."""
WORTH_TELLING = 1.25
"""From this factor on it is told that past misses widened the interval."""

NoteKind = Literal[
    "no_history",      # nothing was spent on any day: nothing can be told
    "few_days",        # days, wanted
    "missing_days",    # days: no figure is known for them, they were passed over
    "unusual_day",     # day, times: it cost so many times the usual and was left out of the shape
    "growing",         # share: a week's growth, where it is more than chance
    "shrinking",       # share: the same, below zero
    "shifted",         # day, share: from about that day on the level is another for good, by so much
    "partial_day",     # share: how much of a day's cost is usually spent by now
    "far_ahead",       # days: beyond what the history is long enough to have been tried on
    "incident_room",   # days: the high end leaves room for an unusual day, such as comes once in so many
    "widened",         # times: past forecasts missed by more than the model thought, so the interval is wider
    "no_rate",         # currency: amounts are in dollars alone
    "rate_held",       # day, rate, currency: days to come are counted at the rate of that day
    "unknown_price",   # replies: of unknown cost, in no figure
    "simulated",       # replies: that nobody bills
    "side_calls",      # usd: what calls beside dialogues cost this month; they are in no figure
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Note:
    """What a forecast rests on. `kind` says which sentence it is, `values` what stands in it, `text` is English."""

    kind: NoteKind
    text: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DayCost:
    """What a whole day cost."""

    day: date
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Today:
    """A day that is not over: what it cost so far, and the share (0..1) of a day's cost that is usually spent by now.

    It counts as spent; the fit leaves it out, because half a day says little of its level.
    """

    day: date
    spent: Decimal
    share: float


@dataclass(frozen=True, slots=True)
class Interval:
    """What is expected, and between which values the real one lies with the forecast's confidence."""

    expected: Decimal
    low: Decimal
    high: Decimal

    def plus(self, amount: Decimal) -> Interval:
        """The interval of a sum with an amount that is known."""
        return Interval(self.expected + amount, self.low + amount, self.high + amount)

    def times(self, factor: Decimal) -> Interval:
        """The interval in other units."""
        return Interval(self.expected * factor, self.low * factor, self.high * factor)


@dataclass(frozen=True, slots=True)
class ForecastDay:
    """A day of the chart. `actual` is None for days to come, `expected` what the shape gives (for today: the whole
    day). `interval` is that of a single day to come, None for past days. `unusual` days were left out of the shape."""

    day: date
    actual: Decimal | None
    expected: Decimal | None
    interval: Interval | None = None
    unusual: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """A forecast made of the past alone: at the beginning of day `made_on`, for the sum of it and the following days
    up to `until`, and what the sum came to be. `before` was spent on the earlier days of the same four weeks."""

    made_on: date
    until: date
    forecast: Interval
    actual: Decimal
    before: Decimal

    @property
    def days(self) -> int:
        """How many days were summed."""
        return (self.until - self.made_on).days + 1

    @property
    def error(self) -> float | None:
        """Forecast over real sum, less one; None when the real sum is zero."""
        return float(self.forecast.expected / self.actual) - 1 if self.actual else None

    @property
    def total_error(self) -> float | None:
        """The same for the four weeks' total, of which `before` was known."""
        total = self.before + self.actual
        return float((self.forecast.expected - self.actual) / total) if total else None

    @property
    def covered(self) -> bool:
        """True when the real sum lay within the interval."""
        return self.forecast.low <= self.actual <= self.forecast.high


@dataclass(frozen=True, slots=True)
class Backtest:
    """Forecasts made on each day of the last four weeks for the sum up to the last known day.

    `mape` is the mean absolute error as a share of what was still to come (sums of zero are passed over), `total_mape`
    as a share of the four weeks' total, of which a part was spent already. `coverage` is the share of sums within their
    intervals, `next_day_mape` the error of single days, a day ahead. None without trials.

    `unusual_days` are the days of the four weeks that the shape leaves out; nobody could foresee them. `usual` holds
    the same figures without these days, None when there are none.
    """

    trials: tuple[Trial, ...] = ()
    mape: float | None = None
    total_mape: float | None = None
    coverage: float | None = None
    next_day_mape: float | None = None
    unusual_days: int = 0
    usual: Backtest | None = None


@dataclass(frozen=True, slots=True)
class Projection:
    """What days from `since` to `until` come to cost. `total` is `spent` and `rest` together; both are None when there
    is no history to tell from. `growth` is a week's (0.03: three percent), `weekdays` Monday's to Sunday's cost against
    their mean; `history_days` whole days were looked at."""

    since: date
    until: date
    first: date
    spent: Decimal
    rest: Interval | None
    confidence: float
    history_days: int
    growth: float | None
    weekdays: tuple[float, ...]
    days: tuple[ForecastDay, ...]
    backtest: Backtest
    notes: tuple[Note, ...]

    @property
    def total(self) -> Interval | None:
        """What was spent and what is to come."""
        return None if self.rest is None else self.rest.plus(self.spent)

    @property
    def few_days(self) -> bool:
        """True when the history is too short for more than a rough idea."""
        return self.history_days < FEW_DAYS


def project(
    history: Sequence[DayCost],
    since: date,
    until: date,
    *,
    today: Today | None = None,
    confidence: float = CONFIDENCE,
) -> Projection:
    """What the days from `since` to `until`, both included, come to cost by the whole days known so far.

    Days to come are those from `today` on, else those after the last of `history`. Raises UserError for a day that is
    given twice, a cost below zero, or a period that ends before it begins.
    """
    from botops.costs.backtest import Past  # noqa: PLC0415 - numpy takes a tenth of a second

    if until < since:
        raise UserError(f"the period ends on {until}, before it begins on {since}")
    if not 0.5 <= confidence < 1:
        raise UserError(f"a confidence of {confidence:g} cannot be had: choose from 0.5 to 0.99")
    past = Past.of(_checked(history, today), confidence)
    first = today.day if today is not None else past.end if past.length else since
    share = today.share if today is not None else 0.0
    spent = sum((d.cost for d in history if since <= d.day <= until), Decimal(0))
    if today is not None and since <= today.day <= until:
        spent += today.spent
    rest, scale = past.rest(first, since, until, share)
    shape = past.shape
    return Projection(
        since, until, first, spent, rest, confidence, past.length, None if shape is None else shape.growth,
        () if shape is None else shape.weekdays,
        (*past.chart(today), *past.to_come(first if today is None else first + timedelta(days=1), until)),
        past.backtest(), _notes(past, today, scale, until),
    )  # fmt: skip


def amount(value: float) -> Decimal:
    """An estimate as an amount: twelve significant digits."""
    return Decimal(f"{value:.12g}") if math.isfinite(value) else Decimal(0)


def _notes(past: Past, today: Today | None, scale: float, until: date) -> tuple[Note, ...]:
    shape = past.shape
    if shape is None:
        return (Note("no_history", "no day with a cost is known: there is nothing to tell from"),)
    notes = []
    if past.length < FEW_DAYS:
        text = f"too few days: {past.length} whole ones of at least {FEW_DAYS}; weekdays and growth are mostly guessed"
        notes.append(Note("few_days", text, {"days": past.length, "wanted": FEW_DAYS}))
    if past.missing:
        text = f"days without a figure, taken as unknown and not as free of charge: {past.missing}"
        notes.append(Note("missing_days", text, {"days": past.missing}))
    for each in past.chart(None):
        if each.unusual and each.actual is not None and each.expected:
            times = float(each.actual / each.expected)
            text = f"{each.day} cost {times:.2g} times the usual: left out, and not expected again"
            notes.append(Note("unusual_day", text, {"day": each.day, "times": times}))
    if past.incident_rate * 28 > ROOM_TOLD:
        text = f"the high end leaves room for an unusual day, such as comes once in {1 / past.incident_rate:.0f} days"
        notes.append(Note("incident_room", text, {"days": round(1 / past.incident_rate)}))
    if shape.shifted is not None:
        day = past.begin + timedelta(days=shape.shifted)
        text = f"from about {day} on the level is {shape.shift:+.0%} against the days before: that is carried on"
        notes.append(Note("shifted", text, {"day": day, "share": shape.shift}))
    if shape.growth_shown:
        kind: NoteKind = "growing" if shape.growth > 0 else "shrinking"
        text = f"{kind} by {abs(shape.growth):.1%} a week; less and less of it is carried on into the future"
        notes.append(Note(kind, text, {"share": shape.growth}))
    if today is not None:
        text = f"today is not over: {today.share:.0%} of a day's cost is usually spent by now"
        notes.append(Note("partial_day", text, {"share": today.share}))
    if (beyond := (until - past.end).days + 1 - TRIED_AHEAD) > 0:
        text = f"{beyond} of the days lie further ahead than forecasts were tried on, which is {TRIED_AHEAD} days"
        notes.append(Note("far_ahead", text, {"days": beyond}))
    if scale > WORTH_TELLING:
        text = f"past forecasts missed more than noise explains: the interval is {scale:.1f} times as wide"
        notes.append(Note("widened", text, {"times": scale}))
    return tuple(notes)


def _checked(history: Sequence[DayCost], today: Today | None) -> list[DayCost]:
    days = sorted(history, key=lambda d: d.day)
    for earlier, later in pairwise(days):
        if earlier.day == later.day:
            raise UserError(f"{later.day} is given twice: add its costs up")
    for each in days:
        if not (each.cost.is_finite() and each.cost >= 0):
            raise UserError(f"{each.day}: a cost of {each.cost} cannot be: costs are zero or more")
    if today is not None and days and days[-1].day >= today.day:
        raise UserError(f"{days[-1].day} is given as a whole day, but it is not before {today.day}, which is not over")
    while days and days[0].cost == 0:  # before the first cost there was no bot
        days.pop(0)
    return [d for d in days if d.day > days[-1].day - timedelta(days=MOST_DAYS)] if days else []
