"""Foreign data as it is walked through: every value knows where it stands in its file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Any, Literal

from botops.config.json_reader import read_json
from botops.config.spots import Path, Place, dotted
from botops.domain.errors import UserError
from botops.domain.problems import Level, Problem

Form = Literal["table", "lines", "document"]
"""How a file is laid out: rows under a header, a JSON value a line, or one YAML or JSON document."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of a file and the way to it. `place` gives the line and column of what stands at a path."""

    file: str
    data: Any = field(repr=False)
    place: Callable[[Path], Place] = field(repr=False)
    path: Path = ()

    def at(self, step: str | int) -> Entry:
        """What stands inside under a key or an index that is there."""
        return Entry(self.file, self.data[step], self.place, (*self.path, step))

    def get(self, *keys: str) -> Entry | None:
        """What stands under the first of the keys that is there and not null; None for no mapping."""
        if isinstance(self.data, Mapping):
            for key in keys:
                if self.data.get(key) is not None:
                    return self.at(key)
        return None

    def find(self, dotted_path: str) -> Entry | None:
        """What stands at `inputs.question`; a key that has dots in it itself is found too."""
        found = self.get(dotted_path)
        if found is not None or "." not in dotted_path:
            return found
        first, _, rest = dotted_path.partition(".")
        inner = self.get(first)
        return inner.unpacked().find(rest) if inner is not None else None

    def items(self) -> Iterator[Entry]:
        """The entries of a list; nothing for anything else."""
        if isinstance(self.data, Sequence) and not isinstance(self.data, str):
            for index in range(len(self.data)):
                yield self.at(index)

    def members(self) -> Iterator[tuple[str, Entry]]:
        """The keys of a mapping and what stands under them; nothing for anything else."""
        if isinstance(self.data, Mapping):
            for key in self.data:
                yield key, self.at(key)

    def unpacked(self) -> Entry:
        """The value itself, or the mapping, list or quoted text that a text holds as JSON, as exports to CSV do."""
        if not isinstance(self.data, str) or self.data.lstrip()[:1] not in ("{", "[", '"'):
            return self
        try:
            data = read_json(self.data, self.file)
        except UserError:  # a text that merely begins like JSON
            return self
        return replace(self, data=data) if data is not None else self

    def text(self) -> str | None:
        """A text, or a number as text; None for anything else."""
        if isinstance(self.data, str):
            return self.data
        if isinstance(self.data, int | Decimal) and not isinstance(self.data, bool):
            return f"{self.data:f}" if isinstance(self.data, Decimal) else str(self.data)
        return None

    @property
    def where(self) -> str:
        """The file's name and the line, for an origin that holds on every machine."""
        return f"{FilePath(self.file).name}:{self.place(self.path)[0]}"

    def problem(self, message: str, rule: str, level: Level = "error") -> Problem:
        """A complaint that points at this value."""
        return Problem(self.file, *self.place(self.path), dotted(self.path), message, level, rule)

    def fault(self, message: str, rule: str = "unusable-row") -> UserError:
        """The error to raise when this value, and the row with it, cannot be used."""
        return UserError(problems=[self.problem(message, rule)])


class NotFollowedError(ValueError):
    """A file that another one names and that is not read. The message says why."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be imported: its rows, or one entry for a document; `columns` is the header of a table.

    `follow` opens a file that this one names (`file://more.yaml`); it raises NotFollowedError for one that is not read,
    UserError for one that cannot be.
    """

    file: str
    form: Form
    entries: tuple[Entry, ...]
    columns: tuple[str, ...] = ()
    follow: Callable[[str], Source] | None = field(default=None, repr=False)

    def rows(self, *wrappers: str) -> Iterator[Entry]:
        """The rows, also of a document that is a list of them or holds one under one of the `wrappers`."""
        for entry in self.entries:
            yield from unwrapped(entry, wrappers)


def unwrapped(entry: Entry, wrappers: Sequence[str]) -> Iterator[Entry]:
    """The entries of a list, or of the list under one of the `wrappers`; else the entry itself."""
    inner = entry.get(*wrappers)
    if isinstance(entry.data, list):
        for item in entry.items():
            yield from unwrapped(item, wrappers)
    elif inner is not None and isinstance(inner.data, list):
        yield from inner.items()
    else:
        yield entry
