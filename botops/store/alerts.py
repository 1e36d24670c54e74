"""Alerts: kept with their history, changed one step at a time; silences beside them."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update

from botops.domain.alerts import (
    Alert,
    AlertChange,
    AlertEvent,
    AlertEventKind,
    AlertSeverity,
    AlertState,
    Signal,
    Silence,
)
from botops.domain.errors import ConflictError, NotFoundError
from botops.domain.releases import AuditEntry
from botops.store.access import Access, Row
from botops.store.alert_tables import ALERT, ALERT_EVENT, SILENCE
from botops.store.audit import audit_row
from botops.store.masking import storable, storable_in
from botops.store.release_tables import AUDIT

Along = Callable[[Connection, Sequence[AlertChange]], None]
"""What is written in the same transaction as changes of alerts; made by this room (notices put in the outbox)."""
Reconciling = Callable[[Sequence[Alert]], Sequence[AlertChange]]
Step = Callable[[Alert], AlertChange]
"""One step in an alert's life; what it raises is raised, and nothing is written then."""

_LOCK = 0x616C657274  # "alert" in ASCII: of several processes that look at once, one changes alerts at a time


class Alerts:
    """Every method is one transaction and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    # --- changes ---------------------------------------------------------------------------------------------------

    def known(self, since: datetime) -> tuple[Alert, ...]:
        """The alerts that stand, were dismissed, or ended at `since` or later: all that sources can change."""
        return self._read(_open_since(since), most=None)

    def reconcile(
        self, source: str, since: datetime, step: Reconciling, along: Along | None = None
    ) -> tuple[AlertChange, ...]:
        """Changes what `step` makes of a source's alerts that are `known` since a moment."""
        known = select(ALERT).where(ALERT.c.source == source, _open_since(since))

        def work(connection: Connection) -> tuple[AlertChange, ...]:
            _one_at_a_time(connection)
            changes = tuple(step(_alerts(connection.execute(known).mappings().all())))
            self._keep(connection, changes, along)
            return changes

        return self._access.write("keep alerts", work)

    def change(self, alert_id: str, step: Step, entry: AuditEntry | None = None, along: Along | None = None) -> Alert:
        """Does one step, with its line of the audit log; the alert as it is now. Raises NotFoundError and what `step`
        raises."""

        def work(connection: Connection) -> Alert:
            _one_at_a_time(connection)
            row = connection.execute(select(ALERT).where(ALERT.c.id == alert_id)).mappings().first()
            if row is None:
                raise _unknown(alert_id)
            change = step(_alert(row))
            self._keep(connection, (change,), along)
            if entry is not None:
                connection.execute(insert(AUDIT), audit_row(self._access, entry))
            return change.alert

        return self._access.write("change an alert", work)

    # --- reads -----------------------------------------------------------------------------------------------------

    def get(self, alert_id: str) -> Alert:
        """One alert. Raises NotFoundError."""
        found = self._read(ALERT.c.id == alert_id, most=1)
        if not found:
            raise _unknown(alert_id)
        return found[0]

    def beginning(self, letters: str) -> tuple[Alert, ...]:
        """Alerts whose ids begin with some letters, at most two: enough to tell that they name no single one."""
        return self._read(ALERT.c.id.startswith(letters, autoescape=True), most=2)

    def firing(self) -> tuple[Alert, ...]:
        """Every alert that stands, the newest first."""
        return self._read(ALERT.c.state == AlertState.FIRING.value, most=None)

    def latest(self, *, since: datetime | None = None, rule: str | None = None, most: int = 100) -> tuple[Alert, ...]:
        """The latest alerts (raised or over at `since` or later, of one rule), standing ones too, the newest first."""
        asked = [] if since is None else [or_(ALERT.c.raised_at >= since, ALERT.c.resolved_at >= since, _STANDS)]
        return self._read(*asked, *([] if rule is None else [ALERT.c.rule == rule]), most=most)

    def of_incident(self, number: int) -> tuple[Alert, ...]:
        """The alerts that belong to an incident, the newest first."""
        return self._read(ALERT.c.incident == number, most=None)

    def events(self, alert_id: str) -> tuple[AlertEvent, ...]:
        """What happened to an alert, in order."""
        statement = select(ALERT_EVENT).where(ALERT_EVENT.c.alert == alert_id).order_by(ALERT_EVENT.c.position)
        return tuple(map(_event, self._access.rows("read an alert", statement)))

    def news_at(self, alert_ids: Collection[str]) -> Mapping[str, datetime]:
        """When alerts were raised, got worse or stood again, the latest of it, by the id of the alert."""
        if not alert_ids:
            return {}
        statement = (
            select(ALERT_EVENT.c.alert, func.max(ALERT_EVENT.c.at).label("at"))
            .where(ALERT_EVENT.c.alert.in_(alert_ids), ALERT_EVENT.c.kind.in_(_NEWS))
            .group_by(ALERT_EVENT.c.alert)
        )
        return {row["alert"]: row["at"] for row in self._access.rows("read alerts", statement)}

    def events_between(self, since: datetime, until: datetime) -> tuple[AlertEvent, ...]:
        """What happened to any alert in [since, until), in order of time."""
        statement = (
            select(ALERT_EVENT)
            .where(ALERT_EVENT.c.at >= since, ALERT_EVENT.c.at < until)
            .order_by(ALERT_EVENT.c.at, ALERT_EVENT.c.alert, ALERT_EVENT.c.position)
        )
        return tuple(map(_event, self._access.rows("read alerts", statement)))

    # --- silences --------------------------------------------------------------------------------------------------

    def silence(self, silence: Silence, entry: AuditEntry) -> None:
        """Keeps an order to tell nobody, with its line of the audit log."""
        row = {name: getattr(silence, name) for name in _OF_SILENCE} | {"reason": self._access.hide(silence.reason)}

        def work(connection: Connection) -> None:
            connection.execute(insert(SILENCE), row)
            connection.execute(insert(AUDIT), audit_row(self._access, entry))

        self._access.write("keep a silence", work)

    def end_silence(self, silence_id: str, entry: AuditEntry) -> Silence:
        """Ends a silence at the moment and by the person of its line in the audit log. Raises NotFoundError,
        ConflictError when it is over already."""

        def work(connection: Connection) -> Silence:
            statement = select(SILENCE).where(SILENCE.c.id == silence_id).with_for_update()
            row = connection.execute(statement).mappings().first()
            if row is None:
                raise NotFoundError(f"there is no silence {silence_id}: see `botops alert silences`")
            found = _silence(row)
            if found.ended_at is not None or found.until <= entry.at:
                raise ConflictError(f"silence {silence_id[:8]} is over already")
            ended = {"ended_at": entry.at, "ended_by": entry.by}
            connection.execute(update(SILENCE).where(SILENCE.c.id == silence_id).values(ended))
            connection.execute(insert(AUDIT), audit_row(self._access, entry))
            return replace(found, ended_at=entry.at, ended_by=entry.by)

        return self._access.write("end a silence", work)

    def silences(self, at: datetime | None = None) -> tuple[Silence, ...]:
        """Silences that hold or are to come at a moment, or all there ever were; the first to end first."""
        statement = select(SILENCE).order_by(SILENCE.c.until, SILENCE.c.id)
        if at is not None:
            statement = statement.where(SILENCE.c.until > at, SILENCE.c.ended_at.is_(None))
        return tuple(map(_silence, self._access.rows("read silences", statement)))

    # --- steps -----------------------------------------------------------------------------------------------------

    def _read(self, *where: ColumnElement[bool], most: int | None) -> tuple[Alert, ...]:
        statement = select(ALERT).where(*where).order_by(ALERT.c.raised_at.desc(), ALERT.c.id).limit(most)
        return tuple(_alerts(self._access.rows("read alerts", statement)))

    def _keep(self, connection: Connection, changes: Sequence[AlertChange], along: Along | None) -> None:
        for change in changes:
            row = _row(change.alert)
            if not connection.execute(update(ALERT).where(ALERT.c.id == row["id"]).values(row)).rowcount:
                connection.execute(insert(ALERT), row)
            if change.event is not None:
                self._note(connection, change.event)
        if along is not None:
            along(connection, changes)

    def _note(self, connection: Connection, event: AlertEvent) -> None:
        last = connection.execute(select(func.max(ALERT_EVENT.c.position)).where(ALERT_EVENT.c.alert == event.alert))
        position = last.scalar_one()
        row = {
            "alert": event.alert, "position": 0 if position is None else position + 1, "at": event.at,
            "kind": event.kind.value, "by": event.by, "text": storable(self._access.hide(event.text)),
        }  # fmt: skip
        connection.execute(insert(ALERT_EVENT), row)


