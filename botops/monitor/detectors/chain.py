"""How often a CUSUM alarms by chance: its run length as a Markov chain.

A CUSUM adds a score a portion, never falls below 0 and alarms above its threshold (Page, Biometrika 41, 1954). Brook
and Evans (Biometrika 59, 1972, 539-549) put its height on a lattice: with T the chances to get from height to height
without an alarm, the expected portions until an alarm from every height are (I - T)^-1 1. Scores between two lattice
points are split over both so that the mean stays; with steps of `STEP` this adds at most STEP²/4 to a score's
variance.

Everything here is exact arithmetic on given chances, no simulation: the same input gives the same threshold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

STEP = 0.05
"""Distance of two heights of the lattice, in units of the score."""
TOP = 240
"""Highest threshold, in steps: 12 units, beyond one false alarm in a thousand years for a log-likelihood ratio."""
_LONGEST = 1e12
_GUESSES = 4


@dataclass(frozen=True, slots=True)
class Chain:
    """A CUSUM's scores in one or several worlds that may be the true one, each as likely as the others.

    `chances[world, effect, TOP + d]` is the probability of a step of d lattice points; `effects` are equally likely
    states of a day (a busy one, a bad one), which all portions of the day share.
    """

    chances: NDArray[np.float64]
    portions_a_day: int = 1
    _known: dict[int, float] = field(default_factory=dict, repr=False, compare=False)

    def days_between(self, height: float) -> float:
        """Expected days from one false alarm to the next at a threshold of `height`, the worlds averaged by their
        frequency of alarms. Above the lattice the logarithm goes on as a straight line, as it does for every CUSUM
        (Siegmund, Sequential Analysis, 1985, chapter II)."""
        steps = height / STEP
        low = min(TOP - 20, max(0, math.floor(steps)))
        high = TOP if low == TOP - 20 else low + 1
        at_low, at_high = (math.log(self._days(level)) for level in (low, high))
        share = (steps - low) / (high - low)
        return float(min(_LONGEST, math.exp(min(math.log(_LONGEST), at_low + share * (at_high - at_low)))))

    def threshold(self, days: float) -> float:
        """The lowest height with at least `days` between false alarms. Where one portion can say no more than the
        lattice holds, its top."""
        low, high, tried = -1, TOP, 0
        guess = min(TOP - 1, round(math.log(max(2.0, days)) * 0.7 / STEP))
        while high - low > 1:
            found = self._days(guess)
            low, high = (low, guess) if found >= days else (guess, high)
            # ln of the days grows by about 1 with every unit of a log-likelihood ratio: a few such guesses mostly do.
            near = guess + (round(math.log(days / found) / STEP) or (-1 if found >= days else 1))
            guess = min(high - 1, max(low + 1, near)) if tried < _GUESSES else (low + high) // 2
            tried += 1
        return high * STEP

    def _days(self, level: int) -> float:
        if level not in self._known:
            self._known[level] = self._worked_out(level)
        return self._known[level]

    def _worked_out(self, level: int) -> float:
        heights = np.arange(level + 1)
        moves = self.chances[..., heights[None, :] - heights[:, None] + TOP]
        moves[..., 0] = np.cumsum(self.chances, axis=-1)[..., TOP - heights]
        day = np.linalg.matrix_power(moves, self.portions_a_day).mean(axis=1)
        left = np.eye(level + 1) - day
        lengths = np.linalg.solve(left, np.ones((*left.shape[:-1], 1)))[:, 0, 0]
        return float(1 / np.mean(1 / np.clip(lengths, 1.0, _LONGEST)))


def steps(scores: ArrayLike, chances: ArrayLike) -> NDArray[np.float64]:
    """The chances of every step of the lattice, from those of scores; scores beyond it count as its ends."""
    places = np.clip(np.asarray(scores, float) / STEP, -TOP, TOP)
    lower = np.floor(places).astype(np.int64)
    upper_part = places - lower
    weights = np.asarray(chances, float)
    size = 2 * TOP + 2
    below = np.bincount(lower + TOP, weights * (1 - upper_part), minlength=size)
    return np.asarray(below + np.bincount(lower + TOP + 1, weights * upper_part, minlength=size))
