"""One turn, one record: everything that happened between a client's message and the reply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from botops.domain.findings import Verdict
from botops.domain.messages import InboundMessage, Language
from botops.domain.prompts import Assignment
from botops.domain.usage import Cost, Usage


class GuardPolicy(StrEnum):
    """What to do with a reply that failed its judgement."""

    OBSERVE = "observe"  # send it and flag it
    REPAIR = "repair"  # ask the model once to correct it, else as block
    BLOCK = "block"  # send the safe answer and hand the dialogue over


class Action(StrEnum):
    """What became of a reply."""

    PASSED = "passed"
    FLAGGED = "flagged"
    REPAIRED = "repaired"
    BLOCKED = "blocked"
    HANDED_OVER = "handed_over"


class TurnState(StrEnum):
    """How far a turn came. `pending` turns of a dead process are marked `interrupted` at the next start."""

    PENDING = "pending"
    ANSWERED = "answered"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


class Purpose(StrEnum):
    """What a model call was for."""

    REPLY = "reply"
    REPAIR = "repair"
    JUDGE = "judge"
    CLIENT = "client"
    SUMMARY = "summary"
    OPINION = "opinion"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One model call of a turn: what it said (may never have been sent), how it was judged, what it used.

    `fault` is the class of failure when the call gave no usable reply. Times are milliseconds. `tries` are the usages
    of the single requests when there were several (retries that were billed); `usage` is then their sum. Each is priced
    by itself, because prices depend on the size of a request.
    """

    purpose: Purpose
    model: str
    text: str
    usage: Usage
    cost: Cost
    model_ms: int
    verdict: Verdict | None = None
    fault: str | None = None
    tries: tuple[Usage, ...] = ()


FAULT_RULES = ("model_error", "prompt_error", "internal_error")
"""Rules of hand-overs that are failures: the bot could not answer by itself. `alerts/rules.yml` counts the same."""


@dataclass(frozen=True, slots=True)
class HandOff:
    """A dialogue waiting for a person. `rule` names what fired: a guard verdict, a client's request, a model fault."""

    dialogue_id: str
    lead_id: str
    turn_id: str
    at: datetime
    rule: str
    reason: str
    role: str = "sales"


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of a turn: total, waiting for models, judging, and until the first text left."""

    total_ms: int = 0
    model_ms: int = 0
    guard_ms: int = 0
    first_text_ms: int | None = None


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """Everything that happened in one turn. Bot, evals, store, metrics and console exchange only this.

    `reply` is the text that left (None while pending). `verdict` judges the text that left when it came from the model,
    else the last candidate; candidates held back stand in `attempts`. `error` is set on a failed turn.
    `hand_off` is the row put in the hand-off queue by this turn. `rendered` is the SHA-256 of the prompt as it was
    sent, without what was said (`RenderedPrompt.checksum`).
    """

    id: str
    inbound: InboundMessage
    number: int
    state: TurnState
    language: Language
    policy: GuardPolicy
    reply: str | None = None
    action: Action | None = None
    assignment: Assignment | None = None
    verdict: Verdict | None = None
    attempts: tuple[Attempt, ...] = ()
    hand_off: HandOff | None = None
    timing: Timing = Timing()
    model: str = ""
    simulated: bool = False
    error: str | None = None
    replied_at: datetime | None = None
    rendered: str | None = None

    @property
    def usage(self) -> Usage:
        """Tokens of all calls of the turn."""
        return sum((a.usage for a in self.attempts), Usage())

    @property
    def cost(self) -> Cost:
        """Cost of all calls of the turn, failed ones too."""
        return sum((a.cost for a in self.attempts), Cost())
