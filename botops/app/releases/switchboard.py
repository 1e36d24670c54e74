"""What the kill switch works with, and nothing else: it must work while models, price book or own checks do not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from botops.app.clock import SystemClock
from botops.app.container import open_registry
from botops.app.place import database_url
from botops.app.releases.overrides import StoredOverrides

if TYPE_CHECKING:
    from botops.config import Secrets, Settings
    from botops.domain.ports import Clock
    from botops.registry import Registry
    from botops.store import Store


class Switchboard(Protocol):
    """The parts of an installation that orders are given through; a container has them."""

    @property
    def registry(self) -> Registry:
        """Which prompts and versions there are."""
        ...

    @property
    def store(self) -> Store:
        """Where orders and the audit log are kept."""
        ...

    @property
    def clock(self) -> Clock:
        """When an order is given."""
        ...

    @property
    def overrides(self) -> StoredOverrides:
        """The orders as this process serves by them."""
        ...


@dataclass(frozen=True, slots=True)
class Alone:
    """A switchboard without the rest of an installation."""

    registry: Registry
    store: Store
    clock: Clock
    overrides: StoredOverrides


@contextmanager
def switchboard(settings: Settings, secrets: Secrets) -> Iterator[Alone]:
    """The switchboard of an installation, beside the process that serves. Raises UserError, StoreError."""
    from botops.store import Store

    clock = SystemClock()
    registry = open_registry(settings, clock)
    url = database_url(settings, secrets)
    with Store.open(url, clock=clock, role="side", mask=settings.privacy.mask) as store:
        yield Alone(registry, store, clock, StoredOverrides(store.overrides.in_force))
