"""Writing turns: the work of one transaction each, as functions of a connection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Executable, Insert, and_, bindparam, case, insert, or_, select, update

from botops.domain.errors import ConflictError, StoreError
from botops.domain.messages import InboundMessage, Language, Message
from botops.domain.ports import Begun
from botops.domain.turns import TurnRecord, TurnState
from botops.store import exposures, ledger, rows
from botops.store.engine import upsert
from botops.store.tables import (
    ATTEMPT,
    CLAIM_EXCEPTION,
    DIALOGUE,
    DIRTY_HOUR,
    EXCEPTED,
    FINDING,
    HAND_OFF,
    HOLDS_KEY,
    SERVING,
    TURN,
)

ENDED = frozenset({TurnState.ANSWERED, TurnState.FAILED, TurnState.INTERRUPTED})

_BY_KEY = select(TURN).where(TURN.c.idempotency_key == bindparam("key"), HOLDS_KEY)
_SAID = (
    select(TURN.c.number, TURN.c.text, TURN.c.at, TURN.c.reply, TURN.c.replied_at)
    .where(TURN.c.dialogue_id == bindparam("dialogue"))
    .order_by(TURN.c.number)
)
_FINISH = update(TURN).where(
    TURN.c.id == bindparam("turn_id"),
    TURN.c.process == bindparam("own"),
    TURN.c.state.in_([TurnState.PENDING.value, TurnState.INTERRUPTED.value]),
    TURN.c.policy.is_(None),
)
_LANGUAGE = (
    update(DIALOGUE)
    .where(DIALOGUE.c.id == bindparam("dialogue"), DIALOGUE.c.language != bindparam("spoken"))
    .values(language=bindparam("spoken"))
)
_ATTEMPTS, _FINDINGS, _HAND_OFFS, _TURNS = insert(ATTEMPT), insert(FINDING), insert(HAND_OFF), insert(TURN)


def begin(
    connection: Connection, turn_id: str, inbound: InboundMessage, language: Language, process: str
) -> Begun | None:
    """Writes the pending row of a turn, or gives what came of an earlier delivery: None while it is being answered.

    `inbound` is masked already.
    """
    earlier = connection.execute(_BY_KEY, {"key": inbound.idempotency_key}).mappings().first()
    number: int | None = None
    if earlier is not None:
        if earlier["lead_id"] != inbound.lead_id:
            raise ConflictError(
                f"idempotency key {inbound.idempotency_key!r} was used by another lead; use a key of your own"
            )
        if earlier["state"] != TurnState.PENDING.value:
            return Begun(earlier["number"], stored=load(connection, [earlier])[0])
        if earlier["id"] != turn_id:
            return None
        number = earlier["number"]  # it was committed, but the answer was lost on the way here
    _see_dialogue(connection, inbound, language)
    said = connection.execute(_SAID, {"dialogue": inbound.dialogue_id}).all()
    if number is None:
        number = said[-1].number + 1 if said else 1
        connection.execute(_TURNS, rows.inbound_row(turn_id, inbound, number, language, process))
    history: list[Message] = []
    for turn in said:
        if turn.number < number:
            history.append(Message("user", turn.text, at=turn.at))
            if turn.reply is not None:
                history.append(Message("assistant", turn.reply, at=turn.replied_at))
    return Begun(number, tuple(history), past=exposures.past(connection, inbound.lead_id, inbound.dialogue_id))


def finish(
    connection: Connection, record: TurnRecord, process: str, now: datetime, zone: ZoneInfo, *, held: bool = False
) -> None:
    """Writes a masked record over its pending row, charges its calls on the local day of `zone`, and lets go of what it
    `held`."""
    outcome = rows.outcome_row(record)
    if held:
        ledger.release(connection, record.id, zone)
    done = connection.execute(_FINISH, {"turn_id": record.id, "own": process, **outcome})
    if done.rowcount != 1:
        raise StoreError(f"turn {record.id} is not under way in this process: it was never begun or already finished")
    _write_parts(connection, [record])
    ledger.charge(connection, [record], zone)
    connection.execute(_LANGUAGE, {"dialogue": record.inbound.dialogue_id, "spoken": record.language})
    mark_dirty(connection, {rows.hour_of(record.inbound.at)}, now)


def abandon(connection: Connection, turn_id: str, now: datetime) -> None:
    """Marks a turn whose caller went away between asking for `begin` and its answer."""
    _interrupt(connection, TURN.c.id == turn_id, now)


def interrupt_dead(connection: Connection, dead: Sequence[str], now: datetime) -> int:
    """Marks the pending turns of dead processes interrupted and forgets those processes; the number of turns."""
    if not dead:
        return 0
    marked = _interrupt(connection, TURN.c.process.in_(dead), now)
    connection.execute(SERVING.delete().where(SERVING.c.id.in_(dead)))
    return marked


def _interrupt(connection: Connection, which: Any, now: datetime) -> int:
    pending = and_(which, TURN.c.state == TurnState.PENDING.value)
    ledger.charge_cut_off(connection, pending)
    hours = set(connection.execute(select(TURN.c.hour).where(pending)).scalars())
    done = connection.execute(update(TURN).where(pending).values(state=TurnState.INTERRUPTED.value))
    mark_dirty(connection, hours, now)
    return done.rowcount


def add(
    connection: Connection, records: Sequence[TurnRecord], origin: str, process: str, now: datetime, zone: ZoneInfo
) -> int:
    """Writes whole masked records that came from elsewhere; known keys are left out. How many were new. Only turns of
    this bot's own (`live`) count as spending, on the local days of `zone`."""
    keys = [r.inbound.idempotency_key for r in records]
    known = set(connection.execute(select(TURN.c.idempotency_key).where(TURN.c.idempotency_key.in_(keys))).scalars())
    new: dict[str, TurnRecord] = {}
    for record in records:
        if record.inbound.idempotency_key not in known:
            new.setdefault(record.inbound.idempotency_key, record)
    if not new:
        return 0
    _see_dialogues(connection, new.values(), origin)
    inbound = ((r, rows.inbound_row(r.id, r.inbound, r.number, r.language, process)) for r in new.values())
    connection.execute(_TURNS, [row | rows.outcome_row(r) | {"origin": origin} for r, row in inbound])
    _write_parts(connection, list(new.values()))
    if origin == rows.LIVE:
        ledger.charge(connection, new.values(), zone)
    mark_dirty(connection, {rows.hour_of(r.inbound.at) for r in new.values()}, now)
    return len(new)


