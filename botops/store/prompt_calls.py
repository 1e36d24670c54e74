"""The calls that carried a prompt: replies and repairs, each call of the model counted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select

from botops.domain.turns import Action, Purpose, TurnState
from botops.store.access import Access
from botops.store.cost_tables import ROLLUP_CALL, ROLLUP_CALL_GROUP
from botops.store.rows import hour_of
from botops.store.sums import ceil_hour
from botops.store.tables import ATTEMPT, DIALOGUE, TURN

CARRYING = (Purpose.REPLY.value, Purpose.REPAIR.value)
"""What calls of a turn are for that send the prompt with them."""


@dataclass(frozen=True, slots=True)
class PromptCalls:
    """Calls of one version for one language, channel and purpose, with the tokens they read as their provider reported
    them."""

    version: int
    language: str
    channel: str
    purpose: str
    calls: int
    input_tokens: int
    cached_tokens: int
    pico_usd: int
    unknown: int


@dataclass(frozen=True, slots=True)
class VersionDialogue:
    """What one version did and cost in one dialogue: turns, replies among them, and faulty replies as
    `botops.store.faulty` counts them. `unknown` are turns with a call of unknown price."""

    version: int
    experiment: str | None
    dialogue_id: str
    turns: int
    replies: int
    faulty: int
    pico_usd: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Sent:
    """When a prompt was sent, for which language and channel."""

    at: datetime
    language: str
    channel: str


@dataclass(frozen=True, slots=True)
class Said:
    """A client's message and the reply that left, empty when none did; personal data is masked."""

    dialogue_id: str
    text: str
    reply: str


class PromptCallReads:
    """Every method is one read and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def of_prompt(self, prompt: str, since: datetime, until: datetime) -> tuple[PromptCalls, ...]:
        """The calls of a prompt in the whole hours that begin in [since, until), from roll-ups."""
        group, sums = ROLLUP_CALL_GROUP.c, ROLLUP_CALL.c
        key = (group.version, group.language, group.channel, group.purpose)
        names = ("calls", "input_tokens", "cached_tokens", "pico_usd", "unknown")
        statement = (
            select(*key, *(func.sum(sums[name]).label(name) for name in names))
            .join_from(ROLLUP_CALL, ROLLUP_CALL_GROUP, group.id == sums.group_id)
            .where(group.prompt == prompt, group.purpose.in_(CARRYING))
            .where(sums.hour >= ceil_hour(since), sums.hour < ceil_hour(until))
            .group_by(*key)
            .order_by(*key)
        )
        rows = self._access.rows("count the calls of a prompt", statement)
        return tuple(
            PromptCalls(
                row["version"], row["language"], row["channel"], row["purpose"], *(int(row[name]) for name in names)
            )
            for row in rows
        )  # fmt: skip

    def dialogues(
        self, prompt: str, versions: Sequence[int], since: datetime, until: datetime
    ) -> tuple[VersionDialogue, ...]:
        """The dialogues some versions of a prompt spoke in within [since, until), one row for each version, experiment
        and dialogue."""
        key = (TURN.c.prompt_version, TURN.c.experiment, TURN.c.dialogue_id)
        faulty = or_(TURN.c.findings > 0, TURN.c.action == Action.REPAIRED.value)
        statement = (
            select(
                *key,
                func.count().label("turns"),
                _number(TURN.c.state == TurnState.ANSWERED.value).label("replies"),
                _number(and_(TURN.c.state == TurnState.ANSWERED.value, faulty)).label("faulty"),
                func.sum(TURN.c.pico_usd).label("pico_usd"),
                _number(TURN.c.unknown_cost).label("unknown"),
            )
            .where(*of_period(prompt, since, until), TURN.c.prompt_version.in_(versions))
            .group_by(*key)
            .order_by(*key)
        )
        rows = self._access.rows("count the dialogues of a prompt", statement)
        return tuple(
            VersionDialogue(
                row["prompt_version"], row["experiment"], row["dialogue_id"], int(row["turns"]), int(row["replies"]),
                int(row["faulty"]), int(row["pico_usd"]), int(row["unknown"]),
            )
            for row in rows
        )  # fmt: skip

    def moments(
        self, prompt: str, version: int | None, since: datetime, until: datetime, most: int
    ) -> tuple[Sent, ...]:  # fmt: skip
        """The latest turns of a version (None: of all) in [since, until) that called the model, in order of time."""
        own = [TURN.c.prompt_version == version] if version is not None else []
        called = exists().where(ATTEMPT.c.turn_id == TURN.c.id, ATTEMPT.c.purpose.in_(CARRYING))
        statement = (
            select(TURN.c.at, TURN.c.language, TURN.c.channel)
            .where(*of_period(prompt, since, until), *own, called)
            .order_by(TURN.c.hour.desc(), TURN.c.at.desc(), TURN.c.id.desc())  # by the index of hours
            .limit(most)
        )
        rows = self._access.rows("list the calls of a prompt", statement)
        return tuple(Sent(row["at"], row["language"], row["channel"]) for row in reversed(rows))

    def last_said(self, prompt: str, since: datetime, most: int) -> tuple[Said, ...]:
        """What was said in the latest dialogues of a prompt since a moment, at most so many dialogues; by dialogue and
        turn."""
        spoke = exists().where(TURN.c.dialogue_id == DIALOGUE.c.id, TURN.c.prompt == prompt)
        latest = (
            select(DIALOGUE.c.id)
            .where(DIALOGUE.c.last_at >= since, spoke)
            .order_by(DIALOGUE.c.last_at.desc(), DIALOGUE.c.id.desc())
            .limit(most)
        )
        with self._access.reading("read what was said") as connection:
            ids = connection.execute(latest).scalars().all()
            statement = (
                select(TURN.c.dialogue_id, TURN.c.text, TURN.c.reply)
                .where(TURN.c.dialogue_id.in_(ids))
                .order_by(TURN.c.dialogue_id, TURN.c.number)
            )
            return tuple(Said(row.dialogue_id, row.text, row.reply or "") for row in connection.execute(statement))


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def of_period(prompt: str, since: datetime, until: datetime) -> tuple[ColumnElement[Any], ...]:
    """Turns of a prompt in [since, until); the hours let the index be used."""
    return (
        TURN.c.prompt == prompt,
        TURN.c.hour >= hour_of(since),
        TURN.c.hour <= hour_of(until),
        TURN.c.at >= since,
        TURN.c.at < until,
    )
