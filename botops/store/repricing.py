"""New costs for calls that were priced before, with everything that was summed from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, bindparam, update

from botops.domain.usage import Cost
from botops.store import ledger, rows
from botops.store.access import Access
from botops.store.calls import Call, calls_of
from botops.store.erasure import purged_before
from botops.store.tables import ATTEMPT, TURN
from botops.store.turns import mark_dirty

Price = Callable[[Call], Cost]
"""What a call is to cost; its own cost leaves it as it is."""

_COST = (
    update(ATTEMPT)
    .where(ATTEMPT.c.turn_id == bindparam("of_turn"), ATTEMPT.c.position == bindparam("at_position"))
    .values({name: bindparam(name) for name in rows.cost_row(Cost()) if name != "simulated"})
)
_SUMS = (
    update(TURN)
    .where(TURN.c.id == bindparam("of_turn"))
    .values({name: bindparam(name) for name in rows.cost_sums(Cost())})
)


@dataclass(frozen=True, slots=True)
class Repriced:
    """A call with the cost it had, and the one it has now."""

    call: Call
    cost: Cost


def same_cost(one: Cost, other: Cost) -> bool:
    """True when two costs say the same amount at the same rate, whatever table they are from."""
    return (one.pico_usd, one.local, one.rate, one.unknown_model) == (
        other.pico_usd, other.local, other.rate, other.unknown_model,
    )  # fmt: skip


class Repricing:
    """Every method is one transaction and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def apply(self, turn_ids: Sequence[str], price: Price) -> tuple[Repriced, ...]:
        """Prices the calls of some turns anew, all or none of them; what changed.

        The sums of their turns and the ledger of budgets follow, and the roll-ups of their hours are marked to be made
        anew. Turns that retention has removed, or is about to, are left alone: their roll-ups are frozen. Doing it
        again changes nothing.
        """
        now = self._access.clock.now()

        def work(connection: Connection) -> tuple[Repriced, ...]:
            limit = purged_before(connection)
            calls = [call for call in calls_of(connection, turn_ids) if rows.hour_of(call.at) >= limit]
            repriced = [Repriced(call, price(call)) for call in calls]
            changed = tuple(one for one in repriced if not same_cost(one.call.cost, one.cost))
            if changed:
                _write(connection, changed, repriced)
                ledger.adjust(connection, _live(changed))
                mark_dirty(connection, {rows.hour_of(one.call.at) for one in changed}, now)
            return changed

        return self._access.write("price calls anew", work, serial=True)


def _live(changed: Iterable[Repriced]) -> Iterator[tuple[datetime, str, str, Cost, Cost]]:
    for one in changed:
        call = one.call
        if call.origin == rows.LIVE:
            yield call.at, call.prompt or "", call.channel, call.cost, one.cost


def _write(connection: Connection, changed: Sequence[Repriced], all_calls: Iterable[Repriced]) -> None:
    costs = [
        rows.cost_row(one.cost) | {"of_turn": one.call.turn_id, "at_position": one.call.position} for one in changed
    ]
    connection.execute(_COST, costs)
    touched = {one.call.turn_id for one in changed}
    sums = [
        rows.cost_sums(sum((one.cost for one in calls), Cost())) | {"of_turn": turn_id}
        for turn_id, calls in groupby(all_calls, key=lambda one: one.call.turn_id)
        if turn_id in touched
    ]
    connection.execute(_SUMS, sums)
