"""Conditions of offers and policies, and whether a dialogue meets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Literal

from botops.claims.lexicon import Concepts
from botops.claims.occasions import Hours, days_of, hours_of
from botops.claims.quantities import Quantity
from botops.claims.reading import Reading
from botops.claims.words import Word

ConditionKind = Literal["min_count", "max_count", "min_sum", "group", "prepay", "first_period", "lead", "days", "hours"]
CUSTOMER_GROUPS = frozenset(
    f"g:{g}"
    for g in (
        "student pupil pensioner newcomer returning company nonprofit school birthday newlywed largefamily disabled "
        "veteran "
        "teacher medic women friend review switcher employee holiday secondchild"
    ).split()
)
_MONTHS = (
    "январ феврал март апрел май июн июл август сентябр октябр ноябр декабр қаңтар ақпан наурыз сәуір мамыр маусым "
    "шілде тамыз "
    "қыркүйек қазан қараша желтоқсан january february march april may june july august september october november "
    "december"
).split()
_AHEAD = frozenset(
    "вперед сразу предоплат предоплате годовой годовую годовая годовом единовременно алдын бірден ahead upfront".split()
)
_MONTH_OF_MAY = frozenset({"май", "мая", "мае"})
_COUNTED = frozenset({"", "person", "user", "piece", "child"})
_AFTERWARDS = frozenset({"refund", "cancel", "freeze", "warranty"})
_PERIODS = frozenset({"hour", "day", "week", "month", "year"})
_PAY = ("оплат", "оплач", "төле", "pay", "prepa")
_NOUN = 3
_BEFORE_BOUND = 2
_AREAS = frozenset("м² кв sqm m²".split())
_AT_ONCE = frozenset("сразу одновременно бірден together once".split())
_CONTRARY = {"g:newcomer": "g:returning", "g:returning": "g:newcomer"}
_TAKEN = ("покупк", "заказ", "сдач", "комплект", "набор", "buying", "order", "set")
_ON_TAKING = ("ғанда", "генде", "қанда", "кенде")
_LONG = {"year": 12, "month": 1}


class Met(Enum):
    """Whether a condition holds in a dialogue."""

    YES = "met"
    NO = "not_met"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold. `value` counts `unit` (money for `min_sum`, months for `prepay`, days for `lead`).

    `noun` is the stem of what is counted when that is no unit: "от 6 виниров". `days` are the days of the week a rule
    holds on, Monday is 0, `hours` from when to when.
    """

    kind: ConditionKind
    text: str
    value: Decimal = Decimal(0)
    unit: str = ""
    noun: str = ""
    days: frozenset[int] = frozenset()
    hours: Hours | None = None


@dataclass(frozen=True)
class Known:
    """What a dialogue shows: the latest count of each unit and noun, sums, groups of the client, lead time in days.

    `denied` are groups the client says they do not belong to.
    """

    counts: Mapping[str, Decimal] = field(default_factory=dict)
    groups: Concepts = frozenset()
    sums: Sequence[Decimal] = ()
    lead_days: int | None = None
    nouns: Mapping[str, Decimal] = field(default_factory=dict)
    denied: Concepts = frozenset()


def noun_of(reading: Reading, q: Quantity) -> str:
    """The stem of the word right after a number without a unit: what it counts; empty when that is no word."""
    i = q.last + 1
    if q.unit or q.ordinal or i >= len(reading.words):
        return ""
    word = reading.words[i]
    if word.text in _AREAS or word.text.startswith(("квадрат", "шаршы")):
        return "м²"
    if q.value != q.value.to_integral_value():
        return ""
    beside = word.start == reading.words[q.last].end + 1
    return word.stem if beside and word.text.isalpha() and len(word.text) >= _NOUN else ""


def _same_noun(a: str, b: str) -> bool:
    short = min(len(a), len(b))
    return a == b != "" or (short >= _NOUN and a[:short] == b[:short])


def is_month_name(word: str) -> bool:
    """True for the name of a month in any case."""
    return month_of(word) is not None


def month_of(word: str) -> int | None:
    """The number of the month a word names, 1 to 12."""
    if word in _MONTH_OF_MAY:
        return 5
    for place, name in enumerate(_MONTHS):
        if word.startswith(name) and len(word) - len(name) <= 4:
            return place % 12 + 1
    return None


def days_until(words: Sequence[Word], at: int, number: Decimal, day: date) -> int | None:
    """Days from `day` to the date whose day of month stands at word `at` ("с 20 июля", "July 20"); None for no date."""
    beside = [words[i].text for i in (at + 1, at - 1) if 0 <= i < len(words)]
    month = next((m for m in map(month_of, beside) if m is not None), None)
    if month is None or not 1 <= number <= 31:
        return None
    for year in (day.year, day.year + 1):
        try:
            found = date(year, month, int(number))
        except ValueError:
            return None
        if found >= day:
            return (found - day).days
    return None


