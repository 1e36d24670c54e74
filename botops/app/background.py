"""What runs beside the API in the serving process, in threads of its own."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from botops.app.alerts.delivering import Delivery
from botops.app.alerts.detector_loop import DetectorLoop
from botops.app.alerts.loop import AlertLoop
from botops.app.heartbeat import Heartbeat
from botops.app.probing.schedule import Probing
from botops.app.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botops.app.container import Container


@contextmanager
def background(container: Container) -> Iterator[None]:
    """The telling of people, the watch loop, the look-out for alerts, the detectors, the probes and the sign of life,
    from now to the end of the block."""
    delivery, watch, alerts = Delivery(container), Watch(container), AlertLoop(container)
    quiet = {
        "the watch loop": watch.quiet_s,
        "the look-out for alerts": alerts.quiet_s,
        "the telling of people": delivery.quiet_s,
    }
    workers = (
        delivery, watch, alerts, DetectorLoop(container), Probing(container), Heartbeat(container, quiet)
    )  # fmt: skip
    for worker in workers:
        worker.start()
    try:
        yield
    finally:
        for worker in reversed(workers):
            worker.stop()
