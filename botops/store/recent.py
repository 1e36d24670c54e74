"""What live traffic did lately, counted from the turns themselves: roll-ups are too coarse for minutes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from botops.domain.alerts import Example
from botops.domain.findings import Judgement, Severity
from botops.domain.money import Money
from botops.domain.turns import Action, TurnState
from botops.store import rows
from botops.store.access import Access
from botops.store.tables import (
    ATTEMPT,
    BROKE_OFF,
    BROKEN,
    DIRTY_HOUR,
    FINDING,
    HAND_OFF,
    ROLLUP_GROUP,
    ROLLUP_TURN,
    TURN,
)

Interval = tuple[datetime, datetime]
"""A stretch of time, its end left out. Several of them are one window: a clock that jumped tears it apart."""
Trouble = Literal["failed", "flagged", "not_judged"]
"""What a turn can be counted for in `Traffic` that is no good."""
_QUOTE = 160


@dataclass(frozen=True, slots=True)
class Traffic:
    """Counts of live turns that came to an end.

    `failed` are those the bot could not answer itself though nobody asked for a person. `first_texts` are turns a first
    word of which left, `slow` those of them it took longer than asked for. `replies` had an outcome, `flagged` left
    with something wrong in them. `judged` were looked at by the checker, `not_judged` without a result, `slow_checks`
    for longer than asked for.
    """

    turns: int = 0
    failed: int = 0
    first_texts: int = 0
    slow: int = 0
    replies: int = 0
    flagged: int = 0
    judged: int = 0
    not_judged: int = 0
    slow_checks: int = 0

    def __add__(self, other: Traffic) -> Traffic:
        return Traffic(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Traffic)))


@dataclass(frozen=True, slots=True)
class Waiting:
    """Dialogues handed over that nobody has taken: how many for longer than asked, and since when the first of all."""

    overdue: int = 0
    since: datetime | None = None


class Recent:
    """Every method is one or a few reads and raises StoreError when the database cannot be used.

    Only turns answered here count (not imported ones), within an hour or a few: each is looked at.
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    def traffic(self, window: Iterable[Interval], *, slow_ms: int, slow_check_ms: int) -> Traffic:
        """What turns of a window did. `slow_ms` is how long a first word may take, `slow_check_ms` a check."""
        return sum((self._traffic(one, slow_ms, slow_check_ms) for one in window), Traffic())

    def failed(self, window: Iterable[Interval]) -> int:
        """Turns of a window that the bot could not answer itself; read from an index, cheap for days."""
        return sum(self._failed(one) for one in window)

    def turns(self, window: Iterable[Interval]) -> int:
        """Live turns of a window; whole hours of it come from roll-ups, so that days are cheap."""
        return sum(self._turns(one) for one in window)

    def real_turns(self, window: Interval) -> int:
        """Live turns of an interval that no simulated model answered."""
        return self._count(window, ~TURN.c.simulated)

    def any_turn(self, window: Interval) -> bool:
        """True when a live turn began in an interval, ended or not."""
        since, until = window
        statement = (
            select(TURN.c.id)
            .where(TURN.c.hour >= rows.hour_of(since), TURN.c.hour <= rows.hour_of(until), TURN.c.at >= since,
                   TURN.c.at < until, *_LIVE)
            .limit(1)
        )  # fmt: skip
        return bool(self._access.rows("look for a turn", statement))

    def faults(self, window: Iterable[Interval]) -> Mapping[str, int]:
        """Model calls of a window without a usable reply, by the class of their fault."""
        found: Counter[str] = Counter()
        for one in window:
            statement = (
                select(ATTEMPT.c.fault, func.count().label("calls"))
                .join_from(TURN, ATTEMPT, ATTEMPT.c.turn_id == TURN.c.id)
                .where(*_ended(one), ATTEMPT.c.fault.is_not(None))
                .group_by(ATTEMPT.c.fault)
            )
            for row in self._access.rows("count faults of models", statement):
                found[row["fault"]] += row["calls"]
        return found

    def faulty(self, window: Iterable[Interval], worst: Severity) -> tuple[int, tuple[Money, ...]]:
        """Turns of a window in which the model said something wrong, as bad as `worst` or worse, whether it left or was
        held back; and the money at risk in what did leave, one amount a currency."""
        turns, at_risk = 0, Counter[str]()
        for one in window:
            (row,) = self._access.rows("count grave mistakes", select(func.count().label("n")).select_from(TURN).where(
                *_ended(one), _said(worst)
            ))  # fmt: skip
            turns += row["n"]
            if row["n"]:
                at_risk.update(self._at_risk(one, worst))
        return turns, tuple(Money(minor, currency) for currency, minor in sorted(at_risk.items()))

    def examples(self, window: Sequence[Interval], worst: Severity, most: int = 3) -> tuple[Example, ...]:
        """The latest dialogues of a window in which something as bad as `worst` was said, each once."""
        found: dict[str, Example] = {}
        for one in window:
            statement = (
                select(TURN.c.dialogue_id, TURN.c.number, TURN.c.at, FINDING.c.quote)
                .join_from(TURN, FINDING, FINDING.c.turn_id == TURN.c.id)
                .where(*_ended(one), FINDING.c.severity >= int(worst))
                .order_by(TURN.c.at.desc(), TURN.c.id, FINDING.c.position)
                .limit(most * 10)
            )
            for row in self._access.rows("find examples", statement):
                found.setdefault(
                    row["dialogue_id"], Example(row["dialogue_id"], row["number"], row["at"], row["quote"][:_QUOTE])
                )
        return tuple(found.values())[:most]

    def first(self, window: Sequence[Interval], trouble: Trouble) -> datetime | None:
        """When the first turn of a window was in trouble, by the clock of then; None when none was."""
        return self._first(window, _TROUBLES[trouble])

    def first_faulty(self, window: Sequence[Interval], worst: Severity) -> datetime | None:
        """When the model first said something wrong in a window, as bad as `worst` or worse, whether it left or was
        held back; None when it never did."""
        return self._first(window, _said(worst))

    def broken(self, window: Sequence[Interval], most: int = 3) -> tuple[Example, ...]:
        """The latest dialogues of a window that the bot could not answer, each once."""
        found: dict[str, Example] = {}
        for one in window:
            statement = (
                select(TURN.c.dialogue_id, TURN.c.number, TURN.c.at)
                .outerjoin_from(TURN, HAND_OFF, HAND_OFF.c.turn_id == TURN.c.id)
                .where(*_ended(one), _FAILED)
                .order_by(TURN.c.at.desc(), TURN.c.id)
                .limit(most * 10)
            )
            for row in self._access.rows("find examples", statement):
                found.setdefault(row["dialogue_id"], Example(row["dialogue_id"], row["number"], row["at"]))
        return tuple(found.values())[:most]

    def waiting(self, before: datetime) -> Waiting:
        """Who waits for a person; those handed over before a moment are overdue."""
        overdue = func.coalesce(func.sum(case((HAND_OFF.c.at < before, 1), else_=0)), 0).label("overdue")
        statement = select(overdue, func.min(HAND_OFF.c.at).label("since")).where(_WAITS)
        (row,) = self._access.rows("count who waits", statement)
        return Waiting(int(row["overdue"]), row["since"])

    def who_waits(self, most: int = 3) -> tuple[Example, ...]:
        """The dialogues that have waited longest for a person, each once."""
        statement = (
            select(TURN.c.dialogue_id, TURN.c.number, HAND_OFF.c.at, HAND_OFF.c.reason)
            .join_from(HAND_OFF, TURN, TURN.c.id == HAND_OFF.c.turn_id)
            .where(_WAITS)
            .order_by(HAND_OFF.c.at, TURN.c.id)
            .limit(most * 10)
        )
        found: dict[str, Example] = {}
        for row in self._access.rows("find who waits", statement):
            shown = Example(row["dialogue_id"], row["number"], row["at"], row["reason"][:_QUOTE])
            found.setdefault(row["dialogue_id"], shown)
        return tuple(found.values())[:most]

    def _first(self, window: Sequence[Interval], trouble: ColumnElement[bool]) -> datetime | None:
        for one in reversed(window):
            statement = (
                select(func.min(TURN.c.at).label("at"))
                .outerjoin_from(TURN, HAND_OFF, HAND_OFF.c.turn_id == TURN.c.id)
                .where(*_ended(one), trouble)
            )
            found: datetime | None = self._access.rows("find the first trouble", statement)[0]["at"]
            if found is not None:
                return found
        return None

    def _turns(self, window: Interval) -> int:
        """The hours the window cuts, and those whose sums are out of date, are counted turn by turn."""
        since, until = window
        first, last = rows.first_hour(since), rows.hour_of(until)
        if last <= first:
            return self._count(window)
        statement = (
            select(func.coalesce(func.sum(ROLLUP_TURN.c.turns), 0).label("n"))
            .join_from(ROLLUP_TURN, ROLLUP_GROUP, ROLLUP_GROUP.c.id == ROLLUP_TURN.c.group_id)
            .where(ROLLUP_TURN.c.hour >= first, ROLLUP_TURN.c.hour < last, ROLLUP_GROUP.c.origin == rows.LIVE,
                   ROLLUP_TURN.c.hour.not_in(select(DIRTY_HOUR.c.hour)))
        )  # fmt: skip
        whole = int(self._access.rows("add up turns", statement)[0]["n"])
        inside = (rows.start_of(first), rows.start_of(last))
        late = self._count(inside, TURN.c.hour.in_(select(DIRTY_HOUR.c.hour)))
        return whole + late + self._count((since, inside[0])) + self._count((inside[1], until))

    def _count(self, window: Interval, *where: ColumnElement[bool]) -> int:
        statement = select(func.count().label("n")).select_from(TURN).where(*_ended(window), *where)
        return int(self._access.rows("count turns", statement)[0]["n"])

    def _traffic(self, window: Interval, slow_ms: int, slow_check_ms: int) -> Traffic:
        judged = TURN.c.judgement.is_not(None)
        sums = {
            "failed": _FAILED,
            "first_texts": TURN.c.first_text_ms.is_not(None),
            "slow": TURN.c.first_text_ms > slow_ms,
            "replies": TURN.c.action.is_not(None),
            "flagged": TURN.c.action == Action.FLAGGED.value,
            "judged": judged,
            "not_judged": TURN.c.judgement == Judgement.NOT_JUDGED.value,
            "slow_checks": and_(judged, TURN.c.guard_ms > slow_check_ms),
        }
        counted = [func.coalesce(func.sum(case((of, 1), else_=0)), 0).label(name) for name, of in sums.items()]
        statement = (
            select(func.count().label("turns"), *counted)
            .outerjoin_from(TURN, HAND_OFF, HAND_OFF.c.turn_id == TURN.c.id)
            .where(*_ended(window))
        )
        (row,) = self._access.rows("count what turns did", statement)
        return Traffic(**{f.name: int(row[f.name]) for f in fields(Traffic)})

    def _failed(self, window: Interval) -> int:
        since, until = window
        handed_over = (
            select(func.count().label("n"))
            .join_from(HAND_OFF, TURN, HAND_OFF.c.turn_id == TURN.c.id)
            .where(BROKE_OFF, HAND_OFF.c.at >= since, HAND_OFF.c.at < until, *_LIVE,
                   TURN.c.state != TurnState.FAILED.value)
        )  # fmt: skip
        failed = select(func.count().label("n")).where(
            BROKEN, TURN.c.state == TurnState.FAILED.value, TURN.c.at >= since, TURN.c.at < until, *_LIVE,
        )  # fmt: skip
        return sum(self._access.rows("count failures", one)[0]["n"] for one in (handed_over, failed))

    def _at_risk(self, window: Interval, worst: Severity) -> dict[str, int]:
        statement = (
            select(FINDING.c.at_risk_currency, func.sum(FINDING.c.at_risk_minor).label("minor"))
            .join_from(TURN, FINDING, and_(FINDING.c.turn_id == TURN.c.id, FINDING.c.attempt == rows.TURN_VERDICT))
            .where(*_ended(window), TURN.c.action == Action.FLAGGED.value, FINDING.c.severity >= int(worst),
                   FINDING.c.at_risk_minor.is_not(None))
            .group_by(FINDING.c.at_risk_currency)
        )  # fmt: skip
        found = self._access.rows("add up money at risk", statement)
        return {row["at_risk_currency"]: int(row["minor"]) for row in found}


_FAILED = or_(TURN.c.state == TurnState.FAILED.value, BROKE_OFF)
_TROUBLES: Mapping[Trouble, ColumnElement[bool]] = {
    "failed": _FAILED,
    "flagged": TURN.c.action == Action.FLAGGED.value,
    "not_judged": TURN.c.judgement == Judgement.NOT_JUDGED.value,
}
_LIVE = (TURN.c.origin == rows.LIVE,)
_WAITS = and_(HAND_OFF.c.closed_at.is_(None), HAND_OFF.c.taken_at.is_(None))


def _said(worst: Severity) -> ColumnElement[bool]:
    """A turn in which the model said something as bad as `worst` or worse."""
    found = select(FINDING.c.turn_id).where(FINDING.c.turn_id == TURN.c.id, FINDING.c.severity >= int(worst))
    return found.exists()


def _ended(window: Interval) -> tuple[ColumnElement[bool], ...]:
    since, until = window
    return (
        TURN.c.hour >= rows.hour_of(since), TURN.c.hour <= rows.hour_of(until), TURN.c.at >= since, TURN.c.at < until,
        TURN.c.state != TurnState.PENDING.value, *_LIVE,
    )  # fmt: skip
