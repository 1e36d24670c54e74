"""The price book in force: read from disk, compiled once, read again when its file changes."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botops.claims import NO_EXTENSIONS, CompiledBook, Extensions, compile_book
from botops.domain.errors import UserError
from botops.domain.problems import Problem
from botops.pricebook import load

if TYPE_CHECKING:
    from pathlib import Path

    from botops.pricebook import PriceBook

_LOOK_AGAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class BookInForce:
    """A price book as read, and the same compiled for checking."""

    book: PriceBook
    compiled: CompiledBook


class Books:
    """Serves the price book of a file. A broken new version is refused: the last good one stays in force and
    `problems` says why. `extensions` are what the company adds to the checker."""

    def __init__(self, path: Path, extensions: Extensions = NO_EXTENSIONS) -> None:
        self.path = path
        self.extensions = extensions
        self.problems: tuple[Problem, ...] = ()
        self._current: BookInForce | None = None
        self._seen: tuple[int, int, int] | None = None
        self._changing: tuple[int, int, int] | None = None
        self._looked = float("-inf")
        self._lock = threading.Lock()

    def current(self) -> BookInForce | None:
        """The book in force, or None when there never was a readable one."""
        # Before the first book is there, who comes while it is being read waits for it.
        if self._current is None or self._due():
            with self._lock:
                if self._due():
                    self._refresh()
        return self._current

    def _due(self) -> bool:
        return time.monotonic() - self._looked >= _LOOK_AGAIN_S

    def _refresh(self) -> None:
        self._looked = time.monotonic()
        try:
            stat = self.path.stat()
        except OSError as error:  # it is not there, or its folder is not
            self._seen = None
            self.problems = (self._gone(error),) if self._current else ()
            return
        stamp = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if stamp == self._seen:
            return
        if self._current and stamp != self._changing:  # it may still be being written: half a book can be valid
            self._changing = stamp
            return
        self._seen = stamp
        try:
            book = load(self.path)
            self._current = BookInForce(book, compile_book(book, self.extensions))
            self.problems = ()
        except UserError as error:
            self.problems = error.problems

    def _gone(self, error: OSError) -> Problem:
        message = f"the price book is gone ({error.strerror}): restore it, the last good one is used meanwhile"
        return Problem(str(self.path), 0, 0, "", message, rule="missing-file")
