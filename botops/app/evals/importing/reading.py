"""Files of other tools, read row by row with the place of everything in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from botops.app.delimited import Delimited
from botops.config import Document
from botops.config.document import decode
from botops.config.json_reader import read_json
from botops.config.yaml_reader import read_yaml
from botops.domain.errors import NotFoundError, UserError
from botops.domain.problems import Problem
from botops.evals.importing import Entry, NotFollowedError, Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from botops.app.delimited import Line
    from botops.config.spots import Path as Steps
    from botops.config.spots import Place
    from botops.evals.importing import Notes
    from botops.evals.importing.entry import Form

MAX_BYTES = 64 * 2**20
"""Largest file."""
MOST_VALUES = 2_000_000
"""Values a JSON or YAML document may hold."""
LONGEST_ROW = 4 * 2**20
"""Bytes of one line of JSON: a suite cannot hold more."""
MOST_COLUMNS = 2_000
STDIN = "stdin"

_FORMS: dict[str, Form] = {
    ".csv": "table", ".tsv": "table", ".jsonl": "lines", ".ndjson": "lines",
    ".json": "document", ".yaml": "document", ".yml": "document",
}  # fmt: skip
_FORMULA = re.compile(
    r"=\s*(?:[A-Za-z][\w.]*\s*[(!|]|\$?[A-Za-z]{1,3}\$?\d+\b|[-+]?\d+\s*[-+*/])"
    r"|#(?:REF!|NAME\?|VALUE!|N/A|DIV/0!|NULL!|NUM!)\Z"
)
_NEUTRALISED = re.compile(r"'(?=[=+\-@])")
"""What exports put before a cell so that no spreadsheet takes it for a formula."""


def read_source(file: Path | str, raw: bytes, notes: Notes, encoding: str | None = None) -> Source:
    """A file as rows. Rows that cannot be read become problems among the notes; raises UserError when none can.

    A table is in UTF-8, UTF-16 with its mark, or the `encoding` said; everything else is UTF-8.
    """
    name = str(file)
    if len(raw) > MAX_BYTES:
        raise _whole(name, f"larger than {MAX_BYTES // 2**20} MB: split it into several files", "too-large")
    form = _FORMS.get(Path(name).suffix.lower()) or _told_by(raw)
    if form == "table":
        return _table(name, raw, notes, encoding)
    if form == "document" and Path(name).suffix.lower() == ".json" and _is_lines(raw):
        form = "lines"
    entries = tuple(_lines(name, raw, notes)) if form == "lines" else (_document(name, raw),)
    return Source(name, form, entries)


def following(source: Source, notes: Notes) -> Source:
    """The same source, which may name other files of its own folder or of folders inside it."""
    folder = Path(source.file).parent.resolve()

    def follow(name: str) -> Source:
        path = folder / name.partition("#")[0]
        if not path.resolve().is_relative_to(folder):
            raise NotFollowedError(f"it is outside the folder of {source.file}: import it by itself")
        if path.suffix.lower() not in _FORMS:
            raise NotFollowedError("it is no table, JSON or YAML: import what it makes")
        try:
            with path.open("rb") as stream:
                raw = stream.read(MAX_BYTES + 1)
        except OSError as error:
            raise NotFollowedError(f"it cannot be read ({error.strerror})") from error
        return replace(read_source(Path(source.file).parent / name, raw, notes), follow=follow)

    return replace(source, follow=follow)


def read_bytes(path: Path) -> bytes:
    """A file's bytes, one more than the most that are taken. Raises UserError."""
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        problem = Problem(str(path), 0, 0, "", "no such file: check the name and the folder", rule="missing-file")
        raise NotFoundError(problems=[problem]) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise _whole(str(path), f"cannot be read ({reason})", "unreadable") from error


def _told_by(raw: bytes) -> Form:
    """What bytes without a file's name are: JSON in lines or as a whole, YAML that begins a list or a mapping."""
    start = raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in (b"{", b"["):
        return "lines" if _is_lines(raw) else "document"
    return "document" if re.match(rb"\s*(?:#.*\n|---|- |\w+:\s)", raw) else "table"


