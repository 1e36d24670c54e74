"""Price books: reading, looking up, comparing. No input or output beyond files."""

from botops.pricebook.changes import ChangeReport, OfferChange, PriceChange, changes_since, diff, told_changes
from botops.pricebook.importing import ImportReport, ImportResult, Part, RowPlace, import_parts, import_table
from botops.pricebook.lookup import current_and_coming, floor_of, from_price, is_percent, price_of, prices_of
from botops.pricebook.model import Offer, OfferKind, Policies, Price, PriceBook, Product, Rate, Window
from botops.pricebook.proposing import Proposal, ProposedColumn, for_whom, propose
from botops.pricebook.reader import BooksFolder, lint, load, load_books, load_bytes, parse_book, read_book
from botops.pricebook.render import price_table
from botops.pricebook.renewing import Absent, Renewal, renewed
from botops.pricebook.sheets import Sheet, read_sheets
from botops.pricebook.suspicion import Suspicion, suspicions
from botops.pricebook.writer import dump

__all__ = [
    "Absent",
    "BooksFolder",
    "ChangeReport",
    "ImportReport",
    "ImportResult",
    "Offer",
    "OfferChange",
    "OfferKind",
    "Part",
    "Policies",
    "Price",
    "PriceBook",
    "PriceChange",
    "Product",
    "Proposal",
    "ProposedColumn",
    "Rate",
    "Renewal",
    "RowPlace",
    "Sheet",
    "Suspicion",
    "Window",
    "changes_since",
    "current_and_coming",
    "diff",
    "dump",
    "floor_of",
    "for_whom",
    "from_price",
    "import_parts",
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
    "propose",
    "read_book",
    "read_sheets",
    "renewed",
    "suspicions",
    "told_changes",
]
