"""How likely a variant is the best, and what choosing it may cost: shown to people, never the rule that stops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from botops.experiments.inputs import computable, numbers, positive, same_length, successes

_NODES, _DECADES = 24, 15
"""Nodes in each panel, and how many decades into the tails the panels are cut."""
_OFF = 1e-6
"""How far from 1 the probabilities may sum before the quadrature is taken to have failed."""


@dataclass(frozen=True, slots=True)
class BestOf:
    """For each variant the probability that it is the best, and the expected loss of choosing it."""

    prob_best: tuple[float, ...]
    expected_loss: tuple[float, ...]


@computable
def bayes_props(x: Sequence[int], n: Sequence[int], prior: Sequence[float] = (1, 1)) -> BestOf:
    """Independent Beta posteriors of shares: `x` of `n` for each variant, `prior` the two parameters of a common Beta.

    P(i best) = integral of f_i times the product of the others' F; expected loss of i, E[max p] - E[p_i] (Stucchio
    2015) = integral of F_i - the product of all F, both over [0, 1]. By quadrature in panels cut at quantiles of every
    posterior, not by simulation.
    """
    successes_, trials = numbers("x", x, least=2), numbers("n", n, least=2)
    same_length(("x", successes_), ("n", trials))
    shape = numbers("prior", prior, least=2)
    if len(shape) != 2:
        raise ValueError(f"prior must be the two parameters of a Beta, not {prior!r:.80}")
    up, down = positive("prior[0]", shape[0]), positive("prior[1]", shape[1])
    counted = [successes(f"x[{i}]", a, f"n[{i}]", b) for i, (a, b) in enumerate(zip(successes_, trials, strict=True))]
    above = [up + done for done, _ in counted]
    beneath = [down + total - done for done, total in counted]
    points, weights = _grid(above, beneath)
    below = np.array([beta.cdf(points, a, b) for a, b in zip(above, beneath, strict=True)])
    everyone = below.prod(axis=0)
    best = []
    for chosen, (a, b) in enumerate(zip(above, beneath, strict=True)):
        others = np.delete(below, chosen, axis=0).prod(axis=0)
        best.append(float((beta.pdf(points, a, b) * others * weights).sum()))
    if not abs(sum(best) - 1) <= _OFF:  # NaN too
        raise ArithmeticError("the posteriors are too sharp or too flat for the quadrature")
    loss = ((below - everyone) * weights).sum(axis=1)
    return BestOf(tuple(p / sum(best) for p in best), tuple(max(0.0, float(v)) for v in loss))


def _grid(above: Sequence[float], beneath: Sequence[float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points and weights of Gauss-Legendre panels over [0, 1], cut where any posterior changes: at its quantiles, by
    decades into both tails, so that a sharp posterior and an infinite density at an end are both met."""
    tails = [10.0**-k for k in range(_DECADES, 1, -1)]
    body = [k / 20 for k in range(2, 19)]
    cuts = [np.array([0.0, 1.0])]
    for a, b in zip(above, beneath, strict=True):
        cuts += [np.atleast_1d(beta.ppf([*tails, *body], a, b)), np.atleast_1d(beta.isf(tails, a, b))]
    edges = np.unique(np.concatenate(cuts))
    nodes, shares = np.polynomial.legendre.leggauss(_NODES)
    half = np.diff(edges)[:, None] / 2
    points = (edges[:-1, None] + edges[1:, None]) / 2 + half * nodes
    return points.ravel(), (half * shares).ravel()
