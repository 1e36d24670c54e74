"""Price books: reading, looking up, comparing. No input or output beyond files."""

from botops.pricebook.lookup import current_and_coming, floor_of, from_price, is_percent, price_of, prices_of
from botops.pricebook.model import Offer, OfferKind, Policies, Price, PriceBook, Product, Rate, Window
from botops.pricebook.reader import BooksFolder, lint, load, load_books, parse_book
from botops.pricebook.render import price_table

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
    "current_and_coming",
    "floor_of",
    "from_price",
    "is_percent",
    "lint",
    "load",
    "load_books",
    "parse_book",
    "price_of",
    "price_table",
    "prices_of",
]
