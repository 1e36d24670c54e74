"""`botops ingest`: dialogues of another bot, into the store."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from botops.cli.context import format_option, json_option, open_container, project_settings
from botops.cli.progress import progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@format_option
def ingest(files: tuple[Path, ...], as_json: bool, form: str) -> int:
    """Take in dialogues of another bot from FILES (one JSON object a line) and judge every reply in them.

    Handing the same file in twice changes nothing. Exit code 2 when lines could not be read; the others are kept.
    """
    from botops.app import services
    from botops.domain.problems import render_problems

    totals = {"dialogues": 0, "turns": 0, "findings": 0, "skipped": 0, "rejected": 0}
    with open_container(project_settings(), role="side") as container:
        for file in files:
            with progress(file.name, file.stat().st_size) as advance:
                report = asyncio.run(
                    services.ingest(container, _lines(file, advance), origin=file.name, file=str(file))
                )
            if report.problems:
                click.echo(render_problems(report.problems, "github" if form == "github" else "text"), err=True)
            counted = (report.dialogues, report.turns, report.findings, report.skipped, len(report.problems))
            for key, count in zip(totals, counted, strict=True):
                totals[key] += count
    if as_json:
        click.echo(json.dumps(totals))
    else:
        click.echo(
            f"{totals['dialogues']} dialogues, {totals['turns']} new replies ({totals['skipped']} known already), "
            f"{totals['findings']} findings"
        )
    return 2 if totals["rejected"] else 0


def _lines(file: Path, advance: Callable[[int], None]) -> Iterator[bytes]:
    with file.open("rb") as stream:
        for line in stream:
            advance(len(line))
            yield line
