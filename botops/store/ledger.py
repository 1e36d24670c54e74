"""The ledger of budgets: what live turns spent by local day, and what calls under way may cost. ADR 0015.

Functions of a connection, to be called inside the transaction that changes the turns. Two sums hold at any moment:
`spending.pico_usd - spending.gone_pico_usd` is the sum of the attempts of live turns that are kept, and a call is
either held or charged, never both and never neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Table,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    update,
)

from botops.domain.budgets import Used, Window
from botops.domain.turns import Attempt, TurnRecord
from botops.domain.usage import Cost, Usage
from botops.store import rows
from botops.store.access import Row
from botops.store.budget_tables import HELD, SPENDING
from botops.store.engine import upsert, wait_for_serial
from botops.store.tables import ATTEMPT, META, TURN

ZONE = "ledger_zone"
"""The time zone whose days the ledger is kept by, in `store_meta`."""
CUT_OFF = "interrupted"
"""The fault of an attempt that was under way when its process died: what it cost is an estimate."""
Key = tuple[date, str, str, bool]
"""Local day, prompt, channel, simulated."""


@dataclass(slots=True)
class Sum:
    """Pico-dollars, calls, and those of them without a known price."""

    pico_usd: int = 0
    calls: int = 0
    unknown: int = 0

    def add(self, pico_usd: int, unknown: bool, calls: int = 1) -> None:
        """Adds calls."""
        self.pico_usd += pico_usd
        self.calls += calls
        self.unknown += int(unknown)


Sums = dict[Key, Sum]


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """The local day of a moment."""
    return at.astimezone(zone).date()


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The moment a local day begins, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


# --- charging --------------------------------------------------------------------------------------------------------


def charge(connection: Connection, records: Iterable[TurnRecord], zone: ZoneInfo) -> None:
    """Adds what finished live turns spent."""
    sums: Sums = {}
    for record in records:
        day, prompt = day_of(record.inbound.at, zone), record.assignment.ref.name if record.assignment else ""
        for attempt in record.attempts:
            found = sums.setdefault((day, prompt, record.inbound.channel, attempt.cost.simulated), Sum())
            found.add(attempt.cost.pico_usd, attempt.cost.unknown_model)
    _add(connection, sums)


def adjust(connection: Connection, changes: Iterable[tuple[datetime, str, str, Cost, Cost]]) -> None:
    """Charges calls of live turns that were priced anew: moment, prompt and channel of the turn, old and new cost.

    Nothing is done before the ledger's first use, which makes it of the attempts as they are then.
    """
    name = kept_zone(connection)
    if name is None:
        return
    zone, sums = ZoneInfo(name), Sums()
    for at, prompt, channel, old, new in changes:
        found = sums.setdefault((day_of(at, zone), prompt, channel, new.simulated), Sum())
        found.add(new.pico_usd - old.pico_usd, False, calls=0)
        found.unknown += int(new.unknown_model) - int(old.unknown_model)
    _add(connection, sums)


def release(connection: Connection, turn_id: str, zone: ZoneInfo) -> None:
    """Lets go of what a turn held, before it is finished and charged.

    When another process took this one for dead, it charged the turn's calls already: that is taken back.
    """
    if let_go(connection, turn_id):
        return
    charged = _sums(connection, TURN.c.id == turn_id, zone)
    if charged:
        connection.execute(delete(ATTEMPT).where(ATTEMPT.c.turn_id == turn_id))
        _add(connection, charged, sign=-1)


def let_go(connection: Connection, turn_id: str) -> bool:
    """Forgets what a turn holds; False when it holds nothing."""
    return bool(connection.execute(_LET_GO, {"turn": turn_id}).rowcount)


_LET_GO = delete(HELD).where(HELD.c.turn_id == bindparam("turn"))


def charge_cut_off(connection: Connection, pending: ColumnElement[bool]) -> None:
    """Makes attempts of what pending turns held, and charges them: the provider may bill a call nobody waits for.

    What a turn's earlier calls cost is known; of the call under way it is an estimate and marked as one.
    """
    ids = select(TURN.c.id).where(pending).scalar_subquery()
    held = connection.execute(
        select(HELD).where(HELD.c.turn_id.in_(ids)).order_by(HELD.c.turn_id, HELD.c.position)
    ).mappings()
    by_turn: dict[str, list[Row]] = {}
    for row in held:
        by_turn.setdefault(row["turn_id"], []).append(row)
    if not by_turn:
        return
    connection.execute(insert(ATTEMPT), [_attempt_row(row) for found in by_turn.values() for row in found])
    for turn_id, found in by_turn.items():
        connection.execute(update(TURN).where(TURN.c.id == turn_id).values(**_turn_sums(found)))
    _add(connection, _held_sums(row for found in by_turn.values() for row in found))
    connection.execute(delete(HELD).where(HELD.c.turn_id.in_(by_turn)))


def forget(connection: Connection, which: ColumnElement[bool], zone: ZoneInfo) -> None:
    """Keeps what turns spent that are about to be removed; call it before their attempts go. What they hold is charged
    as it stands, for nobody will finish them."""
    live = and_(which, TURN.c.origin == rows.LIVE)
    _add(connection, _sums(connection, live, zone), gone=True, new=False)
    ids = select(TURN.c.id).where(which).scalar_subquery()
    held = connection.execute(select(HELD).where(HELD.c.turn_id.in_(ids))).mappings().all()
    if held:
        _add(connection, _held_sums(held), gone=True)
        connection.execute(delete(HELD).where(HELD.c.turn_id.in_({row["turn_id"] for row in held})))


def _add(connection: Connection, sums: Sums, *, sign: int = 1, gone: bool = False, new: bool = True) -> None:
    """Adds sums to the ledger: to what was spent when `new`, to what is kept of removed turns when `gone`."""
    changes = [
        {
            "day": day, "prompt": prompt, "channel": channel, "simulated": simulated,
            **{name: sign * getattr(found, name) if new else 0 for name in _COUNTS},
            **{f"gone_{name}": sign * getattr(found, name) if gone else 0 for name in _COUNTS},
        }
        for (day, prompt, channel, simulated), found in sorted(sums.items())
    ]  # fmt: skip
    if changes:
        connection.execute(_upsert(connection.dialect.name), changes)


_COUNTS = ("pico_usd", "calls", "unknown")
_KEYS = ("day", "prompt", "channel", "simulated")


@cache
def _upsert(dialect: str) -> Executable:
    statement = upsert(dialect, SPENDING)
    names = (*_COUNTS, *(f"gone_{name}" for name in _COUNTS))
    return statement.on_conflict_do_update(
        index_elements=[SPENDING.c[name] for name in _KEYS],
        set_={name: SPENDING.c[name] + statement.excluded[name] for name in names},
    )


def _sums(connection: Connection, which: ColumnElement[bool], zone: ZoneInfo) -> Sums:
    """What the attempts of turns cost, turn by turn, since their days are local ones."""
    columns = (
        TURN.c.at,
        TURN.c.prompt,
        TURN.c.channel,
        ATTEMPT.c.simulated,
        ATTEMPT.c.pico_usd,
        ATTEMPT.c.unknown_model,
    )
    statement = select(*columns).join_from(ATTEMPT, TURN, ATTEMPT.c.turn_id == TURN.c.id).where(which)
    sums: Sums = {}
    for at, prompt, channel, simulated, pico, unknown in connection.execute(statement):
        sums.setdefault((day_of(at, zone), prompt or "", channel, simulated), Sum()).add(pico, unknown)
    return sums


def _held_sums(held: Iterable[Row]) -> Sums:
    sums: Sums = {}
    for row in held:
        found = sums.setdefault((row["day"], row["prompt"], row["channel"], row["simulated"]), Sum())
        found.add(row["pico_usd"], row["unknown_model"])
    return sums


def _attempt_row(held: Row) -> rows.Row:
    usage = Usage.of_plain(held["usage"])
    same = ("turn_id", "position", "purpose", "model", "model_ms", "pico_usd", "local_minor", "local_currency", "rate",
            "priced_as", "price_source", "simulated", "unknown_model")  # fmt: skip
    return {
        **{name: held[name] for name in same},
        **rows.usage_row(usage),
        "text": "",
        "fault": held["fault"] if held["made"] else CUT_OFF,
        "tries": None,
        "judgement": None,
        "verdict_reason": None,
        "claims": 0,
        "book": None,
    }


def _turn_sums(held: Sequence[Row]) -> rows.Row:
    """What a turn's row says of its calls; the prompt, too, which the pending row does not know yet."""
    usage = sum((Usage.of_plain(row["usage"]) for row in held), Usage())
    last = held[-1]
    return {
        "model": last["model"],
        "simulated": last["simulated"],
        "prompt": last["prompt"],
        "prompt_version": last["version"],
        "prompt_checksum": last["checksum"],
        "variant": -1,
        "input_tokens": usage.input_tokens,
        "cached_tokens": usage.cached_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "output_tokens": usage.output_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "pico_usd": sum(row["pico_usd"] for row in held),
        "local_minor": sum(row["local_minor"] or 0 for row in held),
        "local_currency": last["local_currency"] or "",
        "unknown_cost": any(row["unknown_model"] for row in held),
    }


