"""What goes on right now: the last hours one by one, their numbers, and what was changed meanwhile."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.costs.amounts import Amount, converted
from botops.app.costs.currency import currency_asked
from botops.app.periods import Period
from botops.app.queries import Number, numbers_of
from botops.app.releases.auditing import entries
from botops.domain.releases import AuditEntry, Deed
from botops.domain.turns import FAULT_RULES
from botops.store import Totals

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.domain.alerts import Alert

HOURS = (24, 72, 168)
"""How many hours back one can look."""
NUMBERS = ("uptime", "reply_time", "handed_over", "cost_per_hour")
"""The numbers of the page, in their order."""
CHANGES = frozenset(
    {Deed.PUBLISH, Deed.ROLLBACK, Deed.SPLIT, Deed.SPLIT_END, Deed.OVERRIDE, Deed.OVERRIDE_END, Deed.ALARM}
)
"""Deeds that change what clients are answered, and alarms."""
_SHARED = ("reply_time", "handed_over")
_MOST_CHANGES = 500
_MOST_ALERTS = 100


@dataclass(frozen=True, slots=True)
class LiveHour:
    """One hour from `at`: turns that ended in it and those of them the bot could not answer by itself, dialogues handed
    to a person, the time 95 % of replies stayed under (None without replies), the cost of all model calls. `unpriced`
    turns have a call of unknown cost, which counts 0."""

    at: datetime
    turns: int
    failed: int
    handed_over: int
    p95_ms: float | None
    cost: Amount
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class Live:
    """[since, until) hour by hour, the one under way included, and what was changed, the oldest first; the alerts that
    were raised meanwhile, the newest first."""

    period: Period
    numbers: tuple[Number, ...]
    hours: tuple[LiveHour, ...]
    changes: tuple[AuditEntry, ...]
    alerts: tuple[Alert, ...]

    @property
    def empty(self) -> bool:
        """True when nothing happened."""
        return not any(hour.turns for hour in self.hours)

    @property
    def unpriced(self) -> int:
        """Turns with a call of unknown cost: more was spent than is shown."""
        return sum(hour.unpriced for hour in self.hours)


def live(container: Container, hours: int) -> Live:
    """The last hours up to the end of this one. Raises StoreError."""
    asked = last_hours(container, hours)
    found = hours_of(container, asked)
    now = _uptime(found), _per_hour(container, found)
    before_hours = hours_of(container, asked.previous)
    before = _uptime(before_hours), _per_hour(container, before_hours)
    known = {number.id: number for number in numbers_of(container, asked, _SHARED)}
    known["uptime"] = Number("uptime", now[0], before[0])
    (rate, spent), (rate_before, spent_before) = now[1], before[1]
    known["cost_per_hour"] = Number("cost_per_hour", rate, rate_before, usd=spent, usd_previous=spent_before)
    raised = container.store.alerts.latest(since=asked.since, most=_MOST_ALERTS)
    return Live(
        asked, tuple(known[name] for name in NUMBERS), found, changes(container, asked.since, asked.until),
        tuple(alert for alert in raised if alert.raised_at >= asked.since),
    )  # fmt: skip


def last_hours(container: Container, hours: int) -> Period:
    """The last so many hours, a multiple of 24, up to the end of the one under way."""
    end = container.clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return Period(end - timedelta(hours=hours), end, hours // 24, container.settings.company.timezone)


def hours_of(container: Container, asked: Period) -> tuple[LiveHour, ...]:
    """Every hour of a period, those in which nothing happened included."""
    zone = ZoneInfo(asked.zone)
    currency, rates = currency_asked(container, None)
    totals = {row.key[0]: row for row in container.store.reads.totals(asked.since, asked.until, ("hour",))}
    faults: Counter[datetime] = Counter()
    handed: dict[datetime, set[str]] = {}
    for at, dialogue, rule in container.store.moments.hand_offs(asked.since, asked.until):
        hour = at.replace(minute=0, second=0, microsecond=0)
        handed.setdefault(hour, set()).add(dialogue)
        faults[hour] += rule in FAULT_RULES
    found = []
    for number in range(int((asked.until - asked.since) / timedelta(hours=1))):
        at = asked.since + timedelta(hours=number)
        row = totals.get(at, Totals())
        cost = converted([(at.astimezone(zone).date(), row.pico_usd)], rates, currency)
        failed = min(row.turns, row.failed + faults[at])
        found.append(LiveHour(at, row.turns, failed, len(handed.get(at, ())), row.p95_ms, cost, row.unknown_cost))
    return tuple(found)


def changes(container: Container, since: datetime, until: datetime) -> tuple[AuditEntry, ...]:
    """What was done to what clients are answered in [since, until), and alarms; the oldest first. Steps that a release
    file knows and the log lacks are among them."""
    kept = {e.id: e for e in container.store.audit.between(since, until, most=_MOST_CHANGES)}
    told = entries(container.settings, container.registry, container.store, most=_MOST_CHANGES)
    kept |= {e.id: e for e in told if since <= e.at < until}
    return tuple(sorted((e for e in kept.values() if e.deed in CHANGES), key=lambda e: (e.at, e.id)))


def _uptime(hours: tuple[LiveHour, ...]) -> float | None:
    turns = sum(hour.turns for hour in hours)
    return 1 - sum(hour.failed for hour in hours) / turns if turns else None


def _per_hour(container: Container, hours: tuple[LiveHour, ...]) -> tuple[Decimal | None, Decimal | None]:
    """In the company's currency, None without a rate, and in dollars; of the hour under way only what has passed. None
    where nothing is known."""
    total = sum((hour.cost for hour in hours[1:]), hours[0].cost)
    if not any(hour.turns for hour in hours) or (not total.pico_usd and any(hour.unpriced for hour in hours)):
        return None, None
    end = min(hours[-1].at + timedelta(hours=1), container.clock.now())
    passed = Decimal((end - hours[0].at) // timedelta(seconds=1)) / 3600
    return None if total.local is None else total.local / passed, total.usd / passed
