"""What OpenTelemetry is told of a turn: one table for each kind of span, pinned to a version of its conventions.

The GenAI conventions are in development and were moved to a repository of their own after 1.41.0; that version is the
last whole one. What they have no name for is told under `botops.`. Pure: `botops.app.telemetry` does the sending.
Texts of clients and of the bot are no part of it, unless somebody asks for them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from botops.domain.turns import FAULT_RULES, TurnState

if TYPE_CHECKING:
    from botops.domain.findings import Verdict
    from botops.domain.turns import Attempt, TurnRecord
    from botops.domain.usage import Cost, Usage

SEMCONV = "1.41.0"
SCHEMA_URL = f"https://opentelemetry.io/schemas/{SEMCONV}"
SIMULATOR = "botops.simulator"

OPERATION = "gen_ai.operation.name"
ERROR = "error.type"
DURATION = "gen_ai.client.operation.duration"
TOKENS = "gen_ai.client.token.usage"
TOKEN_TYPE = "gen_ai.token.type"  # noqa: S105 - of the kind a model reads
EVALUATION = "gen_ai.evaluation.result"

DURATION_BUCKETS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
"""Seconds, as the conventions advise."""
TOKEN_BUCKETS = tuple(4**power for power in range(14))
"""Tokens, as the conventions advise: 1 to 67,108,864."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Value = str | int | float | bool
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """A model call of a turn, and who provides the model."""

    turn: TurnRecord
    attempt: Attempt
    provider: str

    @property
    def usage(self) -> Usage:
        """What the call used."""
        return self.attempt.usage


@dataclass(frozen=True, slots=True)
class Mapped(Generic[T]):
    """One attribute: its name, what it says, where its value is from (None: it is left out), and whether metrics carry
    it too; a metric's attributes take few values."""

    name: str
    text: str
    value: Callable[[T], Value | None]
    metric: bool = False


def _variant(turn: TurnRecord) -> int | None:
    return turn.assignment.variant if turn.assignment and turn.assignment.variant >= 0 else None


def _whole(cost: Cost) -> bool:
    return not (cost.unknown_model or cost.unpriced)


TURN: tuple[Mapped[TurnRecord], ...] = (
    Mapped(OPERATION, "`invoke_agent`", lambda _: "invoke_agent"),
    Mapped("gen_ai.agent.name", "the prompt's name", lambda t: t.assignment.ref.name if t.assignment else None),
    Mapped("gen_ai.conversation.id", "the dialogue", lambda t: t.inbound.dialogue_id),
    Mapped("botops.turn.id", "the turn", lambda t: t.id),
    Mapped("botops.turn.number", "its number in the dialogue, from 1", lambda t: t.number),
    Mapped("botops.turn.state", "how far it came", lambda t: t.state.value),
    Mapped("botops.prompt.version", "its version", lambda t: t.assignment.ref.version if t.assignment else None),
    Mapped("botops.experiment", "the experiment", lambda t: t.assignment.experiment if t.assignment else None),
    Mapped("botops.variant", "its variant in the experiment, the control is 0", _variant),
    Mapped("botops.action", "what became of the reply", lambda t: t.action.value if t.action else None),
    Mapped("botops.hand_off.rule", "why a person was called", lambda t: t.hand_off.rule if t.hand_off else None),
    Mapped("botops.channel", "where the client wrote", lambda t: t.inbound.channel),
    Mapped("botops.language", "the language of the reply", lambda t: t.language),
    Mapped("botops.guard.ms", "time taken to judge, in milliseconds", lambda t: t.timing.guard_ms),
    Mapped("botops.first_text.ms", "time until text left, in milliseconds", lambda t: t.timing.first_text_ms),
    Mapped("botops.cost.pico_usd", "what its calls cost, in 10⁻¹² dollars", lambda t: t.cost.pico_usd),
    Mapped("botops.cost.complete", "false when a call has no price, so that it cost more", lambda t: _whole(t.cost)),
    Mapped("botops.simulated", "no language model stands behind it", lambda t: t.simulated),
)
"""The span of a turn, `invoke_agent PROMPT`."""

CALL: tuple[Mapped[Call], ...] = (
    Mapped(OPERATION, "`chat`", lambda _: "chat", metric=True),
    Mapped("gen_ai.provider.name", "who provides the model", lambda c: c.provider, metric=True),
    Mapped("gen_ai.request.model", "the model asked for", lambda c: c.turn.model or None, metric=True),
    Mapped("gen_ai.response.model", "the model that answered", lambda c: c.attempt.model or None, metric=True),
    Mapped("gen_ai.usage.input_tokens", "tokens read", lambda c: c.usage.input_tokens),
    Mapped("gen_ai.usage.output_tokens", "tokens written", lambda c: c.usage.output_tokens),
    Mapped("gen_ai.usage.cache_read.input_tokens", "of those read, cached", lambda c: c.usage.cached_tokens),
    Mapped(
        "gen_ai.usage.cache_creation.input_tokens", "of those read, put in a cache",
        lambda c: c.usage.cache_write_tokens,
    ),
    Mapped("gen_ai.usage.reasoning.output_tokens", "of those written, reasoning", lambda c: c.usage.reasoning_tokens),
    Mapped(ERROR, "the class of the fault, where it gave no usable reply", lambda c: c.attempt.fault, metric=True),
    Mapped("botops.purpose", "what the call was for", lambda c: c.attempt.purpose.value, metric=True),
    Mapped("botops.usage.estimated", "the provider counted no tokens, botops did", lambda c: c.usage.estimated),
    Mapped("botops.cost.pico_usd", "what it cost, in 10⁻¹² dollars", lambda c: c.attempt.cost.pico_usd),
    Mapped("botops.cost.complete", "false when it has no price, or not all of one", lambda c: _whole(c.attempt.cost)),
)  # fmt: skip
"""The span of a model call, `chat MODEL`, and the attributes of its metrics."""

