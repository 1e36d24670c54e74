"""Can a figure be computed? A small, typed search over prices in force, counts named, offers, VAT and stated sums.

The search is bounded on purpose. A bag of all sums and products would make every number derivable; here a price is
multiplied only by counts named nearby and only in its own quantity tier, an operation is tried only where words ask for
it (`Cues`), and sums run over amounts stated side by side.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import accumulate, chain, combinations, islice
from typing import Any

from botops.claims.cues import NO_CUES, Cues
from botops.claims.lazy import cached_property
from botops.claims.multiples import Factors, Multiples, factors, results
from botops.claims.records import Record, Tier
from botops.claims.steps import ONE, Figure, Figures, Parts, Reduction, Step, Target, Value, led

__all__ = ["Ground", "Reduction", "Target", "Value", "derive", "holds_for"]

_ZERO = Decimal(0)
_HUNDRED = Decimal(100)
_MAX_VALUES = 4000
_MAX_SUBSET, _SMALL = 7, 4
_MAX_WINDOW, _MAX_LINES, _MAX_PAIR = 12, 30, 6
_MAX_CHOICES = 40
_RUNNING = 6
_MAX_WEIGHT = 31
_MONTHS = Decimal(12)


_Sum = tuple[Decimal, Sequence[Decimal]]


@dataclass
class Ground:
    """What may be computed with.

    `records` are prices in force of the products spoken of, nearest first; `counts` the numbers named near the
    claim, `far_counts` in the rest of the dialogue; `percents` the percents that hold and were named; `shares`
    percents that are a part to pay or get back, `plain` is True for the price of a thing said right behind its name,
    which no percent of another is; `added` the percents put on top of a price; `off` the amounts off that
    hold and were named; `free` the free periods in force; `parts` into how many payments a price may be split;
    `spread` over how many units of its own a rate runs; `on_top` the sums of the policies put on top of a price here,
    `each` those, and amounts off, that are for every unit; `unsplit` months of an instalment the book does not have;
    `stated` supported amounts of this message in order; `lines` the last of each line, `addends` those that written
    arithmetic has not used up; `running` those of earlier
    turns, latest last; `known` figures of tools and of the client; `swaps` prices of today with those of another
    time said of the same thing; `basket` the prices of each thing named beside the claim, for sums over products;
    `listed` the price list by amount: a list price said here is taken many times only in its quantity tier.

    `made` keeps what was computed from prices and counts alone; grounds that differ in neither may share it.
    """

    records: Sequence[Record] = ()
    counts: Sequence[Decimal] = ()
    far_counts: Sequence[Decimal] = ()
    percents: Sequence[Reduction] = ()
    shares: Sequence[Decimal] = ()
    plain: bool = False
    added: Sequence[Reduction] = ()
    off: Sequence[Reduction] = ()
    free: Sequence[Reduction] = ()
    parts: Sequence[Reduction] = ()
    spread: Sequence[Decimal] = ()
    unsplit: Sequence[Decimal] = ()
    fees: Container[Decimal] = ()
    on_top: Sequence[Decimal] = ()
    each: frozenset[Decimal] = frozenset()
    vat: Decimal = Decimal(0)
    vat_included: bool = True
    gross: bool = False
    stated: Sequence[Decimal] = ()
    lines: Sequence[Decimal] = ()
    addends: Sequence[Decimal] = ()
    running: Sequence[Decimal] = ()
    known: Sequence[Decimal] = ()
    swaps: Sequence[tuple[Decimal, Decimal]] = ()
    basket: Sequence[Sequence[Record]] = ()
    listed: Mapping[Decimal, Sequence[Record]] = field(default_factory=dict)
    cues: Cues = NO_CUES
    made: dict[tuple[object, ...], Any] = field(default_factory=dict)

    def divides(self, count: Decimal) -> bool:
        """True where a sum may be divided by a count: the words ask for it, or a rate runs over so many."""
        return (self.cues.divide or count in self.spread) and count not in self.unsplit

    def multiplies(self, amount: Decimal, count: Decimal) -> bool:
        """True for a sum that may be taken so many times: a fee of the policies, no list price, or one whose quantity
        tier is for it."""
        records = self.listed.get(amount, ())
        return not records or amount in self.fees or any(holds_for(r, count) for r in records)

    def takes(self, step: Step, amount: Decimal) -> bool:
        """True when a step may be taken with a sum: a list price must be of the products the step is for."""
        records = self.listed.get(amount, ())
        return not records or any(step.fits(r.sku) for r in records)

    @cached_property
    def _manner(self) -> tuple[object, ...]:
        """What, beside prices and counts, decides how a price is multiplied."""
        return self.cues.divide, self.cues.pro_rata, self.spread, self.unsplit

    def multiples(self, record: Record) -> Iterator[Figure]:
        """Multiples of one price by the counts named near, itself among them."""
        return (f.of(record) for f in self._factors(record, far=False))

    def amounts(self, records: Iterable[Record], most: int) -> list[Decimal]:
        """The first of the multiples of some prices, each once."""
        every = (f.amount(r.amount) for r in records for f in self._factors(r, far=False))
        found: dict[Decimal, None] = {}
        for amount in every:
            found[amount] = None
            if len(found) == most:
                break
        return list(found)

    def priced(self, *, far: bool) -> Multiples:
        """Multiples of all prices, by size. Made once, kept."""
        key = (tuple(self.records), far, self.cues.difference, *self._manner)
        found: Multiples | None = self.made.get(key)
        if found is None:
            rows = ((record, self._factors(record, far=far)) for record in self.records)
            found = self.made[key] = Multiples(rows, _MAX_VALUES)
        return found

    def _factors(self, record: Record, *, far: bool) -> Factors:
        """What may be made of a price; the same for all prices of its kind, made once."""
        price, cues = record.price, self.cues
        single = price is None or price.min_qty == 1
        tier = None if cues.difference and price is not None and single else record.tier
        free = tuple(r.value for r in self.free if r.fits(record.sku))
        per = price.per if price is not None else ""
        key = (per, single, tier, free, record.pack, far, *self._manner)
        found: Factors | None = self.made.get(key)
        if found is None:
            counts = _counts(self.far_counts if far else self.counts, free, record.pack)
            fits = counts if tier is None else [c for c in counts if _inside(tier, c)]
            found = self.made[key] = factors(
                per,
                fits,
                counts,
                self.counts[:_MAX_PAIR],
                free,
                alone=single or bool(fits),
                divides=self.divides,
                pro_rata=cues.pro_rata,
            )
        return found

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """What may be done to a price or a sum: discounts, shares, surcharges, instalments, taxes."""
        return tuple(_steps(self))

    @cached_property
    def listed_here(self) -> Figures:
        """The prices themselves, by size."""
        return Figures(Figure(r.amount, (r.amount,), r.sku, computed=False) for r in self.records)

    @cached_property
    def sums(self) -> Sequence[_Sum]:
        """Sums of what was said side by side, each with what was added up."""
        return _sums(self)


def holds_for(record: Record, count: Decimal) -> bool:
    """True when a price is the one of its quantity tier for a count; a tool's figure always is."""
    return record.tier is None or _inside(record.tier, count)


