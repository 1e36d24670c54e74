"""`botops store`."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

import click

from botops.cli.context import by_option, counted, json_option, open_container, project_settings, reason_option

if TYPE_CHECKING:
    from botops.store.erasure import Erased

dry_option = click.option("--dry-run", is_flag=True, help="Only say what would be removed.")


@click.group()
def store() -> None:
    """Care of what is kept: forget a client, end old dialogues, count sums anew. May run beside the bot."""


@store.command()
@click.argument("lead")
@dry_option
@by_option
@reason_option
@json_option
def erase(lead: str, dry_run: bool, by: str, reason: str, as_json: bool) -> None:
    """Forget a client: everything kept about LEAD goes, dialogues, outcomes and ratings.

    The audit log keeps that it was done, under the SHA-256 of the id. Backups made before and cases copied into suites
    hold the client's words still.
    """
    from botops.app.care import erase_lead, kept_of

    with open_container(project_settings(), role="side") as container:
        found = kept_of(container, lead) if dry_run else erase_lead(container, lead, by=by, reason=reason)
    _tell(found, "would be removed" if dry_run else "removed", as_json=as_json)


@store.command()
@click.option("--before", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day that is kept.")
@by_option
@reason_option
@json_option
def purge(before: datetime, by: str, reason: str, as_json: bool) -> None:
    """Remove dialogues older than a day of the company's; hourly sums stay. `privacy.keep_days` does it every day."""
    from zoneinfo import ZoneInfo

    from botops.app.care import purge as purge_before

    settings = project_settings()
    moment = before.replace(tzinfo=ZoneInfo(settings.company.timezone))
    with open_container(settings, role="side") as container:
        removed = purge_before(container, moment, by=by, reason=reason)
    _tell(removed, "removed", as_json=as_json)


@store.command()
@json_option
def rebuild(as_json: bool) -> None:
    """Count every hourly sum anew from the turns. Screens show old sums until it is done; nothing is lost."""
    with open_container(project_settings(), role="side") as container:
        hours = container.store.rebuild_roll_ups()
    click.echo(json.dumps({"hours": hours}) if as_json else f"{counted(hours, 'hour')} counted anew")


def _tell(erased: Erased, what: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(erased)))
        return
    parts = [
        counted(erased.dialogues, "dialogue"),
        counted(erased.turns, "turn"),
        counted(erased.outcomes, "outcome"),
        counted(erased.ratings, "rating"),
    ]
    click.echo(f"{', '.join(parts)} {what}")
