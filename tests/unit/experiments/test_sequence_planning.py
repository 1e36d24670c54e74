"""How many leads the always-valid sequence needs: the plan keeps what it promises when it is lived."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from botops.experiments import (
    Look,
    Metric,
    Plan,
    Share,
    State,
    cs_means,
    cs_props,
    judge,
    sample_size_props,
    sequence_mde_props,
    sequence_size_means,
    sequence_size_props,
    threshold,
)


@pytest.mark.parametrize(("alpha", "n"), [(0.05, 4000), (0.01, 500), (0.2, 90_000)])
def test_the_threshold_is_where_the_sequence_shows_a_difference_at_the_planned_end(alpha, n):
    """Two arms of n units with variance 1: standard error sqrt(2/n)."""
    off = threshold(alpha) * math.sqrt(2 / n)
    found = cs_means(0.0, 1.0, n, off, 1.0, n, n_star=n, alpha=alpha)
    assert found.low == pytest.approx(0, abs=1e-12)
    assert found.p == pytest.approx(alpha)
    stricter = cs_means(0.0, 1.0, n, threshold(alpha, 3) * math.sqrt(2 / n), 1.0, n, n_star=n, alpha=alpha)
    assert stricter.p == pytest.approx(alpha / 3)


def test_looking_every_day_costs_leads():
    fixed, sequence = sample_size_props(0.10, 0.15), sequence_size_props(0.10, 0.15)
    assert 1.8 < sequence.n_a / fixed.n_a < 2.1
    assert sequence_size_props(0.10, 0.15, variants=3).n_a > sequence.n_a


@pytest.mark.slow
def test_an_experiment_of_the_planned_size_finds_what_it_was_planned_for():
    rng = np.random.default_rng(20261122)
    size = math.ceil(sequence_size_props(0.10, 0.15).n_a)
    plan, days, found = Plan(Metric("won", higher_is_better=True), (5000, 5000), 2 * size), 28, 0
    for _ in range(400):
        n = np.full((2, days), size / days).cumsum(axis=1).round().astype(int)
        x = rng.binomial(np.diff(n, prepend=0), np.array([[0.10], [0.15]])).cumsum(axis=1)
        for day in range(days):
            arms = [Share(int(x[arm, day]), int(n[arm, day])) for arm in (0, 1)]
            if judge(plan, Look([[a.n for a in arms]], arms, {})).state is State.BETTER:
                found += 1
                break
    assert 0.78 <= found / 400 <= 0.90


@given(p=st.floats(0.0, 0.9), n=st.integers(200, 100_000), variants=st.integers(2, 5))
def test_the_least_difference_needs_as_many_units_as_there_are(p, n, variants):
    try:
        found = sequence_mde_props(p, n, variants=variants)
    except ValueError:
        assume(False)
    assert 0 < found.mde <= 1 - p
    assert sequence_size_props(p, min(1.0, found.p_b), variants=variants).n_a == pytest.approx(n, rel=1e-4)


def test_the_sequence_agrees_at_the_least_difference():
    n = 2000
    found = sequence_mde_props(0.1, n, power=0.5)
    seen = cs_props(200, n, round(found.p_b * n), n, n_star=n)
    assert abs(seen.low) < 0.002


def test_means():
    assert sequence_size_means(2.0, 10.0).n_a == pytest.approx(sequence_size_means(-4.0, 20.0).n_a)
    assert sequence_size_means(2.0, 10.0).n_a == pytest.approx(50 * (threshold() + 0.8416212) ** 2, rel=1e-6)


@pytest.mark.parametrize(
    "call",
    [
        lambda: sequence_size_props(0.1, 0.1),
        lambda: sequence_size_props(0.1, 1.2),
        lambda: sequence_size_props(0.1, 0.2, variants=1),
        lambda: sequence_size_props(0.1, 0.2, power=1),
        lambda: sequence_size_means(0, 1),
        lambda: sequence_size_means(1, 0),
        lambda: sequence_mde_props(1.0, 100),
        lambda: sequence_mde_props(0.5, 3),
        lambda: threshold(0),
        lambda: threshold(0.05, 0),
    ],
)
def test_what_has_no_answer_is_refused(call):
    with pytest.raises(ValueError, match=r"\w"):
        call()
