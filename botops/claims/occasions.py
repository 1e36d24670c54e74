"""Days of the week and hours of the day at which a rule holds, and whether what is spoken of falls on them.

"При выдаче с 07:00 до 10:00" holds for a client who comes at nine, not at two; "в понедельник и вторник" for the 14th
when that is a Tuesday.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from botops.claims.weekdays import days_of_value

if TYPE_CHECKING:
    from botops.claims.context import ParsedMessage
    from botops.claims.desk import Desk
    from botops.claims.reading import Clause, Reading

Hours = tuple[int, int]
"""From and to, in minutes of the day, both included."""

_WEEK = 7
_LATEST = 3
_MIDNIGHT = 24 * 60
_TIME = re.compile(r"(?<!\d)(\d{1,2}):([0-5]\d)")
_CLOCK = re.compile(
    r"(?<!\d)(\d{1,2}):([0-5]\d)|\b(?:в|к|at|by|сағат|сагат)\s(\d{1,2})\s?(утра|дня|вечера|am|pm)?(?=$|[.,;!?]|\s[а-яa-z])"
)
_AFTERNOON = frozenset({"дня", "вечера", "pm"})
_NOT_A_TIME = re.compile(r"\s?(?:дн|сут|час|мес|чел|шт|раз|недел|год|лет|people|days?|hours?|months?)")
_UNTIL = re.compile(r"(?:до|before|until|by)\s*$")
_SINCE = re.compile(r"(?:с|после|from|after)\s*$")
_KAZAKH_UNTIL, _KAZAKH_SINCE = re.compile(r"\S{0,6}\s?дейін"), re.compile(r"\S{0,6}\s?(?:кейін|бастап)")
_TIMES = ("день", "дни", "врем", "day", "time", "күн", "уақыт")
_EACH = frozenset("каждый каждую каждые каждого әр every each".split())
_TODAY = frozenset("сегодня бүгін бугин today".split())


def days_of(reading: Reading, first: int, last: int) -> frozenset[int]:
    """The days of the week that words name, Monday is 0; all seven are as good as none."""
    days = days_of_value(reading.text, reading.words[first:last])
    return days if len(days) < _WEEK else frozenset()


def hours_of(text: str) -> Hours | None:
    """The hours a condition allows: "с 07:00 до 10:00", "пн–пт до 12:00", "after 22:00"; None when it names none."""
    found = list(_TIME.finditer(text))
    minutes = [int(m[1]) * 60 + int(m[2]) for m in found]
    if len(found) == 1:
        before, after = text[: found[0].start()].lower(), text[found[0].end() :].lower()
        if _UNTIL.search(before) or _KAZAKH_UNTIL.match(after):
            return 0, minutes[0]
        if _SINCE.search(before) or _KAZAKH_SINCE.match(after):
            return minutes[0], _MIDNIGHT
        return None
    return (minutes[0], minutes[1]) if len(found) == 2 and minutes[0] < minutes[1] else None


def off_days(desk: Desk, clause: Clause, allowed: frozenset[int]) -> bool:
    """True when what is spoken of falls on other days: those of the clause, else of the client's last word on days."""
    if _at_any_time(desk, clause):
        return True
    said = days_of(desk.reading, clause.first, clause.last)
    if said:
        return not said & allowed
    for message in desk.ctx.client[-_LATEST:][::-1]:
        days = days_of(message.reading, 0, len(message.words)) or frozenset(weekdays_of(message, desk.day))
        if days:
            return not days & allowed
    return False


def weekdays_of(message: ParsedMessage, today: date) -> Iterator[int]:
    """The days of the week of the dates a client names: "14 июля", "завтра", "today"."""
    if any(w.text in _TODAY for w in message.words):
        yield today.weekday()
    for dated in message.dates:
        if dated.offset is not None:
            yield (today + timedelta(days=dated.offset)).weekday()
        elif dated.day is not None and len(dated.months) == 1:
            past = (dated.months[0], dated.day) < (today.month, today.day)
            try:
                yield date(today.year + past, dated.months[0], dated.day).weekday()
            except ValueError:
                continue


def _at_any_time(desk: Desk, clause: Clause) -> bool:
    """True for "в любой день", "весь день", "any time", "кез келген уақытта"."""
    words = desk.reading.words
    for i in range(clause.first, clause.last - 1):
        if "s:all" in desk.reading.tags[i]:
            after = words[i + 1 : min(i + 3, clause.last)]
            if any(w.text.startswith(_TIMES) for w in after) and words[i].text not in _EACH:
                return True
    return False


def off_hours(desk: Desk, clause: Clause, allowed: Hours) -> bool:
    """True when what is spoken of falls at other hours: those of the clause, else of the client's last message."""
    if _at_any_time(desk, clause):
        return True
    said = _times(desk.message.folded[clause.start : clause.end])
    if not said and desk.ctx.question is not None:
        said = _times(desk.ctx.question.folded)
    return bool(said) and not any(allowed[0] <= t <= allowed[1] for t in said)


def _times(folded: str) -> list[int]:
    out = []
    for m in _CLOCK.finditer(folded):
        if m[1] is not None:
            out.append(int(m[1]) * 60 + int(m[2]))
        elif not _NOT_A_TIME.match(folded, m.end()):
            hour = int(m[3])
            out.append((hour + 12 if m[4] in _AFTERNOON and hour < 12 else hour) * 60)
    return [t for t in out if t <= _MIDNIGHT]
