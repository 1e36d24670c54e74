"""Options by which commands read chat exports, and how an export was understood, told on stderr."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from botops.cli.context import counted
from botops.cli.params import Day

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from botops.app.imports.reading import ExportReader
    from botops.channels.exports import Export

_FORMATS = ("botops", "json", "table", "whatsapp", "telegram")
_ORDERS = ("dmy", "mdy", "ymd")
_MOST_NAMES = 6


def export_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command that reads exports; `export_reader` takes them."""
    options = (
        click.option(
            "--from", "source", type=click.Choice(_FORMATS),
            help="What the files are: botops' own JSON lines, other JSON, a table (CSV, XLSX), an export of WhatsApp "
            "(.txt, .zip) or Telegram (result.json, messages.html). Else told by their names and beginnings.",
        ),
        click.option("--bot", "bots", multiple=True, metavar="NAME", help="Who in an export is the bot. Else guessed."),
        click.option(
            "--column", "columns", multiple=True, metavar="FIELD=HEADER",
            help="Which column holds what: text, author, talk, at, time, or client and bot side by side.",
        ),
        click.option("--dates", type=click.Choice(_ORDERS), help="The order of day, month and year. Else guessed."),
        click.option(
            "--undated", type=Day(), metavar="DAY", help="Take dialogues that tell no time for those of this day."
        ),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def export_reader(
    source: str | None, bots: tuple[str, ...], columns: tuple[str, ...], dates: str | None, undated: date | None
) -> ExportReader:
    """What reads files as the options say. Raises click's BadParameter."""
    from datetime import datetime, time

    from botops.app.imports.reading import ExportReader
    from botops.channels.exports import Choice

    named: dict[str, str] = {}
    for text in columns:
        field, equals, header = text.partition("=")
        if not equals or not header.strip():
            raise click.BadParameter(f"{text!r}: write FIELD=HEADER", param_hint="--column")
        named[field.strip()] = header
    choice = Choice(source, named, dates, bots=bots)  # type: ignore[arg-type]  # click has checked both
    return ExportReader(choice, datetime.combine(undated, time()) if undated else None, _tell)


def _tell(export: Export) -> None:
    """What an export was taken for, so that a wrong guess is seen."""
    if export.dialogues:
        return
    bots = [author for author, role in export.roles.items() if role == "assistant"]
    said = [f"{export.file}: {export.form}, {counted(len(export.said), 'message')}", f"the bot is {_names(bots)}"]
    if export.columns:
        said.append("columns " + ", ".join(f"{field}={header}" for field, header in export.columns.items()))
    if export.order is not None and not export.order_certain:
        said.append(f"dates are read as {export.order}; say --dates if that is wrong")
    if export.undated:
        said.append(f"{counted(export.undated, 'message')} without a time (--undated DAY)")
    skipped = Counter(export.skipped).total()
    if skipped:
        said.append(f"{counted(skipped, 'entry', 'entries')} without words left out")
    click.echo("; ".join(said), err=True)


def _names(bots: list[str]) -> str:
    if not bots:
        return "nobody: say who with --bot NAME"
    return ", ".join(bots[:_MOST_NAMES]) + (" …" if len(bots) > _MOST_NAMES else "")
