"""What reports of costs are made from: settings, a clock and the store. A container has them all, and much else."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from botops.app.clock import SystemClock
from botops.app.place import database_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botops.config import Secrets, Settings
    from botops.domain.ports import Clock
    from botops.store import Store


class CostSource(Protocol):
    """Settings, a clock and the store."""

    @property
    def settings(self) -> Settings:
        """The company's currency, time zone and exchange rates."""
        ...

    @property
    def clock(self) -> Clock:
        """Says what time it is."""
        ...

    @property
    def store(self) -> Store:
        """Where costs are kept."""
        ...


@dataclass(frozen=True, slots=True)
class KeptCosts:
    """The port `CostSource` without a bot: a tenth of the time it takes to open a container."""

    settings: Settings
    clock: Clock
    store: Store


@contextmanager
def reading_costs(settings: Settings, secrets: Secrets) -> Iterator[KeptCosts]:
    """The costs of an installation, opened for reading alone. Raises UserError, and StoreError without a store."""
    from botops.store import Store

    clock = SystemClock()
    with Store.open(database_url(settings, secrets), clock=clock, role="reader") as store:
        yield KeptCosts(settings, clock, store)
