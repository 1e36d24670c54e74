"""Smaller sisters of benchmarks/detectors.py: seeded, with bounds that a broken threshold would not keep."""

from datetime import date, timedelta

import numpy as np
import pytest
from scipy.stats import betabinom, binom

from botops.monitor.detectors.betabinomial import log_pmf, tail
from botops.monitor.detectors.counts import Count
from botops.monitor.detectors.rate_baseline import learn
from botops.monitor.detectors.rates import RateModel
from botops.monitor.detectors.settings import History, Rule
from botops.monitor.detectors.watch import Run, step

MONDAY = date(2026, 1, 5)
HISTORY = History(days=30, least_units=1)


def draw(rng, p, n, rho, shape):
    if rho:
        p = rng.beta(p * (1 - rho) / rho, (1 - p) * (1 - rho) / rho, shape)
    return rng.binomial(n, p, shape)


def counts(events, n, first=0):
    return [Count(MONDAY + timedelta(days=first + i), int(x), n) for i, x in enumerate(events)]


def alarms(baseline, portions):
    """The numbers of the portions that raised an alarm."""
    run, out = Run(), []
    for number, portion in enumerate(portions, 1):
        stood, run = run.raised, step(run, baseline, portion)
        if run.raised and not stood:
            out.append(number)
    return out


def judged(p, n, rho, times, *, rule=None, runs=25, days=60, seed=11):
    """False alarms (or detections) of learned baselines: numbers of alarms, mean day of the first."""
    rng = np.random.default_rng(seed)
    model = RateModel(rule or Rule(), HISTORY, 100.0)
    total, first = 0, []
    for _ in range(runs):
        baseline = model.learn(counts(draw(rng, p, n, rho, 30), n))
        found = alarms(baseline, counts(draw(rng, p * times, n, rho, days), n, 30))
        total, first = total + len(found), [*first, found[0] if found else days]
    return total, float(np.mean(first))


@pytest.mark.parametrize(("p", "n", "rho"), [(0.05, 30, 0), (0.05, 200, 0), (0.05, 2000, 0.001), (0.005, 2000, 0.0005)])
def test_false_alarms_are_as_rare_as_wanted(p, n, rho):
    total, _ = judged(p, n, rho, 1.0)  # 1,500 series-days, 15 false alarms wanted; three standard errors on top
    assert 2 <= total <= 15 + 3 * 15**0.5 * 1.2


@pytest.mark.parametrize(("p", "n", "rho", "times", "days"), [
    (0.05, 200, 0, 2.0, 2.3), (0.005, 2000, 0, 2.0, 2.4), (0.05, 30, 0, 3.0, 3.9), (0.005, 2000, 0.0005, 3.0, 1.8),
])  # fmt: skip
def test_a_rise_is_found_within_days(p, n, rho, times, days):
    assert judged(p, n, rho, times, days=30)[1] <= days


def test_a_fall_is_found_as_a_rise_is():
    down = Rule(direction="down")
    assert judged(0.6, 100, 0, 0.75, rule=down, days=30, runs=20)[1] <= 2.0
    assert judged(0.6, 100, 0, 1.25, rule=down, days=30, runs=20)[0] == 0


def test_rarer_false_alarms_take_a_higher_threshold_and_longer():
    history = counts([10] * 15 + [9, 11] * 8, 200)
    limits = [RateModel(Rule(), HISTORY, wanted).learn(history).threshold for wanted in (30.0, 100.0, 1000.0)]
    assert limits == sorted(set(limits))


def test_the_same_history_gives_the_same_limits():
    history = counts(draw(np.random.default_rng(3), 0.05, 200, 0, 30), 200)
    first, second = (RateModel(Rule(), HISTORY, 100.0).learn(history) for _ in range(2))
    assert (first.threshold, first.burst_limit, first.usual) == (second.threshold, second.burst_limit, second.usual)


def test_five_of_five_is_a_burst_however_few():
    baseline = RateModel(Rule(), HISTORY, 100.0).learn(counts([1, 2, 0, 3, 1, 2] * 5, 30))
    assert alarms(baseline, [Count(MONDAY + timedelta(days=30), 5, 5)]) == [1]
    assert baseline.burst(Count(MONDAY, 1, 30)) == 1.0


