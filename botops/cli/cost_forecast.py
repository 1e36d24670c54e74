"""`botops cost forecast`."""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from botops.cli.context import json_option, open_container, project_settings, set_option
from botops.cli.money import amount, ranged
from botops.cli.params import Day, Month

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from botops.app.costs.budget_outlook import BudgetOutlook
    from botops.costs.forecast import Backtest, DayCost, Note, Projection

_WEEKDAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
_SHOWN_EVERY = 7


@click.command("forecast")
@click.option("--month", type=Month(), metavar="YYYY-MM", help="Which month; default: the present one.")
@click.option("--currency", metavar="CODE", help="A currency with a rate; default: the company's, given a rate.")
@click.option(
    "--history", "file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="Forecast a CSV table of date and cost instead of the store; - is stdin.",
)  # fmt: skip
@click.option("--as-of", type=Day(), metavar="DAY", help="With --history: forecast at the beginning of that day.")
@click.option("--column", "columns", multiple=True, metavar="FIELD=HEADER", help="With --history: which column holds "
              "date or cost; repeatable.")  # fmt: skip
@click.option("--encoding", help="With --history: as utf-8 or windows-1251; else it is told from the file.")
@click.option(
    "--confidence", type=click.FloatRange(0.5, 0.99), default=0.9, show_default=True,
    help="In how many cases of one the interval is to hold.",
)  # fmt: skip
@json_option
@set_option
def forecast_command(
    month: date | None,
    currency: str | None,
    file: Path | None,
    as_of: date | None,
    columns: tuple[str, ...],
    encoding: str | None,
    confidence: float,
    as_json: bool,
    overrides: tuple[str, ...],
) -> None:
    """What the model will have cost by the end of a month, with an interval, and how such forecasts did so far.

    The history is that of the store, or of a table of your own. Its weekdays and its growth are carried on; a single
    wild day is left out of them, and the high end leaves room for another. The back-test makes the forecast anew on
    each day of the last four weeks, from the days before it alone.
    """
    if file is not None:
        found, unit, notes = _of_file(file, month, as_of, columns, encoding, confidence, currency)
        budgets: Sequence[BudgetOutlook] = ()
    elif as_of or columns or encoding:
        raise click.UsageError("--as-of, --column and --encoding go with --history")
    else:
        found, unit, notes, budgets = _of_store(month, confidence, currency, overrides)
    if as_json:
        from botops.app.costs.forecasting import budget_json, note_json, projection_json

        row = projection_json(found, unit or None)
        row |= {"notes": [note_json(note) for note in notes], "budgets": [budget_json(one) for one in budgets]}
        click.echo(json.dumps(row, ensure_ascii=False, indent=1))
        return
    _print(found, unit, notes, budgets)


def _of_store(
    month: date | None, confidence: float, currency: str | None, overrides: tuple[str, ...]
) -> tuple[Projection, str, Sequence[Note], Sequence[BudgetOutlook]]:
    from botops.app.costs.forecasting import forecast

    with open_container(project_settings(overrides), role="reader") as container:
        found = forecast(container, month, confidence=confidence, currency=currency)
    code = found.shown(currency)
    return found.in_currency(code), code, found.notes, found.budgets


def _of_file(
    file: Path, month: date | None, as_of: date | None, columns: tuple[str, ...], encoding: str | None,
    confidence: float, currency: str | None,
) -> tuple[Projection, str, Sequence[Note]]:  # fmt: skip
    from botops.app.costs.forecasting import month_of
    from botops.costs.forecast import project

    days = _days(file, columns, encoding)
    day = as_of or days[-1].day + timedelta(days=1)
    known = [each for each in days if each.day < day]
    first, last = month_of(month or day)
    found = project(known, first, last, confidence=confidence)
    return found, currency.upper() if currency else "", found.notes


