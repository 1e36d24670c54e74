import math
from datetime import date, timedelta

import numpy as np
import pytest

from botops.monitor.detectors.amounts import AmountModel
from botops.monitor.detectors.counts import Amount
from botops.monitor.detectors.hourly_costs import HourlyCostModel
from botops.monitor.detectors.settings import AmountRule, History
from botops.monitor.detectors.watch import Run, step

MONDAY = date(2026, 1, 5)
WEEK = np.array([1.0, 1.05, 1.1, 1.05, 1.0, 0.8, 0.75])
WEEKS = 56


def costs(rng, days, n=200, first=0, times=1.0, tau=0.1):
    """Lognormal dialogues with a weekly season and days that vary beyond them, in pico-dollars."""
    out = []
    for i in range(first, first + days):
        mean = math.log(WEEK[i % 7] * times) + rng.normal(0, tau)
        out.append(Amount(MONDAY + timedelta(days=i), n, round(np.exp(rng.normal(mean, 1, n)).sum() * 1e9)))
    return out


def scaled(portion, times):
    return Amount(portion.day, portion.units, round(portion.total * times))


def alarms(baseline, portions):
    run, out = Run(), []
    for number, portion in enumerate(portions, 1):
        stood, run = run.raised, step(run, baseline, portion)
        if run.raised and not stood:
            out.append(number)
    return out


def model(rule=None, wanted=100.0):
    return AmountModel(rule or AmountRule(), History(), wanted)


def test_a_dearer_dialogue_is_found_in_days_in_spite_of_incidents_nobody_marked():
    rng = np.random.default_rng(5)
    sound, spoilt, false = [], [], 0
    for _ in range(30):
        history = costs(rng, WEEKS)
        marred = [scaled(p, 3) if n in {33, 41, 50} else p for n, p in enumerate(history)]
        later = costs(rng, 30, first=WEEKS, times=1.5)
        sound.append(alarms(model().learn(history), later)[0])
        spoilt.append(alarms(model().learn(marred), later)[0])
        false += len(alarms(model().learn(history), costs(rng, 60, first=WEEKS)))
    assert np.mean(sound) <= 2.3
    assert np.mean(spoilt) <= 2.8
    assert false <= 18 + 3 * 18**0.5  # 1,800 days


def test_a_weekend_is_no_fall_of_volume_but_a_weekday_like_it_is():
    rng = np.random.default_rng(7)
    usual = [200, 205, 210, 200, 190, 60, 40]
    days = [Amount(MONDAY + timedelta(days=i), int(rng.poisson(usual[i % 7]))) for i in range(WEEKS + 14)]
    baseline = model(AmountRule(of="units", direction="down", times=2.0)).learn(days[:WEEKS])
    assert alarms(baseline, days[WEEKS:]) == []
    assert alarms(baseline, [Amount(MONDAY + timedelta(days=WEEKS), 60)]) == [1]
    assert baseline.on(MONDAY + timedelta(days=5)) == pytest.approx(60, rel=0.1)


def test_a_day_with_few_dialogues_varies_more_and_is_judged_so():
    baseline = model().learn(costs(np.random.default_rng(1), WEEKS))
    wednesday = MONDAY + timedelta(days=WEEKS + 2)
    full, thin = (Amount(wednesday, n, round(2.0 * n * baseline.on(wednesday))) for n in (200, 5))
    assert baseline.score(full) > 0 > baseline.score(thin)
    assert baseline.burst(thin) < baseline.burst(full)


def test_the_usual_is_the_amount_as_it_was_given():
    history = [Amount(MONDAY + timedelta(days=i), 10, 500 + i % 3) for i in range(WEEKS)]
    baseline = AmountModel(AmountRule(), History(least_units=1), 100.0).learn(history)
    assert baseline.usual == pytest.approx(50.1, abs=0.15)
    assert baseline.expected(history[0]) == pytest.approx(501, abs=2)


def test_too_little_history_is_not_judged():
    history = costs(np.random.default_rng(1), 13)
    assert model().learn(history) is None
    assert model().learn([Amount(p.day, 0) for p in costs(np.random.default_rng(1), 60, n=1)]) is None


def hours(rng, days, first=0, times=1.0):
    out = []
    for i in range(first, first + days):
        mean = math.log(WEEK[i % 7] * times) + rng.normal(0, 0.08)
        for hour in range(9, 21):
            logs = rng.normal(mean, 1, int(rng.poisson(17)))
            held = (len(logs), round(np.exp(logs).sum() * 1e9), len(logs), float(logs.sum()), float((logs**2).sum()))
            out.append(Amount(MONDAY + timedelta(days=i), *held, hour))
    return out


def test_by_the_hour_a_doubled_cost_is_found_the_same_day():
    rng = np.random.default_rng(3)
    hourly = HourlyCostModel(AmountRule(grain="hour"), History(), 100.0)
    false, first = 0, []
    for _ in range(6):
        baseline = hourly.learn(hours(rng, WEEKS))
        false += len(alarms(baseline, hours(rng, 40, WEEKS)))
        first.append(alarms(baseline, hours(rng, 5, WEEKS, 2.0))[0])
    assert false <= 8  # 240 days, 2.4 wanted
    assert np.mean(first) <= 10  # hours of 12 a day
    assert baseline.usual == pytest.approx(math.exp(0.5) * 1e9, rel=0.15)


@pytest.mark.parametrize(
    "wrong", [{"total": -1}, {"priced": 3}, {"logs": math.inf}, {"squares": math.nan}, {"hour": 24}, {"units": -1}]
)
def test_impossible_amounts_are_refused(wrong):
    with pytest.raises(ValueError, match="2026-01-05"):
        Amount(**{"day": MONDAY, "units": 2, "total": 5} | wrong)


def volume(rng, days, first=0, times=1.0, typical=60):
    return [
        Amount(MONDAY + timedelta(days=i), int(rng.poisson(typical * times * (0.5 if i % 7 == 6 else 1.0))))
        for i in range(first, first + days)
    ]


def test_small_volumes_with_a_weekly_season_alarm_rarely_and_a_half_is_found_at_once():
    rng = np.random.default_rng(11)
    judge = model(AmountRule(of="units", direction="down", times=2.0))
    false, found = 0, []
    for _ in range(40):
        baseline = judge.learn(volume(rng, WEEKS))
        false += len(alarms(baseline, volume(rng, 60, first=WEEKS)))
        found.append(alarms(baseline, volume(rng, 20, first=WEEKS, times=0.5))[0])
    assert false * 100 / (40 * 60) < 1
    assert np.mean(found) < 2.5


def test_a_weekday_seen_too_rarely_is_not_judged():
    rng = np.random.default_rng(12)
    history = [p for p in volume(rng, 28) if p.day.weekday() != 6 or p.day == MONDAY + timedelta(days=6)]
    baseline = model(AmountRule(of="units", direction="down", times=2.0)).learn(history)
    assert not baseline.judges(Amount(MONDAY + timedelta(days=34), 0))
    assert baseline.judges(Amount(MONDAY + timedelta(days=33), 0))
    assert model(AmountRule(of="units")).learn(volume(rng, 14)) is None, "no weekday was seen three times"
