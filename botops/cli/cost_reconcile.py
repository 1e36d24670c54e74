"""`botops cost reconcile`."""

from __future__ import annotations

import json
import re
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

import click

from botops.cli.context import json_option, open_container, project_settings
from botops.cli.cost_tables import exact, table, whole
from botops.cli.rows import plain

if TYPE_CHECKING:
    from botops.app.costs.invoice_formats import ColumnMap, FormatName
    from botops.app.costs.reconciling import Reconciled
    from botops.costs.invoices import Line, Measure

MOST_LINES = 60
"""Lines shown; --json has them all."""
_FORMATS = ("auto", "openai-usage", "openai-costs", "mapped")
_SHARE = re.compile(r"\s*([0-9.]+)\s*%\s*")


def _tolerance(context: click.Context, option: click.Parameter, text: str) -> Decimal:
    match = _SHARE.fullmatch(text)
    try:
        share = Decimal(match[1]) / 100 if match else Decimal(text)
    except InvalidOperation:
        share = Decimal(-1)
    if not 0 <= share < 1:
        raise click.BadParameter(f"{text!r}: write a share as 0.01 or 1%", context, option)
    return share


@click.command()
@click.argument("invoice", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="auto",
    show_default=True,
    help="What the file is; else told from its headers.",
)
@click.option("--map", "pairs", multiple=True, metavar="COLUMN=FIELD", help="Which column is what; repeatable.")
@click.option(
    "--map-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A YAML file with the column map; with --map or its like it is written for the next time.",
)
@click.option(
    "--model-as",
    multiple=True,
    metavar="THEIRS=OURS",
    help="A model's name on the invoice and in the store; repeatable.",
)
@click.option(
    "--project",
    "projects",
    multiple=True,
    metavar="ID",
    help="Only rows of this project of the provider's; `none` for rows without one; repeatable.",
)
@click.option(
    "--tolerance",
    default="1%",
    show_default=True,
    callback=_tolerance,
    metavar="SHARE",
    help="How much of the invoice's figure a difference may be.",
)
@click.option("--timezone", metavar="ZONE", help="Time zone of the days of another provider's table; default UTC.")
@click.option("--decimal", type=click.Choice([".", ","]), help="Decimal mark of another provider's table.")
@click.option("--currency", metavar="CODE", help="Currency of amounts that name none; default USD.")
@click.option("--encoding", help="As utf-8 or windows-1251; else it is told from the file.")
@json_option
def reconcile(
    invoice: Path,
    form: str,
    pairs: tuple[str, ...],
    map_file: Path | None,
    model_as: tuple[str, ...],
    projects: tuple[str, ...],
    tolerance: Decimal,
    timezone: str | None,
    decimal: str | None,
    currency: str | None,
    encoding: str | None,
    as_json: bool,
) -> int:
    """Compare a provider's usage export with the calls kept here, by day and model; INVOICE may be - for stdin.

    Read as they come: OpenAI's usage and cost exports (CSV of the dashboard, JSON of the Usage and Costs API). Other
    tables by --map "Their column=field", with the fields start, end, model, item, project, requests, input_tokens
    (cached ones included), uncached_tokens, cached_tokens, cache_write_tokens, output_tokens, amount, currency. Days
    are UTC, as providers count; a model's dated name (-2025-08-07) is matched with its short one. Simulated replies
    are left out. Exit code 1 when a difference is over the tolerance, 2 when the file cannot be read.
    """
    from botops.app.costs.invoice_files import read_invoice
    from botops.app.costs.invoice_formats import keep_map
    from botops.app.costs.reconciling import reconcile_invoice, reconciled_json

    settings = project_settings()
    columns, changed = _column_map(pairs, map_file, model_as, timezone, decimal, currency, encoding)
    read = read_invoice(*_read(invoice), _form(form), columns)
    with open_container(settings, role="reader") as container:
        done = reconcile_invoice(container, read, columns=columns, projects=projects, tolerance=tolerance)
    if map_file is not None and changed:
        keep_map(map_file, columns)
        click.echo(f"the column map is kept in {map_file}", err=True)
    if as_json:
        click.echo(json.dumps(reconciled_json(done), ensure_ascii=False, indent=1))
    else:
        _show(done)
    return 1 if done.found.over else 0


def _form(form: str) -> FormatName | None:
    known: dict[str, FormatName] = {
        "openai-usage": "openai-usage", "openai-costs": "openai-costs", "mapped": "mapped",
    }  # fmt: skip
    return known.get(form)


