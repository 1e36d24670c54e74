"""Daily costs from a table of one's own: a day and an amount in each row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from botops.app.delimited import Delimited, Line
from botops.costs.forecast import DayCost
from botops.domain.errors import UserError
from botops.domain.problems import Problem

FIELDS = ("date", "cost")
MOST_PROBLEMS = 50
_LOCAL_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+\.\d+")
_UNCLEAR = re.compile(r"[1-9]\d{0,2},\d{3}")
_LARGEST = Decimal(10) ** 15


def read_history(name: str, raw: bytes, columns: Mapping[str, str], encoding: str | None = None) -> tuple[DayCost, ...]:
    """The days of a table with the columns `date` and `cost`, in order; rows of one day are added up.

    `columns` names the headers of the two where they are called otherwise. A day is written as 2026-11-20, 20.11.2026
    or as a moment, of which the day counts. Raises UserError with every row that cannot be used, at its place.
    """
    table = Delimited(name, raw, encoding)
    table.read_as(FIELDS, FIELDS, columns)
    days: dict[date, Decimal] = {}
    problems: list[Problem] = []
    for line in table:
        if isinstance(line, Problem):
            problems.append(line)
            continue
        try:
            day = _day(_cell(table, line, "date"))
        except ValueError as error:
            problems.append(table.problem(line, "date", str(error)))
            continue
        try:
            cost = _amount(_cell(table, line, "cost"))
        except ValueError as error:
            problems.append(table.problem(line, "cost", str(error)))
            continue
        days[day] = days.get(day, Decimal(0)) + cost
    if problems:
        raise UserError(problems=problems[:MOST_PROBLEMS])
    if not days:
        raise UserError(f"{name}: no day in it; give rows of a date and a cost")
    return tuple(DayCost(day, days[day]) for day in sorted(days))


def _cell(table: Delimited, line: Line, field: str) -> str:
    place = table.columns[field]
    return line.cells[place].strip() if place < len(line.cells) else ""


def _day(text: str) -> date:
    local = _LOCAL_DAY.fullmatch(text)
    try:
        if local is not None:
            day, month, year = map(int, local.groups())
            return date(year, month, day)
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise ValueError(f"`{_shown(text)}` is no day: write it as 2026-11-20 or 20.11.2026") from None


def _amount(text: str) -> Decimal:
    """A plain number. A comma alone is a decimal one, unless it may as well separate thousands."""
    digits = re.sub(r"[\s\u00a0\u202f]", "", text)
    if _UNCLEAR.fullmatch(digits):
        whole, part = digits.split(",")
        raise ValueError(f"`{_shown(text)}` can be read in two ways: write {whole}{part} or {whole}.{part}")
    plain = digits.replace(",", "") if _GROUPED.fullmatch(digits) else digits.replace(",", ".", 1)
    try:
        cost = Decimal(plain)
    except InvalidOperation:
        raise ValueError(f"`{_shown(text)}` is no amount: write it as 12.34, without a currency") from None
    if not cost.is_finite() or cost >= _LARGEST:
        raise ValueError(f"`{_shown(text)}` is no amount a day can cost")
    if cost < 0:
        raise ValueError(f"`{_shown(text)}` is below zero: a day costs 0 or more; take credits out of the table")
    return cost


def _shown(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 40 else f"{plain[:40]}…"
