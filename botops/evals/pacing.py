"""How fast a model is asked: so many calls at a time, so many a minute, and not at all while it asks to wait.

A `Pacer` stands before one model and is shared by every dialogue that the model answers. `PacedModel` puts it behind
the port `ChatModel`, so that a turn knows nothing of it; `DialogueClock` stands still while a dialogue waits, so that
neither a deadline nor a check of latency counts what is the run's own traffic. Seconds throughout.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from botops.domain.errors import ModelError
from botops.domain.ports import ChatModel, Clock, ModelReply, ModelRequest, OnText
from botops.domain.usage import Usage

MINUTE = 60.0
_BACKOFF = 0.5
_LONGEST_BACKOFF = 15.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a model may be asked: at most `calls` at a time, `requests` and `tokens` in any minute (None: as many as
    come). `max_wait` is how long a model that refuses calls is waited for."""

    calls: int = 8
    requests: int | None = None
    tokens: int | None = None
    max_wait: float = 120.0


class Window:
    """At most `most` units in any minute. What is larger than that by itself goes alone."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: deque[_Taken] = deque()
        self._sum = 0

    def wait(self, units: int, now: float) -> float:
        """How long until so many units may be taken."""
        while self._taken and self._taken[0].at <= now - MINUTE:
            old = self._taken.popleft()
            self._sum -= old.units
            old.counted = False
        over = self._sum + units - self._most
        if over <= 0 or not self._taken:
            return 0.0
        for taken in self._taken:
            over -= taken.units
            if over <= 0:
                return taken.at + MINUTE - now
        return self._taken[-1].at + MINUTE - now

    def take(self, units: int, now: float) -> _Taken:
        """Takes units; `correct` mends the count when more is known."""
        taken = _Taken(now, units)
        self._taken.append(taken)
        self._sum += units
        return taken

    def correct(self, taken: _Taken, units: int) -> None:
        """Says how many units it really was."""
        if taken.counted:
            self._sum += units - taken.units
            taken.units = units


@dataclass(slots=True)
class _Taken:
    at: float
    units: int
    counted: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A call's place: when it was taken, and its tokens as they were counted."""

    since: float
    tokens: _Taken | None


