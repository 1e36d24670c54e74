"""`botops digest`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from botops.cli.context import json_line, json_option, open_container, project_settings
from botops.cli.params import Day

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from botops.app.container import Container
    from botops.app.digest import Digest, DigestLanguage

    Make = Callable[[Container, date, DigestLanguage], Digest]

_LANGUAGE = click.option(
    "--lang", "language", type=click.Choice(["ru", "en"]), default=None,
    help="Language; by default Russian, or English where the company speaks that first.",
)  # fmt: skip
_HTML = click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page for a browser or a mail."
)


@click.group()
def digest() -> None:
    """What a day or a week came to, on one page."""


@digest.command()
@click.option("--day", type=Day(), help="The day, as 2026-11-20; by default yesterday.")
@_LANGUAGE
@_HTML
@json_option
def daily(day: date | None, language: DigestLanguage | None, html: Path | None, as_json: bool) -> None:
    """A day: at most seven numbers, the three worst dialogues, what changed, what is due."""
    from botops.app.digest import daily as make

    _tell(make, day, 1, language, html, as_json)


@digest.command()
@click.option("--week-of", "day", type=Day(), help="A day of the week, as 2026-11-20; by default last week.")
@_LANGUAGE
@_HTML
@json_option
def weekly(day: date | None, language: DigestLanguage | None, html: Path | None, as_json: bool) -> None:
    """A week, Monday to Sunday: what was promised to clients and is not owed, for the commercial director."""
    from botops.app.digest import weekly as make

    _tell(make, day, 7, language, html, as_json)


def _tell(
    make: Make, day: date | None, back: int, language: DigestLanguage | None, html: Path | None, as_json: bool
) -> None:
    from dataclasses import asdict
    from datetime import timedelta
    from zoneinfo import ZoneInfo

    from botops.app.digest.model import spoken

    settings = project_settings()
    with open_container(settings, role="reader") as container:
        today = container.clock.now().astimezone(ZoneInfo(settings.company.timezone)).date()
        made = make(container, day or today - timedelta(days=back), language or spoken(settings.company.languages[0]))
    if html:
        html.write_text(made.page, encoding="utf-8", errors="replace")
    if as_json:
        click.echo(json_line({**asdict(made), "since": f"{made.since}", "until": f"{made.until}"}), nl=False)
    elif not html:
        click.echo(f"{made.title}\n\n{made.text}")
