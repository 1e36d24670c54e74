"""Reads about replies that said something the price book does not bear out, and what became of them.

A reply counts as faulty when the judged candidate had findings: the turn's own verdict, or, where the model corrected
itself and the turn's verdict is clean, the verdict on its first attempt. So every turn counts at most once, whether
the fault was sent, repaired or held back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import URL, ColumnElement, Engine, Subquery, and_, func, select, union_all

from botops.domain.findings import FindingKind, Severity
from botops.domain.money import Money
from botops.domain.turns import Action
from botops.store import rows, sums
from botops.store.engine import translated
from botops.store.tables import FINDING, HAND_OFF, ROLLUP_FAULTY, TURN
from botops.store.views import FaultExample, FaultPattern, FaultyHour, PatternKey

_FAULTY = (
    TURN.c.id, TURN.c.dialogue_id, TURN.c.hour, TURN.c.at, TURN.c.action, TURN.c.prompt, TURN.c.prompt_version,
    FINDING.c.kind, FINDING.c.sku, FINDING.c.severity, FINDING.c.quote, FINDING.c.stated, FINDING.c.expected,
    FINDING.c.explanations, FINDING.c.at_risk_minor, FINDING.c.at_risk_currency,
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

    def examples(self, key: PatternKey, since: datetime, until: datetime, limit: int = 3) -> tuple[FaultExample, ...]:
        """Faults of one pattern, those that reached a client first, then the latest."""
        faulty = _faulty(since, until)
        where: Sequence[ColumnElement[bool]] = (
            faulty.c.kind == key.kind.value,
            faulty.c.sku.is_not_distinct_from(key.sku),
            faulty.c.prompt.is_not_distinct_from(key.prompt),
            faulty.c.prompt_version.is_not_distinct_from(key.version),
        )
        reached_first = (faulty.c.action == Action.FLAGGED.value).desc()
        statement = (
            select(faulty).where(*where).order_by(reached_first, faulty.c.at.desc(), faulty.c.id, faulty.c.quote)
        ).limit(limit)
        with translated("find examples of faults", self._url), self._engine.connect() as connection:
            return tuple(
                FaultExample(
                    row["id"],
                    row["dialogue_id"],
                    row["at"],
                    Action(row["action"]) if row["action"] else None,
                    Severity(row["severity"]),
                    row["quote"],
                    row["stated"],
                    row["expected"],
                    dict(row["explanations"]),
                )
                for row in connection.execute(statement).mappings()
            )

    def handed_over(self, since: datetime, until: datetime) -> tuple[tuple[datetime, str], ...]:
        """When which dialogue was handed to a person, in order of time; a dialogue may appear more than once."""
        statement = (
            select(HAND_OFF.c.at, HAND_OFF.c.dialogue_id)
            .where(HAND_OFF.c.at >= since, HAND_OFF.c.at < until)
            .order_by(HAND_OFF.c.at, HAND_OFF.c.turn_id)
        )
        with translated("count hand-offs", self._url), self._engine.connect() as connection:
            return tuple((row.at, row.dialogue_id) for row in connection.execute(statement))


def _faulty(since: datetime, until: datetime) -> Subquery:
    """The findings of faulty replies of a period."""
    hours = (TURN.c.hour >= rows.hour_of(since), TURN.c.hour <= rows.hour_of(until))
    return faulty_findings(*hours, TURN.c.at >= since, TURN.c.at < until)
