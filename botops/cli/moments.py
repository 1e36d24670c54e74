"""Moments as people write them in options: a span from now, or a day of the company's."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from botops.app.periods import refuse_ancient

if TYPE_CHECKING:
    from botops.config import Settings

_SPAN = re.compile(r"(\d{1,4})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def moment_before(now: datetime, text: str, settings: Settings, option: str = "--since") -> datetime:
    """The moment that is written as a span back from now or as a day of the company's, at its beginning."""
    span = _span(text)
    if span is not None:
        return now - span
    return _day(text, settings, f"{option} {text!r}: write 7d, 12h or 2w, or a day as 2026-11-01")


def moment_ahead(now: datetime, text: str, settings: Settings, option: str = "--at") -> datetime:
    """The moment that is written as a span ahead of now (`+14d`) or as a day of the company's, at its beginning."""
    span = _span(text.removeprefix("+")) if text.startswith("+") else None
    if span is not None:
        return now + span
    return _day(text, settings, f"{option} {text!r}: write +14d, +12h or +2w, or a day as 2026-12-01")


def _span(text: str) -> timedelta | None:
    match = _SPAN.fullmatch(text.strip())
    return timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else None


def _day(text: str, settings: Settings, refusal: str) -> datetime:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise click.UsageError(refusal) from None
    refuse_ancient(day)
    return datetime.combine(day, time(), ZoneInfo(settings.company.timezone)).astimezone(UTC)
