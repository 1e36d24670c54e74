"""Overrides as the serving process sees them: read from the store once a second, so that an order is in force on every
replica within two seconds."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from botops.app.clock import SystemClock
from botops.domain.errors import StoreError, SwitchedOffError, UserError
from botops.domain.releases import Override, OverrideKind
from botops.registry.release import rollback_target

if TYPE_CHECKING:
    from datetime import datetime

    from botops.config import Secrets, Settings
    from botops.domain.prompts import Assignment, Lead
    from botops.registry import Registry

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 1.0
PATIENCE_S = 0.3
"""How long a look may hold up who asks."""
FIRST_PATIENCE_S = 5.0
"""The same while nothing is known yet: a prompt that is switched off must not be served for want of a moment."""
GIVE_UP_S = 10.0
"""When a read that hangs is left alone and another one begun: a lost connection may never say so."""

Orders = Callable[[str], Override | None]
"""The override that decides on a prompt, None when none is in force."""

_FIRST = (OverrideKind.HAND_OVER, OverrideKind.VERSION, OverrideKind.CONTROL)
"""Which kind decides where several hold on a prompt."""


def no_orders(prompt: str) -> Override | None:
    """For whoever serves prompts without a store: nothing is overridden."""
    return None


class StoredOverrides:
    """The store's overrides. While the store cannot be read, or does not answer, the last known ones hold.

    `read` gives those in force; `monotonic` the seconds that pace it. Safe for threads and for an event loop: whoever
    finds that it is time to look waits `PATIENCE_S` at most, the others go on with what is known.
    """

    def __init__(self, read: Callable[[], Iterable[Override]], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._monotonic = monotonic
        self._known: tuple[Override, ...] = ()
        self._looked = float("-inf")
        self._ever = False
        self._failing = False
        self._lock = threading.Lock()
        self._reader: threading.Thread | None = None
        self._began = 0.0

    def of(self, prompt: str) -> Override | None:
        """The override that decides on a prompt: handing over before a version before a stopped experiment."""
        found = {order.kind: order for order in self.in_force() if order.subject == prompt}
        return next((found[kind] for kind in _FIRST if kind in found), None)

    def in_force(self) -> tuple[Override, ...]:
        """The overrides as they stood at most a second ago, the oldest first."""
        if self._monotonic() - self._looked >= LOOK_AGAIN_S and self._lock.acquire(blocking=not self._ever):
            try:
                if self._monotonic() - self._looked >= LOOK_AGAIN_S:
                    self._look()
            finally:
                self._lock.release()
        return self._known

    def forget(self) -> None:
        """Makes the next look a fresh one."""
        self._looked = float("-inf")

    def _look(self) -> None:
        now = self._looked = self._monotonic()
        if self._reader is None or not self._reader.is_alive() or now - self._began >= GIVE_UP_S:
            # In a thread of its own: a database that hangs must not hold up an event loop.
            self._reader, self._began = threading.Thread(target=self._take, name="overrides", daemon=True), now
            self._reader.start()
        self._reader.join(PATIENCE_S if self._ever else FIRST_PATIENCE_S)
        if self._reader.is_alive():
            self._fail("the store does not answer")

    def _take(self) -> None:
        try:
            found = tuple(self._read())
        except StoreError as error:
            self._fail(str(error))
        else:
            if threading.current_thread() is not self._reader:
                return  # given up meanwhile: what it read is old
            self._known, self._failing = found, False
        self._ever = True

    def _fail(self, why: str) -> None:
        if not self._failing:
            log.warning("overrides cannot be read, the last known ones hold: %s", why)
        self._failing = True


def assigned(
    registry: Registry, name: str, lead: Lead | str, override: Override | None, at: datetime | None = None
) -> Assignment:
    """The version a lead gets at a moment (now, unless given) while `override` is the order in force on its prompt.

    A version that was ordered and cannot be served any more gives way to the last good one, never to the one it was
    ordered in place of. Raises UserError, and SwitchedOffError where the bot is to answer nobody.
    """
    if override is None:
        return registry.assign(name, lead, at=at)
    if override.kind is OverrideKind.HAND_OVER:
        raise SwitchedOffError(f"{name} is switched off by {override.by}: {override.reason}")
    try:
        return registry.assign(name, lead, override, at)
    except UserError as error:
        if override.kind is not OverrideKind.VERSION:
            raise
        return _last_good(registry, name, lead, override, at, error)


def _last_good(
    registry: Registry, name: str, lead: Lead | str, override: Override, at: datetime | None, error: UserError
) -> Assignment:
    try:
        target = rollback_target(registry.release(name).spec, None)
        if target != override.version:
            return registry.assign(name, lead, replace(override, version=target), at)
    except UserError:
        pass  # no other version to go back to either
    raise SwitchedOffError(f"{name}@{override.version}, ordered by {override.by}, cannot be served: {error}") from error


def overrides_of(settings: Settings, secrets: Secrets) -> tuple[Override, ...]:
    """The overrides in force of an installation, for who does not open the whole of it; none before it has a store.
    Raises StoreError."""
    from botops.app.place import database_url
    from botops.store import Store

    url = database_url(settings, secrets)
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        return ()
    with Store.open(url, clock=SystemClock(), role="reader") as store:
        return store.overrides.in_force()


def unservable(registry: Registry, overrides: Iterable[Override]) -> list[str]:
    """The orders whose version cannot be served as ordered, in lines fit for a log."""
    lines = []
    for override in overrides:
        if override.kind is OverrideKind.VERSION and override.version is not None:
            try:
                registry.version(override.subject, override.version)
            except UserError as error:
                lines.append(
                    f"{override.subject}@{override.version} was ordered by {override.by} and cannot be served, the "
                    f"last good version serves or a person answers meanwhile: {error}"
                )
    return lines
