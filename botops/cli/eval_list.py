"""`botops eval list`: the cases of suites, and the checks that can be asked."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import click

from botops.cli.context import json_option

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_Row = dict[str, object]


@click.command("list")
@click.argument("suites", nargs=-1, type=click.Path(path_type=Path))
@click.option("--checks", is_flag=True, help="Show the checks that can be asked instead, plug-ins' included.")
@click.option("--case", "ids", multiple=True, metavar="PATTERN", help="Only ids that fit, as in promo-*.")
@click.option("--tag", "tags", multiple=True, help="Only what has one of these tags.")
@json_option
def list_cases(
    suites: tuple[Path, ...], checks: bool, ids: tuple[str, ...], tags: tuple[str, ...], as_json: bool
) -> None:
    """Show the cases of SUITES and what is expected of each, or with --checks what can be expected."""
    if checks == bool(suites):
        raise click.UsageError("name suites, or ask for --checks")
    rows = [
        row
        for row in (_checks() if checks else _cases(suites))
        if (not ids or any(fnmatchcase(str(row["check" if checks else "case"]), pattern) for pattern in ids))
        and (not tags or set(tags) & set(row["tags"]))  # type: ignore[call-overload]  # `tags` is a list of texts
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    _print(rows, ("check", "label", "about", "tags", "languages", "needs_llm") if checks else _CASE_COLUMNS)


_CASE_COLUMNS = ("suite", "case", "turns", "tags", "checks")


def _cases(suites: Iterable[Path]) -> list[_Row]:
    from botops.evals.suite import read_suite

    return [
        {
            "suite": suite.name,
            "case": case.id,
            "turns": len(case.lines) or (case.client.patience if case.client else 0),
            "tags": list(case.tags),
            "checks": sorted({e.check.id for e in case.expectations}),
        }
        for suite in map(read_suite, suites)
        for case in suite.cases
    ]


def _checks() -> list[_Row]:
    from botops.evals.checks.catalogue import installed

    return [
        {
            "check": check.id,
            "label": dict(check.label),
            "about": check.about,
            "tags": list(check.tags),
            "languages": list(check.languages),
            "needs_llm": check.needs_llm,
            "parameters": sorted(field.alias or name for name, field in check.params.model_fields.items()),
            "written_alone": check.params.short,
        }
        for check in installed()
    ]


def _print(rows: Sequence[_Row], columns: Sequence[str]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in columns:
        table.add_column(title.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row[column]) for column in columns))
    Console().print(table)


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value["en"]) if isinstance(value, dict) else str(value)
