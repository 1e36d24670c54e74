"""Incidents as JSON: the same rows on the command line and over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from botops.domain.incidents import FollowUp, Incident, Scope, TimelineEntry
    from botops.domain.money import Money
    from botops.monitor.incidents import IncidentFigures, Spans
    from botops.monitor.postmortem import Impact


def incident_row(of: Incident) -> dict[str, Any]:
    """An incident; moments in UTC, `at_risk` as the alert or a person put it."""
    return {
        "name": of.name,
        "number": of.number,
        "title": of.title,
        "severity": of.severity.value,
        "owner": of.owner,
        "state": of.state.value,
        "began_at": of.began_at.isoformat(),
        "opened_at": of.opened_at.isoformat(),
        "opened_by": of.opened_by,
        "alert": of.alert,
        "acknowledged_at": _moment(of.acknowledged_at),
        "acknowledged_by": of.acknowledged_by,
        "resolved_at": _moment(of.resolved_at),
        "resolved_by": of.resolved_by,
        "closed_at": _moment(of.closed_at),
        "closed_by": of.closed_by,
        "cause": of.cause,
        "cause_kind": of.cause_kind and of.cause_kind.value,
        "case": of.case,
        "no_case": of.no_case,
        "at_risk": of.at_risk and money_row(of.at_risk),
        "scope": scope_row(of.scope),
        "follow_ups": [_follow_up(one) for one in of.follow_ups],
    }


def scope_row(of: Scope) -> dict[str, Any]:
    """What an incident asks the store; None asks for no condition."""
    return {
        "since": of.since.isoformat(),
        "until": _moment(of.until),
        "prompt": of.prompt,
        "version": of.version,
        "kind": of.kind and of.kind.value,
        "severity": None if of.severity is None else of.severity.label,
        "channel": of.channel,
        "language": of.language,
    }


def entry_row(of: TimelineEntry) -> dict[str, Any]:
    """An entry of a timeline."""
    return {
        "at": of.at.isoformat(), "kind": of.kind.value, "by": of.by, "text": of.text, "subject": of.subject,
        "detail": dict(of.detail),
    }  # fmt: skip


def impact_row(of: Impact) -> dict[str, Any]:
    """What an incident did; money apart for each currency."""
    return {
        "replies": of.replies, "dialogues": of.dialogues, "leads": of.leads,
        "at_risk": [money_row(one) for one in of.at_risk],
    }  # fmt: skip


def figures_row(of: IncidentFigures) -> dict[str, Any]:
    """Incidents in figures; spans in seconds, None where no incident came so far."""
    return {
        "incidents": of.incidents,
        "unresolved": of.unresolved,
        "to_notice": _spans(of.to_notice),
        "to_acknowledge": _spans(of.to_acknowledge),
        "to_resolve": _spans(of.to_resolve),
        "repeats": [{"kind": one.kind.value, "incidents": list(one.incidents)} for one in of.repeats],
    }


def money_row(of: Money) -> dict[str, str]:
    """An amount in major units, exact, as text."""
    return {"amount": str(of.amount), "currency": of.currency}


def _follow_up(of: FollowUp) -> dict[str, Any]:
    return {
        "id": of.id, "text": of.text, "owner": of.owner, "due": of.due.isoformat(), "done_at": _moment(of.done_at),
        "done_by": of.done_by,
    }  # fmt: skip


def _spans(of: Spans | None) -> dict[str, float] | None:
    if of is None:
        return None
    return {"median_s": of.median.total_seconds(), "mean_s": of.mean.total_seconds()}


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
