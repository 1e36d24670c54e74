"""What people say of replies: keeping it, which replies wait for a word, and who said what of the same one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, insert, select

from botops.domain.findings import Severity
from botops.domain.people import key_of
from botops.domain.releases import AuditEntry
from botops.domain.reviews import ClaimException, ReplyReview, ReplyVerdict, Review
from botops.domain.turns import Action
from botops.store import reviewing
from botops.store.access import Access, Row
from botops.store.audit import audit_row
from botops.store.dialogue_filter import faulty_of, own_conditions, worst_first, worst_of_turns
from botops.store.engine import upsert
from botops.store.release_tables import AUDIT
from botops.store.review_tables import REPLY_REVIEW
from botops.store.tables import DIALOGUE, TURN
from botops.store.views import DialogueFilter

_AT_ONCE = 300


@dataclass(frozen=True, slots=True)
class WaitingReply:
    """A reply that waits for a word: where it stands, and how bad what the check found in it is (None where it found
    nothing)."""

    turn_id: str
    dialogue_id: str
    number: int
    at: datetime
    action: Action | None
    worst: Severity | None


class ReplyReviews:
    """Every method is one transaction and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def add(self, review: ReplyReview, rulings: Sequence[Review] = ()) -> None:
        """Keeps a person's word on a reply in the place of an earlier one, with the rulings on its findings that follow
        from it; texts masked."""
        row, now = reply_review_row(self._access, review), self._access.clock.now()

        def work(connection: Connection) -> None:
            keep(connection, row)
            for ruling in rulings:
                reviewing.add_review(connection, ruling, None, now)

        self._access.write("keep a review of a reply", work)

    def rule(
        self,
        review: Review,
        exception: tuple[ClaimException, AuditEntry] | None = None,
        reply: ReplyReview | None = None,
    ) -> None:
        """Keeps a ruling on a finding, with the exception it becomes, if any, and its line of the audit log, and with
        what it says of the whole reply when it was the last one open; texts masked. Raises NotFoundError without such a
        finding."""
        access = self._access
        masked = replace(review, reason=access.hide(review.reason))
        made = None if exception is None else reviewing.hidden(exception[0], access.hide)
        row, now = None if reply is None else reply_review_row(access, reply), access.clock.now()

        def work(connection: Connection) -> None:
            reviewing.add_review(connection, masked, made, now)
            if exception is not None:
                connection.execute(insert(AUDIT), audit_row(access, exception[1]))
            if row is not None:
                keep(connection, row)

        access.write("keep a review", work)

    def of_turns(self, turn_ids: Iterable[str]) -> dict[str, tuple[ReplyReview, ...]]:
        """What people say of some replies, who spoke first first."""
        ids = sorted(set(turn_ids))
        found: list[Row] = []
        order = (REPLY_REVIEW.c.turn_id, REPLY_REVIEW.c.first_at, REPLY_REVIEW.c.reviewer)
        for start in range(0, len(ids), _AT_ONCE):
            some = REPLY_REVIEW.c.turn_id.in_(ids[start : start + _AT_ONCE])
            found += self._access.rows("read reviews", select(REPLY_REVIEW).where(some).order_by(*order))
        return {key: tuple(map(_review, of)) for key, of in groupby(found, key=lambda row: str(row["turn_id"]))}

    def of_dialogues(self, dialogue_ids: Iterable[str]) -> dict[str, list[tuple[str, int, ReplyReview]]]:
        """What people say of the replies of some dialogues, with the id and the number of each turn."""
        ids = sorted(set(dialogue_ids))
        found: dict[str, list[tuple[str, int, ReplyReview]]] = {}
        joined = select(REPLY_REVIEW, TURN.c.dialogue_id, TURN.c.number).join(TURN, TURN.c.id == REPLY_REVIEW.c.turn_id)
        order = (TURN.c.number, REPLY_REVIEW.c.first_at, REPLY_REVIEW.c.reviewer)
        for start in range(0, len(ids), _AT_ONCE):
            some = TURN.c.dialogue_id.in_(ids[start : start + _AT_ONCE])
            for row in self._access.rows("read reviews", joined.where(some).order_by(*order)):
                found.setdefault(row["dialogue_id"], []).append((row["turn_id"], row["number"], _review(row)))
        return found

    def waiting(self, wanted: DialogueFilter) -> tuple[WaitingReply, ...]:
        """Up to `limit` faulty replies that nobody has said a word on, the worst first: those clients saw, then by
        severity, the money at risk, and the latest. What is asked of a turn must hold of the reply itself."""
        graded, where = worst_of_turns(wanted), _unseen(wanted, TURN.c.id)
        statement = (
            select(TURN.c.id, TURN.c.dialogue_id, TURN.c.number, TURN.c.at, TURN.c.action, graded.c.worst)
            .join_from(graded, TURN, TURN.c.id == graded.c.id)
            .join(DIALOGUE, DIALOGUE.c.id == TURN.c.dialogue_id)
            .where(*where)
            .order_by(*worst_first(graded), TURN.c.at.desc(), TURN.c.id)
        )
        return tuple(map(_waiting, self._access.rows("list replies to review", statement.limit(wanted.limit))))

    def count_waiting(self, wanted: DialogueFilter) -> int:
        """How many those are, whatever `limit` says."""
        faulty = faulty_of(wanted)
        joined = faulty.join(DIALOGUE, DIALOGUE.c.id == faulty.c.dialogue_id)
        count = func.count(faulty.c.id.distinct()).label("waiting")
        statement = select(count).select_from(joined).where(*_unseen(wanted, faulty.c.id))
        (row,) = self._access.rows("count replies to review", statement)
        return int(row["waiting"])

    def for_second_look(self, by: str, since: datetime, limit: int) -> tuple[WaitingReply, ...]:
        """Replies of turns since a moment that exactly one person has judged, and not `by`. In the order of their ids,
        which are drawn: who takes the first of them takes no easy ones."""
        anothers = func.min(REPLY_REVIEW.c.reviewer) != key_of(by)
        once = _reviewed_since(since).having(func.count() == 1, anothers).subquery("once")
        statement = (
            select(TURN.c.id, TURN.c.dialogue_id, TURN.c.number, TURN.c.at, TURN.c.action, TURN.c.worst)
            .join_from(once, TURN, TURN.c.id == once.c.turn_id)
            .order_by(TURN.c.id)
            .limit(limit)
        )
        return tuple(map(_waiting, self._access.rows("list replies for a second look", statement)))

    def blind_pairs(self, since: datetime, until: datetime) -> tuple[tuple[ReplyVerdict, ReplyVerdict], ...]:
        """The first words of the first two people who judged the same reply, both of them in [since, until)."""
        of_period = (REPLY_REVIEW.c.first_at >= since, REPLY_REVIEW.c.first_at < until)
        twice = select(REPLY_REVIEW.c.turn_id).where(*of_period).group_by(REPLY_REVIEW.c.turn_id)
        statement = (
            select(REPLY_REVIEW.c.turn_id, REPLY_REVIEW.c.first_verdict)
            .where(REPLY_REVIEW.c.turn_id.in_(twice.having(func.count() > 1)), *of_period)
            .order_by(REPLY_REVIEW.c.turn_id, REPLY_REVIEW.c.first_at, REPLY_REVIEW.c.reviewer)
        )
        found = self._access.rows("read who agreed", statement)
        pairs = ([ReplyVerdict(row["first_verdict"]) for row in of] for _, of in groupby(found, lambda r: r["turn_id"]))
        return tuple((said[0], said[1]) for said in pairs)


