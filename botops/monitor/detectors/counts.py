"""What detectors are fed: the counts and amounts of a day, or of an hour of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, Self

Key = tuple[date, int]
"""Day and hour of a portion; -1 stands for the whole day. Portions are fed by it and put right by it."""
_DAY = -1


class Portion(Protocol):
    """A whole day of a series, or an hour of it, by the calendar of the company."""

    @property
    def day(self) -> date:
        """Day by the company's calendar."""
        ...

    @property
    def hour(self) -> int | None:
        """Hour of the day, 0-23; None for the whole day. Where clocks are put back, both hours are one portion."""
        ...

    @property
    def units(self) -> int:
        """Units counted: replies, dialogues."""
        ...

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        ...


@dataclass(frozen=True, slots=True)
class Count:
    """`events` of `units`: replies with a finding, dialogues handed over."""

    day: date
    events: int
    units: int
    hour: int | None = None

    def __post_init__(self) -> None:
        _check(self)
        if not 0 <= self.events <= self.units:
            raise ValueError(f"{self.day}: {self.events} events of {self.units} units: there cannot be more")

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {**_plain_key(self), "events": self.events, "units": self.units}

    @classmethod
    def of_plain(cls, held: Mapping[str, Any]) -> Self:
        """Back from `plain`."""
        return cls(date.fromisoformat(held["day"]), held["events"], held["units"], held.get("hour"))

    @classmethod
    def together(cls, day: date, parts: Iterable[Count]) -> Count:
        """The hours of a day as one."""
        held = list(parts)
        return Count(day, sum(p.events for p in held), sum(p.units for p in held))


@dataclass(frozen=True, slots=True)
class Amount:
    """`total` of `units`: the cost of a day's dialogues in pico-dollars, an exact integer. For a volume `total` is 0
    and only the units count.

    `logs` and `squares` are the sums of ln(cost) and of its square over the `priced` dialogues that cost anything; the
    form that looks dialogue by dialogue needs them.
    """

    day: date
    units: int
    total: int = 0
    priced: int = 0
    logs: float = 0.0
    squares: float = 0.0
    hour: int | None = None

    def __post_init__(self) -> None:
        _check(self)
        if self.total < 0 or not 0 <= self.priced <= self.units:
            raise ValueError(f"{self.day}: a total of {self.total} and {self.priced} priced of {self.units} units")
        if not (math.isfinite(self.logs) and math.isfinite(self.squares)):
            raise ValueError(f"{self.day}: the sums of logarithms must be finite numbers")

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        sums = {"priced": self.priced, "logs": self.logs, "squares": self.squares} if self.priced else {}
        return {**_plain_key(self), "units": self.units, "total": self.total, **sums}

    @classmethod
    def of_plain(cls, held: Mapping[str, Any]) -> Self:
        """Back from `plain`."""
        sums = (held.get("priced", 0), held.get("logs", 0.0), held.get("squares", 0.0))
        return cls(date.fromisoformat(held["day"]), held["units"], held["total"], *sums, held.get("hour"))

    @classmethod
    def together(cls, day: date, parts: Iterable[Amount]) -> Amount:
        """The hours of a day as one."""
        held = list(parts)
        whole = (sum(p.units for p in held), sum(p.total for p in held), sum(p.priced for p in held))
        return Amount(day, *whole, math.fsum(p.logs for p in held), math.fsum(p.squares for p in held))


def key_of(portion: Portion) -> Key:
    """Where a portion stands in its series."""
    return portion.day, _DAY if portion.hour is None else portion.hour


def _plain_key(portion: Portion) -> dict[str, Any]:
    hour = {} if portion.hour is None else {"hour": portion.hour}
    return {"day": portion.day.isoformat(), **hour}


def _check(portion: Portion) -> None:
    if portion.units < 0:
        raise ValueError(f"{portion.day}: {portion.units} units: a count cannot be negative")
    if portion.hour is not None and not 0 <= portion.hour <= 23:
        raise ValueError(f"{portion.day}: hour {portion.hour} is not one of 0-23")
