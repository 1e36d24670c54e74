"""One step of arithmetic, forwards and backwards, and tables of figures searched by value.

A figure is explained by asking each step what it must have started from, and looking only there: the work grows with
the number of steps, not with the number of figures times steps.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import NamedTuple, Protocol

ONE = Decimal(1)
_ZERO = Decimal(0)
_ANY = Decimal("Infinity")
# Above the rounding of a division and of its inverse, below the slack of any target.
_ROUNDING = Decimal("0.000001")

Parts = tuple["Decimal | str", ...]
"""A formula before it is shown: numbers and signs in order. Thousands are made for one that is shown."""


@dataclass(frozen=True, slots=True)
class Value:
    """A figure with the way it came out."""

    amount: Decimal
    parts: Parts

    @property
    def formula(self) -> str:
        """The way it came out, fit to show ("5 × 14500 − 10 %")."""
        return " ".join([p if isinstance(p, str) else f"{p.normalize():f}" for p in self.parts])


class Target(NamedTuple):
    """A figure to explain, with the slack its wording allows."""

    low: Decimal
    high: Decimal

    def hits(self, amount: Decimal) -> bool:
        """True when an amount lies inside."""
        return self.low <= amount <= self.high


class Step(NamedTuple):
    """`amount × times / over − less`, for prices of the products `skus` (none: any). `how` is its part of a formula;
    `least` is the smallest amount it may be taken with."""

    how: Parts
    times: Decimal = ONE
    over: Decimal = ONE
    less: Decimal = _ZERO
    skus: frozenset[str] = frozenset()
    least: Decimal = _ZERO

    def of(self, amount: Decimal) -> Decimal:
        """Where the step leads from an amount."""
        return amount * self.times / self.over - self.less

    def fits(self, sku: str) -> bool:
        """True when it may be taken with a price of a product, or with a sum (an empty SKU)."""
        return not sku or not self.skus or sku in self.skus

    def start(self, target: Target) -> Target:
        """What an amount must be for the step to lead to a target; a hair wider than exact."""
        if not self.times:
            return Target(_ZERO, _ANY if target.hits(-self.less) else -ONE)
        low = (target.low + self.less) * self.over / self.times - _ROUNDING
        return Target(low, (target.high + self.less) * self.over / self.times + _ROUNDING)

    def hits(self, amount: Decimal, target: Target) -> bool:
        """True when the step leads from an amount to a target. Nothing is taken off a smaller sum."""
        return (not self.less or amount > self.less) and amount >= self.least and target.hits(self.of(amount))


class Reduction(NamedTuple):
    """A percent or an amount off, the products it is for (none: any), and the least sum it may be taken off."""

    value: Decimal
    skus: frozenset[str] = frozenset()
    least: Decimal = Decimal(0)

    def fits(self, sku: str) -> bool:
        """True when it may be taken off a price of a product, or of a sum (an empty SKU)."""
        return not sku or not self.skus or sku in self.skus


class Figure(NamedTuple):
    """A figure: how it came out, the product it belongs to, and whether anything was computed for it."""

    amount: Decimal
    parts: Parts
    sku: str = ""
    computed: bool = True


class Table(Protocol):
    """Figures that can be looked up by value."""

    def within(self, target: Target) -> Iterable[Figure]:
        """The figures inside a target."""
        ...


class Figures:
    """Figures in order of size."""

    __slots__ = ("_amounts", "_figures")

    def __init__(self, figures: Iterable[Figure]) -> None:
        self._figures = sorted(figures, key=itemgetter(0))
        self._amounts = [f[0] for f in self._figures]

    def __len__(self) -> int:
        return len(self._figures)

    def within(self, target: Target) -> Sequence[Figure]:
        """The figures inside a target."""
        low = bisect_left(self._amounts, target.low)
        amounts = self._amounts
        if low == len(amounts) or amounts[low] > target.high:
            return ()
        return self._figures[low : bisect_right(amounts, target.high, low)]


def led(target: Target, figures: Table, steps: Iterable[tuple[Step, Target]]) -> Iterator[tuple[Figure, Step]]:
    """Figures from which one step leads to a target; `steps` come with what each must start from."""
    for step, start in steps:
        for figure in figures.within(start):
            if step.fits(figure.sku) and step.hits(figure.amount, target):
                yield figure, step
