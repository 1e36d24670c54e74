import math

import numpy as np
import pytest

from botops.monitor.detectors.budget import Share, days_between
from botops.monitor.detectors.chain import STEP, Chain, steps


def _coin(up):
    """A CUSUM that climbs or falls by one unit."""
    return Chain(np.array([[steps([1.0, -1.0], [up, 1 - up])]]))


def test_the_run_length_of_a_walk_is_the_known_one():
    # A walk reflected at 0 that must pass 2: three steps up from 0, E = 3 + 2/p... worked out by hand for p = 1/2.
    # E0 = 1 + (E1 + E0)/2, E1 = 1 + (E2 + E0)/2, E2 = 1 + E1/2, so E0 = 12.
    assert _coin(0.5).days_between(2.0) == pytest.approx(12.0)


def test_run_lengths_agree_with_a_simulation():
    rng = np.random.default_rng(4)
    scores, chances = np.array([-0.4, 0.1, 1.3]), np.array([0.6, 0.3, 0.1])
    expected = Chain(np.array([[steps(scores, chances)]])).days_between(2.5)
    heights, lengths = np.zeros(4000), np.zeros(4000)
    running = np.ones(4000, bool)
    while running.any():
        heights = np.maximum(0, heights + rng.choice(scores, 4000, p=chances))
        lengths += running
        running &= heights <= 2.5
    assert lengths.mean() == pytest.approx(expected, rel=0.08)


def test_a_threshold_is_the_lowest_that_keeps_the_days_wanted():
    chain = _coin(0.3)
    for days in (20.0, 300.0, 5000.0):
        height = chain.threshold(days)
        assert chain.days_between(height) >= days > chain.days_between(height - STEP)


def test_rarity_grows_beyond_the_lattice_as_before_it():
    chain = _coin(0.2)  # the odds of climbing one more unit are 1 to 4
    assert chain.days_between(16.0) / chain.days_between(15.0) == pytest.approx(4.0, rel=0.2)


def test_worlds_are_averaged_by_how_often_they_alarm():
    calm, wild = steps([1.0, -1.0], [0.2, 0.8]), steps([1.0, -1.0], [0.4, 0.6])
    each = [Chain(np.array([[one]])).days_between(3.0) for one in (calm, wild)]
    both = Chain(np.array([[calm], [wild]])).days_between(3.0)
    assert both == pytest.approx(2 / (1 / each[0] + 1 / each[1]))


def test_portions_of_a_day_that_share_nothing_are_as_many_portions():
    one = steps([1.0, -1.0], [0.2, 0.8])
    by_portion = Chain(np.array([[one]])).days_between(4.0)
    by_day = Chain(np.array([[one]]), portions_a_day=6).days_between(4.0)
    assert by_day == pytest.approx(by_portion / 6, rel=0.05)


def test_splitting_a_score_over_the_lattice_keeps_its_mean_and_mass():
    scores, chances = np.array([-0.123, 0.071, 2.02]), np.array([0.5, 0.3, 0.2])
    held = steps(scores, chances)
    places = (np.arange(len(held)) - (len(held) - 2) // 2) * STEP
    assert held.sum() == pytest.approx(1.0)
    assert places @ held == pytest.approx(scores @ chances)


def test_a_budget_of_false_alarms_is_dealt_by_weight():
    shares = [Share("a", "page", 2.0), Share("b", "page"), Share("c", "page"), Share("v1", "digest")]
    wanted = days_between(shares, {"page": 1.0, "digest": 4.0})
    assert wanted == {"a": 60.0, "b": 120.0, "c": 120.0, "v1": 7.5}
    pages = sum(30 / wanted[name] for name in "abc")
    assert math.isclose(pages, 1.0)


@pytest.mark.parametrize(
    ("shares", "allowed"),
    [([Share("a", "page")], {}), ([Share("a", "page")], {"page": 0.0}), ([Share("a", "page", 0.0)], {"page": 1.0})],
)
def test_a_budget_that_cannot_be_dealt_is_refused(shares, allowed):
    with pytest.raises(ValueError, match="`a`"):
        days_between(shares, allowed)
