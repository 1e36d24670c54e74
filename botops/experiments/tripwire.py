"""Harm shown by exact counts: a test that is valid from the first lead on, for leads that are few or harm that is
plain."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import rel_entr

from botops.experiments.inputs import inside, proportion, successes

_CONTROL = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7)
_EXCESS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64)
"""The harms the evidence is looked for at: the control's share, and how far beyond the margin the treatment's lies."""
_MOST = 0.99
_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class HarmTest:
    """`log_e` is the natural logarithm of the evidence for harm beyond the margin; `p` = min(1, 1/e)."""

    log_e: float
    p: float


def harm_exact(x_a: int, n_a: int, x_b: int, n_b: int, margin: float = 0.0, share: float = 0.5) -> HarmTest:
    """Evidence that the treatment's share exceeds the control's by more than `margin`: an e-process, exact at any
    number of leads and at every look (Turner, Ly and Grünwald, Journal of Statistical Planning and Inference 230, 2024,
    arXiv 2106.02693; nulls of a least difference: Turner and Grünwald, arXiv 2203.09785).

    `x` of `n` leads were harmed; `share` is the treatment's part of the leads dealt to the two arms, as it was set. A
    lead falls into arm b with that probability and is harmed with probability p_a or p_b; the null is the convex set
    p_b <= p_a + margin. For a harm (q_a, q_b) beyond it let (r_a, r_b) be its nearest point of the null, the one with
    the least (1 - share) KL(q_a, r_a) + share KL(q_b, r_b). Then the product over leads of q(outcome)/r(outcome)
    expects at most 1 under every (p_a, p_b) of the null, and so does its average over the grid of harms used here. By
    Ville's inequality, whoever acts once `p` <= alpha errs with probability alpha at most over the whole life of the
    experiment, provided each lead's outcome is known when it is counted.

    What the sizes of the arms say by themselves is taken out: the product is divided by exp(n KL(n_b/n, share)), the
    most it can expect given the sizes alone (maximum of E_a^n_a E_b^n_b where (1 - share) E_a + share E_b <= 1). So
    leads that were not dealt as set are never taken for harm; where they were, it costs next to nothing.
    """
    done_a, units_a = _seen("x_a", x_a, "n_a", n_a)
    done_b, units_b = _seen("x_b", x_b, "n_b", n_b)
    log_e = float(log_evidence(done_a, units_a, done_b, units_b, margin, share))
    return HarmTest(log_e, math.exp(min(0.0, -log_e)))


def log_evidence(
    x_a: ArrayLike, n_a: ArrayLike, x_b: ArrayLike, n_b: ArrayLike, margin: float, share: float
) -> NDArray[np.float64]:
    """`log_e` of `harm_exact` for arrays of counts of one shape, unchecked."""
    factors = _factors(proportion("margin", margin), inside("share", share))
    harmed_a, all_a, harmed_b, all_b = (np.asarray(counts, float) for counts in (x_a, n_a, x_b, n_b))
    if not factors.size:  # a margin that no share can exceed
        return np.full(all_a.shape, -math.inf)
    # Of each harm of the grid; their mean is taken by its logarithm, the greatest term set apart.
    terms = np.stack([harmed_a, all_a - harmed_a, harmed_b, all_b - harmed_b], axis=-1) @ factors
    greatest = terms.max(axis=-1)
    mean = greatest + np.log(np.exp(terms - greatest[..., None]).mean(axis=-1))
    sizes = rel_entr(all_a, (all_a + all_b) * (1 - share)) + rel_entr(all_b, (all_a + all_b) * share)
    return np.asarray(mean - sizes)


@lru_cache(maxsize=64)
def _factors(margin: float, share: float) -> NDArray[np.float64]:
    """ln q/r of a lead of each arm that was harmed and that was not, for every harm of the grid."""
    grid = [(q, q + margin + more) for q in _CONTROL for more in _EXCESS if q + margin + more <= _MOST]
    q_a, q_b = (np.array([pair[arm] for pair in grid]) for arm in (0, 1))
    r_a = _nearest(q_a, q_b, margin, share)
    r_b = r_a + margin
    return np.log([q_a / r_a, (1 - q_a) / (1 - r_a), q_b / r_b, (1 - q_b) / (1 - r_b)])


def _nearest(q_a: NDArray[np.float64], q_b: NDArray[np.float64], margin: float, share: float) -> NDArray[np.float64]:
    """r_a of the null's point nearest to each harm, by bisection: on the null's edge the divergence is convex, and its
    slope changes its sign between q_a and q_b - margin."""
    low, high = q_a.copy(), q_b - margin
    for _ in range(_HALVINGS):
        r_a = (low + high) / 2
        r_b = r_a + margin
        slope = (1 - share) * (r_a - q_a) / (r_a * (1 - r_a)) + share * (r_b - q_b) / (r_b * (1 - r_b))
        low, high = np.where(slope < 0, r_a, low), np.where(slope < 0, high, r_a)
    return (low + high) / 2


def _seen(x_name: str, x: float, n_name: str, n: float) -> tuple[int, int]:
    """As `successes`, but an arm may be empty: it shows nothing."""
    return (0, 0) if n == 0 == x else successes(x_name, x, n_name, n)
