"""What reads of the store return: plain values, fit for any screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, Literal, TypeVar

from botops.domain.findings import FindingKind, Severity
from botops.domain.messages import Language
from botops.domain.money import Money
from botops.domain.outcomes import Stage
from botops.domain.turns import Action, HandOff, TurnState
from botops.domain.usage import Usage
from botops.store.latency import percentile

T = TypeVar("T")
NO_USAGE = Usage()

GroupBy = Literal[
    "hour", "day", "prompt", "version", "experiment", "variant", "model", "simulated", "channel", "language", "origin"
]
ReviewState = Literal["waiting", "wrong", "right", "disputed"]
"""Faulty and looked at by nobody; called wrong, or right, by somebody; called both by as many people."""
GroupValue = str | int | bool | date | datetime


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list. `cursor` asks for the next one, None at the end."""

    items: tuple[T, ...]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What `write_many` did: new turns, and those left out because their idempotency key was known."""

    batch: str
    written: int
    skipped: int


@dataclass(frozen=True, slots=True)
class DialogueFilter:
    """Which dialogues; None asks for no condition.

    `text` is looked for in what was said, whatever its case, and as a dialogue's or a lead's id. `since` (included) and
    `until` (excluded) bound the life of the dialogue, `stage` is one its lead reached. `prompt`, `version`,
    `experiment`, `variant`, `action`, `kind`, `severity` (that or worse), `reviewed` and `has_findings` must hold of
    one and the same turn; `kind` and `severity` are those of what the model first said, corrected or not,
    `has_findings` is about what the turn ended with.
    """

    text: str | None = None
    language: Language | None = None
    channel: str | None = None
    origin: str | None = None
    lead_id: str | None = None
    prompt: str | None = None
    version: int | None = None
    experiment: str | None = None
    variant: int | None = None
    action: Action | None = None
    state: TurnState | None = None
    kind: FindingKind | None = None
    severity: Severity | None = None
    has_findings: bool | None = None
    reviewed: ReviewState | None = None
    stage: Stage | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class DialogueRow:
    """A dialogue in a list. `prompts` are `name@version` in order of use; `worst` is the worst finding's severity.

    `first_text` begins the first client's message, `last_text` the last one and `last_reply` the last reply that left;
    `actions` are what became of the replies, each once, in order.
    """

    id: str
    lead_id: str
    channel: str
    language: Language
    origin: str
    first_at: datetime
    last_at: datetime
    turns: int
    findings: int
    worst: Severity | None
    last_state: TurnState
    last_action: Action | None
    last_text: str
    last_reply: str | None
    prompts: tuple[str, ...]
    pico_usd: int
    local: tuple[Money, ...]
    simulated: bool
    first_text: str = ""
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over turns of whole hours. `key` holds the values asked for by `group_by`, in its order.

    `actions` counts turns; `findings` counts findings by kind and severity. `local`, `at_risk` and `overcharge` have
    one amount per currency. `unknown_cost` counts turns with a call no price was found for, `simulated` those of a
    simulated model. `latencies` counts answered turns by bucket (`botops.store.latency`).
    """

    key: tuple[GroupValue, ...] = ()
    turns: int = 0
    answered: int = 0
    failed: int = 0
    interrupted: int = 0
    actions: Mapping[Action, int] = field(default_factory=dict)
    judged: int = 0
    not_judged: int = 0
    with_findings: int = 0
    claims: int = 0
    findings: Mapping[tuple[FindingKind, Severity], int] = field(default_factory=dict)
    usage: Usage = NO_USAGE
    pico_usd: int = 0
    local: tuple[Money, ...] = ()
    unknown_cost: int = 0
    simulated: int = 0
    at_risk: tuple[Money, ...] = ()
    overcharge: tuple[Money, ...] = ()
    latencies: Mapping[int, int] = field(default_factory=dict)

    def latency_ms(self, share: float) -> float | None:
        """The time not exceeded by a share (0..1) of answered turns, within 19 %; None without any."""
        return percentile(self.latencies, share)

    @property
    def p50_ms(self) -> float | None:
        """The median time of a turn."""
        return self.latency_ms(0.5)

    @property
    def p95_ms(self) -> float | None:
        """The time 95 % of turns stay under."""
        return self.latency_ms(0.95)

    def findings_of(self, kind: FindingKind | None = None, severity: Severity | None = None) -> int:
        """Findings of a kind and of a severity, or of all."""
        return sum(n for (k, s), n in self.findings.items() if kind in (None, k) and severity in (None, s))


