"""Which column of a chat log holds what: by its header in Russian, Kazakh or English, else by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from botops.channels.exports.moments import moment_of
from botops.channels.exports.sides import role_of

FIELDS = ("text", "author", "talk", "at", "time", "client", "bot")
"""What a column can be: the message, who wrote it, the dialogue it belongs to, the day (and time), the time of day
where it stands apart; or the client's words and the bot's reply side by side in one row."""

_WORDS: tuple[tuple[str, str], ...] = (
    ("talk", r"диалог|беседа|разговор|\bчат\b|dialog(?:ue)?|conversation|\bchat\b|thread|session|сесси|ticket|тикет"
             r"|обращен|сделк|\bdeal\b|әңгіме|сұхбат|\broom\b"),
    ("at", r"дата|\bdate|timestamp|created|\bsent\b|\bat\b|когда|күні|datetime|\bts\b"),
    ("time", r"врем|\btime\b|уақыт"),
    ("author", r"автор|отправител|\bкто\b|\bроль\b|\brole\b|author|sender|\bfrom\b|speaker|направлени|direction"
               r"|жіберуші|\bкім\b|\bрөл|is bot|is outgoing"),
    ("bot", r"ответ|\bbot\b|\bбот|answer|reply|response|completion|\boutput\b|assistant|жауап"),
    ("client", r"вопрос|question|query|\bprompt\b|\binput\b|(?:client|user|customer) (?:text|message)|сұрақ"
               r"|(?:сообщение|реплика|текст) клиента"),
    ("text", r"текст|сообщени|\btext\b|\bmessage\b|content|\bbody\b|реплик|хабарлама|мәтін"),
    ("author", r"\bимя\b|\bname\b|\btype\b|\bтип\b"),
    ("talk", r"телефон|phone|клиент|client|customer|\buser\b|\bлид|\blead\b|contact|контакт"),
)  # fmt: skip
_PATTERNS = tuple((field, re.compile(pattern)) for field, pattern in _WORDS)
_OF_A_MESSAGE = re.compile(r"(?:message|msg|сообщения) id\b|\bid (?:message|сообщения)|^id$|^№|n°|^#")
_FLAG = re.compile(r"\b(?:is (?:bot|outgoing)|from me|исходящее)\b")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_HEADER_ROWS = 20
_SAMPLE = 200
_MOST_AUTHORS = 12
_MOST_HEADER = 60

Row = tuple[int, Sequence[Any]]
"""The number of a row's line, and its cells."""


def folded(header: Any) -> str:
    """A header fit for comparing: `dialogId` and `Dialog_ID` are the same."""
    words = _CAMEL.sub(" ", str(header if header is not None else "")).replace("_", " ").replace("-", " ")
    return " ".join(words.split()).casefold()


def is_flag(header: str) -> bool:
    """True for a column that only says whether the bot wrote."""
    return _FLAG.search(folded(header)) is not None


def usable(fields: Mapping[int, str]) -> bool:
    """True when it can be told who said what."""
    found = set(fields.values())
    return {"text", "author"} <= found or {"client", "bot"} <= found


def header_of(rows: Sequence[Row]) -> int | None:
    """The index of the row that names the columns: the one among the first in which most is recognised; None for a
    table without."""
    scored = [(len(_by_header(cells)), -index) for index, (_line, cells) in enumerate(rows[:_HEADER_ROWS])]
    score, index = max(scored, default=(0, 0))
    if score >= 2 or (score and not _has_moment(rows[-index][1])):
        return -index
    return 0 if len(rows) > 1 and _names(rows[0][1], [cells for _line, cells in rows[1:_SAMPLE]]) else None


def _names(first: Sequence[Any], below: Sequence[Sequence[Any]]) -> bool:
    """True for cells that look like names of columns: short words without figures, none of which stands below too."""
    for n, cell in enumerate(first):
        text = _text(cell)
        if any(c.isdigit() for c in text) or len(text) > _MOST_HEADER:
            return False
        if text and any(n < len(cells) and _text(cells[n]) == text for cells in below):
            return False
    return any(_text(cell) for cell in first)


def guess(headers: Sequence[Any], rows: Sequence[Row]) -> dict[int, str]:
    """Fields by column: what headers say, and where they say too little, what the cells look like."""
    fields = _by_header(headers)
    sample = [cells for _line, cells in rows[:_SAMPLE]]
    free = [n for n in range(max(map(len, sample), default=0)) if n not in fields]
    columns = {n: [value for cells in sample if n < len(cells) and (value := _text(cells[n]))] for n in free}
    if "at" not in fields.values():
        _take(fields, columns, "at", next((n for n, values in columns.items() if _all_moments(values)), None))
    if usable(fields):
        return fields
    if "text" not in fields.values() and "bot" not in fields.values():
        lengths = {n: sum(map(len, values)) / len(values) for n, values in columns.items() if values}
        _take(fields, columns, "text", max(lengths, key=lambda n: lengths[n], default=None))
    if "author" not in fields.values() and "text" in fields.values():
        few = [n for n, values in columns.items() if 1 < len(set(values)) <= min(_MOST_AUTHORS, len(values) // 2 or 2)]
        _take(fields, columns, "author", min(few, key=lambda n: _author_rank(columns[n]), default=None))
    if "talk" not in fields.values():
        recurring = [n for n, values in columns.items() if 0 < len(set(values)) <= 0.7 * len(values)]
        _take(fields, columns, "talk", next(iter(recurring), None))
    return fields


def _author_rank(values: Sequence[str]) -> tuple[float, int]:
    """Words for sides first, then the column in which the fewest take turns."""
    return -sum(role_of(value) is not None for value in values) / len(values), len(set(values))


def _take(fields: dict[int, str], columns: dict[int, list[str]], field: str, column: int | None) -> None:
    if column is not None:
        fields[column] = field
        columns.pop(column, None)


def _by_header(headers: Sequence[Any]) -> dict[int, str]:
    names = {n: name for n, h in enumerate(headers) if isinstance(h, str) and (name := folded(h))}
    names = {n: name for n, name in names.items() if len(name) <= _MOST_HEADER and not _OF_A_MESSAGE.search(name)}
    fields: dict[int, str] = {}
    for field, pattern in _PATTERNS:
        if field in fields.values():
            continue
        column = next((n for n, name in names.items() if n not in fields and pattern.search(name)), None)
        if column is not None:
            fields[column] = field
    return _settled(fields)


def _settled(fields: dict[int, str]) -> dict[int, str]:
    """One way of reading: a message and its author, or two texts side by side. A time without a day is the day too."""
    found = {field: column for column, field in fields.items()}
    if "client" in found and "bot" not in found and "text" in found:
        found["bot"] = found.pop("text")
    elif {"bot", "text"} <= set(found) and "client" not in found and "author" not in found:
        found["client"] = found.pop("text")
    elif "bot" in found and "client" not in found and "author" not in found:
        found["author"] = found.pop("bot")
    if {"client", "bot"} <= set(found):
        found.pop("text", None)
        found.pop("author", None)
    if "time" in found and "at" not in found:
        found["at"] = found.pop("time")
    return {column: field for field, column in found.items()}


def _text(value: Any) -> str:
    return str(value).strip() if value is not None else ""


def _has_moment(cells: Sequence[Any]) -> bool:
    return any(_text(cell) and moment_of(_text(cell)) is not None for cell in cells)


def _all_moments(values: Sequence[str]) -> bool:
    """Nearly every value is a date; bare numbers may be anything."""
    dated = sum(not value.isdigit() and moment_of(value) is not None for value in values)
    return bool(values) and dated >= 0.8 * len(values)
