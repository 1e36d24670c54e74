"""The one retry loop. No client library below retries by itself."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from botops.domain.errors import RETRYABLE, ModelError, ModelFault

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently a failed call is tried again.

    `attempts` counts calls, the first included. The wait before attempt n + 1 is `base_s` x 2^(n-1), at most `cap_s`,
    times a random share between one half and one, so that many callers do not return in step. Seconds throughout.
    `faults` are those that are tried again; `on_retry` is told the failure before each further try.
    """

    attempts: int = 3
    base_s: float = 0.5
    cap_s: float = 8.0
    random: Callable[[], float] = random.random
    faults: frozenset[ModelFault] = RETRYABLE
    on_retry: Callable[[ModelError], None] = lambda error: None

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError(f"attempts must be at least 1, not {self.attempts}")

    def wait_s(self, failed: int, retry_after: float | None) -> float:
        """Seconds to wait after `failed` failed calls; never less than what the provider asked for."""
        backoff = min(self.cap_s, self.base_s * 2.0 ** min(failed - 1, 30)) * (0.5 + self.random() / 2)
        return max(backoff, retry_after or 0.0)


async def with_retries(
    once: Callable[[int], Awaitable[T]],
    policy: RetryPolicy,
    *,
    deadline: float,
    may_retry: Callable[[], bool],
) -> T:
    """The result of `once(attempt)`, tried again after faults that a second try may cure.

    `deadline` is on the running loop's clock. When the next try could not start before it, the failure is raised at
    once: waiting would only turn a clear fault into a time-out. `may_retry` turns false when text has left.
    """
    loop = asyncio.get_running_loop()
    attempt = 1
    while True:
        try:
            return await once(attempt)
        except ModelError as error:
            if error.fault not in policy.faults or attempt >= policy.attempts or not may_retry():
                raise
            wait = policy.wait_s(attempt, error.retry_after)
            if loop.time() + wait >= deadline:
                raise
            policy.on_retry(error)
        await asyncio.sleep(wait)
        attempt += 1
