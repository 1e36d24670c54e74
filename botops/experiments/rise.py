"""Has a share risen since a change? Looked at after every new unit, alarmed by what is shown, never by what is not."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import betaincc, betainccinv, betaln

from botops.experiments.inputs import count, inside, not_negative, successes


@dataclass(frozen=True, slots=True)
class Rise:
    """The share before and after, the share that a harmless change would not pass (`bound`), and the always-valid
    p-value of "the share after is at most `bound`". `before` is None without a unit before, `after` without one after.
    """

    before: float | None
    after: float | None
    bound: float
    p: float
    shown: bool


def share_rise(x_a: int, n_a: int, x_b: int, n_b: int, margin: float = 0.0, alpha: float = 0.01) -> Rise:
    """A rise of a share from period a to period b by more than `margin`, valid at every look at period b.

    Period a is over and gives one figure: the upper bound of Clopper and Pearson (Biometrika 1934) at alpha/2. Period b
    is watched by a test martingale against every share up to `bound`, that figure plus the margin: the likelihood ratio
    of the shares above, mixed evenly, to `bound` itself,

        E = integral over q in (bound, 1) of q^x (1-q)^(n-x) dq / ((1 - bound) bound^x (1 - bound)^(n-x)).

    By Ville's inequality E passes 2/alpha with a probability of at most alpha/2, whatever the number of looks (Ramdas,
    Grünwald, Vovk and Shafer, Statistical Science 2023, arXiv 2210.01948). A rise that is not there is thus shown with
    a probability of at most alpha, over any length of time. Exact: it asks for no least number of units.
    """
    done_b, units_b = (count("x_b", x_b), count("n_b", n_b))
    if done_b > units_b:
        raise ValueError(f"x_b is {x_b} of {n_b}: there cannot be more successes than units")
    level = inside("alpha", alpha) / 2
    slack = not_negative("margin", margin)
    before, upper = None, 1.0
    if count("n_a", n_a):
        done_a, units_a = successes("x_a", x_a, "n_a", n_a)
        before = done_a / units_a
        upper = 1.0 if done_a == units_a else float(betainccinv(done_a + 1, units_a - done_a, level))
    bound = min(1.0, upper + slack)
    after = done_b / units_b if units_b else None
    if bound >= 1.0 or not units_b:
        return Rise(before, after, bound, 1.0, shown=False)
    evidence = _log_evidence(done_b, units_b, bound)
    return Rise(before, after, bound, min(1.0, math.exp(min(0.0, -evidence))), evidence >= -math.log(level))


def _log_evidence(done: int, units: int, bound: float) -> float:
    """ln E of `share_rise`; minus infinity where the shares above explain nothing."""
    failed = units - done
    above = float(betaincc(done + 1, failed + 1, bound))
    if above <= 0:
        return -math.inf
    mixed = float(betaln(done + 1, failed + 1)) + math.log(above) - math.log1p(-bound)
    return mixed - done * math.log(bound) - failed * math.log1p(-bound)
