"""Attribute values of variants, found in text: sizes, classes, times, dates, cities — all the book or a tool lists.

A value is compiled once into the word sequences by which it is said; a text is scanned once for all of them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from botops.claims.dates import find_dates
from botops.claims.lexicon import entry
from botops.claims.quantities import Quantity
from botops.claims.ranges import Range, range_of, tightest, unit_of
from botops.claims.shipped import shipped
from botops.claims.variants import age_of, parts_of, told_apart
from botops.claims.weekdays import days_in_word, days_of_value
from botops.claims.words import Word, fold, kazakh_root, stem, words

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[t ].*)?")
_TIME = re.compile(r"(?:\d{4}-\d{2}-\d{2}[t ])?(\d{1,2}):(\d{2})(?::\d{2})?")
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2})(?::\d{2})?)?")
_PARTS = re.compile(r"\s*(?:(?<!\d)[,/]|[,/](?!\d)|[;|])\s*")
_EMPTY = frozenset({"", "none", "null", "true", "false", "yes", "no", "n/a", "-", "нет", "да", "жоқ", "бар", "иә"})
_SYMBOLS = {
    word: f"u:{name}"
    for name, said in {
        "mm": "мм mm", "cm": "см cm", "m": "м m", "km": "км km", "g": "г гр g", "kg": "кг kg", "ml": "мл ml",
        "l": "л l", "gb": "гб gb", "tb": "тб tb", "mbit": "мбит mbit mbps",
        "watt": "вт w", "inch": "дюйм дюймов inch inches",
    }.items()
    for word in said.split()
}  # fmt: skip
_MAX_WORDS = 8
_SHORT = 3
_MAX_REMEMBERED = 100_000
_KEY_WORDS = {
    "class": ("класс", "категория", "санат", "сынып"),
    "size": ("размер", "өлшем"),
    "stop": ("stop", "layover", "connection", "пересадка"),
    "seat": ("место", "орын"),
    "room": ("комната", "бөлме"),
    "bedroom": ("bedroom", "bed", "спальня"),
    "bed": ("bed", "bedroom", "спальня"),
    "star": ("звезда", "жұлдыз"),
    "floor": ("этаж", "қабат"),
    "level": ("уровень", "деңгей"),
    "age": ("возраст", "жас"),
    "volume": ("объём", "литр", "көлем"),
    "storage": ("память", "гб", "gb", "жад"),
    "capacity": ("gb", "гб", "l", "л"),
    "bag": ("bag", "багаж"),
    "passenger": ("passenger", "пассажир"),
    "type": ("тип", "түр"),
    "zone": ("зона", "аймақ"),
    "tier": ("уровень",),
}


class FeatureHit(NamedTuple):
    """A value said in a text. `readings` are the (attribute, value) pairs the wording can stand for.

    `part` is True for a part of a value that several may share ("R16"): the other parts said beside it narrow it.
    """

    start: int
    end: int
    readings: tuple[tuple[str, str], ...]
    part: bool = False


_VALUES = Path(__file__).with_name("data") / "values.yaml"


@cache
def _synonyms() -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Wordings that stand for each other, by the stems of each."""
    out: dict[tuple[str, ...], dict[tuple[str, ...], None]] = defaultdict(dict)
    for line in shipped(_VALUES):
        phrases = [tuple(w.stem for w in words(fold(str(p)))) for p in line]
        for phrase in phrases:
            out[phrase].update(dict.fromkeys(phrases))
    return {k: tuple(v) for k, v in out.items()}


def _unit(word: str) -> str:
    """The unit of measure a word names ("дюйм" and "inch" are one); empty for other words."""
    if word in _SYMBOLS:
        return _SYMBOLS[word]
    return next((c for c in sorted(entry(word).concepts) if c.startswith("u:")), "")


def _called(word: str) -> Sequence[tuple[str, ...]]:
    """The wordings that stand for a word."""
    return _synonyms().get((stem(word),), ())


def _longest(
    phrases: Mapping[tuple[str, ...], dict[tuple[str, str], None]], stems: Sequence[str], at: int
) -> tuple[dict[tuple[str, str], None], int]:
    """What the longest of the phrases that begin at a word stand for, with their length."""
    best: dict[tuple[str, str], None] = {}
    step = 1
    for phrase, readings in phrases.items():
        n = len(phrase)
        if n >= step and tuple(stems[at : at + n]) == phrase:
            best = {**best, **readings} if n == step else readings
            step = n
    return best, step


