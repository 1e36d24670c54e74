"""Fakes of the ports, for tests of bots and plug-ins: each does what a real one does, in memory and on request."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from botops.domain.errors import ModelError, StoreError
from botops.domain.findings import Finding, FindingKind, Severity, Verdict
from botops.domain.messages import Message
from botops.domain.ports import Begun, ModelReply, ModelRequest
from botops.domain.prompts import Assignment, Exposure, ModelParameters, Past, PromptRef, RenderedPrompt
from botops.domain.turns import TurnState
from botops.domain.usage import Cost, Usage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from botops.domain.messages import InboundMessage, Language
    from botops.domain.ports import OnText
    from botops.domain.turns import TurnRecord

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class TickingClock:
    """A clock that moves by `step` seconds each time it is read."""

    def __init__(self, at: datetime = START, step: float = 0.001) -> None:
        self.at = at
        self.step = step
        self._seconds = 0.0

    def now(self) -> datetime:
        """The moment it stands at."""
        return self.at + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        """Seconds since the start, one step more with each call."""
        self._seconds += self.step
        return self._seconds


@dataclass
class QueueModel:
    """A model that gives the answers it was handed, in order; a ModelError among them is raised.

    `pieces` is how many characters a streamed piece has. `requests` is what it was asked.
    """

    answers: list[str | ModelError]
    name: str = "queue"
    simulated: bool = False
    pieces: int = 7
    requests: list[ModelRequest] = field(default_factory=list)

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> ModelReply:
        """The next answer."""
        self.requests.append(request)
        if not self.answers:
            raise AssertionError(f"the model was asked {len(self.requests)} times, more often than it has answers")
        answer = self.answers.pop(0)
        if isinstance(answer, ModelError):
            raise answer
        if on_text is not None:
            for start in range(0, len(answer), self.pieces):
                await on_text(answer[start : start + self.pieces])
                await asyncio.sleep(0)
        usage = Usage(input_tokens=100, output_tokens=len(answer) // 4 + 1)
        return ModelReply(answer, usage, self.name, "stop", 0.1, 0.05)


@dataclass
class WordGuard:
    """A guard that objects to the words it was handed; `claims` counts words with digits. `fails` makes it raise."""

    forbidden: tuple[str, ...] = ()
    fails: Exception | None = None
    judged: list[tuple[Message, ...]] = field(default_factory=list)

    def judge(
        self, messages: Sequence[Message], *, at: datetime, region: str | None = None, segment: str | None = None
    ) -> Verdict:
        """A finding for each forbidden word in the last message."""
        self.judged.append(tuple(messages))
        if self.fails is not None:
            raise self.fails
        text = messages[-1].content
        findings = [
            Finding(
                len(messages) - 1, FindingKind.PRICE, word, text.index(word), text.index(word) + len(word),
                Severity.HIGH, word, "the list", {"ru": f"{word}: нет в прайсе", "en": f"{word} is not in the book"},
            )
            for word in self.forbidden
            if word in text
        ]  # fmt: skip
        claims = sum(any(ch.isdigit() for ch in word) for word in text.split())
        return Verdict.of(tuple(findings), claims=claims, book="fake")


@dataclass
class OnePrompt:
    """A prompt source with one prompt for everybody."""

    text: str = "You sell."
    ref: PromptRef = field(default_factory=lambda: PromptRef("sales", 1, "0" * 64))
    parameters: ModelParameters = field(default_factory=ModelParameters)
    fails: Exception | None = None

    def prompt_for(self, inbound: InboundMessage, language: Language, past: Past) -> RenderedPrompt:
        """The prompt."""
        if self.fails is not None:
            raise self.fails
        return RenderedPrompt(Assignment(self.ref), (Message("system", self.text),), self.parameters)


class FlatMeter:
    """A meter at one micro-dollar a token."""

    def cost(self, usage: Usage, model: str, at: datetime, *, simulated: bool = False) -> Cost:
        """A million pico-dollars for each token."""
        return Cost(usage.total_tokens * 10**6, priced_as=model, source="flat", simulated=simulated)


class MemoryTurns:
    """A turn store in memory, with the promises of the real one: keys are unique, history is what left."""

    def __init__(self) -> None:
        self.records: dict[str, TurnRecord] = {}
        self._keys: dict[str, str] = {}
        self._dialogues: dict[str, list[str]] = {}
        self.down = False

    async def begin(self, turn_id: str, inbound: InboundMessage, language: Language) -> Begun:
        """The pending turn, or the stored one."""
        self._check()
        if (known := self._keys.get(inbound.idempotency_key)) and known in self.records:
            return Begun(self.records[known].number, stored=self.records[known])
        self._keys[inbound.idempotency_key] = turn_id
        turns = self._dialogues.setdefault(inbound.dialogue_id, [])
        turns.append(turn_id)
        return Begun(len(turns), self._history(turns), past=self._past(inbound))

    async def finish(self, record: TurnRecord) -> None:
        """Keeps the record."""
        self._check()
        self.records[record.id] = record

    def _past(self, inbound: InboundMessage) -> Past:
        returning, exposures = False, dict[str, Exposure]()
        for record in self.records.values():
            if record.inbound.lead_id != inbound.lead_id:
                continue
            same, dealt = record.inbound.dialogue_id == inbound.dialogue_id, record.assignment
            returning = returning or not same
            if dealt and dealt.experiment and dealt.variant >= 0 and (same or dealt.unit == "lead"):
                seen = Exposure(dealt.variant, dealt.ref.name, dealt.ref.version, dealt.unit)
                exposures.setdefault(dealt.experiment, seen)
        return Past(returning, exposures)

    def _history(self, turns: list[str]) -> tuple[Message, ...]:
        messages: list[Message] = []
        for turn in turns:
            record = self.records.get(turn)
            if record is not None and record.state in {TurnState.ANSWERED, TurnState.INTERRUPTED}:
                messages.append(Message("user", record.inbound.text, at=record.inbound.at))
                if record.reply:
                    messages.append(Message("assistant", record.reply, at=record.replied_at))
        return tuple(messages)

    def _check(self) -> None:
        if self.down:
            raise StoreError("the store is down")


@dataclass
class Watching:
    """An observer that keeps what it saw; `fails` makes it raise."""

    seen: list[TurnRecord] = field(default_factory=list)
    fails: bool = False

    def turn_finished(self, record: TurnRecord) -> None:
        """Keeps the record."""
        if self.fails:
            raise ValueError("counting failed")
        self.seen.append(replace(record))
