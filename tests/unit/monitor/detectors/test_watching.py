"""What a series shows over time: state between runs, corrections, incidents, the word of people."""

import json
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botops.monitor.detectors.counts import Amount, Count
from botops.monitor.detectors.detector import Detector, detectors
from botops.monitor.detectors.rates import RateModel
from botops.monitor.detectors.result import State
from botops.monitor.detectors.settings import DetectorSettings, History, Rule
from botops.monitor.detectors.watch import Fresh, Kept
from botops.monitor.detectors.words import say

MONDAY = date(2026, 1, 5)
HISTORY = History(days=28)
FINDINGS = Detector("findings", "rate", "up", RateModel(Rule(), HISTORY, 200.0), HISTORY)


def day(number):
    return MONDAY + timedelta(days=number)


def series(quiet=40, bad=4, after=0, seed=3):
    """Days at 5 % of 200, then at 15 %, then at 5 % again."""
    rng = np.random.default_rng(seed)
    rates = [0.05] * quiet + [0.15] * bad + [0.05] * after
    return [Count(day(n), int(rng.binomial(200, rate)), 200) for n, rate in enumerate(rates)]


def fed(days, kept=None, **how):
    kept = kept or Kept()
    results = []
    for one in days:
        kept, result = FINDINGS.advance(kept, [one], **how)
        results.append(result)
    return kept, results


def test_an_alarm_begins_stands_and_ends():
    _, results = fed(series(bad=4, after=8))
    states = [r.state for r in results]
    assert set(states[:13]) == {State.LEARNING}
    assert set(states[14:40]) == {State.QUIET}
    assert states[40:44] == [State.RAISED, State.STANDING, State.STANDING, State.STANDING]
    assert states.count(State.RAISED) == states.count(State.OVER) == 1
    raised, last_bad = results[40], results[43]
    assert raised.since == raised.raised == (day(40), -1)
    assert raised.identity == last_bad.identity == f"findings:{day(40).isoformat()}"
    assert last_bad.change.units == 800
    assert last_bad.change.expected == pytest.approx(40, rel=0.15)
    assert last_bad.days_between >= raised.days_between >= 200


def test_feeding_a_day_twice_changes_nothing():
    kept, results = fed(series())
    again, result = FINDINGS.advance(kept, [series()[-1]])
    assert again == kept
    assert result == results[-1]


def test_what_is_kept_survives_a_restart():
    kept, _ = fed(series()[:-1])
    restored = Kept.of_plain(json.loads(json.dumps(kept.plain())), Count.of_plain)
    assert restored == kept
    assert FINDINGS.advance(restored, series()[-1:]) == FINDINGS.advance(kept, series()[-1:])


def test_a_state_of_another_version_is_refused():
    with pytest.raises(ValueError, match="version 2"):
        Kept.of_plain({**Kept().plain(), "version": 2}, Count.of_plain)


def test_a_correction_withdraws_an_alarm_and_another_raises_it():
    days = series(bad=1)
    kept, (*_, raised) = fed(days)
    assert raised.state is State.RAISED
    kept, corrected = FINDINGS.advance(kept, [Count(day(40), 10, 200)])
    assert (corrected.state, corrected.withdrawn) == (State.QUIET, (day(40), -1))
    kept, quiet = FINDINGS.advance(kept, [Count(day(40), 10, 200)])
    assert quiet.withdrawn is None
    _, back = FINDINGS.advance(kept, [days[-1]])
    assert back.state is State.RAISED


def test_an_alarm_that_came_and_went_while_nobody_looked_is_named():
    days = series(bad=3, after=9)
    kept, _ = fed(days[:40])
    _, result = FINDINGS.advance(kept, days[40:])
    assert result.state is State.QUIET
    assert result.missed == ((day(40), -1),)


@settings(max_examples=6)
@given(st.permutations(range(34, 41)), st.lists(st.integers(34, 40), max_size=4))
def test_late_days_in_any_order_come_to_the_same(order, repeated):
    days = series(bad=1)
    kept, _ = fed(days[:34])
    first, expected = FINDINGS.advance(kept, days[34:41])
    for number in [*order, *repeated]:
        kept, result = FINDINGS.advance(kept, [days[number]])
    assert kept.portions == first.portions
    assert (result.state, result.raised, result.height) == (expected.state, expected.raised, expected.height)


