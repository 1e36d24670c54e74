"""Multiples of prices: what numbers may make of a price, and a way to look a figure up among all of them.

No price is multiplied out: what must be made of it to reach a figure is looked up among the rough sizes of what may be
made of it, and computed exactly when one is close.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import NamedTuple

from botops.claims.records import Record
from botops.claims.steps import ONE, Figure, Parts, Target

_MONTHS = Decimal(12)
_YEAR = 12.0
_NEAR = 1e-3
_CLOSE = 1e-9
"""Rough sizes are off by less: a thousandth, and a billionth of the size itself."""


class Factor(NamedTuple):
    """`price × times / over`, written with `before` and `after` around the price."""

    times: Decimal
    over: Decimal
    before: Parts
    after: Parts

    def amount(self, price: Decimal) -> Decimal:
        """The size of the multiple."""
        return price * self.times if self.over == ONE else price * self.times / self.over

    def of(self, record: Record) -> Figure:
        """The multiple of a price; the price itself counts as nothing computed."""
        parts = (*self.before, record.amount, *self.after)
        return Figure(self.amount(record.amount), parts, record.sku, bool(self.before or self.after))


_ALONE = Factor(ONE, ONE, (), ())
_Recipe = tuple[Callable[[Decimal, Decimal], Factor], Decimal, Decimal]
"""A factor not yet made: what makes it, of which numbers. Of hundreds few are ever looked at."""


def _times(count: Decimal, _: Decimal) -> Factor:
    return Factor(count, ONE, (count, "×"), ())


def _twice(count: Decimal, other: Decimal) -> Factor:
    return Factor(count * other, ONE, (count, "×", other, "×"), ())


def _over(count: Decimal, _: Decimal) -> Factor:
    return Factor(ONE, count, (), ("/", count))


def _part_of_a_year(count: Decimal, months: Decimal) -> Factor:
    return Factor(count * months, _MONTHS, (count, "×"), ("×", months, "/", _MONTHS))


def _alone(_: Decimal, __: Decimal) -> Factor:
    return _ALONE


class Factors:
    """What may be made of a price, in order. `rough` are the sizes; a factor itself is made when it is asked for."""

    __slots__ = ("_order", "_recipes", "_sizes", "rough")

    def __init__(self, recipes: list[_Recipe], rough: list[float]) -> None:
        self._recipes = recipes
        self.rough = rough
        self._order = sorted(range(len(rough)), key=rough.__getitem__)
        self._sizes = [rough[i] for i in self._order]

    def between(self, low: float, high: float, price: float) -> Sequence[int]:
        """The places of those that lead from a price to something between two bounds."""
        if not price:
            return self._order if low <= 0 <= high else ()
        low, high = low / price, high / price
        if price < 0:
            low, high = high, low
        first = bisect_left(self._sizes, low)
        if first == len(self._sizes) or self._sizes[first] > high:
            return ()
        return self._order[first : bisect_right(self._sizes, high, first)]

    def __iter__(self) -> Iterator[Factor]:
        return (make(count, other) for make, count, other in self._recipes)

    def __getitem__(self, at: int) -> Factor:
        make, count, other = self._recipes[at]
        return make(count, other)


def factors(
    per: str,
    fits: Sequence[Decimal],
    counts: Sequence[Decimal],
    pairs: Sequence[Decimal],
    free: Sequence[Decimal],
    *,
    alone: bool,
    divides: Callable[[Decimal], bool],
    pro_rata: bool,
) -> Factors:
    """What may be made of a price charged per `per`.

    `fits` are the counts its quantity tier holds for, `counts` all of them, `pairs` those a second factor is taken
    from, `free` the periods given on top. `alone` allows the price by itself, `divides` by which counts it may be
    divided, `pro_rata` a yearly price for some of its months.
    """
    recipes: list[_Recipe] = []
    rough: list[float] = []
    if alone:
        recipes.append((_alone, ONE, ONE))
        rough.append(1.0)
        if per == "year" and divides(_MONTHS):
            whole = (_MONTHS, *(_MONTHS + given for given in free))
            recipes += [(_over, months, ONE) for months in whole]
            rough += [1 / float(months) for months in whole]
        if per == "month":
            recipes.append((_times, _MONTHS, ONE))
            rough.append(_YEAR)
    others = [other for other in pairs if other != ONE]
    sizes = [float(other) for other in others]
    for count in fits:
        if count == ONE:
            continue
        size = float(count)
        recipes.append((_times, count, ONE))
        rough.append(size)
        if divides(count):
            recipes.append((_over, count, ONE))
            rough.append(1 / size)
        recipes += [(_twice, count, other) for other in others]
        rough += [size * other for other in sizes]
    _over_months(per, fits, counts, recipes, rough, pro_rata=pro_rata)
    return Factors(recipes, rough)


def _over_months(
    per: str,
    fits: Sequence[Decimal],
    counts: Sequence[Decimal],
    recipes: list[_Recipe],
    rough: list[float],
    *,
    pro_rata: bool,
) -> None:
    """A monthly price over a year, a yearly one over the months left of it."""
    if per == "month":
        recipes += [(_twice, count, _MONTHS) for count in fits]
        rough += [float(count) * _YEAR for count in fits]
    if per == "year" and pro_rata:
        parts = [(count, months) for count in fits for months in counts if months < _MONTHS]
        recipes += [(_part_of_a_year, count, months) for count, months in parts]
        rough += [float(count * months) / _YEAR for count, months in parts]


class Multiples:
    """Multiples of some prices, `most` of them, looked up by value."""

    __slots__ = ("_most", "_rows")

    def __init__(self, rows: Iterable[tuple[Record, Factors]], most: int) -> None:
        self._most = most
        self._rows: list[tuple[int, float, Record, Factors]] = []
        place = 0
        for record, row in rows:
            self._rows.append((place, float(record.amount), record, row))
            place += len(row.rough)

    def within(self, target: Target) -> Iterator[Figure]:
        """The multiples inside a target, by size."""
        low, high = float(target.low), float(target.high)
        low -= _NEAR + abs(low) * _CLOSE
        high += _NEAR + abs(high) * _CLOSE
        near: list[tuple[float, int, Record, Factor]] = []
        for place, price, record, row in self._rows:
            found = row.between(low, high, price)
            near += [(price * row.rough[at], place + at, record, row[at]) for at in found if place + at < self._most]
        near.sort(key=itemgetter(0, 1))
        for _, _, record, factor in near:
            figure = factor.of(record)
            if target.low <= figure.amount <= target.high:
                yield figure


def results(amounts: Sequence[Decimal], listed: Container[Decimal]) -> list[Decimal]:
    """Amounts in order without the list prices of which the next is a multiple: 7 980 of "2 × 3 990 = 7 980"."""
    following = (*amounts[1:], Decimal(0))
    return [a for a, b in zip(amounts, following, strict=False) if not a or a not in listed or b <= a or b % a]
