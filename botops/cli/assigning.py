"""`botops prompts assign`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from botops.cli.context import json_option, open_container, project_settings

if TYPE_CHECKING:
    from botops.domain.messages import Language


@click.command()
@click.argument("name")
@click.argument("lead")
@click.option("--dialogue", help="The dialogue, where variants are dealt to dialogues.")
@click.option("--channel", help="As web or telegram.")
@click.option("--language", type=click.Choice(["ru", "kk", "en"]))
@click.option("--region")
@click.option("--source", help="Where the lead came from.")
@click.option("--returning/--new", default=None, help="Else as the store knows it.")
@json_option
def assign(
    name: str,
    lead: str,
    dialogue: str | None,
    channel: str | None,
    language: Language | None,
    region: str | None,
    source: str | None,
    returning: bool | None,
    as_json: bool,
) -> None:
    """Say which version of prompt NAME the client LEAD gets now, and by which experiment.

    What is not said of the client is not known, and matches no targeting. Nothing is logged.
    """
    from botops.app.prompts.serving import assignment_for
    from botops.app.releases.auditing import label
    from botops.domain.prompts import Lead

    facts = Lead(lead, dialogue, channel, language, region, source, returning)
    with open_container(project_settings(), role="reader") as container:
        found = assignment_for(container, name, facts)
    if as_json:
        row = {
            "name": found.ref.name, "version": found.ref.version, "checksum": found.ref.checksum,
            "experiment": found.experiment, "variant": found.variant if found.variant >= 0 else None,
            "bucket": found.bucket, "unit": found.unit,
        }  # fmt: skip
        click.echo(json.dumps(row, ensure_ascii=False))
        return
    if found.experiment is None:
        how = "no experiment decides on it"
    elif found.variant < 0:
        how = f"takes no part in {found.experiment}"
    else:
        how = f"{found.experiment}, variant {found.variant}, bucket {found.bucket}"
    click.echo(f"{label(name, found.ref.version)}: {how}")