# --- holding ---------------------------------------------------------------------------------------------------------


def held_rows(common: rows.Row, made: Sequence[Attempt], expected: Attempt | None) -> list[rows.Row]:
    """The rows of a turn's calls: those that were made, and the one under way, if any. `common` are the columns they
    share."""
    calls = [(attempt, True) for attempt in made] + ([(expected, False)] if expected else [])
    return [_held_row(common, position, attempt, done) for position, (attempt, done) in enumerate(calls)]


def _held_row(common: rows.Row, position: int, call: Attempt, made: bool) -> rows.Row:
    cost = call.cost
    return {
        **common,
        "position": position,
        "made": made,
        "simulated": cost.simulated,
        "purpose": call.purpose.value,
        "model": call.model,
        "fault": call.fault,
        "model_ms": call.model_ms,
        "usage": call.usage.plain(),
        "pico_usd": cost.pico_usd,
        "local_minor": cost.local.minor if cost.local else None,
        "local_currency": cost.local.currency if cost.local else None,
        "rate": None if cost.rate is None else str(cost.rate),
        "priced_as": cost.priced_as,
        "price_source": cost.source,
        "unknown_model": cost.unknown_model,
    }


# --- reading ---------------------------------------------------------------------------------------------------------


def used(connection: Connection, window: Window, zone: ZoneInfo) -> Used:
    """What a window has used."""
    values = {
        "first": window.first, "last": window.last, "prompt": window.prompt, "channel": window.channel,
        "dialogue": window.dialogue_id,
    }  # fmt: skip
    held = connection.execute(_held_days(*_shape(window)), values).all()
    if window.dialogue_id is not None:
        spent, unknown = _dialogue(connection, window, zone)
    else:
        days = connection.execute(_spent_days(*_shape(window)), values).all()
        spent, unknown = tuple((row.day, int(row.pico)) for row in days), sum(int(row.unknown) for row in days)
    under_way = sum(int(row.unknown) for row in held)
    return Used(spent, tuple((row.day, int(row.pico)) for row in held), unknown + under_way)


