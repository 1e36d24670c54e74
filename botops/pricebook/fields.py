"""Reads single values of a price book out of raw data, noting what is wrong instead of stopping.

Hand-written rather than pydantic models: a book can hold a hundred thousand prices, and this is five times as fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from botops.config import Document
from botops.config.faults import MOST_PROBLEMS
from botops.config.spots import Path
from botops.config.wording import shown, suggestion
from botops.domain.problems import Level, Problem
from botops.pricebook.model import Window

LARGEST = 10**15
"""Largest amount taken, in major units: beyond it minor units would leave 64 bits."""


@dataclass(frozen=True, slots=True)
class Note:
    """A complaint about a value, not yet pointed at: places are worked out only when there is something to point at."""

    path: Path
    message: str
    rule: str
    level: Level = "error"
    of: str = "value"


class Notes:
    """The complaints about one book."""

    def __init__(self) -> None:
        self.found: list[Note] = []
        self.errors = 0

    def add(self, path: Path, message: str, rule: str, *, level: Level = "error", of: str = "value") -> None:
        """Notes one complaint; of each level no more than anybody would read."""
        self.errors += level == "error"
        if len(self.found) < 2 * MOST_PROBLEMS:
            self.found.append(Note(path, message, rule, level, of))

    def problems(self, document: Document) -> list[Problem]:
        """The complaints with their places, in file order."""
        return sorted(document.problem(n.path, n.message, rule=n.rule, level=n.level, of=n.of) for n in self.found)


class Record:
    """One mapping of a book and the way to it. Getters return a usable value and note what is wrong."""

    __slots__ = ("data", "notes", "path")

    def __init__(self, data: Mapping[str, Any], path: Path, notes: Notes, known: frozenset[str]) -> None:
        self.data = data
        self.path = path
        self.notes = notes
        if not known.issuperset(data):
            self._unknown(known)

    def _unknown(self, known: frozenset[str]) -> None:
        for key in self.data:
            if key not in known and not key.startswith("x-"):
                message = f"unknown key{suggestion(key, sorted(known), others='known keys')}"
                self.notes.add((*self.path, key), message, "unknown-key", of="key")

    def wrong(self, key: str, message: str, rule: str = "wrong-value") -> None:
        """Notes a complaint about the value of a key."""
        self.notes.add((*self.path, key), message, rule)

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        """Text; whole numbers are taken for their digits (a SKU of `910`)."""
        value = self.data.get(key)
        if isinstance(value, str):
            stripped = value.strip()
            if stripped or not required:
                return stripped or default
            value = None
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if value is not None:
            self.wrong(key, f"text expected, not {shown(value)}: put quotes around it")
        elif required:
            self.wrong(key, f"missing: add the key `{key}`", "missing-key")
        return default

    def optional_text(self, key: str) -> str | None:
        """Text, or None when absent or empty."""
        return None if self.data.get(key) is None else self.text(key) or None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; one text alone stands for a list of one."""
        value = self.data.get(key)
        if value is None:
            return ()
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            self.wrong(key, f"a list of texts expected, not {shown(value)}: write lines that begin with `- `")
            return ()
        good = []
        for index, item in enumerate(value):
            if isinstance(item, str) and item.strip():
                good.append(item.strip())
            elif isinstance(item, int) and not isinstance(item, bool):
                good.append(str(item))
            else:
                message = f"text expected, not {shown(item)}: put quotes around it or remove the entry"
                self.notes.add((*self.path, key, index), message, "wrong-value")
        return tuple(good)

    def number(self, key: str) -> Decimal | None:
        """A number that is not negative, or None when absent or wrong."""
        value = self.data.get(key)
        if value is None:
            return None
        if type(value) is int or type(value) is Decimal:
            if 0 <= value <= LARGEST:
                return value if type(value) is Decimal else Decimal(value)
            if value < 0:
                self.wrong(key, f"{shown(value)} is negative: write an amount of 0 or more", "negative-amount")
            else:
                self.wrong(key, f"{shown(value)} is larger than any price: correct it", "number-range")
        else:
            self.wrong(key, f"a number expected, not {shown(value)}: write digits alone, without quotes or currency")
        return None

    def flag(self, key: str) -> bool | None:
        """True, false or None when absent."""
        value = self.data.get(key)
        if value is None or isinstance(value, bool):
            return value
        self.wrong(key, f"true or false expected, not {shown(value)}: correct it")
        return None

    def window(self) -> Window:
        """The days between `valid_from` and `valid_to`."""
        begin, end = self._day("valid_from"), self._day("valid_to")
        if begin is not None and end is not None and end < begin:
            self.wrong("valid_to", f"{end} is before valid_from ({begin}): swap or correct the dates", "window")
            end = None
        return _window(begin, end)

    def _day(self, key: str) -> date | None:
        value = self.data.get(key)
        if value is None:
            return None
        day = _day(value) if isinstance(value, str) else None
        if day is None:
            self.wrong(key, f"{shown(value)} is not a date: write it as 2026-03-31")
        return day

    def records(self, key: str, known: frozenset[str]) -> Iterable[tuple[int, Record]]:
        """The mappings of a list, each with its index; entries that are something else are noted."""
        value = self.data.get(key)
        if value is None:
            return
        if not isinstance(value, list):
            self.wrong(key, f"a list expected, not {shown(value)}: write lines that begin with `- `")
            return
        for index, item in enumerate(value):
            path = (*self.path, key, index)
            if isinstance(item, dict):
                yield index, Record(item, path, self.notes, known)
            else:
                self.notes.add(
                    path, f"a mapping of `key: value` expected, not {shown(item)}: correct it", "wrong-value"
                )


@lru_cache(maxsize=4096)
def _day(text: str) -> date | None:
    if len(text) != 10 or text[4] != "-" or text[7] != "-":  # fromisoformat also takes 20260331 and 2026-W13-2
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _window(begin: date | None, end: date | None) -> Window:
    return Window(begin, end)
