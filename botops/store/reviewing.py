"""Rulings on findings and the exceptions they become: writing them, and what is read of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, exists, func, insert, or_, select, update

from botops.domain.errors import ConflictError, NotFoundError
from botops.domain.findings import FindingKind, Judgement
from botops.domain.releases import AuditEntry
from botops.domain.reviews import ClaimException, FindingRef, Remedy, Review, Ruling
from botops.domain.turns import TurnRecord
from botops.store import rows, turns
from botops.store.access import Access
from botops.store.audit import audit_row
from botops.store.release_tables import AUDIT
from botops.store.tables import ATTEMPT, CLAIM_EXCEPTION, EXCEPTED, FINDING, REVIEW, TURN

T = TypeVar("T")

_AT_ONCE = 300
"""Turns loaded with one query."""


@dataclass(frozen=True, slots=True)
class JudgedReplies:
    """How many replies of a prompt version were judged, not-judged ones included; None where no prompt is known."""

    prompt: str | None
    version: int | None
    replies: int


def add_review(connection: Connection, review: Review, exception: ClaimException | None, now: datetime) -> None:
    """Writes a ruling and its exception."""
    ref = review.finding
    one = (FINDING.c.turn_id == ref.turn_id, FINDING.c.attempt == ref.attempt, FINDING.c.position == ref.position)
    if connection.execute(select(FINDING.c.turn_id).where(*one)).first() is None:
        raise NotFoundError(f"turn {ref.turn_id!r} has no finding {ref.position} of attempt {ref.attempt}")
    if exception is not None:
        add_exception(connection, exception, now)
    same = (REVIEW.c.turn_id == ref.turn_id, REVIEW.c.attempt == ref.attempt, REVIEW.c.position == ref.position)
    before = connection.execute(select(func.max(REVIEW.c.at)).where(*same)).scalar()
    # Two rulings of one moment: the one that came last must be the latest.
    at = review.at if before is None or review.at > before else before + timedelta(microseconds=1)
    connection.execute(
        insert(REVIEW),
        {
            "id": review.id,
            "turn_id": ref.turn_id,
            "attempt": ref.attempt,
            "position": ref.position,
            "ruling": review.ruling.value,
            "by": review.by,
            "at": at,
            "reason": review.reason,
            "remedy": review.remedy.value if review.remedy else None,
            "exception_id": review.exception_id,
        },
    )


def add_exception(connection: Connection, exception: ClaimException, now: datetime) -> None:
    """Writes an exception."""
    ref = exception.finding
    connection.execute(
        insert(CLAIM_EXCEPTION),
        {
            "id": exception.id,
            "wording": exception.wording,
            "kind": exception.kind.value,
            "sku": exception.sku,
            "owner": exception.owner,
            "reason": exception.reason,
            "since": exception.since,
            "until": exception.until,
            "by": exception.by,
            "created_at": now,
            "turn_id": ref.turn_id if ref else None,
            "attempt": ref.attempt if ref else None,
            "position": ref.position if ref else None,
            "fired": 0,
        },
    )


def revoke(connection: Connection, exception_id: str, who: str, now: datetime) -> None:
    """Ends an exception."""
    of_id = CLAIM_EXCEPTION.c.id == exception_id
    row = connection.execute(select(CLAIM_EXCEPTION).where(of_id).with_for_update()).mappings().first()
    if row is None:
        raise NotFoundError(f"there is no exception {exception_id!r}: `botops exceptions list --all` shows them")
    if row["revoked_at"] is not None:
        raise ConflictError(f"the exception was revoked by {row['revoked_by']}", theirs=row["revoked_by"])
    connection.execute(update(CLAIM_EXCEPTION).where(of_id).values(revoked_at=now, revoked_by=who))


def hidden(exception: ClaimException, hide: Callable[[str], str]) -> ClaimException:
    """An exception with the personal data in its texts masked."""
    return replace(exception, wording=hide(exception.wording), reason=hide(exception.reason))


class Reviews:
    """Every method is one transaction and raises StoreError when the database cannot be used.

    Periods are [since, until) and go by the moment of the client's message.
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    def add_exception(self, exception: ClaimException, entry: AuditEntry) -> None:
        """Keeps an exception nobody's finding stands behind, and its line of the audit log; texts masked."""
        made, now = hidden(exception, self._access.hide), self._access.clock.now()

        def work(connection: Connection) -> None:
            add_exception(connection, made, now)
            connection.execute(insert(AUDIT), audit_row(self._access, entry))

        self._access.write("keep an exception", work)

    def revoke_exception(self, exception_id: str, who: str, entry: AuditEntry) -> None:
        """Ends an exception now, with a line of the audit log. Raises NotFoundError, ConflictError when it was revoked
        already."""
        now = self._access.clock.now()

        def work(connection: Connection) -> None:
            revoke(connection, exception_id, who, now)
            connection.execute(insert(AUDIT), audit_row(self._access, entry))

        self._access.write("revoke an exception", work)

    def exceptions(self, *, revoked: bool = False) -> tuple[ClaimException, ...]:
        """The exceptions, the newest first, those that are over included; revoked ones only on request."""
        table = CLAIM_EXCEPTION.c
        statement = select(CLAIM_EXCEPTION).order_by(table.created_at.desc(), table.id)
        if not revoked:
            statement = statement.where(table.revoked_at.is_(None))
        with self._access.reading("read the exceptions") as connection:
            return tuple(_exception(row) for row in connection.execute(statement).mappings())

    def rulings(self, turn_ids: Sequence[str]) -> dict[FindingRef, Review]:
        """The latest ruling on each finding of these turns that has one."""
        found: dict[FindingRef, Review] = {}
        with self._access.reading("read reviews") as connection:
            for some in _batched(turn_ids):
                found.update(_latest(connection, select(REVIEW).where(REVIEW.c.turn_id.in_(some))))
        return found

    def false_alarms(self, remedy: Remedy | None = None) -> Iterator[tuple[Review, TurnRecord]]:
        """Findings whose latest ruling says they are no mistake, with their turns, the oldest ruling first."""
        with self._access.reading("read reviews") as connection:
            latest = sorted(_latest(connection, select(REVIEW)).values(), key=lambda review: (review.at, review.id))
            wanted = [r for r in latest if r.ruling is Ruling.FALSE_ALARM and remedy in {None, r.remedy}]
            for some in _batched(wanted):
                ids = {review.finding.turn_id for review in some}
                found = connection.execute(select(TURN).where(TURN.c.id.in_(ids))).mappings().all()
                records = {record.id: record for record in turns.load(connection, found)}
                yield from ((review, records[review.finding.turn_id]) for review in some)

    def judged(self, since: datetime, until: datetime) -> tuple[JudgedReplies, ...]:
        """Judged replies by prompt version."""
        key = (TURN.c.prompt, TURN.c.prompt_version)
        statement = (
            select(*key, func.count(TURN.c.id).label("replies"))
            .where(TURN.c.judgement.is_not(None), *_within(since, until))
            .group_by(*key)
            .order_by(*key)
        )
        with self._access.reading("count judged replies") as connection:
            return tuple(
                JudgedReplies(row.prompt, row.prompt_version, row.replies) for row in connection.execute(statement)
            )

    def looked_into(self, since: datetime, until: datetime) -> Iterator[TurnRecord]:
        """Turns with a finding, an excepted one or a candidate that was not judged, in order of time."""
        unclean = ATTEMPT.c.judgement != Judgement.SUPPORTED.value
        statement = (
            select(TURN.c.id)
            .where(
                TURN.c.judgement.is_not(None),
                *_within(since, until),
                or_(
                    TURN.c.judgement != Judgement.SUPPORTED.value,
                    exists().where(ATTEMPT.c.turn_id == TURN.c.id, unclean),
                    exists().where(EXCEPTED.c.turn_id == TURN.c.id),
                ),
            )
            .order_by(TURN.c.at, TURN.c.id)
        )
        with self._access.reading("read replies at fault") as connection:
            ids = connection.execute(statement).scalars().all()
            for some in _batched(ids):
                chosen = select(TURN).where(TURN.c.id.in_(some)).order_by(TURN.c.at, TURN.c.id)
                yield from turns.load(connection, connection.execute(chosen).mappings().all())


