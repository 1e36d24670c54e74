"""The dead man: a sign of life to an address outside, which raises the alarm when it no longer comes.

Whatever botops could say about its own death, it cannot say it. So it says that it lives, and only while it would
notice trouble and could tell somebody: background work comes round, the store takes writes, a channel gets through.
Of several processes over one store the one that leads gives it: the others' would hide that it is stuck.
"""

from __future__ import annotations

import http.client
import logging
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from botops import __version__
from botops.app.looping import Loop
from botops.config.alerting import ALERTMANAGER
from botops.domain.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from botops.app.container import Container

log = logging.getLogger(__name__)

EVERY_S = 60.0
"""Seconds between two signs of life: what watches for them should wait for several."""
STUCK_AFTER_S = 300.0
"""Seconds after which background work that did not come round is taken to be stuck."""
_TIMEOUT_S = 10.0


class Heartbeat:
    """Gives a sign of life every minute, in a thread of its own; none where no address is set.

    `quiet` are the loops of this process by name: for how many seconds each has not come round.
    """

    def __init__(
        self, container: Container, quiet: Mapping[str, Callable[[], float]], every_s: float = EVERY_S
    ) -> None:
        self._container = container
        self._quiet = quiet
        self._url = container.settings.alerts.watchdog_url
        self._told: str | None = None
        beat = (1, "giving a sign of life", self.beat)
        self._loop = Loop("heartbeat", every_s, [beat], container.metrics, at_once=[beat])

    def start(self) -> None:
        """Starts the thread, when an address is set."""
        if self._url is not None:
            self._loop.start()

    def stop(self) -> None:
        """Ends it."""
        self._loop.stop()

    def beat(self) -> bool:
        """Gives a sign of life, if there is one to be given; whether it arrived. What stands against it is said in the
        log, once."""
        try:
            if not self._container.store.leads():
                return False
            fault = self._fault()
        except StoreError as error:
            fault = str(error)
        if fault is None and self._url is not None:
            fault = _send(self._url)
        if fault is not None and fault != self._told:
            log.error("no sign of life is given: %s", fault)
        elif fault is None and self._told is not None:
            log.warning("signs of life are given again")
        self._told = fault
        return fault is None

    def _fault(self) -> str | None:
        """Why this installation would not notice trouble, or could tell nobody; None when it would and could. Raises
        StoreError."""
        for name, quiet_s in self._quiet.items():
            if quiet_s() > STUCK_AFTER_S:
                return f"{name} has not come round for {quiet_s():.0f} s"
        self._container.store.heartbeats.note()
        health = self._container.store.outbox.health()
        asked = self._container.settings.alerts
        ways = {*asked.channels, *([ALERTMANAGER] if asked.alertmanager is not None else [])}
        if ways and ways <= {one.name for one in health if one.failing_since is not None}:
            return f"no channel gets through: {', '.join(sorted(ways))}"
        return None


def _send(url: str) -> str | None:
    """Asks for an address; why it did not answer, None when it did."""
    request = urllib.request.Request(url, headers={"User-Agent": f"botops/{__version__}"})  # noqa: S310 - http(s) only
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S):  # noqa: S310
            return None
    except urllib.error.HTTPError as error:
        return f"alerts.watchdog_url answers {error.code}"
    except http.client.HTTPException as error:  # its text may hold the address
        return f"alerts.watchdog_url does not answer as HTTP does: {type(error).__name__}"
    except (OSError, ValueError) as error:
        return f"alerts.watchdog_url does not answer: {getattr(error, 'reason', None) or error}"
