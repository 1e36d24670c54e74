"""Named amounts: one record for each price of the book and each figure a tool returned, comparable with each other."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from botops.claims.evidence import Item
from botops.claims.features import FeatureIndex
from botops.pricebook.model import Price, PriceBook, Product, Window

_PACK = re.compile(r"\b(\d{1,5})\s*(?:шт|штук|дана|листов|pcs|pieces|sheets|messages|pack)\b", re.IGNORECASE)
_ALWAYS = Window()
NAME = "«name»"
"""The attribute under which a record's own name stands: its SKU."""


Tier = tuple[int, int | None]
"""The first count a price by quantity holds for, and the first it holds for no more (None: it always does)."""


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """An amount with what it belongs to.

    `features` are the canonical values of its attributes. `price` and `product` are None for a tool's figure; `turn` is
    then the tool's message, else -1; `key` is the tool's name of the figure, `labels` what the tool says of it, and
    `dealt` is True for one of an order, a bill or a booking.
    `tier` are the counts for which the price is the one of its quantity tier, None without tiers; `pack` is how many
    pieces are sold together ("Визитки, 100 шт").
    """

    amount: Decimal
    currency: str | None
    features: Mapping[str, frozenset[str]]
    sku: str = ""
    product: Product | None = None
    price: Price | None = None
    turn: int = -1
    key: str = ""
    tier: Tier | None = None
    pack: Decimal | None = None
    labels: tuple[tuple[str, str], ...] = ()
    dealt: bool = False


@dataclass(slots=True)
class RecordSet:
    """Records by amount and by SKU, with the index of their attribute values."""

    features: FeatureIndex = field(default_factory=FeatureIndex)
    records: list[Record] = field(default_factory=list)
    by_amount: dict[Decimal, list[Record]] = field(default_factory=lambda: defaultdict(list))
    by_sku: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    dated: bool = False
    """True when a price is not in force at all times."""

    def add(self, record: Record) -> None:
        """Files a record."""
        self.records.append(record)
        self.by_amount[record.amount].append(record)
        if record.price is not None and record.price.window != _ALWAYS:
            self.dated = True
        if record.sku:
            self.by_sku[record.sku].append(record)

    @classmethod
    def of_book(cls, book: PriceBook) -> RecordSet:
        """Every price of a book, in force or not."""
        out = cls()
        for product in book.products:
            name = frozenset({product.sku})
            identity = out.features.add("sku", product.sku) if _looks_like_id(product.sku) else frozenset()
            pack = _pack_of(product.name)
            for price in product.prices:
                found = {NAME: name}
                if identity:
                    found["sku"] = identity
                placed = {"region": price.region} if price.region else {}
                for key, value in {**placed, **price.attributes}.items():
                    values = out.features.add(str(key), value)
                    if values:
                        found[str(key)] = values
                tier = tier_span(product.prices, price)
                out.add(Record(price.amount, price.currency, found, product.sku, product, price, tier=tier, pack=pack))
            for key, known in _values_of(out.by_sku[product.sku]).items():
                out.features.tell_apart(key, known)
        return out

    def add_items(self, items: Iterable[Item], known: Mapping[str, object]) -> None:
        """Files what tools returned. `known` are the SKUs of the book: an item that carries one is that product."""
        for item in items:
            found: dict[str, frozenset[str]] = {}
            sku = ""
            for key, value in item.labels:
                if value in known or value.upper() in known:
                    sku = value if value in known else value.upper()
                    found[NAME] = frozenset({sku})
                values = self.features.add(key, value)
                if values:
                    found[key] = found.get(key, frozenset()) | values
            for key, amount in item.amounts:
                record = Record(amount, None, found, sku, turn=item.turn, key=key, labels=item.labels, dealt=item.dealt)
                self.add(record)


def _values_of(records: Iterable[Record]) -> Mapping[str, Collection[str]]:
    """All values of each attribute of one product."""
    out: dict[str, dict[str, None]] = defaultdict(dict)
    for record in records:
        for key, values in record.features.items():
            out[key].update(dict.fromkeys(values))
    return {key: tuple(values) for key, values in out.items() if len(values) > 1}


def same_variant(price: Price, like: Price) -> bool:
    """True when two prices differ by amount, quantity and floor at most: tiers of one variant."""
    return (
        price.per == like.per
        and price.currency == like.currency
        and (price.unit == like.unit or not price.unit or not like.unit)
        and price.window == like.window
        and price.attributes == like.attributes
        and price.region == like.region
        and price.segment == like.segment
    )


def tier_of(prices: Iterable[Price], like: Price, count: Decimal) -> Price:
    """The price among quantity tiers of the same variant that holds for a count: the largest `min_qty` not above it."""
    same = [p for p in prices if same_variant(p, like)]
    fitting = [p for p in same if p.min_qty <= count]
    return max(fitting, key=lambda p: p.min_qty, default=min(same, key=lambda p: p.min_qty, default=like))


def tier_span(prices: Sequence[Price], like: Price) -> Tier | None:
    """The counts for which `tier_of` gives a price of this `min_qty`; None when nothing is priced by quantity."""
    if all(p.min_qty <= 1 for p in prices):
        return None
    opened = sorted({p.min_qty for p in prices if same_variant(p, like)})
    above = [q for q in opened if q > like.min_qty]
    return (0 if like.min_qty == opened[0] else like.min_qty), (above[0] if above else None)


def _pack_of(name: str) -> Decimal | None:
    match = _PACK.search(name)
    return Decimal(match[1]) if match else None


def _looks_like_id(sku: str) -> bool:
    return len(sku) >= 5 and sum(c.isdecimal() for c in sku) >= 3


def in_force(record: Record, day: date) -> bool:
    """True for a tool's figure, and for a price whose window covers the day."""
    return record.price is None or record.price.window.covers(day)
