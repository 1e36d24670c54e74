"""Hourly roll-ups of what model calls cost, made with those of turns (see `rollup`).

Calls are summed from attempts, so that a turn whose model was changed half way is told apart by model and purpose. What
became of a lead is part of the group: an outcome that comes in later marks the hours of the lead's turns.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from botops.domain.outcomes import Stage
from botops.domain.turns import TurnState
from botops.store.cost_tables import ROLLUP_CALL, ROLLUP_CALL_GROUP, ROLLUP_DIALOGUE
from botops.store.engine import upsert
from botops.store.outcome_tables import OUTCOME
from botops.store.tables import ATTEMPT, TURN

TABLES = (ROLLUP_CALL, ROLLUP_DIALOGUE)
"""What is counted anew for a dirty hour."""
GROUP = tuple(name for name in ROLLUP_CALL_GROUP.c.keys() if name != "id")  # noqa: SIM118
_TOKENS = ("input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
_OF_CALL = tuple(name for name in ROLLUP_CALL.c.keys() if name not in ("hour", "group_id"))  # noqa: SIM118


def count(connection: Connection, hours: Sequence[int]) -> None:
    """Counts hours whose sums were removed before."""
    calls = _calls(hours)
    sums = [_sum(calls.c[name]).label(name) for name in _OF_CALL]
    by = [calls.c.hour, *(calls.c[name] for name in GROUP)]
    counted = _grouped(connection, select(*by, *sums).group_by(*by))
    if counted:
        groups = {row["group_id"]: {"id": row["group_id"], **{n: row[n] for n in GROUP}} for row in counted}
        statement = upsert(connection.dialect.name, ROLLUP_CALL_GROUP).on_conflict_do_nothing()
        connection.execute(statement, list(groups.values()))
        connection.execute(insert(ROLLUP_CALL), [_only(row, ROLLUP_CALL.c.keys()) for row in counted])
    by += [calls.c.dialogue_id, calls.c.lead_id]
    spoken = _grouped(
        connection, select(*by, *(_sum(calls.c[n]).label(n) for n in ("turns", "pico_usd"))).group_by(*by)
    )
    if spoken:
        connection.execute(insert(ROLLUP_DIALOGUE), [_dialogue_row(row) for row in spoken])


def key_of(identifier: str) -> int:
    """What stands for a dialogue or a lead in roll-ups: a hash of its id that fits a signed 64-bit integer."""
    return _hashed(identifier.encode())


def unlink(connection: Connection, before_hour: int, salt: bytes, most: int) -> int:
    """Replaces the keys of up to `most` rows of hours that retention takes by hashes nobody can make again; how many.
    What a dialogue cost stays; whose it was goes."""
    old = and_(ROLLUP_DIALOGUE.c.hour < before_hour, ROLLUP_DIALOGUE.c.linked)
    found = connection.execute(select(ROLLUP_DIALOGUE).where(old).limit(most)).mappings().all()
    for row in found:
        own = and_(*(ROLLUP_DIALOGUE.c[name] == row[name] for name in ("hour", "group_id", "dialogue")))
        dialogue, lead = (_hashed(salt + str(row[name]).encode()) for name in ("dialogue", "lead"))
        connection.execute(update(ROLLUP_DIALOGUE).where(own).values(dialogue=dialogue, lead=lead, linked=False))
    return len(found)


def forget(connection: Connection, hours: Iterable[int], dialogue_ids: Iterable[str]) -> None:
    """Removes dialogues from the roll-ups of hours, at once."""
    keys = [key_of(identifier) for identifier in dialogue_ids]
    which = and_(ROLLUP_DIALOGUE.c.hour.in_(sorted(hours)), ROLLUP_DIALOGUE.c.dialogue.in_(keys))
    connection.execute(delete(ROLLUP_DIALOGUE).where(which))


def _turns(hours: Sequence[int]) -> Subquery:
    """The turns of hours, each with how its lead's story stands. The last of won and lost counts, as in experiments."""
    mine = OUTCOME.c.lead_id == TURN.c.lead_id
    ended = (
        select(OUTCOME.c.stage)
        .where(mine, OUTCOME.c.stage.in_([Stage.WON.value, Stage.LOST.value]))
        .order_by(OUTCOME.c.at.desc(), OUTCOME.c.received_at.desc(), OUTCOME.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    qualified = exists().where(mine, OUTCOME.c.stage.in_([Stage.QUALIFIED.value, Stage.WON.value]))
    stands = func.coalesce(ended, case((qualified, Stage.QUALIFIED.value), else_=""))
    failed = or_(TURN.c.state.in_([TurnState.FAILED.value, TurnState.INTERRUPTED.value]), TURN.c.error.is_not(None))
    return (
        select(
            TURN.c.id, TURN.c.hour, TURN.c.dialogue_id, TURN.c.lead_id, TURN.c.model, TURN.c.simulated,
            func.coalesce(TURN.c.prompt, "").label("prompt"),
            func.coalesce(TURN.c.prompt_version, 0).label("version"),
            func.coalesce(TURN.c.experiment, "").label("experiment"),
            func.coalesce(TURN.c.variant, -1).label("variant"),
            TURN.c.channel, TURN.c.language, TURN.c.origin,
            case((TURN.c.state == TurnState.ANSWERED.value, 1), else_=0).label("answered"),
            case((failed, 1), else_=0).label("failed"),
            case((TURN.c.unknown_cost, 1), else_=0).label("unknown"),
            stands.label("outcome"), qualified.label("qualified"),
        )
        .where(TURN.c.hour.in_(hours), TURN.c.state != TurnState.PENDING.value)
        .subquery("turns")
    )  # fmt: skip


def _calls(hours: Sequence[int]) -> Subquery:
    """The calls of hours with all that is summed; a turn that asked no model is there once, without a purpose."""
    turn, call = _turns(hours), ATTEMPT.c
    first = or_(call.position.is_(None), call.position == 0)
    of_turn = {"turns": 1, "answered": turn.c.answered, "failed_turns": turn.c.failed, "unknown_turns": turn.c.unknown}
    cost = func.coalesce(call.pico_usd, 0)
    sums = {
        **{name: case((first, value), else_=0) for name, value in of_turn.items()},
        "failed_turns_pico_usd": turn.c.failed * cost,
        "calls": _flag(call.position.is_not(None)),
        "failed": _flag(call.fault.is_not(None)),
        "estimated": _flag(call.estimated),
        "unknown": _flag(call.unknown_model),
        **{name: func.coalesce(call[name], 0) for name in _TOKENS},
        "pico_usd": cost,
        "failed_pico_usd": case((call.fault.is_not(None), cost), else_=0),
        "estimated_pico_usd": case((call.estimated, cost), else_=0),
        "saved_pico_usd": func.coalesce(call.saved_pico_usd, 0),
        "saved_unknown": _flag(and_(call.cached_tokens > 0, call.saved_pico_usd.is_(None))),
    }
    of_call = {
        "purpose": func.coalesce(call.purpose, ""),
        "model": func.coalesce(call.model, turn.c.model),
        "tier": func.coalesce(call.service_tier, ""),
        "simulated": func.coalesce(call.simulated, turn.c.simulated),
    }
    groups = [of_call[name].label(name) if name in of_call else turn.c[name] for name in GROUP]
    return (
        select(turn.c.hour, turn.c.dialogue_id, turn.c.lead_id, *groups, *(sums[n].label(n) for n in _OF_CALL))
        .join_from(turn, ATTEMPT, call.turn_id == turn.c.id, isouter=True)
        .subquery("calls")
    )


def _flag(condition: ColumnElement[bool] | Any) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _sum(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.sum(column)


def _grouped(connection: Connection, statement: Select[Any]) -> list[dict[str, Any]]:
    return [{**row, "group_id": _group_id(row)} for row in connection.execute(statement).mappings()]


def _group_id(row: Any) -> int:
    """A hash of the group's values that never depends on who counted first."""
    values = [bool(row[name]) if name in {"simulated", "qualified"} else row[name] for name in GROUP]
    return _hashed(json.dumps(values, ensure_ascii=True).encode())


def _hashed(value: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(value, digest_size=8).digest(), "big", signed=True)


def _dialogue_row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "hour": row["hour"], "group_id": row["group_id"], "dialogue": key_of(row["dialogue_id"]),
        "lead": key_of(row["lead_id"]), "turns": row["turns"], "pico_usd": row["pico_usd"], "linked": True,
    }  # fmt: skip


def _only(row: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}