def _inside(tier: Tier, count: Decimal) -> bool:
    return tier[0] <= count and (tier[1] is None or count < tier[1])


def derive(target: Target, ground: Ground) -> Value | None:
    """A way by which the figure comes out, or None. A plain price is no computation.

    What is said side by side is added up first: most totals are such, and nothing need be multiplied for them.
    """
    low, high = target
    for total, amounts in ground.sums:
        if low <= total <= high:
            return Value(total, _added(amounts))
    steps = [(s, s.start(target)) for s in ground.steps]
    found = _from_one(target, ground.priced(far=False), steps) or _combined(target, ground, steps)
    found = found or _each_changed(target, ground)
    if found is None and ground.far_counts:
        found = _from_one(target, ground.priced(far=True), steps)
        if found is None and ground.cues.total:
            found = _with_one_price(target, ground, far=True)
    return found


_Starts = Sequence[tuple[Step, Target]]


def _from_one(target: Target, figures: Multiples, steps: _Starts) -> Value | None:
    """A figure that follows from one price: a multiple, a share, a price less a discount."""
    for figure in figures.within(target):
        if figure.computed:
            return Value(figure.amount, figure.parts)
    for figure, step in led(target, figures, steps):
        return Value(step.of(figure.amount), (*figure.parts, *step.how))
    return None


def _each_changed(target: Target, ground: Ground) -> Value | None:
    """A price changed by an amount for every unit, so many times ("40 × (8,5 + 0,5)")."""
    for step in ground.steps if ground.each else ():
        if abs(step.less) in ground.each:
            for record in ground.records:
                for count in (*ground.counts, *ground.far_counts) if step.fits(record.sku) else ():
                    amount = step.of(record.amount) * count
                    if target.hits(amount) and holds_for(record, count):
                        return Value(amount, (count, "×", "(", record.amount, *step.how, ")"))
    return None


