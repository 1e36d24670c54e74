"""Passwords are compared a few at a time, and few wait for it: each comparison takes 64 MiB and a core."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from botops.domain.errors import SignInError
from botops.domain.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
AT_ONCE = 2
WAITING = 20
"""How many may wait: more than sign in at the same moment where nobody means harm, and all done in seconds."""
RETRY_S = 5
"""Seconds after which who was not let wait may try again."""


class Comparisons:
    """The place where passwords are compared: `at_once` at the same time, `waiting` more wait without holding a
    thread."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._most = at_once + waiting
        self._inside = 0

    async def done(self, work: Callable[[], T]) -> T:
        """What `work` gives, done in a thread when its turn comes. Raises SignInError, with nothing looked at or
        counted, when too many wait already."""
        if self._inside >= self._most:
            raise SignInError(f"too many sign-ins are waiting: try again in {RETRY_S} s", RETRY_S).told_as(
                Refusal.SIGN_INS_WAIT, n=str(RETRY_S)
            )
        self._inside += 1
        try:
            async with self._free:
                return await asyncio.to_thread(work)
        finally:
            self._inside -= 1
