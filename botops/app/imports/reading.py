"""Files of dialogues in any format that is known, as the lines that checking and ingesting take."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botops.app.checks.checking import file_lines
from botops.channels.exports import Choice, dialogue_row, dialogues_of, read_export
from botops.domain.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from botops.app.checks.checking import NumberedLine
    from botops.channels.exports import Export
    from botops.claims.dialogues import Dialogue
    from botops.domain.problems import Problem

_EXPORTS = frozenset({".csv", ".tsv", ".xlsx", ".xlsm", ".txt", ".zip", ".html", ".htm", ".json"})
"""Suffixes of files that are looked into; every other file is JSON lines of botops' own."""


class ExportReader:
    """Reads files as `choice` says. `undated` is the moment of dialogues that tell no time; without it they are left
    out. `on_export` is told how each export was understood, before its lines are given."""

    def __init__(
        self,
        choice: Choice,
        undated: datetime | None = None,
        on_export: Callable[[Export], None] = lambda _: None,
    ) -> None:
        self._choice = choice
        self._undated = undated
        self._on_export = on_export
        self.problems: list[Problem] = []
        """Rows of exports that could not be used."""

    def lines(self, file: Path) -> Iterator[NumberedLine]:
        """The dialogues of a file as rows of botops, each under the number of the line it began on. Raises
        UserError."""
        form = self._choice.form
        if form == "botops" or (form is None and file.suffix.lower() not in _EXPORTS):
            yield from file_lines(file)
            return
        export = read_export(file, self._choice)
        self.problems += export.problems
        if not export.said and not export.dialogues:
            nothing = "" if export.problems else f"{file}: no messages in it: export the chat again"
            raise UserError(nothing, export.problems)
        self._on_export(export)
        for dialogue in dialogues_of(export, undated=self._undated):
            yield dialogue.line, dialogue_line(dialogue)


def dialogue_line(dialogue: Dialogue) -> bytes:
    """A dialogue as one line of JSON."""
    return json.dumps(dialogue_row(dialogue)).encode() + b"\n"
