"""Price lists from spreadsheets: CSV and XLSX, with a column map or without one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from botops.config import Document
from botops.config.spots import Path as DataPath
from botops.config.spots import Place
from botops.domain.errors import UserError
from botops.domain.problems import Level, Problem
from botops.pricebook.cells import AmountCell, amount_of, currency_of, day_of, flag_of, period_of, quantity_of, text_of
from botops.pricebook.columns import Column, Layout, guess, mapped
from botops.pricebook.model import PriceBook
from botops.pricebook.reader import MAX_BYTES, parse_book
from botops.pricebook.sheets import Row, read_rows
from botops.pricebook.writer import as_data

_NOT_A_PRICE = re.compile(
    r"^(?:-|—|–|договорн\w*|по запросу|по договор\w+|on request|келісім\w*|сұраныс\w*)?$", re.IGNORECASE
)
_ALIAS_SEPARATOR = re.compile(r"\s*[,;/|]\s*")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a table. `columns` says what was read from which header; `skipped` are line numbers of rows
    without a price (headings, notes, "on request")."""

    rows: int
    prices: int
    products: int
    columns: Mapping[str, str]
    skipped: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The imported book, or None when a row cannot be used; every problem points at its row and column."""

    book: PriceBook | None
    problems: tuple[Problem, ...]
    report: ImportReport


def import_table(
    path: Path | str,
    column_map: Mapping[str, str] | None = None,
    *,
    currency: str = "KZT",
    sheet: str | None = None,
    keep: PriceBook | None = None,
) -> ImportResult:
    """Reads a price list. Raises UserError when the file or its header cannot be read at all.

    `column_map` maps headers or column letters to fields (`columns.FIELDS`, or `attribute:<name>`); without it the
    headers are recognised in ru, kk and en, and unknown ones become attributes. `currency` is the book's unless the
    cells say otherwise. `keep` is the book so far: its offers, policies, rates, time zone and aliases stay.
    """
    path = Path(path)
    file = str(path)
    rows, layout = _laid_out(read_rows(path, max_bytes=MAX_BYTES, sheet=sheet), column_map, file)
    table = _Table(file, layout, keep)
    for row in rows[layout.first :]:
        table.add(row)
    if not table.prices and not table.problems:
        message = "no row under the header holds a price: is it the right sheet, and the right column?"
        table.problems.append(Problem(file, rows[layout.first - 1].line, 1, "", message, rule="no-prices"))
    document = TableDocument(file, "", table.data(currency), places=table.places)
    book, problems = parse_book(document)
    if book is not None:
        if keep is not None:
            book = replace(book, offers=keep.offers, policies=keep.policies, rates=keep.rates, timezone=keep.timezone)
        contents = repr(as_data(replace(book, version="")))
        book = replace(book, version=hashlib.sha256(contents.encode()).hexdigest()[:12])
    problems = tuple(sorted((*table.problems, *problems)))
    if any(p.level == "error" for p in problems):
        book = None
    return ImportResult(book, problems, table.report(rows))


def _laid_out(
    readings: Iterator[list[Row]], column_map: Mapping[str, str] | None, file: str
) -> tuple[list[Row], Layout]:
    """The first reading whose header fits, and its layout; when none fits, what is wrong with the likeliest."""
    fault: UserError | None = None
    while True:
        try:
            rows = next(readings)
            return rows, mapped(rows, column_map, file) if column_map else guess(rows, file)
        except UserError as error:
            fault = fault or error
        except StopIteration:
            if fault is None:
                raise
            raise fault from None


@dataclass(frozen=True)
class TableDocument(Document):
    """Data built from a table: problems in it point at the rows it came from."""

    places: Mapping[DataPath, Place] = field(default_factory=dict, repr=False)

    def position(self, path: DataPath, *, of: str = "value") -> Place:
        """Line and column of the cell at `path`, or of the nearest thing above it that came from a row."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (0, 0))


