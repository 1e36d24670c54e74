"""Several variants at once, and whether the arms have the sizes they should."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import chi2 as chi_squared

from botops.experiments.inputs import computable, count, numbers, proportion, same_length, shares


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Adjusted p-values in the order given."""

    adjusted: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ChiSquare:
    """Pearson's statistic, its degrees of freedom and p-value."""

    chi2: float
    df: int
    p: float


@computable
def holm(p: Sequence[float]) -> Adjusted:
    """Step-down adjustment that holds the family-wise error (Holm, Scandinavian Journal of Statistics 1979)."""
    values = _p_values(p)
    order = sorted(range(len(values)), key=values.__getitem__)
    out, worst = [0.0] * len(values), 0.0
    for rank, at in enumerate(order):
        worst = max(worst, min(1.0, (len(values) - rank) * values[at]))
        out[at] = worst
    return Adjusted(tuple(out))


@computable
def bh(p: Sequence[float]) -> Adjusted:
    """Step-up adjustment that holds the false discovery rate (Benjamini and Hochberg, JRSS B 1995)."""
    values = _p_values(p)
    order = sorted(range(len(values)), key=values.__getitem__)
    out, best = [0.0] * len(values), 1.0
    for rank in range(len(values), 0, -1):
        at = order[rank - 1]
        best = min(best, values[at] * len(values) / rank)
        out[at] = best
    return Adjusted(tuple(out))


@computable
def srm_chi2(counts: Sequence[int], weights: Sequence[float]) -> ChiSquare:
    """Sample-ratio mismatch at one look: Pearson's chi-square of the counts against the shares, arms - 1 degrees.

    For the planned end only; `seq_counts` may be looked at daily. Raises ValueError when nobody was counted.
    """
    share = shares("weights", weights)
    given = numbers("counts", counts, least=2)
    same_length(("counts", given), ("weights", share))
    found = [count(f"counts[{i}]", c) for i, c in enumerate(given)]
    total = sum(found)
    if total == 0:
        raise ValueError("counts are all 0: there is nothing to compare with the weights")
    statistic = math.fsum((n - total * w) ** 2 / (total * w) for n, w in zip(found, share, strict=True))
    return ChiSquare(statistic, len(found) - 1, float(chi_squared.sf(statistic, len(found) - 1)))


def _p_values(p: Sequence[float]) -> list[float]:
    return [proportion(f"p[{i}]", v) for i, v in enumerate(numbers("p", p))]
