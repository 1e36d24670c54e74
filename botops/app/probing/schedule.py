"""Probes that run by themselves, in a thread of their own: an outage that holds up everything else is what they are
there to see."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from botops.app.looping import Loop
from botops.app.probing.asking import address_of, ask, keep, listens, switched_on
from botops.app.probing.standing import KEPT_DAYS
from botops.domain.probes import ProbeOutcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from botops.app.container import Container

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 5.0
_ENDING_S = 6.0
"""Longer than a server that was asked to end goes on with what is under way, after it has stopped listening."""
_STARTING_S = 60
"""How long an API that is not there yet is taken to be starting."""


class Probing:
    """Asks every question whenever that is due. Of several processes over one store, one does. Nothing is started when
    probes are switched off, or the API's port is the system's choice."""

    def __init__(self, container: Container) -> None:
        settings = container.settings
        on = switched_on(settings, simulated=container.bot.model.simulated)
        self._container = container
        self._address = address_of(settings) or ""
        self._loop = Loop(
            "probes", _LOOK_EVERY_S, [(1, "probing", self._probe)], container.metrics,
            at_once=[(1, "waiting for the API", self._wait)],
        )  # fmt: skip
        self._runs = on and bool(self._address)
        if on and not self._runs:
            log.warning("no probes: server.port is 0, so nobody knows where to ask; set it, or probes.url")

    def start(self) -> None:
        """Starts the thread."""
        if self._runs:
            self._loop.start()

    def stop(self) -> None:
        """Ends it; a question under way is not waited for long."""
        self._loop.stop()

    def _probe(self) -> None:
        run_if_due(self._container, self._address, lambda: self._loop.ending.wait(_ENDING_S))

    def _wait(self) -> None:
        """Waits until something listens, which the API of this process does in a moment; not for ever."""
        for _ in range(_STARTING_S):
            if listens(self._address) or self._loop.ending.wait(1):
                return


def run_if_due(container: Container, address: str, ending: Callable[[], bool] = lambda: False) -> bool:
    """Runs the scheduled round when it is due and nobody else has begun it; whether it did.

    `ending` is asked when a question found no answer: that of a server which is ending is no outage, and the round is
    forgotten. Rounds kept for longer than `KEPT_DAYS` go. Raises StoreError.
    """
    probes, every_s = container.store.probes, container.settings.probes.every_s
    if not probes.due(every_s) or not probes.begin(every_s):
        return False
    run = ask(container, address, every_s=every_s)
    if any(result.outcome is ProbeOutcome.UNANSWERED for result in run.results) and ending():
        return False
    keep(container, run)
    probes.purge(container.clock.now() - timedelta(days=KEPT_DAYS))
    return True
