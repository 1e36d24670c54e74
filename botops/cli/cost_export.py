"""`botops cost export`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

import click

from botops.cli.context import counted, open_container, project_settings
from botops.cli.cost_days import first_and_last, since_option, until_option

if TYPE_CHECKING:
    from datetime import tzinfo

    from botops.app.container import Container
    from botops.app.costs.exporting import Asked, Table
    from botops.store import CostDimension

_STDOUT = "-"


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "parquet", "focus"]),
    help="focus: FinOps FOCUS columns, as CSV, or as Parquet where FILE ends in .parquet; default: parquet for such a "
    "FILE, else csv.",
)
@since_option
@until_option
@click.option(
    "--days", type=click.IntRange(1, 3660), help="The last so many days, today included; default: this month."
)
@click.option(
    "--by",
    "dimensions",
    multiple=True,
    metavar="DIMENSION",
    help="Told by: purpose, prompt, version, experiment, variant, model, tier, channel, language, outcome; several "
    "options, or several names with commas; default: version,purpose,model,channel.",
)
@click.option("--calls", "call_by_call", is_flag=True, help="A row for each call instead of each day and group.")
@click.option("--currency", metavar="CODE", help="The second currency of amounts; default the company's.")
@click.option("--account", metavar="ID", help="FOCUS: the billing account; default the company's name.")
@click.option("--provider", metavar="NAME", help="FOCUS: who bills all models; default by the price table.")
@click.option("--focus-version", type=click.Choice(["1.4", "1.2"]), default="1.4", show_default=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="The file to write; - for CSV to stdout.",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def export(
    form: str | None,
    since: datetime | None,
    until: datetime | None,
    days: int | None,
    dimensions: tuple[str, ...],
    call_by_call: bool,
    currency: str | None,
    account: str | None,
    provider: str | None,
    focus_version: str,
    out: Path,
    force: bool,
) -> int:
    """Write costs to a file for finance: by day and dimensions, call by call, or in FOCUS columns.

    Amounts are exact: text in CSV, decimals in Parquet. Days are the company's, in FOCUS those of UTC. Every row says
    whether its calls were simulated (nobody bills them) and whose they were; FOCUS leaves simulated ones out. An
    unknown price is an empty cost. Cells a spreadsheet would run as a formula are made plain. Exit code 1 when a FOCUS
    file has rows without a cost.
    """
    from botops.app.costs.exporting import BY, Asked

    settings = project_settings()
    form = form or ("parquet" if _named_parquet(out) else "csv")
    if days is not None and (since is not None or until is not None):
        raise click.UsageError("--days counts back from today: give either --days, or --since and --until")
    if call_by_call and (form == "focus" or dimensions):
        raise click.UsageError("--calls has a row for each call: leave --by and --format focus out")
    if form == "csv" and _named_parquet(out):
        raise click.UsageError(f"{out} is named as Parquet: name a .csv file, or leave --format csv out")
    if str(out) == _STDOUT and _as_parquet(form, out):
        raise click.UsageError("Parquet cannot go to stdout: name a file")
    wanted = tuple(name.strip() for names in dimensions for name in names.split(",") if name.strip()) or BY
    with open_container(settings, role="reader") as container:
        zone = UTC if form == "focus" else ZoneInfo(settings.company.timezone)
        begins, ends = _period(container.clock.now(), zone, since, until, days)
        asked = Asked(begins, ends, cast("tuple[CostDimension, ...]", wanted), currency)
        table = _table(container, asked, form, focus_version, account, provider, call_by_call=call_by_call)
        number = _write(table, out, form, force=force)
    for note in table.notes:
        click.echo(note, err=True)
    click.echo(f"{counted(number, 'row')} written to {'stdout' if str(out) == _STDOUT else out}", err=True)
    return 1 if table.incomplete else 0


def _as_parquet(form: str, out: Path) -> bool:
    return form == "parquet" or (form == "focus" and _named_parquet(out))


def _named_parquet(out: Path) -> bool:
    return out.suffix.lower() == ".parquet"


def _period(
    now: datetime, zone: tzinfo, since: datetime | None, until: datetime | None, days: int | None
) -> tuple[datetime, datetime]:
    from botops.costs.invoices import day_bounds

    today = now.astimezone(zone).date()
    default = today.replace(day=1) if days is None else today - timedelta(days=days - 1)
    first, last = first_and_last(now, zone, since, until, default=default)
    assert first is not None  # there is a default
    begins, ends = day_bounds(first, last, zone)
    return begins, min(ends, now)


def _table(
    container: Container,
    asked: Asked,
    form: str,
    version: str,
    account: str | None,
    provider: str | None,
    *,
    call_by_call: bool,
) -> Table:
    from botops.app.costs import exporting, focus

    if form == "focus":
        billing = focus.Billing(account or container.settings.company.name, provider)
        return focus.focus_table(container, asked, billing, cast("focus.Version", version))
    return exporting.call_by_call(container, asked) if call_by_call else exporting.by_day(container, asked)


def _write(table: Table, out: Path, form: str, *, force: bool) -> int:
    from botops.app.costs.export_files import whole_file, write_csv, write_parquet
    from botops.cli.progress import progress

    if str(out) == _STDOUT:
        return write_csv(sys.stdout, table.columns, table.rows)
    with whole_file(out, force=force) as temporary, progress("rows", None) as advance:
        if _as_parquet(form, out):
            return write_parquet(temporary, table.columns, table.rows, advance)
        # A spreadsheet knows UTF-8 by its mark; what loads FOCUS wants none.
        encoding = "utf-8" if form == "focus" else "utf-8-sig"
        with temporary.open("w", encoding=encoding, newline="") as sink:
            return write_csv(sink, table.columns, table.rows, advance)
