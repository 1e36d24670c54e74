"""What the numbers of a period are made of, as the store has it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from botops.app.costs.reporting import cost_rows
from botops.domain.money import Money

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.app.costs.amounts import Mean
    from botops.app.periods import Period

_By = tuple[Literal["day"], ...]


@dataclass(slots=True)
class Measured:
    """What there is of a period or a day: replies, those with false terms and of these those that reached a client with
    the money at risk in them, the dialogues, and those handed over. `cost` is that of a dialogue, `p95_ms` the time
    95 % of replies stay under."""

    at_risk: Money
    answered: int = 0
    simulated: int = 0
    faulty: int = 0
    reached: int = 0
    handed_over: set[str] = field(default_factory=set)
    dialogues: int = 0
    cost: Mean | None = None
    p95_ms: float | None = None


class Source:
    """What some numbers of the glossary are made of in a period, in the one before and on its days: read once, and
    nothing that none of them needs. Raises StoreError."""

    def __init__(self, container: Container, asked: Period, names: Iterable[str]) -> None:
        self._container, self._asked, self._names = container, asked, frozenset(names)
        store, since, until = container.store, asked.previous.since, asked.until
        self._replies = store.reads.replies(since, until)
        self._faulty = store.faulty.by_hour(since, until)
        self._handed = store.faulty.handed_over(since, until) if "handed_over" in self._names else ()

    def whole(self, period: Period) -> Measured:
        """A period: the one asked for or the one before."""
        return self._measured(period, ())[()]

    def days(self) -> tuple[tuple[date, Measured], ...]:
        """The days of the period, in order."""
        found = self._measured(self._asked, ("day",))
        return tuple((day, found[day,]) for day in self._asked.dates())

    def _measured(self, period: Period, by: _By) -> Mapping[tuple[object, ...], Measured]:
        nothing, zone = Money(0, self._container.settings.company.currency), ZoneInfo(period.zone)
        found = defaultdict[tuple[object, ...], Measured](lambda: Measured(nothing))

        def of(at: datetime) -> Iterator[Measured]:
            if period.since <= at < period.until:
                yield found[(at.astimezone(zone).date(),) if by else ()]

        for hour in self._replies:
            for into in of(hour.hour):
                into.answered += hour.answered
                into.simulated += hour.simulated
        for faulty in self._faulty:
            for into in of(faulty.hour):
                into.faulty += faulty.replies
                into.reached += faulty.replies if faulty.reached else 0
                if faulty.reached:
                    into.at_risk = sum((m for m in faulty.at_risk if m.currency == nothing.currency), into.at_risk)
        for at, dialogue in self._handed:
            for into in of(at):
                into.handed_over.add(dialogue)
        self._dear(period, by, zone, found)
        return found

    def _dear(self, period: Period, by: _By, zone: ZoneInfo, found: defaultdict[tuple[object, ...], Measured]) -> None:
        """Adds what takes a while: dialogues are counted each once, which no sums of hours tell."""
        store, since, until = self._container.store, period.since, period.until
        if "cost_per_dialogue" in self._names:
            for row in cost_rows(self._container, period, by):
                found[row.key].dialogues, found[row.key].cost = row.spoken.dialogues, row.per_dialogue
        elif self._names & {"dialogues", "handed_over"}:
            if by:
                for day, dialogues in store.costs.dialogues_by_day(since, until, zone).items():
                    found[day,].dialogues = dialogues
            else:
                found[()].dialogues = store.costs.dialogues(since, until)
        if "reply_time" in self._names:
            for totals in store.reads.totals(since, until, by, timezone=period.zone):
                found[totals.key].p95_ms = totals.p95_ms
