"""Exceptions as the guard and `botops check` get them: from the store, looked at again every two seconds, or a file."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from botops.claims.exceptions import MOST_CHARACTERS, NO_EXCEPTIONS, Exceptions, says_nothing
from botops.config import Strict, load
from botops.domain.errors import StoreError
from botops.domain.findings import FindingKind
from botops.domain.reviews import LONGEST_DAYS, ClaimException

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 2.0


class StoredExceptions:
    """The store's exceptions. While the store cannot be read the last known ones hold."""

    def __init__(self, read: Callable[[], Iterable[ClaimException]]) -> None:
        self._read = read
        self._known = NO_EXCEPTIONS
        self._looked = float("-inf")
        self._failing = False
        self._lock = threading.Lock()

    def current(self) -> Exceptions:
        """The exceptions as they stood at most two seconds ago."""
        if time.monotonic() - self._looked >= LOOK_AGAIN_S:
            with self._lock:
                self._refresh()
        return self._known

    def forget(self) -> None:
        """Makes the next look a fresh one."""
        self._looked = float("-inf")

    def _refresh(self) -> None:
        self._looked = time.monotonic()
        try:
            self._known = Exceptions(self._read())
            self._failing = False
        except StoreError as error:
            if not self._failing:
                log.warning("exceptions cannot be read, the last known ones hold: %s", error)
            self._failing = True


def _wording(text: str) -> str:
    if says_nothing(text):
        raise ValueError("says nothing by itself and would match anything: write the words and amounts it is about")
    return text


Wording = Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS), AfterValidator(_wording)]
Named = Annotated[str, Field(min_length=1, max_length=200)]
Reason = Annotated[str, Field(min_length=3, max_length=1000)]


class ExceptionEntry(Strict):
    """One exception of a file."""

    wording: Wording
    kind: FindingKind
    product: str | None = None
    owner: Named
    reason: Reason
    since: date
    until: date
    id: str | None = None

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if problem := term_problem(self.since, self.until):
            raise ValueError(problem)
        return self

    def made(self) -> ClaimException:
        """The exception; one without an id gets the same id every time."""
        content = f"{self.wording}\0{self.kind.value}\0{self.product or ''}"
        identifier = self.id or f"ex-{hashlib.sha256(content.encode()).hexdigest()[:8]}"
        return ClaimException(
            identifier, self.wording, self.kind, self.owner, self.reason, self.since, self.until, self.product
        )


class ExceptionFile(Strict):
    """What `botops exceptions export` writes and `botops check --exceptions` reads."""

    exceptions: tuple[ExceptionEntry, ...] = ()


def term_problem(since: date, until: date) -> str | None:
    """What is wrong with the days of an exception, None when nothing is."""
    if until < since:
        return f"until {until} is before since {since}"
    if (until - since).days > LONGEST_DAYS:
        return f"from {since} to {until} is over a year: an exception is looked at again within {LONGEST_DAYS} days"
    return None


def load_exceptions(path: Path) -> Exceptions:
    """The exceptions of a file. Raises UserError with every problem as `file:line:col`."""
    return Exceptions(entry.made() for entry in load(path, ExceptionFile).exceptions)


def exception_row(exception: ClaimException) -> dict[str, Any]:
    """An exception as an entry of such a file."""
    row = {
        "id": exception.id,
        "wording": exception.wording,
        "kind": exception.kind.value,
        "product": exception.sku,
        "owner": exception.owner,
        "reason": exception.reason,
        "since": exception.since,
        "until": exception.until,
    }
    return {key: value for key, value in row.items() if value is not None}