@dataclass(frozen=True, slots=True)
class HandOffRow:
    """A hand-off and where it stands: open until `closed_at`; with `taken_by` since `taken_at`."""

    hand_off: HandOff
    channel: str
    language: Language
    taken_at: datetime | None = None
    taken_by: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None

    @property
    def status(self) -> Literal["waiting", "taken", "closed"]:
        """The stage it is in."""
        if self.closed_at is not None:
            return "closed"
        return "waiting" if self.taken_by is None else "taken"


@dataclass(frozen=True, slots=True)
class DearDialogue:
    """A dialogue and what its turns in a period cost."""

    id: str
    lead_id: str
    channel: str
    turns: int
    tokens: int
    pico_usd: int
    local: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class FailureRow:
    """A turn that failed or was cut off. `faults` are those of its model calls."""

    turn_id: str
    dialogue_id: str
    number: int
    at: datetime
    state: TurnState
    model: str
    error: str | None
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the store holds."""

    dialogues: int
    turns: int
    pending: int
    findings: int
    leads: int
    open_hand_offs: int


@dataclass(frozen=True, slots=True)
class Lag:
    """How far the roll-ups are behind: hours to be counted anew and, in seconds, how long the first has waited."""

    hours: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class HourOfReplies:
    """Turns of one hour: all, those answered, and those that a simulated model was asked in; what they cost."""

    hour: datetime
    turns: int
    answered: int
    simulated: int
    pico_usd: int


@dataclass(frozen=True, slots=True)
class FaultyHour:
    """Faulty replies of one hour with one outcome. `at_risk` has one amount per currency."""

    hour: datetime
    action: Action | None
    replies: int
    at_risk: tuple[Money, ...] = ()

    @property
    def reached(self) -> bool:
        """True when these replies left as they were."""
        return self.action is Action.FLAGGED


@dataclass(frozen=True, slots=True)
class PatternKey:
    """What makes faults alike: their kind, the product and the prompt version that spoke; None where not known."""

    kind: FindingKind
    sku: str | None
    prompt: str | None
    version: int | None


@dataclass(frozen=True, slots=True)
class FaultPattern:
    """Faults that are alike: in how many replies, how many of those reached a client, and the worst severity."""

    key: PatternKey
    replies: int
    reached: int
    worst: Severity


@dataclass(frozen=True, slots=True)
class FaultExample:
    """One fault and the turn it happened in; `action` says what became of the reply."""

    turn_id: str
    dialogue_id: str
    at: datetime
    action: Action | None
    severity: Severity
    quote: str
    stated: str
    expected: str | None
    explanations: dict[str, str]


@dataclass(frozen=True, slots=True)
class ExposedLead:
    """A lead that took part in an experiment, with all its turns there.

    `flagged` is True when the model's first word in any of them was found false, `escalated` when any of them was
    handed to a person. `pico_usd` and `total_ms` are sums over the turns; `turns` is 0 when retention has removed
    them. `characters` is the length of all `replies` together. `qualified` and `won` say what became of the lead within
    its window, `rating` is the last one it gave itself, 1 to 5.
    """

    lead_id: str
    variant: int
    exposed_at: datetime
    turns: int
    dialogues: int
    pico_usd: int
    total_ms: int
    flagged: bool
    escalated: bool
    replies: int
    characters: int
    qualified: bool = False
    won: bool = False
    rating: int | None = None
