"""What people are reminded of about incidents, and how often, until it is done. Rules alone; nothing is read or sent
here.

Every reminder has a key that names what it is about and which time it is; one that was given under its key is not given
again. A clock that jumps can therefore bring the next reminder forward, and never the same one twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from botops.domain.alerts import AlertSeverity
from botops.domain.incidents import FollowUp, Incident, IncidentSeverity, IncidentState
from botops.monitor.incidents import overdue

UNLEARNT_AFTER = timedelta(days=3)
"""How long after its end an incident may stay open to learn from it."""
_WEEK = timedelta(days=7)
_SEVERITIES = {
    IncidentSeverity.CRITICAL: AlertSeverity.PAGE,
    IncidentSeverity.MAJOR: AlertSeverity.TICKET,
    IncidentSeverity.MINOR: AlertSeverity.DIGEST,
}


class Undone(StrEnum):
    """What is not done: nobody took the incident, it is not over, an action is past its day, nothing was learnt."""

    UNTAKEN = "untaken"
    UNRESOLVED = "unresolved"
    OVERDUE = "overdue"
    UNLEARNT = "unlearnt"


@dataclass(frozen=True, slots=True)
class Reminder:
    """Something that is not done about an incident, since when, and which role is to do it. `follow_up` is the action
    that is overdue; `key` tells one reminder from the next."""

    what: Undone
    incident: Incident
    role: str
    since: datetime
    severity: AlertSeverity
    key: str
    follow_up: FollowUp | None = None


def disturbs(severity: IncidentSeverity) -> AlertSeverity:
    """Whom a new incident disturbs: a critical one wakes people, a major one waits for working hours, a minor one for
    the day's summary."""
    return _SEVERITIES[severity]


def undone(
    incidents: Iterable[Incident], now: datetime, zone: tzinfo, every: timedelta = timedelta(days=1)
) -> tuple[Reminder, ...]:
    """Everything that is not done now. What nobody took is told again each `every`, what somebody has once a day of
    `zone`, what was not learnt from once a week."""
    found = tuple(incidents)
    today = now.astimezone(zone).date()
    reminders = [one for incident in found for one in _about(incident, now, today.isoformat(), every)]
    for incident, follow_up in overdue(found, today):
        since = datetime.combine(follow_up.due, datetime.min.time(), zone) + timedelta(days=1)
        key = f"incident:{incident.number}:action:{follow_up.id}:{today}"
        reminders.append(
            Reminder(Undone.OVERDUE, incident, follow_up.owner, since, AlertSeverity.TICKET, key, follow_up)
        )
    return tuple(reminders)


def _about(incident: Incident, now: datetime, today: str, every: timedelta) -> Iterator[Reminder]:
    name = f"incident:{incident.number}"
    if incident.state is IncidentState.OPEN:
        turn = max(0, (now - incident.opened_at) // every)
        severity = disturbs(incident.severity)
        yield Reminder(Undone.UNTAKEN, incident, incident.owner, incident.opened_at, severity, f"{name}:untaken:{turn}")
    elif incident.state is IncidentState.ACKNOWLEDGED:
        severity = AlertSeverity.DIGEST if incident.severity is IncidentSeverity.MINOR else AlertSeverity.TICKET
        yield Reminder(
            Undone.UNRESOLVED, incident, incident.owner, incident.opened_at, severity, f"{name}:unresolved:{today}"
        )
    elif incident.state is IncidentState.RESOLVED and incident.resolved_at is not None:
        late = now - incident.resolved_at
        if late >= UNLEARNT_AFTER:
            key = f"{name}:unlearnt:{(late - UNLEARNT_AFTER) // _WEEK}"
            yield Reminder(Undone.UNLEARNT, incident, incident.owner, incident.resolved_at, AlertSeverity.TICKET, key)


def due(incidents: Iterable[Incident], now: datetime, zone: tzinfo, every: timedelta) -> tuple[Reminder, ...]:
    """What people are to be reminded of now, if they were not yet. An incident that was opened just now is not told
    again before `every` has passed, one under way not before the next day."""
    today = now.astimezone(zone).date()
    return tuple(
        one
        for one in undone(incidents, now, zone, every)
        if not (one.what is Undone.UNTAKEN and now - one.since < every)
        and not (one.what is Undone.UNRESOLVED and one.since.astimezone(zone).date() >= today)
    )
