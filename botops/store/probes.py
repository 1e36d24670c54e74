"""Probes: rounds of questions to the bot, what became of them, and the turns they cause, which are no clients'."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select

from botops.domain.probes import (
    FAILED,
    ProbeFault,
    ProbeKind,
    ProbeOutcome,
    ProbeResult,
    ProbeRun,
    ProbeSpan,
    ProbeTally,
    ProbeTurn,
)
from botops.domain.turns import TurnState
from botops.store import turns
from botops.store.access import Access, Row
from botops.store.engine import upsert
from botops.store.masking import mask_record
from botops.store.probe_tables import PROBE_RESULT, PROBE_RUN, PROBE_TURN
from botops.store.tables import META

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from botops.domain.messages import Language
    from botops.domain.turns import TurnRecord

_MARK = "probe_mark"
"""The secret that marks a probe, in `store_meta`."""
_BEGUN = "probe_begun"
"""When the last scheduled round began, in `store_meta`."""
_LEEWAY_S = 1.0


class ProbeStore:
    """Every method is one transaction and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access, process: str, zone: Callable[[], ZoneInfo]) -> None:
        self._access = access
        self._process = process
        self._zone = zone

    # --- marking and taking turns -------------------------------------------------------------------------------------

    def mark(self) -> str | None:
        """The secret that marks a probe; None before the first was asked for."""
        return self._kept(_MARK)

    def make_mark(self) -> str:
        """The secret that marks a probe, made when there is none."""
        made = secrets.token_urlsafe(32)

        def work(connection: Connection) -> str:
            statement = upsert(connection.dialect.name, META).on_conflict_do_nothing(index_elements=[META.c.key])
            connection.execute(statement, {"key": _MARK, "value": made})
            kept: str = connection.execute(select(META.c.value).where(META.c.key == _MARK)).scalar_one()
            return kept

        return self.mark() or self._access.write("make the mark of probes", work)

    def due(self, every_s: int) -> bool:
        """True when the last scheduled round began `every_s` seconds ago or longer; also when it is to begin in the
        future by more than that, which means that the clock was put back."""
        return _due(self._kept(_BEGUN), self._access.clock.now(), every_s)

    def begin(self, every_s: int) -> bool:
        """Takes the scheduled round that is due; False when there is none, as for the second of two processes."""
        now = self._access.clock.now()

        def work(connection: Connection) -> bool:
            last = connection.execute(select(META.c.value).where(META.c.key == _BEGUN)).scalar()
            if not _due(last, now, every_s):
                return False
            statement = upsert(connection.dialect.name, META)
            statement = statement.on_conflict_do_update(
                index_elements=[META.c.key], set_={"value": statement.excluded.value}
            )
            connection.execute(statement, {"key": _BEGUN, "value": now.isoformat()})
            return True

        return self._access.write("begin a round of probes", work, serial=True)

    # --- writing ------------------------------------------------------------------------------------------------------

    def keep_turn(self, record: TurnRecord) -> None:
        """Writes the turn of a probe the way every turn is written, takes that back within the same transaction, and
        keeps a note of it instead: what would not let a client's turn be kept fails the probe, and yet no list, sum,
        queue or budget ever holds one."""
        masked, now, zone = mask_record(record, self._access.hide), self._access.clock.now(), self._zone()

        def work(connection: Connection) -> None:
            rehearsal = connection.begin_nested()
            try:
                turns.begin(connection, masked.id, masked.inbound, masked.language, self._process)
                turns.finish(connection, masked, self._process, now, zone)
            finally:
                if rehearsal.is_active:
                    rehearsal.rollback()
            connection.execute(insert(PROBE_TURN), _turn_row(masked))

        self._access.write("keep the turn of a probe", work, serial=True)

    def keep_run(self, run: ProbeRun) -> None:
        """Keeps a round with its results. What the bot noted of their turns is kept already."""
        row = {"id": run.id, "at": run.at, "address": run.address, "every_s": run.every_s, "note": run.note}
        results = [_result_row(one, self._access.hide) for one in run.results]

        def work(connection: Connection) -> None:
            connection.execute(insert(PROBE_RUN), row)
            if results:
                connection.execute(insert(PROBE_RESULT), results)

        self._access.write("keep a round of probes", work)

    def purge(self, before: datetime) -> int:
        """Removes rounds from before a moment; how many."""

        def work(connection: Connection) -> int:
            old = select(PROBE_RUN.c.id).where(PROBE_RUN.c.at < before).scalar_subquery()
            connection.execute(delete(PROBE_RESULT).where(PROBE_RESULT.c.run.in_(old)))
            connection.execute(delete(PROBE_TURN).where(PROBE_TURN.c.at < before))
            return connection.execute(delete(PROBE_RUN).where(PROBE_RUN.c.at < before)).rowcount

        return self._access.write("remove old probes", work)

    # --- reading ------------------------------------------------------------------------------------------------------

    def turn(self, turn_id: str) -> ProbeTurn | None:
        """What the bot noted of a turn."""
        found = self._access.rows("read a probe", select(PROBE_TURN).where(PROBE_TURN.c.id == turn_id))
        return _turn(found[0]) if found else None

    def latest(self, most: int = 10) -> tuple[ProbeRun, ...]:
        """The latest rounds with their results, the newest first."""
        newest = select(PROBE_RUN).order_by(PROBE_RUN.c.at.desc(), PROBE_RUN.c.id).limit(most)
        turn = [column.label(f"turn_{column.name}") for column in PROBE_TURN.c]
        with self._access.reading("read the probes") as connection:
            runs = connection.execute(newest).mappings().all()
            statement = (
                select(*PROBE_RESULT.c, *(column for column in turn if column.name != "turn_id"))
                .join(PROBE_TURN, PROBE_TURN.c.id == PROBE_RESULT.c.turn_id, isouter=True)
                .where(PROBE_RESULT.c.run.in_([run["id"] for run in runs]))
                .order_by(PROBE_RESULT.c.at, PROBE_RESULT.c.kind, PROBE_RESULT.c.language)
            )
            results: dict[str, list[ProbeResult]] = {}
            for row in connection.execute(statement).mappings():
                results.setdefault(row["run"], []).append(_result(row))
        return tuple(
            ProbeRun(r["id"], r["at"], r["address"], r["every_s"], r["note"], tuple(results.get(r["id"], ())))
            for r in runs
        )

    def failing_since(self, kind: ProbeKind, language: Language) -> datetime | None:
        """When the failures of a question began that no other outcome has followed yet; None when it does not fail."""
        own = (PROBE_RESULT.c.kind == kind.value, PROBE_RESULT.c.language == language)
        failed = PROBE_RESULT.c.outcome.in_([outcome.value for outcome in FAILED])
        last_well = select(func.max(PROBE_RESULT.c.at)).where(*own, ~failed).scalar_subquery()
        statement = select(func.min(PROBE_RESULT.c.at).label("at")).where(
            *own, failed, or_(last_well.is_(None), PROBE_RESULT.c.at > last_well)
        )
        began: datetime | None = self._access.rows("read since when probes fail", statement)[0]["at"]
        return began

    def span(self, since: datetime, until: datetime) -> ProbeSpan:
        """What is kept of the scheduled rounds from `since` to before `until`. What they cost includes the others, and
        no simulated reply, which brings no bill."""
        inside = and_(PROBE_RUN.c.at >= since, PROBE_RUN.c.at < until, PROBE_RUN.c.every_s.is_not(None))
        by = (PROBE_RESULT.c.kind, PROBE_RESULT.c.language, PROBE_RESULT.c.outcome)
        tallied = (
            select(*by, func.count().label("number"))
            .join(PROBE_RUN, PROBE_RUN.c.id == PROBE_RESULT.c.run)
            .where(inside)
            .group_by(*by)
        )
        cost = select(
            func.coalesce(func.sum(PROBE_TURN.c.pico_usd), 0).label("pico_usd"),
            func.count().filter(PROBE_TURN.c.unknown_cost).label("unknown"),
        ).where(PROBE_TURN.c.at >= since, PROBE_TURN.c.at < until, ~PROBE_TURN.c.simulated)
        with self._access.reading("read the probes") as connection:
            tallies = tuple(
                ProbeTally(ProbeKind(r.kind), r.language, ProbeOutcome(r.outcome), r.number)
                for r in connection.execute(tallied.order_by(*by))
            )
            number: int = connection.execute(select(func.count()).select_from(PROBE_RUN).where(inside)).scalar_one()
            spent = connection.execute(cost).one()
            scheduled = _scheduled(connection, since, until)
        return ProbeSpan(tallies, number, int(spent.pico_usd), bool(spent.unknown), scheduled)

    def _kept(self, key: str) -> str | None:
        found = self._access.rows("read the probes", select(META.c.value).where(META.c.key == key))
        return found[0]["value"] if found else None


