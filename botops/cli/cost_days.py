"""Days as the commands of costs take them: from one to another, both included."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import tzinfo

_DAY = click.DateTime(["%Y-%m-%d"])
since_option = click.option("--since", type=_DAY, metavar="DAY", help="The first day (2026-11-01).")
until_option = click.option("--until", type=_DAY, metavar="DAY", help="The last day; default: today.")


def first_and_last(
    now: datetime, zone: tzinfo, since: datetime | None, until: datetime | None, *, default: date | None = None
) -> tuple[date | None, date]:
    """The first and the last day asked for; `default` stands for the first one. Raises click's UsageError."""
    today = now.astimezone(zone).date()
    first = since.date() if since is not None else default
    last = until.date() if until is not None else today
    if first is not None and first > today:
        raise click.UsageError(f"--since {first} is still to come: today is {today}")
    if first is not None and last < first:
        raise click.UsageError(f"--until {last} is before the first day, {first}")
    return first, min(last, today)
