"""The methods against other ways to the same figure."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special, stats

import botops.experiments as ex

COUNTS = st.integers(2, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS, st.sampled_from([0.01, 0.05, 0.2]))
def test_wilson_bounds_are_where_the_score_test_just_rejects(counted, alpha):
    x, n = counted
    found = ex.wilson(x, n, alpha)
    z = stats.norm.isf(alpha / 2)
    for bound in {found.low, found.high} - {0.0, 1.0}:
        assert abs(x / n - bound) / math.sqrt(bound * (1 - bound) / n) == pytest.approx(z, rel=1e-6)


@settings(deadline=None, max_examples=40)
@given(COUNTS, COUNTS)
def test_differences_hold_their_estimate_and_turn_round_with_the_arms(a, b):
    for method in (ex.diff_newcombe, ex.diff_mn):
        one, other = method(*a, *b), method(*b, *a)
        assert -1 <= one.low <= one.diff <= one.high <= 1
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-7)


@pytest.mark.parametrize(("x", "n"), [([3, 9], [50, 52]), ([0, 0], [5, 9]), ([400, 431], [9000, 9100])])
def test_two_shares_by_the_closed_sum(x, n):
    """P(b > a) as the finite sum of Evan Miller, the losses by one integral each."""
    a1, b1, a2, b2 = x[0] + 1, n[0] - x[0] + 1, x[1] + 1, n[1] - x[1] + 1
    terms = (
        special.betaln(a1 + i, b1 + b2) - math.log(b2 + i) - special.betaln(1 + i, b2) - special.betaln(a1, b1)
        for i in range(a2)
    )
    second = sum(math.exp(t) for t in terms)
    found = ex.bayes_props(x, n, [1, 1])
    assert found.prob_best == pytest.approx([1 - second, second], rel=1e-6, abs=1e-8)
    assert sum(found.prob_best) == pytest.approx(1)
    gap = found.expected_loss[0] - found.expected_loss[1]
    assert gap == pytest.approx(a2 / (a2 + b2) - a1 / (a1 + b1), abs=1e-10)


def test_three_shares_with_an_endless_density_by_integrals():
    x, n, prior = [0, 2, 3], [40, 45, 38], [0.5, 0.5]
    dist = [stats.beta(0.5 + a, 0.5 + b - a) for a, b in zip(x, n, strict=True)]
    best = integrate.quad(lambda u: dist[1].cdf(dist[0].ppf(u)) * dist[2].cdf(dist[0].ppf(u)), 0, 1, epsabs=1e-12)[0]
    found = ex.bayes_props(x, n, prior)
    assert found.prob_best[0] == pytest.approx(best, abs=1e-7)
    assert sum(found.prob_best) == pytest.approx(1, abs=1e-9)


def test_a_million_leads_are_no_harder():
    found = ex.bayes_props([100_000, 100_900], [1_000_000, 1_000_000])
    z = 900 / math.sqrt(100_000 * 0.9 + 100_900 * 0.8991)
    assert found.prob_best[1] == pytest.approx(stats.norm.cdf(z), abs=1e-4)
    assert 0 <= found.expected_loss[1] < found.expected_loss[0]


@pytest.mark.parametrize(("p_a", "p_b", "ratio"), [(0.1, 0.15, 1), (0.3, 0.2, 2), (0.02, 0.05, 0.5)])
def test_the_planned_size_has_the_planned_power(p_a, p_b, ratio):
    size = ex.sample_size_props(p_a, p_b, 0.85, 0.05, ratio)
    found = ex.power_props(p_a, p_b, math.ceil(size.n_a), math.ceil(size.n_b))
    assert found.power == pytest.approx(0.85, abs=0.01)


@pytest.mark.parametrize("p_a", [0.0, 0.1, 0.6])
def test_the_least_effect_has_just_the_wanted_power(p_a):
    found = ex.mde_props(p_a, 500, 600, 0.8)
    assert found.diff == found.mde
    assert ex.power_props(p_a, found.p_b, 500, 600).power == pytest.approx(0.8, abs=1e-9)


def test_means_are_planned_by_the_exact_power():
    n = math.ceil(ex.sample_size_means(5.0, 12.0, 0.9).n_a)
    powers = []
    for units in (n - 1, n):
        edge, away = stats.t.isf(0.025, 2 * units - 2), 5 / 12 * math.sqrt(units / 2)
        powers.append(stats.nct.sf(edge, 2 * units - 2, away) + stats.nct.cdf(-edge, 2 * units - 2, away))
    assert powers[0] < 0.9 <= powers[1]


def test_welch_and_cuped_are_those_of_scipy():
    a, b = [3.0, 4.5, 2.2, 6.1, 5.0], [5.5, 6.0, 4.4, 7.9, 6.6, 8.0]
    want = stats.ttest_ind(b, a, equal_var=False)
    same = ex.cuped(a, [1.0] * 5, b, [1.0] * 6)
    assert (same.t, same.p, same.theta) == pytest.approx((want.statistic, want.pvalue, 0.0))


def test_what_was_known_before_is_taken_out():
    noise = (0, 0.1, 0, 0.1, 0, 0)
    y_a, y_b = [2 * x + noise[x] for x in range(5)], [2 * x + 1 + noise[x] for x in range(6)]
    found = ex.cuped(y_a, list(range(5)), y_b, list(range(6)))
    assert found.theta == pytest.approx(2.2, abs=0.3)
    assert found.se < 0.4 * ex.cuped(y_a, [1] * 5, y_b, [1] * 6).se


def test_no_worse_than():
    near = ex.noninferiority(10, 2, 400, 10.1, 2, 400, margin=0.5)
    assert near.p < 0.05
    assert near.upper < 0.5
    assert ex.noninferiority(10, 2, 400, 10.6, 2, 400, margin=0.5).p > 0.5


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_adjusted_values_keep_their_order(p):
    for method in (ex.holm, ex.bh):
        out = method(p).adjusted
        assert all(o >= v - 1e-12 for o, v in zip(out, p, strict=True))
        ordered = [o for _, o in sorted(zip(p, out, strict=True))]
        assert ordered == sorted(ordered)
    assert all(b <= h + 1e-15 for b, h in zip(ex.bh(p).adjusted, ex.holm(p).adjusted, strict=True))


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=10))
def test_counts_are_those_of_an_urn(rows):
    """The factor, unit by unit: the next unit goes to an arm with what was seen of it plus its prior."""
    found = ex.seq_counts([list(r) for r in rows], [0.4, 0.6], 20)
    log, seen = 0.0, [20 * 0.4, 20 * 0.6]
    for row in rows:
        for arm, units in enumerate(row):
            for _ in range(units):
                log += math.log(seen[arm] / sum(seen)) - math.log((0.4, 0.6)[arm])
                seen[arm] += 1
    assert found.log_bf == pytest.approx(log, abs=1e-7)
    assert list(found.p_path) == sorted(found.p_path, reverse=True)
