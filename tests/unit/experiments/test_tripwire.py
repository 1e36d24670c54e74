"""The exact test of harm: valid under every rate of the null, quick where harm is plain, and what it refuses."""

import itertools
import math

import numpy as np
import pytest
from scipy.stats import binom

from botops.experiments import (
    Look,
    Mean,
    Metric,
    Plan,
    Share,
    State,
    StopRule,
    harm_exact,
    judge,
    stops,
)
from botops.experiments.stopping import TRIPWIRE_ALPHA
from botops.experiments.tripwire import log_evidence

ESCALATED = Metric("escalated", higher_is_better=False)
FLAGGED = Metric("flagged", higher_is_better=False, margin=0.03)


@pytest.mark.parametrize("margin", [0.0, 0.01, 0.03, 0.2])
@pytest.mark.parametrize("share", [0.5, 0.1, 0.8])
def test_one_lead_expects_no_evidence_under_any_rate_of_the_null(margin, share):
    """The definition of an e-variable, for every outcome of one lead and a grid of rates up to the edge of the null."""
    leads = {("a", 1): (1, 1, 0, 0), ("a", 0): (0, 1, 0, 0), ("b", 1): (0, 0, 1, 1), ("b", 0): (0, 0, 0, 1)}
    e = {lead: math.exp(harm_exact(*counts, margin, share).log_e) for lead, counts in leads.items()}
    for p_a in np.linspace(0, 1, 41):
        for p_b in np.linspace(0, min(1, p_a + margin), 21):
            expected = (1 - share) * (p_a * e["a", 1] + (1 - p_a) * e["a", 0])
            expected += share * (p_b * e["b", 1] + (1 - p_b) * e["b", 0])
            assert expected <= 1 + 1e-9, (p_a, p_b)


def test_many_leads_expect_no_evidence_either():
    """By enumeration: 6 leads, each dealt by a fair coin, at the edge of the null."""
    p_a, margin, share, leads = 0.1, 0.05, 0.5, 6
    total = 0.0
    for n_b in range(leads + 1):
        for x_a, x_b in itertools.product(range(leads - n_b + 1), range(n_b + 1)):
            chance = binom.pmf(n_b, leads, share) * binom.pmf(x_a, leads - n_b, p_a) * binom.pmf(x_b, n_b, p_a + margin)
            total += chance * math.exp(harm_exact(x_a, leads - n_b, x_b, n_b, margin, share).log_e)
    assert total <= 1 + 1e-9


@pytest.mark.parametrize(("n_a", "n_b"), [(6, 6), (3, 9), (9, 3), (0, 12), (12, 0), (1, 11)])
@pytest.mark.parametrize("p_a", [0.0, 0.1, 0.5, 0.95])
def test_however_leads_were_dealt_the_sizes_are_no_evidence(n_a, n_b, p_a):
    total = 0.0
    for x_a, x_b in itertools.product(range(n_a + 1), range(n_b + 1)):
        chance = binom.pmf(x_a, n_a, p_a) * binom.pmf(x_b, n_b, p_a + 0.05)
        total += chance * math.exp(harm_exact(x_a, n_a, x_b, n_b, 0.05).log_e)
    assert total <= 1 + 1e-9


@pytest.mark.parametrize(("rate", "margin"), [(0.02, 0.0), (0.3, 0.0), (0.02, 0.02), (0.9, 0.05)])
def test_hourly_looks_over_28_days_err_as_seldom_as_stated(rate, margin):
    """4,000 experiments at the edge of the null, 100 leads a day: at most 0.1 % are stopped, ever."""
    rng = np.random.default_rng(20261121)
    leads = rng.poisson(100 / 24, (4000, 28 * 24))
    b = rng.binomial(leads, 0.5)
    a = leads - b
    x_a = rng.binomial(a, rate).cumsum(axis=1)
    x_b = rng.binomial(b, rate + margin).cumsum(axis=1)
    log_e = log_evidence(x_a, a.cumsum(axis=1), x_b, b.cumsum(axis=1), margin, 0.5)
    stopped = (log_e >= -math.log(TRIPWIRE_ALPHA)).any(axis=1).sum()
    assert binom.sf(stopped - 1, 4000, TRIPWIRE_ALPHA) > 0.001, f"{stopped} of 4000"


def test_plain_harm_is_found_within_a_few_leads():
    assert harm_exact(0, 10, 10, 10, 0.03).p < TRIPWIRE_ALPHA
    assert harm_exact(1, 20, 3, 20, 0.03).p == 1
    assert harm_exact(0, 0, 0, 0).p == 1


