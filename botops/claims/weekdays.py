"""Days of the week, in the values of variants ("будни пн–чт", "Fri-Sun") and in what people say ("в субботу")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from botops.claims.words import Word

_LONG = (
    ("понедельник", "дүйсенбі", "monday"),
    ("вторник", "сейсенбі", "tuesday"),
    ("сред", "сәрсенбі", "wednesday"),
    ("четверг", "бейсенбі", "thursday"),
    ("пятниц", "жұма", "friday"),
    ("суббот", "сенбі", "saturday"),
    ("воскресен", "жексенбі", "sunday"),
)
_SHORT = tuple(
    frozenset(s.split())
    for s in ("пн дс mon", "вт сс tue tues", "ср wed", "чт thu thur thurs", "пт fri", "сб sat", "вс жс sun")
)
_WEDNESDAY = frozenset("среда среду среды средам средой".split())
_FRIDAY = frozenset("жұма жұмада жұмаға жұманың".split())
_WORK = ("будн", "weekday", "workday")
_REST = ("выходн", "weekend", "демалыс")
_TO = re.compile(r"\s?[-–—]\s?|\s(?:по|до|to|till|through|thru)\s")


@lru_cache(maxsize=16384)
def days_in_word(word: str) -> frozenset[int]:
    """The days a folded word stands for, Monday is 0; none for other words."""
    if word.startswith(_WORK):
        return frozenset(range(5))
    if word.startswith(_REST):
        return frozenset({5, 6})
    for day in range(7):
        long = word.startswith(_LONG[day])
        if day == 2 and word.startswith("сред"):
            long = word in _WEDNESDAY
        if day == 4 and word.startswith("жұма"):
            long = word in _FRIDAY
        if long or word in _SHORT[day]:
            return frozenset({day})
    return frozenset()


def days_of_value(text: str, found: Sequence[Word]) -> frozenset[int]:
    """The days of a variant's value. Days named one by one or as a range say more than "будни" beside them."""
    named: set[int] = set()
    general: set[int] = set()
    last: tuple[int, int] | None = None
    for word in found:
        days = days_in_word(word.text)
        if len(days) != 1:
            general |= days
            continue
        (day,) = days
        if last is not None and _TO.fullmatch(text, last[1], word.start):
            named.update((last[0] + step) % 7 for step in range((day - last[0]) % 7 + 1))
        named.add(day)
        last = (day, word.end)
    return frozenset(named or general)
