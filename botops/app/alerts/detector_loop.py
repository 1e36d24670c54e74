"""The detectors, in a thread of their own: they read and reckon for longer than what must be seen within seconds may
wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.app.alerts.watching import AlertWatch
from botops.app.looping import Loop

if TYPE_CHECKING:
    from botops.app.container import Container

EVERY_S = 15.0
"""Seconds between two looks at the detectors, which judge anew once a minute."""


class DetectorLoop:
    """Looks at the detectors again and again."""

    def __init__(self, container: Container, every_s: float = EVERY_S) -> None:
        self._container = container
        self._watch: AlertWatch | None = None
        self._loop = Loop("detectors", every_s, [(1, "judging by detectors", self._look)], container.metrics)

    def start(self) -> None:
        """Starts the thread."""
        self._loop.start()

    def stop(self) -> None:
        """Ends it after what it is doing."""
        self._loop.stop()

    def _look(self) -> None:
        if not self._container.store.leads():  # of several processes over one store one judges
            return
        if self._watch is None:
            from botops.app.alerts.detecting import SOURCE, Detecting  # takes long to load: numpy

            self._watch = AlertWatch(self._container, [Detecting(self._container)], name=SOURCE)
        self._watch.look()
