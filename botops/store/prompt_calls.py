"""The calls that carried a prompt: replies and repairs, each call of the model counted once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from botops.domain.turns import Purpose
from botops.store.access import Access
from botops.store.rows import hour_of
from botops.store.tables import ATTEMPT, TURN

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


class PromptCallReads:
    """Every method is one read and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def of_prompt(self, prompt: str, since: datetime, until: datetime) -> tuple[PromptCalls, ...]:
        """The calls of a prompt in [since, until), by the moment of the client's message."""
        key = (TURN.c.prompt_version, TURN.c.language, TURN.c.channel, ATTEMPT.c.purpose)
        sums = [func.sum(ATTEMPT.c[name]).label(name) for name in ("input_tokens", "cached_tokens", "pico_usd")]
        sums.append(func.sum(case((ATTEMPT.c.unknown_model, 1), else_=0)).label("unknown"))
        statement = (
            select(*key, func.count().label("calls"), *sums)
            .join_from(TURN, ATTEMPT, ATTEMPT.c.turn_id == TURN.c.id)
            .where(*of_period(prompt, since, until), ATTEMPT.c.purpose.in_(CARRYING))
            .group_by(*key)
            .order_by(*key)
        )
        rows = self._access.rows("count the calls of a prompt", statement)
        return tuple(
            PromptCalls(
                row["prompt_version"], row["language"], row["channel"], row["purpose"], int(row["calls"]),
                int(row["input_tokens"]), int(row["cached_tokens"]), int(row["pico_usd"]), int(row["unknown"]),
            )
            for row in rows
        )  # fmt: skip


def of_period(prompt: str, since: datetime, until: datetime) -> tuple[ColumnElement[Any], ...]:
    """Turns of a prompt in [since, until); the hours let the index be used."""
    return (
        TURN.c.prompt == prompt,
        TURN.c.hour >= hour_of(since),
        TURN.c.hour <= hour_of(until),
        TURN.c.at >= since,
        TURN.c.at < until,
    )
