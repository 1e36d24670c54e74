"""From a YAML or JSON file to a `PriceBook`, with every problem at once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from botops.config import Document, parse, read
from botops.config.document import decode
from botops.config.settings import is_timezone
from botops.config.wording import shown, suggestion
from botops.domain.errors import UserError
from botops.domain.problems import Problem
from botops.pricebook.fields import Notes, Record
from botops.pricebook.keys import BOOK_KEYS, OFFER_KEYS, PRICE_KEYS, PRODUCT_KEYS, RATE_KEYS
from botops.pricebook.lint import check_book, check_offer, check_prices
from botops.pricebook.model import Offer, OfferKind, Policies, Price, PriceBook, Product, Rate

MAX_BYTES = 64_000_000
"""Largest price book file, in any format."""
MAX_VALUES = 5_000_000
"""Values in one price book file: about 300,000 prices."""

_BOOK, _PRODUCT, _PRICE = frozenset(BOOK_KEYS), frozenset(PRODUCT_KEYS), frozenset(PRICE_KEYS)
_OFFER, _RATE = frozenset(OFFER_KEYS), frozenset(RATE_KEYS)
_KINDS = {kind.value: kind for kind in OfferKind}
_USUAL = frozenset({"KZT", "USD", "EUR", "RUB", "KGS", "UZS", "CNY", "GBP", "TRY", "AED"})


def load(path: Path | str) -> PriceBook:
    """A price book from a `.yaml` or `.json` file. Raises UserError with every error; warnings are left to `lint`."""
    book, problems = parse_book(read(path, max_bytes=MAX_BYTES, max_values=MAX_VALUES))
    if book is None:
        raise UserError(problems=problems)
    return book


def lint(path: Path | str) -> tuple[Problem, ...]:
    """Everything wrong or doubtful in a price book file, errors and warnings, in file order."""
    try:
        _, problems = parse_book(read(path, max_bytes=MAX_BYTES, max_values=MAX_VALUES))
    except UserError as error:
        return error.problems
    return problems


def read_book(raw: bytes, file: str) -> tuple[PriceBook | None, tuple[Problem, ...]]:
    """The price book that the bytes of a file hold, None where there is an error, and what is wrong or doubtful."""
    try:
        return parse_book(_document(raw, file))
    except UserError as error:
        return None, error.problems


def load_bytes(raw: bytes, file: str) -> PriceBook:
    """A price book from the bytes of a file. Raises UserError with every error."""
    book, problems = read_book(raw, file)
    if book is None:
        raise UserError(problems=problems)
    return book


def _document(raw: bytes, file: str) -> Document:
    if len(raw) > MAX_BYTES:
        message = f"larger than {MAX_BYTES:,} bytes: split it into several files"
        raise UserError(problems=[Problem(file, 0, 0, "", message, rule="too-large")])
    return parse(decode(raw, file), file, max_values=MAX_VALUES)


def parse_book(document: Document) -> tuple[PriceBook | None, tuple[Problem, ...]]:
    """A document as a price book, and what is wrong or doubtful in it. Without the book when there is an error."""
    notes = Notes()
    data = document.data
    if not isinstance(data, dict):
        what = "an empty file" if data is None else shown(data)
        notes.add((), f"a price book is a mapping with the key `products`, not {what}", "wrong-value")
        return None, tuple(notes.problems(document))
    book = _book(Record(data, (), notes, _BOOK), document)
    problems = tuple(notes.problems(document)) if notes.found else ()
    return (None if notes.errors else book), problems


class BooksFolder:
    """Price books by their path relative to a folder, each read once."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self._books: dict[str, PriceBook] = {}

    def get(self, name: str) -> PriceBook:
        """The book at a relative path. Raises UserError; a path that leads out of the folder is refused."""
        book = self._books.get(name)
        if book is None:
            book = self._books[name] = load(self._inside(name))
        return book

    def _inside(self, name: str) -> Path:
        path = self.folder / name
        if "\0" in name or not path.resolve().is_relative_to(self.folder.resolve()):
            message = f"the price book path leads out of {self.folder}: name a file inside it"
            raise UserError(problems=[Problem(name.replace("\0", "?"), 0, 0, "", message, rule="outside-folder")])
        return path

    def names(self) -> tuple[str, ...]:
        """Relative paths of all book files in the folder, sorted."""
        suffixes = {".json", ".yaml", ".yml"}
        found = (p for p in self.folder.rglob("*") if p.suffix.lower() in suffixes and p.is_file())
        return tuple(sorted(p.relative_to(self.folder).as_posix() for p in found))


def load_books(folder: Path | str) -> BooksFolder:
    """A folder of price books, read as they are asked for."""
    return BooksFolder(folder)


def _book(record: Record, document: Document) -> PriceBook:
    currency = _currency(record, "KZT")
    products = _products(record, currency)
    offers = _offers(record)
    rates = tuple(
        Rate(_currency(item, currency), value, item.window())
        for _, item in record.records("rates", _RATE)
        if (value := _required_number(item, "value")) is not None
    )
    book = PriceBook(
        currency=currency,
        products=tuple(product for _, product in products),
        offers=tuple(offer for _, offer in offers),
        policies=_policies(record),
        timezone=_timezone(record),
        version=_version(record) or hashlib.sha256(document.text.encode()).hexdigest()[:12],
        rates=rates,
        source=document.file,
    )
    check_book(record, products, offers)
    return book


