"""What a usage costs at a price, worked out by hand in each comment."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botops.costs import PriceRow, Rate, cost_of, pico_of
from botops.costs.prices import Billable
from botops.domain.usage import Usage


def rate(price, *tiers):
    return Rate(Decimal(price), tuple((above, Decimal(p)) for above, p in tiers))


FULL = PriceRow("m", rate("2.5"), rate("10"), cached=rate("1.25"), cache_write=rate("3.125"), reasoning=rate("12"))
PLAIN = PriceRow("m", rate("0.15"), rate("0.6"))


def test_every_kind_of_token_is_charged_once_at_its_own_rate():
    # 1,000 in, of which 600 read from and 100 written to the cache: 300 x 2.5 + 600 x 1.25 + 100 x 3.125 = 1,812.5
    # 500 out, of which 200 reasoning: 300 x 10 + 200 x 12 = 5,400; together 7,212.5 per million
    assert cost_of(Usage(1000, 600, 100, 500, 200), FULL) == Decimal("0.0072125")


def test_a_kind_without_a_rate_costs_what_its_whole_costs():
    # 1,000 x 0.15 + 500 x 0.6 = 450 per million, whatever of it was cached or reasoned
    assert cost_of(Usage(1000, 600, 100, 500, 200), PLAIN) == cost_of(Usage(1000, 0, 0, 500), PLAIN)
    assert cost_of(Usage(1000, 600, 100, 500, 200), PLAIN) == Decimal("0.00045")


def test_a_part_greater_than_its_whole_is_charged_as_reported():
    assert Billable.of(Usage(100, 150, 0, 10, 30)) == Billable(0, 150, 0, 0, 30)


def test_a_long_prompt_costs_more_from_its_first_token():
    row = PriceRow(
        "m", rate("2.5", (200_000, "5")), rate("15", (200_000, "22.5")), cached=rate("0.25", (200_000, "0.5"))
    )
    # at the threshold: 200,000 x 2.5 + 1,000 x 15 = 515,000 per million
    assert cost_of(Usage(200_000, 0, 0, 1000), row) == Decimal("0.515")
    # one more: 100,001 x 5 + 100,000 x 0.5 + 1,000 x 22.5 = 572,505 per million
    assert cost_of(Usage(200_001, 100_000, 0, 1000), row) == Decimal("0.572505")


def test_tiers_rise():
    steps = rate("1", (10, "2"), (20, "3"))
    assert [steps.at(n) for n in (0, 10, 11, 20, 21)] == [1, 1, 2, 2, 3]


def test_a_price_for_each_call():
    row = PriceRow("m", rate("1"), rate("1"), per_call=Decimal("0.005"))
    assert cost_of(Usage(1_000_000, 0, 0, 0), row) == Decimal("1.005")
    assert cost_of(Usage(1_000_000, 0, 0, 0), row, calls=3) == Decimal("1.015")
    assert cost_of(Usage(), row) == 0


counts = st.integers(min_value=0, max_value=10**7)


@st.composite
def mixed(draw):
    """A usage with every kind of token, its parts in any overlap that their wholes allow."""
    given, made = draw(counts), draw(counts)
    cached = draw(st.integers(0, given))
    written = draw(st.integers(0, given - cached))
    audio = draw(st.integers(0, given))
    reasoning = draw(st.integers(0, made))
    return Usage(
        given, cached, written, made, reasoning,
        cache_write_1h_tokens=draw(st.integers(0, written)),
        audio_input_tokens=audio,
        audio_cached_tokens=draw(st.integers(0, min(audio, cached))),
        audio_output_tokens=draw(st.integers(0, made - reasoning)),
    )  # fmt: skip


@given(mixed())
def test_every_token_is_in_one_part_and_in_one_only(usage):
    parts = Billable.of(usage)
    numbers = [getattr(parts, name) for name in parts.__slots__]
    assert min(numbers) >= 0
    assert sum(numbers) == usage.total_tokens
    assert parts.size == usage.input_tokens


@given(mixed(), st.decimals(min_value=0, max_value=100, places=6))
def test_at_one_price_for_all_a_split_changes_nothing(usage, price):
    flat = PriceRow("m", Rate(price), Rate(price))
    assert cost_of(usage, flat) == usage.total_tokens * price.scaleb(-6)
    assert pico_of(usage, flat) == usage.total_tokens * price * 10**6


@st.composite
def usages(draw):
    cached, write, plain, reasoning, said = (draw(counts) for _ in range(5))
    return Usage(plain + cached + write, cached, write, said + reasoning, reasoning)


@given(usages(), usages())
def test_the_cost_of_a_sum_is_the_sum_of_the_costs(one, two):
    assert cost_of(one + two, FULL) == cost_of(one, FULL) + cost_of(two, FULL)


@given(usages())
def test_caching_never_costs_more_than_plain_input_when_it_is_cheaper(usage):
    without = Usage(usage.input_tokens, 0, usage.cache_write_tokens, usage.output_tokens, usage.reasoning_tokens)
    saved = cost_of(without, FULL) - cost_of(usage, FULL)
    assert saved == usage.cached_tokens * Decimal("1.25") / 1_000_000


@pytest.mark.parametrize("tokens", [1, 7, 999_999_999])
def test_no_digit_is_lost(tokens):
    row = PriceRow("m", rate("0.005"), rate("0.005"))
    assert cost_of(Usage(tokens), row) == Decimal(tokens) * 5 / Decimal(10**9)
