"""Plain JSONL and CSV: dialogues as `botops check` reads them, a client's line a row, or a message a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from botops.config.document import parse
from botops.domain.errors import UserError
from botops.domain.problems import Problem
from botops.evals.checks.catalogue import Catalogue
from botops.evals.importing.entry import Entry
from botops.evals.importing.expecting import fault_of
from botops.evals.importing.messages import LINE, conversation, messages, reply
from botops.evals.importing.reading import FIELDS, Reading
from botops.evals.importing.talks import Said, Talk, text_of, texts_of, time_of

_OTHER_NAMES = {"at": ("started_at", "timestamp", "created_at"), "language": ("lang",)}
_KNOWN = frozenset({*FIELDS, "started_at", "timestamp", "created_at", "lang"})


def talks(reading: Reading) -> Iterator[Talk]:
    """The dialogues of plain rows."""
    if reading.source.form == "table":
        reading = _with_headers(reading)
    rows = list(reading.source.rows("dialogues"))
    _note_unknown(reading, rows)
    if any(reading.field(row, "dialogue") is not None and reading.field(row, "role") is not None for row in rows):
        yield from _grouped(reading, rows)
    else:
        yield from reading.talks(rows, lambda row: _talk(reading, row))


def _with_headers(reading: Reading) -> Reading:
    """Takes headers that are names of fields, whatever their case. Raises UserError for a table without the client's
    words."""
    source = reading.source
    found = {header.casefold(): header for header in source.columns if header.casefold() in _KNOWN}
    columns = {**{name: header for name, header in found.items() if name != header}, **reading.columns}
    there = {*found, *columns, *source.columns}
    if not ({"client", "messages", *LINE} & there or {"dialogue", "role", "text"} <= there or len(source.columns) == 1):
        listed = ", ".join(f"`{header}`" for header in source.columns[:12])
        message = f"no column `client` among {listed}: say which holds the client's words, --column client=HEADER"
        raise UserError(problems=[Problem(source.file, 1, 1, "", message, rule="column-map")])
    return replace(reading, columns={name: header for name, header in columns.items() if name in FIELDS})


def recognises(row: Entry) -> bool:
    """True for a row that only this format can be."""
    own = row.get("started_at") is not None and isinstance(row.data.get("messages"), list)
    return own or row.get("client") is not None or (row.get("dialogue") is not None and row.get("role") is not None)


def _talk(reading: Reading, row: Entry) -> Iterator[Talk]:
    listed = reading.field(row, "messages")
    if listed is not None:
        said = messages(listed, reading.notes)
    else:
        said = _lines(reading, row)
        answer = reading.field(row, "reply")
        said += reply(answer, reading.notes) if answer is not None else []
    expect = expected(reading.field(row, "expect"), reading.catalogue)
    key = text_of(reading.field(row, "id", "dialogue"))
    talk = Talk(
        row, "dialogue", asking(said, expect), key, f"dialogue {key}" if key else row.where,
        time_of(reading.field(row, "at", *_OTHER_NAMES["at"])), texts_of(reading.field(row, "tags")),
        reading.known(row, language=_OTHER_NAMES["language"]), asked=bool(expect),
    )  # fmt: skip
    yield talk


def _lines(reading: Reading, row: Entry) -> list[Said]:
    chosen = reading.line(row)
    if chosen is not None:
        return chosen
    own = row.get("client")
    return conversation(own if own is not None else row, reading.notes, None)


def _grouped(reading: Reading, rows: list[Entry]) -> Iterator[Talk]:
    """Messages a row each: those of one dialogue belong together, in the order of the file."""
    found: dict[str, Talk] = {}
    for talk in reading.talks(rows, lambda row: _message(reading, row)):
        assert talk.key is not None  # `_message` refuses rows without a dialogue
        before = found.get(talk.key)
        found[talk.key] = replace(before, said=(*before.said, *talk.said)) if before is not None else talk
    yield from found.values()


def _message(reading: Reading, row: Entry) -> Iterator[Talk]:
    key = text_of(reading.field(row, "dialogue"))
    role, text = reading.field(row, "role"), reading.field(row, "text", "content", "message")
    if key is None or role is None:
        raise row.fault("a message a row needs `dialogue`, `role` and `text`", "bad-row")
    said = {"role": role.data, "content": text.text() if text is not None else ""}
    message = replace(row, data=said, place=lambda path: row.place((*row.path, _header(reading, path))))
    yield Talk(
        row, "dialogue", tuple(conversation(message, reading.notes)), key,
        f"dialogue {key}", time_of(reading.field(row, "at", *_OTHER_NAMES["at"])),
        texts_of(reading.field(row, "tags")), reading.known(row, language=_OTHER_NAMES["language"]),
    )  # fmt: skip


def _header(reading: Reading, path: tuple[str | int, ...]) -> str:
    last = str(path[-1]) if path else ""
    return reading.columns.get("text" if last == "content" else last, last)


def expected(entry: Entry | None, catalogue: Catalogue) -> tuple[Any, ...]:
    """Checks written as a suite has them: `hands_over`, `max_length: 600`, or a list of such. Raises UserError."""
    if entry is None:
        return ()
    data = entry.data
    if isinstance(data, str):
        try:
            data = parse(data, "expect").data
        except UserError as error:
            raise entry.fault(f"no checks as a suite has them: {error.problems[0].message}", "bad-expect") from error
    listed = data if isinstance(data, list) else [data]
    for check in listed:
        fault = fault_of(check, catalogue)
        if fault is not None:
            raise entry.fault(fault, "bad-expect")
    return tuple(listed)


def asking(said: list[Said], expect: tuple[Any, ...]) -> tuple[Said, ...]:
    """What was said, with checks asked of the reply to the client's last message."""
    last = max((number for number, one in enumerate(said) if one.role == "user"), default=None)
    return tuple(
        replace(one, expect=(*one.expect, *expect)) if number == last else one for number, one in enumerate(said)
    )


def _note_unknown(reading: Reading, rows: list[Entry]) -> None:
    """Names keys that nothing is read from, each once, at the first row that has it."""
    read = {*_KNOWN, *(header.partition(".")[0] for header in reading.columns.values())}
    for row in rows:
        for key, value in row.members():
            if key not in read and key not in LINE and not key.startswith("x-") and value.data not in (None, ""):
                read.add(key)
                reading.notes.left_out(value, f"`{key}`, which nothing is read from (--column FIELD={key} reads it)")
