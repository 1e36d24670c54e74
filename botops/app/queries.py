"""What screens show. Each number has its one function here and its entry in `botops.app.glossary`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from botops.app.glossary import OVERVIEW
from botops.costs import configured_rates, local_total
from botops.domain.money import PICO, Money
from botops.domain.usage import Cost, Usage
from botops.store import Totals

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.costs import ExchangeRates
    from botops.store import DearDialogue, FaultExample, FaultPattern, FaultyHour, GroupBy

Value = int | float | Decimal | Money | None
PATTERNS = 8
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Period:
    """[since, until). `days` are calendar days of `zone`, the last of them may not be over."""

    since: datetime
    until: datetime
    days: int
    zone: str

    @property
    def previous(self) -> Period:
        """The same stretch of time, as many days earlier."""
        back = timedelta(days=self.days)
        return replace(self, since=self.since - back, until=self.until - back)

    def dates(self) -> tuple[date, ...]:
        """The calendar days, in order."""
        first = self.since.astimezone(ZoneInfo(self.zone)).date()
        return tuple(first + timedelta(days=n) for n in range(self.days))


def period(container: Container, days: int) -> Period:
    """The last `days` calendar days of the company's time zone, today included, up to the end of this hour."""
    zone = ZoneInfo(container.settings.company.timezone)
    now = container.clock.now()
    first = now.astimezone(zone).date() - timedelta(days=days - 1)
    hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return Period(datetime.combine(first, time(), zone).astimezone(UTC), hour, days, str(zone))


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
    dialogues: int
    handed_over: int
    faulty: int
    reached: int
    at_risk: Money
    local: Decimal | None

    @property
    def usd_per_dialogue(self) -> Decimal | None:
        return Decimal(self.totals.pico_usd) / PICO / self.dialogues if self.dialogues else None


_FORMULAS: Mapping[str, Callable[[_Measured], Value]] = {
    "dialogues": lambda m: m.dialogues,
    "false_replies": lambda m: m.faulty * 1000 / m.totals.answered if m.totals.answered else None,
    "false_reached": lambda m: m.reached * 1000 / m.totals.answered if m.totals.answered else None,
    "below_book": lambda m: m.at_risk if m.totals.answered else None,
    "handed_over": lambda m: m.handed_over / m.dialogues if m.dialogues else None,
    "cost_per_dialogue": lambda m: m.local / m.dialogues if m.local is not None and m.dialogues else None,
    "reply_time": lambda m: m.totals.p95_ms,
}


def _value(name: str, measured: _Measured) -> Value:
    return _FORMULAS[name](measured)


