"""Means of paired dialogues: cost, latency, tokens and graded scores before and after, and what could be chance.

The interval is a bootstrap of the paired differences (Efron, "Better bootstrap confidence intervals", JASA 82, 1987),
the p-value a permutation test of their signs (Fisher, "The Design of Experiments", 1935), both as in scipy and from a
fixed seed, so that the same two runs always say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Literal

LEAST_PAIRS = 10
"""A bootstrap of fewer pairs gives intervals that are too narrow to be trusted."""
_MOST_CORRECTED = 2_000
"""Pairs up to which the interval is corrected for bias and skewness (BCa); with more the percentiles agree with it."""
_DRAWN = 20_000_000
"""Values drawn at most for one interval: 9,999 resamples of up to 2,000 pairs, fewer of more."""
_SEED = 20_260_101

Unit = Literal["$", "s", "tokens", "score"]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a dialogue took: dollars, mean seconds of its turns, tokens; and by check the grade it was given. None is
    not known."""

    usd: float | None = None
    seconds: float | None = None
    tokens: float | None = None
    scores: Mapping[str, float] = field(default_factory=dict)

    def by_name(self) -> dict[str, float]:
        """The known values by the name of what was measured."""
        named = {"cost": self.usd, "latency": self.seconds, "tokens": self.tokens}
        known = {name: value for name, value in named.items() if value is not None}
        return {**known, **{f"score {check}": value for check, value in self.scores.items()}}


NOTHING = Measured()
"""Nothing is known."""


@dataclass(frozen=True, slots=True)
class MeanChange:
    """A mean over dialogues before and after. `what` is cost, latency, tokens or `score` and a check.

    `low` and `high` are the ends of the 95 % bootstrap interval of the difference; they and the p-values are None with
    fewer than `LEAST_PAIRS` pairs. `p_adjusted` is after Holm's correction over all checks and means.
    """

    what: str
    unit: Unit
    pairs: int
    before: float
    after: float
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    p_adjusted: float | None = None

    @property
    def changed(self) -> bool:
        """True when there is a difference at all."""
        return self.before != self.after

    @property
    def percent(self) -> float | None:
        """The difference in percent of what was before; None when that was nothing."""
        return 100 * (self.after / self.before - 1) if self.before else None


def mean_changes(pairs: Iterable[tuple[Measured, Measured]]) -> tuple[MeanChange, ...]:
    """The mean of everything that was measured on both sides, in the order it first appears."""
    columns: dict[str, list[tuple[float, float]]] = {}
    for before, after in pairs:
        known = after.by_name()
        for what, value in before.by_name().items():
            if what in known:
                columns.setdefault(what, []).append((value, known[what]))
    return tuple(_change(what, column) for what, column in columns.items())


def _change(what: str, column: Sequence[tuple[float, float]]) -> MeanChange:
    units: dict[str, Unit] = {"cost": "$", "latency": "s", "tokens": "tokens"}
    mean = MeanChange(
        what, units.get(what, "score"), len(column), fmean(b for b, _ in column), fmean(a for _, a in column)
    )
    if len(column) < LEAST_PAIRS:
        return mean
    differences = [after - before for before, after in column]
    low, high, p = _chance(differences)
    return MeanChange(what, mean.unit, mean.pairs, mean.before, mean.after, low, high, p)


def _chance(differences: Sequence[float]) -> tuple[float, float, float]:
    """The ends of the interval of the mean difference, and its two-sided p-value."""
    if not any(differences):
        return 0.0, 0.0, 1.0
    import numpy as np  # noqa: PLC0415 - a second of start-up, spent only where something did change
    from scipy.stats import bootstrap, permutation_test  # noqa: PLC0415

    sample = np.asarray(differences)
    resamples = max(999, min(9_999, _DRAWN // len(sample)))
    batch = max(1, 1_000_000 // len(sample))
    low = high = float(sample[0])
    if np.ptp(sample) > 0:
        interval = bootstrap(
            (sample,), np.mean, n_resamples=resamples, batch=batch, rng=_SEED,
            method="BCa" if len(sample) <= _MOST_CORRECTED else "percentile",
        ).confidence_interval  # fmt: skip
        low, high = float(interval.low), float(interval.high)
    signs = permutation_test(
        (sample,), np.mean, permutation_type="samples", n_resamples=resamples, batch=batch, rng=_SEED
    )
    return low, high, float(signs.pvalue)
