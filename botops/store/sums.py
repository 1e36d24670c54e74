"""Sums of the hourly roll-ups, by any of their groups."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Column, Connection, Table, case, func, select

from botops.domain.errors import UserError
from botops.domain.findings import FindingKind, Severity
from botops.domain.money import Money
from botops.domain.turns import Action
from botops.domain.usage import Usage
from botops.store.tables import ROLLUP_FINDING, ROLLUP_GROUP, ROLLUP_LATENCY, ROLLUP_TURN
from botops.store.views import GroupBy, GroupValue, HourOfReplies, Totals

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_GROUPS: tuple[GroupBy, ...] = (
    "prompt", "version", "experiment", "variant", "model", "simulated", "channel", "language", "origin",
)  # fmt: skip
_COUNTS = tuple(c for c in ROLLUP_TURN.c.keys() if c not in ("hour", "group_id", "local_minor"))  # noqa: SIM118
Key = tuple[GroupValue, ...]


@dataclass(slots=True)
class _Sum:
    counts: dict[str, int] = field(default_factory=dict)
    local: dict[str, int] = field(default_factory=dict)
    findings: dict[tuple[FindingKind, Severity], int] = field(default_factory=dict)
    at_risk: dict[str, int] = field(default_factory=dict)
    overcharge: dict[str, int] = field(default_factory=dict)
    latencies: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which hours and groups, and how to tell a row's key."""

    first: int
    end: int
    group_by: tuple[GroupBy, ...]
    zone: ZoneInfo
    where: Mapping[GroupBy, str | int | bool]

    @property
    def by_hour(self) -> bool:
        return "hour" in self.group_by or "day" in self.group_by

    def columns(self, table: Table) -> list[Column[Any]]:
        groups = [ROLLUP_GROUP.c[name] for name in self.group_by if name in _GROUPS]
        return [table.c.hour, *groups] if self.by_hour else groups

    def key(self, row: Mapping[str, Any]) -> Key:
        return tuple(self._value(name, row) for name in self.group_by)

    def _value(self, name: GroupBy, row: Mapping[str, Any]) -> GroupValue:
        if name == "hour":
            return _EPOCH + timedelta(hours=row["hour"])
        if name == "day":
            day: date = (_EPOCH + timedelta(hours=row["hour"])).astimezone(self.zone).date()
            return day
        value: GroupValue = row[name]
        return value


def totals(
    connection: Connection,
    since: datetime,
    until: datetime,
    group_by: tuple[GroupBy, ...],
    timezone: str,
    where: Mapping[GroupBy, str | int | bool],
) -> tuple[Totals, ...]:
    """See `Reads.totals`."""
    unknown = [name for name in group_by if name not in (*_GROUPS, "hour", "day")]
    unknown += [name for name in where if name not in _GROUPS]
    if unknown:
        raise UserError(f"sums are not kept by {unknown[0]!r}; choose from hour, day, {', '.join(_GROUPS)}")
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UserError(f"{timezone!r} is no time zone; write one like Asia/Almaty") from error
    asked = _Asked(ceil_hour(since), ceil_hour(until), group_by, zone, where)
    found: dict[Key, _Sum] = {} if group_by else {(): _Sum()}
    _turns(connection, asked, found)
    _findings(connection, asked, found)
    _latencies(connection, asked, found)
    return tuple(_totals(key, found[key]) for key in sorted(found))


def replies(connection: Connection, since: datetime, until: datetime) -> tuple[HourOfReplies, ...]:
    """See `Reads.replies`."""
    own = ROLLUP_TURN.c
    simulated = func.sum(case((ROLLUP_GROUP.c.simulated, own.turns), else_=0))
    statement = (
        select(own.hour, func.sum(own.turns), func.sum(own.answered), simulated, func.sum(own.pico_usd))
        .join_from(ROLLUP_TURN, ROLLUP_GROUP, ROLLUP_GROUP.c.id == own.group_id)
        .where(own.hour >= ceil_hour(since), own.hour < ceil_hour(until))
        .group_by(own.hour)
        .order_by(own.hour)
    )
    return tuple(
        HourOfReplies(_EPOCH + timedelta(hours=hour), *map(int, counts))
        for hour, *counts in connection.execute(statement)
    )


def groups(
    connection: Connection, since: datetime, until: datetime, group_by: tuple[GroupBy, ...]
) -> tuple[tuple[GroupValue, ...], ...]:
    """See `Reads.groups`."""
    columns = [ROLLUP_GROUP.c[name] for name in group_by]
    hours = ROLLUP_TURN.c.hour.between(ceil_hour(since), ceil_hour(until) - 1)
    occurring = select(ROLLUP_TURN.c.group_id).where(hours).distinct()
    statement = select(*columns).where(ROLLUP_GROUP.c.id.in_(occurring)).distinct().order_by(*columns)
    return tuple(tuple(row) for row in connection.execute(statement))


