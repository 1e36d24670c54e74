"""Alerts as plain values: what `--json` prints and the API answers with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from botops.domain.alerts import Alert, AlertEvent, Signal, Silence


def alert_row(alert: Alert, silence: Silence | None = None) -> dict[str, Any]:
    """An alert, and the silence because of which nobody is told of it now."""
    return {
        "id": alert.id,
        "source": alert.source,
        "state": alert.state.value,
        "severity": alert.severity.value,
        "owner": alert.owner,
        **_signal_row(alert.signal),
        "raised_at": _moment(alert.raised_at),
        "seen_at": _moment(alert.seen_at),
        "resolved_at": _moment(alert.resolved_at),
        "resolved_by": alert.resolved_by,
        "acknowledged_at": _moment(alert.acknowledged_at),
        "acknowledged_by": alert.acknowledged_by,
        "incident": alert.incident,
        "returns": alert.returns,
        "silenced_until": _moment(silence.until) if silence is not None else None,
    }


def event_row(event: AlertEvent) -> dict[str, Any]:
    """One entry of an alert's history."""
    return {"at": _moment(event.at), "kind": event.kind.value, "by": event.by, "text": event.text}


def silence_row(silence: Silence) -> dict[str, Any]:
    """An order to tell nobody."""
    return {
        "id": silence.id,
        "since": _moment(silence.since),
        "until": _moment(silence.until),
        "by": silence.by,
        "reason": silence.reason,
        "rule": silence.rule,
        "area": silence.area,
        "key": silence.key,
        "ended_at": _moment(silence.ended_at),
        "ended_by": silence.ended_by,
    }


def _signal_row(signal: Signal) -> dict[str, Any]:
    at_risk, where = signal.at_risk, signal.where
    return {
        "rule": signal.rule,
        "key": signal.key,
        "area": signal.area,
        "began_at": _moment(signal.began_at),
        "title": dict(signal.title),
        "text": dict(signal.text),
        "days_between": signal.days_between,
        "at_risk": None if at_risk is None else {"amount": str(at_risk.amount), "currency": at_risk.currency},
        "where": (
            None if where is None else {"dimension": where.dimension, "value": where.value, "share": where.share}
        ),
        "causes": [
            {
                "kind": cause.kind,
                "at": _moment(cause.at),
                "what": cause.what,
                "by": cause.by,
                "probability": cause.probability,
                "subject": cause.subject,
                "version": cause.version,
            }
            for cause in signal.causes
        ],
        "examples": [
            {"dialogue_id": one.dialogue_id, "turn": one.turn, "at": _moment(one.at), "quote": one.quote}
            for one in signal.examples
        ],
        "subject": signal.subject,
        "facts": dict(signal.facts),
        "runbook": f"alerts/runbooks/{signal.rule}.md",
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
