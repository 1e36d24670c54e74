"""What rows of every format become first: who said what, when, and what is expected of the reply."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from botops.evals.importing.entry import Entry

Speaker = Literal["user", "assistant", "tool"]

_SECONDS = re.compile(r"[0-9]{9,13}")
_MILLISECONDS_FROM = 10**11
"""Seconds since 1970 reach this number in the year 5138; larger ones are milliseconds."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message, and when it was said where that is known. `expect` are checks asked of the reply to a client's
    message, as a suite's file has them; `origin` is that of a case that begins with it, when it has one of its own."""

    role: Speaker
    text: str
    expect: tuple[Any, ...] = ()
    at: datetime | None = None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """A dialogue or a test of another tool.

    `kind` and `key` (its id there, None when it has none) make the ids of its cases; `origin` says where it comes from.
    `asked` is about the reply to the last client's message alone, what was said before belonging to the question;
    otherwise a dialogue was recorded. `known` are the case's circumstances (language, channel, region, segment, owner)
    and keys that begin with `x-`. `at` may be naive. `thread` joins rows that are turns of one dialogue; `name` makes
    the id of a row without a key readable.
    """

    entry: Entry
    kind: str
    said: tuple[Said, ...]
    key: str | None = None
    origin: str = ""
    at: datetime | None = None
    tags: tuple[str, ...] = ()
    known: Mapping[str, str] = field(default_factory=dict)
    asked: bool = False
    thread: str | None = None
    name: str = ""


def time_of(entry: Entry | None) -> datetime | None:
    """A time in ISO 8601, or in seconds or milliseconds since 1970. Raises UserError that points at anything else."""
    if entry is None:
        return None
    value = entry.unpacked().data
    try:
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return _since_1970(float(value))
        if isinstance(value, str):
            text = value.strip()
            if _SECONDS.fullmatch(text):
                return _since_1970(float(text))
            return datetime.fromisoformat(text) if text else None
    except (ValueError, OverflowError, OSError):
        pass  # said below, for every way of being no time
    raise entry.fault("no time: one like 2026-07-15T10:02:00+05:00 is needed", "bad-time")


def _since_1970(number: float) -> datetime:
    return datetime.fromtimestamp(number / 1000 if abs(number) >= _MILLISECONDS_FROM else number, UTC)


def text_of(entry: Entry | None) -> str | None:
    """A text or a number that is there, without spaces around it; None otherwise."""
    text = entry.text() if entry is not None else None
    return text.strip() or None if text is not None else None


def texts_of(entry: Entry | None) -> tuple[str, ...]:
    """A list of texts, also one written as JSON or with commas."""
    if entry is None:
        return ()
    entry = entry.unpacked()
    listed = [text_of(item) for item in entry.items()]
    if isinstance(entry.data, str):
        listed = [part.strip() for part in entry.data.split(",")]
    return tuple(dict.fromkeys(text for text in listed if text))
