"""Price books: reading, looking up, comparing. No input or output beyond files."""

from botops.pricebook.model import Offer, OfferKind, Policies, Price, PriceBook, Product, Rate, Window
from botops.pricebook.reader import BooksFolder, lint, load, load_books, parse_book

__all__ = [
    "BooksFolder",
    "Offer",
    "OfferKind",
    "Policies",
    "Price",
    "PriceBook",
    "Product",
    "Rate",
    "Window",
    "lint",
    "load",
    "load_books",
    "parse_book",
]
