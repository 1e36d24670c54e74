"""The shape of daily costs: level, growth and weekdays, fitted so that a single wild day does not bend it.

The model is a quasi-Poisson regression with a log link (McCullagh & Nelder, Generalized Linear Models, ch. 9): a day's
cost has the mean exp(level + growth · weeks + weekday) and a variance in proportion to the mean, so days without any
cost need no special care and the fitted days add up to the real ones. Weekdays and growth have normal priors centred
on zero (ridge), which is what keeps a short history from inventing a shape. Days far off (by their residual against
the median residual) lose their weight step by step; older days weigh less. Growth is damped into the future (Gardner &
McKenzie 1985). Constants were chosen on simulated histories, see `benchmarks/forecast.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

HALF_LIFE = 42.0
"""Days after which a day weighs half."""
WEEKDAY_SPREAD = 0.7
"""Prior standard deviation of a weekday's log factor: two in three weekdays lie within half and twice the usual."""
GROWTH_SPREAD = 0.08
"""Prior standard deviation of the growth a week, on the log scale."""
DAMPING = 0.98
"""What is left of the growth after each day ahead."""
SHIFT_SPREAD = 0.5
"""Prior standard deviation of a lasting change of the level, on the log scale."""
SHIFT_DAYS = 7
"""Days before and after a change of the level that it takes to be told from a wild day."""
SHIFT_EVIDENCE = 12.0
"""Score statistic (chi-square of one degree) from which a change is taken to be real: about one in two hundred quiet
histories has one, looked at on all its days."""
DRIFT = 0.04
"""How far the level wanders in a week beyond what the growth tells, on the log scale."""
FAR_OFF = 3.5
"""Median residuals (scaled to standard deviations) from which a day loses weight; at twice that it has none."""
MOST_FAR_OFF = 1 / 8
"""With a larger share of days far off they are no incidents but how the money is spent (a few busy days among empty
ones): none is left out then."""
PRIOR_DAYS, PRIOR_VARIANCE = 3.0, 0.03
"""How many days the prior dispersion counts for, and it: a day varies by a sixth when nothing is known."""
_FLOOR = 0.05
_STEPS = 25
_LIMIT = 12.0
_NEAR = 1e-6


@dataclass(frozen=True, slots=True)
class Shape:
    """What was fitted. `coefficients` are the log level of the last day, growth a week, seven weekday factors and,
    where the level changed for good, by how much.

    Costs are in multiples of `unit`. `dispersion` is the variance of a day over its mean. `weights` tell how far each
    day was counted (0: left out as far off); `fitted` are the days' means, in the unit costs came in. `shifted` is the
    first day of the new level, None when it did not change.
    """

    coefficients: Array
    covariance: Array
    dispersion: float
    unit: float
    weights: Array
    fitted: Array
    shifted: int | None = None

    @property
    def shift(self) -> float:
        """What the new level is of the old one, less one: 0.5 is half as much again; 0 without a change."""
        return float(math.expm1(self.coefficients[9])) if self.shifted is not None else 0.0

    @property
    def growth(self) -> float:
        """Growth a week as a share: 0.03 is three percent."""
        return float(math.expm1(self.coefficients[1]))

    @property
    def growth_shown(self) -> bool:
        """True when growth is more than chance: 1.64 of its standard deviations from none."""
        return bool(abs(self.coefficients[1]) > 1.64 * math.sqrt(self.covariance[1, 1]))

    @property
    def weekdays(self) -> tuple[float, ...]:
        """Monday to Sunday: each day's cost against the mean of the seven."""
        factors = np.exp(self.coefficients[2:9])
        return tuple(float(f) for f in factors / factors.mean())


@dataclass(frozen=True, slots=True)
class Ahead:
    """The days to come: each one's mean and the relative standard deviation of a single day and of the sum."""

    days: Array
    day_sd: Array
    total: float
    total_sd: float