def _shape(window: Window) -> tuple[bool, bool, bool, bool]:
    """What a window asks by: a prompt, a channel, a dialogue, simulated replies too."""
    named = (window.prompt is not None, window.channel is not None, window.dialogue_id is not None)
    return *named, window.simulated


@cache  # every call of a model asks: making a statement anew takes longer than the database does
def _spent_days(prompt: bool, channel: bool, dialogue: bool, simulated: bool) -> Executable:
    sums = (func.sum(SPENDING.c.pico_usd).label("pico"), func.sum(SPENDING.c.unknown).label("unknown"))
    days = SPENDING.c.day.between(bindparam("first"), bindparam("last"))
    where = (days, *_of(SPENDING, prompt, channel, simulated))
    return select(SPENDING.c.day, *sums).where(*where).group_by(SPENDING.c.day).order_by(SPENDING.c.day)


@cache
def _held_days(prompt: bool, channel: bool, dialogue: bool, simulated: bool) -> Executable:
    unknown = func.sum(case((HELD.c.unknown_model, 1), else_=0)).label("unknown")
    in_days = HELD.c.day.between(bindparam("first"), bindparam("last"))
    whose: ColumnElement[bool] = HELD.c.dialogue_id == bindparam("dialogue") if dialogue else in_days
    where = (whose, *_of(HELD, prompt, channel, simulated))
    statement = select(HELD.c.day, func.sum(HELD.c.pico_usd).label("pico"), unknown).where(*where)
    return statement.group_by(HELD.c.day).order_by(HELD.c.day)


