"""Budgets in the store: one transaction for each planned call, alerts told once, the ledger held to the attempts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, insert, select, update

from botops.domain.budgets import BudgetAlert, BudgetLevel, Decide, Decision, PlannedCall, Used, Window
from botops.domain.errors import StoreError
from botops.domain.side_calls import SideCalls
from botops.domain.turns import Attempt, TurnState
from botops.store import ledger, trial_calls
from botops.store.access import Access
from botops.store.budget_tables import BUDGET_ALERT, HELD
from botops.store.engine import hold_still, upsert
from botops.store.ledger import Discrepancy
from botops.store.tables import TURN

T = TypeVar("T")

_UNDER_WAY = select(TURN.c.id).where(
    TURN.c.id == bindparam("turn"), TURN.c.process == bindparam("own"), TURN.c.state == TurnState.PENDING.value
)
_HOLD = insert(HELD)


class Submit(Protocol):
    """Queues one transaction. `serial` ones must not run beside another of their kind, whatever the process."""

    def __call__(self, what: str, work: Callable[[Connection], T], *, serial: bool = False) -> Future[T]:
        """The future of what `work` gives. Raises StoreError."""
        ...


class BudgetStore:
    """Every method is one transaction and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access, process: str, submit: Submit) -> None:
        self._access = access
        self._process = process
        self._submit = submit
        self._holding: set[str] = set()
        self.zone = ZoneInfo("UTC")

    def holds(self, turn_id: str) -> bool:
        """True when something was held for a turn in this process."""
        return turn_id in self._holding

    def ended(self, turn_id: str) -> None:
        """Notes that a turn is finished."""
        self._holding.discard(turn_id)

    async def hold(self, call: PlannedCall, windows: Sequence[Window], decide: Decide) -> Decision:
        """Decides on a planned call by what the windows have used, and holds what it may cost until its turn is
        finished; the decision, with those alerts alone that were told for the first time.

        Nothing else is decided or charged in between, in no process: two calls never pass on the same money. Goes on to
        its end even when the caller is cancelled. Raises StoreError, also when the turn is not under way here.
        """
        self._holding.add(call.turn_id)
        future = self._submit("hold a call's cost", lambda c: self._hold(c, call, windows, decide), serial=True)
        return await asyncio.shield(asyncio.wrap_future(future))

    def _hold(self, connection: Connection, call: PlannedCall, windows: Sequence[Window], decide: Decide) -> Decision:
        own = {"turn": call.turn_id, "own": self._process}
        if connection.execute(_UNDER_WAY, own).first() is None:
            raise StoreError(f"turn {call.turn_id} is not under way in this process: nothing can be held for it")
        if call.made:
            ledger.let_go(connection, call.turn_id)
        decision = decide(tuple(ledger.used(connection, window, self.zone) for window in windows))
        expected = decision.held
        under_way = None
        if expected is not None:
            under_way = Attempt(call.request.purpose, expected.model, "", expected.usage, expected.cost, 0)
        held = ledger.held_rows(self._common(call), call.made, under_way)
        if held:
            connection.execute(_HOLD, held)
        return replace(decision, alerts=tell(connection, decision.alerts))

    async def hold_trial(self, run: str, call: PlannedCall, windows: Sequence[Window], decide: Decide) -> Decision:
        """Decides on a planned call of a trial, which is no turn and is weighed after all others, and holds what it may
        cost until `settle_trial`. Otherwise as `hold`; no alert is kept."""
        what, zone = "hold a trial's cost", self.zone
        future = self._submit(what, lambda c: trial_calls.hold(c, run, call, windows, decide, zone), serial=True)
        return replace(await asyncio.shield(asyncio.wrap_future(future)), alerts=())

    async def settle_trial(self, run: str, billed: Sequence[SideCalls]) -> None:
        """Keeps what a trial that is over was billed, and lets go of what it held. Goes on to its end even when the
        caller is cancelled. Raises StoreError."""
        future = self._submit("keep a trial's cost", lambda c: trial_calls.settle(c, run, billed), serial=True)
        await asyncio.shield(asyncio.wrap_future(future))

    def _common(self, call: PlannedCall) -> dict[str, Any]:
        inbound, ref = call.inbound, call.ref
        return {
            "turn_id": call.turn_id,
            "at": inbound.at,
            "day": ledger.day_of(inbound.at, self.zone),
            "prompt": ref.name,
            "version": ref.version,
            "checksum": ref.checksum,
            "channel": inbound.channel,
            "dialogue_id": inbound.dialogue_id,
        }

    def tell(self, alerts: Iterable[BudgetAlert]) -> tuple[BudgetAlert, ...]:
        """Keeps alerts; those that are new."""
        alerts = tuple(alerts)
        if not alerts:
            return ()
        return self._access.write("keep budget alerts", lambda connection: tell(connection, alerts))

    def used(self, windows: Sequence[Window]) -> tuple[Used, ...]:
        """What each window has used by now."""
        with self._access.reading("read what budgets have used") as connection:
            hold_still(connection)
            return tuple(ledger.used(connection, window, self.zone) for window in windows)

    def dearest_dialogue(self, day: date, *, simulated: bool) -> str | None:
        """The dialogue whose turns of a local day cost most."""
        with self._access.reading("look for the dearest dialogue") as connection:
            return ledger.dearest_dialogue(connection, day, self.zone, simulated=simulated)

    def alerts(self, since: date) -> tuple[BudgetAlert, ...]:
        """Alerts of periods that began on a local day or later, the newest first."""
        order = (BUDGET_ALERT.c.at.desc(), BUDGET_ALERT.c.budget, BUDGET_ALERT.c.level, BUDGET_ALERT.c.share)
        statement = select(BUDGET_ALERT).where(BUDGET_ALERT.c.since >= since).order_by(*order)
        return tuple(
            BudgetAlert(
                row["budget"], row["since"], BudgetLevel(row["level"]), Decimal(row["share"] or 0), row["limit"],
                row["at"], row["detail"], row["times"],
            )
            for row in self._access.rows("read budget alerts", statement)
        )  # fmt: skip

    def compare(self, first: date, last: date) -> tuple[Discrepancy, ...]:
        """Lines of the ledger of these local days that say something else than the attempts that are kept."""
        with self._access.reading("compare the ledger with the attempts") as connection:
            hold_still(connection)
            return ledger.compare(connection, self.zone, first, last)

    def rebuild(self) -> int:
        """Makes the ledger anew from the attempts that are kept; how many of its lines changed."""
        return self._access.write("rebuild the ledger", lambda c: ledger.rebuild(c, self.zone), serial=True)


def tell(connection: Connection, alerts: Iterable[BudgetAlert]) -> tuple[BudgetAlert, ...]:
    """Keeps alerts; those told for the first time in their period. Others than soft ones are counted."""
    return tuple(alert for alert in alerts if _told_first(connection, alert))


def _told_first(connection: Connection, alert: BudgetAlert) -> bool:
    key = {
        "budget": alert.budget,
        "since": alert.since,
        "level": alert.level.value,
        "share": str(alert.share.normalize()) if alert.share else "",
        "limit": alert.limit,
    }
    row = {**key, "at": alert.at, "last_at": alert.at, "times": 1, "detail": alert.detail}
    statement = upsert(connection.dialect.name, BUDGET_ALERT).values(**row).on_conflict_do_nothing()
    if connection.execute(statement.returning(BUDGET_ALERT.c.budget)).first() is not None:
        return True
    if alert.level is not BudgetLevel.SOFT:
        _count(connection, key, alert.at)
    return False


def _count(connection: Connection, key: dict[str, Any], at: datetime) -> None:
    same = [BUDGET_ALERT.c[name] == value for name, value in key.items()]
    connection.execute(update(BUDGET_ALERT).where(*same).values(times=BUDGET_ALERT.c.times + 1, last_at=at))
