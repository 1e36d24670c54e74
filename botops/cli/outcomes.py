"""`botops outcomes` and `botops feedback`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from botops.cli.context import format_option, json_option, open_container, project_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from botops.app.container import Container
    from botops.app.delimited import Delimited
    from botops.app.outcomes import TableReport

MOST_SHOWN = 200
"""Problems shown of one file: nobody reads more."""
_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
_columns = click.option(
    "--column", "columns", multiple=True, metavar="FIELD=HEADER", help="Which column holds a field; repeatable."
)
_encoding = click.option("--encoding", help="As utf-8 or windows-1251; else it is told from the file.")


@click.group()
def outcomes() -> None:
    """Take in what became of leads, and list it."""


@outcomes.command("import")
@_file
@_columns
@click.option(
    "--stage", "stages", multiple=True, metavar="THEIRS=STAGE",
    help="What a stage of your CRM is: qualified, won, lost or skip; repeatable.",
)  # fmt: skip
@click.option("--currency", help="Currency of amounts that name none; default the company's.")
@_encoding
@json_option
@format_option
def import_outcomes(
    file: Path,
    columns: tuple[str, ...],
    stages: tuple[str, ...],
    currency: str | None,
    encoding: str | None,
    as_json: bool,
    form: str,
) -> int:
    """Take in outcomes from a CSV table; FILE may be - for stdin.

    Columns: lead, stage (qualified, won, lost), at, and where there are such amount, currency, id, source. They are
    found by these names; --column lead=Клиент says another one. Separators are ; , tab or |. A time without an offset
    is in the company's time zone, a day without a time its end. Handing the same table in twice changes nothing. Exit
    code 2 when rows could not be used; the others are kept.
    """
    from botops.app import outcomes as taking

    mapped = _pairs(stages, "--stage", "Выиграно=won")

    def take(container: Container, table: Delimited, chosen: Mapping[str, str]) -> TableReport:
        return taking.import_outcomes(container, table, chosen, stages=mapped, currency=currency)

    return _import(file, columns, encoding, take, what="lead", as_json=as_json, form=form)


@outcomes.command("list")
@click.option("--lead", help="Only of this lead.")
@click.option("--limit", type=click.IntRange(1, 1000), default=200, show_default=True, help="The latest of all leads.")
def list_(lead: str | None, limit: int) -> None:
    """Print outcomes as a JSON list: all of one lead in their order, or the latest."""
    with open_container(project_settings(), role="reader") as container:
        store = container.store.outcomes
        found = store.of_lead(lead) if lead is not None else store.latest(limit)
    rows = [
        {
            "id": o.id,
            "lead": o.lead_id,
            "stage": o.stage.value,
            "at": o.at.isoformat(),
            "amount": None if o.amount is None else str(o.amount.amount),
            "currency": None if o.amount is None else o.amount.currency,
            "source": o.source,
        }
        for o in found
    ]
    click.echo(json.dumps(rows, ensure_ascii=False, indent=1))


@click.group()
def feedback() -> None:
    """Take in ratings of dialogues."""


@feedback.command("import")
@_file
@_columns
@_encoding
@json_option
@format_option
def import_feedback(file: Path, columns: tuple[str, ...], encoding: str | None, as_json: bool, form: str) -> int:
    """Take in ratings from a CSV table; FILE may be - for stdin.

    Columns: dialogue_id, rating (1 to 5), and where there are such turn_id, reason, voice (client, manager), by, at,
    id. Without an id of yours a later rating by the same person replaces the earlier one. Exit code 2 when rows could
    not be used; the others are kept.
    """
    from botops.app import outcomes as taking

    return _import(file, columns, encoding, taking.import_feedback, what="dialogue", as_json=as_json, form=form)


def _import(
    file: Path,
    columns: tuple[str, ...],
    encoding: str | None,
    take: Callable[[Container, Delimited, Mapping[str, str]], TableReport],
    *,
    what: str,
    as_json: bool,
    form: str,
) -> int:
    from botops.app.delimited import MAX_BYTES, Delimited
    from botops.domain.problems import render_problems

    chosen = _pairs(columns, "--column", "lead=Клиент" if what == "lead" else "dialogue_id=Диалог")
    if str(file) == "-":
        name, raw = "stdin", sys.stdin.buffer.read(MAX_BYTES + 1)
    else:
        with file.open("rb") as stream:
            name, raw = str(file), stream.read(MAX_BYTES + 1)
    table = Delimited(name, raw, encoding)
    with open_container(project_settings(), role="side") as container:
        report = take(container, table, chosen)
    if report.problems:
        shown = report.problems[:MOST_SHOWN]
        click.echo(render_problems(shown, "github" if form == "github" else "text"), err=True)
        if len(report.problems) > MOST_SHOWN:
            click.echo(f"… and {len(report.problems) - MOST_SHOWN} more", err=True)
    if report.unread:
        click.echo(f"columns nothing was read from: {', '.join(report.unread)}", err=True)
    _say(report, what, as_json=as_json)
    return 2 if report.problems else 0


def _say(report: TableReport, what: str, *, as_json: bool) -> None:
    counts = {delivery.value: count for delivery, count in report.deliveries.items()}
    if as_json:
        row = {"new": 0, "known": 0, **counts, "unknown": report.unknown, "skipped": report.skipped}
        click.echo(json.dumps(row | {"rejected": len(report.problems)}))
        return
    said = [f"{counts.get('new', 0)} new, {counts.get('known', 0)} known already"]
    said += [f"{counts[name]} {name}" for name in ("replaced", "outdated") if name in counts]
    said += [f"{report.skipped} skipped"] if report.skipped else []
    said += [f"{len(report.problems)} not usable"] if report.problems else []
    click.echo(", ".join(said))
    if report.unknown:
        click.echo(f"{report.unknown} of {what}s not in the store: kept, they may come later", err=True)


def _pairs(texts: tuple[str, ...], option: str, example: str) -> dict[str, str]:
    pairs = {}
    for text in texts:
        left, equals, right = text.partition("=") if option == "--column" else text.rpartition("=")
        if not (left and equals and right):
            raise click.UsageError(f"{option} {text!r} is not of the form {example}")
        pairs[left] = right
    return pairs