def _write_parts(connection: Connection, records: Sequence[TurnRecord]) -> None:
    if attempts := [row for r in records for row in rows.attempt_rows(r)]:
        connection.execute(_ATTEMPTS, attempts)
    if findings := [row for r in records for row in rows.finding_rows(r)]:
        connection.execute(_FINDINGS, findings)
    if excepted := [row for r in records for row in rows.excepted_rows(r)]:
        connection.execute(insert(EXCEPTED), excepted)
        _count_fired(connection, records, excepted)
    if hand_offs := [rows.hand_off_row(r.hand_off) for r in records if r.hand_off is not None]:
        connection.execute(_HAND_OFFS, hand_offs)
    exposures.keep(connection, records)


def _count_fired(connection: Connection, records: Sequence[TurnRecord], excepted: Sequence[rows.Row]) -> None:
    """Counts each exception once for each reply it let something pass in."""
    moments = {record.id: record.inbound.at for record in records}
    fired = {(row["exception_id"], row["turn_id"]) for row in excepted}
    for exception_id in sorted({identifier for identifier, _ in fired}):
        at = [moments[turn_id] for identifier, turn_id in fired if identifier == exception_id]
        last = CLAIM_EXCEPTION.c.last_fired_at
        connection.execute(
            update(CLAIM_EXCEPTION)
            .where(CLAIM_EXCEPTION.c.id == exception_id)
            .values(
                fired=CLAIM_EXCEPTION.c.fired + len(at),
                last_fired_at=case((or_(last.is_(None), last < max(at)), max(at)), else_=last),
            )
        )


