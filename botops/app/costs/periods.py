"""Periods that costs are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.periods import Period, period

if TYPE_CHECKING:
    from botops.app.container import Container


def this_month(container: Container) -> Period:
    """The calendar month so far in the company's time zone, up to the end of this hour."""
    today = container.clock.now().astimezone(ZoneInfo(container.settings.company.timezone)).date()
    return period(container, today.day)
