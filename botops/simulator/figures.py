"""A seller's arithmetic: which price holds, what a basket comes to, what a discount leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from botops.simulator.facts import Item, Tag, Term
from botops.simulator.stems import stems

_WHOLE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Wish:
    """Something the client wants. `qty` 0 means no number was said."""

    item: Item
    qty: int = 0
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One priced line of a basket. `months` multiplies a monthly price; `off` is the percent taken off."""

    item: Item
    tag: Tag
    qty: int
    months: int = 1
    off: Decimal = Decimal(0)

    @property
    def full(self) -> Decimal:
        """The sum before any discount."""
        return self.tag.amount * self.qty * self.months

    @property
    def sum(self) -> Decimal:
        """What is to be paid."""
        return rounded(self.full * (100 - self.off) / 100, self.tag.currency)

    @property
    def bucket(self) -> str:
        """What the sum is paid for: month, year, or once (also a fixed number of months)."""
        return (
            self.tag.period
            if self.months == 1 and self.tag.period in ("month", "year", "week", "day", "hour")
            else "once"
        )


def rounded(amount: Decimal, currency: str) -> Decimal:
    """To what people pay: whole tenge and roubles, cents elsewhere."""
    step = _WHOLE if currency in ("KZT", "RUB", "UZS") else Decimal("0.01")
    return amount.quantize(step, rounding=ROUND_HALF_UP)


def tiers(item: Item, qty: int, *, variant: str = "", city: str = "", period: str = "") -> list[Tag]:
    """Current prices that hold for a quantity: of each variant, period and region the largest tier within it."""
    tags = [t for t in item.current() if not variant or t.variant == variant or variant not in item.variants]
    if city and item.regions:
        tags = [t for t in tags if t.region in ("", city)]
    if period and any(t.period == period for t in tags):
        tags = [t for t in tags if t.period == period]
    best: dict[tuple[str, str, str], Tag] = {}
    for tag in tags:
        key = (tag.variant, tag.period, tag.region)
        known = best.get(key)
        if (tag.min_qty <= max(qty, 1) and (known is None or tag.min_qty > known.min_qty)) or known is None:
            best[key] = tag if known is None or tag.min_qty <= max(qty, 1) else known
    return list(best.values())


def larger(item: Item, tag: Tag) -> list[Tag]:
    """Prices of the same variant and period from larger quantities on."""
    return [
        t
        for t in item.current()
        if (t.variant, t.period, t.region) == (tag.variant, tag.period, tag.region) and t.min_qty > tag.min_qty
    ]


def lines_of(wishes: Sequence[Wish], *, period: str = "", months: int = 0, city: str = "") -> list[Line]:
    """A basket priced: the yearly price when a year is asked for and there is one, else twelve months."""
    lines = []
    for wish in wishes:
        qty = max(wish.qty, 1)
        found = tiers(wish.item, qty, variant=wish.variant, city=city, period=period or "month")
        if not found:
            continue
        tag = found[0]
        n = 1
        if tag.period == "month":
            n = months or (12 if period == "year" else 1)
        lines.append(Line(wish.item, tag, qty, n))
    return lines


def discounted(lines: Sequence[Line], terms: Sequence[Term], city: str = "") -> list[Line]:
    """The basket with the one best percent discount whose conditions it meets."""
    options = [list(lines)]
    options += [_taken(lines, term) for term in terms if _met(term, lines, city)]
    return min(options, key=lambda o: sum((x.sum for x in o), Decimal(0)))


def _taken(lines: Sequence[Line], term: Term) -> list[Line]:
    off = term.value or Decimal(0)
    return [Line(x.item, x.tag, x.qty, x.months, off) if covers(term, x.item) else x for x in lines]


def covers(term: Term, item: Item) -> bool:
    """True when a term holds for an item."""
    return not term.items or item.name in term.items


def _met(term: Term, lines: Sequence[Line], city: str) -> bool:
    condition = term.condition
    if term.kind != "percent" or condition.other or condition.elsewhere or not any(covers(term, x.item) for x in lines):
        return False
    if condition.places and city not in condition.places:
        return False
    whole = sum((x.full for x in lines), Decimal(0))
    if condition.min_amount is not None and whole < condition.min_amount:
        return False
    if condition.below_amount is not None and whole >= condition.below_amount:
        return False
    if condition.min_qty and not any(covers(term, x.item) and x.qty >= condition.min_qty for x in lines):
        return False
    return not condition.yearly or any(x.tag.period == "year" and _headed(x.item, condition.text) for x in lines)


def _headed(item: Item, clause: str) -> bool:
    """True when a clause speaks of nothing in particular, or of things of this item's kind ("любой тариф")."""
    said = set(stems(clause))
    return not said & _KINDS or bool(set(stems(item.name)[:1]) & said)


_KINDS = frozenset(stems("тариф модуль терминал курс абонемент план plan module course"))