def _counts(counts: Sequence[Decimal], free: Sequence[Decimal], pack: Decimal | None) -> Sequence[Decimal]:
    """Counts that may multiply a price: as named, less the free ones, in packs."""
    found = [*counts[:_MAX_WINDOW], *_less_free(counts[:_MAX_WINDOW], free)]
    return [*found, *(c / pack for c in found if c > pack and not c % pack)] if pack else found


def _less_free(counts: Sequence[Decimal], free: Sequence[Decimal]) -> Iterator[Decimal]:
    for given in free:
        for count in (*counts, _MONTHS):
            if count > given:
                yield count - given


def _steps(ground: Ground) -> Iterator[Step]:
    for percent, skus, _ in ground.percents:
        yield Step(("−", percent, "%"), _HUNDRED - percent, _HUNDRED, skus=skus)
        if not ground.plain:
            yield Step(("×", percent, "%"), percent, _HUNDRED, skus=skus)
    for percent in ground.shares:
        yield Step(("×", percent, "%"), percent, _HUNDRED)
        if ground.cues.difference:
            yield Step(("−", percent, "%"), _HUNDRED - percent, _HUNDRED)
    taxed = bool(ground.vat) and ground.cues.vat
    for percent, skus, _ in ground.added:
        yield from _on_top(percent, skus, ground, taxed=taxed)
    for off, skus, least in ground.off:
        yield Step(("−", off), less=off, skus=skus, least=least)
    for fee in ground.on_top:
        yield Step(("+", fee), less=-fee)
    for parts, skus, _ in ground.parts:
        yield Step(("/", parts), over=parts, skus=skus)
    if taxed:
        yield from _vat(ground)


def _on_top(percent: Decimal, skus: frozenset[str], ground: Ground, *, taxed: bool) -> Iterator[Step]:
    """A surcharge by itself, with the price, and with the price and tax on both."""
    yield Step(("×", percent, "%"), percent, _HUNDRED, skus=skus)
    yield Step(("+", percent, "%"), _HUNDRED + percent, _HUNDRED, skus=skus)
    if taxed and not ground.vat_included:
        both = (_HUNDRED + percent) * (_HUNDRED + ground.vat)
        yield Step(("+", percent, "% +", ground.vat, "%"), both, _HUNDRED * _HUNDRED, skus=skus)


def _vat(ground: Ground) -> Iterator[Step]:
    gross = _HUNDRED + ground.vat
    if not ground.gross:
        yield Step(("×", ground.vat, "/", gross), ground.vat, gross)
    if ground.vat_included:
        yield Step(("/", gross / _HUNDRED), _HUNDRED, gross)
        return
    yield Step(("+", ground.vat, "%"), gross, _HUNDRED)
    if not ground.gross:
        yield Step(("×", ground.vat, "%"), ground.vat, _HUNDRED)
    for percent, _, _ in ground.percents:
        yield Step(("−", percent, "% +", ground.vat, "%"), (_HUNDRED - percent) * gross, _HUNDRED * _HUNDRED)


def _combined(target: Target, ground: Ground, steps: _Starts) -> Value | None:
    """Figures that rest on more than one price: sums, differences, and what is done to them."""
    found = _of_sums(target, ground, steps) or _of_stated(target, ground, steps) or _repriced(target, ground)
    if found is None and ground.cues.difference:
        found = _difference(target, ground)
    if found is None and ground.cues.corrected and ground.cues.total:
        found = _one_replaced(target, ground)
    if found is None and (ground.cues.total or ground.cues.difference):
        found = _less_part(target, ground)
    if found is None and ground.cues.total:
        found = _with_one_price(target, ground, far=False) or _weighted(target, ground)
    return found or _over_products(target, ground, steps)


def _of_sums(target: Target, ground: Ground, steps: _Starts) -> Value | None:
    """A sum with a discount, a share, a tax."""
    if not steps or not ground.sums:
        return None
    figures = Figures(Figure(total, tuple(amounts)) for total, amounts in ground.sums)
    for figure, step in led(target, figures, steps):
        if all(ground.takes(step, part) for part in figure.parts if isinstance(part, Decimal)):
            return Value(step.of(figure.amount), ("(", *_added(figure.parts), ")", *step.how))
    return None


