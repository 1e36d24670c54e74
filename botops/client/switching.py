"""Which prompts are switched off, remembered through outages and restarts."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from botops.client.keeping import Disk

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """Why a prompt is switched off, and when (monotonic seconds) the server said so last."""

    reason: str
    at: float


class Switches:
    """The prompts whose bot is to answer nobody, as the server said last. Not safe for threads by itself."""

    def __init__(self, disk: Disk | None) -> None:
        self._disk = disk
        self._known: dict[str, Order | None] = {}

    def of(self, name: str) -> Order | None:
        """The order on a prompt, that of an earlier process until the server is heard; None without one."""
        if name not in self._known:
            reason = self._disk.switched_off(name) if self._disk else None
            self._known[name] = None if reason is None else Order(reason, float("-inf"))
        return self._known[name]

    def off(self, name: str, reason: str, now: float) -> None:
        """The server says that a prompt is switched off."""
        before = self.of(name)
        self._known[name] = Order(reason, now)
        if before is None or before.reason != reason:
            log.warning("%s", reason)
            if self._disk:
                self._disk.switch_off(name, reason)

    def on(self, name: str) -> None:
        """The server gives the prompt out."""
        before = self.of(name)
        self._known[name] = None
        if before is not None:
            log.warning("the prompt %s is given out again", name)
            if self._disk:
                self._disk.switch_off(name, None)
