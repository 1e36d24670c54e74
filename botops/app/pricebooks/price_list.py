"""A price list as people have it, on its way to a price book: opened, its columns corrected, laid over the book in
force. Writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from botops.app.pricebooks.column_memory import remembered
from botops.domain.errors import UserError
from botops.domain.problems import Problem
from botops.pricebook import Part, dump, import_parts, propose, read_sheets, renewed
from botops.pricebook.cells import text_of

if TYPE_CHECKING:
    from botops.config import Settings
    from botops.pricebook import Absent, ImportResult, PriceBook, Proposal, Renewal, RowPlace, Sheet

TABLES = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xlsm"})
BOOKS = frozenset({".yaml", ".yml", ".json"})
MOST_BYTES = 32_000_000
"""Largest file taken from a browser. The command line takes larger ones."""
_LONGEST_HEADER = 100
"""What is longer is a heading of the whole list, not of a column."""


@dataclass(frozen=True, slots=True)
class Corrections:
    """What a person says of a list. `sheets` are those read (None: every one that looks like prices and is not hidden);
    `headers` the lines of the headers by sheet, 0 for none; `fields` what columns hold, by sheet and number; `left_out`
    rows that are not read."""

    sheets: tuple[str, ...] | None = None
    headers: Mapping[str, int] = field(default_factory=dict)
    fields: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    left_out: frozenset[RowPlace] = frozenset()


@dataclass(frozen=True, slots=True)
class ListBook:
    """The price book a list makes. `result` is what was read; `renewal` how it lies over the book so far, None without
    one; `text` the book as YAML, None while rows cannot be used."""

    result: ImportResult
    renewal: Renewal | None
    text: str | None = field(repr=False)


def open_list(raw: bytes, name: str) -> tuple[Sheet, ...]:
    """The sheets of a price list. Raises UserError when it cannot be read, is empty or of another kind."""
    suffix = Path(name).suffix.lower()
    if suffix == ".xls":
        raise _refused(name, "an old Excel file: open it and save it as XLSX, then upload that", "old-excel")
    if suffix not in TABLES:
        raise _refused(name, "not a price list: save it as XLSX or CSV", "no-table")
    sheets = read_sheets(raw, name, max_bytes=MOST_BYTES)
    if not any(rows for sheet in sheets for rows in sheet.readings):
        raise _refused(name, "empty: there is no row in it", "empty-table")
    return sheets


def proposals(settings: Settings, sheets: Collection[Sheet], headers: Mapping[str, int]) -> tuple[Proposal, ...]:
    """How each sheet is best read, as lists were read before. `headers` are lines that a person named."""
    known = remembered(settings)
    return tuple(propose(sheet, known, headers.get(sheet.name)) for sheet in sheets)


def usual_sheets(sheets: Collection[Sheet], found: Collection[Proposal]) -> tuple[str, ...]:
    """The sheets that look like prices and are not hidden."""
    shown = {sheet.name for sheet in sheets if sheet.shown}
    return tuple(p.sheet for p in found if p.usable and p.sheet in shown)


def book_of_list(
    name: str,
    found: Collection[Proposal],
    said: Corrections,
    *,
    old: PriceBook | None,
    currency: str,
    day: date,
    absent: Absent,
) -> ListBook:
    """The price book of a list: its prices from `day` on, over the book `old`. `currency` is that of prices which name
    none, `absent` what becomes of prices the list does not mention.

    Raises UserError when no sheet is read, or one has no column of prices.
    """
    chosen = [p for p in found if said.sheets is None or p.sheet in said.sheets]
    parts = [Part(p.sheet, p.rows, p.layout(said.fields.get(p.sheet, {}))) for p in chosen]
    for part in parts:
        if not {"name", "sku"} & (fields := {c.field for c in part.layout.columns.values()}) or "amount" not in fields:
            message = "choose the column with the name and the column with the price"
            raise _refused(f"{name} [{part.sheet}]" if part.sheet else name, message, "column-map")
    if not parts:
        raise _refused(name, "no sheet is chosen: choose the one with the prices", "column-map")
    result = import_parts(parts, name, currency=currency, keep=old, left_out=said.left_out)
    if result.book is None:
        return ListBook(result, None, None)
    if old is None:
        return ListBook(result, None, dump(result.book))
    renewal = renewed(old, result.book, day, absent=absent)
    return ListBook(result, renewal, dump(renewal.book))


def other_currency(found: Collection[Proposal], said: Corrections, usual: str) -> tuple[str, str] | None:
    """The currency, and the cell that names it, which a list tells above its prices and which is not the `usual` one,
    where there are prices that name none: which they are in, only a person can say. None when nothing is in doubt."""
    for p in found:
        if said.sheets is not None and p.sheet not in said.sheets:
            continue
        columns = p.layout(said.fields.get(p.sheet, {})).columns.values()
        silent = any(c.field == "amount" and c.currency is None for c in columns)
        if silent and p.currencies and usual not in p.currencies and all(c.field != "currency" for c in columns):
            return next(iter(p.currencies.items()))
    return None


def day_told(found: Collection[Proposal], said: Corrections) -> tuple[date, str] | None:
    """The day that a list names above its prices, and the cell that does; None when it names none."""
    read = (p.day for p in found if said.sheets is None or p.sheet in said.sheets)
    return next(filter(None, read), None)


@dataclass(frozen=True, slots=True)
class Doubts:
    """What nobody said of a list and its rows do not tell. `currency` and `cell` as of `other_currency`, None when the
    currency is plain; `unread` are further sheets that look like prices; `day` as of `day_told`, None where a column
    tells from when prices hold."""

    currency: tuple[str, str] | None
    unread: tuple[str, ...]
    day: tuple[date, str] | None = None


def doubts(path: Path, sheet: str | None, usual: str) -> Doubts:
    """What a person is to be asked of a list that is read from one sheet: the one named, else the one open when it was
    saved. Raises UserError when it cannot be read."""
    if path.suffix.lower() not in TABLES or path.stat().st_size > MOST_BYTES:
        return Doubts(None, ())
    sheets = open_list(path.read_bytes(), path.name)
    found = tuple(propose(one, {}) for one in sheets)
    read = sheet if sheet is not None else next((one.name for one in sheets if one.active), "")
    others = tuple(name for name in usual_sheets(sheets, found) if name != read)
    said = Corrections((read,))
    dated = any(c.field == "valid_from" for p in found if p.sheet == read for c in p.columns)
    return Doubts(other_currency(found, said, usual), others, None if dated else day_told(found, said))


def faulty_rows(name: str, found: Collection[Proposal], result: ImportResult) -> frozenset[RowPlace]:
    """The rows of a list that cannot be used."""
    sheets = {f"{name} [{p.sheet}]" if p.sheet else name: p.sheet for p in found}
    return frozenset(
        (sheets[p.file], p.line) for p in result.problems if p.level == "error" and p.line and p.file in sheets
    )


def cell_at(name: str, found: Collection[Proposal], problem: Problem) -> tuple[str, str]:
    """The column, by letter and header, and the text of the cell that a problem of a list points at."""
    for proposal in found:
        if problem.file == (f"{name} [{proposal.sheet}]" if proposal.sheet else name):
            row = next((row for row in proposal.rows if row.line == problem.line), None)
            column = next((c for c in proposal.columns if c.number == problem.column - 1), None)
            value = row.cells[problem.column - 1] if row is not None and 0 < problem.column <= len(row.cells) else None
            return f"{column.letter} {column.header}".strip() if column is not None else "", text_of(value)
    return "", ""


def columns_to_remember(found: Collection[Proposal], said: Corrections) -> dict[str, str]:
    """How the headers of the sheets that are read were read, where a person may want it so the next time too."""
    return {
        c.header: said.fields.get(p.sheet, {}).get(c.number, c.field)
        for p in found
        if said.sheets is None or p.sheet in said.sheets
        for c in p.columns
        if c.header and len(c.header) <= _LONGEST_HEADER
    }


def _refused(name: str, message: str, rule: str = "unreadable-table") -> UserError:
    return UserError(problems=[Problem(name, 0, 0, "", message, rule=rule)])
