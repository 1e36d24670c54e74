"""A price book renewed from a day on by a list of new prices: what held until then is ended, not forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from botops.pricebook.lint import Variant, variant_key
from botops.pricebook.model import Price, PriceBook, Product, Window

Absent = Literal["keep", "end"]
"""What becomes of a price that the list does not mention: it stays, or ends the day before the list's prices hold."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """The renewed book. `stayed` are products the list does not name whose prices hold on, `beside` prices of products
    it does name that hold on beside the new ones; `ended` prices end the day before. `floors` new prices took the floor
    of the one before; `floors_lost` could not, being below it."""

    book: PriceBook
    stayed: tuple[Product, ...] = ()
    beside: tuple[tuple[Product, Price], ...] = ()
    ended: int = 0
    floors: int = 0
    floors_lost: tuple[Product, ...] = ()


def renewed(old: PriceBook, listed: PriceBook, day: date, *, absent: Absent = "keep") -> Renewal:
    """The book `old` with the prices of `listed` from `day` on.

    A price that the list repeats goes on; one that it changes ends the day before, so that "the old price" is still
    known as such. Prices without a floor take that of the price they replace. Offers, policies, rates and the time zone
    are those of `old`.
    """
    maker = _Maker(day, absent)
    products = [maker.product(product, listed.product(product.sku)) for product in old.products]
    added = [maker.new(product) for product in listed.products if old.product(product.sku) is None]
    book = replace(old, products=tuple(p for p in (*products, *added) if p.prices), version="", source="")
    return Renewal(
        book, tuple(maker.stayed), tuple(maker.beside), maker.ended, maker.floors, tuple(maker.floors_lost)
    )  # fmt: skip


class _Maker:
    def __init__(self, day: date, absent: Absent) -> None:
        self.day = day
        self.absent = absent
        self.stayed: list[Product] = []
        self.beside: list[tuple[Product, Price]] = []
        self.ended = 0
        self.floors = 0
        self.floors_lost: list[Product] = []

    def new(self, product: Product) -> Product:
        """A product that the book did not have."""
        return replace(product, prices=tuple(self._begun(product.prices)))

    def product(self, old: Product, listed: Product | None) -> Product:
        """A product of the book, with what the list says of it."""
        new = listed.prices if listed is not None else ()
        held = {variant_key(p): p for p in old.prices if p.window.covers(self.day) or p.window.covers(self._eve)}
        coming = [self._floored(old, p, held.get(variant_key(p))) for p in self._begun(new)]
        begins: dict[Variant, date] = {}
        for price in coming:
            begin = price.window.valid_from or self.day
            begins[variant_key(price)] = min(begin, begins.get(variant_key(price), begin))
        kept = []
        for price in old.prices:
            same = next((p for p in coming if self._goes_on(price, p)), None)
            if same is not None:
                kept.append(replace(price, window=Window(price.window.valid_from, same.window.valid_to)))
                coming.remove(same)
            else:
                kept += self._left(old, price, begins.get(variant_key(price)), named=listed is not None)
        if listed is None and self.absent == "keep" and any(p.window.covers(self.day) for p in kept):
            self.stayed.append(old)
        named = listed or old
        return replace(old, name=named.name, aliases=named.aliases, prices=(*kept, *coming))

    @property
    def _eve(self) -> date:
        return self.day - timedelta(days=1)

    def _begun(self, prices: Sequence[Price]) -> Iterator[Price]:
        """Prices of the list, none in force before the day; those over by then are left out."""
        for price in prices:
            begin, end = price.window.valid_from, price.window.valid_to
            if end is None or end >= self.day:
                yield replace(price, window=Window(max(begin or self.day, self.day), end))

    def _goes_on(self, old: Price, new: Price) -> bool:
        """True when the list repeats a price in force."""
        return (
            variant_key(old) == variant_key(new)
            and (old.amount, old.from_price, old.floor) == (new.amount, new.from_price, new.floor)
            and new.window.valid_from == self.day
            and old.window.covers(self.day)
        )

    def _left(self, product: Product, price: Price, successor: date | None, *, named: bool) -> list[Price]:
        """What is left of a price of the book that the list does not repeat. `successor` is the day on which the list's
        price of the same variant begins, None when it has none."""
        begins = successor or self.day
        if price.window.valid_to is not None and price.window.valid_to < begins:
            return [price]
        if successor is None and self.absent == "keep":
            if named:
                self.beside.append((product, price))
            return [price]
        self.ended += 1
        if (price.window.valid_from or date.min) >= begins:
            return []
        return [replace(price, window=Window(price.window.valid_from, begins - timedelta(days=1)))]

    def _floored(self, product: Product, price: Price, before: Price | None) -> Price:
        if price.floor is not None or before is None or before.floor is None:
            return price
        if before.floor > price.amount:
            if product not in self.floors_lost:
                self.floors_lost.append(product)
            return price
        self.floors += 1
        return replace(price, floor=before.floor)
