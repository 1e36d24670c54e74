"""The day that a price list names above its prices: `Прайс-лист на 01.12.2026`, `2026 жылғы 1 желтоқсан`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

_STEMS = (
    ("январ", "қаңтар", "jan"), ("феврал", "ақпан", "feb"), ("март", "наурыз", "mar"), ("апрел", "сәуір", "apr"),
    ("мая", "май", "мамыр", "may"), ("июн", "маусым", "jun"), ("июл", "шілде", "jul"), ("август", "тамыз", "aug"),
    ("сентябр", "қыркүйек", "sep"), ("октябр", "қазан", "oct"), ("ноябр", "қараша", "nov"),
    ("декабр", "желтоқсан", "dec"),
)  # fmt: skip
_MONTHS = {stem: number for number, stems in enumerate(_STEMS, 1) for stem in stems}
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})[^\W\d_]*\.?"
_WAYS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<![\d.,/-])(?P<day>\d{1,2})[./-](?P<number>\d{1,2})[./-](?P<year>20\d\d|\d\d)(?![\d/-]|[.,]\d)",
        r"(?<![\d.,/-])(?P<year>20\d\d)-(?P<number>\d\d)-(?P<day>\d\d)(?![\d-])",
        rf"(?<![\d.,])(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[»\"]?\s+(?:of\s+)?\b{_MONTH},?\s*(?P<year>20\d\d)(?!\d)",
        rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>20\d\d)(?!\d)",
        rf"(?<!\d)(?P<year>20\d\d)\s*(?:жылғы|жылдың|ж\.?)\s+(?P<day>\d{{1,2}})\s+{_MONTH}",
    )
)
_LAST = re.compile(r"(?:\bпо|\bдо|\bto|until|till|[–—-])\s*$", re.IGNORECASE)
_LAST_AFTER = re.compile(r"^[-\s]*[а-яәіңғүұқөһ]{0,4}\s*дейін", re.IGNORECASE)
_OF_SOMETHING_ELSE = re.compile(
    r"приказ|договор|лиценз|свидетел|утвержд|распечат|дата печати|создан|printed|created|contract|licen[cs]e|бұйрық|"
    r"шарт\b|лицензия|бекіт",
    re.IGNORECASE,
)


def told_day(texts: Iterable[str]) -> tuple[date, str] | None:
    """The first day that the texts above prices name as the day of the prices, and the text that does. A last day, or
    that of a contract or an order, is none."""
    for text in texts:
        if not _OF_SOMETHING_ELSE.search(text):
            day = next(iter(sorted(_days(text))), None)
            if day is not None:
                return day[1], text
    return None


def _days(text: str) -> Iterable[tuple[int, date]]:
    """The days a text names, each with where it stands, last days left out."""
    for way in _WAYS:
        for found in way.finditer(text):
            if _LAST.search(text[: found.start()]) or _LAST_AFTER.match(text[found.end() :]):
                continue
            said = found.groupdict()
            month = int(said["number"]) if said.get("number") else _MONTHS[said["month"].casefold()]
            year = int(said["year"])
            try:
                yield found.start(), date(year + 2000 if year < 100 else year, month, int(said["day"]))
            except ValueError:
                continue
