"""`botops ingest`: dialogues of another bot, into the store."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from botops.cli.context import format_option, json_option, open_container, project_settings
from botops.cli.exports import export_options, export_reader
from botops.cli.progress import progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botops.app.checks.checking import NumberedLine


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@format_option
@export_options
def ingest(files: tuple[Path, ...], as_json: bool, form: str, **export: Any) -> int:
    """Take in dialogues of another bot from FILES (JSON lines, tables, chat exports) and judge every reply in them.

    Handing the same file in twice changes nothing. Exit code 2 when lines could not be read; the others are kept.
    """
    from botops.app import services
    from botops.domain.problems import render_problems

    totals = {"dialogues": 0, "turns": 0, "findings": 0, "skipped": 0, "rejected": 0}
    with open_container(project_settings(), role="side") as container:
        for file in files:
            reader = export_reader(**export)
            with progress(file.name, file.stat().st_size) as advance:
                places: list[int] = []
                lines = _counting(reader.lines(file), advance, places)
                report = asyncio.run(
                    services.ingest(container, lines, origin=file.name, file=str(file), place=partial(_place, places))
                )
            report.problems[:0] = reader.problems
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


def _place(places: list[int], number: int) -> int:
    """On which line of its file the n-th of the dialogues began."""
    return places[number - 1]


def _counting(lines: Iterator[NumberedLine], advance: Callable[[int], None], places: list[int]) -> Iterator[bytes]:
    for number, line in lines:
        advance(len(line))
        places.append(number)
        yield line
