"""What happened within hours: single turns to look at, who was handed over and why, how each model's calls went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, case, func, or_, select

from botops.domain.turns import FAULT_RULES, Action, TurnState
from botops.store import rows
from botops.store.access import Access, Row
from botops.store.engine import sqlite_path
from botops.store.tables import ATTEMPT, BROKEN, HAND_OFF, TURN

Which = Literal["all", "failed", "slow", "handed_over", "false"]
"""Which turns: every one, those the bot could not answer, the slowest first, those handed over, those with false terms
that reached a client."""
_PREVIEW = 200


@dataclass(frozen=True, slots=True)
class TurnRow:
    """A turn in a list. `number` counts from 1; `rule` is what handed it over; `text` begins the client's message."""

    turn_id: str
    dialogue_id: str
    number: int
    at: datetime
    state: TurnState
    action: Action | None
    total_ms: int
    model: str
    text: str
    rule: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class ModelCalls:
    """How the calls of a model went: how many, how many gave nothing usable, when the last good and the last bad one
    were (moments of the clients' messages), and the class of the last bad one's fault."""

    model: str
    simulated: bool
    calls: int
    failed: int
    good_at: datetime | None
    failed_at: datetime | None
    fault: str | None


class MomentReads:
    """Every method is one read transaction over [since, until), and raises StoreError when it cannot be read."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def oldest(self) -> datetime | None:
        """The hour the oldest turn that is kept began in; None without any."""
        (found,) = self._access.rows("find the oldest turn", select(func.min(TURN.c.hour).label("hour")))
        return None if found["hour"] is None else rows.start_of(found["hour"])

    def hand_offs(self, since: datetime, until: datetime) -> tuple[tuple[datetime, str, str], ...]:
        """When which dialogue was handed over by which rule, in order of time; a dialogue may appear more than once."""
        columns = (HAND_OFF.c.at, HAND_OFF.c.dialogue_id, HAND_OFF.c.rule)
        statement = select(*columns).where(HAND_OFF.c.at >= since, HAND_OFF.c.at < until)
        found = self._access.rows("read hand-offs", statement.order_by(HAND_OFF.c.at, HAND_OFF.c.turn_id))
        return tuple((row["at"], row["dialogue_id"], row["rule"]) for row in found)

    def turns(self, since: datetime, until: datetime, which: Which, *, most: int = 25) -> tuple[TurnRow, ...]:
        """Turns of a period, the latest first, or the slowest first where those are asked for."""
        columns = (
            TURN.c.id, TURN.c.dialogue_id, TURN.c.number, TURN.c.at, TURN.c.state, TURN.c.action, TURN.c.total_ms,
            TURN.c.model, func.substr(TURN.c.text, 1, _PREVIEW).label("text"), TURN.c.error, HAND_OFF.c.rule,
        )  # fmt: skip
        statement = (
            select(*columns)
            .join_from(TURN, HAND_OFF, HAND_OFF.c.turn_id == TURN.c.id, isouter=True)
            .where(*_within(since, until), *_wanted(which))
            .order_by(*([TURN.c.total_ms.desc()] if which == "slow" else []), TURN.c.at.desc(), TURN.c.id)
            .limit(most)
        )
        return tuple(map(_turn, self._access.rows("list turns", statement)))

    def size(self) -> int:
        """How many bytes the database takes on disk, the write-ahead log included."""
        path = sqlite_path(self._access.url)
        if path is not None:
            files = (path, path.with_name(f"{path.name}-wal"))
            return sum(file.stat().st_size for file in files if file.exists())
        with self._access.reading("measure the database") as connection:
            return int(connection.execute(select(func.pg_database_size(func.current_database()))).scalar_one())

    def models(self, since: datetime, until: datetime) -> tuple[ModelCalls, ...]:
        """How the calls of each model went, the busiest first."""
        bad = ATTEMPT.c.fault.is_not(None)
        calls = func.count().label("calls")
        statement = (
            select(
                ATTEMPT.c.model, ATTEMPT.c.simulated, calls, func.sum(case((bad, 1), else_=0)).label("failed"),
                func.max(case((~bad, TURN.c.at))).label("good_at"), func.max(case((bad, TURN.c.at))).label("failed_at"),
            )
            .join_from(ATTEMPT, TURN, TURN.c.id == ATTEMPT.c.turn_id)
            .where(*_within(since, until))
            .group_by(ATTEMPT.c.model, ATTEMPT.c.simulated)
            .order_by(calls.desc(), ATTEMPT.c.model)
        )  # fmt: skip
        with self._access.reading("read how models answer") as connection:
            found = connection.execute(statement).mappings().all()
            last = {
                (row["model"], row["simulated"]): connection.execute(_last_fault(row, since, until)).scalar()
                for row in found
                if row["failed"]
            }
        return tuple(
            ModelCalls(
                row["model"], row["simulated"], row["calls"], int(row["failed"]), row["good_at"], row["failed_at"],
                last.get((row["model"], row["simulated"])),
            )
            for row in found
        )  # fmt: skip


def _last_fault(of: Row, since: datetime, until: datetime) -> Select[Any]:
    return (
        select(ATTEMPT.c.fault)
        .join_from(ATTEMPT, TURN, TURN.c.id == ATTEMPT.c.turn_id)
        .where(*_within(since, until), ATTEMPT.c.fault.is_not(None))
        .where(ATTEMPT.c.model == of["model"], ATTEMPT.c.simulated == of["simulated"])
        .order_by(TURN.c.at.desc(), ATTEMPT.c.position.desc())
        .limit(1)
    )


def _within(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """The hours let the index be used."""
    return (TURN.c.hour >= rows.hour_of(since), TURN.c.hour <= rows.hour_of(until), TURN.c.at >= since,
            TURN.c.at < until)  # fmt: skip


def _wanted(which: Which) -> tuple[ColumnElement[bool], ...]:
    if which == "failed":
        return (or_(BROKEN, HAND_OFF.c.rule.in_(FAULT_RULES)),)
    if which == "handed_over":
        return (HAND_OFF.c.turn_id.is_not(None),)
    if which == "false":
        return (TURN.c.action == Action.FLAGGED.value,)
    return ()


def _turn(row: Row) -> TurnRow:
    return TurnRow(
        row["id"], row["dialogue_id"], row["number"], row["at"], TurnState(row["state"]),
        Action(row["action"]) if row["action"] else None, row["total_ms"], row["model"], row["text"], row["rule"],
        row["error"],
    )  # fmt: skip