def keep(connection: Connection, row: dict[str, Any]) -> None:
    """Writes a person's word on a reply; the verdict given first stays."""
    statement = upsert(connection.dialect.name, REPLY_REVIEW)
    later = {name: statement.excluded[name] for name in ("by", "verdict", "at", "reason", "ideal")}
    key = [REPLY_REVIEW.c.turn_id, REPLY_REVIEW.c.reviewer]
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=later), row)


def reply_review_row(access: Access, review: ReplyReview) -> dict[str, Any]:
    """A review as its row, personal data masked."""
    return {
        "turn_id": review.turn_id, "reviewer": key_of(review.by), "by": review.by,
        "verdict": review.verdict.value, "at": review.at,
        "reason": access.hide(review.reason), "ideal": access.hide(review.ideal),
        "first_verdict": review.verdict.value, "first_at": review.at,
    }  # fmt: skip


def _unseen(wanted: DialogueFilter, turn_id: ColumnElement[str]) -> list[ColumnElement[bool]]:
    return [*own_conditions(wanted), ~exists().where(REPLY_REVIEW.c.turn_id == turn_id)]


def _reviewed_since(since: datetime) -> Select[tuple[str]]:
    recent = select(REPLY_REVIEW.c.turn_id).where(REPLY_REVIEW.c.first_at >= since)
    return select(REPLY_REVIEW.c.turn_id).where(REPLY_REVIEW.c.turn_id.in_(recent)).group_by(REPLY_REVIEW.c.turn_id)


def _waiting(row: Row) -> WaitingReply:
    action = Action(row["action"]) if row["action"] else None
    worst = Severity(row["worst"]) if row["worst"] else None
    return WaitingReply(row["id"], row["dialogue_id"], row["number"], row["at"], action, worst)


def _review(row: Row) -> ReplyReview:
    return ReplyReview(
        row["turn_id"], ReplyVerdict(row["verdict"]), row["by"], row["at"], row["reason"], row["ideal"],
        ReplyVerdict(row["first_verdict"]),
    )  # fmt: skip
