"""What a dialogue shows of its client: how much of what, which groups they belong to, how far their date is."""

from __future__ import annotations

from decimal import Decimal

from botops.claims.conditions import Known, days_until, noun_of
from botops.claims.context import ReplyContext
from botops.claims.lexicon import Concepts
from botops.claims.quantities import Quantity, ends_a_name
from botops.claims.reading import Reading

_NOT = frozenset({"не", "not"})
_MAX_COUNT = 100_000
_BRIEF = 4
_BY = "xхXХ"
"""Letters that stand between the sides of a size: "3х6"."""
_LENGTHS = frozenset({"u:week", "u:month", "u:year"})
_SMALLER: dict[str, dict[str, int]] = {
    "week": {"day": 7},
    "month": {"day": 30, "week": 4},
    "year": {"day": 365, "week": 52, "month": 12},
}
_SAME_UNIT = {"user": "person", "child": "person", "night": "day"}


def known_from(ctx: ReplyContext) -> Known:
    """What the client's messages show: the latest count of each unit, groups they belong to, days until their date.

    A number without a unit ("а 7?") counts the unit named last; before any was named it stands under "".
    """
    counts: dict[str, Decimal] = {}
    groups: Concepts = frozenset()
    denied: Concepts = frozenset()
    last_unit = ""
    nouns: dict[str, Decimal] = {}
    vocabulary = ctx.book.terms.vocabulary
    lead: int | None = None
    for message in ctx.client:
        reading = message.reading
        own, others = _groups(reading)
        groups, denied = groups - others | own, denied - own | others
        money = {at for m in message.mentions for at in range(m.start, m.end)}
        for q in reading.quantities:
            if q.ordinal or q.start in money or _part_of_a_name(reading, q):
                continue
            until = days_until(reading.words, q.first, q.value, ctx.day)
            if until is not None:
                lead = until if lead is None else min(lead, until)
                continue
            if q.value >= _MAX_COUNT:
                continue
            noun = noun_of(reading, q)
            if noun:
                nouns[noun] = q.value
            if not q.unit and counts.get("") is not None and not _counts_goods(q, noun, vocabulary, reading):
                continue
            unit = q.unit or ("" if noun and any(o.unit for o in reading.quantities) else last_unit)
            last_unit = unit
            counts[unit] = q.value
            if unit in _SAME_UNIT:
                counts[_SAME_UNIT[unit]] = q.value
            if unit == "person":
                counts["user"] = q.value
            _spread(counts, unit, q.value)
        spoken = _length_alone(reading)
        if spoken:
            counts[spoken] = Decimal(1)
            _spread(counts, spoken, Decimal(1))
    return Known(counts, groups, lead_days=lead, nouns=nouns, denied=denied)


def _part_of_a_name(reading: Reading, q: Quantity) -> bool:
    """True for the digits of "LETO20", "A2", "1C": they count nothing."""
    if ends_a_name(reading.text, reading.words, q):
        return True
    if q.unit:
        return False
    after = reading.text[q.end : q.end + 1]
    return after.isalpha() and after not in _BY


def _groups(reading: Reading) -> tuple[Concepts, Concepts]:
    """The groups a message claims and those it denies: "я не пенсионер", "студент емеспін", "not a new client"."""
    own: set[str] = set()
    denied: set[str] = set()
    for i, tags in enumerate(reading.tags):
        named = {t for t in tags if t.startswith("g:")}
        if named:
            before = reading.words[max(0, i - 2) : i]
            after = reading.words[i + 1 : i + 3]
            no = any(w.text in _NOT for w in before) or any(w.text.startswith("емес") for w in after)
            (denied if no else own).update(named)
    return frozenset(own), frozenset(denied - own)


def _spread(counts: dict[str, Decimal], unit: str, value: Decimal) -> None:
    """A length of time in its smaller units too: two weeks are fourteen days."""
    for smaller, times in _SMALLER.get(unit, {}).items():
        counts[smaller] = value * times


def _length_alone(reading: Reading) -> str:
    """The unit a brief message names without a number: "а неделя?" asks about one."""
    if reading.quantities or len(reading.words) > _BRIEF:
        return ""
    return next((c[2:] for c in sorted(reading.concepts) if c in _LENGTHS), "")


def _counts_goods(q: Quantity, noun: str, vocabulary: frozenset[str], reading: Reading) -> bool:
    """True for a number that may count what is sold: alone in its message, or before a word of the book."""
    if q.value != q.value.to_integral_value():
        return False
    after = (w.stem for w in reading.words[q.last + 1 : q.last + 3])
    return len(reading.quantities) == 1 or noun in vocabulary or any(stem in vocabulary for stem in after)