def _of_stated(target: Target, ground: Ground, steps: _Starts) -> Value | None:
    """One stated amount (a price after a discount, say) times a count, a part of it, or less what is off."""
    for amount in dict.fromkeys((*ground.stated, *reversed(ground.running[-_RUNNING:]), *ground.known)):
        for count in ground.counts:
            if count > 1 and target.hits(amount * count) and ground.multiplies(amount, count):
                return Value(amount * count, (count, "×", amount))
            if count > 1 and ground.divides(count) and target.hits(amount / count) and count % 1 == 0:
                return Value(amount / count, (amount, "/", count))
        if ground.divides(_MONTHS) and target.hits(amount / _MONTHS):
            return Value(amount / _MONTHS, (amount, "/", _MONTHS))
        near = [s for s, start in steps if start.hits(amount) and s.hits(amount, target)]
        if near:
            owners = {r.sku for r in ground.records if r.amount == amount} or {""}
            for step in near:
                if any(step.fits(sku) for sku in owners):
                    return Value(step.of(amount), (amount, *step.how))
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


def _less_part(target: Target, ground: Ground) -> Value | None:
    """A sum less what was computed of it here ("20% это 10 180 ₸, к оплате 40 720 ₸")."""
    parts = [s for s in dict.fromkeys(ground.stated) if s not in ground.listed]
    for whole in dict.fromkeys((*ground.stated, *reversed(ground.running[-_RUNNING:]))):
        for part in parts:
            if whole > part and target.hits(whole - part):
                return Value(whole - part, (whole, "−", part))
    return None


def _one_replaced(target: Target, ground: Ground) -> Value | None:
    """An earlier total with one of its sums put right ("правильный итог 1 870 200" after "не 114 000, а 126 000")."""
    earlier = ground.running[-_MAX_LINES:]
    for total in dict.fromkeys(reversed(earlier[-_RUNNING:])):
        for old in dict.fromkeys(a for a in earlier if a < total):
            for new in dict.fromkeys(ground.stated):
                if new != old and target.hits(total - old + new):
                    return Value(total - old + new, (total, "−", old, "+", new))
    return None


def _difference(target: Target, ground: Ground) -> Value | None:
    pieces = dict.fromkeys([*ground.stated, *ground.running[-_RUNNING:], *ground.known])
    priced = ground.amounts(ground.records, _MAX_CHOICES) if ground.cues.pure_difference else []
    counted = dict.fromkeys(p * c for p in pieces for c in (*ground.counts, *ground.far_counts) if c > 1)
    for first in pieces:
        for second in (*pieces, *priced, *list(counted)[:_MAX_CHOICES]):
            if first != second and target.hits(abs(first - second)):
                return Value(abs(first - second), (max(first, second), "−", min(first, second)))
    return _between_prices(target, ground) if ground.cues.pure_difference else None


def _between_prices(target: Target, ground: Ground) -> Value | None:
    """The difference of two prices: of two products as listed, or of one product over a count or a year."""
    listed = list(dict.fromkeys(r.amount for r in ground.records))[:_MAX_CHOICES]
    groups = [listed] if ground.cues.between else []
    owned: dict[str, list[Record]] = {}
    for record in ground.records:
        owned.setdefault(record.sku, []).append(record)
    groups += (ground.amounts(own, _MAX_CHOICES) for own in owned.values())
    for amounts in groups:
        figures = Figures(Figure(a, (a,)) for a in amounts)
        for one in amounts:
            for other in figures.within(Target(target.low + one, target.high + one)):
                if other.amount != one:
                    return Value(other.amount - one, (other.amount, "−", one))
    return None


def _with_one_price(target: Target, ground: Ground, *, far: bool) -> Value | None:
    """A stated sum and one more price or its multiple, where the words ask for a total. Nothing is split for it."""
    figures = ground.priced(far=far)
    saved = {p.value for p in ground.percents}.difference(ground.shares, (a.value for a in ground.added))
    steps = [s for s in ground.steps if "/" not in s.how and not (s.how[0] == "×" and s.how[1] in saved)]
    stated = frozenset(ground.stated)
    recent = chain(_windows(list(ground.stated)[-_MAX_WINDOW:]), ((r, (r,)) for r in ground.running[-_RUNNING:]))
    for amount, amounts in recent:
        rest = Target(target.low - amount, target.high - amount)
        if rest.high <= 0:
            continue
        plain = ((f.amount, f.parts) for f in (*ground.listed_here.within(rest), *figures.within(rest)))
        starts = [(s, s.start(rest)) for s in steps]
        changed = ((s.of(f.amount), (*f.parts, *s.how)) for f, s in led(rest, figures, starts))
        for more, parts in chain(plain, changed):
            if more != amount and more * 100 > amount and more not in stated and "/" not in parts:
                return Value(target.low, (*_added(amounts), "+", *parts))
    return None


