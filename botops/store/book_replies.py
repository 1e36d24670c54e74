"""What the claim checker let through under a price book: the counts that a new book is watched by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from botops.domain.findings import Judgement
from botops.store.access import Access
from botops.store.rows import hour_of
from botops.store.tables import ATTEMPT, FINDING, TURN


@dataclass(frozen=True, slots=True)
class BookPeriod:
    """Live replies in [since, until) judged by `book`, or (None) by any book but those `besides`. A verdict that names
    no book, because the checker failed or had none, counts either way."""

    since: datetime
    until: datetime
    book: str | None = None
    besides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldReplies:
    """Replies of the model as it first wrote them, and those of them that the checker did not bear out.

    A dialogue is counted to its first such reply: what a client is told wrong once is repeated, and one dialogue must
    not count as many.
    """

    replies: int
    held: int


@dataclass(frozen=True, slots=True)
class FindingTally:
    """Replies with findings of one kind about one product, None for no known one."""

    sku: str | None
    kind: str
    replies: int


@dataclass(frozen=True, slots=True)
class HeldExample:
    """One reply that was not borne out: its turn, and what the checker quoted and why."""

    turn_id: str
    dialogue_id: str
    number: int
    prompt: str | None
    version: int | None
    quote: str
    explanations: dict[str, str]
    reason: str | None


class BookReplies:
    """Every method is one read and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def held(self, period: BookPeriod) -> HeldReplies:
        """How many replies there were, and how many were not borne out."""
        where = _judged(period)
        first = (
            select(TURN.c.dialogue_id, func.min(TURN.c.number).label("number"))
            .join(ATTEMPT, _first_draft())
            .where(*where, _not_clean())
            .group_by(TURN.c.dialogue_id)
            .subquery()
        )
        statement = (
            select(
                func.count().label("replies"),
                func.coalesce(func.sum(case((_not_clean(), 1), else_=0)), 0).label("held"),
            )
            .select_from(TURN)
            .join(ATTEMPT, _first_draft())
            .outerjoin(first, first.c.dialogue_id == TURN.c.dialogue_id)
            .where(*where, or_(first.c.number.is_(None), TURN.c.number <= first.c.number))
        )
        (row,) = self._access.rows("count replies under a price book", statement)
        return HeldReplies(int(row["replies"]), int(row["held"]))

    def findings(self, period: BookPeriod) -> tuple[FindingTally, ...]:
        """What was found, by product and kind, the most frequent first."""
        replies = func.count(FINDING.c.turn_id.distinct()).label("replies")
        statement = (
            select(FINDING.c.sku, FINDING.c.kind, replies)
            .select_from(TURN)
            .join(ATTEMPT, _first_draft())
            .join(FINDING, and_(FINDING.c.turn_id == TURN.c.id, FINDING.c.attempt == 0))
            .where(*_judged(period))
            .group_by(FINDING.c.sku, FINDING.c.kind)
            .order_by(replies.desc(), FINDING.c.kind, FINDING.c.sku)
        )
        rows = self._access.rows("sum up findings under a price book", statement)
        return tuple(FindingTally(row["sku"], row["kind"], int(row["replies"])) for row in rows)

    def examples(self, period: BookPeriod, most: int = 3) -> tuple[HeldExample, ...]:
        """The latest replies that were not borne out, of dialogues each once."""
        statement = self._drafts(period).where(_not_clean()).order_by(TURN.c.at.desc(), TURN.c.id).limit(most * 10)
        found: dict[str, Any] = {}
        for row in self._access.rows("find replies not borne out", statement):
            found.setdefault(row["dialogue_id"], row)
        chosen = list(found.values())[:most]
        quoted = self._access.rows(
            "read findings",
            select(FINDING.c.turn_id, FINDING.c.quote, FINDING.c.explanations)
            .where(FINDING.c.turn_id.in_([row["id"] for row in chosen]), FINDING.c.attempt == 0)
            .order_by(FINDING.c.turn_id, FINDING.c.position.desc()),
        )
        first = {row["turn_id"]: row for row in quoted}
        return tuple(
            HeldExample(
                row["id"], row["dialogue_id"], row["number"], row["prompt"], row["prompt_version"],
                first[row["id"]]["quote"] if row["id"] in first else "",
                dict(first[row["id"]]["explanations"]) if row["id"] in first else {},
                row["verdict_reason"],
            )
            for row in chosen
        )  # fmt: skip

    def prompts(self, period: BookPeriod) -> tuple[tuple[str, int], ...]:
        """The prompts, with their versions, whose replies were not borne out, the most frequent first."""
        statement = (
            select(TURN.c.prompt, TURN.c.prompt_version, func.count().label("replies"))
            .select_from(TURN)
            .join(ATTEMPT, _first_draft())
            .where(*_judged(period), _not_clean(), TURN.c.prompt.is_not(None))
            .group_by(TURN.c.prompt, TURN.c.prompt_version)
            .order_by(func.count().desc(), TURN.c.prompt, TURN.c.prompt_version)
        )
        rows = self._access.rows("list prompts under a price book", statement)
        return tuple((row["prompt"], row["prompt_version"]) for row in rows)

    def first_use(self, book: str, since: datetime) -> datetime | None:
        """When a book first judged a live reply, looked for from a moment on."""
        statement = select(func.min(TURN.c.at).label("at")).where(
            TURN.c.hour >= hour_of(since), TURN.c.origin == "live", TURN.c.book == book
        )
        (row,) = self._access.rows("find the first use of a price book", statement)
        found: datetime | None = row["at"]
        return found

    @staticmethod
    def _drafts(period: BookPeriod) -> Select[Any]:
        columns = (
            TURN.c.id, TURN.c.dialogue_id, TURN.c.number, TURN.c.prompt, TURN.c.prompt_version,
            ATTEMPT.c.verdict_reason,
        )  # fmt: skip
        return select(*columns).select_from(TURN).join(ATTEMPT, _first_draft()).where(*_judged(period))


def _first_draft() -> ColumnElement[bool]:
    return and_(ATTEMPT.c.turn_id == TURN.c.id, ATTEMPT.c.position == 0)


def _not_clean() -> ColumnElement[bool]:
    return ATTEMPT.c.judgement != Judgement.SUPPORTED.value


def _judged(period: BookPeriod) -> tuple[ColumnElement[bool], ...]:
    mine = ATTEMPT.c.book == period.book if period.book is not None else ATTEMPT.c.book.not_in(period.besides)
    return (
        TURN.c.hour >= hour_of(period.since),
        TURN.c.at >= period.since,
        TURN.c.at < period.until,
        TURN.c.origin == "live",
        ATTEMPT.c.judgement.is_not(None),
        or_(ATTEMPT.c.book.is_(None), mine),
    )
