"""Tables that spreadsheets and CRMs save as delimited text, read with the place of every cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botops.config.spots import place_of
from botops.config.wording import suggestion
from botops.domain.errors import UserError
from botops.domain.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_BYTES = 64 * 2**20
_OPTION = "--column {}=HEADER"
_DELIMITERS = ";\t,|"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_GUESSED = ("utf-8-sig", "windows-1251")
"""What spreadsheets here save; nearly every file is readable as the second."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the number of its first line in the file, its cells, and the text they were read from."""

    number: int
    cells: Sequence[str]
    text: str
    delimiter: str

    def column(self, cell: int) -> int:
        """The column, from 1, at which a cell begins; that of the row's last character for a cell it lacks."""
        quoted, seen = False, 0
        for at, mark in enumerate(self.text):
            if seen == cell:
                return at + 1
            if mark == '"':
                quoted = not quoted
            elif mark == self.delimiter and not quoted:
                seen += 1
        return max(1, len(self.text.rstrip("\r\n")))


class Delimited:
    """A table with a header in its first row. `columns` are the cells' places by field, `unread` the other headers.

    Iterating gives the rows that are not empty, and a Problem for each that is no row.
    """

    def __init__(self, name: str, raw: bytes, encoding: str | None = None) -> None:
        """Reads the header. Raises UserError for what is no table in a text encoding."""
        self._name = name
        if len(raw) > MAX_BYTES:
            raise self._unusable(f"larger than {MAX_BYTES // 2**20} MB: split it into several files")
        text = self._decoded(raw, encoding)
        self._lines = io.StringIO(text, newline="")
        self._skipped = 0
        first = self._lines.readline()
        if first.lower().startswith("sep=") and len(first.strip()) == len("sep=") + 1:  # a hint for Excel
            delimiter = first.strip()[-1]
            self._skipped = 1
        else:
            self._lines.seek(0)
            delimiter = max(_DELIMITERS, key=first.count)
        self._delimiter = delimiter
        self._rows = self._records()
        head = next(self._rows, None)
        if isinstance(head, Problem):
            raise UserError(problems=[head])
        if head is None:
            raise self._unusable("empty: a header and rows are needed")
        self._head = head
        self.columns: Mapping[str, int] = {}
        self.unread: tuple[str, ...] = ()

    @property
    def headers(self) -> tuple[str, ...]:
        """The cells of the first row, each with single spaces."""
        return tuple(" ".join(cell.split()) for cell in self._head.cells)

    def read_as(
        self, fields: Sequence[str], needed: Sequence[str], chosen: Mapping[str, str], *, option: str = _OPTION
    ) -> None:
        """Says which header stands for which field: those of `chosen`, else the fields' own names, whatever their case.
        `option` is how a person says it, for the error.

        Raises UserError for a field or a header there is not, and for a needed field without a column.
        """
        headers = self.headers
        places = {header.casefold(): place for place, header in reversed(list(enumerate(headers)))}
        problems = [
            self._at_head(f"`{field}` is no field{suggestion(field, fields, others='fields')}")
            for field in chosen
            if field not in fields
        ]
        columns = {}
        for field in fields:
            header = chosen.get(field, field)
            place = places.get(" ".join(header.split()).casefold())
            if place is not None:
                columns[field] = place
            elif field in chosen:
                known = [h for h in headers if h]
                problems.append(self._at_head(f"no column `{header}`{suggestion(header, known, others='columns')}"))
            elif field in needed:
                listed = ", ".join(f"`{h}`" for h in headers if h)
                problems.append(
                    self._at_head(f"no column `{field}` among {listed}: say which it is, {option.format(field)}")
                )
        if problems:
            raise UserError(problems=problems)
        self.columns = columns
        self.unread = tuple(h for place, h in enumerate(headers) if h and place not in columns.values())

    def __iter__(self) -> Iterator[Line | Problem]:
        width = len(self._head.cells)
        for row in self._rows:
            if isinstance(row, Line) and any(cell.strip() for cell in row.cells[width:]):
                message = f"{len(row.cells)} cells under {width} headers: put quotes around a text with the separator"
                yield Problem(self._name, row.number, row.column(width), "", message, rule="table-row")
            elif isinstance(row, Problem) or any(cell.strip() for cell in row.cells):
                yield row

    def problem(self, line: Line, field: str, message: str) -> Problem:
        """A complaint about one cell, or about the row when the table has no such column."""
        place = self.columns.get(field)
        column = line.column(place) if place is not None else 1
        return Problem(self._name, line.number, column, field, message, rule="table-cell")

    def _records(self) -> Iterator[Line | Problem]:
        taken: list[str] = []

        def lines() -> Iterator[str]:
            for text in self._lines:
                taken.append(text)
                yield text

        reader = csv.reader(lines(), delimiter=self._delimiter)
        while True:
            taken.clear()
            number = reader.line_num + 1 + self._skipped
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                whole = len(taken) == 1
                rest = "" if whole else ": nothing after it was read"
                message = f"not readable as a row ({error}){rest}; check its quotes"
                yield Problem(self._name, number, 1, "", message, rule="table-row")
                if not whole:  # where a cell over many lines ends cannot be told any more
                    return
                continue
            yield Line(number, cells, "".join(taken), self._delimiter)

    def _decoded(self, raw: bytes, encoding: str | None) -> str:
        marked = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
        tried: Iterable[str] = [encoding] if encoding else ["utf-16"] if marked else _GUESSED
        for name in tried:
            try:
                return raw.decode("utf-8-sig" if name.lower().replace("_", "-") in {"utf-8", "utf8"} else name)
            except UnicodeDecodeError as error:
                at, said = error, name
            except LookupError as error:
                raise self._unusable(f"no encoding is called {name!r}: write utf-8 or windows-1251") from error
        line, column = place_of(raw[: at.start].decode("latin-1"), at.start)
        tried_last = said.removesuffix("-sig")
        other = "windows-1251" if tried_last != "windows-1251" else "NAME"
        message = f"not a text in {tried_last}: say its encoding, --encoding {other}, or save it as CSV UTF-8"
        raise UserError(problems=[Problem(self._name, line, column, "", message, rule="unreadable-table")])

    def _at_head(self, message: str) -> Problem:
        return Problem(self._name, self._head.number, 1, "", message, rule="column-map")

    def _unusable(self, message: str) -> UserError:
        return UserError(problems=[Problem(self._name, 0, 0, "", message, rule="unreadable-table")])


def plain(cell: str) -> str:
    """A cell no spreadsheet takes for a formula: an apostrophe goes before what would begin one, after any spaces."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(_FORMULA) or cell.startswith(_FORMULA) else cell
