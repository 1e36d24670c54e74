"""What trials of texts cost and may cost, among the calls that belong to no dialogue.

Functions of a connection, to be called inside a serial transaction. While a trial is under way a row under a run of its
own holds what it may cost; when it is over, what it was billed takes that row's place. The row of a process that died
stays, an estimate marked as one: a provider bills a call nobody waits for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, insert, select

from botops.domain.budgets import Decide, Decision, PlannedCall, Used, Window
from botops.domain.side_calls import SideCalls, Work
from botops.domain.usage import Cost, Usage
from botops.store import ledger
from botops.store.cost_reads import keep_side_calls, side_row
from botops.store.cost_tables import SIDE_CALLS
from botops.store.rows import hour_of


def hold(
    connection: Connection, run: str, call: PlannedCall, windows: Sequence[Window], decide: Decide, zone: ZoneInfo
) -> Decision:
    """Decides on a planned call of a trial by what clients' dialogues and other trials have used and hold, and holds
    what the trial may have cost with it, calls made before included."""
    _let_go(connection, run)
    decision = decide(tuple(_with_trials(connection, one, zone) for one in windows))
    held = _held(run, call, decision)
    if held is not None:
        connection.execute(insert(SIDE_CALLS), side_row(held))
    return decision


def settle(connection: Connection, run: str, billed: Iterable[SideCalls]) -> None:
    """Keeps what a trial was billed in the place of what it held."""
    _let_go(connection, run)
    keep_side_calls(connection, billed)


def _let_go(connection: Connection, run: str) -> None:
    connection.execute(delete(SIDE_CALLS).where(SIDE_CALLS.c.run == _held_run(run)))


def _held_run(run: str) -> str:
    return f"{run}:held"


def _held(run: str, call: PlannedCall, decision: Decision) -> SideCalls | None:
    """The row that holds what a trial may have cost; None when no call of it was or will be made."""
    expected, made = decision.held, call.made
    planned = 0 if expected is None else 1
    if not planned + len(made):
        return None
    model, usage, cost = (expected.model, expected.usage, expected.cost) if expected else (call.model, Usage(), Cost())
    return SideCalls(
        _held_run(run), call.inbound.at, Work.TRIAL, call.request.purpose, model, call.ref.name, call.ref.version,
        calls=planned + len(made),
        failed=sum(attempt.fault is not None for attempt in made),
        estimated=planned,
        unknown=sum(one.unknown_model for one in (cost, *(attempt.cost for attempt in made))),
        usage=sum((attempt.usage for attempt in made), usage),
        pico_usd=sum((attempt.cost.pico_usd for attempt in made), cost.pico_usd),
        estimated_pico_usd=cost.pico_usd,
    )  # fmt: skip


def _with_trials(connection: Connection, window: Window, zone: ZoneInfo) -> Used:
    """What a window has used, trials counted; of those it is not known by which channel."""
    used = ledger.used(connection, window, zone)
    if window.channel is not None or window.dialogue_id is not None:
        return used
    since, until = ledger.start_of(window.first, zone), ledger.start_of(window.last + timedelta(days=1), zone)
    own = SIDE_CALLS.c
    conditions = [own.origin == Work.TRIAL.value, own.hour >= hour_of(since), own.at >= since, own.at < until]
    if window.prompt is not None:
        conditions.append(own.prompt == window.prompt)
    found = connection.execute(select(own.at, own.pico_usd, own.unknown).where(*conditions)).all()
    spent = Counter(dict(used.spent))
    for one in found:
        spent[ledger.day_of(one.at, zone)] += one.pico_usd
    return replace(used, spent=tuple(sorted(spent.items())), unknown=used.unknown + sum(one.unknown for one in found))
