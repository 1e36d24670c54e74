"""`botops pricebook`: import, lint, diff, releases and the text put into prompts."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from botops.cli.book_param import BOOK
from botops.cli.book_releases import history, list_books, propose, publish, rollback
from botops.cli.context import counted, format_option, json_option
from botops.cli.impact import impact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from botops.domain.messages import Language
    from botops.pricebook import ImportResult

_BOOK = click.Path(exists=True, dir_okay=False, path_type=Path)
_language = click.option("--language", type=click.Choice(["ru", "kk", "en"]), default="ru", show_default=True)


@click.group()
def pricebook() -> None:
    """Import, compare, lint and release price books; tell what a change touches.

    A BOOK is a file, or `live`, the number or the name of one in the project's folder.
    """


for _command in (impact, propose, publish, rollback, list_books, history):
    pricebook.add_command(_command)


@pricebook.command("import")
@click.argument("table", type=_BOOK)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the book here; default stdout.")
@click.option(
    "--column", "columns", multiple=True, metavar="HEADER=FIELD", help="Which column is what; guessed if absent."
)
@click.option("--currency", metavar="CODE", help="Currency of prices that name none; default that of --keep, else KZT.")
@click.option("--sheet", help="Sheet of a workbook; default the one open when it was saved.")
@click.option("--keep", type=BOOK, help="Book whose offers, policies and aliases stay.")
@click.option("--skip-unusable", is_flag=True, help="Leave rows out that cannot be used, and say which and why.")
@format_option
def import_(
    table: Path,
    out: Path | None,
    columns: tuple[str, ...],
    currency: str | None,
    sheet: str | None,
    keep: Path | None,
    skip_unusable: bool,
    form: str,
) -> int:
    """Make a price book (YAML) from a price list: TABLE is a CSV or XLSX file. Exit code 2 when a row is unusable and
    --skip-unusable does not leave it out, or when the list names another currency over its prices and --currency does
    not say which they are in. The prices of rows left out are not in the book."""
    from botops.pricebook import dump, import_table, load

    mapping = dict(_assignment(c) for c in columns)
    kept = load(keep) if keep else None
    usual = currency or (kept.currency if kept is not None else "KZT")
    _ask(table, sheet, usual, asked=currency is None and "currency" not in mapping.values())
    result = import_table(table, mapping or None, currency=usual, sheet=sheet, keep=kept, skip_unusable=skip_unusable)
    _tell(result, form)
    if result.book is None:
        return 2
    text = dump(result.book)
    if out is None:
        click.echo(text, nl=False)
    elif out.exists():
        raise click.UsageError(f"{out} is there already: compare first (botops pricebook diff), then move it away")
    else:
        out.write_text(text, encoding="utf-8")
    return 0


def _tell(result: ImportResult, form: str) -> None:
    """What is wrong with the rows of a list, what was read of it, and which rows are not in the book."""
    from botops.domain.problems import render_problems

    left_out = [replace(p, level="warning", message=f"row left out: {p.message}") for p in result.left_out]
    if problems := [*result.problems, *left_out]:
        click.echo(render_problems(problems, "github" if form == "github" else "text"), err=True)
    report = result.report
    read = ", ".join(f"{header} → {field}" for header, field in report.columns.items())
    click.echo(f"{report.rows} rows, {report.products} products, {report.prices} prices; read: {read}", err=True)
    if report.unused:
        names = ", ".join(f"`{header[:60]}`" for header in report.unused[:20])
        click.echo(f"columns not read: {names}; say what each column holds with --column HEADER=FIELD", err=True)
    if report.skipped:
        click.echo(f"rows without a price: {_lines(report.skipped)}", err=True)
    if left_out:
        skipped = sorted({p.line for p in left_out})
        click.echo(
            f"{counted(len(skipped), 'row')} left out, their prices are not in the book: {_lines(skipped)}", err=True
        )
    elif unusable := {p.line for p in result.problems if p.level == "error" and p.line and p.rule != "no-prices"}:
        hint = "correct the list, or go on without them: --skip-unusable"
        click.echo(f"{counted(len(unusable), 'row')} cannot be used, no book was made: {hint}", err=True)


def _lines(lines: Sequence[int]) -> str:
    return ", ".join(map(str, lines[:20])) + (" …" if len(lines) > 20 else "")


def _ask(table: Path, sheet: str | None, usual: str, *, asked: bool) -> None:
    """Names the sheets that are left unread and the day that stands over the prices, and asks for the currency where
    only a person can say it."""
    from botops.app.pricebooks.price_list import doubts
    from botops.domain.errors import UserError

    try:
        found = doubts(table, sheet, usual)
    except UserError:
        return  # what is wrong with the file is said when it is read
    if found.unread:
        names = ", ".join(f"`{name}`" for name in found.unread)
        click.echo(f"other sheets with prices are not read: {names}; read one with --sheet NAME", err=True)
    if found.day is not None:
        day, cell = found.day
        click.echo(
            f"the list says `{cell[:60]}`, and the book does not: if its prices hold from {day:%Y-%m-%d} on, add "
            "`valid_from` to them, or a column `Действует с` to the list",
            err=True,
        )
    if asked and found.currency is not None:
        code, cell = found.currency
        raise click.UsageError(
            f"the list says `{cell[:60]}`: are its prices in {code} or in {usual}? Say it: --currency {code} or "
            f"--currency {usual}"
        )


@pricebook.command()
@click.argument("book", type=BOOK)
@format_option
@click.option("--rules", is_flag=True, help="Show how each offer and policy sentence was understood.")
@json_option
def lint(book: Path, form: str, rules: bool, as_json: bool) -> int:
    """Check a price book: errors give exit code 1, warnings alone 0."""
    from botops.domain.problems import render_problems
    from botops.pricebook import lint as lint_book

    problems = lint_book(book)
    if as_json:
        click.echo(json.dumps([asdict(p) for p in problems], ensure_ascii=False, indent=1))
    elif problems:
        click.echo(render_problems(problems, "github" if form == "github" else "text"))
    errors = sum(p.level == "error" for p in problems)
    if rules and not errors and not as_json:
        _show_rules(book)
    click.echo(f"{counted(errors, 'error')}, {counted(len(problems) - errors, 'warning')}", err=True)
    return int(errors > 0)


@pricebook.command()
@click.argument("old", type=BOOK)
@click.argument("new", type=BOOK)
@_language
@json_option
def diff(old: Path, new: Path, language: str, as_json: bool) -> int:
    """What changes from OLD to NEW. Exit code 1 when anything does."""
    from botops.pricebook import diff as compare
    from botops.pricebook import load

    report = compare(load(old), load(new))
    lines = report.lines(cast("Language", language))
    click.echo(json.dumps(lines, ensure_ascii=False, indent=1) if as_json else "\n".join(lines) or "no differences")
    return int(not report.empty)


@pricebook.command()
@click.argument("book", type=BOOK)
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day; default today.")
@_language
def show(book: Path, on: object, language: str) -> None:
    """The price table as prompts get it on a day."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from botops.app.clock import SystemClock
    from botops.pricebook import load, price_table

    loaded = load(book)
    day = on.date() if isinstance(on, datetime) else SystemClock().now().astimezone(ZoneInfo(loaded.timezone)).date()
    click.echo(price_table(loaded, day, cast("Language", language)))


def _show_rules(book: Path) -> None:
    from botops.app.checks.extensions import extensions_of
    from botops.app.pricebooks.rules import book_rules
    from botops.claims import NO_EXTENSIONS, compile_book
    from botops.config import FILE_NAME, load_settings
    from botops.pricebook import load

    own = extensions_of(load_settings()) if Path(FILE_NAME).exists() else NO_EXTENSIONS
    for rule in book_rules(compile_book(load(book), own)):
        mark = "understood" if rule.understood else "NOT UNDERSTOOD"
        read = "; ".join(part for part in (rule.subject, *rule.values, *rule.conditions) if part)
        click.echo(f"{rule.source}: {rule.text}\n    {mark}{': ' + read if rule.understood else ''}")


def _assignment(text: str) -> tuple[str, str]:
    header, equals, field = text.rpartition("=")
    if not equals or not header or not field:
        raise click.UsageError(f"--column {text!r} is not HEADER=FIELD, as in --column Цена=amount")
    return header, field
