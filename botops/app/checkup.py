"""What the doctor says of one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from botops.domain.errors import BotopsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: its state, what was seen, and the remedy when it is not well."""

    name: str
    state: Literal["ok", "warning", "error"]
    detail: str
    remedy: str = ""


def guarded(name: str, look: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    """What a look finds; its own fault is a finding too, and keeps nobody from looking at the rest."""
    try:
        yield from look()
    except BotopsError as error:
        yield Check(name, "error", str(error), "mend what is named, then again")