class _Table:
    """Turns rows into a book's data and remembers which row each price came from."""

    def __init__(self, file: str, layout: Layout, keep: PriceBook | None) -> None:
        self.file = file
        self.layout = layout
        self.keep = keep
        self.products: dict[str, dict[str, Any]] = {}
        self.places: dict[DataPath, Place] = {}
        self.problems: list[Problem] = []
        self.skipped: list[int] = []
        self.prices = 0
        self._named = any(column.field == "name" for column in layout.columns.values())
        self._names: dict[str, str] = {p.name.casefold(): p.sku for p in keep.products} if keep else {}

    def add(self, row: Row) -> None:
        """Takes one row in: none, one or several prices (a column for each period or currency)."""
        if row.empty:
            return
        cells = {n: row.cells[n] for n in self.layout.columns if n < len(row.cells) and text_of(row.cells[n])}
        by_field = {self.layout.columns[n].field: (n, value) for n, value in cells.items()}
        name = text_of(by_field.get("name", (0, None))[1])
        sku = text_of(by_field.get("sku", (0, None))[1]) or self._names.get(name.casefold()) or _slug(name)
        amounts = [(n, value) for n, value in cells.items() if self.layout.columns[n].field == "amount"]
        amounts = [(n, value) for n, value in amounts if not _NOT_A_PRICE.match(text_of(value))]
        if not amounts:
            self.skipped.append(row.line)
            return
        if not sku:
            self._problem(row.line, 0, "a price without a name or a SKU: fill one of them in or delete the row")
            return
        product = self._product(sku, name, row.line, by_field)
        shared = self._shared(row.line, by_field)
        for number, value in amounts:
            self._price(product, row.line, number, value, shared)

    def _product(self, sku: str, name: str, line: int, by_field: Mapping[str, tuple[int, Any]]) -> dict[str, Any]:
        known = self.products.get(sku)
        if known is None:
            self.places["products", len(self.products)] = (line, 1)
            kept = self.keep.product(sku) if self.keep else None
            if not name and kept is None and self._named:
                message = f"no name: the SKU `{sku[:40]}` is taken for it; name the product or delete a line of totals"
                self._problem(line, 0, message, level="warning")
            name = name or (kept.name if kept is not None else sku)
            known = {"sku": sku, "name": name, "aliases": [], "prices": [], "index": len(self.products)}
            if kept is not None:
                known["aliases"] += kept.aliases
            self.products[sku] = known
        for alias in _ALIAS_SEPARATOR.split(text_of(by_field.get("aliases", (0, None))[1])):
            if alias and alias not in known["aliases"]:
                known["aliases"].append(alias)
        return known

    def _shared(self, line: int, by_field: Mapping[str, tuple[int, Any]]) -> dict[str, Any]:
        """What holds for all prices of a row."""
        price: dict[str, Any] = {"attributes": {}}
        for name, (number, value) in by_field.items():
            if name.startswith("attribute:"):
                price["attributes"][name.removeprefix("attribute:")] = _attribute(value)
            elif name not in {"sku", "name", "aliases", "amount"}:
                read = _READERS[name](value)
                if read is None:
                    self._problem(line, number, f"`{text_of(value)[:40]}` {_WANTED[name]}")
                elif name == "unit" and "per" not in by_field:
                    price["per"], price["unit"] = _counted(read)
                else:
                    price[name] = read
        return price

    def _price(self, product: dict[str, Any], line: int, number: int, value: Any, shared: Mapping[str, Any]) -> None:
        cell = amount_of(value)
        if cell is None:
            message = f"`{text_of(value)[:40]}` is not one amount: write a number such as 15000 or 15 000,50"
            self._problem(line, number, message)
            return
        column = self.layout.columns[number]
        price = {"amount": cell.amount, **_said(cell, column), **shared}
        if cell.at_least:
            price["from"] = True
        self.places["products", product["index"], "prices", len(product["prices"])] = (line, number + 1)
        product["prices"].append(price)
        self.prices += 1

    def _problem(self, line: int, number: int, message: str, level: Level = "error") -> None:
        header = self.layout.columns[number].header if number in self.layout.columns else ""
        self.problems.append(Problem(self.file, line, number + 1, header, message, level, rule="table-cell"))

    def data(self, currency: str) -> dict[str, Any]:
        """The rows so far as a book's data."""
        products = [{key: value for key, value in p.items() if key != "index"} for p in self.products.values()]
        return {"currency": currency, "products": products}

    def report(self, rows: list[Row]) -> ImportReport:
        """What became of the rows."""
        columns = {column.header: column.field for column in self.layout.columns.values()}
        data_rows = sum(not row.empty for row in rows[self.layout.first :])
        return ImportReport(data_rows, self.prices, len(self.products), columns, tuple(self.skipped))


def _said(cell: AmountCell, column: Column) -> dict[str, Any]:
    """Currency and period: the cell's own, else the header's."""
    said = {"currency": cell.currency or column.currency, "per": cell.per or column.per}
    return {key: value for key, value in said.items() if value is not None}


def _attribute(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    return text_of(value) if isinstance(value, (str, float, datetime, date)) else value


def _floor(value: Any) -> Any:
    cell = amount_of(value)
    return cell.amount if cell else None


def _currency(value: Any) -> str | None:
    text = text_of(value)
    return currency_of(text) or text.upper()


def _period(value: Any) -> str:
    return period_of(text_of(value)) or text_of(value)


def _iso(value: Any) -> str | None:
    day = day_of(value)
    return day.isoformat() if day else None


def _counted(unit: str) -> tuple[str, str | None]:
    """A unit column says either a period (`мес`) or the thing counted (`рулон`)."""
    period = period_of(unit)
    return ("unit", unit) if period is None else (period, None)


_READERS = {
    "floor": _floor,
    "currency": _currency,
    "per": _period,
    "unit": text_of,
    "valid_from": _iso,
    "valid_to": _iso,
    "min_qty": quantity_of,
    "from": flag_of,
    "region": text_of,
    "segment": text_of,
}
_WANTED = {
    "floor": "is not an amount: write a number",
    "valid_from": "is not a date: write it as 31.05.2026",
    "valid_to": "is not a date: write it as 31.05.2026",
    "min_qty": "is not a quantity: write a whole number from 1",
    "from": "is neither yes nor no: write да or нет",
}


def _slug(name: str) -> str:
    return re.sub(r"[^\w]+", "-", name.casefold()).strip("-")