def _see_dialogue(connection: Connection, inbound: InboundMessage, language: Language) -> None:
    """Notes that a dialogue is alive. Its row stays locked, so turns of one dialogue are numbered one after another."""
    statement = _dialogue_upsert(connection.dialect.name).returning(DIALOGUE.c.lead_id)
    owner = connection.execute(statement, _dialogue_row(inbound, language, "live")).scalar_one()
    _refuse_others(inbound, owner)


def _see_dialogues(connection: Connection, records: Iterable[TurnRecord], origin: str) -> None:
    """The same for many, in the order of their ids: two imports wait for each other then, and do not deadlock."""
    seen = sorted(records, key=lambda record: record.inbound.dialogue_id)
    dialogues = [_dialogue_row(record.inbound, record.language, origin) for record in seen]
    connection.execute(_dialogue_upsert(connection.dialect.name), dialogues)
    ids = {record.inbound.dialogue_id for record in seen}
    found = connection.execute(select(DIALOGUE.c.id, DIALOGUE.c.lead_id).where(DIALOGUE.c.id.in_(ids)))
    owners = {row.id: row.lead_id for row in found}
    for record in seen:
        _refuse_others(record.inbound, owners[record.inbound.dialogue_id])


def _dialogue_row(inbound: InboundMessage, language: Language, origin: str) -> rows.Row:
    return {
        "id": inbound.dialogue_id,
        "lead_id": inbound.lead_id,
        "channel": inbound.channel,
        "language": language,
        "first_at": inbound.at,
        "last_at": inbound.at,
        "origin": origin,
    }


def _refuse_others(inbound: InboundMessage, owner: str) -> None:
    if owner != inbound.lead_id:
        raise ConflictError(f"dialogue {inbound.dialogue_id!r} belongs to another lead; start a dialogue of your own")


def mark_dirty(connection: Connection, hours: Iterable[int], now: datetime) -> None:
    """Notes that the roll-ups of these hours have to be made anew."""
    if marks := [{"hour": hour, "since": now, "marks": 1} for hour in sorted(hours)]:
        connection.execute(_dirty_upsert(connection.dialect.name), marks)


@cache
def _dialogue_upsert(dialect: str) -> Insert:
    statement = upsert(dialect, DIALOGUE)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[DIALOGUE.c.id],
        set_={
            "last_at": case((new.last_at > DIALOGUE.c.last_at, new.last_at), else_=DIALOGUE.c.last_at),
            "first_at": case((new.first_at < DIALOGUE.c.first_at, new.first_at), else_=DIALOGUE.c.first_at),
        },
    )


@cache
def _dirty_upsert(dialect: str) -> Executable:
    return upsert(dialect, DIRTY_HOUR).on_conflict_do_update(
        index_elements=[DIRTY_HOUR.c.hour], set_={"marks": DIRTY_HOUR.c.marks + 1}
    )


def load(connection: Connection, turns: Sequence[Any]) -> tuple[TurnRecord, ...]:
    """The records of rows of `turn`, in their order."""
    ids = [turn["id"] for turn in turns]
    attempts: dict[str, list[Any]] = {}
    findings: dict[str, list[Any]] = {}
    excepted: dict[str, list[Any]] = {}
    for table, order, into in (
        (ATTEMPT, (ATTEMPT.c.turn_id, ATTEMPT.c.position), attempts),
        (FINDING, (FINDING.c.turn_id, FINDING.c.attempt, FINDING.c.position), findings),
        (EXCEPTED, (EXCEPTED.c.turn_id, EXCEPTED.c.attempt, EXCEPTED.c.position), excepted),
    ):
        for row in connection.execute(select(table).where(table.c.turn_id.in_(ids)).order_by(*order)).mappings():
            into.setdefault(row["turn_id"], []).append(row)
    waiting = connection.execute(select(HAND_OFF).where(HAND_OFF.c.turn_id.in_(ids))).mappings()
    hand_offs: dict[str, Any] = {row["turn_id"]: row for row in waiting}
    return tuple(
        rows.record_of(
            turn,
            attempts.get(turn["id"], ()),
            findings.get(turn["id"], ()),
            hand_offs.get(turn["id"]),
            excepted.get(turn["id"], ()),
        )
        for turn in turns
    )
