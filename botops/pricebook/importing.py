"""Price lists from spreadsheets: CSV and XLSX, with a column map or without one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from botops.config import Document
from botops.config.spots import Path as DataPath
from botops.config.spots import Place
from botops.domain.errors import UserError
from botops.domain.problems import Level, Problem
from botops.pricebook.cells import (
    AmountCell,
    amount_of,
    currency_of,
    is_no_price,
    lower_bound,
    text_of,
    without_currency,
)
from botops.pricebook.columns import Column, Layout, mapped
from botops.pricebook.model import PriceBook, Product
from botops.pricebook.phrases import per
from botops.pricebook.proposing import recognised
from botops.pricebook.reader import MAX_BYTES, parse_book
from botops.pricebook.row_fields import READERS, RULES, WANTED, attribute, counted
from botops.pricebook.sheets import Row, read_rows
from botops.pricebook.writer import as_data

_ALIAS_SEPARATOR = re.compile(r"\s*[,;/|]\s*")


_SAME_PERIOD = 3
"""A price becomes another by less than so many times, a year costs more than so many months."""

RowPlace = tuple[str, int]
"""A row of a table: its sheet (empty for a text) and its line."""


@dataclass(frozen=True, slots=True)
class Part:
    """A sheet that is read, and what its columns hold."""

    sheet: str
    rows: Sequence[Row]
    layout: Layout


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a table. `columns` says what was read from which header; `skipped` are line numbers of rows
    without a price (headings, notes, "on request"), `skipped_rows` the same with their sheets. `periods_kept` prices do
    not say what they are for (a month, a piece), and were read as in the book so far."""

    rows: int
    prices: int
    products: int
    columns: Mapping[str, str]
    skipped: tuple[int, ...] = ()
    skipped_rows: tuple[RowPlace, ...] = ()
    periods_kept: int = 0
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The imported book, or None when a row cannot be used; every problem points at its row and column. `origins` are
    the rows that prices came from, by the numbers of product and price in the book. `left_out` says of rows that were
    left out why they cannot be used."""

    book: PriceBook | None
    problems: tuple[Problem, ...]
    report: ImportReport
    origins: Mapping[tuple[int, int], RowPlace] = field(default_factory=dict, repr=False)
    left_out: tuple[Problem, ...] = ()


def import_table(
    path: Path | str,
    column_map: Mapping[str, str] | None = None,
    *,
    currency: str = "KZT",
    sheet: str | None = None,
    keep: PriceBook | None = None,
    skip_unusable: bool = False,
) -> ImportResult:
    """Reads a price list. Raises UserError when the file or its header cannot be read at all.

    `column_map` maps headers or column letters to fields (`columns.FIELDS`, or `attribute:<name>`); without it the
    headers are recognised in ru, kk and en as the console proposes them: unknown ones over texts become attributes,
    figures that no header explains and data of trade are not read (`ImportReport.unused`). `currency` is the book's
    unless the cells say otherwise. `keep` is the book so far: its offers, policies, rates, time zone and aliases stay.
    With `skip_unusable` rows that cannot be used are left out, and the book is made of the others.
    """
    path = Path(path)
    file = str(path)
    rows, layout = _laid_out(read_rows(path, max_bytes=MAX_BYTES, sheet=sheet), column_map, file)
    part, left_out = Part("", rows, layout), list[Problem]()
    while True:
        lines = {problem.line for problem in left_out}
        result = import_parts([part], file, currency=currency, keep=keep, left_out=[("", line) for line in lines])
        # Rows that clash are seen only when those before them can be read.
        more = [p for p in _unusable(result, part) if p.line not in lines] if skip_unusable else []
        if not more:
            return replace(result, left_out=tuple(sorted(left_out)))
        left_out += more


def _unusable(result: ImportResult, part: Part) -> tuple[Problem, ...]:
    """What makes rows under the header of a sheet unusable, in their order."""
    lines = {row.line for row in part.rows[part.layout.first :]}
    return tuple(p for p in result.problems if p.level == "error" and p.line in lines)


def import_parts(
    parts: Sequence[Part],
    file: str,
    *,
    currency: str = "KZT",
    keep: PriceBook | None = None,
    left_out: Collection[RowPlace] = (),
) -> ImportResult:
    """Makes one price book of the sheets of a table whose columns are known. `left_out` are rows that are not read.
    `currency` and `keep` as for `import_table`."""
    table = _Table(file, keep)
    for part in parts:
        table.read(part, {line for sheet, line in left_out if sheet == part.sheet})
    if not table.prices and not table.problems:
        message = "no row under the header holds a price: is it the right sheet, and the right column?"
        first = parts[0]
        line = first.rows[max(first.layout.first - 1, 0)].line if first.rows else 1
        table.problems.append(Problem(table.place(first.sheet), line, 1, "", message, rule="no-prices"))
    document = TableDocument(file, "", table.data(currency), places=table.places, files=table.files)
    book, problems = parse_book(document)
    if book is not None:
        if keep is not None:
            book = replace(book, offers=keep.offers, policies=keep.policies, rates=keep.rates, timezone=keep.timezone)
        contents = repr(as_data(replace(book, version="")))
        book = replace(book, version=hashlib.sha256(contents.encode()).hexdigest()[:12])
    problems = tuple(sorted((*table.problems, *problems)))
    if any(p.level == "error" for p in problems):
        book = None
    return ImportResult(book, problems, table.report(parts), table.origins)


def _laid_out(
    readings: Iterator[list[Row]], column_map: Mapping[str, str] | None, file: str
) -> tuple[list[Row], Layout]:
    """The first reading whose header fits, and its layout; when none fits, what is wrong with the likeliest."""
    fault: UserError | None = None
    while True:
        try:
            rows = next(readings)
            return rows, mapped(rows, column_map, file) if column_map else recognised(rows, file)
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
    files: Mapping[DataPath, str] = field(default_factory=dict, repr=False)

    def position(self, path: DataPath, *, of: str = "value") -> Place:
        """Line and column of the cell at `path`, or of the nearest thing above it that came from a row."""
        return self.places.get(self._known(path), (0, 0))

    def problem(self, path: DataPath, message: str, *, rule: str, level: Level = "error", of: str = "value") -> Problem:
        """A problem that points at the cell at `path`, on its sheet where there are several."""
        found = super().problem(path, message, rule=rule, level=level, of=of)
        return replace(found, file=self.files.get(self._known(path), self.file))

    def _known(self, path: DataPath) -> DataPath:
        while path and path not in self.places:
            path = path[:-1]
        return path


class _Table:
    """Turns rows into a book's data and remembers which row each price came from."""

    def __init__(self, file: str, keep: PriceBook | None) -> None:
        self.file = file
        self.keep = keep
        self.products: dict[str, dict[str, Any]] = {}
        self.places: dict[DataPath, Place] = {}
        self.files: dict[DataPath, str] = {}
        self.origins: dict[tuple[int, int], RowPlace] = {}
        self.problems: list[Problem] = []
        self.skipped: list[RowPlace] = []
        self.prices = 0
        self.periods_kept = 0
        self.sheet = ""
        self.layout = Layout({}, 0)
        self._named = False
        # A client's name for a product is as good as its own: lists rarely write it as the book does.
        names = [(name, p.sku) for p in reversed(keep.products) for name in reversed(p.names)] if keep else []
        self._names: dict[str, str] = {_plain(name): sku for name, sku in names}
        self._names.update((_plain(p.name), p.sku) for p in (keep.products if keep else ()))
        self._names.pop("", None)  # a name of signs alone names nothing

    def place(self, sheet: str) -> str:
        """What a problem on a sheet calls its file."""
        return f"{self.file} [{sheet}]" if sheet else self.file

    def read(self, part: Part, left_out: Collection[int]) -> None:
        """Takes the rows of a sheet in, but for the lines left out."""
        self.sheet, self.layout = part.sheet, part.layout
        self._named = any(column.field == "name" for column in part.layout.columns.values())
        for row in part.rows[part.layout.first :]:
            if row.line not in left_out:
                self.add(row)

    def add(self, row: Row) -> None:
        """Takes one row in: none, one or several prices (a column for each period or currency)."""
        if row.empty:
            return
        cells = {n: row.cells[n] for n in self.layout.columns if n < len(row.cells) and text_of(row.cells[n])}
        by_field = {self.layout.columns[n].field: (n, value) for n, value in cells.items()}
        name = text_of(by_field.get("name", (0, None))[1])
        sku = text_of(by_field.get("sku", (0, None))[1]) or self._names.get(_plain(name)) or _slug(name)
        amounts = [(n, value) for n, value in cells.items() if self.layout.columns[n].field == "amount"]
        amounts = [(n, value) for n, value in amounts if not is_no_price(text_of(value))]
        if not amounts:
            self.skipped.append((self.sheet, row.line))
            return
        if not sku:
            self._problem(
                row.line, 0, "a price without a name or a SKU: fill one of them in or delete the row", "cell-name"
            )
            return
        product = self._product(sku, name, row.line, by_field)
        shared = self._shared(row.line, by_field)
        beside = self._currency_beside(by_field)
        for number, value in amounts:
            self._price(product, row.line, number, value, shared, beside)

    def _product(self, sku: str, name: str, line: int, by_field: Mapping[str, tuple[int, Any]]) -> dict[str, Any]:
        known = self.products.get(sku)
        if known is None:
            self._note(("products", len(self.products)), line, 1)
            kept = self.keep.product(sku) if self.keep else None
            if not name and kept is None and self._named:
                message = f"no name: the SKU `{sku[:40]}` is taken for it; name the product or delete a line of totals"
                self._problem(line, 0, message, "cell-name", level="warning")
            name = kept.name if kept is not None and (not name or _is_name(name, kept)) else name or sku
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
                price["attributes"][name.removeprefix("attribute:")] = attribute(value)
            elif name not in {"sku", "name", "aliases", "amount"}:
                read = READERS[name](value)
                if read is None:
                    self._problem(line, number, f"`{text_of(value)[:40]}` {WANTED[name]}", RULES[name])
                elif name in {"per", "unit"} and not (read := without_currency(read)):
                    continue  # a currency alone
                elif name == "unit" and "per" not in by_field:
                    price["per"], price["unit"] = counted(read)
                else:
                    price[name] = read
        return price

    def _currency_beside(self, by_field: Mapping[str, tuple[int, Any]]) -> dict[str, str]:
        """The currency that a unit or a period names, in its cell (`руб/мес`) or its header; a price that names one
        itself does not need it."""
        told = [by_field[name] for name in ("per", "unit") if name in by_field]
        found = (currency_of(text_of(value)) or self.layout.columns[number].currency for number, value in told)
        code = next(filter(None, found), None)
        return {"currency": code} if code is not None else {}

    def _price(
        self, product: dict[str, Any], line: int, number: int, value: Any, shared: Mapping[str, Any],
        beside: Mapping[str, str],
    ) -> None:  # fmt: skip
        cell = self._amount(line, number, value)
        if cell is None:
            return
        column = self.layout.columns[number]
        price = {"amount": cell.amount, **beside, **_said(cell, column), **shared, **_for_some(column)}
        if cell.at_least:
            price["from"] = True
        if "per" not in price and (period := self._period(product["sku"], cell.amount)) is not None:
            price["per"], price["unit"] = period
            self.periods_kept += 1
        if price.get("unit"):
            price["unit"] = self._unit(product["sku"], price["unit"])
        place = (product["index"], len(product["prices"]))
        self.origins[place] = (self.sheet, line)
        self._note(("products", place[0], "prices", place[1]), line, number + 1)
        product["prices"].append(price)
        self.prices += 1

    def _amount(self, line: int, number: int, value: Any) -> AmountCell | None:
        """The amount of a cell; of a range the lower end, said to be that."""
        cell = amount_of(value)
        if cell is not None:
            return cell
        said, cell = text_of(value)[:40], lower_bound(value)
        if cell is None:
            message = f"`{said}` is not one amount: write a number such as 15000 or 15 000,50, or delete the row"
            self._problem(line, number, message, "cell-amount")
        else:
            message = (
                f"`{said}` is a range: read as the price from {cell.amount:f} on; if it is fixed, write one number"
            )
            self._problem(line, number, message, "cell-range", level="warning")
        return cell

    def _period(self, sku: str, amount: Decimal) -> tuple[str, str | None] | None:
        """For what a price is asked that does not say it: as the book so far has it. Of a month and a year, that of the
        price it is nearest to."""
        kept = self.keep.product(sku) if self.keep else None
        prices = [p for p in kept.prices if p.window.valid_to is None and p.amount] if kept is not None else []
        near = [(max(amount, p.amount) / min(amount, p.amount), p) for p in prices if amount]
        if not near:
            return None
        ratio, price = min(near, key=lambda pair: pair[0])
        alone = len({(p.per, p.unit) for p in prices}) == 1
        return (price.per, price.unit) if alone or ratio < _SAME_PERIOD else None

    def _unit(self, sku: str, unit: str) -> str:
        """A thing counted by the word the book so far has for it: `рулон` is its `roll`."""
        kept = self.keep.product(sku) if self.keep else None
        words = [p.unit for p in kept.prices if p.unit] if kept is not None else []
        return next((word for word in words if per("unit", word, "ru") == per("unit", unit, "ru")), unit)

    def _note(self, path: DataPath, line: int, column: int) -> None:
        self.places[path] = (line, column)
        self.files[path] = self.place(self.sheet)

    def _problem(self, line: int, number: int, message: str, rule: str, level: Level = "error") -> None:
        header = self.layout.columns[number].header if number in self.layout.columns else ""
        self.problems.append(Problem(self.place(self.sheet), line, number + 1, header, message, level, rule))

    def data(self, currency: str) -> dict[str, Any]:
        """The rows so far as a book's data."""
        products = [{key: value for key, value in p.items() if key != "index"} for p in self.products.values()]
        return {"currency": currency, "products": products}

    def report(self, parts: Sequence[Part]) -> ImportReport:
        """What became of the rows."""
        columns = {column.header: column.field for part in parts for column in part.layout.columns.values()}
        data_rows = sum(not row.empty for part in parts for row in part.rows[part.layout.first :])
        lines = tuple(line for _sheet, line in self.skipped)
        unused = tuple(header for part in parts for header in part.layout.unused)
        return ImportReport(
            data_rows, self.prices, len(self.products), columns, lines, tuple(self.skipped), self.periods_kept, unused
        )


def _said(cell: AmountCell, column: Column) -> dict[str, Any]:
    """Currency, period and thing: the cell's own, else the header's."""
    said = {"currency": cell.currency or column.currency, "per": cell.per or column.per, "unit": cell.unit}
    return {key: value for key, value in said.items() if value is not None}


def _for_some(column: Column) -> dict[str, Any]:
    """For whom alone the prices of a column hold."""
    said = {"segment": column.segment, "region": column.region, "min_qty": column.min_qty}
    return {key: value for key, value in said.items() if value is not None}


def _plain(name: str) -> str:
    """A name without what people write differently: case, quotes, dashes, spaces."""
    return " ".join(re.findall(r"\w+", name.casefold()))


def _is_name(name: str, product: Product) -> bool:
    return any(_plain(name) == _plain(known) for known in product.names)


def _slug(name: str) -> str:
    return re.sub(r"[^\w]+", "-", name.casefold()).strip("-")
