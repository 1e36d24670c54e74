"""Multiples of prices: what numbers may make of a price, and a table of all of them to look a figure up in.

A price is not multiplied out until something comes near it: the table holds rough sizes only, in order, and a figure is
computed exactly when its rough size is close to what is looked for.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from botops.claims.records import Record
from botops.claims.steps import ONE, Figure, Parts, Target

_MONTHS = Decimal(12)
_YEAR = 12.0
_NEAR = 1e-3
_CLOSE = 1e-9
"""Rough sizes are off by less: a thousandth, and a billionth of the size itself."""


class Factor(NamedTuple):
    """`price × times / over`, written with `before` and `after` around the price. `rough` is its size."""

    times: Decimal
    over: Decimal
    before: Parts
    after: Parts
    rough: float

    def amount(self, price: Decimal) -> Decimal:
        """The size of the multiple."""
        return price * self.times if self.over == ONE else price * self.times / self.over

    def of(self, record: Record) -> Figure:
        """The multiple of a price; the price itself counts as nothing computed."""
        parts = (*self.before, record.amount, *self.after)
        return Figure(self.amount(record.amount), parts, record.sku, bool(self.before or self.after))


def _factor(times: Decimal, rough: float, before: Parts = (), after: Parts = (), over: Decimal = ONE) -> Factor:
    return Factor(times, over, before, after, rough)


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
) -> Iterator[Factor]:
    """What may be made of a price charged per `per`.

    `fits` are the counts its quantity tier holds for, `counts` all of them, `pairs` those a second factor is taken
    from, `free` the periods given on top. `alone` allows the price by itself, `divides` by which counts it may be
    divided, `pro_rata` a yearly price for some of its months.
    """
    if alone:
        yield _factor(ONE, 1.0)
        if per == "year" and divides(_MONTHS):
            for months in (_MONTHS, *(_MONTHS + given for given in free)):
                yield _factor(ONE, 1 / float(months), after=("/", months), over=months)
        if per == "month":
            yield _factor(_MONTHS, _YEAR, (_MONTHS, "×"))
    sized = [(other, float(other)) for other in pairs if other != ONE]
    for count in fits:
        if count == ONE:
            continue
        rough = float(count)
        yield _factor(count, rough, (count, "×"))
        if divides(count):
            yield _factor(ONE, 1 / rough, after=("/", count), over=count)
        for other, size in sized:
            yield _factor(count * other, rough * size, (count, "×", other, "×"))
    yield from _over_months(per, fits, counts, pro_rata=pro_rata)


def _over_months(per: str, fits: Sequence[Decimal], counts: Sequence[Decimal], *, pro_rata: bool) -> Iterator[Factor]:
    """A monthly price over a year, a yearly one over the months left of it."""
    for count in fits:
        if per == "month":
            yield _factor(count * _MONTHS, float(count) * _YEAR, (count, "×", _MONTHS, "×"))
        for months in counts if per == "year" and pro_rata else ():
            if months < _MONTHS:
                part = float(count * months) / _YEAR
                yield _factor(count * months, part, (count, "×"), ("×", months, "/", _MONTHS), _MONTHS)


class Multiples:
    """All multiples of some prices, looked up by value."""

    __slots__ = ("_order", "_rows", "_sizes", "_starts")

    def __init__(self, rows: Iterable[tuple[Record, Sequence[Factor]]]) -> None:
        self._rows = list(rows)
        self._starts: list[int] = []
        sizes: list[float] = []
        for record, row in self._rows:
            self._starts.append(len(sizes))
            price = float(record.amount)
            sizes += [price * f.rough for f in row]
        self._order = sorted(range(len(sizes)), key=sizes.__getitem__)
        self._sizes = [sizes[i] for i in self._order]

    def within(self, target: Target) -> Iterator[Figure]:
        """The multiples inside a target."""
        low, high = float(target.low), float(target.high)
        first = bisect_left(self._sizes, low - _NEAR - abs(low) * _CLOSE)
        last = bisect_right(self._sizes, high + _NEAR + abs(high) * _CLOSE, first)
        for i in self._order[first:last]:
            row = bisect_right(self._starts, i) - 1
            record, found = self._rows[row]
            figure = found[i - self._starts[row]].of(record)
            if target.low <= figure.amount <= target.high:
                yield figure
