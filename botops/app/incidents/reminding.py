"""What is not done about incidents: listed, and told again until it is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.incidents.announcing import notice_of_reminder
from botops.monitor.incident_reminders import due, undone
from botops.monitor.incident_words import reminder_line

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.domain.messages import Language

_ALL = 10_000


def reminders(container: Container, language: Language = "en") -> tuple[str, ...]:
    """What is not done, a line each: incidents nobody took, resolved or learnt from, and actions past their day."""
    now, zone = container.clock.now(), ZoneInfo(container.settings.company.timezone)
    found = container.store.incidents.latest(most=_ALL)
    return tuple(reminder_line(one, now, language) for one in undone(found, now, zone))


class Reminding:
    """Puts reminders into the outbox, each once: a duty of the watch loop."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._given: frozenset[str] = frozenset()

    def look(self) -> int:
        """Puts what is due; how many reminders are new. Raises StoreError."""
        container = self._container
        asked = container.settings.alerts
        if not asked.channels or not asked.remind_every_min:
            return 0
        now, zone = container.clock.now(), ZoneInfo(container.settings.company.timezone)
        every = timedelta(minutes=asked.remind_every_min)
        found = due(container.store.incidents.latest(most=_ALL), now, zone, every)
        notices = [notice_of_reminder(container.settings, one, now) for one in found if one.key not in self._given]
        new = container.store.outbox.put(*notices) if notices else 0
        self._given = frozenset(one.key for one in found)
        return new
