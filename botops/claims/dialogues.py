"""Reads labelled or raw dialogues from JSONL, one at a time: a malformed row is reported with its line and skipped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast, get_args

from botops.domain.messages import Message, Role
from botops.domain.problems import Problem
from botops.domain.prompts import Assignment, PromptRef, Unit

_KEYS = frozenset("id lang started_at price_book messages labels domain agent note region segment lead".split())
_MESSAGE_KEYS = frozenset({"role", "content", "name", "arguments", "at", "id", "tool_call_id", "tool_calls", "prompt"})
_PROMPT_KEYS = frozenset({"name", "version", "checksum", "experiment", "variant", "bucket", "unit"})
_ROLES = frozenset(get_args(Role))


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A dialogue to be checked. `price_book` is a path as written in the file, empty when the row has none.

    `started_at` may be naive: it is then in the book's time zone. `line` is where it stood in its file. `lead` is the
    client across dialogues, empty when not known; `assignments` are the prompts that spoke, by the index of the reply,
    where the log tells.
    """

    id: str
    messages: tuple[Message, ...]
    started_at: datetime
    price_book: str = ""
    lang: str = ""
    region: str | None = None
    segment: str | None = None
    line: int = 0
    lead: str = ""
    assignments: Mapping[int, Assignment] = field(default_factory=dict)


class _RowError(ValueError):
    """What is wrong with a row, and where in it."""

    def __init__(self, path: str, message: str, rule: str) -> None:
        self.path, self.rule = path, rule
        super().__init__(message)


def read_dialogues(path: Path) -> Iterator[Dialogue | Problem]:
    """The dialogues of a file in order, a Problem in the place of each row that cannot be read.

    Memory stays flat. Raises OSError when the file cannot be opened.
    """
    with path.open("rb") as stream:
        yield from parse_dialogues(stream, str(path))


def parse_dialogues(lines: Iterable[bytes], file: str) -> Iterator[Dialogue | Problem]:
    """The same from lines of UTF-8."""
    for number, raw in enumerate(lines, 1):
        if not raw.strip():
            continue
        try:
            row = json.loads(raw.decode("utf-8-sig" if number == 1 else "utf-8"))
        except (ValueError, RecursionError) as error:
            column = error.colno if isinstance(error, json.JSONDecodeError) else 1
            yield Problem(file, number, column, "", f"not a JSON row: {_reason(error)}", rule="bad-json")
            continue
        try:
            yield _dialogue(row, number)
        except _RowError as error:
            yield Problem(file, number, 1, error.path, str(error), rule=error.rule)


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return error.msg
    if isinstance(error, RecursionError):
        return "nested too deep"
    return "not UTF-8" if isinstance(error, UnicodeDecodeError) else "a number with too many digits"


def _dialogue(row: Any, line: int) -> Dialogue:
    if not isinstance(row, dict):
        raise _RowError("", "a dialogue is an object with id, started_at and messages", "bad-row")
    _refuse_unknown(row, _KEYS, "")
    identifier = row.get("id")
    if isinstance(identifier, bool) or not isinstance(identifier, str | int) or identifier == "":
        raise _RowError("id", "a text or a number is needed", "bad-id")
    messages = row.get("messages")
    if not isinstance(messages, list):
        raise _RowError("messages", "a list of messages is needed", "bad-messages")
    return Dialogue(
        str(identifier),
        tuple([_message(m, i) for i, m in enumerate(messages)]),
        _time(row.get("started_at"), "started_at"),
        _text(row, "price_book"),
        _text(row, "lang"),
        _text(row, "region") or None,
        _text(row, "segment") or None,
        line,
        _text(row, "lead"),
        {i: _prompt(m, f"messages.{i}") for i, m in enumerate(messages) if m.get("prompt") is not None},
    )


def _message(raw: Any, index: int) -> Message:
    path = f"messages.{index}"
    if not isinstance(raw, dict):
        raise _RowError(path, "a message is an object with role and content", "bad-message")
    _refuse_unknown(raw, _MESSAGE_KEYS, path + ".")
    role = raw.get("role")
    if not isinstance(role, str) or role not in _ROLES:
        raise _RowError(f"{path}.role", f"{role!r} is not one of {', '.join(sorted(_ROLES))}", "bad-role")
    content = raw.get("content")
    if content is None and role == "assistant" and raw.get("tool_calls"):
        content = ""
    if not isinstance(content, str):
        raise _RowError(f"{path}.content", "a text is needed", "bad-content")
    name = raw.get("name")
    at = _time(raw["at"], f"{path}.at") if raw.get("at") is not None else None
    return Message(cast("Role", role), content, name if isinstance(name, str) else None, at)


def _prompt(message: dict[str, Any], path: str) -> Assignment:
    """The prompt that a reply was made by, as `/v1/prompts/{name}` told it."""
    raw, path = message["prompt"], f"{path}.prompt"
    if message["role"] != "assistant" or not isinstance(raw, dict):
        raise _RowError(path, "a reply's prompt is an object with name, version and checksum", "bad-prompt")
    _refuse_unknown(raw, _PROMPT_KEYS, path + ".")
    name, checksum, experiment = (_plain(raw, key, path) for key in ("name", "checksum", "experiment"))
    variant, bucket = (_whole(raw, key, path) for key in ("variant", "bucket"))
    version, unit = _whole(raw, "version", path), raw.get("unit", "lead")
    if not name or version is None:
        raise _RowError(path, "the prompt's name and version are needed", "bad-prompt")
    if unit not in get_args(Unit):
        raise _RowError(f"{path}.unit", f"{unit!r} is not one of {', '.join(get_args(Unit))}", "bad-prompt")
    ref = PromptRef(name, version, checksum)
    return Assignment(ref, experiment or None, -1 if variant is None else variant, bucket, unit=cast("Unit", unit))


def _plain(row: dict[str, Any], key: str, path: str) -> str:
    value = row.get(key)
    if value is not None and not (isinstance(value, str) and value.isascii() and value.isprintable()):
        raise _RowError(f"{path}.{key}", "plain ASCII text is needed, as the API gave it", "bad-prompt")
    return (value or "")[:200]


def _whole(row: dict[str, Any], key: str, path: str) -> int | None:
    value = row.get(key)
    if value is not None and (type(value) is not int or not 0 <= value < 2**31):
        raise _RowError(f"{path}.{key}", "a whole number from 0 is needed", "bad-prompt")
    return value


def _refuse_unknown(row: dict[str, Any], known: frozenset[str], path: str) -> None:
    for key in row:
        if key not in known and not key.startswith("x-"):
            raise _RowError(f"{path}{key}", "unknown key; keys of your own start with x-", "unknown-key")


def _text(row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _RowError(key, "a text is needed", "bad-text")
    return value


def _time(value: Any, path: str) -> datetime:
    if not isinstance(value, str):
        raise _RowError(path, "a time like 2026-07-15T10:02:00+05:00 is needed", "bad-time")
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise _RowError(path, f"{value!r} is not a time like 2026-07-15T10:02:00+05:00", "bad-time") from None
