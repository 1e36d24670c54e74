"""The look-out for alerts, in a thread of its own: it must notice when the watch loop does not come round."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from botops.app.alerts.conditions import Looks
from botops.app.alerts.sources import sources
from botops.app.alerts.watching import AlertWatch
from botops.app.looping import Loop
from botops.app.seed import under_way

if TYPE_CHECKING:
    from botops.app.container import Container

log = logging.getLogger(__name__)

EVERY_S = 5.0
"""Seconds between two looks."""
REST = 20.0
"""A source may take one part in so many of the time, whatever the size of the store."""


class AlertLoop:
    """Looks at every source again and again."""

    def __init__(self, container: Container, every_s: float = EVERY_S) -> None:
        self._looks = Looks(container)
        self._container, self._store = container, container.store
        self._watch = AlertWatch(container, sources(container, self._looks), rest=REST)
        duties = ((1, "watching the clock", self._begin), (1, "looking for alerts", self._look))
        self._loop = Loop("alerts", every_s, duties, container.metrics)

    def _begin(self) -> None:
        jump = self._looks.begin()
        if jump is not None:
            log.warning("the clock was set by %.0f s: windows and ages are counted on as before", jump.total_seconds())

    def _look(self) -> None:
        # Of several processes over one store one looks: what each alone can see would come and go with who looked last.
        # Half of the demo's past is not judged: a hand-off is kept a moment before its seller comes.
        if self._store.leads() and not under_way(self._container):
            self._watch.look()

    def start(self) -> None:
        """Starts the thread."""
        self._loop.start()

    def stop(self) -> None:
        """Ends it after what it is doing."""
        self._loop.stop()

    def quiet_s(self) -> float:
        """Seconds since it last came round."""
        return self._loop.quiet_s()
