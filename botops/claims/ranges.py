"""Variants sold by a range of a measure ("до 10 кг", "6-12 лет"): which of them a stated measure falls in."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from botops.claims.quantities import Quantity
from botops.claims.reading import read

_ONE_MEASURE = {"age": "year", "user": "person"}
"""Units that count the same thing: "6 лет" and "6 жаста", "5 гостей" and "5 мест"."""


class Range(NamedTuple):
    """From `low` to `high` of a unit; None where an end is open. The upper end belongs to it, the lower one as well
    unless the range below ends there."""

    low: Decimal | None
    high: Decimal | None
    unit: str

    def holds(self, value: Decimal) -> bool:
        """True for a measure inside."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


def unit_of(quantity: Quantity) -> str:
    """The measure of a quantity, one name for units that count the same thing; empty for a bare number."""
    return _ONE_MEASURE.get(quantity.unit, quantity.unit)


def range_of(value: str) -> Range | None:
    """The range an attribute value spells; None for any other value ("10 кг" is a pack, not a range)."""
    found = [q for q in read(value).quantities if not q.ordinal]
    unit = next((unit_of(q) for q in reversed(found) if q.unit), "")
    if not unit:
        return None
    if len(found) == 1 and (found[0].bound is not None or "+" in value):
        only = found[0]
        return Range(None, only.value, unit) if only.bound == "upto" else Range(only.value, None, unit)
    if len(found) == 2 and found[0].value < found[1].value and {unit_of(q) for q in found} <= {"", unit}:
        return Range(found[0].value, found[1].value, unit)
    return None


def tightest(fitting: Iterable[tuple[Range, tuple[str, str]]], value: Decimal) -> list[tuple[str, str]]:
    """Of the ranges that hold a measure, those to take: on a shared border the one that ends there."""
    held = [(r, reading) for r, reading in fitting if r.holds(value)]
    ending = [reading for r, reading in held if r.high == value]
    return ending or [reading for _, reading in held]
