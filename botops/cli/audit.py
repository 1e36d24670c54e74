"""`botops audit`."""

from __future__ import annotations

import click

from botops.cli.context import json_option, open_reading, project_settings


@click.command()
@click.option(
    "--subject", metavar="SUBJECT", help="Only this: prompt:NAME, pricebook, experiment:SEED, person:NAME, store …"
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Most entries shown.")
@json_option
def audit(subject: str | None, limit: int, as_json: bool) -> None:
    """Who did what to what clients get, when and why: the newest first.

    Steps that stand in a release file and not in the log (another machine's, or of a process that was killed) are shown
    with the mark `reconciled`; the next step anybody takes adds them.
    """
    from botops.app.releases.auditing import entries
    from botops.cli.rows import show_log

    settings = project_settings()
    with open_reading(settings) as (registry, store):
        found = entries(settings, registry, store, subject, most=limit)
    show_log(found, as_json=as_json)
