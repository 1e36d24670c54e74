"""Taking data out again: by lead on request, by age as retention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Table, delete, exists, func, null, select, update

from botops.store import alert_erasure, cost_rollup, ledger, rows
from botops.store.engine import upsert
from botops.store.eval_tables import EVAL_CASE
from botops.store.outcome_tables import FEEDBACK, OUTCOME
from botops.store.release_tables import EVAL_RUN
from botops.store.review_tables import REPLY_REVIEW
from botops.store.tables import ATTEMPT, DIALOGUE, EXCEPTED, EXPOSURE, FINDING, HAND_OFF, META, REVIEW, TURN
from botops.store.turns import mark_dirty

PURGED_BEFORE = "purged_before"
_OF_TURNS = (FINDING, EXCEPTED, ATTEMPT, HAND_OFF, REVIEW, REPLY_REVIEW)
"""What hangs on turns and goes with them."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was removed."""

    dialogues: int = 0
    turns: int = 0
    outcomes: int = 0
    ratings: int = 0

    def __add__(self, other: Erased) -> Erased:
        return Erased(
            self.dialogues + other.dialogues,
            self.turns + other.turns,
            self.outcomes + other.outcomes,
            self.ratings + other.ratings,
        )

    def __bool__(self) -> bool:
        return bool(self.dialogues or self.turns or self.outcomes or self.ratings)


def erase_lead(connection: Connection, lead_id: str, now: datetime, zone: ZoneInfo) -> Erased:
    """Removes a lead's dialogues with all that hangs on them, its outcomes and its ratings, what is kept of eval cases
    made from its dialogues, and what alerts and notices quote of them. What they cost stays spent, on the local days of
    `zone`."""
    mine = TURN.c.lead_id == lead_id
    ledger.forget(connection, mine, zone)
    hours = set(connection.execute(select(TURN.c.hour).where(mine)).scalars())
    turn_ids = select(TURN.c.id).where(mine).scalar_subquery()
    for table in _OF_TURNS:
        connection.execute(delete(table).where(table.c.turn_id.in_(turn_ids)))
    connection.execute(delete(EXPOSURE).where(EXPOSURE.c.lead_id == lead_id))
    outcomes = connection.execute(delete(OUTCOME).where(OUTCOME.c.lead_id == lead_id)).rowcount
    ids = select(DIALOGUE.c.id).where(DIALOGUE.c.lead_id == lead_id)
    cost_rollup.forget(connection, hours, connection.execute(ids).scalars())
    own = ids.scalar_subquery()
    ratings = connection.execute(delete(FEEDBACK).where(FEEDBACK.c.dialogue_id.in_(own))).rowcount
    connection.execute(delete(EVAL_CASE).where(EVAL_CASE.c.dialogue_id.in_(own)))
    first = connection.execute(select(func.min(DIALOGUE.c.first_at)).where(DIALOGUE.c.lead_id == lead_id)).scalar_one()
    if first is not None:
        alert_erasure.forget_dialogues(connection, connection.execute(ids).scalars().all(), first)
    turns = connection.execute(delete(TURN).where(mine)).rowcount
    dialogues = connection.execute(delete(DIALOGUE).where(DIALOGUE.c.lead_id == lead_id)).rowcount
    mark_dirty(connection, hours - _frozen(connection, hours), now)
    return Erased(dialogues, turns, outcomes, ratings)


def kept_of(connection: Connection, lead_id: str) -> Erased:
    """What erasing a lead would remove."""
    own = select(DIALOGUE.c.id).where(DIALOGUE.c.lead_id == lead_id).scalar_subquery()

    def count(table: Table, which: ColumnElement[bool]) -> int:
        return int(connection.execute(select(func.count()).select_from(table).where(which)).scalar_one())

    return Erased(
        count(DIALOGUE, DIALOGUE.c.lead_id == lead_id),
        count(TURN, TURN.c.lead_id == lead_id),
        count(OUTCOME, OUTCOME.c.lead_id == lead_id),
        count(FEEDBACK, FEEDBACK.c.dialogue_id.in_(own)),
    )


def purge(connection: Connection, before: datetime, most: int, zone: ZoneInfo) -> Erased:
    """Removes up to `most` turns of hours before a moment, dialogues left without any, and ratings given before it,
    whose reasons are texts, and the dialogues of evaluations run before it; exposures and outcomes stay, and what the
    turns cost stays spent, on the local days of `zone`."""
    hour = rows.hour_of(before)
    if hour > purged_before(connection):
        statement = upsert(connection.dialect.name, META)
        connection.execute(
            statement.on_conflict_do_update(index_elements=[META.c.key], set_={"value": statement.excluded.value}),
            {"key": PURGED_BEFORE, "value": str(hour)},
        )
    old = connection.execute(select(TURN.c.id, TURN.c.dialogue_id).where(TURN.c.hour < hour).limit(most)).all()
    turn_ids = [row.id for row in old]
    ledger.forget(connection, TURN.c.id.in_(turn_ids), zone)
    for table in _OF_TURNS:
        connection.execute(delete(table).where(table.c.turn_id.in_(turn_ids)))
    turns = connection.execute(delete(TURN).where(TURN.c.id.in_(turn_ids))).rowcount
    empty = delete(DIALOGUE).where(
        DIALOGUE.c.id.in_({row.dialogue_id for row in old}), ~exists().where(TURN.c.dialogue_id == DIALOGUE.c.id)
    )
    ratings = connection.execute(delete(FEEDBACK).where(FEEDBACK.c.at < before)).rowcount
    runs = select(EVAL_RUN.c.id).where(EVAL_RUN.c.at < before).scalar_subquery()
    words = update(EVAL_CASE).where(EVAL_CASE.c.run_id.in_(runs), EVAL_CASE.c.detail.is_not(null()))
    connection.execute(words.values(detail=null(), quote=""))
    return Erased(connection.execute(empty).rowcount, turns, ratings=ratings)


def unlink(connection: Connection, before: datetime, salt: bytes, most: int) -> int:
    """Makes what up to `most` dialogues cost in the hours that `purge` takes nobody's; how many."""
    return cost_rollup.unlink(connection, rows.hour_of(before), salt, most)


def purged_before(connection: Connection) -> int:
    """The hour before which raw turns are gone and roll-ups are frozen; 0 when nothing was purged."""
    value = connection.execute(select(META.c.value).where(META.c.key == PURGED_BEFORE)).scalar_one_or_none()
    return int(value) if value is not None else 0


def _frozen(connection: Connection, hours: set[int]) -> set[int]:
    limit = purged_before(connection)
    return {hour for hour in hours if hour < limit}
