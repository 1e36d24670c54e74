"""Dates and seasons named in a text, as far as prices with windows need them: "с 1 сентября", "в июле"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from botops.claims.words import Word, fold, is_kazakh_tail, plain_kazakh, words
from botops.pricebook.model import Window

_MONTHS = tuple(
    re.compile(p)
    for p in (
        r"январ\w{1,3}|янв|қаңтар\w*|jan(?:uary)?", r"феврал\w{1,3}|фев|ақпан\w*|feb(?:ruary)?",
        r"март\w{0,2}|наурыз\w*|mar(?:ch)?", r"апрел\w{1,3}|апр|сәуір\w*|apr(?:il)?", r"ма[йяею]|маем|мамыр\w*|may",
        r"июн\w{1,2}|маусым(?!дық|дык)\w*|june?",
        r"июл\w{1,2}|шілде\w*|july?", r"август\w{0,2}|авг|тамыз\w*|aug(?:ust)?",
        r"сентябр\w{1,2}|сент?|қыркүйе[кг]\w*|sept?(?:ember)?",
        r"октябр\w{1,2}|окт|қазан(?:ға|да|нан|ның)?|oct(?:ober)?",
        r"ноябр\w{1,2}|ноя|қараша\w*|nov(?:ember)?", r"декабр\w{1,2}|дек|желтоқсан\w*|dec(?:ember)?",
    )
)  # fmt: skip
_RUSSIAN_STEMS = "январ феврал март апрел май июн июл август сентябр октябр ноябр декабр".split()
# As typed without the letters Russian lacks; "казан" is a kettle.
_PLAIN_MONTHS = tuple(re.compile(plain_kazakh(p.pattern.replace("қазан", "қазан_"))) for p in _MONTHS)
_SEASONS = (
    (re.compile(r"летом|жазда|summer"), (6, 7, 8)),
    (re.compile(r"осенью|күзде|autumn"), (9, 10, 11)),
    (re.compile(r"зимой|қыста|winter"), (12, 1, 2)),
    (re.compile(r"весной|көктемде|spring"), (3, 4, 5)),
)
_NUMERIC = re.compile(r"(\d{1,2})\.(\d{1,2})(?:\.(\d{2,4}))?")
_RELATIVE = {
    "завтра": 1, "завтрашнего": 1, "завтрашний": 1, "завтрашней": 1, "послезавтра": 2, "ертеңгі": 1, "ертеңге": 1,
    "tomorrow's": 1, "вчера": -1, "ертең": 1, "ертеңнен": 1, "кеше": -1, "tomorrow": 1, "yesterday": -1,
}  # fmt: skip
_HALF_YEAR = 6
_OF_MONTH, _LAST_DAY = frozenset({"числа", "число", "числу"}), 31
_SINCE = frozenset("с со от начиная from since".split())
_UNTIL = frozenset("до по until till through to by".split())
_ABLATIVE = ("нан", "нен", "дан", "ден", "тан", "тен")
_YEAR = re.compile(r"20\d\d(?:г|ж)?")
_DAY_TAIL = frozenset({"го", "е", "ого", "числа", "th", "st", "nd", "rd", "ші", "шы", "і", "of"})
_ORDINALS = {
    stem + ending: day
    for day, stem in enumerate(
        "перв втор трет четверт пят шест седьм восьм девят десят одиннадцат двенадцат тринадцат четырнадцат пятнадцат "
        "шестнадцат семнадцат восемнадцат девятнадцат двадцат".split(),
        1,
    )
    for ending in (("ье", "ьего", "ьему") if stem == "трет" else ("ое", "ого", "ому"))
} | {"тридцатое": 30, "тридцатого": 30, "тридцатому": 30}
_AGREEING = {
    "ое": "ео",
    "ье": "ео",
    "е": "ео",
    "го": "ая",
    "ого": "ая",
    "ьего": "ая",
    "му": "ую",
    "ому": "ую",
    "ьему": "ую",
}
"""Endings of Russian ordinals with those of the nouns they may describe: "восьмого занятия" is no day."""
_KAZAKH_TAILS = frozenset("інде ында сінде сында іне ына сіне сына інен ынан сінен сынан".split())
_ENGLISH_TAILS = frozenset("th st nd rd".split())
_NO_NOUN = frozenset("и или по до можно нужно это and or till until it is the we i to at please".split())


_ONLY_WITH_A_DAY = frozenset({"сен"})
"""Short for a month beside a day ("5 сен"), else another word: "you" in Kazakh."""


class Dated(NamedTuple):
    """A day, a month or a season said at `start:end`. Without a day any day of the months is meant, without months the
    next such day ("с 1 числа")."""

    start: int
    end: int
    months: tuple[int, ...]
    day: int | None = None
    offset: int | None = None


def names_month(word: str) -> bool:
    """True for the name of a month or a season in any form."""
    return bool(_months(word))


def _months(word: str) -> tuple[int, ...]:
    for table in (_MONTHS, _PLAIN_MONTHS) if word == plain_kazakh(word) else (_MONTHS,):
        for number, pattern in enumerate(table, 1):
            if pattern.fullmatch(word):
                return (number,)
    for number, stem in enumerate(_RUSSIAN_STEMS, 1):
        if word.startswith(stem) and is_kazakh_tail(word[len(stem) :].removeprefix("ь")):
            return (number,)
    return next((months for pattern, months in _SEASONS if pattern.fullmatch(word)), ())


def find_dates(words: Sequence[Word]) -> tuple[Dated, ...]:
    """Every date of a text, in order."""
    out: list[Dated] = []
    for i, word in enumerate(words):
        said = _said(word.text)
        if said is None:
            bare = _day_alone(words, i)
            if bare is not None and not (out and bare.start < out[-1].end):
                out.append(bare)
            continue
        if said.day is not None or said.offset is not None:
            out.append(said._replace(start=word.start, end=word.end))
            continue
        day, start, end = _day_beside(words, i)
        if day is None and word.text in _ONLY_WITH_A_DAY:
            continue
        out.append(Dated(start, end, said.months, day if len(said.months) == 1 else None))
    return tuple(out)


def _day_alone(words: Sequence[Word], i: int) -> Dated | None:
    """A day without its month: "1 числа", "на восьмое", "с 5-го по 9-е", "on the 14th", "8-інде"."""
    word, text = words[i], words[i].text
    before = words[i - 1] if i else None
    if before is not None and before.text.isdecimal() and 1 <= int(before.text) <= _LAST_DAY:
        tail = word.start - before.end <= 1 and (text in _KAZAKH_TAILS or _closes(words, i, text))
        return Dated(before.start, word.end, (), int(before.text)) if tail or text in _OF_MONTH else None
    day = _ORDINALS.get(text)
    if day is None:
        return None
    ending = next((e for e in ("ого", "ьего", "ому", "ьему", "ое", "ье") if text.endswith(e)), "")
    return Dated(word.start, word.end, (), day) if _closes(words, i, ending) else None


def _closes(words: Sequence[Word], i: int, ending: str) -> bool:
    """True when an ordinal of an ending stands by itself: nothing behind it is a noun that it may describe."""
    if ending not in _AGREEING and ending not in _ENGLISH_TAILS:
        return False
    following = words[i + 1] if i + 1 < len(words) else None
    if following is None or following.start - words[i].end > 1 or following.text in _NO_NOUN:
        return True
    return ending in _AGREEING and following.text[-1] not in _AGREEING[ending] and not _months(following.text)


@lru_cache(maxsize=32768)
def _said(word: str) -> Dated | None:
    """What a word alone says of a date: a day, a day counted from today, or a month or season. Offsets are not set."""
    if word in _RELATIVE:
        return Dated(0, 0, (), None, _RELATIVE[word])
    if not word[0].isdecimal():
        months = _months(word)
        return Dated(0, 0, months) if months else None
    match = _NUMERIC.fullmatch(word)
    if match and 1 <= int(match[2]) <= 12 and 1 <= int(match[1]) <= 31 and (match[3] or len(match[2]) == 2):
        return Dated(0, 0, (int(match[2]),), int(match[1]))
    return None


def _day_beside(words: Sequence[Word], i: int) -> tuple[int | None, int, int]:
    """The day of a month's name: "1 сентября", "September 1st", "первого сентября"."""
    start, end = words[i].start, words[i].end
    j = i - 1
    while j >= 0 and words[j].text in _DAY_TAIL and i - j <= 2:
        j -= 1
    if j >= 0 and words[j].text in _ORDINALS:
        return _ORDINALS[words[j].text], words[j].start, end
    if j >= 0 and words[j].text.isdecimal() and 1 <= int(words[j].text) <= 31:
        return int(words[j].text), words[j].start, end
    beside = i + 1 < len(words) and words[i + 1].start == words[i].end + 1
    if beside and words[i + 1].text.isdecimal() and 1 <= int(words[i + 1].text) <= 31:
        return int(words[i + 1].text), start, words[i + 1].end
    return None, start, end


