"""For whom and when a split holds: facts about leads, and the days it runs."""

from __future__ import annotations

from datetime import date, datetime, time, tzinfo
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from botops.config import Strict
from botops.domain.messages import Language
from botops.domain.prompts import Lead

Fact = Annotated[str, Field(min_length=1, max_length=200)]


def _moment(value: object) -> date:
    """A day, or a moment with its offset. Raises ValueError with how to write one."""
    if isinstance(value, str):
        value = _read(value)
    if not isinstance(value, date):
        raise ValueError(f"a day or a moment is expected: {_WRITE}")  # noqa: TRY004 - pydantic reports ValueError
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError(f"the moment has no offset from UTC: {_WRITE}")
    return value


def _read(text: str) -> date:
    try:
        return date.fromisoformat(text) if len(text) <= len("2026-12-01") else datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"`{text[:40]}` is no day or moment: {_WRITE}") from None


_WRITE = "write a day as 2026-12-01, or a moment with its offset as 2026-12-01T09:00:00+05:00"

Moment = Annotated[datetime | date, BeforeValidator(_moment)]
"""A moment with its offset, or a day: its first moment in the company's time zone."""


def moment(when: date, zone: tzinfo) -> datetime:
    """The moment itself, or the one a day begins with in a time zone."""
    return when if isinstance(when, datetime) else datetime.combine(when, time.min, zone)


class Targeting(Strict):
    """Which leads take part in a split: those that match every list that is not empty. A fact that is not known
    matches no list.

    `visitors: [new]` are leads in their first dialogue. A lead that was served a variant keeps it, whatever becomes of
    these facts.
    """

    channels: tuple[Fact, ...] = ()
    languages: tuple[Language, ...] = ()
    regions: tuple[Fact, ...] = ()
    sources: tuple[Fact, ...] = ()
    visitors: tuple[Literal["new", "returning"], ...] = ()

    def matches(self, lead: Lead) -> bool:
        """True when the lead takes part."""
        return (
            (not self.channels or lead.channel in self.channels)
            and (not self.languages or lead.language in self.languages)
            and (not self.regions or lead.region in self.regions)
            and (not self.sources or lead.source in self.sources)
            and (not self.visitors or _visitor(lead.returning) in self.visitors)
        )


def _visitor(returning: bool | None) -> str | None:
    return None if returning is None else "returning" if returning else "new"
