"""Dialogues that show what a series counts: the newest, each dialogue once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, or_, select

from botops.domain.alerts import Example
from botops.domain.outcomes import Voice
from botops.domain.turns import Action
from botops.store.access import Access, Row
from botops.store.faulty import faulty_findings
from botops.store.outcome_tables import FEEDBACK
from botops.store.rows import hour_of
from botops.store.series import BAD_RATING, GOES_ON_WITHIN_H, Part
from botops.store.tables import BROKEN, HAND_OFF, TURN

QUOTE = 160
"""Characters of what was said that an example shows."""
_LOOKED_AT = 60
_DIVIDED: Mapping[Part, tuple[str, str]] = {"version": ("prompt", "@"), "variant": ("experiment", ":")}


class SeriesExamples:
    """Every method is one read transaction and raises StoreError when the database cannot be read. `by` and `value` ask
    for one part of the traffic."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def of(
        self, rate: str, since: datetime, until: datetime, *, by: Part | None = None, value: str = "", most: int = 3
    ) -> tuple[Example, ...]:
        """Events of a rate in [since, until); none of a rate nobody counts."""
        make = _EVENTS.get(rate)
        if make is None:
            return ()
        asked = _Asked(since, until, by, value)
        found: dict[str, Example] = {}
        for row in self._access.rows("find examples of a series", make(asked).limit(_LOOKED_AT)):
            if row["dialogue_id"] not in found:
                found[row["dialogue_id"]] = _example(row)
        return tuple(found.values())[:most]

    def first_turns(self, dialogue_ids: Sequence[str]) -> tuple[Example, ...]:
        """The beginnings of dialogues, in the order of their ids."""
        statement = select(TURN.c.dialogue_id, TURN.c.number, TURN.c.at, TURN.c.text.label("quote")).where(
            TURN.c.dialogue_id.in_(dialogue_ids), TURN.c.number == 1
        )
        found = {row["dialogue_id"]: _example(row) for row in self._access.rows("find beginnings", statement)}
        return tuple(found[key] for key in dialogue_ids if key in found)


def _example(row: Row) -> Example:
    quote = " ".join((row["quote"] or "").split())
    shown = quote if len(quote) <= QUOTE else quote[: QUOTE - 1] + "…"
    return Example(row["dialogue_id"], row["number"], row["at"], shown)


@dataclass(frozen=True, slots=True)
class _Asked:
    since: datetime
    until: datetime
    by: Part | None
    value: str

    @property
    def turns(self) -> list[ColumnElement[bool]]:
        """The turns of the period and the part."""
        period = (TURN.c.hour >= hour_of(self.since), TURN.c.at >= self.since, TURN.c.at < self.until)
        return [*period, *self.part(TURN)]

    def part(self, turn: FromClause) -> list[ColumnElement[bool]]:
        """That a turn is of the part."""
        if self.by is None:
            return []
        if self.by not in _DIVIDED:
            return [turn.c[self.by] == self.value]
        column, sign = _DIVIDED[self.by]
        name, _, number = self.value.rpartition(sign)
        if not name:
            return [turn.c[column].is_(None)]
        return [turn.c[column] == name, turn.c["prompt_version" if self.by == "version" else "variant"] == int(number)]


def _findings(asked: _Asked) -> Select[Any]:
    faulty = faulty_findings(*asked.turns)
    reached = (faulty.c.action == Action.FLAGGED.value).desc()
    return select(
        faulty.c.dialogue_id, TURN.c.number, faulty.c.at, faulty.c.quote
    ).join_from(faulty, TURN, TURN.c.id == faulty.c.id).order_by(reached, faulty.c.at.desc(), faulty.c.id)  # fmt: skip


def _escalations(asked: _Asked) -> Select[Any]:
    statement = select(TURN.c.dialogue_id, TURN.c.number, TURN.c.at, TURN.c.text.label("quote"))
    return (
        statement.join_from(HAND_OFF, TURN, TURN.c.id == HAND_OFF.c.turn_id)
        .where(HAND_OFF.c.at >= asked.since, *asked.turns)
        .order_by(HAND_OFF.c.at.desc(), TURN.c.id)
    )


def _dissatisfaction(asked: _Asked) -> Select[Any]:
    own = FEEDBACK.c
    last = select(TURN.c.id).where(TURN.c.dialogue_id == own.dialogue_id).order_by(TURN.c.number.desc()).limit(1)
    rated = TURN.alias("rated")
    return (
        select(rated.c.dialogue_id, rated.c.number, own.at, own.reason.label("quote"))
        .join_from(FEEDBACK, rated, rated.c.id == func.coalesce(own.turn_id, last.scalar_subquery()))
        .where(
            own.voice == Voice.CLIENT.value,
            own.rating <= BAD_RATING,
            own.at >= asked.since,
            own.at < asked.until,
            *asked.part(rated),
        )
        .order_by(own.at.desc(), own.id)
    )


def _errors(asked: _Asked) -> Select[Any]:
    return (
        select(TURN.c.dialogue_id, TURN.c.number, TURN.c.at, TURN.c.error.label("quote"))
        .where(or_(BROKEN, TURN.c.error.is_not(None)), *asked.turns)
        .order_by(TURN.c.at.desc(), TURN.c.id)
    )


def _adoption(asked: _Asked) -> Select[Any]:
    after = TURN.alias("after")
    went_on = and_(
        after.c.dialogue_id == TURN.c.dialogue_id, after.c.number == TURN.c.number + 1,
        after.c.hour <= TURN.c.hour + GOES_ON_WITHIN_H,
    )  # fmt: skip
    return (
        select(TURN.c.dialogue_id, TURN.c.number, TURN.c.at, TURN.c.reply.label("quote"))
        .select_from(TURN.outerjoin(after, went_on))
        .where(
            TURN.c.number == 1,
            after.c.id.is_(None),
            TURN.c.hour < hour_of(asked.until) - GOES_ON_WITHIN_H,
            *asked.turns,
        )
        .order_by(TURN.c.at.desc(), TURN.c.id)
    )


_EVENTS = {
    "findings": _findings, "escalations": _escalations, "dissatisfaction": _dissatisfaction, "errors": _errors,
    "adoption": _adoption,
}  # fmt: skip
