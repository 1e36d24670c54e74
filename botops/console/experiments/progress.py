"""How far an experiment is: who has come of the clients planned, and of how many of them the outcome is known."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from botops.app.experiments.status import ExperimentStatus
from botops.console import formats, safe
from botops.console.i18n import _
from botops.console.safe import Html, tag


def lines(status: ExperimentStatus, planned: int, zone: str) -> list[str | Html]:
    """Who has come, then what is known of them. The bar is of the outcomes known: they decide, not who came."""
    come = sum(arm.leads for arm in status.arms)
    told = _("{leads} of {planned} clients planned have come.")
    if come >= planned:
        told = _("All {planned} clients planned have come, {leads} in all.")
    said: list[str | Html] = [told.format(leads=formats.number(come), planned=formats.number(planned))]
    outcomes = status.outcomes
    if outcomes.until is not None:
        said.append(_awaited(outcomes.known, outcomes.awaited, outcomes.until.astimezone(ZoneInfo(zone))))
    return [tag("div", *(tag("div", line) for line in said), safe.bar(min(1.0, outcomes.known / planned)))]


def _awaited(known: int, awaited: int, until: datetime) -> str:
    told = _(
        "How it ended is known of {known} of them; of {n} more it is awaited, at the latest until {day}: a client may "
        "decide days later."
    )
    return told.format(known=formats.number(known), n=formats.number(awaited), day=formats.full_day(until.date()))