def _turns(connection: Connection, asked: _Asked, found: dict[Key, _Sum]) -> None:
    totals = {name: func.sum(ROLLUP_TURN.c[name]).label(f"sum_{name}") for name in (*_COUNTS, "local_minor")}
    simulated = func.sum(case((ROLLUP_GROUP.c.simulated, ROLLUP_TURN.c.turns), else_=0)).label("sum_simulated")

    def add(row: Mapping[str, Any], into: _Sum) -> None:
        for name in (*_COUNTS, "simulated"):
            _plus(into.counts, name, row[f"sum_{name}"])
        if row["currency"]:
            _plus(into.local, row["currency"], row["sum_local_minor"])

    _fold(connection, asked, found, ROLLUP_TURN, [ROLLUP_GROUP.c.currency], [*totals.values(), simulated], add)


def _findings(connection: Connection, asked: _Asked, found: dict[Key, _Sum]) -> None:
    columns = ROLLUP_FINDING.c
    split = [columns.kind, columns.severity, columns.currency]
    names = ("findings", "at_risk_minor", "overcharge_minor")

    def add(row: Mapping[str, Any], into: _Sum) -> None:
        _plus(into.findings, (FindingKind(row["kind"]), Severity(row["severity"])), row["sum_findings"])
        if row["currency"]:
            _plus(into.at_risk, row["currency"], row["sum_at_risk_minor"])
            _plus(into.overcharge, row["currency"], row["sum_overcharge_minor"])

    _fold(connection, asked, found, ROLLUP_FINDING, split, [func.sum(columns[n]).label(f"sum_{n}") for n in names], add)


def _latencies(connection: Connection, asked: _Asked, found: dict[Key, _Sum]) -> None:
    def add(row: Mapping[str, Any], into: _Sum) -> None:
        _plus(into.latencies, row["bucket"], row["sum_turns"])

    total = func.sum(ROLLUP_LATENCY.c.turns).label("sum_turns")
    _fold(connection, asked, found, ROLLUP_LATENCY, [ROLLUP_LATENCY.c.bucket], [total], add)


def _fold(
    connection: Connection,
    asked: _Asked,
    found: dict[Key, _Sum],
    table: Table,
    split: list[Column[Any]],
    totals: list[Any],
    add: Callable[[Mapping[str, Any], _Sum], None],
) -> None:
    """Sums in the database over hours and groups nobody asked for, then here over the hours of a day."""
    by = [*asked.columns(table), *split]
    statement = (
        select(*by, *totals)
        .join_from(table, ROLLUP_GROUP, ROLLUP_GROUP.c.id == table.c.group_id)
        .where(table.c.hour >= asked.first, table.c.hour < asked.end)
        .where(*(ROLLUP_GROUP.c[name] == value for name, value in asked.where.items()))
        .group_by(*by)
    )
    for row in connection.execute(statement).mappings():
        values: dict[str, Any] = dict(row)
        add(values, found.setdefault(asked.key(values), _Sum()))


def _plus(counts: dict[Any, int], key: Any, number: Any) -> None:
    counts[key] = counts.get(key, 0) + int(number)


def ceil_hour(at: datetime) -> int:
    """The first whole hour that begins at a moment or after it, counted as `rows.hour_of` does."""
    return math.ceil((at - _EPOCH) / timedelta(hours=1))


def _money(amounts: Mapping[str, int]) -> tuple[Money, ...]:
    return tuple(Money(minor, currency) for currency, minor in sorted(amounts.items()))


def _totals(key: Key, summed: _Sum) -> Totals:
    def count(name: str) -> int:
        return summed.counts.get(name, 0)

    return Totals(
        key=key,
        turns=count("turns"),
        answered=count("answered"),
        failed=count("failed"),
        interrupted=count("interrupted"),
        actions={action: count(action.value) for action in Action},
        judged=count("judged"),
        not_judged=count("not_judged"),
        with_findings=count("with_findings"),
        claims=count("claims"),
        findings=summed.findings,
        usage=Usage(
            count("input_tokens"),
            count("cached_tokens"),
            count("cache_write_tokens"),
            count("output_tokens"),
            count("reasoning_tokens"),
        ),
        pico_usd=count("pico_usd"),
        local=_money(summed.local),
        unknown_cost=count("unknown_cost"),
        simulated=count("simulated"),
        at_risk=_money(summed.at_risk),
        overcharge=_money(summed.overcharge),
        latencies=summed.latencies,
    )
