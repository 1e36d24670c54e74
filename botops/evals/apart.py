"""Replies judged apart from the event loop, on the clock of their dialogue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from botops.domain.findings import Verdict
from botops.domain.messages import Message
from botops.domain.ports import Guard
from botops.evals.pacing import DialogueClock


@runtime_checkable
class GuardApart(Guard, Protocol):
    """A guard that can judge in another process."""

    async def judge_apart(
        self, messages: Sequence[Message], *, at: datetime, region: str | None, segment: str | None
    ) -> tuple[Verdict, float]:
        """The verdict as of `judge`, and the seconds it took without the wait for its turn."""
        ...


class DialogueGuard:
    """The port `AwaitedGuard` for one dialogue. Its replies waiting for those of others is no time of it."""

    def __init__(self, guard: GuardApart, clock: DialogueClock) -> None:
        self._guard, self._clock = guard, clock

    def judge(
        self, messages: Sequence[Message], *, at: datetime, region: str | None = None, segment: str | None = None
    ) -> Verdict:
        """The verdict, made here."""
        return self._guard.judge(messages, at=at, region=region, segment=segment)

    async def verdict(
        self, messages: Sequence[Message], *, at: datetime, region: str | None = None, segment: str | None = None
    ) -> Verdict:
        """The verdict, made apart."""
        started = self._clock.monotonic()
        verdict, seconds = await self._guard.judge_apart(messages, at=at, region=region, segment=segment)
        self._clock.skipped += max(0.0, self._clock.monotonic() - started - seconds)
        return verdict
