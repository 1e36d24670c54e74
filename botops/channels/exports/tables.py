"""Rows of a table, of JSON lines or of a JSON document, read as messages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from botops.channels.exports import columns
from botops.channels.exports.columns import Row
from botops.channels.exports.model import Choice, Export, Format, Said
from botops.channels.exports.moments import INVISIBLE, likely, moment_of, of_number, order_of, tidy
from botops.config.wording import suggestion
from botops.domain.errors import UserError
from botops.pricebook.proposing import propose
from botops.pricebook.sheets import Sheet, read_rows

MAX_BYTES = 64 * 2**20
"""Largest file."""
BOT, CLIENT = "bot", "client"
"""Authors in tables that have one column for each side, or one that only says whether the bot wrote."""
_TRUE = frozenset("1 true yes y да иә out outgoing".split())
_MOST_FAULTS = 100


def read_table(path: Path, choice: Choice) -> Export:
    """A CSV or XLSX log. Raises UserError for a file that is no table."""
    best: Export | None = None
    for rows in read_rows(path, max_bytes=MAX_BYTES, sheet=choice.sheet):
        filled = [(row.line, row.cells) for row in rows if not row.empty]
        at = columns.header_of(filled)
        headers: Sequence[Any] = ()
        if at is not None:
            headers, filled = filled[at][1], filled[at + 1 :]
        elif filled:
            headers = [letter(n) for n in range(max(len(cells) for _line, cells in filled))]
        export = read_rows_as(str(path), "table", headers, filled, choice)
        if export.said:
            return export
        shape = propose(Sheet("", (rows,)))
        export.prices = shape.usable and shape.header_line > 0
        best = best or export
    if best is None:
        raise UserError(f"{path}: there is nothing in it to read")
    return best


def read_rows_as(
    file: str, form: Format, headers: Sequence[Any], rows: Sequence[Row], choice: Choice, *, whole: bool = False
) -> Export:
    """Messages of rows under headers. An export without messages has problems that say which column is missing."""
    width = max([len(headers), *(len(cells) for _line, cells in rows)])  # a row may have more cells than the header
    padded = [*headers, *[None] * (width - len(headers))]
    export = Export(file, form, headers=tuple(_header(h, n) for n, h in enumerate(padded)))
    found = _chosen(export, choice, rows)
    export.columns = {field: export.headers[column] for column, field in sorted(found.items())}
    if not rows:
        export.problems.append(export.fault(0, "there are no rows under the header", "no-rows"))
    if export.problems:
        return export
    if not columns.usable(found):
        named = ", ".join(f"`{h}`" for h in export.headers[:30] if h) or "none"
        message = (
            f"it cannot be told who said what. Columns are {named}: say which holds the message and which says who "
            "wrote it (--column text=HEADER --column author=HEADER), or name the client's words and the bot's reply "
            "where they stand side by side (client, bot)"
        )
        export.problems.append(export.fault(0, message, "column-map"))
        return export
    reader = _Rows(export, {field: column for column, field in found.items()}, choice)
    export.whole = whole or bool({"talk", "client"} & set(found.values()))
    reader.read(rows)
    return export


def _chosen(export: Export, choice: Choice, rows: Sequence[Row]) -> dict[int, str]:
    """The columns a person named, else those that are guessed."""
    if not choice.columns:
        return columns.guess(export.headers, rows)
    places = {columns.folded(header): n for n, header in reversed(list(enumerate(export.headers)))}
    found: dict[int, str] = {}
    for field, header in choice.columns.items():
        place = places.get(columns.folded(header))
        if field not in columns.FIELDS:
            said = f"`{field}` is no field{suggestion(field, columns.FIELDS, others='fields')}"
        elif place is None:
            said = f"no column `{header}`{suggestion(header, [h for h in export.headers if h], others='columns')}"
        else:
            found[place] = field
            continue
        export.problems.append(export.fault(0, said, "column-map"))
    return found


class _Rows:
    """Reads the rows of one table."""

    def __init__(self, export: Export, places: Mapping[str, int], choice: Choice) -> None:
        self._export = export
        self._places = places
        self._choice = choice
        self._flag = "author" in places and columns.is_flag(export.headers[places["author"]])
        self._bad = 0

    def read(self, rows: Sequence[Row]) -> None:
        self._settle_order(rows)
        for line, cells in rows:
            at = self._at(line, cells)
            talk = _plain(self._cell(cells, "talk")) if "talk" in self._places else self._own_talk(cells)
            for author, text in self._spoken(cells):
                if text.strip():
                    self._export.said.append(Said(line, talk, author, text, at))
                else:
                    self._export.skipped["empty"] += 1
        if self._bad > _MOST_FAULTS:
            more = f"and {self._bad - _MOST_FAULTS} more rows whose time cannot be read"
            self._export.problems.append(self._export.fault(0, more, "bad-time"))
        if "client" in self._places:
            self._export.clients, self._export.bots = {CLIENT}, {BOT}

    def _own_talk(self, cells: Sequence[Any]) -> str:
        """Without a column for the dialogue, a question with its answer is one by itself; its id is made of both."""
        if "client" not in self._places:
            return ""
        said = "\0".join(_plain(cell) for cell in cells)
        return f"{self._export.form}-{hashlib.sha256(said.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"

    def _settle_order(self, rows: Sequence[Row]) -> None:
        if "at" not in self._places:
            return
        written = (value for _line, cells in rows if isinstance(value := self._cell(cells, "at"), str))
        found, certain = order_of(written)
        if found is not None:
            self._export.order = self._choice.order or found
            self._export.order_certain = certain or self._choice.order is not None

    def _cell(self, cells: Sequence[Any], field: str) -> Any:
        place = self._places.get(field)
        return cells[place] if place is not None and place < len(cells) else None

    def _spoken(self, cells: Sequence[Any]) -> Iterator[tuple[str, str]]:
        if "client" in self._places:
            for author in (CLIENT, BOT):
                yield author, _text(self._cell(cells, author))
            return
        author = _plain(self._cell(cells, "author"))
        if self._flag:
            author = BOT if author.casefold() in _TRUE else CLIENT
        yield author, _text(self._cell(cells, "text"))

    def _at(self, line: int, cells: Sequence[Any]) -> datetime | None:
        day, clock = self._cell(cells, "at"), self._cell(cells, "time")
        if isinstance(day, datetime):
            found: datetime | None = day if likely(day) else None
        elif isinstance(day, date):
            found = datetime.combine(day, time())
        elif isinstance(day, int | float) and not isinstance(day, bool):
            found = of_number(float(day))
        else:
            text = _plain(day)
            if not text:
                return None
            found = moment_of(text, self._export.order or "dmy")
        if found is not None and clock is not None:
            found = _with_clock(found, clock)
        if found is None:
            self._complain(line, _plain(day))
        return found

    def _complain(self, line: int, said: str) -> None:
        self._bad += 1
        if self._bad <= _MOST_FAULTS:
            message = f"`{said[:40]}` is no time: write it as 31.05.2026 18:30"
            header = self._export.columns.get("at", "")
            place = self._places["at"] + 1
            self._export.problems.append(self._export.fault(line, message, "bad-time", header, place))


def _with_clock(day: datetime, clock: Any) -> datetime | None:
    if isinstance(clock, datetime):
        return datetime.combine(day.date(), clock.time(), day.tzinfo)
    if isinstance(clock, time):
        return datetime.combine(day.date(), clock, day.tzinfo)
    text = _plain(clock)
    return moment_of(f"{day:%Y-%m-%d} {text}") if text else day


def _text(value: Any) -> str:
    """A message's text: parts of one, as OpenAI and Telegram write them, are put together."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(map(_text, value))
    if isinstance(value, Mapping):
        return _text(value.get("text", value.get("content")))
    return "" if value is None or isinstance(value, bool) else str(value)


def _plain(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return tidy(str(value)) if value is not None and not isinstance(value, list | Mapping) else ""


def _header(value: Any, number: int) -> str:
    return INVISIBLE.sub("", " ".join(str(value).split())) if value not in (None, "") else letter(number)


def letter(number: int) -> str:
    """The name of a column as spreadsheets have it."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
