"""Amounts as the terminal shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from botops.costs.forecast import Interval


def amount(value: Decimal, unit: str = "") -> str:
    """An amount with its unit: two decimals, three digits of what is less than one, as far as it has them."""
    digits = 2 if value >= 1 or not value else 2 - value.adjusted()
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int):
        digits = min(digits, max(2, -exponent))  # 0.93 rounded before is not known to be 0.930
    return f"{value:,.{digits}f} {unit}".strip()


def ranged(found: Interval, unit: str = "") -> str:
    """What is expected, and from where to where it may lie."""
    return f"{amount(found.expected, unit)} ({amount(found.low)} to {amount(found.high, unit)})"