def _read(path: Path) -> tuple[Path, bytes]:
    from botops.app.delimited import MAX_BYTES

    if str(path) == "-":
        return Path("stdin"), sys.stdin.buffer.read(MAX_BYTES + 1)
    with path.open("rb") as stream:
        return path, stream.read(MAX_BYTES + 1)


def _column_map(
    pairs: tuple[str, ...],
    map_file: Path | None,
    model_as: tuple[str, ...],
    timezone: str | None,
    decimal: str | None,
    currency: str | None,
    encoding: str | None,
) -> tuple[ColumnMap, bool]:
    """The column map of the file and the options, and whether the options add to the file."""
    from botops.app.costs.invoice_formats import FIELDS, ColumnMap, load_map
    from botops.config.wording import suggestion

    if map_file is not None and not pairs and not map_file.exists():
        raise click.UsageError(f"--map-file {map_file}: no such file; --map COLUMN=FIELD makes one")
    known = load_map(map_file) if map_file is not None else ColumnMap()
    columns = {}
    for text in pairs:
        header, equals, name = text.rpartition("=")
        if not (header and equals):
            raise click.UsageError(f"--map {text!r} is not of the form COLUMN=FIELD, for example --map Date=start")
        if name not in FIELDS:
            raise click.UsageError(f"--map {text!r}: `{name}` is no field{suggestion(name, FIELDS, others='fields')}")
        columns[name] = header
    models = dict(_pair(text) for text in model_as)
    currency = None if currency is None else currency.strip().upper()
    said = {"timezone": timezone, "decimal": decimal, "currency": currency, "encoding": encoding}
    given = {name: value for name, value in said.items() if value is not None}
    if currency is not None and not re.fullmatch("[A-Z]{3}", currency):
        raise click.UsageError(f"--currency {currency!r}: write a code as USD or KZT")
    whole_map = ColumnMap.model_validate(
        {**known.model_dump(), **given, "columns": {**known.columns, **columns}, "models": {**known.models, **models}}
    )
    return whole_map, whole_map != known


def _pair(text: str) -> tuple[str, str]:
    theirs, equals, ours = text.rpartition("=")
    if not (theirs and equals and ours):
        raise click.UsageError(f"--model-as {text!r} is not of the form THEIRS=OURS")
    return theirs, ours


def _show(done: Reconciled) -> None:
    found = done.found
    head = ["day", "model", "figure", "invoice", "store", "difference", ""]
    rows = [row for line in found.lines if line.over for row in _rows(line, done, _day(line))]
    if rows:
        table(head, rows[:MOST_LINES], right=(3, 4, 5))
        if len(rows) > MOST_LINES:
            click.echo(f"… and {len(rows) - MOST_LINES} more: --json has them all", err=True)
    period = f"{found.total.first} to {found.total.last}"
    by_model = [row for line in found.models for row in _rows(line, done, period, everything=True)]
    table(["period", *head[1:]], by_model, right=(3, 4, 5))
    for note in done.notes:
        click.echo(plain(note), err=True)
    share = f"{(done.tolerance * 100).normalize():f} %"
    if not found.over:
        click.echo(f"no day and model differs by more than {share}")
        return
    click.echo(f"{len(found.over)} of {len(found.lines)} days and models differ by more than {share}")
    for cause in done.causes:
        click.echo(f"likely: {cause.text}")
        for name, evidence in cause.evidence.items():
            click.echo(plain(f"  {name}: {evidence}"))


def _day(line: Line) -> str:
    return str(line.first) if line.first == line.last else f"{line.first} to {line.last}"


def _rows(line: Line, done: Reconciled, when: str, *, everything: bool = False) -> list[list[str]]:
    measures = [m for m in done.found.measures if everything or m in line.over]
    return [
        [when, line.model or "all models", _label(measure, done), *_figures(line, measure), _mark(line, measure)]
        for measure in measures
        if line.invoice.of(measure) is not None
    ]


def _label(measure: Measure, done: Reconciled) -> str:
    return done.currency if measure == "amount" else measure.replace("_", " ")


def _figures(line: Line, measure: Measure) -> list[str]:
    values = (line.invoice.of(measure), line.store.of(measure), line.difference(measure))
    said = exact if measure == "amount" else whole
    return ["" if value is None else said(value) for value in values]


def _mark(line: Line, measure: Measure) -> str:
    if measure not in line.over:
        return ""
    return {"both": "over", "invoice": "only on the invoice", "store": "only in the store"}[line.presence]
