"""JSON lines and JSON documents: dialogues with a list of messages each, or messages one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botops.channels.exports.columns import Row
from botops.channels.exports.model import Choice, Export, unusable
from botops.channels.exports.moments import likely
from botops.channels.exports.tables import read_rows_as
from botops.claims.dialogues import parse_dialogues
from botops.domain.errors import UserError
from botops.domain.problems import Problem

_LISTS = ("messages", "turns", "conversation", "dialogue", "dialog", "history", "transcript", "log")
"""Keys under which tools keep what was said in one dialogue."""
_OUTER = ("dialogues", "dialogs", "conversations", "chats", "sessions", "data", "items", "rows", "records", "results")
_TALK = "dialogue"
_STARTED = ("started_at", "created_at", "date", "timestamp", "time", "at")
_IDS = ("id", "dialogue_id", "dialog_id", "conversation_id", "chat_id", "session_id", "thread_id")


def read_json(file: str, raw: bytes, choice: Choice) -> Export:
    """An export in JSON. Raises UserError for what is no JSON, with the line where it ends to be."""
    text = _decoded(file, raw)
    if choice.form == "botops" or (choice.form is None and _is_botops(text)):
        return _botops(file, raw)
    problems: list[Problem] = []
    entries = _document(text)
    if entries is None:
        entries = list(_lines(file, text, problems))
    if not entries:
        raise UserError(problems=problems) if problems else unusable(file, "there is nothing in it to read", "no-rows")
    export = _flat(file, entries, choice)
    export.problems[:0] = problems
    return export


def _decoded(file: str, raw: bytes) -> str:
    try:
        return raw.decode("utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise unusable(file, "not UTF-8: save it again in UTF-8", "bad-json", line) from error


def _is_botops(text: str) -> bool:
    """The first line is a dialogue as `botops check` takes it."""
    first = text.lstrip().partition("\n")[0]
    try:
        row = json.loads(first)
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and {"id", "started_at", "messages"} <= row.keys()


def _botops(file: str, raw: bytes) -> Export:
    export = Export(file, "botops", whole=True)
    for found in parse_dialogues(raw.split(b"\n"), file):
        if isinstance(found, Problem):
            export.problems.append(found)
        elif not all(map(likely, (found.started_at, *(m.at for m in found.messages if m.at is not None)))):
            message = "a time of a year no chat can be of: correct it, as 2026-07-15T10:02:00+05:00"
            export.problems.append(export.fault(found.line, message, "bad-time", "started_at"))
        else:
            export.dialogues.append(found)
    return export


def _document(text: str) -> list[tuple[int, Any]] | None:
    """The entries of one JSON document; None when the text is not one: it may be JSON lines."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(data, Mapping):
        inner = next((data[key] for key in _OUTER if isinstance(data.get(key), list)), None)
        data = [data] if inner is None else inner
    return [(0, entry) for entry in data] if isinstance(data, list) else []


def _lines(file: str, text: str, problems: list[Problem]) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError) as error:
            column = error.colno if isinstance(error, json.JSONDecodeError) else 1
            why = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deep or a number too long"
            problems.append(Problem(file, number, column, "", f"not JSON: {why}", rule="bad-json"))
            if len(problems) >= 100:  # not JSON lines at all, or cut in a way nothing can be made of
                return


def _flat(file: str, entries: Sequence[tuple[int, Any]], choice: Choice) -> Export:
    """Every message as a row of a table, under the keys it is written with."""
    rows: list[tuple[int, Mapping[str, Any]]] = []
    nested = False
    for number, (line, entry) in enumerate(entries, 1):
        if isinstance(entry, list):  # a dialogue without any keys of its own
            entry = {"messages": entry}  # noqa: PLW2901
        if not isinstance(entry, Mapping):
            continue
        listed = next((entry[key] for key in _LISTS if isinstance(entry.get(key), list)), None)
        if listed is None:
            rows.append((line, entry))
            continue
        nested = True
        rows += ((line, message) for message in _messages(entry, listed, number))
    headers = list(dict.fromkeys(key for _line, row in rows for key in row))
    cells: list[Row] = [(line, [row.get(header) for header in headers]) for line, row in rows]
    return read_rows_as(file, "json", headers, cells, choice, whole=nested)


def _messages(entry: Mapping[str, Any], listed: list[Any], number: int) -> Iterator[Mapping[str, Any]]:
    """The messages of one dialogue, each with its dialogue's id, and its time where it has none of its own."""
    talk = next((entry[key] for key in _IDS if isinstance(entry.get(key), str | int)), number)
    started = next((entry[key] for key in _STARTED if isinstance(entry.get(key), str | int)), None)
    for message in listed:
        if isinstance(message, Mapping):
            own = next((message[key] for key in _STARTED if message.get(key) is not None), None)
            rest = {key: value for key, value in message.items() if key not in {_TALK, *_STARTED}}
            yield {**rest, _TALK: talk, "at": own if own is not None else started}