class Pacer:
    """The pace of one model.

    Calls at a time follow the model (additive increase, multiplicative decrease; Chiu and Jain, 1989): a refusal halves
    them, once for all calls that were under way together, and every answer adds its share of one, up to `pace.calls`. A
    refusal stops all calls for as long as the model asks (Retry-After), or for longer with each refusal in a row. A
    model that lets nothing through for `pace.max_wait`, or asks to wait longer, is given up: calls then fail at once
    until the time it asked for has passed.
    """

    def __init__(
        self,
        pace: Pace,
        tokens_of: Callable[[ModelRequest], int],
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """`tokens_of` estimates the tokens of a request; it is asked only when tokens are limited."""
        self.now, self._sleep = now, sleep
        self._pace = pace
        self._tokens_of = tokens_of
        self._requests = Window(pace.requests) if pace.requests else None
        self._tokens = Window(pace.tokens) if pace.tokens else None
        self._allowed = float(pace.calls)
        self._inside = 0
        self._first = asyncio.Lock()
        self._left = asyncio.Event()
        self._open_at = self._cut_at = -1.0
        self._refusals = 0
        self._refusing_since: float | None = None
        self._replies = self._reply_tokens = 0

    @property
    def allowed(self) -> int:
        """Calls at a time now."""
        return int(self._allowed)

    @property
    def max_wait(self) -> float:
        """How long a model that refuses calls is waited for."""
        return self._pace.max_wait

    async def enter(self, request: ModelRequest) -> Place:
        """A place for a call, first come first served. Raises ModelError when the model is given up."""
        tokens = 0
        if self._tokens is not None:
            tokens = self._tokens_of(request) + self._reply_tokens // max(1, self._replies)
        async with self._first:
            while True:
                self._stop_waiting()
                if self._inside >= self.allowed:
                    self._left.clear()
                    await self._left.wait()
                    continue
                wait = self._wait(tokens)
                if wait <= 0:
                    break
                await self._sleep(wait)
            self._inside += 1
            now = self.now()
            if self._requests is not None:
                self._requests.take(1, now)
            return Place(now, self._tokens.take(tokens, now) if self._tokens is not None else None)

    def leave(self, place: Place, usage: Usage | None) -> None:
        """Gives a place back; `usage` is what the call used, None when that is not known."""
        self._inside -= 1
        self._left.set()
        if place.tokens is not None and self._tokens is not None and usage is not None:
            self._tokens.correct(place.tokens, usage.total_tokens)

    def answered(self, place: Place, usage: Usage) -> None:
        """The model answered: a little more may be asked of it."""
        self._replies += 1
        self._reply_tokens += usage.output_tokens
        self._allowed = min(float(self._pace.calls), self._allowed + 1 / self._allowed)
        if place.since >= self._cut_at:
            self._refusals, self._refusing_since = 0, None

    def refused(self, place: Place, retry_after: float | None) -> float:
        """The model refused a call; returns when it may be asked again, on the clock of `now`."""
        now = self.now()
        if place.since >= self._cut_at:
            self._allowed = max(1.0, self._allowed / 2)
            self._cut_at = now
            self._refusals += 1
        if self._refusing_since is None:
            self._refusing_since = now
        backoff = min(_LONGEST_BACKOFF, _BACKOFF * 2.0 ** min(self._refusals - 1, 30))
        self.pause(max(backoff, retry_after or 0.0))
        return self._open_at

    def pause(self, seconds: float) -> None:
        """Asks the model nothing for so long."""
        self._open_at = max(self._open_at, self.now() + seconds)

    def gives_up(self) -> bool:
        """True when waiting until the model may be asked again would be too long."""
        since = self.now() if self._refusing_since is None else self._refusing_since
        return self._open_at - since > self._pace.max_wait

    def _stop_waiting(self) -> None:
        left = self._open_at - self.now()
        if left > 0 and self.gives_up():
            raise ModelError(
                "rate_limited",
                f"not asked: the model refuses calls and may be asked again in {left:.0f} s (--max-wait "
                f"{self._pace.max_wait:g}); run again later with --resume",
                attempts=0,
                retry_after=left,
            )

    def _wait(self, tokens: int) -> float:
        now = self.now()
        wait = self._open_at - now
        if self._requests is not None:
            wait = max(wait, self._requests.wait(1, now))
        if self._tokens is not None:
            wait = max(wait, self._tokens.wait(tokens, now))
        return wait


class DialogueClock:
    """The clock of a dialogue: durations leave out what was `skipped`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.skipped = 0.0

    def now(self) -> datetime:
        """The moment of the clock behind it."""
        return self._clock.now()

    def monotonic(self) -> float:
        """Seconds that never run backwards, without those skipped."""
        return self._clock.monotonic() - self.skipped


class PacedModel:
    """A model that is asked at a pacer's pace.

    A refused call (429) is asked again when the model may be asked; all tries together keep the request's deadline.
    Only the try that counts is time of the dialogue's `clock`.
    """

    def __init__(self, inner: ChatModel, pacer: Pacer, clock: DialogueClock | None = None) -> None:
        self._inner, self._pacer, self._clock = inner, pacer, clock

    @property
    def name(self) -> str:
        """The inner model's name."""
        return self._inner.name

    @property
    def simulated(self) -> bool:
        """Whether the inner model is a simulated one."""
        return self._inner.simulated

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> ModelReply:
        """The inner model's reply. Raises ModelError as it does, and when the model refuses calls for too long."""
        call = _PacedCall(self._inner, self._pacer, self._clock, on_text)
        try:
            reply = await call.reply(request)
        except ModelError as error:
            error.usage = call.with_spent(error.usage)
            raise
        return replace(reply, usage=call.with_spent(reply.usage) or reply.usage)

    async def aclose(self) -> None:
        """Closes the inner model's connections, where it has some."""
        close = getattr(self._inner, "aclose", None)
        if close is not None:
            await close()


class _PacedCall:
    """One call with all its tries."""

    def __init__(self, inner: ChatModel, pacer: Pacer, clock: DialogueClock | None, on_text: OnText | None) -> None:
        self._inner, self._pacer, self._clock, self._on_text = inner, pacer, clock, on_text
        self._since = pacer.now()
        self._first_refusal: float | None = None
        self._spent: Usage | None = None
        self._heard = False

    def with_spent(self, usage: Usage | None) -> Usage | None:
        """A usage with that of the refused tries."""
        if self._spent is None or usage is None:
            return usage or self._spent
        return self._spent + usage

    async def reply(self, request: ModelRequest) -> ModelReply:
        """The reply, asked for as often as the model refuses and may be waited for."""
        left = request.deadline_s
        while True:
            place = await self._pacer.enter(request)
            if self._clock is not None:
                self._clock.skipped += place.since - self._since
            self._since = place.since
            try:
                return await self._try(replace(request, deadline_s=left), place)
            except ModelError as error:
                if error.fault != "rate_limited" or not self._worth_waiting(error, place):
                    raise
                self._spent = self.with_spent(error.usage)
            left -= self._pacer.now() - place.since

    async def _try(self, request: ModelRequest, place: Place) -> ModelReply:
        used: Usage | None = None
        try:
            reply = await self._inner.complete(request, None if self._on_text is None else self._hear)
            used = reply.usage
            self._pacer.answered(place, used)
        except ModelError as error:
            used = error.usage or Usage()
            if error.fault != "rate_limited" and error.retry_after:
                self._pacer.pause(error.retry_after)
            raise
        finally:
            self._pacer.leave(place, used)
        return reply

    def _worth_waiting(self, error: ModelError, place: Place) -> bool:
        self._first_refusal = self._first_refusal or self._pacer.now()
        again = self._pacer.refused(place, error.retry_after)
        too_long = again - self._first_refusal > self._pacer.max_wait or self._pacer.gives_up()
        return not (too_long or self._heard)

    async def _hear(self, text: str) -> None:
        # What has been heard cannot be unsaid: from here on no further try may be made.
        self._heard = True
        assert self._on_text is not None
        await self._on_text(text)