def _due(last: str | None, now: datetime, every_s: int) -> bool:
    if last is None:
        return True
    return abs(now - datetime.fromisoformat(last)) >= timedelta(seconds=every_s - _LEEWAY_S)


def _scheduled(connection: Connection, since: datetime, until: datetime) -> tuple[tuple[datetime, int], ...]:
    """The scheduled rounds of a span, the last before it and the first after it."""
    at, planned = PROBE_RUN.c.at, PROBE_RUN.c.every_s.is_not(None)
    before = select(func.max(at)).where(planned, at < since).scalar_subquery()
    after = select(func.min(at)).where(planned, at >= until).scalar_subquery()
    which = or_(and_(at >= since, at < until), at == before, at == after)
    statement = select(at, PROBE_RUN.c.every_s).where(planned, which).order_by(at)
    return tuple((row.at, row.every_s) for row in connection.execute(statement))


def _turn_row(record: TurnRecord) -> dict[str, Any]:
    ref = record.assignment.ref if record.assignment else None
    return {
        "id": record.id,
        "at": record.inbound.at,
        "failed": record.error is not None or record.state is not TurnState.ANSWERED,
        "rule": record.hand_off.rule if record.hand_off else None,
        "prompt": ref.name if ref else None,
        "version": ref.version if ref else None,
        "model": record.model,
        "simulated": record.simulated,
        "pico_usd": record.cost.pico_usd,
        "unknown_cost": record.cost.unknown_model,
    }


def _result_row(result: ProbeResult, hide: Callable[[str], str]) -> dict[str, Any]:
    return {
        "run": result.run, "kind": result.kind.value, "language": result.language, "at": result.at,
        "outcome": result.outcome.value, "asked": result.asked, "expected": result.expected,
        "reply": hide(result.reply), "fault": result.fault and result.fault.value, "detail": hide(result.detail),
        "ms": result.ms, "turn_id": result.turn.id if result.turn else None,
    }  # fmt: skip


_TURN: Sequence[str] = tuple(column.name for column in PROBE_TURN.c)


def _turn(row: Row, prefix: str = "") -> ProbeTurn:
    return ProbeTurn(**{name: row[f"{prefix}{name}"] for name in _TURN})


def _result(row: Row) -> ProbeResult:
    noted = row["turn_id"] is not None and row["turn_at"] is not None
    return ProbeResult(
        row["run"],
        ProbeKind(row["kind"]),
        row["language"],
        row["at"],
        ProbeOutcome(row["outcome"]),
        row["asked"],
        row["expected"],
        row["reply"],
        ProbeFault(row["fault"]) if row["fault"] else None,
        row["detail"],
        row["ms"],
        _turn(row, "turn_") if noted else None,
    )
