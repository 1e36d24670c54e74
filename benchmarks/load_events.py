"""What people did about the turns of `load_store.py`: releases in the log, ratings, rulings, alerts and incidents."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from botops.domain.alerts import Alert, AlertChange, AlertEvent, AlertEventKind, AlertSeverity, AlertState, Signal
from botops.domain.incidents import EntryKind, Incident, IncidentSeverity, Scope, TimelineEntry
from botops.domain.outcomes import Feedback, Voice
from botops.domain.releases import AuditEntry, Deed
from botops.store import DialogueFilter, Store

PEOPLE = ("person-1", "person-2", "person-3")


def load_events(store: Store, end: datetime, days: int, seed: int) -> None:
    """Fills the store with a year's worth of what people do: 4 releases a day, 3 alerts a day, an incident a week."""
    chance, first = random.Random(seed), end - timedelta(days=days)
    moments = sorted(first + timedelta(seconds=chance.randrange(days * 86_400)) for _ in range(days * 4))
    for number, at in enumerate(moments):
        deed = chance.choice((Deed.PUBLISH, Deed.PUBLISH, Deed.ROLLBACK, Deed.SPLIT))
        store.audit.add(
            AuditEntry(
                f"load-{seed}-{number}", at, chance.choice(PEOPLE), deed, "prompt:sales", "load", str(number % 9)
            )
        )
    store.feedback.add_many(list(_ratings(store, chance)))
    alerts = list(_alerts(first, days, chance))
    store.alerts.reconcile("load", first, lambda _known: alerts)
    for week in range(days // 7):
        _incident(store, first + timedelta(days=7 * week), week, chance)


def _ratings(store: Store, chance: random.Random) -> Iterator[Feedback]:
    for row in store.reads.dialogues(DialogueFilter(limit=200)).items:
        yield Feedback(
            f"load-{row.id}", row.id, chance.randint(1, 5), row.last_at, "load", Voice.MANAGER, chance.choice(PEOPLE)
        )


def _alerts(first: datetime, days: int, chance: random.Random) -> Iterator[AlertChange]:
    for number in range(days * 3):
        at = first + timedelta(hours=8 * number)
        said: Any = {"ru": f"Доля ошибок выросла {number}", "kk": f"Қателер көбейді {number}", "en": f"Errors {number}"}
        severity = chance.choice(tuple(AlertSeverity))
        signal = Signal(f"load-{number}", "errors-rise", severity, "replies", at, said, said)
        alert = Alert(f"{number:032x}", "load", signal, severity, "sales_enablement", at, at)
        yield AlertChange(alert, AlertEvent(alert.id, at, AlertEventKind.RAISED, "load"))
        if number < days * 3 - 5:
            over = replace(alert, state=AlertState.RESOLVED, resolved_at=at + timedelta(hours=2))
            yield AlertChange(over, AlertEvent(alert.id, at + timedelta(hours=2), AlertEventKind.RESOLVED, "load"))


def _incident(store: Store, at: datetime, number: int, chance: random.Random) -> None:
    scope = Scope(at, at + timedelta(hours=chance.choice((4, 24, 72))), prompt="sales")
    severity = chance.choice(tuple(IncidentSeverity))
    incident = Incident(0, f"load {number}", severity, "sales_enablement", scope, at, at, PEOPLE[0])
    store.incidents.open(incident, TimelineEntry(at, EntryKind.OPENED, PEOPLE[0], incident.title))
