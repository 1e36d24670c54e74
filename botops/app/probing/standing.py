"""How the probes of a month stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.periods import refuse_ancient
from botops.app.probing.asking import switched_on
from botops.domain.errors import UserError
from botops.monitor.probes import ProbeMonth, failing, missed_runs, month_of

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.config.probing import Objectives
    from botops.domain.probes import ProbeResult, ProbeRun

KEPT_DAYS = 400
"""Days probes are kept: a year and a month, for the figures of the same month a year ago."""


@dataclass(frozen=True, slots=True)
class ProbeStanding:
    """The probes of a calendar month in the company's time zone, so far.

    `on` says whether they run by themselves, every `every_s` seconds. `failing` are the questions that failed so often
    in a row that it is an alert, `last` the newest round, whatever its month.
    """

    month: date
    on: bool
    every_s: int
    objectives: Objectives
    figures: ProbeMonth
    failing: tuple[ProbeResult, ...]
    last: ProbeRun | None


def standing(container: Container, month: date | None = None) -> ProbeStanding:
    """The probes of the month a day lies in, this month by default. Raises UserError for a month to come or before
    1970, StoreError."""
    settings, now = container.settings, container.clock.now()
    zone = ZoneInfo(settings.company.timezone)
    today = now.astimezone(zone).date()
    first = (month or today).replace(day=1)
    if first > today:
        raise UserError(f"{first:%Y-%m} is still to come: today is {today}")
    refuse_ancient(first)
    since, end = _start(first, zone), _start(_following(first), zone)
    until = min(now, end)
    span = container.store.probes.span(since, until)
    on = switched_on(settings, simulated=container.bot.model.simulated)
    running = on and now < end
    off_since = max((at for at, _ in span.scheduled), default=until) if now < end and not on else until
    every_s = settings.probes.every_s
    figures = month_of(
        span, since, until,
        missed=missed_runs(span.scheduled, since, off_since, running=running),
        due=(end - since).total_seconds() / every_s * (len(settings.company.languages) + 1),
        objectives=(settings.probes.objectives.answered, settings.probes.objectives.right),
    )  # fmt: skip
    latest = container.store.probes.latest(settings.probes.fail_after)
    found = failing((r for run in latest for r in run.results), settings.probes.fail_after)
    return ProbeStanding(first, on, every_s, settings.probes.objectives, figures, found, latest[0] if latest else None)


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _following(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
