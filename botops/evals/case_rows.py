"""Cases in a JSON Lines file of their own: `cases: {file: cases.jsonl}` in the suite's file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botops.config import Document
from botops.config.json_reader import read_json
from botops.config.rows import Row, read_rows
from botops.domain.errors import UserError
from botops.domain.problems import Level, Problem

MOST_PROBLEMS = 200
"""Problems of a file after which the rest is not told."""


@dataclass(frozen=True)
class CaseRows:
    """The rows of such a file: their texts, and the number of the line each stands in."""

    file: Path
    lines: tuple[str, ...]
    numbers: tuple[int, ...]

    @property
    def text(self) -> str:
        """What a checksum is made of: the rows, whatever stands between them."""
        return "\n".join(self.lines)

    def row(self, case: int) -> Row:
        """The row of a case, counted from 0."""
        text = self.lines[case]
        return Row(str(self.file), text, read_json(text, str(self.file)), True, self.numbers[case])


def problem_at(
    document: Document,
    rows: CaseRows | None,
    path: tuple[str | int, ...],
    message: str,
    *,
    rule: str,
    level: Level = "error",
    of: str = "value",
) -> Problem:
    """A problem at the place of a value in a suite, in whichever of its two files that stands."""
    if rows is not None and len(path) > 1 and path[0] == "cases" and isinstance(path[1], int):
        return rows.row(path[1]).problem(path[2:], message, rule=rule, level=level, of=of)
    return document.problem(path, message, rule=rule, level=level, of=of)


def rows_file(document: Document) -> Path | None:
    """The file a suite keeps its cases in, None when they stand in the suite itself."""
    data: Any = document.data
    cases = data.get("cases") if isinstance(data, dict) else None
    name = cases.get("file") if isinstance(cases, dict) else None
    return Path(document.file).parent / name if isinstance(name, str) else None


def suite_text(document: Document) -> str:
    """Everything a suite's outcome depends on, as one text: its file and that of its cases. Raises UserError."""
    file = rows_file(document)
    if file is None:
        return document.text
    lines = []
    for row in read_rows(file):
        if isinstance(row, UserError):
            raise row
        lines.append(row.text)
    return document.text + "\n".join(lines)
