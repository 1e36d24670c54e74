"""The life of an alert: raised, standing, returning, over. Rules alone; nothing is read or written here.

A source says what stands; what it no longer says is over, at once the first times. Trouble that keeps coming and going
is one alert: it returns under its old id when it stands again within `RETURNS_WITHIN`, and from the second return on it
is over only after `HELD_FOR` without a sign. Times may jump: a clock set back or ahead makes a hold begin anew or end
early, and never raises or resolves what did not change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from botops.domain.alerts import Alert, AlertChange, AlertEvent, AlertEventKind, AlertSeverity, AlertState, Area, Signal
from botops.domain.errors import ConflictError

RETURNS_WITHIN = timedelta(minutes=30)
"""Standing again this soon after it was over, an alert is the same one."""
HELD_AFTER = 2
"""Returns after which an alert is known to come and go."""
HELD_FOR = timedelta(minutes=15)
"""How long there must be no sign of an alert that comes and goes before it is over."""
DISMISSED_FOR = timedelta(hours=24)
"""How long a person's word that it is over holds against a source that goes on saying the same."""
REFRESHED_AFTER = timedelta(minutes=1)
"""An alert that stands is written this often: `seen_at` and its figures are true to this much."""
_RANK = {AlertSeverity.DIGEST: 0, AlertSeverity.TICKET: 1, AlertSeverity.PAGE: 2}

Owner = Callable[[Area], str | None]
NewId = Callable[[], str]


def reconcile(
    known: Iterable[Alert], source: str, signals: Iterable[Signal], now: datetime, *, owner: Owner, new_id: NewId
) -> tuple[AlertChange, ...]:
    """What changes when a source says that these signals stand now and no others.

    `known` are the source's alerts that stand, were dismissed, or were over less than `RETURNS_WITHIN` ago. Of signals
    under one key the gravest counts, of equal ones the first.
    """
    standing = _by_key(signals)
    newest: dict[str, Alert] = {}
    for alert in sorted(known, key=lambda a: (a.state is AlertState.FIRING, a.raised_at)):
        newest[alert.signal.key] = alert
    changes: list[AlertChange | None] = [
        _seen(newest.get(key), source, signal, now, owner, new_id) for key, signal in standing.items()
    ]
    changes += [_unseen(alert, now) for key, alert in newest.items() if key not in standing]
    return tuple(change for change in changes if change is not None)


def acknowledge(alert: Alert, at: datetime, by: str) -> AlertChange:
    """Somebody takes care of it. Raises ConflictError when somebody does already, or it is over."""
    _refuse_over(alert)
    if alert.acknowledged_by is not None:
        raise ConflictError(f"alert {alert.id[:8]} was acknowledged by {alert.acknowledged_by} already")
    changed = replace(alert, acknowledged_at=at, acknowledged_by=by)
    return AlertChange(changed, AlertEvent(alert.id, at, AlertEventKind.ACKNOWLEDGED, by))


def resolve(alert: Alert, at: datetime, by: str, words: str) -> AlertChange:
    """A person says that it is over. Raises ConflictError when it is already."""
    _refuse_over(alert)
    changed = replace(alert, state=AlertState.RESOLVED, resolved_at=_end(alert, at), resolved_by=by, dismissed=True)
    return AlertChange(changed, AlertEvent(alert.id, at, AlertEventKind.RESOLVED, by, words))


def link_incident(alert: Alert, number: int, at: datetime, by: str) -> AlertChange:
    """An incident was opened from it, which is a way to take care of it. Raises ConflictError when it has another."""
    if alert.incident not in (None, number):
        raise ConflictError(f"alert {alert.id[:8]} belongs to INC-{alert.incident} already")
    changed = replace(
        alert, incident=number, acknowledged_at=alert.acknowledged_at or at, acknowledged_by=alert.acknowledged_by or by
    )
    return AlertChange(changed, AlertEvent(alert.id, at, AlertEventKind.INCIDENT, by, f"INC-{number}"))


def worse(one: AlertSeverity, other: AlertSeverity) -> bool:
    """True when `one` is graver than `other`."""
    return _RANK[one] > _RANK[other]


