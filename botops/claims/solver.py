"""Can a figure be computed? A small, typed search over prices in force, counts named, offers, VAT and stated sums.

The search is bounded on purpose. A bag of all sums and products would make every number derivable; here a price is
multiplied only by counts named nearby and only in its own quantity tier, an operation is tried only where words ask for
it (`Cues`), and sums run over amounts stated side by side.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, combinations
from typing import NamedTuple

from botops.claims.cues import NO_CUES, Cues
from botops.claims.records import Record
from botops.pricebook.model import Price

ONE = Decimal(1)
_HUNDRED = Decimal(100)
_MAX_VALUES = 4000
_MAX_SUBSET, _SMALL = 7, 4
_MAX_WINDOW, _MAX_LINES, _MAX_PAIR = 12, 30, 6
_MAX_CHOICES = 40
_RUNNING = 6
_MAX_WEIGHT = 31
_MONTHS = Decimal(12)


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


class Reduction(NamedTuple):
    """A percent or an amount off, and the products it is for (none: any)."""

    value: Decimal
    skus: frozenset[str] = frozenset()

    def fits(self, sku: str) -> bool:
        """True when it may be taken off a price of a product, or of a sum (an empty SKU)."""
        return not sku or not self.skus or sku in self.skus


@dataclass(slots=True)
class Ground:
    """What may be computed with.

    `records` are prices in force of the products spoken of, nearest first; `counts` the numbers named near the claim,
    `far_counts` in the rest of the dialogue; `percents` the percents that hold and were named; `shares` percents that
    are a part to pay or get back, `added` those put on top of a price; `off` the amounts off that hold and were named;
    `free` the free periods in force; `parts` into how many payments a price may be split; `stated` supported amounts of
    this message in order; `lines` the last of each line; `running` those of earlier turns, latest last; `known` figures
    of tools and of the client; `swaps` prices of today with those of another time said of the same thing; `basket` the
    prices of each thing named beside the claim, for sums over products;
    `listed` all amounts of the price list: they are multiplied as prices of their product, never as sums.
    """

    records: Sequence[Record] = ()
    counts: Sequence[Decimal] = ()
    far_counts: Sequence[Decimal] = ()
    percents: Sequence[Reduction] = ()
    shares: Sequence[Decimal] = ()
    added: Sequence[Decimal] = ()
    off: Sequence[Reduction] = ()
    free: Sequence[Reduction] = ()
    parts: Sequence[Decimal] = ()
    vat: Decimal = Decimal(0)
    vat_included: bool = True
    stated: Sequence[Decimal] = ()
    lines: Sequence[Decimal] = ()
    running: Sequence[Decimal] = ()
    known: Sequence[Decimal] = ()
    swaps: Sequence[tuple[Decimal, Decimal]] = ()
    basket: Sequence[Sequence[Record]] = ()
    listed: Container[Decimal] = ()
    cues: Cues = NO_CUES
    _values: dict[bool, dict[Decimal, Parts]] = field(default_factory=dict)

    def values(self, *, far: bool) -> dict[Decimal, Parts]:
        """Figures that follow from one price: multiples, shares, discounts. Made once, kept."""
        if far not in self._values:
            self._values[far] = _values(self, self.far_counts if far else self.counts)
        return self._values[far]


@dataclass(frozen=True, slots=True)
class Target:
    """A figure to explain, with the slack its wording allows."""

    low: Decimal
    high: Decimal

    def hits(self, amount: Decimal) -> bool:
        """True when an amount lies inside."""
        return self.low <= amount <= self.high


def tier_of(prices: Iterable[Price], like: Price, count: Decimal) -> Price:
    """The price among quantity tiers of the same variant that holds for a count: the largest `min_qty` not above it."""
    same = [p for p in prices if _same_variant(p, like)]
    fitting = [p for p in same if p.min_qty <= count]
    return max(fitting, key=lambda p: p.min_qty, default=min(same, key=lambda p: p.min_qty, default=like))


def _same_variant(price: Price, like: Price) -> bool:
    return (
        price.per == like.per
        and price.currency == like.currency
        and price.unit == like.unit
        and price.window == like.window
        and price.attributes == like.attributes
        and price.region == like.region
        and price.segment == like.segment
    )


def holds_for(record: Record, count: Decimal) -> bool:
    """True when a price is the one of its quantity tier for a count; a tool's figure always is."""
    price, product = record.price, record.product
    if price is None or product is None or not record.tiered:
        return True
    return tier_of(product.prices, price, count).min_qty == price.min_qty


