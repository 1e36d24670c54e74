"""What probes say stands against the bot, as a source of alerts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botops.app.alerts.changes import changes
from botops.app.probing.asking import switched_on
from botops.app.probing.standing import standing
from botops.domain.alerts import LikelyCause
from botops.monitor.probe_alerts import budget_signals, failing_signals, missed_signal

if TYPE_CHECKING:
    from botops.app.alerts.changes import Known
    from botops.app.container import Container
    from botops.domain.alerts import Signal
    from botops.domain.probes import ProbeResult

_CHANGED_WITHIN = timedelta(days=1)
"""How long before the first failure a change is named as what may be behind it."""
_MOST_CAUSES = 5
_TROUBLES_KEPT = 8
_BUDGETS_EVERY_S = 60.0
_MISSED_AFTER = 2
"""Intervals without a round after which nobody is taken to ask any more."""


class ProbeSource:
    """Failing probes, goals of the month that are missed, and rounds that no longer take place.

    Whether a round is late is told by this process's own time, from when it last saw a new one: a clock that jumps, or
    a start after a night that everything was switched off, says nothing about that. After such a start old rounds say
    nothing of the bot either, until there is a new one.
    """

    def __init__(self, container: Container) -> None:
        self._container = container
        self._on = switched_on(container.settings, simulated=container.bot.model.simulated)
        self._newest: str | None = None
        self._looked = self._renewed = False
        self._seen = container.clock.monotonic()
        self._began: dict[str, datetime] = {}
        self._budgets_at = float("-inf")
        self._missed: tuple[Signal, ...] = ()
        self._causes: dict[datetime, tuple[LikelyCause, ...]] = {}

    @property
    def name(self) -> str:
        """The source's name."""
        return "probes"

    def look(self, now: datetime) -> tuple[Signal, ...]:
        """What fails, and that nothing is asked; nothing while probes are switched off. Raises StoreError."""
        if not self._on:
            return ()
        settings = self._container.settings.probes
        runs = self._container.store.probes.latest(settings.fail_after)
        newest = runs[0].id if runs else None
        clock_s = self._container.clock.monotonic()
        if newest != self._newest:
            self._newest, self._seen, self._renewed = newest, clock_s, self._looked
            self._began.clear()
        self._looked = True
        quiet_s = clock_s - self._seen
        longest_s = settings.timeout_s * (len(self._container.settings.company.languages) + 1)
        late_s = _MISSED_AFTER * settings.every_s + longest_s
        if not self._renewed:
            runs = tuple(run for run in runs if abs((now - run.at).total_seconds()) < late_s)
        found = tuple(
            replace(signal, causes=self._changed_before(signal.began_at))
            for signal in failing_signals(runs, settings.fail_after, self._failing_since)
        )
        found += self._budgets(clock_s)
        if quiet_s < late_s:
            return found
        since = now - timedelta(seconds=quiet_s - settings.every_s)
        return (*found, missed_signal(since, settings.every_s, quiet_s - settings.every_s))

    def _failing_since(self, result: ProbeResult) -> datetime:
        """When a question that fails began to; looked up once a round."""
        if result.name not in self._began:
            began = self._container.store.probes.failing_since(result.kind, result.language)
            self._began[result.name] = began or result.at
        return self._began[result.name]

    def _budgets(self, clock_s: float) -> tuple[Signal, ...]:
        """The goals of the month that are missed, looked at once a minute."""
        if clock_s >= self._budgets_at:
            month = standing(self._container)
            self._missed = budget_signals(month.figures, month.objectives.answered, month.objectives.right)
            self._budgets_at = clock_s + _BUDGETS_EVERY_S
        return self._missed

    def _changed_before(self, began: datetime) -> tuple[LikelyCause, ...]:
        """What was changed on the day before something began to fail, the latest first: nothing but time speaks for
        it. Looked up once."""
        if began not in self._causes:
            if len(self._causes) >= _TROUBLES_KEPT:
                self._causes.clear()
            found = [one for one in changes(self._container, began, began) if began - one.change.at <= _CHANGED_WITHIN]
            self._causes[began] = tuple(_cause(one) for one in found[: -_MOST_CAUSES - 1 : -1])
        return self._causes[began]


def _cause(known: Known) -> LikelyCause:
    change, entry = known.change, known.entry
    if entry is None:
        return LikelyCause(change.kind, change.at, change.what)
    return LikelyCause(
        change.kind, change.at, change.what, entry.by, subject=entry.subject, version=entry.version
    )  # fmt: skip