def _is_lines(raw: bytes) -> bool:
    """True when the first line is a whole value and more follows it: JSON lines, also under the name of JSON."""
    first, _, rest = raw.strip().partition(b"\n")
    if not rest.strip():
        return False
    try:
        read_json(first.decode("utf-8-sig"), STDIN)
    except (UserError, UnicodeDecodeError):
        return False
    return True


def _document(name: str, raw: bytes) -> Entry:
    text = decode(raw, name)
    is_json = name.lower().endswith(".json") or text.lstrip()[:1] in ("{", "[")
    data = (read_json if is_json else read_yaml)(text, name, max_values=MOST_VALUES)
    if data is None:
        raise _whole(name, "empty: nothing to import", "empty")
    return Entry(name, data, Document(name, text, data, is_json).position)


def _lines(name: str, raw: bytes, notes: Notes) -> Iterator[Entry]:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        decode(raw, name)  # says what UTF-16 needs
    for number, line in enumerate(raw.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            if len(line) > LONGEST_ROW:
                raise _whole(name, f"a row of {len(line):,} bytes: at most {LONGEST_ROW:,} can be a case", "too-large")
            text = decode(line, name)
            data = read_json(text, name)
        except UserError as error:
            notes.kept += [replace(p, line=number, column=max(1, p.column)) for p in error.problems]
            continue
        yield Entry(name, data, _placed(Document(name, text, data, is_json=True), number))


def _placed(document: Document, number: int) -> Callable[[Steps], Place]:
    def place(path: Steps) -> Place:
        return number, document.position(path)[1]

    return place


def _table(name: str, raw: bytes, notes: Notes, encoding: str | None) -> Source:
    marked = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    table = Delimited(name, raw, encoding or (None if marked else "utf-8"))
    headers = table.headers
    problems = []
    if len(headers) > MOST_COLUMNS:
        problems.append(f"{len(headers):,} columns: at most {MOST_COLUMNS:,} are read")
    problems += [
        f"two columns are called `{h}`: rename one" for h, count in Counter(headers).items() if h and count > 1
    ]
    if problems:
        raise UserError(problems=[Problem(name, 1, 1, "", message, rule="table-header") for message in problems])
    entries = []
    for row in table:
        if isinstance(row, Problem):
            notes.kept.append(row)
        elif _is_open(row):
            message = "a quote that begins a cell here is never closed: everything after it was taken for that cell"
            notes.kept.append(Problem(name, row.number, row.column(len(row.cells) - 1), "", message, rule="table-row"))
        elif (entry := _row(name, headers, row, notes)) is not None:
            entries.append(entry)
    return Source(name, "table", tuple(entries), tuple(h for h in headers if h))


def _is_open(row: Line) -> bool:
    """True when the last cell of a row begins with a quote that does not end."""
    last = row.column(len(row.cells) - 1)
    return row.text.count('"') % 2 == 1 and row.text[last - 1 : last] == '"'


def _row(name: str, headers: tuple[str, ...], row: Line, notes: Notes) -> Entry | None:
    columns = {header: number for number, header in enumerate(headers) if header}

    def place(path: Steps) -> Place:
        cell = columns.get(str(path[0])) if path else None
        return row.number, row.column(cell) if cell is not None else 1

    cells = dict(zip(headers, row.cells, strict=False))
    filled = {h: _NEUTRALISED.sub("", cell, count=1) for h, cell in cells.items() if h and cell.strip()}
    entry = Entry(name, filled, place)
    for header, cell in cells.items():
        if "\0" in cell:
            message = "a NUL character cannot be kept: remove it"
        elif _FORMULA.match(cell):
            message = "a formula or its error in place of a text: save the table with values, or put ' before it"
        else:
            continue
        notes.kept.append((entry.at(header) if header in filled else entry).problem(message, "table-cell"))
        return None
    return entry


def _whole(file: str, message: str, rule: str) -> UserError:
    return UserError(problems=[Problem(file, 0, 0, "", message, rule=rule)])
