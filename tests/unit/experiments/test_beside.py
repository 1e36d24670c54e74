"""Figures beside the verdict: each is the method it says it is, on the arms as the verdict has them."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from botops.experiments import (
    Mean,
    Metric,
    Share,
    bayes_props,
    chance,
    diff_newcombe,
    fixed_horizon,
    no_worse,
    noninferiority,
    ratio_delta,
)

WON = Metric("won", higher_is_better=True, margin=0.02)
FLAGGED = Metric("flagged", higher_is_better=False, margin=0.02)


def test_shares_have_newcombes_interval():
    found, wanted = fixed_horizon(Share(60, 600), Share(90, 610)), diff_newcombe(60, 600, 90, 610)
    assert (found.diff, found.low, found.high, found.method) == (wanted.diff, wanted.low, wanted.high, "newcombe")


_LEADS = st.lists(st.tuples(st.floats(0, 100), st.integers(1, 5)), min_size=3, max_size=20)


@given(a=_LEADS, b=_LEADS)
def test_means_of_ratios_have_the_interval_of_the_delta_method(a, b):
    arms = [Mean.of_ratio(*map(list, zip(*leads, strict=True))) for leads in (a, b)]
    assume(sum(arm.var for arm in arms) > 1e-6)
    wanted = ratio_delta(*(list(column) for leads in (a, b) for column in zip(*leads, strict=True)))
    found = fixed_horizon(*arms)
    assert (found.low, found.high) == (pytest.approx(wanted.low, rel=1e-6), pytest.approx(wanted.high, rel=1e-6))


def test_the_chance_turns_with_what_is_good():
    up, down = chance(WON, Share(60, 600), Share(90, 600)), chance(FLAGGED, Share(60, 600), Share(90, 600))
    assert up.better == pytest.approx(bayes_props([60, 90], [600, 600]).prob_best[1])
    assert up.better + down.better == pytest.approx(1)
    assert up.better > 0.99
    assert up.expected_loss < 0.001 < down.expected_loss
    assert chance(WON, Mean(1, 1, 60), Mean(1, 1, 60)) is None


def test_no_worse_is_the_one_sided_test_on_harm():
    found = no_worse(FLAGGED, Share(30, 1000), Share(28, 1000))
    sd = [math.sqrt(x / 1000 * (1 - x / 1000) * 1000 / 999) for x in (30, 28)]
    wanted = noninferiority(0.03, sd[0], 1000, 0.028, sd[1], 1000, 0.02)
    assert (found.upper, found.p, found.shown) == (pytest.approx(wanted.upper), pytest.approx(wanted.p), True)
    assert not no_worse(FLAGGED, Share(30, 1000), Share(45, 1000)).shown


def test_no_worse_where_more_is_better():
    assert no_worse(WON, Share(300, 1000), Share(330, 1000)).shown
    assert not no_worse(WON, Share(300, 1000), Share(285, 1000)).shown


def test_no_worse_where_nothing_happened_in_either_arm():
    few, many = no_worse(FLAGGED, Share(0, 60), Share(0, 60)), no_worse(FLAGGED, Share(0, 2000), Share(0, 2000))
    assert (few.p, few.shown, many.shown) == (None, False, True)
    assert 0 < many.upper < 0.02 < few.upper
    assert no_worse(FLAGGED, Mean(1, 0, 60), Mean(1, 0, 60)) is None


@given(a=st.integers(0, 40), b=st.integers(0, 40), more=st.booleans())
def test_what_is_shown_to_be_no_worse_stays_under_the_margin(a, b, more):
    metric = WON if more else FLAGGED
    found = no_worse(metric, Share(a, 40), Share(b, 40))
    assert found.shown == (found.upper < metric.margin)
    assert found.p is None or found.shown == (found.p < 0.05)
    harm = (a - b if more else b - a) / 40
    assert found.upper >= harm


def test_too_few_leads_have_no_figures():
    assert fixed_horizon(Share(0, 0), Share(0, 5)) is None
    assert fixed_horizon(Mean(1, 0, 9), Mean(1, 0, 9)) is None
    assert chance(WON, Share(0, 0), Share(0, 5)) is None
    assert no_worse(FLAGGED, Share(0, 1), Share(0, 5)) is None
    with pytest.raises(ValueError, match="both be shares"):
        fixed_horizon(Share(1, 5), Mean(1, 1, 5))
