"""Reads a provider's invoice from a file: OpenAI's exports as CSV or JSON, other tables by a column map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from botops.app.costs.invoice_cells import CellError, amount_of, count_of, end_of, moment_of
from botops.app.costs.invoice_formats import (
    COUNTS,
    FIELDS,
    OPENAI_COSTS,
    OPENAI_USAGE,
    ColumnMap,
    FormatName,
    guess_format,
    item_row,
)
from botops.app.costs.invoice_json import MOST_PROBLEMS, json_rows
from botops.app.delimited import MAX_BYTES, Delimited, Line
from botops.config import Document
from botops.config.document import decode
from botops.config.json_reader import read_json
from botops.costs.invoices import Figures, InvoiceRow
from botops.domain.errors import UserError
from botops.domain.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_VALUES = 5_000_000
"""Values of one JSON file: sixty days of a large organisation by project, model and key."""
Cells = Mapping[str, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Invoice:
    """The rows of a file, its format, and what was noticed while reading: columns nothing was read from, rows without
    any usage, pages that are missing."""

    rows: tuple[InvoiceRow, ...]
    form: FormatName
    zone: tzinfo
    unread: tuple[str, ...] = ()
    empty: int = 0
    notes: tuple[str, ...] = field(default=())


def read_invoice(path: Path, raw: bytes, form: FormatName | None, columns: ColumnMap) -> Invoice:
    """Reads an invoice. `form` None tells the format from the file. Raises UserError with every problem."""
    invoice = _read(path, raw, form, columns)
    if not invoice.rows:
        raise UserError(f"{path}: no row with a usage or an amount: nothing to compare")
    return invoice


def _read(path: Path, raw: bytes, form: FormatName | None, columns: ColumnMap) -> Invoice:
    if len(raw) > MAX_BYTES:
        raise UserError(f"{path}: larger than {MAX_BYTES // 2**20} MB: export fewer days, or several files")
    zone = _zone(columns.timezone, form)
    beginning = raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if beginning in {b"{", b"["}:
        return _from_json(path, raw, form)
    table = Delimited(str(path), raw, columns.encoding)
    headers = {header.casefold() for header in table.headers}
    known = form or (None if columns.columns else guess_format(frozenset(headers))) or "mapped"
    chosen = _columns(known, columns, headers)
    if known == "mapped" and not columns.columns:
        listed = ", ".join(f"`{h}`" for h in table.headers if h)
        raise UserError(
            f"{path}: none of the known exports by its headers {listed}: say which column is what, for example "
            '--map "Date=start" --map "Model=model" --map "Cost=amount"'
        )
    table.read_as(_readable(known), _needed(known), chosen, option='--map "HEADER={}"')
    zone = UTC if known != "mapped" else zone
    read = _Table(str(path), table, known, columns, zone)
    rows = tuple(read.rows())
    if read.problems:
        raise UserError(problems=read.problems)
    return Invoice(rows, known, zone, table.unread, read.empty, tuple(read.notes))


def _from_json(path: Path, raw: bytes, form: FormatName | None) -> Invoice:
    text = decode(raw, str(path))
    found = json_rows(Document(str(path), text, read_json(text, str(path), max_values=MOST_VALUES), is_json=True), form)
    return Invoice(found.rows, found.form, UTC, (), found.empty, found.notes)


def _zone(name: str | None, form: FormatName | None) -> tzinfo:
    if name is None:
        return UTC
    if form is not None and form != "mapped":
        raise UserError(f"the days of {form} are UTC: leave --timezone out")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UserError(f"{name!r} is no time zone; write one like Asia/Almaty") from error


def _columns(form: FormatName, columns: ColumnMap, headers: set[str]) -> dict[str, str]:
    if form == "mapped":
        return dict(columns.columns.items())
    standard = OPENAI_USAGE if form == "openai-usage" else OPENAI_COSTS
    return {name: header for name, header in standard.items() if header in headers}


def _readable(form: FormatName) -> tuple[str, ...]:
    return tuple(OPENAI_COSTS) if form == "openai-costs" else tuple(OPENAI_USAGE) if form == "openai-usage" else FIELDS


def _needed(form: FormatName) -> tuple[str, ...]:
    return {
        "openai-costs": ("start", "amount"),
        "openai-usage": ("start", "requests", "input_tokens", "output_tokens"),
        "mapped": ("start",),
    }[form]


class _Table:
    """Reads the rows of a table; complaints are collected."""

    def __init__(self, name: str, table: Delimited, form: FormatName, columns: ColumnMap, zone: tzinfo) -> None:
        self._table = table
        self._form = form
        self._map = columns
        self._zone = zone
        self._name = name
        self._seen: dict[tuple[str, ...], int] = {}
        self._repeated = 0
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.empty = 0

    def rows(self) -> Iterator[InvoiceRow]:
        for line in self._table:
            if len(self.problems) >= MOST_PROBLEMS:
                return
            if isinstance(line, Problem):
                self.problems.append(line)
                continue
            cells = {name: line.cells[at] if at < len(line.cells) else "" for name, at in self._table.columns.items()}
            if self._without_usage(cells):
                self.empty += 1
            elif not self._twice(line) and (row := self._row(line, cells)) is not None:
                yield row
        if self._repeated:
            self.notes.append(f"{self._repeated} rows are the very same as rows before them; all are counted")

    def _without_usage(self, cells: Cells) -> bool:
        return not any(cells.get(name, "").strip() for name in (*COUNTS, "amount", "model", "item"))

    def _twice(self, line: Line) -> bool:
        """True for a row that stands in the file twice: OpenAI's exports have one row for each group."""
        key = tuple(cell.strip() for cell in line.cells)
        first = self._seen.setdefault(key, line.number)
        if first == line.number:
            return False
        if self._form == "mapped":  # single calls may well be alike
            self._repeated += 1
            return False
        message = f"the same row as in line {first}: is a page or a day in this file twice? Remove one of them"
        self.problems.append(Problem(self._name, line.number, 1, "", message, rule="duplicate-row"))
        return True

    def _row(self, line: Line, cells: Cells) -> InvoiceRow | None:
        before = len(self.problems)
        start = self._cell(line, cells, "start", lambda text: moment_of(text, self._zone))
        end = self._cell(line, cells, "end", lambda text: moment_of(text, self._zone))
        figures = self._figures(line, cells)
        currency = cells.get("currency", "").strip().upper() or self._map.currency
        if start is None and len(self.problems) == before:
            self.problems.append(self._table.problem(line, "start", "empty: a row needs its day"))
        if start is not None and end is not None and end <= start:
            self.problems.append(self._table.problem(line, "end", "not after the row's start"))
        if len(self.problems) > before or start is None:
            return None
        row = InvoiceRow(
            start,
            end or end_of(cells["start"], start, self._zone),
            cells.get("model", "").strip() or None,
            "",
            figures,
            cells.get("project", "").strip() or None,
            currency,
            line.number,
        )
        return self._with_item(line, row, cells)

    def _figures(self, line: Line, cells: Cells) -> Figures:
        counts = {name: self._cell(line, cells, name, count_of) for name in COUNTS}
        mark = self._map.decimal if self._form == "mapped" else "."
        amount = self._cell(line, cells, "amount", lambda text: amount_of(text, mark))
        whole = counts["input_tokens"]
        if whole is None and counts["uncached_tokens"] is not None:
            whole = counts["uncached_tokens"] + (counts["cached_tokens"] or 0) + (counts["cache_write_tokens"] or 0)
        cached = (counts["cached_tokens"] or 0) + (counts["cache_write_tokens"] or 0)
        if whole is not None and cached > whole:
            message = f"{cached} cached tokens of {whole}: if the column does not include them, it is `uncached_tokens`"
            self.problems.append(self._table.problem(line, "input_tokens", message))
        return Figures(
            counts["requests"], whole, counts["cached_tokens"], counts["cache_write_tokens"], counts["output_tokens"],
            amount,
        )  # fmt: skip

    def _with_item(self, line: Line, row: InvoiceRow, cells: Cells) -> InvoiceRow | None:
        text = cells.get("item", "").strip()
        if not text:
            return row
        if self._form == "mapped":
            return row if row.model else replace(row, item=text)
        before = len(self.problems)
        quantity = self._cell(line, cells, "quantity", lambda number: amount_of(number, "."))
        if len(self.problems) > before:
            return None
        return item_row(row, text, quantity, cells.get("quantity_unit", ""))

    def _cell(self, line: Line, cells: Cells, name: str, read: Callable[[str], T]) -> T | None:
        try:
            return read(cells.get(name, ""))
        except CellError as error:
            self.problems.append(self._table.problem(line, name, str(error)))
            return None


def of_projects(rows: Sequence[InvoiceRow], projects: Sequence[str]) -> tuple[InvoiceRow, ...]:
    """The rows of some projects; `none` stands for rows without a project. Raises UserError for one there is not."""
    known = {row.project or "none" for row in rows}
    missing = [project for project in projects if project not in known]
    if missing:
        listed = ", ".join(sorted(known))
        raise UserError(f"no row is of project {missing[0]!r}: the file has {listed}")
    return tuple(row for row in rows if (row.project or "none") in projects)


def one_currency(rows: Sequence[InvoiceRow], default: str) -> str:
    """The currency of all amounts; `default` where none is named. Raises UserError when there are several."""
    found: dict[str, int] = {}
    for row in rows:
        if row.figures.amount is not None:
            found.setdefault(row.currency or default, row.line)
    if len(found) > 1:
        said = ", ".join(f"{currency} (line {line})" if line else currency for currency, line in sorted(found.items()))
        raise UserError(f"amounts in several currencies, {said}: reconcile them apart")
    return next(iter(found), default)
