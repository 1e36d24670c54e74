"""The assignment of `botops.split` among the methods of experiments: the same numbers, answered as a result."""

from __future__ import annotations

from dataclasses import dataclass

from botops import split
from botops.split import assign

__all__ = ["Bucketed", "assign", "bucket"]


@dataclass(frozen=True, slots=True)
class Bucketed:
    """The bucket of a unit, 0..9999."""

    bucket: int


def bucket(seed: str, unit: str) -> Bucketed:
    """The bucket of a unit by GrowthBook's hash version 2. Raises ValueError for an empty seed or unit."""
    return Bucketed(split.bucket(seed, unit))
