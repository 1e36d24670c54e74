"""How the false alarms that people put up with are dealt over many series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MONTH = 30.0
"""Days in which false alarms are counted."""


@dataclass(frozen=True, slots=True)
class Share:
    """A series, the route its alarms take and how much of the route's budget it gets beside the others."""

    series: str
    route: str
    weight: float = 1.0


def days_between(shares: Sequence[Share], allowed: Mapping[str, float]) -> dict[str, float]:
    """Days between false alarms that each series must keep, so that a route has `allowed` of them in 30 days.

    Expected numbers add up whether or not series depend on each other, so a series of weight w among a route's W gets
    allowed·w/W of them: 30 W / (allowed w) days. With one page a month over six equal series that is one in 180 days
    each. Raises ValueError for a route without a budget.
    """
    weights: dict[str, float] = {}
    for share in shares:
        if allowed.get(share.route, 0) <= 0:
            raise ValueError(f"no budget of false alarms for the route `{share.route}` of `{share.series}`")
        if share.weight <= 0:
            raise ValueError(f"the weight of `{share.series}` must be above 0")
        weights[share.route] = weights.get(share.route, 0.0) + share.weight
    return {s.series: MONTH * weights[s.route] / (allowed[s.route] * s.weight) for s in shares}
