"""A price book as people look into it: what costs how much on a day, for whom, and what changes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botops.pricebook.lint import Variant, variant_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from botops.pricebook import Offer, Price, PriceBook, Product


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A price of a product on a day, and the one of the same variant that follows it. `price` is None for a product
    that has none in force on that day."""

    product: Product
    price: Price | None
    following: Price | None = None


def price_rows(
    book: PriceBook,
    day: date,
    *,
    words: str = "",
    region: str | None = None,
    segment: str | None = None,
    floors: bool = False,
) -> tuple[PriceRow, ...]:
    """The prices in force on a day, in the order of the book. `words` must all stand in a product's names, SKU or
    variant; `region` and `segment` leave out prices of others; with `floors` only prices that have one."""
    asked = words.casefold().split()
    rows = (
        row for product in book.products for row in _rows(product, day, region, segment) if _says(row, asked)
    )  # fmt: skip
    return tuple(row for row in rows if not floors or (row.price is not None and row.price.floor is not None))


def offers_on(book: PriceBook, day: date, words: str = "") -> tuple[tuple[Offer, ...], tuple[Offer, ...]]:
    """The offers in force on a day, and those that begin later. `words` must all stand in what they say."""
    asked = words.casefold().split()
    found = [o for o in book.offers if all(word in _of_offer(o) for word in asked)]
    coming = [o for o in found if o.window.valid_from is not None and o.window.valid_from > day]
    return tuple(o for o in found if o.window.covers(day)), tuple(coming)


def regions(book: PriceBook) -> tuple[str, ...]:
    """The regions that prices name."""
    return tuple(sorted({p.region for product in book.products for p in product.prices if p.region is not None}))


def segments(book: PriceBook) -> tuple[str, ...]:
    """The segments that prices name."""
    return tuple(sorted({p.segment for product in book.products for p in product.prices if p.segment is not None}))


def _rows(product: Product, day: date, region: str | None, segment: str | None) -> Iterator[PriceRow]:
    prices = product.prices_on(day, region=region, segment=segment)
    following: dict[Variant, Price] = {}
    for price in product.prices:
        begin = price.window.valid_from
        if begin is not None and begin > day:
            known = following.get(variant_key(price))
            if known is None or begin < (known.window.valid_from or begin):
                following[variant_key(price)] = price
    for price in prices:
        yield PriceRow(product, price, following.get(variant_key(price)))
    if not prices and region is None and segment is None:
        yield PriceRow(product, None, next(iter(following.values()), None))


def _says(row: PriceRow, words: list[str]) -> bool:
    if not words:
        return True
    price = row.price
    about = [*row.product.names, row.product.sku]
    if price is not None:
        about += [str(value) for value in price.attributes.values()] + [price.region or "", price.segment or ""]
    text = " ".join(about).casefold()
    return all(word in text for word in words)


def _of_offer(offer: Offer) -> str:
    return " ".join((offer.id, offer.code or "", str(offer.value or ""), offer.conditions)).casefold()