def _of(table: Table, prompt: bool, channel: bool, simulated: bool) -> Iterator[ColumnElement[bool]]:
    if prompt:
        yield table.c.prompt == bindparam("prompt")
    if channel:
        yield table.c.channel == bindparam("channel")
    if not simulated:
        yield table.c.simulated.is_(False)


_OF_DIALOGUE = select(TURN.c.at, TURN.c.pico_usd, TURN.c.unknown_cost, TURN.c.simulated).where(
    TURN.c.dialogue_id == bindparam("dialogue"), TURN.c.origin == rows.LIVE
)


def _dialogue(connection: Connection, window: Window, zone: ZoneInfo) -> tuple[tuple[tuple[date, int], ...], int]:
    """What a dialogue's turns spent by local day, and how many have a call without a known price."""
    days: dict[date, int] = {}
    unknown = 0
    for turn in connection.execute(_OF_DIALOGUE, {"dialogue": window.dialogue_id}):
        if turn.simulated and not window.simulated:
            continue
        day = day_of(turn.at, zone)
        days[day] = days.get(day, 0) + turn.pico_usd
        unknown += int(turn.unknown_cost)
    return tuple(sorted(days.items())), unknown


def dearest_dialogue(connection: Connection, day: date, zone: ZoneInfo, *, simulated: bool) -> str | None:
    """The dialogue whose turns of a local day cost most; None when none cost anything."""
    spent = func.sum(TURN.c.pico_usd)
    statement = select(TURN.c.dialogue_id).where(*_on(day, zone), TURN.c.origin == rows.LIVE, TURN.c.pico_usd > 0)
    if not simulated:
        statement = statement.where(TURN.c.simulated.is_(False))
    order = (spent.desc(), TURN.c.dialogue_id)
    return connection.execute(statement.group_by(TURN.c.dialogue_id).order_by(*order).limit(1)).scalar_one_or_none()


# --- the ledger against the attempts ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A line of the ledger that says something else than the attempts that are kept, in pico-dollars and calls."""

    day: date
    prompt: str
    channel: str
    simulated: bool
    ledger_pico_usd: int
    attempts_pico_usd: int
    ledger_calls: int
    attempts_calls: int


def compare(connection: Connection, zone: ZoneInfo, first: date, last: date) -> tuple[Discrepancy, ...]:
    """The lines of local days that do not agree, in order of day."""
    found: list[Discrepancy] = []
    for day, counted, kept in _days(connection, zone, first, last):
        for key in sorted({*counted, *kept}):
            said = kept.get(key, _NOTHING)
            ours = counted.get(key, Sum())
            pico, calls = said["pico_usd"] - said["gone_pico_usd"], said["calls"] - said["gone_calls"]
            unknown = said["unknown"] - said["gone_unknown"]
            if (pico, calls, unknown) != (ours.pico_usd, ours.calls, ours.unknown):
                found.append(Discrepancy(day, *key[1:], pico, ours.pico_usd, calls, ours.calls))
    return tuple(found)