def test_an_unmarked_incident_does_not_become_the_usual():
    events = draw(np.random.default_rng(8), 0.05, 200, 0, 30)
    sound = learn(counts(events, 200))
    events[[20, 21, 22]] = 60
    spoilt = learn(counts(events, 200))
    assert [day.toordinal() - MONDAY.toordinal() for day in spoilt.left_out] == [20, 21, 22]
    assert spoilt.p == pytest.approx(sound.p, rel=0.06)
    assert spoilt.rho <= sound.rho + 0.002


def test_overdispersed_days_are_not_taken_for_incidents():
    rng = np.random.default_rng(9)
    left_out = sum(len(learn(counts(draw(rng, 0.005, 2000, 0.0005, 30), 2000)).left_out) for _ in range(60))
    assert left_out <= 3


def test_weekdays_of_their_own_are_learned_and_not_alarmed_about():
    rng = np.random.default_rng(2)
    rates = np.array([0.05] * 5 + [0.15] * 2)
    history = counts(rng.binomial(200, rates[np.arange(56) % 7]), 200)
    later = counts(rng.binomial(200, rates[np.arange(28) % 7]), 200, 56)
    eight_weeks = History(least_units=1)
    aware, blind = (RateModel(Rule(weekdays=w), eight_weeks, 300.0).learn(history) for w in (True, False))
    assert aware.learned.on(MONDAY + timedelta(days=5)) == pytest.approx(0.15, abs=0.02)
    assert aware.learned.rho < blind.learned.rho / 5
    assert alarms(aware, later) == []


def test_by_the_hour_a_threefold_rise_is_found_the_same_day():
    rng = np.random.default_rng(6)
    hours = [(day, hour) for day in range(70) for hour in range(9, 21)]

    def fed(chosen, p):
        return [Count(MONDAY + timedelta(days=d), int(rng.binomial(17, p)), 17, h) for d, h in chosen]

    baseline = RateModel(Rule(grain="hour"), History(), 100.0).learn(fed(hours[: 56 * 12], 0.05))
    quiet = [alarms(baseline, fed(hours[56 * 12 :], 0.05)) for _ in range(10)]
    loud = [alarms(baseline, fed(hours[56 * 12 : 58 * 12], 0.15))[0] for _ in range(10)]
    assert sum(map(len, quiet)) <= 5
    assert np.mean(loud) <= 12


def test_too_little_history_is_not_judged():
    model = RateModel(Rule(), History(), 100.0)
    assert model.learn(counts([1] * 13, 100)) is None
    assert model.learn(counts([0] * 30, 5)) is None
    assert model.learn(counts([0] * 30, 7)) is not None


def test_a_rate_never_seen_has_limits_too():
    baseline = RateModel(Rule(), HISTORY, 100.0).learn(counts([0] * 30, 50))
    assert 0 < baseline.usual < 0.001
    assert alarms(baseline, counts([0, 0, 1, 0, 0, 0], 50, 30)) == []
    assert alarms(baseline, counts([4], 50, 30)) == [1]


@pytest.mark.parametrize("rho", [0.0, 0.002, 0.3])
def test_the_distribution_of_a_day_is_scipys(rho):
    x = np.arange(41)
    shape = (0.1 * (1 - rho) / rho, 0.9 * (1 - rho) / rho) if rho else ()
    other = betabinom(40, *shape) if rho else binom(40, 0.1)
    assert np.exp(log_pmf(x, 40, 0.1, rho)) == pytest.approx(other.pmf(x), rel=1e-6)
    assert tail(9, 40, 0.1, rho, upper=True) == pytest.approx(other.sf(8), rel=1e-6)
    assert tail(2, 40, 0.1, rho, upper=False) == pytest.approx(other.cdf(2), rel=1e-6)
    assert tail(0, 40, 0.1, rho, upper=True) == pytest.approx(1.0)


@pytest.mark.parametrize(("events", "units", "hour"), [(3, 2, None), (-1, 2, None), (0, -1, None), (0, 1, 24)])
def test_impossible_counts_are_refused(events, units, hour):
    with pytest.raises(ValueError, match="2026-01-05"):
        Count(MONDAY, events, units, hour)