def fit(costs: Array, weekdays: Array, known: Array) -> Shape | None:
    """The shape of consecutive days. `weekdays` are 0 (Monday) to 6, `known` is 0 for days that are missing.

    None when no day has a cost.
    """
    positive = costs[(costs > 0) & (known > 0)]
    if positive.size == 0:
        return None
    unit = float(np.median(positive))
    scaled = costs / unit
    age = np.arange(len(costs), dtype=np.float64) - (len(costs) - 1.0)
    design = _design(age / 7.0, weekdays)
    prior = np.diag([1e-4, GROWTH_SPREAD**-2] + [WEEKDAY_SPREAD**-2] * 7)
    weights = known * 0.5 ** (-age / HALF_LIFE)
    fitted = _first(scaled, design, prior, weights)
    shifted = _shifted(scaled, design, prior, weights, fitted)
    if shifted is not None:
        after = (np.arange(len(costs)) >= shifted).astype(np.float64)
        design = np.column_stack([design, after])
        prior = np.pad(prior, (0, 1))
        prior[9, 9] = SHIFT_SPREAD**-2
        known_after = after * known > 0
        off = np.log(np.maximum(scaled, _FLOOR)) - np.clip(design[:, :9] @ fitted.coefficients, -_LIMIT, _LIMIT)
        start = np.append(fitted.coefficients, np.median(off[known_after]) - np.median(off[(after == 0) & (known > 0)]))
        fitted = _refined(scaled, design, prior, weights, start, leave_out=fitted.leaves_out)
    means = np.exp(np.clip(design @ fitted.coefficients, -_LIMIT, _LIMIT))
    return Shape(fitted.coefficients, fitted.covariance, fitted.dispersion, unit, fitted.trust, means * unit, shifted)


def look_ahead(shape: Shape, weekdays: Array, parts: Array | None = None, skipped: int = 0) -> Ahead:
    """The days after the last fitted one and `skipped` more. `parts` are the shares of them that count (1: whole)."""
    steps = np.arange(1, len(weekdays) + 1, dtype=np.float64) + skipped
    weeks = DAMPING * (1 - DAMPING**steps) / (1 - DAMPING) / 7.0
    design = _design(weeks, weekdays)
    if shape.shifted is not None:
        design = np.column_stack([design, np.ones(len(weekdays))])
    means = np.exp(np.clip(design @ shape.coefficients, -_LIMIT, _LIMIT))
    shares = np.ones(len(weekdays)) if parts is None else parts
    left = means * shares
    total = float(left.sum())
    drift = DRIFT**2 * steps / 7.0
    single = np.einsum("ij,jk,ik->i", design, shape.covariance, design) + drift
    day_sd = np.sqrt(single + shape.dispersion / np.maximum(left, 1e-9))
    if total <= 0:
        return Ahead(left * shape.unit, day_sd, 0.0, 0.0)
    gradient = (left[:, None] * design).sum(axis=0) / total
    variance = gradient @ shape.covariance @ gradient + (left * drift).sum() / total + shape.dispersion / total
    return Ahead(left * shape.unit, day_sd, total * shape.unit, float(np.sqrt(variance)))


def _design(weeks: Array, weekdays: Array) -> Array:
    rows = np.zeros((len(weekdays), 9))
    rows[:, 0] = 1.0
    rows[:, 1] = weeks
    rows[np.arange(len(weekdays)), 2 + weekdays.astype(int)] = 1.0
    return rows


@dataclass(frozen=True, slots=True)
class _Fitted:
    coefficients: Array
    covariance: Array
    dispersion: float
    trust: Array
    leaves_out: bool


def _first(scaled: Array, design: Array, prior: Array, weights: Array) -> _Fitted:
    """The fit without a change of the level; nothing is left out where that would be more than a few days."""
    known = weights > 0
    if np.median(scaled[known]) > 0:
        start = _start(np.log(np.maximum(scaled, _FLOOR)), design, prior, weights)
        fitted = _refined(scaled, design, prior, weights, start)
        if (fitted.trust[known] < 0.5).mean() <= MOST_FAR_OFF:
            return fitted
    start = np.zeros(9)
    start[0] = math.log(max(_FLOOR, float(np.average(scaled, weights=weights))))
    return _refined(scaled, design, prior, weights, start, leave_out=False)


