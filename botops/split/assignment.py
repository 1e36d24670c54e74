"""From a bucket to a variant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from botops.split.hashing import BUCKETS, bucket

OUTSIDE = -1
"""The variant of a unit that the coverage leaves out."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """Where a unit fell: its bucket, 0..9999, and the index of its variant, `OUTSIDE` when it takes no part."""

    bucket: int
    variant: int


def assign(seed: str, unit: str, weights: Sequence[int], coverage: int) -> Assigned:
    """The variant of a unit.

    `weights` are basis points per variant, in order, summing to 10000; `coverage` is the share of each variant's range
    that takes part, in basis points. Variant j holds the buckets b with start_j <= b < start_j + weights_j x coverage /
    10000, where start_j is the sum of the earlier weights; both sides are multiplied by 10000, so nothing is rounded.
    Each range grows from its own start: raising the coverage brings units in and moves none between variants.

    Raises ValueError for an empty seed or unit, weights that are not whole basis points summing to 10000, and a
    coverage outside 0..10000.
    """
    _check(weights, coverage)
    at = bucket(seed, unit)
    start = 0
    for variant, weight in enumerate(weights):
        if start <= at < start + weight:
            inside = (at - start) * BUCKETS < weight * coverage
            return Assigned(at, variant if inside else OUTSIDE)
        start += weight
    raise AssertionError("weights that sum to 10000 cover every bucket")


def _check(weights: Sequence[int], coverage: int) -> None:
    if isinstance(weights, str | bytes) or not isinstance(weights, Sequence) or not weights:
        raise ValueError("weights must be a list with one whole number of basis points per variant")
    for index, weight in enumerate(weights):
        if type(weight) is not int:
            raise ValueError(f"weights[{index}] must be a whole number of basis points, not {weight!r}")
        if weight < 0:
            raise ValueError(f"weights[{index}] must not be negative, not {weight}")
    if sum(weights) != BUCKETS:
        raise ValueError(f"weights must sum to {BUCKETS} basis points, not {sum(weights)}")
    if type(coverage) is not int or not 0 <= coverage <= BUCKETS:
        raise ValueError(f"coverage must be a whole number of basis points from 0 to {BUCKETS}, not {coverage!r}")
