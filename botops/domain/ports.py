"""What the rules need from the outside. Adapters are chosen in one place: `botops.app.container`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from botops.domain.findings import Verdict
from botops.domain.messages import InboundMessage, Language, Message
from botops.domain.prompts import ModelParameters, Past, RenderedPrompt
from botops.domain.turns import Purpose, TurnRecord
from botops.domain.usage import Cost, Usage

OnText = Callable[[str], Awaitable[None]]
"""Called with each piece of a streamed reply, in order."""


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One call to a model. `deadline_s` bounds the whole call, retries included, in seconds.

    `prompt` is the identity of the prompt (`sales@3`), used by recordings to tell a stale reply from a missing one.
    """

    messages: tuple[Message, ...]
    parameters: ModelParameters = field(default_factory=ModelParameters)
    purpose: Purpose = Purpose.REPLY
    deadline_s: float = 60.0
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class ModelReply:
    """A whole reply. `model` is what the provider says answered; times are seconds.

    `tries` are the usages of single requests when several were billed; `usage` is then their sum.
    """

    text: str
    usage: Usage
    model: str
    finish_reason: str
    seconds: float
    first_text_s: float | None = None
    tries: tuple[Usage, ...] = ()

    @property
    def billed(self) -> tuple[Usage, ...]:
        """The usages to price, one for each request that was billed."""
        return self.tries or (self.usage,)


class Clock(Protocol):
    """Time, injected so that four weeks of dialogues can be lived in a minute."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards; only differences mean something."""
        ...


class ChatModel(Protocol):
    """A language model that answers a list of messages."""

    @property
    def name(self) -> str:
        """The model's name as configured."""
        ...

    @property
    def simulated(self) -> bool:
        """True when no language model stands behind it; every screen says so."""
        ...

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> ModelReply:
        """The whole reply; with `on_text`, its pieces as they arrive as well. Raises ModelError, nothing else."""
        ...


class Guard(Protocol):
    """Judges a reply before it leaves."""

    def judge(
        self, messages: Sequence[Message], *, at: datetime, region: str | None = None, segment: str | None = None
    ) -> Verdict:
        """The verdict on the last message, an assistant's, given all before it. May raise: callers fail closed."""
        ...


@runtime_checkable
class AwaitedGuard(Guard, Protocol):
    """A guard that judges whole replies elsewhere, while the event loop goes on."""

    async def verdict(
        self, messages: Sequence[Message], *, at: datetime, region: str | None = None, segment: str | None = None
    ) -> Verdict:
        """As `judge`."""
        ...


class PromptSource(Protocol):
    """Chooses and renders the prompt of a turn."""

    def prompt_for(self, inbound: InboundMessage, language: Language, past: Past) -> RenderedPrompt:
        """The prompt of this lead at this moment, prices of the day filled in; `past` is what the store knows of the
        lead. Raises UserError, and SwitchedOffError while an order stands that the bot answers nobody."""
        ...


class Meter(Protocol):
    """Prices a usage."""

    def cost(self, usage: Usage, model: str, at: datetime, *, simulated: bool = False) -> Cost:
        """What `usage` of `model` cost at a moment."""
        ...


@dataclass(frozen=True, slots=True)
class Begun:
    """What the store answers when a turn begins: its number in the dialogue, what was said before, and what is known of
    the lead.

    `stored` is the finished turn of an earlier delivery with the same idempotency key; nothing else is done then.
    """

    number: int
    history: tuple[Message, ...] = ()
    stored: TurnRecord | None = None
    past: Past = field(default_factory=Past)


class TurnStore(Protocol):
    """Keeps turns. Every method is one transaction."""

    async def begin(self, turn_id: str, inbound: InboundMessage, language: Language) -> Begun:
        """Writes the pending row before anything is sent, or returns the stored answer. Raises StoreError."""
        ...

    async def finish(self, record: TurnRecord) -> None:
        """Writes the whole record over its pending row, hand-off included. Raises StoreError."""
        ...


class Observer(Protocol):
    """Counts what happened. A failure here never breaks a reply."""

    def turn_finished(self, record: TurnRecord) -> None:
        """Counts one finished turn."""
        ...
