"""Exchange rates from a file: YAML or JSON as in the settings, or a table as a bank or a spreadsheet gives it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from botops.config import load, read_text
from botops.config.model_prices import DatedRate, RateFile
from botops.domain.errors import UserError
from botops.domain.problems import Problem

_COLUMNS = ("since", "currency", "per_usd", "source")
_MAX_BYTES = 4_000_000
"""A century of days in a few currencies."""


def load_rates(path: Path) -> tuple[DatedRate, ...]:
    """Rates from a file; a table (`.csv`) has the columns `since`, `currency`, `per_usd` and, if wanted, `source`.

    A table is split by commas or semicolons; where semicolons split, a comma may stand before the fraction. Raises
    UserError with every problem as `file:line:col`.
    """
    if path.suffix.lower() != ".csv":
        return load(path, RateFile, max_bytes=_MAX_BYTES).rates
    lines = read_text(path, max_bytes=_MAX_BYTES).splitlines()
    delimiter = ";" if lines and ";" in lines[0] else ","
    rows = csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)
    header = [name.strip().lower() for name in next(rows, [])]
    problems = _faults_of(header, str(path))
    named = not problems
    rates: list[DatedRate | None] = []
    try:
        rates.extend(
            _rate(row, header, delimiter, (str(path), rows.line_num), lines, problems)
            for row in rows
            if named and any(cell.strip() for cell in row)
        )
    except csv.Error as error:
        problems.append(
            Problem(str(path), rows.line_num, 1, "", f"no table ({error}): check the quotes", rule="syntax")
        )
    if problems:
        raise UserError(problems=problems)
    return tuple(rate for rate in rates if rate is not None)


def _faults_of(header: list[str], file: str) -> list[Problem]:
    wanted = f"the first line names the columns: {', '.join(_COLUMNS)} (currency and source may be left out)"
    missing = [name for name in ("since", "per_usd") if name not in header]
    unknown = [name for name in header if name not in _COLUMNS]
    if not missing and not unknown and len(set(header)) == len(header):
        return []
    what = f"no column {', '.join(missing)}" if missing else f"columns {', '.join(unknown or header)}"
    return [Problem(file, 1, 1, "", f"{what}: {wanted}", rule="columns")]


def _rate(
    row: list[str],
    header: list[str],
    delimiter: str,
    place: tuple[str, int],
    lines: list[str],
    problems: list[Problem],
) -> DatedRate | None:
    file, line = place
    if len(row) > len(header):
        hint = ": write a decimal point, 518.90" if delimiter == "," else ""
        message = f"{len(row)} cells, but {len(header)} columns{hint}"
        problems.append(Problem(file, line, 1, "", message, rule="columns"))
        return None
    values = {name: cell.strip() for name, cell in zip(header, row, strict=False) if cell.strip()}
    if delimiter == ";" and "per_usd" in values:
        values["per_usd"] = values["per_usd"].replace(",", ".")
    try:
        return DatedRate.model_validate(values)
    except ValidationError as error:
        for fault in error.errors():
            name = str(fault["loc"][0]) if fault["loc"] else ""
            message = _message(name, fault["type"], values)
            problems.append(
                Problem(file, line, _column(lines[line - 1], row, header, name), name, message, rule="rate")
            )
        return None


def _message(name: str, kind: str, values: Mapping[str, str]) -> str:
    if kind == "missing":
        return "is missing"
    wanted = {"since": "a day such as 2026-11-02", "per_usd": "a number above zero such as 478.50"}
    return f"must be {wanted.get(name, 'a code of three capitals such as KZT')}, not {values.get(name)!r}"


def _column(line: str, row: list[str], header: list[str], name: str) -> int:
    """Where a cell begins; the line's beginning when it is not there."""
    index = header.index(name) if name in header else len(row)
    if index >= len(row) or not row[index]:
        return 1
    return line.find(row[index], sum(len(cell) + 1 for cell in row[:index])) + 1
