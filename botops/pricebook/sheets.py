"""Rows of a CSV or XLSX file, each with its line number, as they stand."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from botops.domain.errors import NotFoundError, UserError
from botops.domain.problems import Problem

MAX_CELLS = 2_000_000
"""Cells read of one table; a sheet formatted down to row 1,048,576 must not fill the memory."""
_MAX_UNPACKED = 512_000_000
# What openpyxl, zipfile and the XML parser trip over in a damaged file, and let through; ParseError is a SyntaxError.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    SyntaxError,
    OSError,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RuntimeError,
)
_DELIMITERS = ";,\t|"
_WORKBOOKS = frozenset({".xlsx", ".xlsm"})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its number from 1 and its cells. Merged cells repeat their value."""

    line: int
    cells: tuple[Any, ...]

    @property
    def empty(self) -> bool:
        """True when nothing but blanks stands in it."""
        return not any(str(cell).strip() for cell in self.cells if cell is not None)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook, or a delimited text, whose `name` is empty. What splits the columns of a text is a guess,
    so there may be several `readings`, the likeliest first. `shown` is False for a sheet its author hid; `active` is
    the one that was open when it was saved."""

    name: str
    readings: tuple[list[Row], ...]
    shown: bool = True
    active: bool = False


def read_sheets(raw: bytes, file: str, *, max_bytes: int) -> tuple[Sheet, ...]:
    """Every sheet of a table with something in it, by the suffix of `file` (`.xlsx`, else delimited text).

    Raises UserError.
    """
    path = Path(file)
    if len(raw) > max_bytes:
        raise UserError(problems=[_too_large(path, max_bytes)])
    if path.suffix.lower() not in _WORKBOOKS:
        text = _decoded(path, raw)
        return (Sheet("", tuple(_readings(path, text)), active=True),)
    workbook = _workbook(path, raw)
    sheets = []
    cells = 0
    for worksheet in workbook.worksheets:
        rows, cells = _rows(path, worksheet, cells)
        if any(not row.empty for row in rows):
            shown, active = worksheet.sheet_state == "visible", worksheet is workbook.active
            sheets.append(Sheet(worksheet.title, (rows,), shown=shown, active=active))
    workbook.close()
    return tuple(sheets)


def read_rows(path: Path, *, max_bytes: int, sheet: str | None = None) -> Iterator[list[Row]]:
    """The rows of a table by the file's suffix (`.xlsx`, else delimited text). Raises UserError.

    What splits the columns of a text is a guess, so there may be several readings, the likeliest first.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise NotFoundError(problems=[_whole(path, "no such file: check the name and the folder")]) from error
    if size > max_bytes:
        raise UserError(problems=[_too_large(path, max_bytes)])
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UserError(problems=[_whole(path, f"cannot be read ({error.strerror}): check its permissions")]) from error
    if path.suffix.lower() in _WORKBOOKS:
        yield _xlsx(path, raw, sheet)
    else:
        text = _decoded(path, raw)
        for delimiter in _delimiters(text):
            yield _delimited(path, text, delimiter)


def _readings(path: Path, text: str) -> Iterator[list[Row]]:
    first, *others = _delimiters(text)
    yield _delimited(path, text, first)
    for mark in others:
        if mark in text:
            with suppress(UserError):  # another mark does not fit: no fault of the file
                yield _delimited(path, text, mark)


def _delimited(path: Path, text: str, delimiter: str) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows = []
    cells = 0
    try:
        for row in reader:
            cells += len(row)
            _refuse_many(path, cells)
            rows.append(Row(reader.line_num, tuple(row)))
    except csv.Error as error:
        message = f"not readable as a table ({error}): check the quotes in this line"
        raise UserError(problems=[Problem(str(path), reader.line_num, 1, "", message, rule="syntax")]) from error
    return rows