def covers(window: Window, dated: Dated, today: date) -> bool:
    """True when a window holds on a date said today: this year's, the next or the last one's."""
    if dated.offset is not None:
        return window.covers(today + timedelta(days=dated.offset))
    if not dated.months and dated.day:
        return any(
            window.covers(d) for d in (today + timedelta(days=n) for n in range(_LAST_DAY)) if d.day == dated.day
        )
    for year in (today.year, today.year + 1, today.year - 1):
        for month in dated.months:
            for day in (dated.day,) if dated.day else (1, 15, 28):
                try:
                    moment = date(year, month, day)
                except ValueError:
                    continue
                if window.covers(moment) and abs((moment - today).days) < 400:
                    return True
    return False


def window_of(text: str) -> Window:
    """The window that a sentence of a book gives with its years ("с 1 октября по 31 декабря 2026 года"); open where it
    names no year."""
    own = words(fold(text))
    found: list[tuple[bool, Dated, int | None]] = []
    for dated in find_dates(own):
        bound = _opens(own, dated)
        if dated.day and len(dated.months) == 1 and bound is not None:
            after = next((w.text for w in [w for w in own if w.start >= dated.end][:2] if _YEAR.fullmatch(w.text)), "")
            found.append((bound, dated, int(after[:4]) if after else None))
    year = next((y for _, _, y in reversed(found) if y), None)
    bounds: dict[bool, date] = {}
    for opens, dated, own_year in found:
        if year is not None:
            with suppress(ValueError):
                bounds[opens] = date(own_year or year, dated.months[0], dated.day or 1)
    start, end = bounds.get(True), bounds.get(False)
    return Window(start.replace(year=start.year - 1) if start and end and start > end else start, end)


def _opens(own: Sequence[Word], dated: Dated) -> bool | None:
    """True for a date from which something holds, False for one until which it does, None for another."""
    before = next((w.text for w in reversed(own) if w.end <= dated.start), "")
    behind = [w.text for w in own if w.start >= dated.end][:3]
    if before in _UNTIL or "дейін" in behind:
        return False
    last = next((w.text for w in reversed(own) if w.end <= dated.end), "")
    return True if before in _SINCE or "бастап" in behind or last.endswith(_ABLATIVE) else None


def day_of(dated: Dated, today: date) -> date | None:
    """The first day a date said today may mean, when it lies ahead."""
    if dated.offset is not None:
        return today + timedelta(days=dated.offset) if dated.offset > 0 else None
    if len(dated.months) != 1:
        return None
    month = dated.months[0]
    behind = today.month - month
    year = today.year + (1 if behind > _HALF_YEAR else 0)
    if 0 < behind <= _HALF_YEAR:
        return None
    try:
        return date(year, month, dated.day or 1)
    except ValueError:
        return None
