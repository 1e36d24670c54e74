"""Price books: reading, looking up, comparing. No input or output beyond files."""

from botops.pricebook.changes import ChangeReport, OfferChange, PriceChange, changes_since, diff
from botops.pricebook.importing import ImportReport, ImportResult, import_table
from botops.pricebook.lookup import current_and_coming, floor_of, from_price, is_percent, price_of, prices_of
from botops.pricebook.model import Offer, OfferKind, Policies, Price, PriceBook, Product, Rate, Window
from botops.pricebook.reader import BooksFolder, lint, load, load_books, load_bytes, parse_book, read_book
from botops.pricebook.render import price_table
from botops.pricebook.suspicion import Suspicion, suspicions
from botops.pricebook.writer import dump

__all__ = [
    "BooksFolder",
    "ChangeReport",
    "ImportReport",
    "ImportResult",
    "Offer",
    "OfferChange",
    "OfferKind",
    "Policies",
    "Price",
    "PriceBook",
    "PriceChange",
    "Product",
    "Rate",
    "Suspicion",
    "Window",
    "changes_since",
    "current_and_coming",
    "diff",
    "dump",
    "floor_of",
    "from_price",
    "import_table",
    "is_percent",
    "lint",
    "load",
    "load_books",
    "load_bytes",
    "parse_book",
    "price_of",
    "price_table",
    "prices_of",
    "read_book",
    "suspicions",
]