def _start(logs: Array, design: Array, prior: Array, weights: Array) -> Array:
    """A robust fit of the logarithms (Huber, by reweighting): convex, so no wild day can lead it astray."""
    known = weights > 0
    spread = max(0.05, _spread(logs[known] - np.median(logs[known])))
    trust: Array = np.ones(len(logs))
    found: Array = np.zeros(9)
    for _ in range(15):
        precision = weights * trust / spread**2
        before = found.copy()
        found[:] = np.linalg.solve(design.T @ (design * precision[:, None]) + prior, design.T @ (precision * logs))
        if np.abs(found - before).max() < _NEAR:
            break
        off = logs - design @ found
        spread = max(0.05, _spread(off[known]))
        trust[:] = 1.0 / np.maximum(1.0, np.abs(off) / spread)
    return found


def _refined(
    scaled: Array, design: Array, prior: Array, weights: Array, start: Array, *, leave_out: bool = True
) -> _Fitted:
    """The quasi-Poisson fit from a start; with `leave_out` days far off lose their weight."""
    found, known = start.copy(), weights > 0
    trust: Array = np.ones(len(scaled))
    dispersion = 1.0
    covariance = prior.copy()
    for _ in range(_STEPS):
        line = design @ found
        means = np.exp(np.clip(line, -_LIMIT, _LIMIT))
        off = (scaled - means) / np.sqrt(means)
        if leave_out:
            far = np.abs(off) / max(0.03, _spread(off[known]))
            trust[:] = np.clip((2 * FAR_OFF - far) / FAR_OFF, 0.0, 1.0)
        counted = weights * trust
        dispersion = _dispersion(off, counted)
        working = line + (scaled - means) / means
        precision = counted * means / dispersion
        information = design.T @ (design * precision[:, None]) + prior
        step = np.linalg.solve(information, design.T @ (precision * working)) - found
        found += np.clip(step, -1.0, 1.0)
        covariance[:] = np.linalg.inv(information)
        if np.abs(step).max() < _NEAR:
            break
    return _Fitted(found, covariance, dispersion, trust * known, leave_out)


def _shifted(scaled: Array, design: Array, prior: Array, weights: Array, fitted: _Fitted) -> int | None:
    """The day from which on the level is another, as a new price or a longer prompt makes it; None without one.

    A score test of a step on every day that has enough before and after it, on residuals that are cut off at three
    standard deviations: a wild day is no new level, a week of them is.
    """
    days = len(scaled)
    if days < 2 * SHIFT_DAYS:
        return None
    means = np.exp(np.clip(design @ fitted.coefficients, -_LIMIT, _LIMIT))
    off = (scaled - means) / np.sqrt(means)
    spread = max(0.03, _spread(off[weights > 0])) if fitted.leaves_out else math.sqrt(fitted.dispersion)
    root = np.sqrt(weights * means)
    inner = design * root[:, None]
    residuals = np.sqrt(weights) * np.clip(off, -3 * spread, 3 * spread)
    steps = (np.arange(days)[:, None] >= np.arange(SHIFT_DAYS, days - SHIFT_DAYS + 1)[None, :]) * root[:, None]
    shrunk = np.linalg.inv(inner.T @ inner + prior * spread**2)
    left = residuals - inner @ (shrunk @ (inner.T @ residuals))
    own = steps - inner @ (shrunk @ (inner.T @ steps))
    evidence = (steps.T @ left) ** 2 / np.maximum(1e-12, (steps * own).sum(axis=0)) / spread**2
    best = int(np.argmax(evidence))
    return SHIFT_DAYS + best if evidence[best] > SHIFT_EVIDENCE else None


def _dispersion(off: Array, counted: Array) -> float:
    """Variance over mean, with a prior of a few days and a correction for what was fitted to the days themselves."""
    days = float(counted.sum()) ** 2 / max(1e-12, float((counted**2).sum()))
    fitted = min(5.0, days / 3)
    seen = float((counted * off**2).sum() / max(1e-12, counted.sum())) * days / max(1.0, days - fitted)
    return max(1e-4, (PRIOR_DAYS * PRIOR_VARIANCE + days * seen) / (PRIOR_DAYS + days))


def _spread(values: Array) -> float:
    """A standard deviation that wild values do not move: the median absolute value, scaled."""
    return 1.4826 * float(np.median(np.abs(values)))
