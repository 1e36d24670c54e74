"""What a dialogue shows of its client: how much of what, which groups they belong to, how far their date is."""

from __future__ import annotations

from decimal import Decimal

from botops.claims.conditions import Known, days_until, noun_of
from botops.claims.context import ReplyContext
from botops.claims.quantities import Quantity
from botops.claims.reading import Reading

_MAX_COUNT = 100_000
_SAME_UNIT = {"user": "person", "child": "person", "night": "day"}


def known_from(ctx: ReplyContext) -> Known:
    """What the client's messages show: the latest count of each unit, groups they belong to, days until their date.

    A number without a unit ("а 7?") counts the unit named last; before any was named it stands under "".
    """
    counts: dict[str, Decimal] = {}
    groups: set[str] = set()
    last_unit = ""
    nouns: dict[str, Decimal] = {}
    vocabulary = ctx.book.terms.vocabulary
    lead: int | None = None
    for message in ctx.client:
        reading = message.reading
        groups.update(c for c in reading.concepts if c.startswith("g:"))
        money = {at for m in message.mentions for at in range(m.start, m.end)}
        for q in reading.quantities:
            if q.ordinal or q.start in money:
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
            unit = q.unit or last_unit
            last_unit = unit
            counts[unit] = q.value
            if unit in _SAME_UNIT:
                counts[_SAME_UNIT[unit]] = q.value
            if unit == "person":
                counts["user"] = q.value
    return Known(counts, frozenset(groups), lead_days=lead, nouns=nouns)


def _counts_goods(q: Quantity, noun: str, vocabulary: frozenset[str], reading: Reading) -> bool:
    """True for a number that may count what is sold: alone in its message, or before a word of the book."""
    if q.value != q.value.to_integral_value():
        return False
    after = (w.stem for w in reading.words[q.last + 1 : q.last + 3])
    return len(reading.quantities) == 1 or noun in vocabulary or any(stem in vocabulary for stem in after)
