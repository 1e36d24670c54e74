"""Every source of alerts of an installation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.app.alerts.conditions import RULES, conditions
from botops.app.alerts.lost_channels import RULE, LostChannels
from botops.app.probing.source import ProbeSource
from botops.monitor.probe_alerts import BUDGET_SPENT, FAILING, MISSED

if TYPE_CHECKING:
    from botops.app.alerts.conditions import Looks
    from botops.app.container import Container
    from botops.domain.alerts import AlertSource


def sources(container: Container, looks: Looks | None = None) -> tuple[AlertSource, ...]:
    """The sources looked at in the serving process, in this order. `looks` is given by who looks in rounds."""
    return (LostChannels(container), ProbeSource(container), *conditions(container, looks))


def rules() -> tuple[str, ...]:
    """The names of all rules an alert can be of, those of detectors included."""
    from botops.app.alerts.detecting import RULES as UNUSUAL  # takes long to load: numpy

    return tuple(sorted({*RULES, RULE, FAILING, MISSED, BUDGET_SPENT, *UNUSUAL.values()}))
