"""What the cells beside a price hold, by the field of their column: how each is read, and what it should have been."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from botops.pricebook.cells import amount_of, currency_of, day_of, flag_of, period_of, quantity_of, text_of


def attribute(value: Any) -> Any:
    """What tells a variant apart: yes, no and whole numbers as they are, the rest as text."""
    if isinstance(value, bool):
        return value
    return text_of(value) if isinstance(value, (str, float, datetime, date)) else value


def _floor(value: Any) -> Any:
    cell = amount_of(value)
    return cell.amount if cell else None


def _currency(value: Any) -> str | None:
    text = text_of(value)
    return currency_of(text) or text.upper()


def _period(value: Any) -> str:
    return period_of(text_of(value)) or text_of(value)


def _iso(value: Any) -> str | None:
    day = day_of(value)
    return day.isoformat() if day else None


def counted(unit: str) -> tuple[str, str | None]:
    """A unit column says either a period (`мес`) or the thing counted (`рулон`)."""
    period = period_of(unit)
    return ("unit", unit) if period is None else (period, None)


READERS: Mapping[str, Callable[[Any], Any]] = {
    "floor": _floor,
    "currency": _currency,
    "per": _period,
    "unit": text_of,
    "valid_from": _iso,
    "valid_to": _iso,
    "min_qty": quantity_of,
    "from": flag_of,
    "region": text_of,
    "segment": text_of,
}
"""What a cell of a field says; None for what it cannot be."""
WANTED = {
    "floor": "is not an amount: write a number",
    "valid_from": "is not a date: write it as 31.05.2026",
    "valid_to": "is not a date: write it as 31.05.2026",
    "min_qty": "is not a quantity: write a whole number from 1",
    "from": "is neither yes nor no: write да or нет",
}
"""What is told of a cell that says something else than its field."""
RULES = {"floor": "cell-amount", "valid_from": "cell-date", "valid_to": "cell-date", "min_qty": "cell-quantity",
          "from": "cell-flag"}  # fmt: skip
"""The names of those problems."""
