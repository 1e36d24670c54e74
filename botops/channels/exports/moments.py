"""Times as messengers, spreadsheets and people write them, in the formats of the usual locales."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from itertools import pairwise
from typing import Literal, get_args

Order = Literal["dmy", "mdy", "ymd"]
ORDERS: tuple[Order, ...] = get_args(Order)

INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Marks of direction and width that phones put around dates and names."""
_BLANKS = re.compile(r"\s+")
DATE = r"\d{1,4}[./\-]\s?\d{1,2}[./\-]\s?\d{1,4}\.?"
CLOCK = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?[ap]\.?\s?m\b\.?)?"
_CLOCK = r"(?P<h>\d{1,2})[:.](?P<m>\d{2})(?:[:.](?P<s>\d{2})(?:[.,]\d{1,9})?)?(?:\s?(?P<half>[ap])\.?\s?m\b\.?)?"
_OFFSET = r"(?:\s?(?P<zone>Z|(?:UTC|GMT)?\s?[+-]\d{1,2}(?::?\d{2})?|UTC|GMT))?"
_TAIL = rf"(?:[,\sT]*(?:(?:в|at|сағ\.?|сағат)\s)?{_CLOCK}{_OFFSET})?"
_FIGURES = re.compile(
    rf"(?P<date>(?P<a>\d{{1,4}})[./\-]\s?(?P<b>\d{{1,2}})[./\-]\s?(?P<c>\d{{1,4}})\.?){_TAIL}", re.IGNORECASE
)
_WORD = r"(?P<month>[^\W\d_]{3,})\.?"
_NAMED = tuple(
    re.compile(rf"(?:[^\W\d_]+\.?,?\s)?{head}{_TAIL}", re.IGNORECASE)
    for head in (
        rf"(?P<day>\d{{1,2}})[\s\-]{_WORD},?[\s\-](?P<year>\d{{4}})(?:\s?(?:г|ж|года|жылы?)\.?)?",  # 15 июля 2026 г.
        rf"{_WORD}\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>\d{{4}})",  # Jul 15, 2026
        rf"(?P<year>\d{{4}})\s?(?:ж|г|жылғы)\.?,?\s(?P<day>\d{{1,2}})\s{_WORD}",  # 2026 ж. 15 шілде
    )
)
_SINCE_1970 = re.compile(r"\d{9,10}(?:\.\d+)?|\d{12,13}")
_MILLISECONDS_FROM = 10**11
"""Seconds since 1970 reach this number in the year 5138; larger ones are milliseconds."""
_CENTURY = 2000
_YEARS = range(2000, 2200)
"""Chats are of these; what falls outside is a slip, or a number that is no time."""
_SERIALS = (36_526, 109_575)
"""Days of spreadsheets in these years; as seconds they would all be of the first two days of 1970."""
_FIRST_SERIAL = datetime(1899, 12, 30)  # noqa: DTZ001  a spreadsheet's day names no zone


def tidy(text: str) -> str:
    """A text without invisible marks, with plain single blanks."""
    return _BLANKS.sub(" ", INVISIBLE.sub("", text)).strip()


def moment_of(text: str, order: Order = "dmy") -> datetime | None:
    """The time a text says, naive when it names no zone; None when it says none, or one that is surely a slip. `order`
    is that of day, month and year where they are written in figures and the year does not come first."""
    found = _said(tidy(text), order)
    return found if found is not None and likely(found) else None


def likely(moment: datetime) -> bool:
    """False for a time no chat can be of, as the year 1."""
    return moment.year in _YEARS


def _said(text: str, order: Order) -> datetime | None:
    if _SINCE_1970.fullmatch(text):
        return since_1970(float(text))
    try:
        if len(text) > 10 and text[4:5] == "-":
            return datetime.fromisoformat(text)
    except ValueError:
        pass  # one of the forms below, perhaps
    if found := _FIGURES.fullmatch(text):
        return _made(found, *_figures(found, order))
    for pattern in _NAMED:
        if (found := pattern.fullmatch(text)) and (month := _months().get(found["month"].casefold()[:3])):
            return _made(found, int(found["year"]), month, int(found["day"]))
    return None


def since_1970(number: float) -> datetime | None:
    """A time given in seconds or milliseconds since 1970; None when it is surely none."""
    try:
        found = datetime.fromtimestamp(number / 1000 if abs(number) >= _MILLISECONDS_FROM else number, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return found if likely(found) else None


def of_number(number: float) -> datetime | None:
    """A time in a cell that holds a bare number: the day of a spreadsheet (45981.5 is 20 November 2025, noon), else
    seconds or milliseconds since 1970; None when it is surely none."""
    if _SERIALS[0] <= number < _SERIALS[1]:
        return (_FIRST_SERIAL + timedelta(days=number)).replace(microsecond=0)
    return since_1970(number)


def order_of(texts: Iterable[str]) -> tuple[Order | None, bool]:
    """The order of day, month and year that dates in figures are written in, and whether that is certain; None when no
    text is such a date.

    A number above 12 gives it away. Where none does, dates in the order of the file that never run back decide; else
    what has dots begins with the day, a slash with `AM` or `PM` is American, and other slashes are most likely not.
    """
    found = [match for match in map(_FIGURES.fullmatch, map(tidy, texts)) if match]
    written = [match for match in found if len(match["a"]) < 3]
    if not written:
        return ("ymd", True) if found else (None, True)
    first, second = ([int(match[name]) for match in written] for name in "ab")
    if max(first) > 12 or max(second) > 12:
        # Both above 12: two-digit years in front, as 26-11-20, which no usual locale writes; the day it is.
        return ("mdy" if max(first) <= 12 else "dmy"), not (max(first) > 12 and max(second) > 12)
    day_first, month_first = (_runs_back(written, order) for order in ORDERS[:2])
    if day_first != month_first:
        return ("dmy", True) if day_first < month_first else ("mdy", True)
    slashed = "/" in written[0]["date"]
    american = any(match["half"] for match in written) and slashed
    return ("mdy" if american else "dmy"), not slashed  # with dots or dashes nobody writes the month first


def _runs_back(written: list[re.Match[str]], order: Order) -> int:
    """How often a date is earlier than the one before it."""
    days = [_figures(match, order) for match in written]
    return sum(after < before for before, after in pairwise(days))


def _figures(found: re.Match[str], order: Order) -> tuple[int, int, int]:
    a, b, c = (int(found[name]) for name in "abc")
    if len(found["a"]) > 2 or order == "ymd":
        return _year(a), b, c
    return (_year(c), a, b) if order == "mdy" else (_year(c), b, a)


def _year(number: int) -> int:
    return number + _CENTURY if number < 100 else number


def _made(found: re.Match[str], year: int, month: int, day: int) -> datetime | None:
    hour, minute, second = (int(found[name] or 0) for name in ("h", "m", "s"))
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].casefold() == "p" else 0)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=_zone(found["zone"]))
    except ValueError:
        return None


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    figures = re.sub(r"[^\d+-]", "", text)
    if not figures:
        return UTC
    digits = figures[1:].rjust(2, "0") if len(figures) <= 3 else figures[1:].rjust(4, "0")
    length = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(-length if figures[0] == "-" else length)


@cache
def _months() -> dict[str, int]:
    """Months by the first three letters of their names in ru, kk and en, in every form a locale writes."""
    from babel.dates import get_month_names  # noqa: PLC0415  only dates in words need it

    found: dict[str, int] = {}
    for language in ("ru", "kk", "en"):
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in get_month_names(width, context, language).items():
                    found.setdefault(name.casefold()[:3], number)
    return found