JUDGED: tuple[Mapped[Verdict], ...] = (
    Mapped("gen_ai.evaluation.name", "`commercial_claims`", lambda _: "commercial_claims"),
    Mapped("gen_ai.evaluation.score.label", "the verdict", lambda v: v.judgement.value),
    Mapped("gen_ai.evaluation.score.value", "claims not borne out", lambda v: len(v.findings)),
    Mapped("botops.claims", "claims looked at", lambda v: v.claims),
)
"""The event `gen_ai.evaluation.result` on the span of a call whose reply was judged."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a span."""

    name: str
    attributes: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Span:
    """A span to be sent: nanoseconds since 1970. `error` is the class of a fault."""

    name: str
    kind: Literal["internal", "client"]
    begin_ns: int
    end_ns: int
    attributes: Mapping[str, Value]
    error: str | None = None
    events: tuple[Event, ...] = ()
    children: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """What the metrics are told of one call: seconds, and tokens by type where the provider counted them."""

    seconds: float
    tokens: Mapping[str, int]
    attributes: Mapping[str, Value] = field(default_factory=dict)


def turn_span(turn: TurnRecord, provider: str, *, content: Callable[[str], str] | None = None) -> Span:
    """The span of a turn with its calls inside. `content` prepares texts for leaving the process; without it none do.

    A record has how long its calls took and not when each began: they are laid one after another from its start.
    """
    end = turn.replied_at or turn.inbound.at + timedelta(milliseconds=turn.timing.total_ms)
    begin_ns = _ns(end) - turn.timing.total_ms * 1_000_000
    at, calls = begin_ns, []
    for attempt in turn.attempts:
        calls.append(_call_span(Call(turn, attempt, _provider(turn, provider)), at))
        at = calls[-1].end_ns
    attributes = _told(TURN, turn)
    if content is not None:
        attributes |= _texts(turn, content)
    name = f"invoke_agent {turn.assignment.ref.name}" if turn.assignment else "invoke_agent"
    fault = _fault(turn)
    error = {ERROR: fault} if fault else {}
    return Span(name, "internal", begin_ns, max(_ns(end), at), attributes | error, fault, children=tuple(calls))


def measured(turn: TurnRecord, provider: str) -> Sequence[Measured]:
    """What the metrics are told of a turn's calls."""
    return [_measured(Call(turn, attempt, _provider(turn, provider))) for attempt in turn.attempts]


def _call_span(call: Call, begin_ns: int) -> Span:
    attempt = call.attempt
    end_ns = begin_ns + attempt.model_ms * 1_000_000
    events = (Event(EVALUATION, _told(JUDGED, attempt.verdict)),) if attempt.verdict is not None else ()
    return Span(f"chat {attempt.model}", "client", begin_ns, end_ns, _told(CALL, call), attempt.fault, events)


def _measured(call: Call) -> Measured:
    attributes = _told([one for one in CALL if one.metric], call)
    usage = call.usage
    # The conventions: what is billed, and nothing where it is not known.
    tokens = {} if usage.estimated else {"input": usage.input_tokens, "output": usage.output_tokens}
    return Measured(call.attempt.model_ms / 1000, tokens, attributes)


def _told(table: Sequence[Mapped[T]], of: T) -> dict[str, Value]:
    values = ((one.name, one.value(of)) for one in table)
    return {name: value for name, value in values if value is not None}


def _texts(turn: TurnRecord, content: Callable[[str], str]) -> dict[str, Value]:
    """What the client wrote and what left, in the form of the conventions."""
    said = {"gen_ai.input.messages": ("user", turn.inbound.text), "gen_ai.output.messages": ("assistant", turn.reply)}
    return {
        name: json.dumps([{"role": role, "parts": [{"type": "text", "content": content(text)}]}], ensure_ascii=False)
        for name, (role, text) in said.items()
        if text
    }


def _fault(turn: TurnRecord) -> str | None:
    """Why the bot could not answer by itself."""
    if turn.hand_off is not None and turn.hand_off.rule in FAULT_RULES:
        return turn.hand_off.rule
    return turn.state.value if turn.state in {TurnState.FAILED, TurnState.INTERRUPTED} else None


def _provider(turn: TurnRecord, provider: str) -> str:
    return SIMULATOR if turn.simulated else provider


def _ns(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000