class FeatureIndex:
    """All attribute values of a book, or of what tools returned so far."""

    def __init__(self) -> None:
        self._phrases: dict[str, dict[tuple[str, ...], dict[tuple[str, str], None]]] = defaultdict(dict)
        self._parts: dict[str, dict[tuple[str, ...], dict[tuple[str, str], None]]] = defaultdict(dict)
        self._clock: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
        self._days: dict[tuple[int, int], dict[tuple[str, str], None]] = defaultdict(dict)
        self._week: dict[tuple[str, str], frozenset[int]] = {}
        self._ranges: dict[str, list[tuple[Range, tuple[str, str]]]] = defaultdict(list)
        self._units: dict[str, str] = {}
        self._vocabulary: set[str] = set()
        self._brought: dict[str, str] = {}
        self._known: dict[tuple[str, str], frozenset[str]] = {}

    def add(self, key: str, raw: object) -> frozenset[str]:
        """Learns a value of an attribute; gives the canonical values it stands for, none when it says nothing."""
        text = fold(str(raw)).strip()
        known = self._known.get((key, text))
        if known is not None:
            return known
        values = frozenset() if isinstance(raw, bool) or text in _EMPTY else self._learn(key, text)
        self._known[key, text] = values
        return values

    def tell_apart(self, key: str, values: Collection[str]) -> None:
        """Learns the parts by which the values an attribute has in one product are told apart."""
        said = {v: [*self._parts_of(v), *age_of(v, [o for o in values if o != v], _called)] for v in values}
        for phrase, meant in told_apart(said).items():
            whole = self._phrases.get(phrase[0], {}).get(phrase, ())
            if any((key, v) in whole for v in values):
                continue
            self._learn_words(phrase)
            self._parts[phrase[0]].setdefault(phrase, {}).update(dict.fromkeys((key, v) for v in meant))

    def _parts_of(self, value: str) -> Iterator[tuple[str, ...]]:
        for part in parts_of(value):
            yield from (part, *_synonyms().get(part, ()))

    def _learn(self, key: str, text: str) -> frozenset[str]:
        if match := _DATE.fullmatch(text):
            self._days[int(match[2]), int(match[3])][key, text] = None
            self._put((match[1], match[2], match[3]), key, text)
            return frozenset({text})
        if match := _TIME.fullmatch(text):
            value = f"{int(match[1]):02}:{match[2]}"
            self._clock[value][key, value] = None
            return frozenset({value})
        week = days_of_value(text, words(text))
        if week:
            self._week[key, text] = week
            return frozenset({text})
        measured = range_of(text)
        if measured is not None:
            self._ranges[measured.unit].append((measured, (key, text)))
        values = set()
        for part in _PARTS.split(text):
            stems = tuple(w.stem for w in words(part.replace("_", " ")))
            if not stems or len(stems) > _MAX_WORDS or part in _EMPTY:
                continue
            values.add(part)
            for phrase in self._wordings(key, stems):
                self._put(phrase, key, part)
            for phrase in _synonyms().get(stems, ()):
                self._put(phrase, key, part)
        return frozenset(values)

    def _wordings(self, key: str, stems: tuple[str, ...]) -> Sequence[tuple[str, ...]]:
        """How a value is said. A short bare number means nothing without its attribute beside it."""
        if len(stems) > 1 or not stems[0].isdecimal() or len(stems[0]) > 2:
            return (stems,)
        beside = {w.stem for w in words(fold(key.replace("_", " ")))}
        for name in tuple(beside):
            beside.update(w.stem for s in _KEY_WORDS.get(name, ()) for w in words(fold(s)))
        beside -= {"number", "count", "of"}
        return [
            p for b in sorted(beside) for p in ((stems[0], b), (b, stems[0]), (stems[0], "го", b), (stems[0], "й", b))
        ]

    def _bring(self, word: Word) -> str:
        """The stem by which values are filed: the word's own, or what stands under its Kazakh endings."""
        if word.stem in self._vocabulary or word.text[0].isdecimal():
            return word.stem
        unit = self._units.get(_unit(word.text), "") if self._units else ""
        if unit or len(word.text) <= _SHORT:
            return unit or word.stem
        known = self._brought.get(word.text)
        if known is None:
            if len(self._brought) > _MAX_REMEMBERED:
                self._brought.clear()
            known = self._brought[word.text] = kazakh_root(word.text, self._vocabulary) or word.stem
        return known

    def _put(self, phrase: tuple[str, ...], key: str, value: str) -> None:
        if len(phrase) > 1 and phrase[0].isdecimal() and _unit(phrase[1]):
            self._units.setdefault(_unit(phrase[1]), phrase[1])
        self._learn_words(phrase)
        self._phrases[phrase[0]].setdefault(phrase, {})[key, value] = None

    def _learn_words(self, phrase: tuple[str, ...]) -> None:
        fresh = set(phrase) - self._vocabulary
        if fresh:
            self._vocabulary |= fresh
            self._brought.clear()

    def find(self, text: Sequence[Word]) -> tuple[FeatureHit, ...]:
        """Values said in a text, the longest wording at each place, in order."""
        if not (self._phrases or self._clock or self._days or self._week):
            return ()
        hits: list[FeatureHit] = []
        stems = [self._bring(w) for w in text] if self._phrases else [w.stem for w in text]
        at, total = 0, len(text)
        while at < total:
            word = text[at]
            best, step = _longest(self._phrases.get(stems[at], {}), stems, at)
            if not best and self._clock and word.text[0].isdecimal():
                best, step = self._at_clock(text, at)
            held, width = _longest(self._parts.get(stems[at], {}), stems, at)
            if held and not (width > 1 and len(word.text) == 1 and text[at + 1].start > word.end):
                if width > step or not best:
                    best, step = held, width
                elif width == step:
                    best = {**best, **held}
            else:
                held = {}
            if best:
                part = any(r in held for r in best)
                hits.append(FeatureHit(word.start, text[at + step - 1].end, tuple(best), part))
            at += step
        if self._days:
            hits += self._dated(text)
        if self._week:
            hits += self._on_weekdays(text)
        return tuple(hits)

    def ranged(self, quantities: Sequence[Quantity]) -> tuple[FeatureHit, ...]:
        """Values that are ranges in which a stated measure falls ("собака 12 кг" for "10–25 кг")."""
        if not self._ranges:
            return ()
        hits = []
        for quantity in quantities:
            ranges = self._ranges.get(unit_of(quantity)) if quantity.unit and quantity.bound is None else None
            readings = tightest(ranges, quantity.value) if ranges else ()
            if readings:
                hits.append(FeatureHit(quantity.start, quantity.end, tuple(readings)))
        return tuple(hits)

    @property
    def by_weekday(self) -> bool:
        """True when values are days of the week."""
        return bool(self._week)

    def on_day(self, weekday: int) -> tuple[tuple[str, str], ...]:
        """The values that hold a day of the week, Monday is 0."""
        return tuple(value for value, own in self._week.items() if weekday in own)

    def _on_weekdays(self, text: Sequence[Word]) -> list[FeatureHit]:
        """Days of the week: a day stands for the values that hold it, a part of the week for the nearest to it."""
        hits = []
        for word in text:
            days = days_in_word(word.text)
            if not days:
                continue
            off = {value: len(days ^ own) for value, own in self._week.items() if days & own}
            held = [v for v in off if len(days) == 1 or off[v] == min(off.values())]
            if held:
                hits.append(FeatureHit(word.start, word.end, tuple(held)))
        return hits

    def _dated(self, text: Sequence[Word]) -> list[FeatureHit]:
        """Days said in words: "May 7th", "7 мая"."""
        said = ((d, self._days.get((d.months[0], d.day))) for d in find_dates(text) if d.day and d.months)
        return [FeatureHit(d.start, d.end, tuple(readings)) for d, readings in said if readings]

    def _at_clock(self, text: Sequence[Word], at: int) -> tuple[dict[tuple[str, str], None], int]:
        """A time of day: "11:40 am", "6 pm", "18:25"."""
        match = _CLOCK.fullmatch(text[at].text)
        if not match:
            return {}, 1
        hour, minute, step = int(match[1]), match[2] or "00", 1
        following = text[at + 1].text if at + 1 < len(text) else ""
        half = following if following in {"am", "pm"} else ""
        if following in {"a", "p"} and at + 2 < len(text) and text[at + 2].text == "m":
            half, step = following + "m", 2
        if half:
            step += 1 if step == 1 else 0
            hour = hour % 12 + (12 if half == "pm" else 0)
        elif not match[2]:
            return {}, 1
        return self._clock.get(f"{hour:02}:{minute}", {}), step