def derive(target: Target, ground: Ground) -> Value | None:
    """A way by which the figure comes out, or None. A plain price is no computation.

    What is said side by side is added up first: most totals are such, and nothing need be multiplied for them.
    """
    for amount, formula in _sums(ground):
        if target.hits(amount):
            return Value(amount, formula)
    for far in (False, True) if ground.far_counts else (False,):
        found = _direct(target, ground.values(far=far)) or _combined(target, ground, far=far)
        if found:
            return found
    return None


def _values(ground: Ground, counts: Sequence[Decimal]) -> dict[Decimal, Parts]:
    plain: dict[tuple[Decimal, str], Parts] = {}
    out: dict[Decimal, Parts] = {}
    for record in ground.records:
        for amount, formula, computed in _multiples(record, ground, counts):
            plain.setdefault((amount, record.sku), formula)
            if computed:
                out.setdefault(amount, formula)
        if len(plain) > _MAX_VALUES:
            break
    for (amount, sku), formula in plain.items():
        for derived, how in _shares(amount, ground, sku):
            out.setdefault(derived, (*formula, *how))
        if len(out) > _MAX_VALUES:
            break
    return out


def _multiples(record: Record, ground: Ground, counts: Sequence[Decimal]) -> Iterator[tuple[Decimal, Parts, bool]]:
    """Multiples of a price with how they came out; the last field is False for the price itself."""
    price, amount = record.price, record.amount
    counts = (*counts[:_MAX_WINDOW], *_less_free(counts, [r.value for r in ground.free if r.fits(record.sku)]))
    if record.pack:
        counts = (*counts, *(c / record.pack for c in counts if c > record.pack and not c % record.pack))
    loose = ground.cues.difference and price is not None and price.min_qty == 1
    fits = counts if loose else [c for c in counts if holds_for(record, c)]
    if price is None or price.min_qty == 1 or fits:
        yield amount, (amount,), False
        if price is not None and price.per == "year" and ground.cues.divide:
            yield amount / _MONTHS, (amount, "/", _MONTHS), True
        if price is not None and price.per == "month":
            yield amount * _MONTHS, (_MONTHS, "×", amount), True
    for count in fits:
        if count == ONE:
            continue
        yield amount * count, (count, "×", amount), True
        if ground.cues.divide:
            yield amount / count, (amount, "/", count), True
        for other in ground.counts[:_MAX_PAIR]:
            if other != ONE:
                yield amount * count * other, (count, "×", other, "×", amount), True
    yield from _over_months(price, amount, fits, counts, pro_rata=ground.cues.pro_rata)


def _over_months(
    price: Price | None, amount: Decimal, fits: Sequence[Decimal], counts: Sequence[Decimal], *, pro_rata: bool
) -> Iterator[tuple[Decimal, Parts, bool]]:
    """A monthly price over a year, a yearly one over the months left of it."""
    per = price.per if price is not None else ""
    for count in fits:
        if per == "month":
            yield amount * count * _MONTHS, (count, "×", _MONTHS, "×", amount), True
        for months in counts if per == "year" and pro_rata else ():
            if months < _MONTHS:
                yield amount * count * months / _MONTHS, (count, "×", amount, "×", months, "/", _MONTHS), True


def _less_free(counts: Sequence[Decimal], free: Sequence[Decimal]) -> Iterator[Decimal]:
    for given in free:
        for count in (*counts, _MONTHS):
            if count > given:
                yield count - given


def _shares(amount: Decimal, ground: Ground, sku: str = "") -> Iterator[tuple[Decimal, Parts]]:
    for percent in (r.value for r in ground.percents if r.fits(sku)):
        share = amount * percent / _HUNDRED
        yield amount - share, ("−", percent, "%")
        yield share, ("×", percent, "%")
    for percent in ground.shares:
        yield amount * percent / _HUNDRED, ("×", percent, "%")
    for percent in ground.added:
        yield from _on_top(amount, percent, ground)
    for off in (r.value for r in ground.off if r.fits(sku)):
        if off < amount:
            yield amount - off, ("−", off)
    for parts in ground.parts:
        yield amount / parts, ("/", parts)
    if ground.vat and ground.cues.vat:
        yield from _vat(amount, ground)


