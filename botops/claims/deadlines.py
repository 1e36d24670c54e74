"""Until when: the last day a sentence names, as said on a day ("до пятницы", "на три дня", "end of the month")."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from botops.claims.context import ParsedMessage
from botops.claims.dates import Dated, day_of
from botops.claims.promise_words import pattern
from botops.claims.weekdays import days_in_word

_DAYS = {"hour": 0, "day": 1, "week": 7, "month": 30}
_TODAY = frozenset("сегодня бүгін today tonight".split())
_WEEK = ("недел", "апта", "week")
_MONTH = ("месяц", "ай", "month")
_YEAR = ("год", "жыл", "year")
_NEAR = 2
_MOST_DAYS = 1100


def deadline(message: ParsedMessage, start: int, end: int, today: date) -> date | None:
    """The last day named between two offsets of a message said on `today`; None when none is, or it lies behind."""
    found = (
        _end_of(message, start, end, today),
        _dated(message, start, end, today),
        _weekday(message, start, end, today),
        _after(message, start, end, today),
    )
    day = next((d for d in found if d is not None), None)
    return day if day is not None and day >= today else None


def _end_of(message: ParsedMessage, start: int, end: int, today: date) -> date | None:
    """ "До конца недели", "апта соңына дейін", "by the end of July": the word for the end stands beside its period."""
    match = pattern("end_of").search(message.folded, start, end)
    if match is None:
        return None
    place = message.reading.word_at(match.start())
    last = message.reading.word_at(match.end())
    words = message.words[max(0, place - 1) : last + _NEAR]
    month = next((d for d in message.dates if len(d.months) == 1 and d.day is None and words[0].start <= d.start), None)
    if month is not None and month.start < words[-1].end:
        first = day_of(month, today)
        return first and first.replace(day=monthrange(first.year, first.month)[1])
    for word in words:
        if word.text.startswith(_WEEK):
            return _later(today, 6 - today.weekday())
        if word.text.startswith(_YEAR):
            return today.replace(month=12, day=31)
        if word.text.startswith(_MONTH) and not word.text.startswith("айна"):
            return today.replace(day=monthrange(today.year, today.month)[1])
    return today if any(w.text.startswith(("дня", "күн", "day")) for w in words) else None


def _dated(message: ParsedMessage, start: int, end: int, today: date) -> date | None:
    dates: list[Dated] = [d for d in message.dates if start <= d.start < end]
    days = [day for d in dates if (day := day_of(d, today)) is not None]
    return max(days, default=None)


def _weekday(message: ParsedMessage, start: int, end: int, today: date) -> date | None:
    """The next day of that name; today's own name means a week from now."""
    days = [days_in_word(w.text) for w in message.words if start <= w.start < end]
    named = [next(iter(d)) for d in days if len(d) == 1]
    if named:
        return _later(today, (named[-1] - today.weekday() - 1) % 7 + 1)
    return today if any(w.text in _TODAY for w in message.words if start <= w.start < end) else None


def _after(message: ParsedMessage, start: int, end: int, today: date) -> date | None:
    """A span of time from today: "на 3 дня", "в течение недели", "24 сағат"."""
    for q in message.quantities:
        if start <= q.start < end and q.unit in _DAYS and not q.ordinal and 0 < q.value < _MOST_DAYS:
            days = -(-int(q.value) // 24) if q.unit == "hour" else int(q.value) * _DAYS[q.unit]
            return _later(today, min(days, _MOST_DAYS))
    return None


def _later(day: date, days: int) -> date:
    """So many days later; the last day there is, where the calendar ends before."""
    return day + timedelta(days=min(days, (date.max - day).days))
