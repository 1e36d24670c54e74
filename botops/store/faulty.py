"""Reads about replies that said something the price book does not bear out, and what became of them.

A reply counts as faulty when the judged candidate had findings: the turn's own verdict, or, where the model corrected
itself and the turn's verdict is clean, the verdict on its first attempt. So every turn counts at most once, whether
the fault was sent, repaired or held back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import URL, ColumnElement, Engine, Row, Subquery, and_, exists, func, or_, select, union_all

from botops.domain.findings import FindingKind, Severity
from botops.domain.money import Money
from botops.domain.turns import Action
from botops.store import rows, sums
from botops.store.engine import translated
from botops.store.reception import stretch_of
from botops.store.review_tables import REPLY_REVIEW
from botops.store.tables import FINDING, HAND_OFF, ROLLUP_FAULTY, TURN
from botops.store.views import FaultExample, FaultPattern, FaultyHour, PatternKey

_FAULTY = (
    TURN.c.id, TURN.c.dialogue_id, TURN.c.hour, TURN.c.at, TURN.c.action, TURN.c.prompt, TURN.c.prompt_version,
    FINDING.c.turn_id, FINDING.c.attempt, FINDING.c.position, FINDING.c.kind, FINDING.c.sku, FINDING.c.severity,
    FINDING.c.quote, FINDING.c.stated, FINDING.c.expected, FINDING.c.explanations, FINDING.c.at_risk_minor,
    FINDING.c.at_risk_currency,
)  # fmt: skip


def faulty_findings(*where: ColumnElement[bool]) -> Subquery:
    """The findings of faulty replies among the turns of a condition: those on the turn's own verdict, or, where the
    model corrected itself, those on its first attempt. Two halves, so that each can use its index."""
    own = and_(FINDING.c.turn_id == TURN.c.id, FINDING.c.attempt == rows.TURN_VERDICT)
    first = and_(FINDING.c.turn_id == TURN.c.id, FINDING.c.attempt == 0)
    judged = select(*_FAULTY).join_from(TURN, FINDING, own).where(TURN.c.findings > 0, *where)
    repaired = (
        select(*_FAULTY)
        .join_from(TURN, FINDING, first)
        .where(TURN.c.action == Action.REPAIRED.value, TURN.c.findings == 0, *where)
    )
    return union_all(judged, repaired).subquery("faulty")


class FaultyReads:
    """Every method is one read transaction and raises StoreError when the database cannot be read.

    Periods are [since, until) and go by the moment of the client's message.
    """

    def __init__(self, engine: Engine, url: URL) -> None:
        self._engine = engine
        self._url = url

    def by_hour(self, since: datetime, until: datetime) -> tuple[FaultyHour, ...]:
        """Faulty replies of the whole hours that begin in [since, until) by what became of them, with the money at risk
        in them, in order of time; from roll-ups."""
        first, end = sums.ceil_hour(since), sums.ceil_hour(until)
        statement = select(ROLLUP_FAULTY).where(ROLLUP_FAULTY.c.hour >= first, ROLLUP_FAULTY.c.hour < end)
        order = (ROLLUP_FAULTY.c.hour, ROLLUP_FAULTY.c.action, ROLLUP_FAULTY.c.currency)
        found: dict[tuple[int, str], FaultyHour] = {}
        with translated("count faulty replies", self._url), self._engine.connect() as connection:
            for row in connection.execute(statement.order_by(*order)):
                known = found.get((row.hour, row.action)) or FaultyHour(
                    rows.start_of(row.hour), Action(row.action) if row.action else None, row.replies
                )
                if row.currency:
                    known = replace(known, at_risk=(*known.at_risk, Money(row.at_risk_minor, row.currency)))
                found[row.hour, row.action] = known
        return tuple(found.values())

    def patterns(self, since: datetime, until: datetime, limit: int = 20) -> tuple[FaultPattern, ...]:
        """The faults grouped by kind, product and prompt version: the worst and most frequent first."""
        faulty = _faulty(since, until)
        key = (faulty.c.kind, faulty.c.sku, faulty.c.prompt, faulty.c.prompt_version)
        reached = func.count(faulty.c.id.distinct()).filter(faulty.c.action == Action.FLAGGED.value)
        replies = func.count(faulty.c.id.distinct())
        statement = (
            select(*key, replies.label("replies"), reached.label("reached"), func.max(faulty.c.severity).label("worst"))
            .group_by(*key)
            .order_by(replies.desc(), func.max(faulty.c.severity).desc(), *key)
            .limit(limit)
        )
        with translated("group faulty replies", self._url), self._engine.connect() as connection:
            return tuple(
                FaultPattern(
                    PatternKey(FindingKind(row.kind), row.sku, row.prompt, row.prompt_version),
                    row.replies,
                    row.reached,
                    Severity(row.worst),
                )
                for row in connection.execute(statement)
            )

    def examples(
        self, keys: Sequence[PatternKey], since: datetime, until: datetime, each: int = 3
    ) -> dict[PatternKey, tuple[FaultExample, ...]]:
        """Up to `each` faults of every pattern asked for, those that reached a client first, then the latest."""
        if not keys:
            return {}
        faulty = _faulty(since, until)
        named = [faulty.c[name] for name in ("kind", "sku", "prompt", "prompt_version")]
        reached_first = (faulty.c.action == Action.FLAGGED.value).desc()
        order = (reached_first, faulty.c.at.desc(), faulty.c.id, faulty.c.quote)
        place = func.row_number().over(partition_by=named, order_by=order).label("place")
        # Explanations are long: they are read of the few that are shown, not carried through the sorting.
        short = [column for column in faulty.c if column.name != "explanations"]
        told = (select(*short, place).where(or_(*(_alike(faulty, key) for key in keys)))).subquery("told")
        own = [FINDING.c[name] == told.c[name] for name in ("turn_id", "attempt", "position")]
        statement = (
            select(told, FINDING.c.explanations)
            .join_from(told, FINDING, and_(*own))
            .where(told.c.place <= each)
            .order_by(told.c.place)
        )
        found: dict[PatternKey, list[FaultExample]] = {key: [] for key in keys}
        with translated("find examples of faults", self._url), self._engine.connect() as connection:
            for row in connection.execute(statement):
                key = PatternKey(FindingKind(row.kind), row.sku, row.prompt, row.prompt_version)
                found[key].append(_example(row))
        return {key: tuple(some) for key, some in found.items()}

    def unreviewed(self, bounds: Sequence[datetime]) -> tuple[int, ...]:
        """Faulty replies that nobody has said a word on, for each stretch between neighbouring `bounds`."""
        faulty = _faulty(bounds[0], bounds[-1])
        stretch = stretch_of(faulty.c.at, bounds)
        statement = (
            select(stretch.label("stretch"), func.count(faulty.c.id.distinct()).label("replies"))
            .where(~exists().where(REPLY_REVIEW.c.turn_id == faulty.c.id))
            .group_by(stretch)
        )
        with translated("count replies to review", self._url), self._engine.connect() as connection:
            found = {row.stretch: row.replies for row in connection.execute(statement)}
        return tuple(found.get(number, 0) for number in range(len(bounds) - 1))

    def handed_over(self, since: datetime, until: datetime) -> tuple[tuple[datetime, str], ...]:
        """When which dialogue was handed to a person, in order of time; a dialogue may appear more than once."""
        statement = (
            select(HAND_OFF.c.at, HAND_OFF.c.dialogue_id)
            .where(HAND_OFF.c.at >= since, HAND_OFF.c.at < until)
            .order_by(HAND_OFF.c.at, HAND_OFF.c.turn_id)
        )
        with translated("count hand-offs", self._url), self._engine.connect() as connection:
            return tuple((at, dialogue) for at, dialogue in connection.execute(statement))


def _alike(faulty: Subquery, key: PatternKey) -> ColumnElement[bool]:
    return and_(
        faulty.c.kind == key.kind.value,
        faulty.c.sku.is_not_distinct_from(key.sku),
        faulty.c.prompt.is_not_distinct_from(key.prompt),
        faulty.c.prompt_version.is_not_distinct_from(key.version),
    )


def _example(row: Row[Any]) -> FaultExample:
    return FaultExample(
        row.id,
        row.dialogue_id,
        row.at,
        Action(row.action) if row.action else None,
        Severity(row.severity),
        row.quote,
        row.stated,
        row.expected,
        dict(row.explanations),
    )


def _faulty(since: datetime, until: datetime) -> Subquery:
    """The findings of faulty replies of a period."""
    hours = (TURN.c.hour >= rows.hour_of(since), TURN.c.hour <= rows.hour_of(until))
    return faulty_findings(*hours, TURN.c.at >= since, TURN.c.at < until)
