"""JSON Lines that people write: one row after another, each with the place of everything in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import BinaryIO

from botops.config.document import MAX_BYTES, Document, decode
from botops.config.json_reader import read_json
from botops.config.spots import Path, Place
from botops.config.yaml_reader import MOST_VALUES
from botops.domain.errors import NotFoundError, UserError
from botops.domain.problems import Problem


@dataclass(frozen=True)
class Row(Document):
    """One line of a file. `number` counts from 1."""

    number: int = 1

    def position(self, path: Path, *, of: str = "value") -> Place:
        """Line and column in the file of what stands at `path` of the row."""
        _, column = super().position(path, of=of)
        return self.number, max(1, column)


def read_rows(path: FilePath, *, max_bytes: int = MAX_BYTES) -> Iterator[Row | UserError]:
    """The rows of a file one at a time, and for each line that is no row the error that says where and why.

    Empty lines are left out; a row may be `max_bytes` long. Raises UserError for a file that cannot be read and
    NotFoundError without one.
    """
    file = str(path)
    try:
        with path.open("rb") as stream:
            number = 0
            while raw := stream.readline(max_bytes + 1):
                number += 1
                if len(raw) > max_bytes:
                    message = f"a row of more than {max_bytes:,} bytes: shorten it"
                    yield UserError(problems=[Problem(file, number, 1, "", message, rule="too-large")])
                    _skip_line(stream, raw)
                elif raw.strip():
                    yield _row(raw, file, number)
    except FileNotFoundError as error:
        message = "no such file: check the name and the folder"
        raise NotFoundError(problems=[Problem(file, 0, 0, "", message, rule="missing-file")]) from error
    except OSError as error:
        message = f"cannot be read ({error.strerror}): check that it is a file and its permissions"
        raise UserError(problems=[Problem(file, 0, 0, "", message, rule="unreadable")]) from error


def _row(raw: bytes, file: str, number: int) -> Row | UserError:
    try:
        text = decode(raw, file).rstrip("\r\n")
        return Row(file, text, read_json(text, file, max_values=MOST_VALUES), True, number)
    except UserError as error:
        return UserError(problems=[replace(problem, line=number) for problem in error.problems])


def _skip_line(stream: BinaryIO, raw: bytes) -> None:
    """Reads to the end of a line that is too long."""
    while raw and not raw.endswith(b"\n"):
        raw = stream.readline(MAX_BYTES)