def rebuild(connection: Connection, zone: ZoneInfo) -> int:
    """Makes the ledger anew from the attempts that are kept and what removed turns spent; how many lines changed."""
    span = _span(connection, zone)
    if span is None:
        return 0
    changed = 0
    for _, counted, kept in _days(connection, zone, *span):
        for key in sorted({*counted, *kept}):
            was, ours = kept.get(key, _NOTHING), counted.get(key, Sum())
            now = {name: getattr(ours, name) + was[f"gone_{name}"] for name in _COUNTS}
            if all(now[name] == was[name] for name in _COUNTS):
                continue
            changed += 1
            delta = Sum(*(now[name] - was[name] for name in _COUNTS))
            _add(connection, {key: delta})
    nothing = and_(*(SPENDING.c[name] == 0 for name in (*_COUNTS, *(f"gone_{n}" for n in _COUNTS))))
    connection.execute(delete(SPENDING).where(nothing))
    return changed


def prepare(connection: Connection, zone: ZoneInfo) -> None:
    """Sees to it that the ledger is kept by the days of `zone`: makes it of what was there before it, or anew when the
    company has moved. What removed turns spent stays on the days it was on."""
    kept = kept_zone(connection)
    if kept == zone.key:
        return
    wait_for_serial(connection)
    rebuild(connection, zone)
    statement = upsert(connection.dialect.name, META)
    connection.execute(
        statement.on_conflict_do_update(index_elements=[META.c.key], set_={"value": statement.excluded.value}),
        {"key": ZONE, "value": zone.key},
    )


def kept_zone(connection: Connection) -> str | None:
    """The time zone the ledger is kept by; None before its first use."""
    return connection.execute(select(META.c.value).where(META.c.key == ZONE)).scalar_one_or_none()


_NOTHING: Row = dict.fromkeys((*_COUNTS, *(f"gone_{name}" for name in _COUNTS)), 0)
_Lines = dict[Key, Row]


def _days(connection: Connection, zone: ZoneInfo, first: date, last: date) -> Iterator[tuple[date, Sums, _Lines]]:
    """Day by day: what the attempts say, and the lines of the ledger."""
    day = first
    while day <= last:
        counted = _counted(connection, day, zone)
        lines = connection.execute(select(SPENDING).where(SPENDING.c.day == day)).mappings().all()
        kept: _Lines = {(row["day"], row["prompt"], row["channel"], row["simulated"]): row for row in lines}
        if counted or kept:
            yield day, counted, kept
        day += timedelta(days=1)


def _counted(connection: Connection, day: date, zone: ZoneInfo) -> Sums:
    prompt = func.coalesce(TURN.c.prompt, "")
    by = (prompt, TURN.c.channel, ATTEMPT.c.simulated)
    sums = (func.sum(ATTEMPT.c.pico_usd), func.count(), func.sum(case((ATTEMPT.c.unknown_model, 1), else_=0)))
    statement = (
        select(*by, *sums)
        .join_from(TURN, ATTEMPT, ATTEMPT.c.turn_id == TURN.c.id)
        .where(*_on(day, zone), TURN.c.origin == rows.LIVE)
        .group_by(*by)
    )
    found = connection.execute(statement)
    return {
        (day, p, channel, bool(sim)): Sum(int(pico), int(n), int(unknown))
        for p, channel, sim, pico, n, unknown in found
    }


def _on(day: date, zone: ZoneInfo) -> tuple[ColumnElement[bool], ...]:
    """Turns of a local day. The hours come first: they have an index."""
    start, end = start_of(day, zone), start_of(day + timedelta(days=1), zone)
    hours = (TURN.c.hour >= rows.hour_of(start), TURN.c.hour <= rows.hour_of(end))
    return (*hours, TURN.c.at >= start, TURN.c.at < end)


def _span(connection: Connection, zone: ZoneInfo) -> tuple[date, date] | None:
    """The first and the last local day the turns or the ledger know of."""
    hours = connection.execute(select(func.min(TURN.c.hour), func.max(TURN.c.hour))).one()
    days = connection.execute(select(func.min(SPENDING.c.day), func.max(SPENDING.c.day))).one()
    known = [day for day in days if day is not None]
    known += [day_of(rows.start_of(hour + more), zone) for more, hour in enumerate(hours) if hour is not None]
    return (min(known), max(known)) if known else None
