"""Windows and ages by a clock that was set back or ahead.

A clock that is set two hours ahead makes the last two hours look empty and every wait two hours longer; one that is set
back hides the last hours in the future. What passes for time here is the machine's own steady count: it tells when the
clock was set, and by how much. Only what a process has seen itself is known: after a restart its clock is believed.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=1)
"""A clock is corrected by less all the time."""
_KEPT = 20
_LONG_AGO = timedelta(days=3650)


@dataclass(slots=True)
class _Stretch:
    """A stretch of time over which the clock ran steadily, by what it showed."""

    since: datetime
    until: datetime
    counted: float


class Steadiness:
    """What a clock was seen to do. Not for several threads at once."""

    def __init__(self) -> None:
        self._past: deque[_Stretch] = deque(maxlen=_KEPT)
        self._now: _Stretch | None = None

    def observe(self, now: datetime, monotonic: float) -> timedelta | None:
        """Notes what the clock shows and the machine's count of seconds; by how much the clock was set, if it was."""
        current = self._now
        if current is None:
            self._now = _Stretch(now - _LONG_AGO, now, monotonic)
            return None
        expected = current.until + timedelta(seconds=monotonic - current.counted)
        if abs(now - expected) <= TOLERANCE:
            current.until, current.counted = now, monotonic
            return None
        current.until = expected
        self._past.append(current)
        self._now = _Stretch(now, now, monotonic)
        return now - expected

    def window(self, span: timedelta, now: datetime) -> tuple[tuple[datetime, datetime], ...]:
        """The stretches of clock time that make up the last `span`, the latest first, ends left out."""
        found = []
        for stretch in self._stretches(now):
            since = max(stretch.since, stretch.until - span)
            if since < stretch.until:
                found.append((since, stretch.until))
            span -= stretch.until - since
            if span <= timedelta():
                break
        return tuple(found)

    def age(self, at: datetime, now: datetime) -> timedelta:
        """How long ago a moment was that the clock showed; nothing for one it has not shown yet."""
        later = timedelta()
        for stretch in self._stretches(now):
            if stretch.since <= at <= stretch.until:
                return later + stretch.until - at
            later += stretch.until - stretch.since
        return timedelta() if at > now else later

    def _stretches(self, now: datetime) -> tuple[_Stretch, ...]:
        if self._now is None:
            return (_Stretch(now - _LONG_AGO, now, 0.0),)
        return (_Stretch(self._now.since, max(now, self._now.since), 0.0), *reversed(self._past))