def _decoded(path: Path, raw: bytes) -> str:
    marked = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if marked else ["utf-8-sig", "cp1251"]  # what spreadsheets here save
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    message = "not a text file in UTF-8 or Windows-1251: save it again as CSV UTF-8"
    raise UserError(problems=[_whole(path, message, "damaged-text")])


def _delimiters(text: str) -> list[str]:
    """The marks that may split columns, the one that splits the first rows most evenly first. Whole rows are looked at,
    because a quoted cell may go over lines."""
    sample = text[:250_000]

    def evenness(mark: str) -> tuple[float, int]:
        counts: list[int] = []
        with suppress(csv.Error):  # what was read until then is sample enough
            rows = csv.reader(io.StringIO(sample, newline=""), delimiter=mark)
            counts.extend(len(row) for row in islice(rows, 50) if any(row))
        usual = max(set(counts), key=lambda n: (counts.count(n), n), default=1)
        return (counts.count(usual) / len(counts), usual) if usual > 1 else (0.0, usual)

    return sorted(_DELIMITERS, key=evenness, reverse=True)


def _xlsx(path: Path, raw: bytes, sheet: str | None) -> list[Row]:
    workbook = _workbook(path, raw)
    if sheet is not None and sheet not in workbook.sheetnames:
        names = ", ".join(workbook.sheetnames)
        raise NotFoundError(problems=[_whole(path, f"no sheet `{sheet}`: choose one of {names}")])
    worksheet: Any = workbook[sheet] if sheet is not None else workbook.active
    if worksheet is None or not hasattr(worksheet, "iter_rows"):
        raise UserError(problems=[_whole(path, "no sheet with cells: name the sheet with the prices")])
    rows, _cells = _rows(path, worksheet, 0)
    workbook.close()
    return rows


def _workbook(path: Path, raw: bytes) -> Any:
    import openpyxl  # noqa: PLC0415 - heavy, and only spreadsheets need it
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MAX_UNPACKED:
                raise UserError(
                    problems=[_whole(path, "unpacks to more than 512 MB: save the price sheet alone", "too-large")]
                )
        return openpyxl.load_workbook(io.BytesIO(raw), data_only=True)
    except (InvalidFileException, *_DAMAGED) as error:
        raise UserError(
            problems=[_whole(path, f"not a readable XLSX file ({error}): open and save it again", "damaged-workbook")]
        ) from error


def _rows(path: Path, worksheet: Any, cells: int) -> tuple[list[Row], int]:
    """The rows of a worksheet, and how many cells were read with them after those before. Raises UserError for too
    many."""
    merged = _merged(worksheet)
    rows = []
    for line, values in enumerate(worksheet.iter_rows(values_only=True), 1):
        cells += len(values)
        _refuse_many(path, cells)
        rows.append(Row(line, tuple(merged.get((line, n), value) for n, value in enumerate(values, 1))))
    return rows, cells


def _merged(worksheet: Any) -> dict[tuple[int, int], Any]:
    """The value of every cell that is part of a merged area: that of its upper left corner."""
    values: dict[tuple[int, int], Any] = {}
    for area in worksheet.merged_cells.ranges:
        value = worksheet.cell(area.min_row, area.min_col).value
        if value is None or (area.max_row - area.min_row) * (area.max_col - area.min_col) > MAX_CELLS // 100:
            continue
        for row in range(area.min_row, area.max_row + 1):
            for column in range(area.min_col, area.max_col + 1):
                values[row, column] = value
    return values


def _refuse_many(path: Path, cells: int) -> None:
    if cells > MAX_CELLS:
        message = f"more than {MAX_CELLS:,} cells: delete the empty rows and columns around the prices"
        raise UserError(problems=[_whole(path, message, "too-large")])


def _too_large(path: Path, max_bytes: int) -> Problem:
    return _whole(path, f"larger than {max_bytes:,} bytes: split it into several files", "too-large")


def _whole(path: Path, message: str, rule: str = "unreadable-table") -> Problem:
    return Problem(str(path), 0, 0, "", message, rule=rule)
