"""The types a prompt's variables may have."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

Scalar = str | int | Decimal | bool


class VariableType(StrEnum):
    """What a variable holds."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    CHOICE = "choice"


_WORDS = {"true": True, "false": False}
_LONGEST_NUMBER = 40


def coerce(value: Any, kind: VariableType, choices: tuple[str, ...] = ()) -> Any:
    """`value` as a type: text from a command line counts when it reads as that type without loss.

    Raises ValueError with what is expected.
    """
    match kind:
        case VariableType.TEXT:
            return _expect(value, isinstance(value, str), "a text")
        case VariableType.CHOICE:
            return _expect(value, value in choices, f"one of {', '.join(choices)}")
        case VariableType.BOOLEAN:
            known = _WORDS.get(value, value) if isinstance(value, str) else value
            return _expect(known, isinstance(known, bool), "true or false")
        case VariableType.INTEGER:
            number = _number(value)
            return int(_expect(number, number == number.to_integral_value(), "a whole number"))
        case VariableType.NUMBER:
            number = _number(value)
            return int(number) if isinstance(value, int) else number
        case VariableType.DATE:
            return _date(value)


def _expect(value: Any, fits: bool, what: str) -> Any:
    if not fits:
        raise ValueError(f"expected {what}, not {_shown(value)}")
    return value


def _number(value: Any) -> Decimal:
    fits = isinstance(value, int | float | Decimal | str) and not isinstance(value, bool)
    text = str(_expect(value, fits, "a number"))
    try:
        number = Decimal(text) if len(text) <= _LONGEST_NUMBER else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    plausible = number.is_finite() and abs(number.adjusted()) < _LONGEST_NUMBER
    return Decimal(_expect(number if plausible else value, plausible, "a number"))


def _date(value: Any) -> date:
    if isinstance(value, date):
        return date(*_expect(value, not isinstance(value, datetime), "a date without a time").timetuple()[:3])
    try:
        return date.fromisoformat(_expect(value, isinstance(value, str) and len(value) == 10, "a date"))
    except ValueError as error:
        raise ValueError(f"expected a date like 2026-01-31, not {_shown(value)}") from error


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