_NEWS = [kind.value for kind in (AlertEventKind.RAISED, AlertEventKind.WORSENED, AlertEventKind.RETURNED)]
_STANDS = ALERT.c.state == AlertState.FIRING.value
_PLAIN = (
    "id", "source", "owner", "raised_at", "seen_at", "resolved_at", "resolved_by", "acknowledged_at",
    "acknowledged_by", "incident", "returns", "dismissed",
)  # fmt: skip
_OF_SILENCE = ("id", "since", "until", "by", "reason", "rule", "area", "key", "ended_at", "ended_by")


def _open_since(since: datetime) -> ColumnElement[bool]:
    return or_(_STANDS, ALERT.c.dismissed, ALERT.c.resolved_at >= since)


def _one_at_a_time(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _unknown(alert_id: str) -> NotFoundError:
    return NotFoundError(f"there is no alert {alert_id}: see `botops alert list --all`")


@cache
def _signals() -> TypeAdapter[Signal]:
    return TypeAdapter(Signal)


def _row(alert: Alert) -> dict[str, Any]:
    signal = alert.signal
    plain = replace(signal, title=dict(signal.title), text=dict(signal.text), facts=dict(signal.facts))
    return {
        **{name: getattr(alert, name) for name in _PLAIN},
        "key": signal.key,
        "rule": signal.rule,
        "area": signal.area,
        "severity": alert.severity.value,
        "state": alert.state.value,
        "signal": storable_in(_signals().dump_python(plain, mode="json")),
    }


def _alerts(rows: Iterable[Row]) -> list[Alert]:
    return [_alert(row) for row in rows]


def _alert(row: Row) -> Alert:
    return Alert(
        **{name: row[name] for name in _PLAIN},
        signal=_signals().validate_json(json.dumps(row["signal"])),
        severity=AlertSeverity(row["severity"]),
        state=AlertState(row["state"]),
    )


def _event(row: Row) -> AlertEvent:
    return AlertEvent(row["alert"], row["at"], AlertEventKind(row["kind"]), row["by"], row["text"])


def _silence(row: Row) -> Silence:
    return Silence(**{name: row[name] for name in _OF_SILENCE})
