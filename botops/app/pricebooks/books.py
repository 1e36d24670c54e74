"""The price book in force: read from disk, compiled once, read again when its file or its release changes."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from botops.app.pricebooks.kept import KeptBook
from botops.claims import NO_EXTENSIONS, CompiledBook, Extensions, compile_book
from botops.domain.errors import NotFoundError, UserError
from botops.domain.problems import Problem
from botops.pricebook import load_bytes
from botops.registry.books import BookFolder, BookRelease
from botops.registry.checksums import checksum_of
from botops.registry.folders import RELEASE

if TYPE_CHECKING:
    from botops.pricebook import PriceBook

_LOOK_AGAIN_S = 1.0
_COMPILED_KEPT = 2
"""Books kept ready: a rollback to the one before takes no time."""

Stamp = tuple[str, int, int, int, str]


@dataclass(frozen=True)
class BookInForce:
    """A price book as read, and the same compiled for checking, with what `extensions` add. `release` made it live,
    None for a book that is in force because it is the only one."""

    book: PriceBook
    extensions: Extensions
    file: Path
    checksum: str
    release: BookRelease | None = None

    @cached_property
    def compiled(self) -> CompiledBook:
        """The book ready for checking, made when it is first asked for."""
        return compile_book(self.book, self.extensions)

    @property
    def identity(self) -> str:
        """What verdicts and turns name it by: `2@1f3a9b0c12de`, the file and the start of its SHA-256. A book's own
        `version` may be forgotten when its prices are edited."""
        return identity_of(self.file.name, self.checksum)


def identity_of(name: str, checksum: str) -> str:
    """The identity of a price book by its file name and SHA-256."""
    return f"{Path(name).stem}@{checksum[:12]}"


class Books:
    """Serves the price book of a file, or of a folder: the one its release file names, or else the only one.

    What is broken is refused: the last good book stays in force, after a restart too where `state_dir` is given, and
    `problems` says why. `extensions` are what the company adds to the checker. A change is in force within two seconds,
    one of a release file within one, and the time it takes to read the book. A book comes compiled, so that no reply
    waits for that, unless `compiled` is False: it is then made ready when it is first asked for.
    """

    def __init__(
        self, path: Path, extensions: Extensions = NO_EXTENSIONS, *, state_dir: Path | None = None,
        compiled: bool = True,
    ) -> None:  # fmt: skip
        self.path = path / "book.yaml" if path.is_dir() else path
        self.extensions = extensions
        self._compiled = compiled
        self.problems: tuple[Problem, ...] = ()
        self._where = path
        self._kept = KeptBook(state_dir / "pricebook", path) if state_dir is not None else None
        self._current: BookInForce | None = None
        self._release: BookRelease | None = None
        self._released = False
        self._ready: OrderedDict[str, BookInForce] = OrderedDict()
        self._seen: Stamp | None = None
        self._changing: Stamp | None = None
        self._looked = float("-inf")
        self._lock = threading.Lock()
        with suppress(UserError):  # told when it is looked at
            self._chosen()

    def current(self) -> BookInForce | None:
        """The book in force, or None when there never was a readable one."""
        # Before the first book is there, who comes while it is being read waits for it.
        if self._current is None or self._due():
            with self._lock:
                if self._due():
                    self._refresh()
        return self._current

    def refresh(self) -> None:
        """Looks at the files now: somebody has just released a book."""
        with self._lock:
            self._refresh()

    def _due(self) -> bool:
        return time.monotonic() - self._looked >= _LOOK_AGAIN_S

    def _refresh(self) -> None:
        first = self._looked == float("-inf")
        self._looked = time.monotonic()
        try:
            self._look()
        except UserError as error:
            self.problems = error.problems or (Problem(str(self._where), 0, 0, "", str(error), rule="price-book"),)
            self._seen = None
        if first and self._current is None and self._kept is not None:
            self._restore(self._kept)

    def _look(self) -> None:
        file, release = self._chosen()
        try:
            stat = file.stat()
        except OSError as error:  # it is not there, or its folder is not
            self._seen = None
            self.problems = (self._gone(file, error),) if self._current or release else ()
            return
        stamp = (str(file), stat.st_ino, stat.st_mtime_ns, stat.st_size, release.checksum if release else "")
        if stamp == self._seen:
            return
        # A file edited in place may still be being written: half a book can be valid. A released one is told whole by
        # its checksum.
        if self._current and release is None and stamp != self._changing:
            self._changing = stamp
            return
        self._read(file, release)
        self._seen = stamp

    def _chosen(self) -> tuple[Path, BookRelease | None]:
        """The file to serve, and the release that says so. Raises UserError."""
        if not self._where.is_dir():
            return self.path, None
        folder = BookFolder(self._where)
        release = self._release = folder.release(self._release)
        if release is not None:
            self.path = self._where / release.live
            return self.path, release
        if self._released:
            message = "the release file is gone: restore it, the last good price book is used meanwhile"
            raise UserError(problems=[Problem(str(self._where / RELEASE), 0, 0, "", message, rule="missing-file")])
        self.path = only_book(self._where) or (self.path if self._current else self._where / "book.yaml")
        return self.path, None

    def _read(self, file: Path, release: BookRelease | None) -> None:
        try:
            raw = BookFolder(file.parent).read(file.name, release) if release else file.read_bytes()
        except NotFoundError:
            self.problems = (self._gone(file, FileNotFoundError(2, "No such file or directory")),)
            return
        except OSError as error:
            message = f"cannot be read ({error.strerror}): check that it is a file and its permissions"
            self.problems = (Problem(str(file), 0, 0, "", message, rule="unreadable"),)
            return
        except UserError as error:
            self.problems = error.problems
            return
        try:
            current = self._made(raw, file, release)
        except UserError as error:
            self.problems = error.problems
            return
        self._current, self._released = current, release is not None
        self.problems = self._kept.keep(current.file.name, raw, released=self._released) if self._kept else ()

    def _made(self, raw: bytes, file: Path, release: BookRelease | None) -> BookInForce:
        """The book of these bytes, compiled; a book kept ready is taken as it is. Raises UserError."""
        checksum = checksum_of(raw)
        ready = self._ready.pop(f"{file.name} {checksum}", None)
        if ready is None:
            made = BookInForce(load_bytes(raw, str(file)), self.extensions, file, checksum, release)
        else:
            made = replace(ready, file=file, release=release)
            vars(made).update(compiled=ready.compiled)
        if self._compiled:
            _ = made.compiled
        self._ready[f"{file.name} {checksum}"] = made
        while len(self._ready) > _COMPILED_KEPT:
            self._ready.popitem(last=False)
        return made

    def _restore(self, kept: KeptBook) -> None:
        """After a start with a book that cannot be read: the last good one of this machine."""
        found = kept.load()
        # Without a release, whoever took the only book away may have meant it.
        if found is None or not (self.problems or found[2]):
            return
        name, raw, released = found
        try:
            folder = self._where if self._where.is_dir() else self._where.parent
            self._current = self._made(raw, folder / name, None)
        except UserError:  # kept by a botops that read books otherwise
            return
        self._released = released
        if not self.problems:
            self.problems = (self._gone(self.path, FileNotFoundError(2, "No such file or directory")),)

    def _gone(self, file: Path, error: OSError) -> Problem:
        message = f"the price book is gone ({error.strerror}): restore it, the last good one is used meanwhile"
        return Problem(str(file), 0, 0, "", message, rule="missing-file")


def only_book(folder: Path) -> Path | None:
    """The price book of a folder without a release file. Raises UserError when there are several."""
    books = BookFolder(folder).names()
    if len(books) > 1:
        names = ", ".join(books)
        raise UserError(
            f"{folder} holds several price books ({names}): name one in botops.yaml as paths.pricebook, or make one "
            "live with `botops pricebook publish`"
        )
    return folder / books[0] if books else None
