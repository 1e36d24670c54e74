"""An incident from an alert: what the alert knows is taken over, and the two know of each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from botops.app.access.acting import needs
from botops.app.alerts import inbox
from botops.app.incidents import remedies
from botops.app.incidents.steps import MOST_TITLE, open_incident
from botops.domain.access import Right
from botops.domain.alerts import AlertSeverity
from botops.domain.errors import ConflictError
from botops.domain.incidents import IncidentSeverity, Scope
from botops.domain.people import readable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botops.app.container import Container
    from botops.app.incidents.remedies import AtFault
    from botops.domain.alerts import Alert
    from botops.domain.incidents import Incident

Detail = dict[str, str | int | float | bool | None]


@needs(Right.OPERATE)
def from_alert(
    container: Container,
    alert_id: str,
    *,
    by: str,
    title: str | None = None,
    severity: IncidentSeverity | None = None,
    owner: str | None = None,
) -> Incident:
    """Opens an incident from an alert, which acknowledges it: scope, beginning, severity, owner and money at risk are
    the alert's unless they are given.

    Of one alert there is one incident; where its opening was broken off before the alert knew, it is finished. Raises
    NotFoundError, ConflictError when the alert belongs to an incident, UserError when nobody would own it.
    """
    alert = inbox.alert(container, alert_id)
    _refuse_linked(alert)
    incident = container.store.incidents.of_alert(alert.id)
    if incident is None:
        language = container.settings.company.languages[0]
        incident = open_incident(
            container, title or shortened(alert.signal.title[language]), severity or severity_of(alert),
            scope_of(alert, container.clock.now(), remedies.of_alert(container, alert.id)), by=by,
            owner=owner or alert.owner, area=alert.signal.area,
            alert=alert.id, at_risk=alert.signal.at_risk, detail=_known(alert),
        )  # fmt: skip
    inbox.link_incident(container, alert.id, incident.number, by=by)
    return incident


@needs(Right.OPERATE)
def attach(container: Container, number: int, alert_id: str, *, by: str) -> Incident:
    """Says that an alert belongs to an incident there is, which acknowledges the alert: its events are in the
    incident's timeline from now on. Raises NotFoundError, ConflictError when it belongs to another."""
    incident = container.store.incidents.get(number)
    if inbox.alert(container, alert_id).incident != number:
        inbox.link_incident(container, alert_id, number, by=by)
    return incident


def severity_of(alert: Alert) -> IncidentSeverity:
    """How bad it is as the alert has it: what wakes people and is everywhere is critical, in a part of the traffic
    major; what waits for working hours is major when clients were told something wrong, else minor."""
    if alert.severity is AlertSeverity.PAGE:
        return IncidentSeverity.CRITICAL if alert.signal.where is None else IncidentSeverity.MAJOR
    told_wrong = alert.severity is AlertSeverity.TICKET and alert.signal.scope is not None
    return IncidentSeverity.MAJOR if told_wrong else IncidentSeverity.MINOR


def scope_of(alert: Alert, now: datetime, at_fault: AtFault) -> Scope:
    """The replies an alert is about; where it names no version but holds one to be the cause, those of that version:
    what is said by another after a rollback is no part of the incident.

    An alert that names no replies asks for every wrong one since it began if it is about what the bot says, and else
    for none: a provider that is down told nobody anything.
    """
    signal = alert.signal
    if signal.scope is not None:
        scope = signal.scope
        if scope.prompt is None and at_fault.version is not None:
            scope = replace(scope, prompt=at_fault.prompt, version=at_fault.version)
        return scope
    began = min(signal.began_at, now)
    return Scope(began) if signal.area == "replies" else Scope(began, until=began)


def shortened(title: str) -> str:
    """A title on one line that can be shown, no longer than one may be."""
    line = " ".join(readable(title).split())
    return line if len(line) <= MOST_TITLE else line[: MOST_TITLE - 1].rstrip() + "…"


def _refuse_linked(alert: Alert) -> None:
    if alert.incident is not None:
        raise ConflictError(f"alert {alert.id[:8]} belongs to INC-{alert.incident} already")


def _known(alert: Alert) -> Mapping[str, str | int | float | bool | None]:
    signal = alert.signal
    detail: Detail = {"alert": alert.id, "rule": signal.rule}
    if signal.where is not None:
        detail |= {"where": f"{signal.where.dimension} {signal.where.value}", "share": round(signal.where.share, 3)}
    return MappingProxyType(detail)
