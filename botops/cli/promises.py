"""`botops promises`."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast
from zoneinfo import ZoneInfo

import click

from botops.cli.context import json_line, open_container, project_book, project_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from botops.domain.messages import Language
    from botops.domain.problems import Problem
    from botops.domain.promises import Promise

_FILE = click.Path(dir_okay=False, path_type=Path)
_STATUSES = ("supported", "contradicted", "unsupported", "not_judged")


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--price-book", type=_FILE, help="One price book for all dialogues of FILES (YAML, JSON, CSV or XLSX).")
@click.option(
    "--books",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the price books that dialogues name.",
)
@click.option("--since", metavar="WHEN", help="Only what was said since: 7d, 12h, 2w, or a day as 2026-11-01.")
@click.option("--dialogue", metavar="ID", help="Only this dialogue.")
@click.option("--status", type=click.Choice(_STATUSES), multiple=True, help="Only promises of this status; repeatable.")
@click.option("--standing", is_flag=True, help="Only promises a client can still call in today.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("--out", type=_FILE, help="Write here instead of to stdout.")
@click.option("--language", type=click.Choice(["ru", "kk", "en"]), default="ru", show_default=True)
def promises(
    files: tuple[Path, ...],
    price_book: Path | None,
    books: Path | None,
    since: str | None,
    dialogue: str | None,
    status: tuple[str, ...],
    standing: bool,
    form: str,
    out: Path | None,
    language: str,
) -> int:
    """List what was promised to clients: prices, sums, discounts, gifts, terms, dates, prices held until a day.

    Without FILES the dialogues of the store are read, with them those of JSONL files, one dialogue a line. Each promise
    says what, of which value, for which product, until when, and whether the price book bears it out. Exit code 2 when
    lines could not be read (the others are listed all the same), else 0.
    """
    from botops.app.checks.promising import as_csv, promise_row
    from botops.app.clock import SystemClock
    from botops.cli.moments import moment_before
    from botops.config import load_settings
    from botops.domain.problems import Problem, render_problems

    settings = load_settings()
    now = SystemClock().now().astimezone(ZoneInfo(settings.company.timezone))
    moment = moment_before(now, since, settings) if since else None
    problems: list[Problem] = []

    def wanted() -> Iterator[Promise]:
        source = _of_files(files, price_book, books, moment, dialogue) if files else _of_store(moment, dialogue)
        for found in source:
            if isinstance(found, Problem):
                problems.append(found)
            elif (not status or found.status.value in status) and (not standing or found.standing(now.date())):
                yield found

    rows = (promise_row(p, cast("Language", language)) for p in wanted())
    with ExitStack() as stack:
        # A spreadsheet knows UTF-8 by its mark; a pipe wants none.
        encoding = "utf-8-sig" if form == "csv" else "utf-8"
        sink = stack.enter_context(out.open("w", encoding=encoding, newline="")) if out else sys.stdout
        if form == "table":
            _table(rows, sink if out else None)
        else:
            sink.writelines(as_csv(rows) if form == "csv" else map(json_line, rows))
    if problems:
        click.echo(render_problems(problems, "text"), err=True)
    return 2 if problems else 0


def _of_files(
    files: tuple[Path, ...], price_book: Path | None, books: Path | None, since: datetime | None, dialogue: str | None
) -> Iterator[Promise | Problem]:
    from botops.app.checks.checking import BookChoice
    from botops.app.checks.extensions import NOTHING_OWN, ExtensionChoice
    from botops.app.checks.promising import promises_in_files
    from botops.config import FILE_NAME, load_settings

    own = ExtensionChoice.of(load_settings()) if Path(FILE_NAME).exists() else NOTHING_OWN
    choice = BookChoice(price_book, books, project_book())
    return promises_in_files(files, choice, since=since, dialogue=dialogue, extensions=own)


def _of_store(since: datetime | None, dialogue: str | None) -> Iterator[Promise]:
    from botops.app.checks.promising import stored_promises
    from botops.domain.errors import UserError

    with open_container(project_settings(), role="reader") as container:
        current = container.books.current()
        if current is None:
            raise UserError(f"no price book at {container.books.path}: without one no promise can be judged")
        yield from stored_promises(
            container.store.reads, current.compiled, version=current.identity, since=since, dialogue=dialogue
        )


def _table(rows: Iterable[dict[str, object]], file: TextIO | None) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for title in ("dialogue", "turn", "what", "value", "valid until", "status", "quote"):
        table.add_column(title, overflow="fold", no_wrap=title in {"turn", "valid until", "status"})
    for row in rows:
        names = ("dialogue_id", "turn", "what", "value", "valid_until", "status", "quote")
        # Text, not markup: a client's brackets must not be read as styles.
        table.add_row(*(Text("—" if row[n] is None else " ".join(str(row[n]).split())) for n in names))
    Console(file=file).print(table)