def _weighted(target: Target, ground: Ground) -> Value | None:
    """Two prices, each times a count named nearby ("30 и 31 августа по 85 000, 1 сентября 60 000"); one of them may
    have been said earlier ("вечером 3 300: 5 часов днём и 2 вечером")."""
    counts = (ONE, *(c for c in ground.counts if 1 < c <= _MAX_WEIGHT))
    shared = [(Decimal(k), c - k) for c in counts for k in range(1, int(c)) if c == int(c)]
    weights = [*((a, b) for a in counts for b in counts), *shared]
    here = list(dict.fromkeys(ground.stated))[-_MAX_LINES:]
    earlier = [r for r in dict.fromkeys(ground.running[-_RUNNING:]) if r in ground.listed and r not in here]
    several = [(a, b) for a, b in weights if a > 1 and b > 1]
    pairs = chain(
        ((pair, weights) for pair in combinations(here, 2)),
        (((old, new), several) for old in earlier for new in here if new in ground.listed),
    )
    for (first, second), times in pairs:
        for one, other in times:
            if target.hits(first * one + second * other):
                return Value(first * one + second * other, (one, "×", first, "+", other, "×", second))
    return None


def _over_products(target: Target, ground: Ground, steps: _Starts) -> Value | None:
    """A sum of one price of each thing named, each times a count named nearby."""
    if len(ground.basket) < 2:
        return None
    choices = [_choices(records, ground) for records in ground.basket]
    sums: dict[Decimal, Parts] = {Decimal(0): ()}
    for some in choices[:-1]:
        sums = {
            total + amount: (*names, "+", *parts) if names else parts
            for total, names in sums.items()
            for amount, parts in some.items()
        }
        if len(sums) > _MAX_VALUES:
            return None
    if len(sums) * len(choices[-1]) > _MAX_VALUES:
        return None
    figures = Figures(Figure(total, names) for total, names in sums.items())
    wanted = [(None, target), *steps]
    for amount, parts in choices[-1].items():
        for step, start in wanted:
            for figure in figures.within(Target(start.low - amount, start.high - amount)):
                total = figure.amount + amount
                if step is None:
                    return Value(total, (*figure.parts, "+", *parts))
                if step.hits(total, target):
                    return Value(step.of(total), ("(", *figure.parts, "+", *parts, ")", *step.how))
    return None


def _choices(records: Sequence[Record], ground: Ground) -> dict[Decimal, Parts]:
    """What one thing of a sum may cost."""
    multiples = chain.from_iterable(ground.multiples(r) for r in records)
    return {f.amount: f.parts for f in islice(multiples, _MAX_CHOICES)}


def _sums(ground: Ground) -> list[_Sum]:
    """Sums of amounts stated side by side, then of any few of this message, then with the last turns' figures; each
    with what was added up."""
    stated = list(ground.stated)[-_MAX_WINDOW:]
    found = _windows(stated, least=2) + _windows(list(ground.lines)[-_MAX_LINES:], least=2)
    if len(ground.addends) < len(stated):
        found += _windows(list(ground.addends)[-_MAX_LINES:], least=2)
    distinct = list(dict.fromkeys(stated))[-_MAX_SUBSET:]
    for size in range(2, min(len(distinct), _SMALL)):
        found += [(sum(few, _ZERO), few) for few in combinations(distinct, size)]
    if ground.cues.corrected:
        found += _windows(results(ground.running, ground.listed)[-_MAX_WINDOW:], least=2)
    if not ground.cues.total:
        return found
    running = list(dict.fromkeys(ground.running[-8:]))
    found += _windows(running, least=2)
    recent = list(dict.fromkeys([*running[-_RUNNING:], *stated[-_RUNNING:]]))
    for size in (2, 3):
        found += [(sum(few, _ZERO), few) for few in combinations(recent, size)]
    bases = (*running[-4:], *ground.known[-2:])
    if bases:
        found += [(base + total, (base, *amounts)) for total, amounts in _windows(stated) for base in bases]
    return found


def _windows(amounts: Sequence[Decimal], least: int = 1) -> list[_Sum]:
    """Sums of neighbours, at least so many of them."""
    found: list[_Sum] = []
    for first in range(len(amounts)):
        sums = enumerate(accumulate(amounts[first:]), first + 1)
        found += [(total, amounts[first:last]) for last, total in sums if last - first >= least]
    return found


def _added(amounts: Parts | Sequence[Decimal]) -> Parts:
    out: list[Decimal | str] = []
    for amount in amounts:
        out += ("+", amount) if out else (amount,)
    return tuple(out)