def _products(record: Record, currency: str) -> list[tuple[int, Product]]:
    products = []
    for index, item in record.records("products", _PRODUCT):
        sku = item.text("sku", required=True)
        prices = [(n, price) for n, one in item.records("prices", _PRICE) if (price := _price(one, currency))]
        if len(prices) > 1:
            check_prices(item, prices)
        name = item.text("name", sku)
        products.append((index, Product(sku, name, item.texts("aliases"), tuple(price for _, price in prices))))
    return products


def _price(record: Record, currency: str) -> Price | None:
    amount = _required_number(record, "amount")
    data = record.data
    attributes = data.get("attributes") or {}
    if not isinstance(attributes, Mapping):
        record.wrong("attributes", f"a mapping of `key: value` expected, not {shown(attributes)}: correct it")
        attributes = {}
    region, segment, floor = record.optional_text("region"), record.optional_text("segment"), record.number("floor")
    if attributes:
        region, segment, floor, attributes = _lifted(attributes, region, segment, floor)
    if amount is None:
        return None
    if floor is not None and amount < floor:
        message = f"the price {amount} is below its floor {floor}: raise the price or lower the floor"
        record.wrong("amount", message, "below-floor")
    return Price(
        amount,
        currency if data.get("currency") is None else _currency(record, currency),
        record.text("per", "once"),
        record.optional_text("unit"),
        record.window(),
        _min_qty(record),
        bool(record.flag("from")),
        attributes,
        floor,
        region,
        segment,
    )


def _lifted(
    attributes: Mapping[str, Any], region: str | None, segment: str | None, floor: Decimal | None
) -> tuple[str | None, str | None, Decimal | None, Mapping[str, Any]]:
    """Region, segment and floor may stand among the attributes; there they do not name a variant."""
    rest = dict(attributes)
    if region is None and _is_text(rest.get("region")):
        region = rest.pop("region").strip()
    if segment is None and _is_text(rest.get("segment")):
        segment = rest.pop("segment").strip()
    if floor is None and type(rest.get("floor")) in {int, Decimal} and rest["floor"] >= 0:
        floor = Decimal(rest.pop("floor"))
    return region, segment, floor, rest


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _min_qty(record: Record) -> int:
    value = record.data.get("min_qty")
    if value is None:
        return 1
    if type(value) is int and value >= 1:
        return value
    record.wrong("min_qty", f"a whole number from 1 expected, not {shown(value)}: correct it")
    return 1


def _required_number(record: Record, key: str) -> Decimal | None:
    if record.data.get(key) is None:
        record.wrong(key, f"missing: add the key `{key}`", "missing-key")
        return None
    return record.number(key)


def _offers(record: Record) -> list[tuple[int, Offer]]:
    offers = []
    for index, item in record.records("offers", _OFFER):
        name = item.text("kind", required=True)
        kind = _KINDS.get(name)
        if kind is None:
            if name:
                item.wrong("kind", f"`{name}` is no kind of offer{suggestion(name, _KINDS, others='kinds')}")
            continue
        value = item.data.get("value")
        offer = Offer(
            id=item.text("id", required=True),
            kind=kind,
            value=value.strip() if isinstance(value, str) else item.number("value"),
            code=item.optional_text("code"),
            applies_to=item.texts("applies_to"),
            conditions=item.text("conditions"),
            window=item.window(),
        )
        check_offer(item, offer)
        offers.append((index, offer))
    return offers


def _policies(record: Record) -> Policies:
    value = record.data.get("policies")
    if value is None:
        return Policies()
    if not isinstance(value, dict):
        record.wrong("policies", f"a mapping of `key: value` expected, not {shown(value)}: correct it")
        return Policies()
    known = {"vat_included", "vat_percent", "text"}
    inner = Record(value, ("policies",), record.notes, frozenset(value) | known)
    extra = {key: one for key, one in value.items() if key not in known}
    return Policies(inner.flag("vat_included"), inner.number("vat_percent"), inner.texts("text"), extra)


def _version(record: Record) -> str:
    value = record.data.get("version")
    # `version: 1.10` is read exactly, so its digits can be taken as they stand.
    return str(value) if isinstance(value, Decimal) else record.text("version")


def _timezone(record: Record) -> str:
    name = record.text("timezone", "Asia/Almaty")
    if not is_timezone(name):
        hint = suggestion(name, sorted(available_timezones()))
        hint = hint if "did you mean" in hint else ": write it as Asia/Almaty"
        record.wrong("timezone", f"unknown time zone `{name}`{hint}")
    return name


def _currency(record: Record, default: str) -> str:
    code = record.text("currency", default)
    if code not in _USUAL and code not in _currencies():
        hint = suggestion(code, sorted(_USUAL)) if len(code) == 3 else ""
        hint = hint if "did you mean" in hint else ": write three capital letters as in ISO 4217, such as KZT"
        record.wrong("currency", f"unknown currency `{code}`{hint}", "unknown-currency")
    return code


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    from babel.core import get_global  # noqa: PLC0415 - only for currencies beyond the usual ones

    return frozenset(get_global("all_currencies"))
