"""Exports people look into: kept in this process and a private folder for an hour, never in the store."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from botops.channels.exports import Choice, read_export
from botops.domain.errors import BotopsError, NotFoundError, UserError
from botops.domain.problems import Problem
from botops.store.masking import mask

if TYPE_CHECKING:
    from botops.channels.exports import Export

T = TypeVar("T")
KEPT_S = 3600.0
MOST_KEPT = 12


@dataclass
class Work(Generic[T]):
    """Something that is being done: how far it is, and what came of it or what went wrong."""

    total: int = 0
    done: int = 0
    result: T | None = None
    error: BotopsError | None = None
    stop: bool = False
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def ended(self) -> bool:
        """True once nothing more will come of it."""
        return self.over.is_set()

    def advance(self, done: int) -> bool:
        """Notes how far it is; False when somebody stopped it."""
        self.done = done
        return not self.stop


@dataclass
class Taken:
    """A file somebody gave. `name` is what it was called; `choice`, `book` and `undated` what was said about it
    since: how it is to be read, prices of one's own, and the day of what tells no date."""

    id: str
    name: str
    folder: Path
    at: float
    choice: Choice = field(default_factory=Choice)
    book: Path | None = None
    undated: date | None = None
    works: dict[str, Work[object]] = field(default_factory=dict)
    read: tuple[Choice, Export] | None = None

    @property
    def title(self) -> str:
        """Its name fit for a screen: messengers name chats after phones."""
        return mask(self.name)

    @property
    def file(self) -> Path:
        """Where its bytes are."""
        return self.folder / "export" / self.name


class ImportDesk:
    """Takes files in, reads them, and works on them one after another in the background.

    Ids are not to be guessed: whoever has one sees the file. Files are forgotten after an hour without a look at them,
    when too many are kept, and with the process.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="botops-imports-"))
        weakref.finalize(self, shutil.rmtree, self._home, ignore_errors=True)
        self._taken: OrderedDict[str, Taken] = OrderedDict()
        self._lock = threading.Lock()
        self._one_at_a_time = threading.Lock()
        self._clock = clock

    def take(self, name: str, raw: bytes) -> Taken:
        """Keeps a file under its name, without the folders in it."""
        taken = Taken(secrets.token_urlsafe(12), _plain_name(name), self._home, self._clock())
        taken.folder = self._home / taken.id
        taken.file.parent.mkdir(parents=True, mode=0o700)
        taken.file.write_bytes(raw)
        with self._lock:
            self._taken[taken.id] = taken
            self._tidy()
        return taken

    def get(self, identifier: str) -> Taken:
        """A file that was taken in. Raises NotFoundError for one that is kept no more."""
        with self._lock:
            self._tidy()
            taken = self._taken.get(identifier)
            if taken is None:
                raise NotFoundError("this export is kept no more: give the file again")
            taken.at = self._clock()
            self._taken.move_to_end(identifier)
            return taken

    def forget(self, identifier: str) -> None:
        """Lets go of a file and stops what is done with it."""
        with self._lock:
            self._drop(identifier)

    def give_book(self, taken: Taken, name: str, raw: bytes) -> None:
        """Keeps a price list beside an export."""
        path = taken.folder / "book" / _plain_name(name)
        path.parent.mkdir(exist_ok=True, mode=0o700)
        path.write_bytes(raw)
        taken.book = path

    def export(self, taken: Taken) -> Export:
        """The file as it is understood with what was said about it. Raises UserError."""
        if taken.read is None or taken.read[0] != taken.choice:
            try:
                export = read_export(taken.file, taken.choice)
            except UserError as error:
                if not error.problems:
                    raise
                raise UserError(problems=[_as_given(p, taken) for p in error.problems]) from error
            export.problems[:] = [_as_given(p, taken) for p in export.problems]
            taken.read = (taken.choice, export)
        return taken.read[1]

    def begin(self, taken: Taken, name: str, total: int, work: Callable[[Callable[[int], bool]], T]) -> Work[T]:
        """Begins something in the background, in the place of what had the same name. `work` is told how to say how far
        it is, and that it is to stop by the answer False."""
        begun: Work[T] = Work(total)
        before = taken.works.get(name)
        if before is not None:
            before.stop = True
        taken.works[name] = begun  # type: ignore[assignment]  # who asks for a name knows what is under it
        threading.Thread(target=self._run, args=(begun, work), name=f"import-{name}", daemon=True).start()
        return begun

    def _run(self, begun: Work[T], work: Callable[[Callable[[int], bool]], T]) -> None:
        try:
            with self._one_at_a_time:
                if not begun.stop:
                    begun.result = work(begun.advance)
        except BotopsError as error:
            begun.error = error
        finally:
            begun.over.set()

    def _tidy(self) -> None:
        now = self._clock()
        old = [key for key, taken in self._taken.items() if now - taken.at > KEPT_S]
        for key in [*old, *list(self._taken)[: max(0, len(self._taken) - len(old) - MOST_KEPT)]]:
            self._drop(key)

    def _drop(self, identifier: str) -> None:
        taken = self._taken.pop(identifier, None)
        if taken is None:
            return
        for work in taken.works.values():
            work.stop = True
        shutil.rmtree(taken.folder, ignore_errors=True)


def _as_given(problem: Problem, taken: Taken) -> Problem:
    """A problem in the file as its giver knows it: where the bytes are kept meanwhile says nothing to them."""
    return replace(problem, file=problem.file.replace(str(taken.file), taken.title))


def _plain_name(name: str) -> str:
    """A file's name that is one, as long as file systems take; its ending stays."""
    last = Path(name.replace("\\", "/")).name.replace("\0", "") or "export"
    stem, dot, suffix = last.rpartition(".")
    short = stem.encode("utf-8", "replace")[:150].decode("utf-8", "ignore") if dot else last[:60]
    return f"{short or 'export'}{dot}{suffix[:10]}"