def _on_top(amount: Decimal, percent: Decimal, ground: Ground) -> Iterator[tuple[Decimal, Parts]]:
    """A surcharge by itself, with the price, and with the price and tax on both."""
    more = amount * percent / _HUNDRED
    yield more, ("×", percent, "%")
    yield amount + more, ("+", percent, "%")
    if ground.vat and ground.cues.vat and not ground.vat_included:
        yield (amount + more) * (1 + ground.vat / _HUNDRED), ("+", percent, "% +", ground.vat, "%")


def _vat(amount: Decimal, ground: Ground) -> Iterator[tuple[Decimal, Parts]]:
    rate = ground.vat / _HUNDRED
    yield amount * rate / (1 + rate), ("×", ground.vat, "/", _HUNDRED + ground.vat)
    if ground.vat_included:
        yield amount / (1 + rate), ("/", 1 + rate)
        return
    yield amount * (1 + rate), ("+", ground.vat, "%")
    yield amount * rate, ("×", ground.vat, "%")
    for percent, _ in ground.percents:
        rest = amount * (_HUNDRED - percent) / _HUNDRED
        yield rest * (1 + rate), ("−", percent, "% +", ground.vat, "%")


def _direct(target: Target, values: dict[Decimal, Parts]) -> Value | None:
    if target.low == target.high:
        formula = values.get(target.low)
        return Value(target.low, formula) if formula is not None else None
    return next((Value(v, f) for v, f in values.items() if target.low <= v <= target.high), None)


def _combined(target: Target, ground: Ground, *, far: bool) -> Value | None:
    """Figures that rest on more than one price: sums, differences, and what is done to them."""
    for amount, formula in _sums(ground):
        if target.hits(amount):
            return Value(amount, formula)
        for derived, how in _shares(amount, ground):
            if target.hits(derived):
                return Value(derived, ("(", *formula, ")", *how))
    found = _of_stated(target, ground) or _repriced(target, ground)
    if found is None and ground.cues.difference:
        found = _difference(target, ground)
    if found is None and ground.cues.total:
        found = _with_one_price(target, ground, far=far) or _weighted(target, ground)
    return found or _over_products(target, ground)


def _of_stated(target: Target, ground: Ground) -> Value | None:
    """One stated amount (a price after a discount, say) times a count, a part of it, or less what is off."""
    for amount in dict.fromkeys((*ground.stated, *reversed(ground.running[-_RUNNING:]), *ground.known)):
        for count in ground.counts:
            if count > 1 and amount not in ground.listed and target.hits(amount * count):
                return Value(amount * count, (count, "×", amount))
            if count > 1 and ground.cues.divide and target.hits(amount / count):
                return Value(amount / count, (amount, "/", count))
        if ground.cues.divide and target.hits(amount / _MONTHS):
            return Value(amount / _MONTHS, (amount, "/", _MONTHS))
        owners = [r.sku for r in ground.records if r.amount == amount] or [""]
        for derived, how in (s for sku in dict.fromkeys(owners) for s in _shares(amount, ground, sku)):
            if target.hits(derived):
                return Value(derived, (amount, *how))
    return None


def _repriced(target: Target, ground: Ground) -> Value | None:
    """An earlier total at the price of another time ("from July the same set is 342 000")."""
    for before, after in ground.swaps:
        for total in ground.running[-_RUNNING:]:
            for count in (ONE, *ground.counts, *ground.far_counts):
                amount = total + (after - before) * count
                if total >= before * count and target.hits(amount):
                    return Value(amount, (total, "−", count, "×", before, "+", count, "×", after))
    return None


def _difference(target: Target, ground: Ground) -> Value | None:
    pieces = dict.fromkeys([*ground.stated, *ground.running[-_RUNNING:], *ground.known])
    amounts = dict.fromkeys(a for r in ground.records for a, _, _ in _multiples(r, ground, ground.counts))
    priced = list(amounts)[:_MAX_CHOICES] if ground.cues.pure_difference else []
    counted = dict.fromkeys(p * c for p in pieces for c in (*ground.counts, *ground.far_counts) if c > 1)
    for first in pieces:
        for second in (*pieces, *priced, *list(counted)[:_MAX_CHOICES]):
            if first != second and target.hits(abs(first - second)):
                return Value(abs(first - second), (max(first, second), "−", min(first, second)))
    return _between_prices(target, ground) if ground.cues.pure_difference else None


