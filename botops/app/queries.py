"""What screens show. Each number has its one function here and its entry in `botops.app.glossary`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from botops.app.glossary import DAILY
from botops.app.measured import Measured, Source
from botops.app.periods import Period
from botops.domain.money import Money

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.store import FaultExample, FaultPattern

Value = int | float | Decimal | Money | None
PATTERNS = 8
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the glossary, the same for the period before, and by day. None where there is nothing to count.

    `usd` is the value in dollars where the glossary's unit is a model's cost; `value` is then in the company's
    currency, or None without an exchange rate. `counted` is how many things a share is one of, and
    `counted_before` how many in the period before.
    """

    id: str
    value: Value
    previous: Value = None
    series: tuple[tuple[date, Value], ...] = ()
    usd: Decimal | None = None
    usd_previous: Decimal | None = None
    counted: int | None = None
    counted_before: int | None = None

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
    """Numbers in the order they were asked for, and faulty replies by day."""

    period: Period
    numbers: tuple[Number, ...]
    faulty: tuple[FaultyDay, ...]
    replies: int
    simulated: int

    @property
    def empty(self) -> bool:
        """True when nothing happened in the period."""
        return self.replies == 0


def overview(container: Container, asked: Period, names: Iterable[str] = DAILY) -> Overview:
    """Numbers of a period, their trend and their days. What none of them is made of is not read."""
    wanted = tuple(names)
    source = Source(container, asked, wanted)
    now, before, days = source.whole(asked), source.whole(asked.previous), source.days()
    numbers = tuple(
        replace(_number(name, now, before), series=tuple((day, _value(name, measured)) for day, measured in days))
        for name in wanted
    )
    faulty = tuple(FaultyDay(day, m.answered, m.reached, m.faulty - m.reached) for day, m in days)
    return Overview(asked, numbers, faulty, now.answered, now.simulated)


def numbers_of(container: Container, asked: Period, names: Iterable[str]) -> tuple[Number, ...]:
    """Numbers for any stretch of whole hours, and for the one before; without their days."""
    wanted = tuple(names)
    source = Source(container, asked, wanted)
    now, before = source.whole(asked), source.whole(asked.previous)
    return tuple(_number(name, now, before) for name in wanted)


_FORMULAS: Mapping[str, Callable[[Measured], Value]] = {
    "dialogues": lambda m: m.dialogues,
    "false_replies": lambda m: m.faulty * 1000 / m.answered if m.answered else None,
    "false_reached": lambda m: m.reached * 1000 / m.answered if m.answered else None,
    "below_book": lambda m: m.at_risk if m.answered else None,
    "handed_over": lambda m: len(m.handed_over) / m.dialogues if m.dialogues else None,
    "cost_per_dialogue": lambda m: m.cost.local if m.cost else None,
    "reply_time": lambda m: m.p95_ms,
}

_WHOLES: Mapping[str, Callable[[Measured], int]] = {
    "false_replies": lambda m: m.answered,
    "false_reached": lambda m: m.answered,
    "handed_over": lambda m: m.dialogues,
}


def _value(name: str, measured: Measured) -> Value:
    return _FORMULAS[name](measured)


def _usd(measured: Measured) -> Decimal | None:
    return measured.cost.usd if measured.cost else None


def _number(name: str, now: Measured, before: Measured) -> Number:
    number = Number(name, _value(name, now), _value(name, before))
    if name == "cost_per_dialogue":
        return replace(number, usd=_usd(now), usd_previous=_usd(before))
    if (whole := _WHOLES.get(name)) is not None:
        return replace(number, counted=whole(now), counted_before=whole(before))
    return number


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
    found = faulty.patterns(asked.since, asked.until, limit)
    examples = faulty.examples([one.key for one in found], asked.since, asked.until, EXAMPLES * 5)
    return tuple(
        Pattern(one, names.get(one.key.sku) if one.key.sku else None, _telling(examples[one.key])) for one in found
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