def _measured(container: Container, asked: Period) -> _Measured:
    reads, faulty = container.store.reads, container.store.faulty
    by_day = reads.totals(asked.since, asked.until, ("day",), timezone=asked.zone)
    moments = faulty.handed_over(asked.since, asked.until)
    return _put_together(
        container,
        reads.totals(asked.since, asked.until)[0],
        by_day,
        reads.distinct_dialogues(asked.since, asked.until),
        len({dialogue for _, dialogue in moments}),
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
    days = []
    for day in asked.dates():
        begins = datetime.combine(day, time(), zone)
        ends = datetime.combine(day + timedelta(days=1), time(), zone)
        of_day = totals.get(day, Totals((day,)))
        dialogues = reads.distinct_dialogues(begins.astimezone(UTC), ends.astimezone(UTC)) if of_day.turns else 0
        faulty = hours.get(day, [])
        days.append((day, _put_together(container, of_day, (of_day,), dialogues, len(handed.get(day, ())), faulty)))
    return tuple(days)


def _put_together(
    container: Container,
    totals: Totals,
    by_day: Iterable[Totals],
    dialogues: int,
    handed_over: int,
    hours: Iterable[FaultyHour],
) -> _Measured:
    currency = container.settings.company.currency
    reached = [hour for hour in hours if hour.reached]
    minor = sum(money.minor for hour in reached for money in hour.at_risk if money.currency == currency)
    return _Measured(
        totals,
        dialogues,
        handed_over,
        sum(hour.replies for hour in hours),
        sum(hour.replies for hour in reached),
        Money(minor, currency),
        _exact_local(container, [(t.key[0], t.pico_usd) for t in by_day]),
    )


def _exact_local(container: Container, by_day: Iterable[tuple[object, int]]) -> Decimal | None:
    """Pico-dollars of days in the company's currency, each at its day's rate, not rounded; None without a rate."""
    currency, rates = container.settings.company.currency, _rates(container)
    total = Decimal(0)
    for day, pico in by_day:
        rate = rates.on(day, currency) if isinstance(day, date) else None
        if rate is None:
            return None
        total += Decimal(pico) * rate.per_usd / PICO
    return total if rates.knows(currency) else None


def _rates(container: Container) -> ExchangeRates:
    settings = container.settings
    return configured_rates(settings.costs, currency=settings.company.currency, root=settings.root)


# --- costs ------------------------------------------------------------------------------------------------------------

SpendingGroup = Literal["total", "day", "version", "model", "channel"]
_GROUPS: Mapping[SpendingGroup, tuple[GroupBy, ...]] = {
    "total": (), "day": (), "version": ("prompt", "version"), "model": ("model",), "channel": ("channel",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spending:
    """What the model cost for a day, a version, a model, a channel or all of them. `key` is empty for the total.

    `local` is rounded once, at the end; None without an exchange rate. `unknown` counts replies of unknown cost.
    """

    key: tuple[object, ...]
    replies: int
    usage: Usage
    pico_usd: int
    local: Money | None
    unknown: int
    simulated: int

    @property
    def usd(self) -> Decimal:
        """Dollars, exact."""
        return dollars(self.pico_usd)


def spending(container: Container, asked: Period, group: SpendingGroup) -> tuple[Spending, ...]:
    """The model's cost in a period by group: days in order, other groups dearest first. The total is always one."""
    rows = container.store.reads.totals(asked.since, asked.until, ("day", *_GROUPS[group]), timezone=asked.zone)
    by_key: dict[tuple[object, ...], list[Totals]] = {(): []} if group == "total" else {}
    if group == "day":
        by_key |= {(day,): [] for day in asked.dates()}
    for row in rows:
        key = row.key if group == "day" else row.key[1:]
        by_key.setdefault(key, []).append(row)
    found = [_spending(container, key, rows) for key, rows in by_key.items()]
    return tuple(found if group == "day" else sorted(found, key=lambda s: (-s.pico_usd, str(s.key))))


def _spending(container: Container, key: tuple[object, ...], rows: list[Totals]) -> Spending:
    currency, rates = container.settings.company.currency, _rates(container)
    costs = []
    for row in rows:
        day = row.key[0]
        rate = rates.on(day, currency) if isinstance(day, date) else None
        costs.append(Cost(row.pico_usd, rate=rate.per_usd if rate else None))
    return Spending(
        key,
        sum(row.turns for row in rows),
        sum((row.usage for row in rows), Usage()),
        sum(row.pico_usd for row in rows),
        local_total(costs, currency) if rates.knows(currency) else None,
        sum(row.unknown_cost for row in rows),
        sum(row.simulated for row in rows),
    )


def dollars(pico_usd: int) -> Decimal:
    """Pico-dollars in dollars, exact."""
    return Decimal(pico_usd) / PICO


def dearest(container: Container, asked: Period, limit: int = 10) -> tuple[DearDialogue, ...]:
    """The dialogues that cost most in a period, dearest first."""
    return container.store.reads.dearest_dialogues(asked.since, asked.until, limit)


def rate_today(container: Container) -> tuple[Decimal, date] | None:
    """The exchange rate in force and its date; None without one."""
    zone = ZoneInfo(container.settings.company.timezone)
    rate = _rates(container).on(container.clock.now().astimezone(zone).date(), container.settings.company.currency)
    return (rate.per_usd, rate.since) if rate is not None and rate.since is not None else None


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
