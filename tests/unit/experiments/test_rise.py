"""A rise of a share, shown at any look: bounds, refusals, and how often it errs and how soon it sees."""

import numpy as np
import pytest

from botops.experiments import share_rise


def test_nothing_before_or_after_shows_nothing():
    assert share_rise(0, 0, 50, 50).shown is False
    assert share_rise(0, 0, 50, 50).before is None
    found = share_rise(2, 100, 0, 0)
    assert (found.after, found.p, found.shown) == (None, 1.0, False)


def test_the_bound_is_that_of_clopper_and_pearson_and_the_margin():
    # 1 - alpha^(1/n) without a success, at alpha/2 = 0.005.
    assert share_rise(0, 60, 0, 1, alpha=0.01).bound == pytest.approx(1 - 0.005 ** (1 / 60))
    assert share_rise(0, 60, 0, 1, margin=0.02).bound == pytest.approx(1 - 0.005 ** (1 / 60) + 0.02)
    assert share_rise(60, 60, 5, 5).bound == 1.0


def test_the_p_value_is_the_inverse_of_the_evidence_by_hand():
    # One success of one, bound b: E = (1 - b^2)/2 / ((1 - b) b).
    bound = share_rise(0, 60, 1, 1).bound
    assert share_rise(0, 60, 1, 1).p == pytest.approx(2 * (1 - bound) * bound / (1 - bound**2))


def test_it_sees_what_is_plain_and_no_fall():
    assert share_rise(10, 1000, 5, 5).shown
    assert not share_rise(100, 1000, 0, 1000).shown
    assert not share_rise(100, 1000, 100, 1000).shown


@pytest.mark.parametrize("bad", [(1, 10, 6, 5), (-1, 10, 0, 5), (11, 10, 0, 5), (1, 10, 0.5, 5), (1, 10, 0, -1)])
def test_what_is_no_count_is_refused(bad):
    with pytest.raises(ValueError, match=r"x_|n_"):
        share_rise(*bad)
    with pytest.raises(ValueError, match="margin"):
        share_rise(1, 10, 1, 5, margin=-0.1)
    with pytest.raises(ValueError, match="alpha"):
        share_rise(1, 10, 1, 5, alpha=0)


def first_shown(rng, after, *, margin, replies=700, every=5):
    done = rng.binomial(2000, 0.02)
    held = np.cumsum(rng.random(replies) < after)
    looks = range(every, replies + 1, every)
    return next((n for n in looks if share_rise(int(done), 2000, int(held[n - 1]), n, margin).shown), None)


def test_a_share_at_its_bound_is_alarmed_about_in_one_of_a_hundred_at_most():
    rng = np.random.default_rng(20261122)
    assert sum(first_shown(rng, 0.02, margin=0.0) is not None for _ in range(150)) <= 3


def test_two_percent_to_twenty_is_seen_within_a_day_of_twenty_replies_an_hour():
    rng = np.random.default_rng(20261122)
    seen = [first_shown(rng, 0.2, margin=0.02) for _ in range(60)]
    assert None not in seen
    assert np.median(seen) <= 60
    assert max(seen) <= 240