def _within(since: datetime, until: datetime) -> tuple[Any, ...]:
    hour = TURN.c.hour
    return hour >= rows.hour_of(since), hour <= rows.hour_of(until), TURN.c.at >= since, TURN.c.at < until


def _latest(connection: Connection, statement: Any) -> dict[FindingRef, Review]:
    found = map(_review, connection.execute(statement.order_by(REVIEW.c.at, REVIEW.c.id)).mappings())
    return {review.finding: review for review in found}


def _review(row: Any) -> Review:
    return Review(
        row["id"],
        FindingRef(row["turn_id"], row["attempt"], row["position"]),
        Ruling(row["ruling"]),
        row["by"],
        row["at"],
        row["reason"],
        Remedy(row["remedy"]) if row["remedy"] else None,
        row["exception_id"],
    )


def _exception(row: Any) -> ClaimException:
    ref = FindingRef(row["turn_id"], row["attempt"], row["position"]) if row["turn_id"] is not None else None
    return ClaimException(
        row["id"],
        row["wording"],
        FindingKind(row["kind"]),
        row["owner"],
        row["reason"],
        row["since"],
        row["until"],
        row["sku"],
        row["by"],
        ref,
        row["revoked_at"],
        row["revoked_by"],
        row["fired"],
        row["last_fired_at"],
    )


def _batched(items: Sequence[T], size: int = _AT_ONCE) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
