"""What an unquoted YAML scalar means: the YAML 1.2 core schema, with exact numbers.

`no`, `on`, `12:30` and dates are text; only `true`/`false` are booleans; `1.10` is `Decimal("1.10")`. Digits that begin
with a zero (`007`, a SKU) stay text, since reading them as a number would lose the zeros. `.inf` and `.nan` are text.
"""

from __future__ import annotations

import re
from decimal import Decimal

Scalar = str | int | Decimal | bool | None

LONGEST_NUMBER = 40
"""Digits a number may have; more is a mistake or an attack (Python's own limit raises from 4,300 on)."""
LARGEST_EXPONENT = 30
"""Powers of ten a number may have: `1e999999999` is nine bytes that take a gigabyte to write out."""

_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)", re.ASCII)
_PREFIXED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_MAY_START_A_NUMBER = frozenset("+-.0123456789")


class NumberTooLargeError(ValueError):
    """A number literal outside the limits."""


def resolve(text: str) -> Scalar:
    """The value of a plain scalar. Raises NumberTooLargeError."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _MAY_START_A_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return integer(text)
    if _PREFIXED.fullmatch(text):
        _refuse_long(text)
        return int(text, 0)
    if _DECIMAL.fullmatch(text):
        return decimal(text)
    return text


def integer(text: str) -> int:
    """A whole number. Raises NumberTooLargeError."""
    _refuse_long(text)
    return int(text)


def decimal(text: str) -> Decimal:
    """An exact fraction, trailing zeros kept. Raises NumberTooLargeError."""
    _refuse_long(text)
    value = Decimal(text)
    if abs(value.adjusted()) > LARGEST_EXPONENT:
        raise NumberTooLargeError(f"the number {text} is out of range: write at most {LARGEST_EXPONENT} digits")
    return value


def _refuse_long(text: str) -> None:
    if len(text) > LONGEST_NUMBER:
        raise NumberTooLargeError(
            f"a number of {len(text)} characters: write at most {LONGEST_NUMBER}, or put quotes around it if it is text"
        )
