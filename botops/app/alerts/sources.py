"""Every source of alerts of an installation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.app.alerts.conditions import conditions
from botops.app.alerts.lost_channels import LostChannels
from botops.app.probing.source import ProbeSource

if TYPE_CHECKING:
    from botops.app.alerts.conditions import Looks
    from botops.app.container import Container
    from botops.domain.alerts import AlertSource


def sources(container: Container, looks: Looks | None = None) -> tuple[AlertSource, ...]:
    """The sources looked at in the serving process, in this order. `looks` is given by who looks in rounds."""
    return (LostChannels(container), ProbeSource(container), *conditions(container, looks))
