"""Looks at every source of alerts and keeps what stands, what is over and who has it."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from botops.app.alerts.announcing import announcing
from botops.app.container import new_id
from botops.app.releases.team import responsible_for
from botops.domain.alerts import AlertSeverity, Signal
from botops.domain.errors import BotopsError, UserError
from botops.monitor.alerts import RETURNS_WITHIN, reconcile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from botops.app.container import Container
    from botops.domain.alerts import Alert, AlertChange, AlertSource, Area

log = logging.getLogger(__name__)

BLIND_AFTER = 3
"""Looks in a row that a source may fail before that is an alert of its own."""


@dataclass(slots=True)
class _Blind:
    since: datetime
    looks: int
    fault: str


class AlertWatch:
    """Looks at sources, one after another. Not for several threads: each thread has a watch of its own, with its own
    name and sources."""

    def __init__(
        self, container: Container, sources: Iterable[AlertSource], name: str = "alerts", *, rest: float = 0.0
    ) -> None:
        """`rest` is how many times as long as its last look took a source is left alone before the next one."""
        self._container = container
        self._rest = rest
        self._next: dict[str, float] = {}
        self._sources = tuple(sources)
        self._name = name
        self._known: tuple[Alert, ...] = ()
        self._blind: dict[str, _Blind] = {}
        self._team_fault: str | None = None
        twice = [one for one, count in Counter(s.name for s in self._sources).items() if count > 1]
        if twice:
            raise ValueError(f"sources of one name would resolve each other's alerts: {', '.join(sorted(twice))}")

    def look(self) -> tuple[AlertChange, ...]:
        """Looks once at each source; what changed.

        A source that fails is said in the log and leaves its alerts as they are; it keeps no other from being looked
        at, and is itself an alert when it fails `BLIND_AFTER` times in a row. Raises StoreError when alerts cannot be
        kept.
        """
        changes: list[AlertChange] = []
        now, monotonic = self._container.clock.now(), self._container.clock.monotonic
        self._known = self._container.store.alerts.known(now - RETURNS_WITHIN)
        for source in self._sources:
            begun = monotonic()
            if begun < self._next.get(source.name, begun):
                continue
            signals = self._look_at(source, now)
            self._next[source.name] = monotonic() + self._rest * (monotonic() - begun)
            if signals is not None:
                changes += self._keep(source.name, signals, now)
        changes += self._keep(f"watch:{self._name}", self._blindness(), now)
        return tuple(changes)

    def _look_at(self, source: AlertSource, now: datetime) -> tuple[Signal, ...] | None:
        try:
            signals = source.look(now)
        except Exception as error:  # one broken source must not hide what the others see
            self._container.metrics.watch_errors.inc()
            self._container.metrics.alert_look_errors.labels(source.name).inc()
            if isinstance(error, BotopsError):
                log.error("looking for alerts of %s failed, tried again soon: %s", source.name, error)
            else:
                log.exception("looking for alerts of %s broke off", source.name)
            blind = self._blind.setdefault(source.name, _Blind(now, 0, ""))
            blind.looks += 1
            blind.fault = f"{type(error).__name__}: {error}"
            return None
        self._blind.pop(source.name, None)
        self._container.metrics.alert_looks.labels(source.name).set(now.timestamp())
        return signals

    def _keep(self, source: str, signals: Iterable[Signal], now: datetime) -> tuple[AlertChange, ...]:
        step = partial(reconcile, source=source, signals=tuple(signals), now=now, owner=self._owner, new_id=new_id)
        if not step([alert for alert in self._known if alert.source == source]):
            return ()  # nothing is written, and nobody waits for a writer, while nothing changes
        changes = self._container.store.alerts.reconcile(
            source, now - RETURNS_WITHIN, step, announcing(self._container)
        )
        for change in changes:
            if change.event is not None:
                log.warning("alert %s %s: %s", change.alert.id[:8], change.event.kind.value, change.alert.signal.key)
        return changes

    def _owner(self, area: Area) -> str | None:
        """The role that has an area. An unreadable team file is said once and leaves the alert without an owner: the
        trouble matters more than whose it is."""
        try:
            role = responsible_for(self._container.settings, area)
        except UserError as error:
            if str(error) != self._team_fault:
                log.error("alerts have no owner: %s", error)
            self._team_fault = str(error)
            return None
        self._team_fault = None
        return role

    def _blindness(self) -> tuple[Signal, ...]:
        return tuple(
            Signal(
                key=f"blind:{name}",
                rule="BotopsWatchFailing",
                severity=AlertSeverity.TICKET,
                area="service",
                began_at=blind.since,
                title={
                    "ru": f"Не получается следить за «{name}»",
                    "kk": f"«{name}» бақыланбай тұр",
                    "en": f"Nobody is watching {name}: looking at it fails",
                },
                text={
                    "ru": f"Подряд не удалось {blind.looks} раз: {blind.fault}. Новых оповещений отсюда не будет.",
                    "kk": f"Қатарынан {blind.looks} рет сәтсіз: {blind.fault}. Мұндан жаңа хабарлама болмайды.",
                    "en": f"It failed {blind.looks} times in a row: {blind.fault}. No new alerts come from here.",
                },
                subject=name,
                facts={"failed_looks": blind.looks},
            )
            for name, blind in self._blind.items()
            if blind.looks >= BLIND_AFTER
        )
