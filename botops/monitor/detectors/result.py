"""What a detector says of a series."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from botops.monitor.detectors.counts import Key
from botops.monitor.detectors.settings import Direction

Measure = Literal["rate", "each", "total", "units"]


class State(StrEnum):
    """How a series stands after its last portion."""

    LEARNING = "learning"
    """Too few days or units to know what is usual, or nothing to judge in the last portion."""
    QUIET = "quiet"
    RAISED = "raised"
    """An alarm began with the last portion."""
    STANDING = "standing"
    """An alarm that began before still stands."""
    OVER = "over"
    """An alarm ended with the last portion."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen and what was to be expected, over some days.

    For a rate `events` of `units`, and `expected` events. For an amount `events` is the amount, `expected` the usual
    one.
    """

    events: float
    units: int
    expected: float
    days: int = 1

    @property
    def value(self) -> float | None:
        """Events per unit; None without units."""
        return self.events / self.units if self.units else None


@dataclass(frozen=True, slots=True)
class Result:
    """What a series shows. `last` is its last portion, `change` all since the change began.

    `since` is the portion in which the change probably began, `raised` the one that raised the alarm, `days_between`
    how many days lie between such alarms where nothing changed: how sure it is. `by` says which rule saw it: a drift
    over several portions or the burst of one. `withdrawn` is an alarm told before that corrected figures no longer
    bear out, `missed` are alarms that began and ended among the new portions, before anybody looked.
    """

    series: str
    measure: Measure
    direction: Direction
    state: State
    at: Key | None
    usual: float | None = None
    last: Seen | None = None
    change: Seen | None = None
    since: Key | None = None
    raised: Key | None = None
    by: Literal["drift", "burst"] | None = None
    days_between: float | None = None
    height: float = 0.0
    threshold: float | None = None
    history_days: int = 0
    withdrawn: Key | None = None
    missed: tuple[Key, ...] = ()

    @property
    def alarmed(self) -> bool:
        """True while an alarm stands."""
        return self.state in {State.RAISED, State.STANDING}

    @property
    def identity(self) -> str | None:
        """Names the alarm, the same however often it is worked out; None without one."""
        if self.raised is None:
            return None
        day, hour = self.raised
        return f"{self.series}:{day.isoformat()}" + (f"T{hour:02d}" if hour >= 0 else "")

    @property
    def began(self) -> date | None:
        """The day on which the change probably began."""
        return self.since[0] if self.since else None
