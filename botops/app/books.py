"""The price book in force: read from disk, compiled once, read again when its file changes."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botops.claims import CompiledBook, compile_book, judge
from botops.claims import TooLargeError as ReplyTooLarge
from botops.domain.errors import UserError
from botops.domain.findings import Verdict
from botops.pricebook import load

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from botops.domain.messages import Message
    from botops.domain.problems import Problem
    from botops.pricebook import PriceBook

log = logging.getLogger(__name__)
_LOOK_AGAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class BookInForce:
    """A price book as read, and the same compiled for checking."""

    book: PriceBook
    compiled: CompiledBook


class Books:
    """Serves the price book of a file. A broken new version is refused: the last good one stays in force and
    `problems` says why."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: tuple[Problem, ...] = ()
        self._current: BookInForce | None = None
        self._seen: tuple[int, int] | None = None
        self._looked = float("-inf")
        self._lock = threading.Lock()

    def current(self) -> BookInForce | None:
        """The book in force, or None when there never was a readable one."""
        if time.monotonic() - self._looked >= _LOOK_AGAIN_S:
            with self._lock:
                self._refresh()
        return self._current

    def _refresh(self) -> None:
        self._looked = time.monotonic()
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            self._seen = None
            return
        stamp = (stat.st_mtime_ns, stat.st_size)
        if stamp == self._seen:
            return
        self._seen = stamp
        try:
            book = load(self.path)
            self._current = BookInForce(book, compile_book(book))
            self.problems = ()
        except UserError as error:
            self.problems = error.problems
            log.error("price book %s is broken, the last good one stays in force:\n%s", self.path, error)


class ClaimGuard:
    """The claim checker over the book in force, as the port `Guard`."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def judge(
        self, messages: Sequence[Message], *, at: datetime, region: str | None = None, segment: str | None = None
    ) -> Verdict:
        """The verdict on the last message; `not_judged` without a book or when the message is too large."""
        current = self._books.current()
        if current is None:
            return Verdict.not_judged("no_book")
        version = current.book.version
        try:
            result = judge(messages, current.compiled, at=at, region=region, segment=segment)
        except ReplyTooLarge:
            return Verdict.not_judged("too_large", version)
        return Verdict.of(tuple(result.findings), claims=result.claims, book=version)
