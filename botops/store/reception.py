"""How clients take to the bot: whether they go on talking to it, and how they rate it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select

from botops.domain.outcomes import Voice
from botops.store.access import Access
from botops.store.outcome_tables import FEEDBACK
from botops.store.tables import DIALOGUE, TURN


@dataclass(frozen=True, slots=True)
class Part:
    """How many of `all` things have a property."""

    of: int = 0
    all: int = 0


@dataclass(frozen=True, slots=True)
class ClientRating:
    """What a client gave a dialogue, or a turn of it: 1 (bad) to 5 (good)."""

    dialogue_id: str
    at: datetime
    rating: int


class ReceptionReads:
    """Every method is one read transaction and raises StoreError when the database cannot be read."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def continued(self, bounds: Sequence[datetime]) -> tuple[Part, ...]:
        """For each stretch between neighbouring `bounds`: the dialogues whose last message lies in it, and how many of
        them have a second message of the client."""
        # A log without times of its own gives every message that of the dialogue: then the messages are looked at.
        again = or_(
            DIALOGUE.c.last_at > DIALOGUE.c.first_at,
            exists().where(TURN.c.dialogue_id == DIALOGUE.c.id, TURN.c.number > 1),
        )
        stretch = stretch_of(DIALOGUE.c.last_at, bounds)
        statement = (
            select(stretch.label("stretch"), func.count().label("all"), func.sum(case((again, 1), else_=0)).label("of"))
            .where(within(DIALOGUE.c.last_at, bounds))
            .group_by(stretch)
        )
        found = {row["stretch"]: row for row in self._access.rows("count dialogues that went on", statement)}
        return tuple(
            Part(int(found[n]["of"]), int(found[n]["all"])) if n in found else Part() for n in range(len(bounds) - 1)
        )

    def client_ratings(self, since: datetime, until: datetime) -> tuple[ClientRating, ...]:
        """Clients' own ratings given in [since, until), in the order they were given."""
        statement = (
            select(FEEDBACK.c.dialogue_id, FEEDBACK.c.at, FEEDBACK.c.rating)
            .where(FEEDBACK.c.voice == Voice.CLIENT.value, FEEDBACK.c.at >= since, FEEDBACK.c.at < until)
            .order_by(FEEDBACK.c.at, FEEDBACK.c.id)
        )
        rows = self._access.rows("read clients' ratings", statement)
        return tuple(ClientRating(row["dialogue_id"], row["at"], row["rating"]) for row in rows)


def stretch_of(at: ColumnElement[datetime], bounds: Sequence[datetime]) -> ColumnElement[int]:
    """Which of the stretches between neighbouring bounds a moment within them lies in, counted from 0."""
    return case(*((at < bound, number) for number, bound in enumerate(bounds[1:])), else_=len(bounds) - 1)


def within(at: ColumnElement[datetime], bounds: Sequence[datetime]) -> ColumnElement[bool]:
    """True between the first bound (included) and the last."""
    return and_(at >= bounds[0], at < bounds[-1])
