"""A price book made ready for checking: names indexed once, so that a reply costs the same with 50 and 10,000 SKUs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from botops.claims.extensions import NO_EXTENSIONS, Extensions
from botops.claims.names import Hit, NameIndex
from botops.claims.policy import BookTerms, compile_terms
from botops.claims.rates import FixedRate, fixed_rates
from botops.claims.records import Record, RecordSet
from botops.claims.scripts import latin_words
from botops.claims.words import fold
from botops.pricebook.model import PriceBook, Product

_MAX_ALIKE = 400
_MAX_READY = 4

__all__ = ["CompiledBook", "Hit", "NameIndex", "compile_book"]


@dataclass(frozen=True, slots=True)
class CompiledBook:
    """A price book and what is derived from it at load time.

    `names` finds products in a text; `records` has every price with its variant; `skus` the products by SKU;
    `family` gives, for a SKU, all SKUs sold under a name they share (only where they share one). `terms` are its offers
    and policies as rules, `rates` the exchange rates they fix; `least` is the smallest price,
    `thresholds` the quantities at which tiers open. `extensions` are the company's own words, term kinds and checks;
    `latin` are words in Latin letters of names, variants and codes.
    """

    book: PriceBook
    names: NameIndex
    records: RecordSet
    skus: Mapping[str, Product]
    family: Mapping[str, tuple[str, ...]]
    zone: ZoneInfo
    terms: BookTerms
    least: Decimal
    thresholds: frozenset[int]
    alike: Mapping[frozenset[str], tuple[Record, ...]]
    rates: tuple[FixedRate, ...]
    extensions: Extensions = NO_EXTENSIONS
    latin: frozenset[str] = frozenset()


_READY: dict[int, CompiledBook] = {}
"""Compiled books by the identity of what they were compiled from, which each of them keeps alive."""


def compile_book(book: PriceBook, extensions: Extensions = NO_EXTENSIONS) -> CompiledBook:
    """Derives everything a check needs from a loaded book, with what a company adds to the checker. Work grows linearly
    with the book."""
    names = NameIndex.of(book.products)
    records = RecordSet.of_book(book)
    terms = compile_terms(book, names, extensions.words)
    return CompiledBook(
        book,
        names,
        records,
        {p.sku: p for p in book.products},
        _families(book),
        ZoneInfo(book.timezone),
        terms,
        min((p.amount for q in book.products for p in q.prices if p.amount > 0), default=Decimal(1)),
        frozenset(p.min_qty for q in book.products for p in q.prices if p.min_qty > 1),
        _alike(records),
        fixed_rates(book, terms, names),
        extensions,
        latin_words(_labels(book)),
    )


def _labels(book: PriceBook) -> Iterator[str]:
    """Names, values of variants and codes of a book."""
    for product in book.products:
        yield from product.names
        yield from (str(v) for p in product.prices for v in p.attributes.values())
    yield from (o.code for o in book.offers if o.code)


def ready(book: PriceBook | CompiledBook) -> CompiledBook:
    """A compiled book as it is; a loaded one compiled, the last few remembered as long as they are the same objects."""
    if isinstance(book, CompiledBook):
        return book
    known = _READY.get(id(book))
    if known is None or known.book is not book:
        known = compile_book(book)
        while len(_READY) >= _MAX_READY:
            _READY.pop(next(iter(_READY)), None)
        _READY[id(book)] = known
    return known


def _families(book: PriceBook) -> dict[str, tuple[str, ...]]:
    """SKUs that share a name or an alias: variants of one thing kept as products of their own."""
    named: dict[str, list[str]] = defaultdict(list)
    for product in book.products:
        for name in dict.fromkeys(fold(n) for n in product.names):
            named[name].append(product.sku)
    return {sku: tuple(group) for group in named.values() if len(group) > 1 for sku in group}


def _alike(records: RecordSet) -> dict[frozenset[str], tuple[Record, ...]]:
    """Prices described by the same attributes (all flights, all films), in groups small enough to compare."""
    groups: dict[frozenset[str], list[Record]] = defaultdict(list)
    for record in records.records:
        if len(record.features) > 1:
            groups[frozenset(record.features)].append(record)
    return {keys: tuple(group) for keys, group in groups.items() if len(group) <= _MAX_ALIKE}