def _between_prices(target: Target, ground: Ground) -> Value | None:
    """The difference of two prices: of two products as listed, or of one product over a count or a year."""
    listed = dict.fromkeys(r.amount for r in ground.records)
    pairs = [combinations(list(listed)[:_MAX_CHOICES], 2)] if ground.cues.between else []
    for sku in dict.fromkeys(r.sku for r in ground.records):
        own = dict.fromkeys(
            a for r in ground.records if r.sku == sku for a, _, _ in _multiples(r, ground, ground.counts)
        )
        pairs.append(combinations(list(own)[:_MAX_CHOICES], 2))
    for one, other in chain.from_iterable(pairs):
        if target.hits(abs(one - other)):
            return Value(abs(one - other), (max(one, other), "−", min(one, other)))
    return None


def _with_one_price(target: Target, ground: Ground, *, far: bool) -> Value | None:
    """A stated sum and one more price or its multiple, where the words ask for a total."""
    values = {a: f for a, f in ground.values(far=far).items() if "/" not in f}
    for record in ground.records:
        values.setdefault(record.amount, (record.amount,))
    for amount in ground.stated:
        values.pop(amount, None)
    recent = [*_windows(list(ground.stated)[-_MAX_WINDOW:]), *((r, (r,)) for r in ground.running[-_RUNNING:])]
    for amount, formula in recent:
        low = target.low - amount
        if target.high - amount <= 0:
            continue
        found = _direct(Target(low, target.high - amount), values)
        if found and found.amount != amount and found.amount * 100 > amount:
            return Value(target.low, (*formula, "+", *found.parts))
    return None


def _weighted(target: Target, ground: Ground) -> Value | None:
    """Two stated amounts, each times a count named nearby ("30 и 31 августа по 85 000, 1 сентября 60 000")."""
    counts = (ONE, *(c for c in ground.counts if 1 < c <= _MAX_WEIGHT))
    shared = [(Decimal(k), c - k) for c in counts for k in range(1, int(c)) if c == int(c)]
    weights = [*((a, b) for a in counts for b in counts), *shared]
    for first, second in combinations(dict.fromkeys(ground.stated), 2):
        for one, other in weights:
            if target.hits(first * one + second * other):
                return Value(first * one + second * other, (one, "×", first, "+", other, "×", second))
    return None


def _over_products(target: Target, ground: Ground) -> Value | None:
    """A sum of one price of each thing named, each times a count named nearby."""
    if len(ground.basket) < 2:
        return None
    sums: dict[Decimal, Parts] = {Decimal(0): ()}
    for records in ground.basket:
        choices = [(a, f) for r in records for a, f, _ in _multiples(r, ground, ground.counts)][:_MAX_CHOICES]
        sums = {
            total + amount: (*names, "+", *formula) if names else formula
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
                return Value(derived, ("(", *names, ")", *how))
    return None


def _sums(ground: Ground) -> Iterator[tuple[Decimal, Parts]]:
    """Sums of amounts stated side by side, then of any few of this message, then with the last turns' figures."""
    stated = list(ground.stated)[-_MAX_WINDOW:]
    yield from (w for w in _windows(stated) if "+" in w[1])
    yield from (w for w in _windows(list(ground.lines)[-_MAX_LINES:]) if "+" in w[1])
    distinct = list(dict.fromkeys(stated))[-_MAX_SUBSET:]
    for size in range(2, min(len(distinct), _SMALL)):
        for chosen in combinations(distinct, size):
            yield sum(chosen, Decimal(0)), _added(chosen)
    if not ground.cues.total:
        return
    running = list(dict.fromkeys(ground.running[-8:]))
    yield from (w for w in _windows(running) if "+" in w[1])
    recent = list(dict.fromkeys([*running[-_RUNNING:], *stated[-_RUNNING:]]))
    for size in (2, 3):
        for few in combinations(recent, size):
            yield sum(few, Decimal(0)), _added(few)
    if stated:
        for total, formula in _windows(stated):
            for base in running[-4:]:
                yield base + total, (base, "+", *formula)


def _windows(amounts: Sequence[Decimal]) -> Iterator[tuple[Decimal, Parts]]:
    for first in range(len(amounts)):
        total = Decimal(0)
        for last in range(first, len(amounts)):
            total += amounts[last]
            yield total, _added(amounts[first : last + 1])


def _added(amounts: Sequence[Decimal]) -> Parts:
    out: list[Decimal | str] = []
    for amount in amounts:
        out += ("+", amount) if out else (amount,)
    return tuple(out)
