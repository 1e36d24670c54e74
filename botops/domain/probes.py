"""Probes: dialogues that botops holds with its own bot, through the door clients come by, to know that it answers and
that the answer is right. They are kept apart from clients' dialogues and count in nothing but their own figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from botops.domain.messages import Language

HEADER = "X-Botops-Probe"
"""The header of `/v1/chat` that marks a probe. Its value is a secret of the installation: without it anybody could ask
without being counted."""
KILL_SWITCH = "kill_switch"
"""The rule of a hand-over by order."""


class ProbeKind(StrEnum):
    """What a probe wants."""

    PRICE = "price"  # the price of one product, as the price book in force has it
    HAND_OVER = "hand_over"  # a person


class ProbeOutcome(StrEnum):
    """What became of a probe."""

    RIGHT = "right"
    WRONG = "wrong"  # the bot answered, and not what it should have
    UNANSWERED = "unanswered"  # no answer in time, an error, or an answer the bot had no hand in
    SWITCHED_OFF = "switched_off"  # an order stands that the bot answers nobody: it is not judged


class ProbeFault(StrEnum):
    """What was wrong with an answer, or why there was none."""

    NO_PRICE = "no_price"  # the reply does not name the price
    FLAGGED = "flagged"  # it does, and the claim checker found something false beside it
    NOT_HANDED_OVER = "not_handed_over"  # a person was asked for, and the dialogue waits for nobody
    EMPTY = "empty"  # the reply has no text
    FAILED_TURN = "failed_turn"  # model, prompt or our own code failed: a text in reserve was sent
    NO_ANSWER = "no_answer"  # nothing came in time, or an error instead


ANSWERED = frozenset({ProbeOutcome.RIGHT, ProbeOutcome.WRONG, ProbeOutcome.SWITCHED_OFF})
"""Outcomes in which the service was up."""
JUDGED = frozenset({ProbeOutcome.RIGHT, ProbeOutcome.WRONG})
"""Outcomes that say whether the bot is right."""

FAILED = frozenset({ProbeOutcome.WRONG, ProbeOutcome.UNANSWERED})
"""Outcomes that are a failure of the bot."""


@dataclass(frozen=True, slots=True)
class ProbeTurn:
    """What the bot noted of a turn that a probe asked for: it stands in no list of turns.

    `failed` says that the reply is a text in reserve, `rule` why the dialogue was to be handed to a person; `pico_usd`
    is what its model calls cost, `unknown_cost` that some had no price.
    """

    id: str
    at: datetime
    failed: bool
    rule: str | None
    prompt: str | None
    version: int | None
    model: str
    simulated: bool
    pico_usd: int
    unknown_cost: bool


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One question of a run and what became of it. `expected` is the sum that was to be named, as it is written; empty
    for a question that is none of prices. `detail` is what the machine said of a fault. `ms` is how long the answer
    took, None when there was none."""

    run: str
    kind: ProbeKind
    language: Language
    at: datetime
    outcome: ProbeOutcome
    asked: str
    expected: str = ""
    reply: str = ""
    fault: ProbeFault | None = None
    detail: str = ""
    ms: int | None = None
    turn: ProbeTurn | None = None

    @property
    def name(self) -> str:
        """What the question is called: the same in every run."""
        return f"{self.kind.value}:{self.language}"


@dataclass(frozen=True, slots=True)
class ProbeRun:
    """One round of questions. `every_s` is in how many seconds the next one was due; None for a round that somebody
    asked for. `note` says what could not be asked, and why."""

    id: str
    at: datetime
    address: str
    every_s: int | None = None
    note: str = ""
    results: tuple[ProbeResult, ...] = ()


@dataclass(frozen=True, slots=True)
class ProbeTally:
    """How many questions of one kind and language had one outcome."""

    kind: ProbeKind
    language: Language
    outcome: ProbeOutcome
    number: int

    @property
    def name(self) -> str:
        """What the question is called."""
        return f"{self.kind.value}:{self.language}"


@dataclass(frozen=True, slots=True)
class ProbeSpan:
    """What is kept of the scheduled runs of a span of time: their tallies and number, what all its probes cost, and
    when they were, with their interval in seconds, the last before the span and the first after it included."""

    tallies: tuple[ProbeTally, ...]
    runs: int
    pico_usd: int
    unknown_cost: bool
    scheduled: tuple[tuple[datetime, int], ...]