def gravest_first(alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    """Alerts as an inbox shows them: standing ones first, the gravest of them first, then the newest."""
    return tuple(
        sorted(
            alerts,
            key=lambda a: (a.state is AlertState.FIRING, _RANK[a.severity], a.raised_at, a.id),
            reverse=True,
        )
    )


def _by_key(signals: Iterable[Signal]) -> dict[str, Signal]:
    found: dict[str, Signal] = {}
    for signal in signals:
        if signal.key not in found or worse(signal.severity, found[signal.key].severity):
            found[signal.key] = signal
    return found


def _seen(
    alert: Alert | None, source: str, signal: Signal, now: datetime, owner: Owner, new_id: NewId
) -> AlertChange | None:
    if alert is None:
        return _raised(source, signal, now, owner, new_id)
    if alert.state is AlertState.FIRING:
        return _standing(alert, source, signal, now)
    ended = alert.resolved_at or alert.seen_at
    if alert.dismissed:
        if now - ended < DISMISSED_FOR and not worse(signal.severity, alert.severity):
            return None
        return _raised(source, signal, now, owner, new_id, after=alert)
    if now - ended < RETURNS_WITHIN:
        return _returned(alert, source, signal, now)
    return _raised(source, signal, now, owner, new_id)


def _raised(
    source: str, signal: Signal, now: datetime, owner: Owner, new_id: NewId, after: Alert | None = None
) -> AlertChange:
    """A new alert. One that was dismissed is named in its history."""
    alert = Alert(new_id(), source, signal, signal.severity, owner(signal.area), now, now)
    words = signal.title["en"] if after is None else f"{signal.title['en']} (dismissed before as {after.id[:8]})"
    return AlertChange(alert, AlertEvent(alert.id, now, AlertEventKind.RAISED, source, words))


def _standing(alert: Alert, source: str, signal: Signal, now: datetime) -> AlertChange | None:
    seen = replace(alert, signal=_since_the_beginning(alert.signal, signal), seen_at=now)
    if worse(signal.severity, alert.severity):
        graver = _graver(seen, signal.severity)
        return AlertChange(graver, AlertEvent(alert.id, now, AlertEventKind.WORSENED, source, signal.title["en"]))
    fresh = timedelta() <= now - alert.seen_at < REFRESHED_AFTER
    return None if fresh else AlertChange(seen)


def _since_the_beginning(before: Signal, now: Signal) -> Signal:
    """The signal of now, about all that belongs to it since it was said first: sources look at sliding windows."""
    scope = now.scope
    if scope is not None and before.scope is not None:
        scope = replace(scope, since=min(before.scope.since, scope.since))
    return replace(now, began_at=min(before.began_at, now.began_at), scope=scope)


def _returned(alert: Alert, source: str, signal: Signal, now: datetime) -> AlertChange:
    again = replace(
        alert, signal=signal, state=AlertState.FIRING, seen_at=now, resolved_at=None, resolved_by=None,
        returns=alert.returns + 1,
    )  # fmt: skip
    if worse(signal.severity, alert.severity):
        again = _graver(again, signal.severity)
    return AlertChange(again, AlertEvent(alert.id, now, AlertEventKind.RETURNED, source, signal.title["en"]))


def _graver(alert: Alert, severity: AlertSeverity) -> Alert:
    """Nobody has it any more: whoever took care of it knew of less."""
    return replace(alert, severity=severity, acknowledged_at=None, acknowledged_by=None)


def _unseen(alert: Alert, now: datetime) -> AlertChange | None:
    if alert.state is AlertState.RESOLVED:
        # What it was dismissed against is gone: standing again it is news.
        return AlertChange(replace(alert, dismissed=False)) if alert.dismissed else None
    if alert.returns >= HELD_AFTER:
        if now < alert.seen_at:  # the clock was set back: the hold begins anew
            return AlertChange(replace(alert, seen_at=now))
        if now - alert.seen_at < HELD_FOR:
            return None
    over = replace(alert, state=AlertState.RESOLVED, resolved_at=_end(alert, now))
    return AlertChange(over, AlertEvent(alert.id, now, AlertEventKind.RESOLVED, alert.source))


def _end(alert: Alert, now: datetime) -> datetime:
    return max(now, alert.raised_at)


def _refuse_over(alert: Alert) -> None:
    if alert.state is AlertState.RESOLVED:
        raise ConflictError(f"alert {alert.id[:8]} is over already")
