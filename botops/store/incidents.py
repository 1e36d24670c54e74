"""Incidents: opened, changed one step at a time, read with what they did to clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, update

from botops.domain.errors import ConflictError, NotFoundError
from botops.domain.findings import FindingKind, Severity
from botops.domain.incidents import (
    AffectedReply,
    CauseKind,
    EntryKind,
    FollowUp,
    Incident,
    IncidentSeverity,
    IncidentState,
    Scope,
    TimelineEntry,
)
from botops.domain.turns import Action
from botops.store import rows
from botops.store.access import Access, Row
from botops.store.incident_tables import INCIDENT, INCIDENT_ENTRY, INCIDENT_FOLLOW_UP
from botops.store.tables import DIRTY_HOUR, FINDING, ROLLUP_GROUP, TURN

Step = Callable[[Incident], Incident]
"""One step in an incident's life; what it raises is raised, and nothing is written then."""

Along = Callable[[Connection, Incident], None]
"""What is written in the same transaction as a new incident; made by this room (a notice put in the outbox)."""

_AT_ONCE = 500
_LOCK = 0x696E636964  # "incid" in ASCII: numbers are dealt one after another


class Incidents:
    """Every method is one transaction and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def open(self, incident: Incident, entry: TimelineEntry, along: Along | None = None) -> Incident:
        """Keeps a new incident under the next number, whatever number it came with; it, with that number.

        Raises ConflictError when there is one of the same alert.
        """

        def work(connection: Connection) -> Incident:
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            _refuse_second(connection, incident.alert)
            last = connection.execute(select(func.max(INCIDENT.c.number))).scalar_one()
            numbered = replace(self._hidden(incident), number=(last or 0) + 1)
            connection.execute(insert(INCIDENT), _row(numbered))
            self._note(connection, numbered.number, entry)
            if along is not None:
                along(connection, numbered)
            return numbered

        return self._access.write("open an incident", work)

    def change(self, number: int, step: Step, entry: TimelineEntry) -> Incident:
        """Does one step and notes it in the timeline; the incident as it is now. Raises NotFoundError and what `step`
        raises."""

        def work(connection: Connection) -> Incident:
            found = connection.execute(select(INCIDENT).where(INCIDENT.c.number == number).with_for_update())
            row = found.mappings().first()
            if row is None:
                raise _unknown(number)
            changed = self._hidden(step(_incident(row, _follow_ups(connection, [number]).get(number, ()))))
            connection.execute(update(INCIDENT).where(INCIDENT.c.number == number).values(**_row(changed)))
            connection.execute(delete(INCIDENT_FOLLOW_UP).where(INCIDENT_FOLLOW_UP.c.incident == number))
            if changed.follow_ups:
                connection.execute(insert(INCIDENT_FOLLOW_UP), list(_follow_up_rows(changed)))
            self._note(connection, number, entry)
            return changed

        return self._access.write("change an incident", work)

    def get(self, number: int) -> Incident:
        """One incident. Raises NotFoundError."""
        found = self._read(INCIDENT.c.number == number, most=1)
        if not found:
            raise _unknown(number)
        return found[0]

    def latest(self, *, under_way: bool = False, most: int = 100) -> tuple[Incident, ...]:
        """The latest incidents (or only those not yet resolved), the newest first."""
        states = (IncidentState.OPEN.value, IncidentState.ACKNOWLEDGED.value)
        return self._read(*([INCIDENT.c.state.in_(states)] if under_way else []), most=most)

    def of_alert(self, alert: str) -> Incident | None:
        """The newest incident opened from an alert."""
        return next(iter(self._read(INCIDENT.c.alert == alert, most=1)), None)

    def entries(self, number: int) -> tuple[TimelineEntry, ...]:
        """What was done and said about an incident, in order."""
        statement = (
            select(INCIDENT_ENTRY).where(INCIDENT_ENTRY.c.incident == number).order_by(INCIDENT_ENTRY.c.position)
        )
        return tuple(
            TimelineEntry(
                row["at"], EntryKind(row["kind"]), row["by"], row["text"], None, MappingProxyType(row["detail"] or {})
            )
            for row in self._access.rows("read an incident", statement)
        )

    def affected(self, scope: Scope) -> Iterator[AffectedReply]:
        """Findings in replies that reached clients, in order of time; read in pages."""
        after: ColumnElement[bool] | None = None
        columns = (TURN.c.hour, TURN.c.id, FINDING.c.position)
        while True:
            statement = (
                select(TURN, *(FINDING.c[name] for name in _OF_FINDING))
                .join_from(TURN, FINDING, and_(FINDING.c.turn_id == TURN.c.id, FINDING.c.attempt == rows.TURN_VERDICT))
                .where(*_conditions(scope), *([] if after is None else [after]))
                .order_by(*columns)
                .limit(_AT_ONCE)
            )
            found = self._access.rows("read what an incident did", statement)
            yield from map(_affected, found)
            if len(found) < _AT_ONCE:
                return
            last = found[-1]
            after = _later(columns, (last["hour"], last["id"], last["position"]))

    def answered(self, prompt: str, version: int | None) -> bool:
        """True when a turn that is kept or was counted was answered by a prompt, or by one version of it."""
        group = [ROLLUP_GROUP.c.prompt == prompt]
        turn = [TURN.c.prompt == prompt, TURN.c.hour.in_(select(DIRTY_HOUR.c.hour))]  # not counted yet
        if version is not None:
            group.append(ROLLUP_GROUP.c.version == version)
            turn.append(TURN.c.prompt_version == version)
        asked = (select(ROLLUP_GROUP.c.id).where(*group).limit(1), select(TURN.c.id).where(*turn).limit(1))
        return any(self._access.rows("look for turns of a version", one) for one in asked)

    def _read(self, *where: ColumnElement[bool], most: int) -> tuple[Incident, ...]:
        statement = select(INCIDENT).where(*where).order_by(INCIDENT.c.number.desc()).limit(most)
        with self._access.reading("read incidents") as connection:
            found = connection.execute(statement).mappings().all()
            follow_ups = _follow_ups(connection, [row["number"] for row in found])
        return tuple(_incident(row, follow_ups.get(row["number"], ())) for row in found)

    def _note(self, connection: Connection, number: int, entry: TimelineEntry) -> None:
        of_it = INCIDENT_ENTRY.c.incident == number
        last = connection.execute(select(func.max(INCIDENT_ENTRY.c.position)).where(of_it)).scalar_one()
        row = {
            "incident": number, "position": 0 if last is None else last + 1, "at": entry.at, "kind": entry.kind.value,
            "by": entry.by, "text": self._access.hide(entry.text), "detail": dict(entry.detail),
        }  # fmt: skip
        connection.execute(insert(INCIDENT_ENTRY), row)

    def _hidden(self, incident: Incident) -> Incident:
        hide = self._access.hide

        def hidden(text: str | None) -> str | None:
            return None if text is None else hide(text)

        return replace(
            incident, title=hide(incident.title), cause=hidden(incident.cause), no_case=hidden(incident.no_case),
            follow_ups=tuple(replace(f, text=hide(f.text)) for f in incident.follow_ups),
        )  # fmt: skip


_OF_FINDING = (
    "position", "kind", "severity", "quote", "stated", "expected", "explanations", "at_risk_minor", "at_risk_currency",
    "span_start",
)  # fmt: skip


def _unknown(number: int) -> NotFoundError:
    return NotFoundError(f"there is no incident INC-{number}: see `botops incident list`")


def _refuse_second(connection: Connection, alert: str | None) -> None:
    if alert is None:
        return
    other = connection.execute(select(INCIDENT.c.number).where(INCIDENT.c.alert == alert).limit(1)).scalar()
    if other is not None:
        raise ConflictError(f"INC-{other} was opened from alert {alert[:8]} already")


def _conditions(scope: Scope) -> Iterator[ColumnElement[bool]]:
    yield TURN.c.hour >= rows.hour_of(scope.since)
    yield TURN.c.at >= scope.since
    if scope.until is not None:
        yield TURN.c.hour <= rows.hour_of(scope.until)
        yield TURN.c.at < scope.until
    yield TURN.c.findings > 0
    yield TURN.c.action == Action.FLAGGED.value  # of the others the text at fault never left
    for column, value in (
        (TURN.c.prompt, scope.prompt),
        (TURN.c.prompt_version, scope.version),
        (TURN.c.channel, scope.channel),
        (TURN.c.language, scope.language),
        (FINDING.c.kind, scope.kind and scope.kind.value),
    ):
        if value is not None:
            yield column == value
    if scope.severity is not None:
        yield FINDING.c.severity >= int(scope.severity)


def _later(columns: Sequence[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    hour, turn, position = columns
    in_turn = and_(turn == values[1], position > values[2])
    return and_(hour >= values[0], (hour > values[0]) | and_(hour == values[0], (turn > values[1]) | in_turn))


def _affected(row: Row) -> AffectedReply:
    return AffectedReply(
        dialogue_id=row["dialogue_id"],
        lead_id=row["lead_id"],
        turn=row["number"],
        at=row["at"],
        channel=row["channel"],
        language=row["language"],
        kind=FindingKind(row["kind"]),
        severity=Severity(row["severity"]),
        quote=row["quote"],
        stated=row["stated"],
        expected=row["expected"],
        explanations=dict(row["explanations"]),
        at_risk=rows.money_of(row["at_risk_minor"], row["at_risk_currency"]),
        prompt=row["prompt"],
        version=row["prompt_version"],
        text=row["reply"] or "",
        start=row["span_start"],
    )


_PLAIN = (
    "number", "title", "owner", "began_at", "opened_at", "opened_by", "alert", "acknowledged_at", "acknowledged_by",
    "resolved_at", "resolved_by", "closed_at", "closed_by", "cause", "case", "no_case",
)  # fmt: skip


def _row(incident: Incident) -> dict[str, Any]:
    scope = incident.scope
    return {
        **{name: getattr(incident, name) for name in _PLAIN},
        "severity": incident.severity.value,
        "state": incident.state.value,
        "cause_kind": incident.cause_kind and incident.cause_kind.value,
        "at_risk_minor": incident.at_risk and incident.at_risk.minor,
        "at_risk_currency": incident.at_risk and incident.at_risk.currency,
        "scope_since": scope.since,
        "scope_until": scope.until,
        "scope_prompt": scope.prompt,
        "scope_version": scope.version,
        "scope_kind": scope.kind and scope.kind.value,
        "scope_severity": None if scope.severity is None else int(scope.severity),
        "scope_channel": scope.channel,
        "scope_language": scope.language,
    }


def _incident(row: Row, follow_ups: tuple[FollowUp, ...]) -> Incident:
    scope = Scope(
        row["scope_since"],
        row["scope_until"],
        row["scope_prompt"],
        row["scope_version"],
        FindingKind(row["scope_kind"]) if row["scope_kind"] else None,
        Severity(row["scope_severity"]) if row["scope_severity"] else None,
        row["scope_channel"],
        row["scope_language"],
    )
    return Incident(
        **{name: row[name] for name in _PLAIN},
        severity=IncidentSeverity(row["severity"]),
        state=IncidentState(row["state"]),
        cause_kind=CauseKind(row["cause_kind"]) if row["cause_kind"] else None,
        at_risk=rows.money_of(row["at_risk_minor"], row["at_risk_currency"]),
        scope=scope,
        follow_ups=follow_ups,
    )


def _follow_ups(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[FollowUp, ...]]:
    statement = (
        select(INCIDENT_FOLLOW_UP)
        .where(INCIDENT_FOLLOW_UP.c.incident.in_(numbers))
        .order_by(INCIDENT_FOLLOW_UP.c.incident, INCIDENT_FOLLOW_UP.c.position)
    )
    found: dict[int, tuple[FollowUp, ...]] = {}
    for row in connection.execute(statement).mappings():
        one = FollowUp(row["id"], row["text"], row["owner"], row["due"], row["done_at"], row["done_by"])
        found[row["incident"]] = (*found.get(row["incident"], ()), one)
    return found


def _follow_up_rows(incident: Incident) -> Iterator[dict[str, Any]]:
    for position, one in enumerate(incident.follow_ups):
        yield {
            "id": one.id, "incident": incident.number, "position": position, "text": one.text, "owner": one.owner,
            "due": one.due, "done_at": one.done_at, "done_by": one.done_by,
        }  # fmt: skip
