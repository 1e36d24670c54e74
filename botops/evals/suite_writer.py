"""Writes suites: a new one, or cases added at the end of one whose every other byte stays."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botops.config import as_json, parse
from botops.config.document import read_text
from botops.config.json_reader import read_json
from botops.config.rows import Row
from botops.config.writing import locked
from botops.config.yaml_writer import dump_yaml
from botops.domain.errors import ConflictError, OutsideError, UserError
from botops.evals.case_rows import rows_file
from botops.evals.suite import MAX_BYTES, SuiteReader

_INDENT = 2


def cases_text(cases: Sequence[Mapping[str, Any]], indent: int = _INDENT) -> str:
    """Cases as items of a suite's `cases`."""
    text = dump_yaml([dict(case) for case in cases])
    return "\n".join(f"{' ' * indent}{line}" if line else line for line in text.split("\n"))


def suite_text(head: Mapping[str, Any], cases: Sequence[Mapping[str, Any]]) -> str:
    """A new suite: the keys of `head` and the cases."""
    return f"{dump_yaml(dict(head))}cases:\n{cases_text(cases)}"


def append_cases(path: Path, cases: Sequence[Mapping[str, Any]], reader: SuiteReader) -> None:
    """Adds cases at the end of a suite's file, all or none; its comments and everything else stay as they are.

    Raises UserError when the file could not be read with the cases in it (a taken id, `cases` not the last key), and
    OutsideError when it cannot be written; then nothing is written.
    """
    with locked(path.parent.resolve()):
        before = read_text(path, max_bytes=MAX_BYTES)
        rows = rows_file(parse(before, str(path)))
        if rows is not None:
            _append_rows(path, rows, cases, reader)
            return
        text = before.rstrip("\n") + "\n" + cases_text(cases, _indent_of(before, path))
        data = parse(text, str(path)).data
        held = data.get("cases") if isinstance(data, dict) else None
        added = [case["id"] for case in cases]
        if not isinstance(held, list) or [_id(case) for case in held[-len(added) :]] != added:
            raise UserError(f"{path}: `cases` must be the last key of the file, its items one below the other")
        with _beside(path, text, reader) as temporary:
            temporary.chmod(path.stat().st_mode)
            temporary.replace(path)


def _append_rows(path: Path, rows: Path, cases: Sequence[Mapping[str, Any]], reader: SuiteReader) -> None:
    """Adds cases to the JSON Lines file in which a suite keeps them; the file is replaced whole."""
    known = reader.read(path)
    taken = {case.id for case in known.cases}
    number = known.rows.numbers[-1] if known.rows else 0
    lines = []
    for case in cases:
        number += 1
        line = json.dumps(as_json(dict(case)), ensure_ascii=False)
        row = Row(str(rows), line, read_json(line, str(rows)), True, number)
        reader.check_row(row)
        if case["id"] in taken:
            message = f"`{case['id']}` is there already: rename one"
            raise UserError(problems=[row.problem(("id",), message, rule="duplicate-id")])
        taken.add(case["id"])
        lines.append(line + "\n")
    temporary = rows.with_name(f".{rows.stem}.{secrets.token_hex(8)}{rows.suffix}")
    try:
        before = rows.read_text("utf-8-sig")
        with temporary.open("x", encoding="utf-8") as stream:
            stream.write(before.rstrip("\n") + "\n" + "".join(lines))
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(rows.stat().st_mode)
        temporary.replace(rows)
    except OSError as error:
        raise OutsideError(f"{rows}: cannot be written ({error.strerror})") from error
    finally:
        temporary.unlink(missing_ok=True)


def write_suite(path: Path, text: str, reader: SuiteReader) -> None:
    """Writes a new suite. Raises UserError when it could not be read, ConflictError when the name is taken and
    OutsideError when it cannot be written; then nothing is written."""
    with locked(path.parent.resolve()), _beside(path, text, reader) as temporary:
        try:
            os.link(temporary, path)
        except FileExistsError as error:
            raise ConflictError(f"{path} exists already: nothing was written") from error


def check_suite(text: str, reader: SuiteReader) -> None:
    """Raises UserError when a text could not be read as a suite."""
    with tempfile.TemporaryDirectory() as folder, _beside(Path(folder) / "suite.yaml", text, reader, "the suite"):
        pass


@contextmanager
def _beside(path: Path, text: str, reader: SuiteReader, name: str = "") -> Iterator[Path]:
    """The text in a file beside `path`, read as a suite; it is gone in the end. Problems point at `path`, or what it is
    named."""
    temporary = path.with_name(f".{path.stem}.{secrets.token_hex(8)}{path.suffix}")
    try:
        with temporary.open("x", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        reader.read(temporary)
        yield temporary
    except UserError as error:
        problems = [
            type(p)(name or str(path), p.line, p.column, p.path, p.message, p.level, p.rule) for p in error.problems
        ]
        raise UserError(problems=problems) from error
    except OSError as error:
        raise OutsideError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        temporary.unlink(missing_ok=True)


def _indent_of(text: str, path: Path) -> int:
    """How far the dashes of a suite's cases are indented."""
    document = parse(text, str(path))
    held = document.data.get("cases") if isinstance(document.data, dict) else None
    if not isinstance(held, list) or not held:
        return _INDENT
    line, column = document.position(("cases", 0))
    before = text.splitlines()[line - 1][: column - 1]
    return before.index("-") if before.strip() == "-" else _INDENT


def _id(case: Any) -> Any:
    return case.get("id") if isinstance(case, dict) else None
