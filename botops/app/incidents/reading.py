"""Incidents as they are read: what happened and when, what it did to clients, what was learnt."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.incidents.announcing import titles_of
from botops.domain.alerts import AlertEventKind
from botops.domain.incidents import AffectedReply, EntryKind, Incident, TimelineEntry
from botops.domain.releases import Deed
from botops.monitor import incidents as life
from botops.monitor.postmortem import Impact, PostmortemLanguage, draft, impact_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from botops.app.container import Container
    from botops.domain.alerts import Alert, LikelyCause
    from botops.domain.releases import AuditEntry

LOOK_BACK = timedelta(hours=24)
"""How long before the beginning of an incident a timeline looks for what may have caused it."""
_ALL = 10_000
"""More incidents than any period has."""
_OF_THE_SIGNAL = frozenset({AlertEventKind.RAISED, AlertEventKind.WORSENED, AlertEventKind.RETURNED})
_TOLD_BY_ALERTS = frozenset({Deed.ACKNOWLEDGE, Deed.RESOLVE})
"""What people did to alerts: alerts of the incident tell it themselves, others do not belong here."""


def timeline(container: Container, incident: Incident) -> tuple[TimelineEntry, ...]:
    """What was done and said about an incident, together with what became of its alerts and with every deed of the
    audit log from a day before it began until it was over: publishes, rollbacks, orders, alarms; in order of time.

    A deed that an alert holds to be the cause has the probability of that in its detail, as `likely_cause`.
    """
    until = incident.resolved_at or container.clock.now()
    deeds = container.store.audit.between(incident.began_at - LOOK_BACK, until + timedelta(microseconds=1))
    alerts = container.store.alerts.of_incident(incident.number)
    causes = likely_causes(alerts)
    told = [_deed(deed, causes) for deed in deeds if deed.deed not in _TOLD_BY_ALERTS]
    happened = [entry for alert in reversed(alerts) for entry in _alert_entries(container, alert)]
    kept = container.store.incidents.entries(incident.number)
    return tuple(sorted([*told, *happened, *kept], key=lambda entry: entry.at))


def likely_causes(alerts: Iterable[Alert]) -> tuple[LikelyCause, ...]:
    """What the alerts of an incident hold to be behind it, the likeliest first; what only came before it comes last."""
    found = {(cause.at, cause.what): cause for alert in alerts for cause in alert.signal.causes}
    return tuple(sorted(found.values(), key=lambda c: (-(c.probability or 0.0), -c.at.timestamp(), c.what)))


def _deed(deed: AuditEntry, causes: Iterable[LikelyCause]) -> TimelineEntry:
    likely = next((c for c in causes if c.subject == deed.subject and c.at == deed.at and c.probability), None)
    detail = dict(deed.detail) if likely is None else {**deed.detail, "likely_cause": likely.probability}
    version = f" {deed.version}" if deed.version else ""
    text = f"{deed.deed.value}{version}: {deed.reason}"
    return TimelineEntry(deed.at, EntryKind.DEED, deed.by, text, deed.subject, detail)


def _alert_entries(container: Container, alert: Alert) -> Iterator[TimelineEntry]:
    """What became of an alert, in the company's own language where the alert has words of its own."""
    language = container.settings.company.languages[0]
    subject = f"alert:{alert.id[:8]}"
    for event in container.store.alerts.events(alert.id):
        said = event.text
        if event.kind in _OF_THE_SIGNAL:
            said = f"{alert.signal.title[language]} ({alert.signal.rule})"
        text = f"{event.kind.value}: {said}" if said else event.kind.value
        yield TimelineEntry(event.at, EntryKind.ALERT, event.by, text, subject)


def affected(container: Container, incident: Incident) -> Iterator[AffectedReply]:
    """What was wrong in replies that reached clients, in order of time. The question is asked anew each time: replies
    that were still to come when the incident was opened are among them."""
    scope = incident.scope
    return container.store.incidents.affected(replace(scope, until=scope.until or incident.resolved_at))


def impact(container: Container, incident: Incident) -> Impact:
    """What an incident did, counted from its affected replies as they are kept now."""
    return impact_of(tuple(affected(container, incident)))


def postmortem(container: Container, number: int, language: PostmortemLanguage) -> str:
    """The draft of an incident's postmortem, in Markdown. Raises NotFoundError."""
    incident = container.store.incidents.get(number)
    zone = ZoneInfo(container.settings.company.timezone)
    causes = likely_causes(container.store.alerts.of_incident(number))
    return draft(
        incident, timeline(container, incident), impact(container, incident), language, zone, causes,
        titles_of(container.settings),
    )  # fmt: skip


def figures(container: Container, days: int) -> life.IncidentFigures:
    """The incidents opened in the last days in figures."""
    since = container.clock.now() - timedelta(days=days)
    found = container.store.incidents.latest(most=_ALL)
    return life.figures([i for i in found if i.opened_at >= since])
