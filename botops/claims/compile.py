"""A price book made ready for checking: names indexed once, so that a reply costs the same with 50 and 10,000 SKUs."""

from __future__ import annotations

from dataclasses import dataclass

from botops.claims.names import Hit, NameIndex
from botops.pricebook.model import PriceBook

__all__ = ["CompiledBook", "Hit", "NameIndex", "compile_book"]


@dataclass(frozen=True, slots=True)
class CompiledBook:
    """A price book and what is derived from it at load time. `names` finds products in a text."""

    book: PriceBook
    names: NameIndex


def compile_book(book: PriceBook) -> CompiledBook:
    """Derives everything a check needs from a loaded book. Work grows linearly with the book."""
    return CompiledBook(book, NameIndex.of(book.products))
