"""Work done again and again in a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from botops.domain.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from botops.monitor import Metrics

log = logging.getLogger(__name__)

Duty = tuple[int, str, "Callable[[], object]"]
"""Every so many rounds, what it is called when it fails, and what is done."""
_LONGEST_ROUND_S = 10.0


class Loop:
    """A thread that does its duties, one after another, a round every so many seconds.

    The fault of a duty is said and counted, and keeps no other from being done: a loop that ended over one of them
    would end in silence, and with it what stops a harmful experiment or tells of trouble.
    """

    def __init__(
        self,
        name: str,
        every_s: float,
        duties: Sequence[Duty],
        metrics: Metrics,
        *,
        at_once: Sequence[Duty] = (),
        on_tick: Callable[[], None] | None = None,
    ) -> None:
        self.ending = threading.Event()
        self._every_s = every_s
        self._duties = duties
        self._metrics = metrics
        self._at_once = at_once
        self._on_tick = on_tick
        self._name = name
        self._came_round = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ends it after what it is doing."""
        self.ending.set()
        if self._thread.is_alive():
            self._thread.join(_LONGEST_ROUND_S)

    def quiet_s(self) -> float:
        """Seconds since it last came round, or was made."""
        return time.monotonic() - self._came_round

    def _run(self) -> None:
        self._note_round()
        for _, what, duty in self._at_once:
            self._do(what, duty)
        rounds = 0
        while not self.ending.wait(self._every_s):
            for every, what, duty in self._duties:
                if rounds % every == 0:
                    self._do(what, duty)
            rounds += 1
            self._note_round()
            if self._on_tick is not None:
                self._on_tick()

    def _note_round(self) -> None:
        # Not before it is started: a loop that is not wanted has no rounds to come late with.
        self._metrics.loop_round_at.labels(self._name).set_to_current_time()
        self._came_round = time.monotonic()

    def _do(self, what: str, duty: Callable[[], object]) -> None:
        try:
            duty()
        except StoreError as error:
            self._metrics.watch_errors.inc()
            log.error("%s failed, tried again in %s s: %s", what, self._every_s, error)
        except Exception:
            self._metrics.watch_errors.inc()
            log.exception("%s broke off", what)