def test_the_larger_the_margin_the_less_is_shown():
    p = [harm_exact(2, 40, 20, 40, margin).p for margin in (0.0, 0.05, 0.2, 0.4)]
    assert p == sorted(p)
    assert harm_exact(0, 40, 40, 40, 1.0).p == 1


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ((5, 4, 0, 4), "x_a = 5 is more than n_a = 4"),
        ((0, 4, 1, 0), "n_b"),
        ((0, 4, -1, 4), "x_b"),
        ((0, 4, 0.5, 4), "whole"),
        ((0, 4, 0, 4, -0.1), "margin"),
        ((0, 4, 0, 4, 0.1, 1.0), "share"),
        ((0, 4, True, 4), "x_b"),
    ],
)
def test_what_cannot_be_tested_is_refused(bad, message):
    with pytest.raises(ValueError, match=message):
        harm_exact(*bad)


def seen(*guardrails, weights=(5000, 5000), exposures=None):
    """The plan, the verdict and the figures of a look at guardrails given as (metric, arms)."""
    figures = {metric.name: arms for metric, arms in guardrails}
    leads = [arm.n for arm in guardrails[0][1]]
    plan = Plan(ESCALATED, weights, 1600, tuple(metric for metric, _ in guardrails))
    look = Look([exposures or leads], [Share(0, n) for n in leads], figures)
    return plan, judge(plan, look), figures


def test_below_fifty_leads_counts_alone_stop():
    (stop,) = stops(*seen((FLAGGED, [Share(0, 15), Share(14, 15)])))
    assert (stop.variant, stop.metric, stop.rule) == (1, "flagged", StopRule.COUNTS)
    assert stop.p < TRIPWIRE_ALPHA
    assert stops(*seen((FLAGGED, [Share(0, 15), Share(5, 15)]))) == ()


def test_from_fifty_leads_on_the_bound_stops():
    (stop,) = stops(*seen((FLAGGED, [Share(8, 400), Share(48, 400)])))
    assert stop.rule is StopRule.BOUND
    assert stop.found.low > FLAGGED.margin
    assert stops(*seen((FLAGGED, [Share(8, 400), Share(24, 400)]))) == ()


def test_better_is_no_harm_and_fewer_won_is():
    won = Metric("won", higher_is_better=True, margin=0.02)
    assert stops(*seen((FLAGGED, [Share(40, 40), Share(0, 40)]))) == ()
    assert stops(*seen((won, [Share(0, 40), Share(40, 40)]))) == ()
    (stop,) = stops(*seen((won, [Share(40, 40), Share(0, 40)])))
    assert (stop.metric, stop.rule) == ("won", StopRule.COUNTS)


def test_means_stop_by_their_bound_only():
    slow = Metric("latency", higher_is_better=False, margin=500)
    assert stops(*seen((slow, [Mean(900, 1e4, 30), Mean(9000, 1e4, 30)]))) == ()
    (stop,) = stops(*seen((slow, [Mean(900, 1e4, 60), Mean(9000, 1e4, 60)])))
    assert stop.rule is StopRule.BOUND
    assert stops(*seen((slow, [Mean(0, 0, 60), Mean(0, 0, 60)]))) == ()


def test_of_several_variants_and_guardrails_each_harm_is_named():
    arms = [Share(0, 60), Share(1, 60), Share(59, 60)]
    found = stops(*seen((FLAGGED, arms), (ESCALATED, arms[::-1]), weights=(3334, 3333, 3333)))
    assert [(s.metric, s.variant) for s in found] == [("flagged", 2)]


def test_sizes_that_do_not_add_up_neither_stop_nor_hold_a_stop_back():
    plan, verdict, figures = seen((FLAGGED, [Share(8, 400), Share(8, 400)]), exposures=[400, 40])
    assert verdict.state is State.MISMATCH
    assert stops(plan, verdict, figures) == ()
    plan, verdict, figures = seen((FLAGGED, [Share(8, 400), Share(100, 400)]), exposures=[400, 40])
    assert verdict.state is State.MISMATCH
    assert len(stops(plan, verdict, figures)) == 1


@pytest.mark.parametrize("leads", range(1, 60))
def test_a_control_nobody_came_to_is_a_fault_of_the_dealing_and_no_harm(leads):
    assert stops(*seen((FLAGGED, [Share(0, 0), Share(leads, leads)]))) == ()
