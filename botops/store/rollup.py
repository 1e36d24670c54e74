"""Hourly roll-ups: what screens read instead of raw turns.

Every write marks its hour dirty; a dirty hour is counted anew as a whole, so running it twice changes nothing and late
data need no special care. Turns still pending are not counted: their end marks the hour again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, delete, func, insert, select

from botops.domain.findings import Judgement
from botops.domain.turns import Action, TurnState
from botops.store import cost_days, cost_rollup, rows
from botops.store.engine import upsert
from botops.store.erasure import purged_before
from botops.store.faulty import faulty_findings
from botops.store.tables import (
    DIRTY_HOUR,
    FINDING,
    ROLLUP_FAULTY,
    ROLLUP_FINDING,
    ROLLUP_GROUP,
    ROLLUP_LATENCY,
    ROLLUP_TURN,
    TURN,
)
from botops.store.turns import mark_dirty

HOURS_AT_ONCE = 48
"""Most hours counted in one transaction: live turns wait behind it."""

GROUP = (
    func.coalesce(TURN.c.prompt, "").label("prompt"),
    func.coalesce(TURN.c.prompt_version, 0).label("version"),
    func.coalesce(TURN.c.experiment, "").label("experiment"),
    func.coalesce(TURN.c.variant, -1).label("variant"),
    TURN.c.model,
    TURN.c.simulated,
    TURN.c.channel,
    TURN.c.language,
    TURN.c.origin,
    TURN.c.local_currency.label("currency"),
)
_NAMES = tuple(str(column.name) for column in GROUP)


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _judged() -> ColumnElement[bool]:
    return and_(TURN.c.judgement.is_not(None), TURN.c.judgement != Judgement.NOT_JUDGED.value)


_SUMS = {
    "turns": func.count(),
    **{state.value: _how_many(TURN.c.state == state.value) for state in TurnState if state is not TurnState.PENDING},
    **{action.value: _how_many(TURN.c.action == action.value) for action in Action},
    "judged": _how_many(_judged()),
    "not_judged": _how_many(TURN.c.judgement == Judgement.NOT_JUDGED.value),
    "with_findings": _how_many(TURN.c.findings > 0),
    "unknown_cost": _how_many(TURN.c.unknown_cost),
    **{
        name: func.sum(TURN.c[name])
        for name in ("claims", "input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens",
                     "reasoning_tokens", "pico_usd", "local_minor")
    },
}  # fmt: skip


def mark_all(connection: Connection, now: datetime) -> int:
    """Marks every hour that still has its turns to be counted anew; how many."""
    hours = select(TURN.c.hour).where(TURN.c.hour >= purged_before(connection)).distinct()
    found = connection.execute(hours).scalars().all()
    mark_dirty(connection, found, now)
    return len(found)


def roll_up(connection: Connection, most: int = HOURS_AT_ONCE) -> int:
    """Counts up to `most` dirty hours anew, oldest first; how many were dirty."""
    oldest = select(DIRTY_HOUR.c.hour).order_by(DIRTY_HOUR.c.hour).limit(most).scalar_subquery()
    # The marks go first: a turn finished from now on marks its hour again, and is waited for where it already has.
    dirty = list(
        connection.execute(
            delete(DIRTY_HOUR).where(DIRTY_HOUR.c.hour.in_(oldest)).returning(DIRTY_HOUR.c.hour)
        ).scalars()
    )
    frozen = purged_before(connection)
    hours = [hour for hour in dirty if hour >= frozen]
    if hours:
        for table in (ROLLUP_TURN, ROLLUP_FINDING, ROLLUP_LATENCY, ROLLUP_FAULTY, *cost_rollup.TABLES):
            connection.execute(delete(table).where(table.c.hour.in_(hours)))
        _count(connection, hours)
        cost_rollup.count(connection, hours)
        cost_days.count(connection, hours)
    return len(dirty)


def _count(connection: Connection, hours: Sequence[int]) -> None:
    which = and_(TURN.c.hour.in_(hours), TURN.c.state != TurnState.PENDING.value)
    sums = [total.label(name) for name, total in _SUMS.items()]
    counted = _rows(connection, select(TURN.c.hour, *GROUP, *sums).where(which).group_by(TURN.c.hour, *GROUP))
    if not counted:
        return
    groups = {row["group_id"]: {"id": row["group_id"], **{n: row[n] for n in _NAMES}} for row in counted}
    connection.execute(upsert(connection.dialect.name, ROLLUP_GROUP).on_conflict_do_nothing(), list(groups.values()))
    connection.execute(insert(ROLLUP_TURN), [_only(row, ROLLUP_TURN.c.keys()) for row in counted])

    by_bucket = (TURN.c.hour, *GROUP, TURN.c.latency_bucket.label("bucket"))
    answered = and_(which, TURN.c.state == TurnState.ANSWERED.value, TURN.c.latency_bucket.is_not(None))
    latencies = _rows(connection, select(*by_bucket, func.count().label("turns")).where(answered).group_by(*by_bucket))
    if latencies:
        connection.execute(insert(ROLLUP_LATENCY), [_only(row, ROLLUP_LATENCY.c.keys()) for row in latencies])

    if findings := _findings(connection, which):
        connection.execute(insert(ROLLUP_FINDING), findings)
    if faulty := _faulty(connection, hours):
        connection.execute(insert(ROLLUP_FAULTY), faulty)


def _findings(connection: Connection, which: ColumnElement[bool]) -> list[dict[str, Any]]:
    currency = func.coalesce(FINDING.c.at_risk_currency, FINDING.c.overcharge_currency, "")
    by_kind = (TURN.c.hour, *GROUP, FINDING.c.kind, FINDING.c.severity, currency.label("money"))
    statement = (
        select(
            *by_kind,
            func.count().label("findings"),
            func.sum(func.coalesce(FINDING.c.at_risk_minor, 0)).label("at_risk_minor"),
            func.sum(func.coalesce(FINDING.c.overcharge_minor, 0)).label("overcharge_minor"),
        )
        .join_from(TURN, FINDING, and_(FINDING.c.turn_id == TURN.c.id, FINDING.c.attempt == rows.TURN_VERDICT))
        .where(which)
        .group_by(*by_kind)
    )
    found = _rows(connection, statement)
    return [_only(row | {"currency": row["money"]}, ROLLUP_FINDING.c.keys()) for row in found]


def _faulty(connection: Connection, hours: Sequence[int]) -> list[dict[str, Any]]:
    """Faulty replies by what became of them, and the money at risk in them; see `faulty` for which replies are."""
    found = faulty_findings(TURN.c.hour.in_(hours))
    action = func.coalesce(found.c.action, "").label("action")
    replies = select(found.c.hour, action, func.count(found.c.id.distinct()).label("replies"))
    counted = [
        {**row, "currency": "", "at_risk_minor": 0}
        for row in connection.execute(replies.group_by(found.c.hour, action)).mappings()
    ]
    money = select(found.c.hour, action, found.c.at_risk_currency, func.sum(found.c.at_risk_minor).label("minor"))
    priced = money.where(found.c.at_risk_currency.is_not(None)).group_by(found.c.hour, action, found.c.at_risk_currency)
    return counted + [
        {"hour": row.hour, "action": row.action, "currency": row.at_risk_currency, "replies": 0,
         "at_risk_minor": int(row.minor)}
        for row in connection.execute(priced)
    ]  # fmt: skip


def _rows(connection: Connection, statement: Select[Any]) -> list[dict[str, Any]]:
    found = [dict(row) for row in connection.execute(statement).mappings()]
    return [row | {"group_id": _group_id(row)} for row in found]


def _group_id(row: dict[str, Any]) -> int:
    """A hash of the group's values that fits a signed 64-bit integer and never depends on who counted first."""
    values = json.dumps([row[name] for name in _NAMES], ensure_ascii=True)
    return int.from_bytes(hashlib.blake2b(values.encode(), digest_size=8).digest(), "big", signed=True)


def _only(row: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}
