"""When a surcharge or a multiplied rate of the policies is for: holidays, days of the week, dates, nights, urgency.

"В праздники и 16 декабря ставка двойная" is spoken of by "16-го смена стоит 52 000", by a client who asks about a
holiday, and by a reply that says "двойная ставка".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache

from botops.claims.context import ParsedMessage
from botops.claims.dates import Dated, find_dates
from botops.claims.objects import things_of
from botops.claims.occasions import days_of, weekdays_of
from botops.claims.reading import Reading, read
from botops.claims.words import fold, words

_WHEN = frozenset({"weekend", "holiday", "t:night", "t:evening", "t:urgent", "t:late"})
_WEEKEND = frozenset({5, 6})
_HUNDRED = Decimal(100)
_TIMES = (
    (Decimal(2), re.compile(r"двойн|удво|вдвое|в 2 раза|в два раза|екі есе|2 есе|\bdouble|\btwice")),
    (Decimal(3), re.compile(r"тройн|утро[ей]|втрое|в 3 раза|в три раза|үш есе|3 есе|\btriple|\bthree times")),
    (Decimal("1.5"), re.compile(r"полуторн|в полтора раза|бір жарым есе|time and a half|one and a half times")),
)
_SIGN = re.compile(
    r"(?:(?<![\w.,])[×xх]\s?)(\d(?:[.,]\d{1,2})?)(?![\d%])|\bв\s(\d(?:[.,]\d{1,2})?)\s?раза?\b|\b(\d(?:[.,]\d{1,2})?)\s?(?:есе|times)\b"
)


@lru_cache(maxsize=4096)
def increases(text: str) -> tuple[Decimal, ...]:
    """By how many percent a text multiplies a rate: 100 for "двойной тариф" and "×2", 50 for "в полтора раза"."""
    folded = fold(text)
    found = [times for times, said in _TIMES if said.search(folded)]
    found += [Decimal((m[1] or m[2] or m[3]).replace(",", ".")) for m in _SIGN.finditer(folded)]
    return tuple(dict.fromkeys((times - 1) * _HUNDRED for times in found if times > 1))


@lru_cache(maxsize=4096)
def named_in_rule(text: str) -> frozenset[str]:
    """The circumstances a sentence of the book names."""
    reading = read(text)
    return frozenset(_named(reading)) | frozenset(_days(find_dates(words(fold(text)))))


def named_in_talk(messages: Iterable[ParsedMessage], today: date) -> frozenset[str]:
    """The circumstances that messages name; a date is also the day of the week it falls on."""
    out: set[str] = set()
    for message in messages:
        out.update(_named(message.reading), _days(message.dates))
        out.update(f"d:{d}" for d in weekdays_of(message, today))
    return frozenset(out)


def _named(reading: Reading) -> Iterator[str]:
    said = reading.concepts | things_of(reading, 0, len(reading.words))
    yield from said & _WHEN
    days = days_of(reading, 0, len(reading.words))
    yield from (f"d:{d}" for d in days or (_WEEKEND if "weekend" in said else ()))


def _days(dates: Iterable[Dated]) -> Iterator[str]:
    yield from (f"{d.day}.{month}" for d in dates if d.day is not None for month in d.months[:1])