def conditions_of(reading: Reading, percents: Sequence[Decimal], money: Sequence[Decimal]) -> tuple[Condition, ...]:
    """The conditions named in a text."""
    out: list[Condition] = []
    words = reading.words
    gives = (
        bool(percents)
        or bool(reading.concepts & {"discount", "minus", "gift", "free", "promo", "instalment"})
        or not any(":" not in c for c in reading.concepts)
    )
    for q in reading.quantities:
        text = reading.text[q.start : q.end]
        after = words[q.last + 1].text if q.last + 1 < len(words) else ""
        if is_month_name(after) or is_month_name(words[q.last].text) or _percent(reading, q):
            continue
        if reading.concepts & _AFTERWARDS and q.unit in _PERIODS:
            continue
        if gives and q.bound is None and q.unit in _LONG and _ahead(reading, q.first, q.last):
            out.append(Condition("prepay", text, q.value * _LONG[q.unit], "month"))
        elif q.ordinal and q.value == 1 and q.unit in _LONG:
            out.append(Condition("first_period", text, q.value, q.unit))
        elif q.unit == "day" and after in {"до", "before", "prior"} and percents:
            out.append(Condition("lead", text, q.value, "day"))
        elif q.bound == "from" and (q.value in money or q.value >= 1000) and q.unit in {"", "order"}:
            out.append(Condition("min_sum", text, q.value))
        elif q.bound == "from" and not (q.ordinal and words[q.first - 1].text == "от"):
            out.append(Condition("min_count", text, q.value, q.unit or _unit_before(reading, q), noun_of(reading, q)))
        elif gives and q.bound is None and q.value > 1 and noun_of(reading, q) and _taken(reading, q):
            out.append(Condition("min_count", text, q.value, q.unit, noun_of(reading, q)))
        elif q.bound == "upto" and q.unit and q.unit not in {"hour", "year"}:
            out.append(Condition("max_count", text, q.value, q.unit))
    paid = any(w.text in _AHEAD or w.text.startswith(_PAY) for w in words)
    if gives and not any(c.kind in {"prepay", "first_period"} for c in out) and paid and _yearly(reading):
        out.append(Condition("prepay", "12", Decimal(12), "month"))
    calendar = _calendar(reading)
    named = {"g:weekday", "g:weekend"} if any(c.kind == "days" for c in calendar) else set()
    out += [Condition("group", c[2:], unit=c) for c in sorted(reading.concepts - named) if c.startswith("g:")]
    return (*out, *calendar)


def _calendar(reading: Reading) -> list[Condition]:
    """The days of the week and the hours a text is limited to."""
    out = []
    days = days_of(reading, 0, len(reading.words))
    if days:
        out.append(Condition("days", ", ".join(map(str, sorted(days))), days=days))
    hours = hours_of(reading.text) if ":" in reading.text else None
    if hours is not None:
        out.append(Condition("hours", f"{hours[0]}-{hours[1]}", hours=hours))
    return out


def _unit_before(reading: Reading, q: Quantity) -> str:
    """The unit named before a bound: "при числе гостей от 50"."""
    if noun_of(reading, q) or q.first < _BEFORE_BOUND:
        return ""
    tags = reading.tags[q.first - _BEFORE_BOUND]
    return next((t[2:] for t in sorted(tags) if t.startswith("u:")), "")


def _taken(reading: Reading, q: Quantity) -> bool:
    """True when so many must be taken together: "двух смен сразу", "комплект из 4 шин", "екі көрпе тапсырғанда"."""
    words = reading.words
    if any(w.text in _AT_ONCE or w.text.endswith(_ON_TAKING) for w in words[q.last + 1 : q.last + 4]):
        return True
    return any(w.text == "при" or w.text.startswith(_TAKEN) for w in words[max(0, q.first - 2) : q.first])


def _percent(reading: Reading, q: Quantity) -> bool:
    """True when a percent sign follows the number."""
    digits = reading.words[q.first].end
    return reading.text[digits : digits + 2].strip().startswith("%")


def _yearly(reading: Reading) -> bool:
    return any(w.text.startswith(("год", "жыл", "annual", "year")) for w in reading.words)


def _ahead(reading: Reading, first: int, last: int) -> bool:
    words = reading.words
    near = words[max(0, first - 3) : last + 3]
    return "instalment" not in reading.concepts and any(w.text in _AHEAD or w.text.startswith(_PAY) for w in near)


def evaluate(condition: Condition, known: Known) -> Met:
    """Whether a condition holds, from what the dialogue shows. Silence is `UNKNOWN`, never a refusal."""
    if condition.kind in {"min_count", "max_count"}:
        have = next((n for noun, n in known.nouns.items() if _same_noun(noun, condition.noun)), None)
        if have is None:
            have = known.counts.get(condition.unit)
        if have is None and condition.unit in _COUNTED:
            have = known.counts.get("")
        if have is None:
            return Met.UNKNOWN
        holds = have >= condition.value if condition.kind == "min_count" else have <= condition.value
        return Met.YES if holds else Met.NO
    if condition.kind == "lead":
        if known.lead_days is None:
            return Met.UNKNOWN
        return Met.YES if known.lead_days >= condition.value else Met.NO
    if condition.kind == "group":
        if condition.unit in known.groups:
            return Met.YES
        other = condition.unit in known.denied or _CONTRARY.get(condition.unit) in known.groups
        return Met.NO if other else Met.UNKNOWN
    return Met.UNKNOWN


def counted_enough(condition: Condition, reading: Reading) -> bool:
    """True when a reply counts as much as a condition asks, in its unit or noun: "выходит 5 метров", "это 24 м²"."""
    if condition.kind != "min_count" or not (condition.unit or condition.noun):
        return False
    return any(
        q.value >= condition.value
        and (_same_noun(noun_of(reading, q), condition.noun) or q.unit == condition.unit != "")
        for q in reading.quantities
        if q.bound is None and not q.ordinal
    )