def _days(file: Path, columns: tuple[str, ...], encoding: str | None) -> Sequence[DayCost]:
    from botops.app.costs.history_file import read_history
    from botops.app.delimited import MAX_BYTES

    chosen = {}
    for text in columns:
        field, equals, header = text.partition("=")
        if not (field and equals and header):
            raise click.UsageError(f"--column {text!r} is not of the form cost=Amount")
        chosen[field] = header
    if str(file) == "-":
        name, raw = "stdin", sys.stdin.buffer.read(MAX_BYTES + 1)
    else:
        with file.open("rb") as stream:
            name, raw = str(file), stream.read(MAX_BYTES + 1)
    return read_history(name, raw, chosen, encoding)


# --- for people -------------------------------------------------------------------------------------------------------


def _print(found: Projection, unit: str, notes: Iterable[Note], budgets: Iterable[BudgetOutlook]) -> None:
    when = "on" if _running(found) else "at the beginning of"
    click.echo(f"{found.since:%Y-%m}, as known {when} {found.first}")
    click.echo(f"  spent so far        {amount(found.spent, unit)}")
    if found.rest is not None and found.total is not None:
        click.echo(f"  still to come       {ranged(found.rest, unit)}")
        click.echo(f"  by the month's end  {ranged(found.total, unit)}, in {found.confidence:.0%} of cases")
    if found.weekdays:
        told = ", ".join(f"{name} {factor:.2f}" for name, factor in zip(_WEEKDAYS, found.weekdays, strict=True))
        click.echo(f"  weekdays            {told} (1 is the mean day)")
    if found.growth is not None:
        click.echo(f"  growth a week       {found.growth:+.1%}, of {found.history_days} whole days")
    for budget in budgets:
        click.echo(f"  budget {budget.name}: {_outlook(budget)}")
    for note in notes:
        click.echo(f"  note: {note.text}")
    _print_backtest(found.backtest, unit)


def _outlook(budget: BudgetOutlook) -> str:
    of = f"{amount(budget.amount, budget.currency)} a {budget.period.value}"
    if budget.passed:
        return f"{of}, is passed: {amount(budget.spent, budget.currency)} are spent"
    if budget.expected is None or budget.low is None or budget.high is None:
        return f"{of}, nothing to tell from yet"
    whole = budget.period.value == "month"
    figures = f"{amount(budget.expected)} ({amount(budget.low)} to {amount(budget.high)})"
    said = f"{of}, comes to {figures}" if whole else f"{of}, the dearest day comes to {figures}"
    when = "passed on" if whole else "passed first on"
    if budget.passed_on is not None:
        return f"{said}: {when} {budget.passed_on}"
    if budget.passed_early is not None:
        return f"{said}: holds if all goes as expected, {when} {budget.passed_early} if it goes dear"
    return f"{said}: holds"


def _running(found: Projection) -> bool:
    return any(day.day == found.first and day.actual is not None for day in found.days)


def _print_backtest(found: Backtest, unit: str) -> None:
    if found.mape is None or found.coverage is None or found.total_mape is None:
        click.echo("\nno back-test: too few days for one")
        return
    from botops.cli.cost_tables import table

    told_in = f", in {unit}" if unit else ""
    click.echo(f"\nback-test: what was still to come at the beginning of a day, told from the days before{told_in}")
    head = ("day", "days to come", "expected", "low", "high", "came to", "error", "held")
    rows = []
    for trial in found.trials[::_SHOWN_EVERY]:
        figures = (trial.forecast.expected, trial.forecast.low, trial.forecast.high, trial.actual)
        error = "—" if trial.error is None else f"{trial.error:+.1%}"
        held = "yes" if trial.covered else "no"
        rows.append([str(trial.made_on), str(trial.days), *(amount(a) for a in figures), error, held])
    table(head, rows, right=range(1, len(head) - 1))
    click.echo(f"all {len(found.trials)} of the last four weeks: {_figures(found)}")
    if found.usual is not None:
        days = "a day" if found.unusual_days == 1 else f"{found.unusual_days} days"
        click.echo(f"without {days} that nobody could foresee: {_figures(found.usual)}")


def _figures(found: Backtest) -> str:
    if found.mape is None or found.coverage is None or found.total_mape is None:
        return "nothing is left"
    told = f"off by {found.mape:.1%} on average (MAPE), by {found.total_mape:.1%} of the four weeks' total"
    return f"{told}; the interval held {found.coverage:.0%}"
