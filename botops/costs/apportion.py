"""Sharing out a whole number so that the parts add up to it."""

from __future__ import annotations

from collections.abc import Sequence


def apportioned(total: int, weights: Sequence[int]) -> list[int]:
    """Whole parts of `total`, which is not negative, in the ratio of the weights; they sum to it exactly.

    Largest remainders get what rounding down leaves (Hamilton's method); of equal remainders the first. Without any
    weight above 0 the first part gets all. Raises ValueError for a negative number or no weights.
    """
    if total < 0 or not weights or any(weight < 0 for weight in weights):
        raise ValueError("a whole number that is not negative is shared out by weights that are not negative")
    whole = sum(weights)
    if whole == 0:
        return [total, *([0] * (len(weights) - 1))]
    parts = [total * weight // whole for weight in weights]
    rest = total - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for index in by_remainder[:rest]:
        parts[index] += 1
    return parts
