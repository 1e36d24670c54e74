"""Can a figure be computed? A small, typed search over prices in force, counts named, offers, VAT and stated sums.

The search is bounded on purpose. A bag of all sums and products would make every number derivable; here a price is
multiplied only by counts named nearby and only in its own quantity tier, and sums run over amounts stated side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations

from botops.claims.records import Record
from botops.pricebook.model import Offer, OfferKind, Price, PriceBook

ONE = Decimal(1)
_HUNDRED = Decimal(100)
_MAX_VALUES = 4000
_MAX_SUBSET = 7
_MAX_WINDOW = 12
_MAX_CHOICES = 40
_PER_YEAR = Decimal(12)
_DAYS = (Decimal(30), Decimal(7))


@dataclass(frozen=True, slots=True)
class Value:
    """A figure with the way it came out, fit to show ("5 × 14500 − 10%")."""

    amount: Decimal
    formula: str


@dataclass(slots=True)
class Ground:
    """What may be computed with.

    `records` are prices in force of the products spoken of, nearest first; `counts` the numbers named near the claim,
    `far_counts` in the rest of the dialogue; `percents` the percents that hold; `off` the amounts off that hold;
    `stated` supported amounts of this message in order; `running` those of earlier turns, latest last; `known` figures
    of tools and of the client; `basket` the prices of each thing named beside the claim, for sums over products;
    `differences` is True where the sentence speaks of a sum, a saving or a difference.
    """

    records: Sequence[Record] = ()
    siblings: Sequence[Price] = ()
    counts: Sequence[Decimal] = ()
    far_counts: Sequence[Decimal] = ()
    percents: Sequence[Decimal] = ()
    off: Sequence[Decimal] = ()
    instalments: Sequence[Decimal] = ()
    vat: Decimal = Decimal(0)
    vat_included: bool = True
    stated: Sequence[Decimal] = ()
    running: Sequence[Decimal] = ()
    known: Sequence[Decimal] = ()
    basket: Sequence[Sequence[Record]] = ()
    differences: bool = False
    _values: dict[bool, dict[Decimal, str]] = field(default_factory=dict)

    def values(self, *, far: bool) -> dict[Decimal, str]:
        """Figures that follow from one price: multiples, shares, discounts. Made once, kept."""
        if far not in self._values:
            counts = (*self.counts, *self.far_counts) if far else self.counts
            self._values[far] = _values(self, tuple(dict.fromkeys(counts)))
        return self._values[far]


def tier_of(prices: Iterable[Price], like: Price, count: Decimal) -> Price:
    """The price among quantity tiers of the same variant that holds for a count: the largest `min_qty` not above it."""
    same = [
        p
        for p in prices
        if p.per == like.per
        and p.currency == like.currency
        and p.attributes == like.attributes
        and p.window == like.window
        and p.region == like.region
        and p.segment == like.segment
        and p.unit == like.unit
    ]
    fitting = [p for p in same if p.min_qty <= count]
    return max(fitting, key=lambda p: p.min_qty, default=min(same, key=lambda p: p.min_qty, default=like))


def percents_of(book: PriceBook, offers: Iterable[Offer]) -> tuple[Decimal, ...]:
    """Percents that offers in force take off or give back."""
    out = []
    for offer in offers:
        value = offer.value
        if not isinstance(value, Decimal):
            continue
        kinds = {OfferKind.PERCENT, OfferKind.CASHBACK}
        if offer.kind in kinds or (offer.kind is OfferKind.PROMO_CODE and value <= _HUNDRED):
            out.append(value)
    return tuple(dict.fromkeys(out))


def _values(ground: Ground, counts: Sequence[Decimal]) -> dict[Decimal, str]:
    out: dict[Decimal, str] = {}
    for record in ground.records:
        for amount, formula in _multiples(record, ground, counts):
            out.setdefault(amount, formula)
            if len(out) > _MAX_VALUES:
                return out
    for amount, formula in list(out.items()):
        for derived, how in _shares(amount, ground):
            out.setdefault(derived, f"{formula} {how}")
        if len(out) > _MAX_VALUES:
            return out
    return out


def _multiples(record: Record, ground: Ground, counts: Sequence[Decimal]) -> Iterator[tuple[Decimal, str]]:
    price, amount = record.price, record.amount
    tiers = record.product.prices if record.product else ()
    fits = [c for c in counts if price is None or tier_of(tiers, price, c).min_qty == price.min_qty]
    if price is None or price.min_qty == 1 or fits:
        yield amount, _show(amount)
        yield from _periods(price, amount)
    for count in fits:
        yield amount * count, f"{_show(count)} × {_show(amount)}"
        if count > 1:
            yield amount / count, f"{_show(amount)} / {_show(count)}"
        for other in counts:
            if other != ONE:
                yield amount * count * other, f"{_show(count)} × {_show(other)} × {_show(amount)}"


def _periods(price: Price | None, amount: Decimal) -> Iterator[tuple[Decimal, str]]:
    if price is None:
        return
    if price.per == "year":
        yield amount / _PER_YEAR, f"{_show(amount)} / 12"
    if price.per == "month":
        yield amount * _PER_YEAR, f"12 × {_show(amount)}"


def _shares(amount: Decimal, ground: Ground) -> Iterator[tuple[Decimal, str]]:
    for percent in ground.percents:
        share = amount * percent / _HUNDRED
        yield amount - share, f"− {_show(percent)}%"
        yield share, f"× {_show(percent)}%"
    for off in ground.off:
        if off < amount:
            yield amount - off, f"− {_show(off)}"
    for parts in ground.instalments:
        yield amount / parts, f"/ {_show(parts)}"
    if ground.vat:
        rate = ground.vat / _HUNDRED
        yield amount * rate / (1 + rate), f"× {_show(ground.vat)}/{_show(_HUNDRED + ground.vat)}"
        if not ground.vat_included:
            yield amount * (1 + rate), f"+ {_show(ground.vat)}%"
            yield amount * rate, f"× {_show(ground.vat)}%"


@dataclass(frozen=True, slots=True)
class Target:
    """A figure to explain: within `slack` of the true one (half a unit of the last digit, 2% for a hedged one)."""

    low: Decimal
    high: Decimal

    def hits(self, amount: Decimal) -> bool:
        """True when an amount lies inside."""
        return self.low <= amount <= self.high


def derive(target: Target, ground: Ground) -> Value | None:
    """The simplest way by which the figure comes out, or None."""
    for far in (False, True):
        values = ground.values(far=far)
        found = _direct(target, values)
        if found:
            return found
        found = _combined(target, ground, values, far=far)
        if found:
            return found
        if not ground.far_counts and far is False:
            break
    return None


def _direct(target: Target, values: dict[Decimal, str]) -> Value | None:
    if target.low == target.high:
        formula = values.get(target.low)
        return Value(target.low, formula) if formula is not None else None
    return next((Value(v, f) for v, f in values.items() if target.low <= v <= target.high), None)


def _combined(target: Target, ground: Ground, values: dict[Decimal, str], *, far: bool) -> Value | None:
    sums = list(_sums(ground))
    for amount, formula in sums:
        if target.hits(amount):
            return Value(amount, formula)
        for derived, how in _shares(amount, ground):
            if target.hits(derived):
                return Value(derived, f"({formula}) {how}")
        for count in ground.counts:
            if count > 1 and (target.hits(amount * count) or target.hits(amount / count)):
                return Value(amount * count, f"({formula}) ×/ {_show(count)}")
    pieces = [*ground.stated, *ground.running[-6:], *ground.known]
    for first, second in combinations(dict.fromkeys(pieces), 2):
        if target.hits(abs(first - second)):
            return Value(abs(first - second), f"{_show(max(first, second))} − {_show(min(first, second))}")
    return _with_one_price(target, ground, values, sums) or _over_products(target, ground)


def _with_one_price(
    target: Target, ground: Ground, values: dict[Decimal, str], sums: Sequence[tuple[Decimal, str]]
) -> Value | None:
    """A stated sum and one more price, added or taken away."""
    recent = [*sums[: len(ground.stated) * 3], *[(r, _show(r)) for r in ground.running[-4:]]]
    for amount, formula in recent:
        for sign, low, high in (
            ("+", target.low - amount, target.high - amount),
            ("−", amount - target.high, amount - target.low),
        ):
            if high <= 0:
                continue
            found = _direct(Target(low, high), values)
            if found:
                return Value(target.low, f"{formula} {sign} {found.formula}")
    return None


def _over_products(target: Target, ground: Ground) -> Value | None:
    """A sum of one price of each thing named, each times a count named nearby; or the difference of two prices."""
    if len(ground.basket) > 1:
        sums: dict[Decimal, str] = {Decimal(0): ""}
        for records in ground.basket:
            choices = [v for r in records for v in _multiples(r, ground, ground.counts)][:_MAX_CHOICES]
            sums = {
                total + amount: f"{names} + {formula}" if names else formula
                for total, names in sums.items()
                for amount, formula in choices
            }
            if len(sums) > _MAX_VALUES:
                return None
        for total, names in sums.items():
            if target.hits(total):
                return Value(total, names)
            for derived, how in _shares(total, ground):
                if target.hits(derived):
                    return Value(derived, f"({names}) {how}")
    if ground.differences:
        amounts = list(dict.fromkeys(a for r in ground.records for a, _ in _multiples(r, ground, ground.counts)))
        for first, second in combinations(amounts[:_MAX_CHOICES], 2):
            if target.hits(abs(first - second)):
                return Value(abs(first - second), f"{_show(max(first, second))} − {_show(min(first, second))}")
    return None


def _sums(ground: Ground) -> Iterator[tuple[Decimal, str]]:
    """Sums of amounts stated side by side, then of any few of this message, then with the last turns' figures."""
    stated = list(ground.stated)[-_MAX_WINDOW:]
    yield from _windows(stated)
    distinct = list(dict.fromkeys(stated))[-_MAX_SUBSET:]
    for size in range(2, len(distinct)):
        for chosen in combinations(distinct, size):
            yield sum(chosen, Decimal(0)), " + ".join(map(_show, chosen))
    running = list(ground.running)[-8:]
    yield from _windows(running)
    recent = list(dict.fromkeys([*running[-6:], *stated[-6:]]))
    for size in (2, 3) if ground.differences else (2,):
        for few in combinations(recent, size):
            yield sum(few, Decimal(0)), " + ".join(map(_show, few))
    if running and stated:
        for total, formula in _windows(stated):
            for base in dict.fromkeys(running[-4:]):
                yield base + total, f"{_show(base)} + {formula}"


def _windows(amounts: Sequence[Decimal]) -> Iterator[tuple[Decimal, str]]:
    for first in range(len(amounts)):
        total, names = Decimal(0), []
        for amount in amounts[first:]:
            total += amount
            names.append(_show(amount))
            yield total, " + ".join(names)


def _show(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
