"""How a repository reaches the database: short reads on the reading side, writes through the one writer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sqlalchemy import URL, Connection, Engine, Executable, RowMapping

from botops.domain.ports import Clock
from botops.store.engine import translated

T = TypeVar("T")
Row = RowMapping | Mapping[str, Any]


class Write(Protocol):
    """Does one transaction on the writing side and waits for it."""

    def __call__(self, what: str, work: Callable[[Connection], T], *, serial: bool = False) -> T:
        """What `work` gives back. `serial` ones never run at the same time as a serial one of another process: those
        that change what is spent. Raises StoreError naming `what`."""
        ...


@dataclass(frozen=True, slots=True)
class Access:
    """What a repository works with. `hide` masks personal data in a text before it is kept."""

    engine: Engine
    url: URL
    clock: Clock
    hide: Callable[[str], str]
    write: Write

    @contextmanager
    def reading(self, what: str) -> Iterator[Connection]:
        """One read transaction. Raises StoreError naming `what`."""
        with translated(what, self.url), self.engine.connect() as connection:
            yield connection

    def rows(self, what: str, statement: Executable) -> Sequence[Row]:
        """The rows of a select, read at once. Raises StoreError."""
        with self.reading(what) as connection:
            return connection.execute(statement).mappings().all()
