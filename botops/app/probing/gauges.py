"""What the probes kept in the store say, as metrics: the same whichever process asked."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from botops.app.probing.asking import count_failing, switched_on
from botops.app.probing.standing import standing

if TYPE_CHECKING:
    from botops.app.container import Container


def refresh_probe_gauges(container: Container) -> None:
    """Brings the gauges of probes up to date; what is unknown is NaN, never 0. Raises StoreError."""
    metrics, settings = container.metrics, container.settings
    on = switched_on(settings, simulated=container.bot.model.simulated)
    metrics.probe_interval.set(settings.probes.every_s if on else 0)
    found = standing(container)
    figures = found.figures
    for gauge, value in (
        (metrics.probe_up, figures.uptime),
        (metrics.probe_right, figures.correct),
        (metrics.probe_budget, figures.uptime_budget_left),
        (metrics.probe_run_at, found.last.at.timestamp() if found.last else None),
    ):
        gauge.set(math.nan if value is None else value)
    if found.last is not None:
        count_failing(metrics, found.last)
