"""What became of a lead, and what people say of the bot's answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from botops.domain.money import Money


class Stage(StrEnum):
    """How far a lead came."""

    QUALIFIED = "qualified"  # a seller took it for a real prospect
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A lead reached a stage at a moment. `id` makes a repeated delivery harmless: the same id is the same event.

    `amount` is what a won deal is worth; `at` when it happened (aware), which may be weeks after the dialogue.
    """

    id: str
    lead_id: str
    stage: Stage
    at: datetime
    amount: Money | None = None
    source: str = ""


class Voice(StrEnum):
    """Who rates."""

    CLIENT = "client"
    MANAGER = "manager"


@dataclass(frozen=True, slots=True)
class Feedback:
    """A rating of a dialogue or of one of its turns: 1 (bad) to 5 (good). `id` makes a repeated delivery harmless."""

    id: str
    dialogue_id: str
    rating: int
    at: datetime
    reason: str = ""
    voice: Voice = Voice.CLIENT
    by: str = ""
    turn_id: str | None = None
