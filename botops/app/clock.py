"""The clocks: the machine's, and one that is set by hand."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """The machine's time. The only place that reads it."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic()


class SetClock:
    """A clock that stands where it is put, for living past weeks; durations are still the machine's."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """The moment it was set to, in UTC."""
        return self.at.astimezone(UTC)

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic()
