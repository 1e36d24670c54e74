"""What a change of the price book touches, everywhere; in a thread of its own where a screen waits for it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.container import book_path, open_registry
from botops.app.pricebooks.impact import Affected, affected_cases, affected_dialogues, affected_prompts
from botops.claims.impact import BookChange
from botops.domain.errors import BotopsError
from botops.domain.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date, datetime
    from pathlib import Path

    from botops.app.container import Container
    from botops.config import Settings
    from botops.pricebook import PriceBook
    from botops.store.reads import Reads

OPEN = timedelta(days=14)
"""A dialogue in which somebody spoke since then is under way."""
PROMISED = timedelta(days=90)
"""Promises are looked for since then."""


def touched_places(
    settings: Settings,
    change: BookChange,
    books: tuple[Path, ...],
    reads: Reads | None,
    *,
    open_since: datetime,
    promised_since: datetime,
    looked: Callable[[], None] | None = None,
) -> Iterator[Affected | Problem]:
    """What a change touches: in prompts, eval cases judged by one of `books` and, unless `reads` is None, in the store.
    `looked` is called after each dialogue. A Problem stands for a file that cannot be read."""
    if change.report.empty:
        return
    yield from affected_prompts(open_registry(settings, keep=False), change)
    folder = settings.path("evals")
    if folder.is_dir():
        yield from affected_cases(folder, change, (*books, book_path(settings)))
    if reads is not None:
        yield from affected_dialogues(
            reads, change, open_since=open_since, promised_since=promised_since, looked=looked
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Impact:
    """What was found, by places; `problems` are files that could not be read. `day` is the one it counts from."""

    found: tuple[Affected, ...]
    problems: tuple[Problem, ...]
    day: date


class ImpactRun:
    """Looks for what a change touches, beside whoever asked.

    `done` of `total` dialogues were looked at, `found` is what was found until now, prompts first; `day` is the one it
    counts from; `impact` is there when it is over, unless `error` says why not.
    """

    def __init__(self, container: Container, old: PriceBook, new: PriceBook) -> None:
        self._container = container
        self._books = old, new
        self._stop = threading.Event()
        self._now = container.clock.now()
        self.day = self._now.astimezone(ZoneInfo(new.timezone)).date()
        self._found: list[Affected] = []
        self.done = 0
        self.total = 0
        self.impact: Impact | None = None
        self.error: BotopsError | None = None
        self._thread = threading.Thread(target=self._run, name="price-book-impact", daemon=True)
        self._thread.start()

    @property
    def over(self) -> bool:
        """True when nothing more will be found."""
        return not self._thread.is_alive()

    @property
    def found(self) -> tuple[Affected, ...]:
        """What was found until now."""
        return tuple(self._found)

    def cancel(self) -> None:
        """Ends it soon; what was found until then is dropped."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        """True when it was told to end before it had looked everywhere."""
        return self._stop.is_set()

    def wait(self, seconds: float) -> bool:
        """Waits for its end, at most so long; True when it came."""
        self._thread.join(seconds)
        return self.over

    def _run(self) -> None:
        reads = self._container.store.reads
        problems: list[Problem] = []
        try:
            self.total = reads.distinct_dialogues(self._now - PROMISED, self._now)
            change = BookChange(*self._books, self.day)
            for one in touched_places(
                self._container.settings, change, (), reads, open_since=self._now - OPEN,
                promised_since=self._now - PROMISED, looked=self._looked,
            ):  # fmt: skip
                if isinstance(one, Problem):
                    problems.append(one)
                else:
                    self._found.append(one)
        except _StoppedError:
            return
        except BotopsError as error:
            self.error = error
            return
        self.impact = Impact(self.found, tuple(problems), self.day)

    def _looked(self) -> None:
        self.done += 1
        if self._stop.is_set():
            raise _StoppedError


class _StoppedError(Exception):
    """Nobody waits for the outcome any more."""