def test_days_of_incidents_neither_alarm_nor_teach():
    incident = {day(n) for n in range(20, 25)}
    days = [Count(c.day, 80, 200) if c.day in incident else c for c in series(bad=0)]
    _, results = fed(days, left_out=incident)
    assert State.RAISED not in {r.state for r in results}
    assert results[-1].usual == pytest.approx(0.05, abs=0.01)


def test_what_people_call_the_new_usual_is_learned_and_no_longer_alarmed_about():
    days = series(bad=40)
    kept, _ = fed(days[:45])
    word = Fresh(since=day(40), said=day(44))
    kept, results = fed(days[45:], kept, fresh=word)
    states = [r.state for r in results]
    assert states[0] is State.LEARNING
    assert set(states[12:]) == {State.QUIET}
    assert results[-1].usual == pytest.approx(0.15, abs=0.02)


def test_an_alarm_does_not_become_the_usual_by_lasting():
    _, results = fed(series(bad=45))
    assert results[-1].state is State.STANDING
    assert results[-1].usual == pytest.approx(0.05, abs=0.01)


def test_a_day_without_units_is_not_judged_and_not_forgotten():
    kept, results = fed([*series(bad=1), Count(day(41), 0, 0)])
    assert results[-1].state is State.STANDING
    assert results[-1].identity == results[-2].identity
    assert f"{results[-2].change.events} of 200" in say(results[-1], "en")
    assert FINDINGS.advance(kept, [Count(day(42), 30, 200)])[1].state is State.STANDING


def test_what_is_kept_stays_small():
    kept, _ = fed(series(quiet=150, bad=0))
    assert len(kept.portions) <= HISTORY.days + HISTORY.gap + HISTORY.corrections + 8


def test_whole_days_and_hours_do_not_mix():
    kept, _ = fed(series(quiet=20, bad=0))
    with pytest.raises(ValueError, match="not both"):
        FINDINGS.advance(kept, [Count(day(21), 1, 10, hour=9)])


def test_every_series_of_the_settings_has_its_detector_and_its_share_of_the_budget():
    made = {d.series: d for d in detectors(DetectorSettings())}
    assert set(made) == {*DetectorSettings().rates, *DetectorSettings().amounts}
    assert sum(30 / d.model.wanted for d in made.values()) == pytest.approx(1.0)
    volume = made["dialogues"]
    kept, result = volume.advance(Kept(), [Amount(day(n), 150 + n % 5) for n in range(60)])
    assert (result.state, result.measure) == (State.QUIET, "units")
    assert volume.advance(kept, [Amount(day(60), 0)])[1].state is State.RAISED  # nobody writes: the worst of falls
    assert volume.advance(kept, [Amount(day(60), 30)])[1].state is State.RAISED


def test_a_day_that_is_not_over_is_judged_more_strictly_than_the_same_day_once_it_is():
    kept, _ = fed(series(bad=0))
    raised = {}
    for events in range(10, 60):
        today = Count(day(40), events, 200)
        for unfinished in ((day(40), 12), None):
            _, result = FINDINGS.advance(kept, [today], unfinished=unfinished)
            if result.alarmed:
                raised.setdefault(unfinished, events)
    assert raised[day(40), 12] > raised[None]
    assert raised[day(40), 12] < 40, "three times the usual is found before the day is over"


def test_a_day_that_is_not_over_ends_no_alarm():
    kept, _ = fed(series(bad=0))
    kept, result = FINDINGS.advance(kept, [Count(day(40), 80, 200)])
    assert result.state is State.RAISED
    for number in range(41, 60):
        morning = FINDINGS.advance(kept, [Count(day(number), 0, 100)], unfinished=(day(number), 12))[1]
        assert morning.alarmed
        assert morning.raised == (day(40), -1)
        kept, evening = FINDINGS.advance(kept, [Count(day(number), 8, 200)])
        if evening.state is State.OVER:
            return
    raise AssertionError("the alarm never ends")
