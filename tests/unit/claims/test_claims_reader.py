"""Reading dialogues from JSONL: good rows, broken rows, forbidden keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from botops.claims.dialogues import Dialogue, parse_dialogues, read_dialogues
from botops.domain.problems import Problem

GOOD = {
    "id": "a1",
    "started_at": "2026-03-01T10:00:00+05:00",
    "price_book": "b.json",
    "messages": [
        {"role": "user", "content": "привет"},
        {"role": "tool", "content": "{}", "name": "lookup", "arguments": "{}"},
        {"role": "assistant", "content": "Здравствуйте", "at": "2026-03-01T10:01:00"},
    ],
    "labels": [],
    "domain": "x",
    "agent": "y",
    "lang": "ru",
    "x-origin": 5,
}


def rows(*items: object) -> list[bytes]:
    return [i if isinstance(i, bytes) else json.dumps(i, ensure_ascii=False).encode() for i in items]


def one(**changes: object) -> Dialogue | Problem:
    return next(iter(parse_dialogues(rows({**GOOD, **changes}), "f.jsonl")))


def test_a_good_row_is_a_dialogue() -> None:
    found = one()
    assert isinstance(found, Dialogue)
    assert (found.id, found.price_book, found.lang, found.line) == ("a1", "b.json", "ru", 1)
    assert [m.role for m in found.messages] == ["user", "tool", "assistant"]
    assert found.messages[1].name == "lookup"
    assert found.messages[2].at is not None
    assert found.started_at.utcoffset() is not None


def test_broken_rows_are_reported_by_line_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b"\n".join([*rows(GOOD), b"", b"{oops", *rows(GOOD), b"\xff\xfe", *rows([1])]))
    found = list(read_dialogues(path))
    assert [type(f).__name__ for f in found] == ["Dialogue", "Problem", "Dialogue", "Problem", "Problem"]
    problems = [f for f in found if isinstance(f, Problem)]
    assert [p.line for p in problems] == [3, 5, 6]
    assert [p.rule for p in problems] == ["bad-json", "bad-json", "bad-row"]
    assert all(p.file == str(path) for p in problems)


def test_nesting_that_is_too_deep_is_reported() -> None:
    found = next(iter(parse_dialogues([b"[" * 200_000], "f")))
    assert isinstance(found, Problem)
    assert found.rule == "bad-json"


@pytest.mark.parametrize(
    ("changes", "path", "rule"),
    [
        ({"id": ""}, "id", "bad-id"),
        ({"id": True}, "id", "bad-id"),
        ({"started_at": 5}, "started_at", "bad-time"),
        ({"started_at": "завтра"}, "started_at", "bad-time"),
        ({"messages": {}}, "messages", "bad-messages"),
        ({"messages": ["x"]}, "messages.0", "bad-message"),
        ({"messages": [{"role": "bot", "content": ""}]}, "messages.0.role", "bad-role"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages.0.content", "bad-content"),
        ({"messages": [{"role": "user", "content": "a", "mood": 1}]}, "messages.0.mood", "unknown-key"),
        ({"messages": [{"role": "user", "content": "a", "at": "x"}]}, "messages.0.at", "bad-time"),
        ({"pricebook": "b"}, "pricebook", "unknown-key"),
        ({"price_book": 5}, "price_book", "bad-text"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(changes: dict[str, object], path: str, rule: str) -> None:
    found = one(**changes)
    assert isinstance(found, Problem)
    assert (found.path, found.rule) == (path, rule)


def test_numeric_ids_and_keys_of_ones_own_are_taken() -> None:
    found = one(id=7, messages=[{"role": "assistant", "content": None, "tool_calls": [{}], "x-a": 1}])
    assert isinstance(found, Dialogue)
    assert found.id == "7"
    assert found.messages[0].content == ""
