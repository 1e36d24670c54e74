"""What screens show. Each number has its one function here and its entry in `botops.app.glossary`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.costs.reporting import CostRow, cost_rows
from botops.app.glossary import OVERVIEW
from botops.app.periods import Period
from botops.domain.money import Money
from botops.store import Totals

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.store import FaultExample, FaultPattern, FaultyHour

Value = int | float | Decimal | Money | None
PATTERNS = 8
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the glossary, the same for the period before, and by day. None where there is nothing to count.

    `usd` is the value in dollars where the glossary's unit is a model's cost; `value` is then in the company's
    currency, or None without an exchange rate.
    """

    id: str
    value: Value
    previous: Value = None
    series: tuple[tuple[date, Value], ...] = ()
    usd: Decimal | None = None
    usd_previous: Decimal | None = None

    @property
    def change(self) -> float | None:
        """The change against the period before as a share of it; None where it cannot be told."""
        now, before = (self.value, self.previous) if self.value is not None else (self.usd, self.usd_previous)
        if now is None or before is None:
            return None
        was = before.amount if isinstance(before, Money) else before
        if not was:
            return None
        current = now.amount if isinstance(now, Money) else now
        return float(current) / float(was) - 1


@dataclass(frozen=True, slots=True)
class FaultyDay:
    """Replies of a day: all, and those with false terms that reached a client or were stopped."""

    day: date
    replies: int
    reached: int
    stopped: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The overview's numbers in the glossary's order, and faulty replies by day."""

    period: Period
    numbers: tuple[Number, ...]
    faulty: tuple[FaultyDay, ...]
    replies: int
    simulated: int

    @property
    def empty(self) -> bool:
        """True when nothing happened in the period."""
        return self.replies == 0


def overview(container: Container, asked: Period) -> Overview:
    """The seven numbers of a period, their trend and their days."""
    now, before = _measured(container, asked), _measured(container, asked.previous)
    by_day = _days(container, asked)
    numbers = tuple(
        Number(
            name,
            _value(name, now),
            _value(name, before),
            tuple((day, _value(name, measured)) for day, measured in by_day),
            now.usd_per_dialogue if name == "cost_per_dialogue" else None,
            before.usd_per_dialogue if name == "cost_per_dialogue" else None,
        )
        for name in OVERVIEW
    )
    faulty = tuple(FaultyDay(day, m.totals.answered, m.reached, m.faulty - m.reached) for day, m in by_day)
    return Overview(asked, numbers, faulty, now.totals.answered, now.totals.simulated)


@dataclass(frozen=True, slots=True)
class _Measured:
    """What the numbers are made of, for one period or day."""

    totals: Totals
    cost: CostRow
    handed_over: int
    faulty: int
    reached: int
    at_risk: Money

    @property
    def dialogues(self) -> int:
        return self.cost.spoken.dialogues

    @property
    def per_dialogue(self) -> Decimal | None:
        mean = self.cost.per_dialogue
        return mean.local if mean else None

    @property
    def usd_per_dialogue(self) -> Decimal | None:
        mean = self.cost.per_dialogue
        return mean.usd if mean else None


_FORMULAS: Mapping[str, Callable[[_Measured], Value]] = {
    "dialogues": lambda m: m.dialogues,
    "false_replies": lambda m: m.faulty * 1000 / m.totals.answered if m.totals.answered else None,
    "false_reached": lambda m: m.reached * 1000 / m.totals.answered if m.totals.answered else None,
    "below_book": lambda m: m.at_risk if m.totals.answered else None,
    "handed_over": lambda m: m.handed_over / m.dialogues if m.dialogues else None,
    "cost_per_dialogue": lambda m: m.per_dialogue,
    "reply_time": lambda m: m.totals.p95_ms,
}


def _value(name: str, measured: _Measured) -> Value:
    return _FORMULAS[name](measured)


def _measured(container: Container, asked: Period) -> _Measured:
    faulty = container.store.faulty
    return _put_together(
        container,
        container.store.reads.totals(asked.since, asked.until)[0],
        cost_rows(container, asked)[0],
        len({dialogue for _, dialogue in faulty.handed_over(asked.since, asked.until)}),
        faulty.by_hour(asked.since, asked.until),
    )


def _days(container: Container, asked: Period) -> tuple[tuple[date, _Measured], ...]:
    reads, zone = container.store.reads, ZoneInfo(asked.zone)
    totals = {t.key[0]: t for t in reads.totals(asked.since, asked.until, ("day",), timezone=asked.zone)}
    hours: dict[date, list[FaultyHour]] = {}
    for hour in container.store.faulty.by_hour(asked.since, asked.until):
        hours.setdefault(hour.hour.astimezone(zone).date(), []).append(hour)
    handed: dict[date, set[str]] = {}
    for at, dialogue in container.store.faulty.handed_over(asked.since, asked.until):
        handed.setdefault(at.astimezone(zone).date(), set()).add(dialogue)
    found = []
    for cost in cost_rows(container, asked, ("day",)):
        (day,) = cost.key
        assert isinstance(day, date)
        of_day = totals.get(day, Totals((day,)))
        found.append((day, _put_together(container, of_day, cost, len(handed.get(day, ())), hours.get(day, ()))))
    return tuple(found)


def _put_together(
    container: Container, totals: Totals, cost: CostRow, handed_over: int, hours: Iterable[FaultyHour]
) -> _Measured:
    currency = container.settings.company.currency
    known = list(hours)
    reached = [hour for hour in known if hour.reached]
    minor = sum(money.minor for hour in reached for money in hour.at_risk if money.currency == currency)
    return _Measured(
        totals,
        cost,
        handed_over,
        sum(hour.replies for hour in known),
        sum(hour.replies for hour in reached),
        Money(minor, currency),
    )


# --- problems ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pattern:
    """Faults that are alike, the product's name where the book has it, and examples."""

    fault: FaultPattern
    product: str | None
    examples: tuple[FaultExample, ...]


def patterns(container: Container, asked: Period, limit: int = PATTERNS) -> tuple[Pattern, ...]:
    """The most frequent kinds of faulty replies in a period, each with the latest examples, seen by clients first."""
    faulty = container.store.faulty
    names = _product_names(container)
    return tuple(
        Pattern(
            found,
            names.get(found.key.sku) if found.key.sku else None,
            _telling(faulty.examples(found.key, asked.since, asked.until, EXAMPLES * 5)),
        )
        for found in faulty.patterns(asked.since, asked.until, limit)
    )


def _telling(examples: tuple[FaultExample, ...]) -> tuple[FaultExample, ...]:
    """A few examples that differ in what was said, where there are such."""
    new = {example.quote: example for example in reversed(examples)}
    first = [example for example in examples if new[example.quote] is example]
    rest = [example for example in examples if new[example.quote] is not example]
    return tuple([*first, *rest][:EXAMPLES])


def _product_names(container: Container) -> dict[str, str]:
    current = container.books.current()
    return {product.sku: product.name for product in current.book.products} if current else {}


@dataclass(frozen=True, slots=True)
class Waiting:
    """The hand-off queue: how many dialogues wait for a person, how many for too long, and since when the first one."""

    open: int
    overdue: int
    since: datetime | None


def waiting(container: Container) -> Waiting:
    """The hand-off queue now."""
    rows = [row for row in container.store.reads.hand_offs() if row.status == "waiting"]
    limit = container.clock.now() - timedelta(minutes=container.settings.hand_off.answer_within_min)
    overdue = sum(row.hand_off.at < limit for row in rows)
    return Waiting(len(rows), overdue, rows[0].hand_off.at if rows else None)
