"""The guarantees every network adapter shares: one deadline, one size cap, one retry loop, whole replies only.

An adapter supplies `attempt`, which talks to its library and reports what arrives to a `Receiver`; everything that
decides whether the reply may be used is here.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from botops.domain.errors import ModelError, ModelFault
from botops.domain.ports import ModelReply, ModelRequest, OnText
from botops.domain.usage import Usage
from botops.llm.errors import ReplyTooLargeError, model_error
from botops.llm.estimate import estimate_messages, estimate_tokens
from botops.llm.retry import RetryPolicy, with_retries


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a call.

    `deadline_s` caps what a request asks for; `first_text_s` bounds the wait of each try for the first piece of a
    stream (None: the deadline alone); `max_reply_chars` counts code points.
    """

    deadline_s: float = 120.0
    first_text_s: float | None = None
    max_reply_chars: int = 20_000
    retry: RetryPolicy = field(default_factory=RetryPolicy)


class _CallerFailedError(Exception):
    """`on_text` raised: the caller's own error, kept apart from the provider's."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        super().__init__(str(error))


class Receiver:
    """What one attempt has received so far.

    An adapter sets `accepted` when the provider has answered well and `began` at the first sign of a completion.
    """

    def __init__(self, max_chars: int, on_text: OnText | None, patience: asyncio.Timeout) -> None:
        self._max_chars = max_chars
        self._on_text = on_text
        self._patience = patience
        self._parts: list[str] = []
        self._chars = 0
        self.usage: Usage | None = None
        self.finish: str | None = None
        self.refusal = ""
        self.model = ""
        self.accepted = False
        self.began = False
        self.settled = False
        self.first_text_at: float | None = None

    @property
    def text(self) -> str:
        """All text so far."""
        return "".join(self._parts)

    @property
    def delivered(self) -> bool:
        """True once text has been handed to the caller: from then on nothing may be tried again."""
        return self._on_text is not None and bool(self._parts)

    async def take(self, piece: str) -> None:
        """Adds text and hands it on. Raises ReplyTooLargeError before anything over the cap is handed on."""
        if not piece:
            return
        piece = piece.encode("utf-8", "replace").decode("utf-8")  # JSON can carry lone surrogates, no store takes them
        self._chars += len(piece)
        if self._chars > self._max_chars:
            raise ReplyTooLargeError(f"the reply passed {self._max_chars} characters and was dropped")
        if self.first_text_at is None:
            self.first_text_at = asyncio.get_running_loop().time()
            self._patience.reschedule(None)
        self._parts.append(piece)
        if self._on_text is not None:
            try:
                await self._on_text(piece)
            except Exception as error:  # any error of the caller's goes back to the caller as it is
                raise _CallerFailedError(error) from error


Attempt = Callable[[Receiver], Awaitable[None]]


class BoundedCall:
    """One call of a model within limits."""

    def __init__(self, model: str, request: ModelRequest, limits: Limits, secrets: tuple[str, ...] = ()) -> None:
        self._model = model
        self._request = request
        self._limits = limits
        self._secrets = secrets
        self._billed: list[Usage] = []
        self._attempts = 0
        self._receiver: Receiver | None = None

    async def run(self, attempt: Attempt, on_text: OnText | None) -> ModelReply:
        """The whole reply. Raises ModelError with everything that may have been billed.

        A cancelled call stays cancelled, and an error of `on_text` stays itself; both carry a ModelError with the usage
        as their cause, so that the meter misses nothing.
        """
        loop = asyncio.get_running_loop()
        started = loop.time()
        allowed = min(self._request.deadline_s, self._limits.deadline_s)
        if not (math.isfinite(allowed) and allowed > 0):
            raise ModelError("timeout", f"{self._model}: no time left for a call", model=self._model, attempts=0)

        async def once(number: int) -> ModelReply:
            self._attempts = number
            patience = asyncio.timeout(None if on_text is None else self._limits.first_text_s)
            self._receiver = Receiver(self._limits.max_reply_chars, on_text, patience)
            return await self._once(attempt, self._receiver, patience, started)

        try:
            async with asyncio.timeout_at(started + allowed):
                return await with_retries(
                    once,
                    self._limits.retry,
                    deadline=started + allowed,
                    may_retry=lambda: self._receiver is None or not self._receiver.delivered,
                )
        except TimeoutError:
            raise self._abandoned("timeout", f"no whole reply within {allowed:g} s") from None
        except asyncio.CancelledError as cancelled:
            raise cancelled from self._abandoned("connection", "the caller went away")
        except _CallerFailedError as failed:
            raise failed.error from self._abandoned("connection", "the caller failed to take the text")

    async def _once(
        self, attempt: Attempt, receiver: Receiver, patience: asyncio.Timeout, started: float
    ) -> ModelReply:
        try:
            async with patience:
                await attempt(receiver)
            self._accept(receiver)
        except _CallerFailedError:
            raise
        except Exception as error:  # noqa: BLE001 - the port promises ModelError alone, whatever a library raises
            if patience.expired():
                known = self._refuse("timeout", f"no text within {self._limits.first_text_s:g} s")
            else:
                known = model_error(error, model=self._model, secrets=self._secrets)
            self._settle(receiver, may_be_billed=_may_be_billed(receiver, known.fault))
            known.attempts, known.model = self._attempts, self._model
            known.usage, known.tries = self._spent, self._tries
            raise known from None
        self._settle(receiver, may_be_billed=True)
        spent = self._spent
        assert spent is not None
        assert receiver.finish is not None
        first = receiver.first_text_at
        return ModelReply(
            receiver.text,
            spent,
            receiver.model or self._model,
            receiver.finish,
            asyncio.get_running_loop().time() - started,
            None if first is None else first - started,
            self._tries,
        )

    @property
    def _spent(self) -> Usage | None:
        """All that was billed; None when nothing was."""
        return sum(self._billed[1:], self._billed[0]) if self._billed else None

    @property
    def _tries(self) -> tuple[Usage, ...]:
        """What the single requests were billed, when there were several."""
        return tuple(self._billed) if len(self._billed) > 1 else ()

    def _accept(self, receiver: Receiver) -> None:
        """Raises ModelError unless the reply is whole and has text."""
        if receiver.refusal or receiver.finish == "content_filter":
            raise self._refuse("filtered", "the provider's content filter or the model itself refused to answer")
        if not receiver.began:
            raise self._refuse("bad_response", "the reply held no completion (a proxy's page, or no choices)")
        if receiver.finish is None:
            raise self._refuse("truncated", "the reply ended without a finish reason: it may be cut anywhere")
        if receiver.finish == "length":
            raise self._refuse("truncated", "the reply hit its token limit; raise the prompt's max_tokens")
        if not receiver.text.strip():
            raise self._refuse("bad_response", f"the reply was empty (finish reason {receiver.finish})")

    def _refuse(self, fault: ModelFault, text: str) -> ModelError:
        return ModelError(fault, f"{self._model}: {text}", model=self._model)

    def _abandoned(self, fault: ModelFault, text: str) -> ModelError:
        """The error of a call broken off from our side: the provider may bill its prompt and what it had written."""
        if self._receiver is not None:
            self._settle(self._receiver, may_be_billed=True)
        return ModelError(
            fault, f"{self._model}: {text}", model=self._model, attempts=self._attempts, usage=self._spent,
            tries=self._tries,
        )  # fmt: skip

    def _estimated(self, receiver: Receiver) -> Usage:
        model = receiver.model or self._model
        return Usage(
            input_tokens=estimate_messages(self._request.messages, model, wait=False),
            output_tokens=estimate_tokens(receiver.text, model, wait=False),
            estimated=True,
        )

    def _settle(self, receiver: Receiver, *, may_be_billed: bool) -> None:
        """Keeps what a try used among what the call was billed, once."""
        if receiver.settled:
            return
        receiver.settled = True
        usage = receiver.usage or (self._estimated(receiver) if may_be_billed else None)
        if usage is not None:
            self._billed.append(usage)


def _may_be_billed(receiver: Receiver, fault: ModelFault) -> bool:
    """Whether a provider may charge for a failed try: it had begun, its answer broke off, or we stopped waiting."""
    return receiver.began or fault == "timeout" or (receiver.accepted and fault in {"connection", "too_large"})
