"""The capacity plan against figures worked out by hand."""

import math
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botops.costs.plan import DEFAULT_HOURS, CallShape, Limit, Traffic, Workload, capacity
from botops.domain.errors import UserError
from botops.domain.money import PICO
from botops.domain.turns import Purpose
from botops.domain.usage import Cost, Usage

TODAY = date(2026, 11, 20)
FLAT = (1 / 24,) * 24
REPLY = CallShape(Purpose.REPLY, 1.0, Usage(input_tokens=2000, cached_tokens=500, output_tokens=100))
REPAIR = CallShape(Purpose.REPAIR, 0.1, Usage(input_tokens=2200, output_tokens=100))
WORK = Workload(4.0, (REPLY, REPAIR), FLAT, 1.5, spread=0.1)


def price(usage):
    """Two dollars a million in, half of it cached, ten a million out."""
    pico = (usage.input_tokens - usage.cached_tokens) * 2 + usage.cached_tokens * 1 + usage.output_tokens * 10
    return Cost(pico * PICO // 10**6, source="own price")


def unknown(usage):
    return Cost(unknown_model=True, source="a table without it")


def test_a_day_and_a_month_add_up_by_hand():
    found = capacity(1000, WORK, "m", price)
    assert found.turns_per_day == 4000
    assert found.calls_per_day == {Purpose.REPLY: 4000, Purpose.REPAIR: 400}
    assert found.usage_per_day.input_tokens == 4000 * 2000 + 400 * 2200
    assert found.usage_per_day.cached_tokens == 4000 * 500
    assert found.usage_per_day.output_tokens == 4400 * 100
    # A reply: 1500 × 2 + 500 × 1 + 100 × 10 = 4500 micro-dollars; a repair: 2200 × 2 + 1000 = 5400.
    assert found.by_purpose == {
        Purpose.REPLY: Decimal("0.0045") * 4000 * 30,
        Purpose.REPAIR: Decimal("0.0054") * 400 * 30,
    }
    assert found.month.expected == Decimal("604.8")
    assert found.month.low < found.month.expected < found.month.high
    # The spread of the inputs is 0.1; that of 132,000 calls adds next to nothing: 604.8 × exp(±1.645 × 0.1).
    assert float(found.month.high) == pytest.approx(604.8 * math.exp(1.645 * 0.1), rel=0.002)
    assert found.price_source == "own price"


def test_the_busiest_hour_is_a_mean_and_a_busy_minute_of_the_busiest_weekday():
    hours = (0.0,) * 10 + (0.2,) + (0.8 / 13,) * 13
    found = capacity(1000, Workload(4.0, (REPLY,), hours, 1.5, token_spread=0.0), "m", price)
    # 4000 turns × 1.5 × 0.2 in an hour of 60 minutes: 20 a minute; Poisson's 99th percentile about 20 + 2.33 × √20.
    assert found.peak.hour == 10
    assert found.peak.requests == pytest.approx(20)
    assert found.peak.tokens == pytest.approx(20 * 2100)
    assert found.peak.busy_requests == pytest.approx(20 + 2.326 * math.sqrt(20), rel=1e-3)
    assert found.peak.busy_tokens == pytest.approx(2100 * found.peak.busy_requests, rel=1e-6)
    assert found.hours[3].requests == 0


def test_a_limit_names_its_hours_and_how_much_fits():
    hours = (0.0,) * 10 + (0.2, 0.1) + (0.7 / 12,) * 12
    limits = (Limit("rpm", 15), Limit("tpm", 1_000_000))
    found = capacity(1000, Workload(4.0, (REPLY,), hours, 1.0), "m", price, limits=limits)
    requests, tokens = found.limits
    assert (requests.hit, requests.hours, requests.peak_hour) == (True, (10,), 10)
    assert (tokens.hit, tokens.hours) == (False, ())
    assert requests.share == pytest.approx(requests.peak / 15)


@given(
    st.integers(1, 10_000_000), st.sampled_from(["rpm", "tpm"]), st.floats(1, 20), st.floats(0.1, 3), st.floats(0, 2)
)
def test_what_just_fits_uses_the_whole_limit(number, kind, turns, busiest, spread):
    work = Workload(turns, (REPLY, REPAIR), DEFAULT_HOURS, busiest, token_spread=spread)
    most = capacity(10, work, "m", price, limits=[Limit(kind, number)]).limits[0].dialogues_per_day
    use = capacity(most, work, "m", price, limits=[Limit(kind, number)]).limits[0]
    assert use.share == pytest.approx(1.0, rel=1e-6)


def test_when_growth_reaches_a_limit():
    traffic = Traffic(1000, 0.1, TODAY)
    one = capacity(1000, WORK, "m", price, limits=[Limit("tpm", 10**6)], traffic=traffic).limits[0]
    days = 7 * math.log(one.dialogues_per_day / 1000) / math.log(1.1)
    assert 0 <= (one.reached_on - TODAY).days - days < 1
    for growth, limit, reached in ((0.0, 10**6, None), (-0.1, 10**6, None), (0.0001, 10**6, None), (0.1, 10, TODAY)):
        found = capacity(1, WORK, "m", price, limits=[Limit("tpm", limit)], traffic=Traffic(1000, growth, TODAY))
        assert found.limits[0].reached_on == reached
    assert capacity(1, WORK, "m", price, limits=[Limit("tpm", 10)]).limits[0].reached_on is None


def test_an_unknown_price_is_no_price_of_zero():
    found = capacity(1000, WORK, "m", unknown)
    assert found.price_source == ""
    assert found.month is None
    assert found.month_local is None
    assert found.by_purpose == {}
    assert found.turns_per_day == 4000


def test_the_default_day_is_a_whole_day():
    assert len(DEFAULT_HOURS) == 24
    assert sum(DEFAULT_HOURS) == pytest.approx(1)


@pytest.mark.parametrize("number", [0, -5, math.nan, math.inf])
def test_no_dialogues_cannot_be_planned(number):
    with pytest.raises(UserError, match="give a number above zero"):
        capacity(number, WORK, "m", price)


def test_a_limit_of_nothing_is_refused():
    with pytest.raises(UserError, match="lets nothing through"):
        capacity(1, WORK, "m", price, limits=[Limit("rpm", 0)])
