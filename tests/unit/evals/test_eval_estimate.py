"""What a run is expected to use and cost."""

from dataclasses import replace

import pytest

from botops.domain.errors import UserError
from botops.domain.turns import GuardPolicy
from botops.domain.usage import Cost, Usage
from botops.evals.estimate import DialogueEstimator, ReplySize, Span, Tally, span_of
from botops.evals.runner import jobs_of
from botops.testing.fakes import FlatMeter, OnePrompt

SIZE = ReplySize(Span(10, 20, 40), "as assumed")


def words(text):
    return len(text.split())


def turns(house, cases, prompt=None, policy=GuardPolicy.BLOCK, size=SIZE):
    bench = house.bench(cases, prompt=prompt)
    bench = replace(bench, rules=replace(bench.rules, policy=policy, repairs=2))
    (job,) = jobs_of(bench)
    return list(DialogueEstimator(words).turns(job, size))


TWO = "cases:\n  - {id: a, turns: [Сколько стоит?, А за год вместе?], expect: [{max_length: 4}]}\n"


def test_what_was_said_before_is_asked_again_with_every_turn(house):
    first, second = turns(house, TWO)
    prompt = first.likely.input_tokens - (2 + 4)
    assert prompt > 4
    assert second.likely.input_tokens == prompt + (2 + 4) + (20 + 4) + (4 + 4)
    assert (first.calls, second.calls) == (Span(1, 1, 1), Span(1, 1, 1))
    assert [first.low.output_tokens, first.likely.output_tokens, first.high.output_tokens] == [10, 20, 40]


def test_the_least_takes_what_repeats_from_a_cache_and_the_most_does_not(house):
    _, second = turns(house, TWO)
    assert 0 < second.low.cached_tokens < second.low.input_tokens < second.likely.input_tokens
    assert second.likely.cached_tokens == second.high.cached_tokens == 0
    assert second.high.input_tokens > second.likely.input_tokens


def test_repairs_are_the_worst_case_where_the_policy_makes_them(house):
    (plain, _), (repaired, _) = turns(house, TWO), turns(house, TWO, policy=GuardPolicy.REPAIR)
    assert plain.calls == Span(1, 1, 1)
    assert repaired.calls == Span(1, 1, 3)
    assert repaired.high.output_tokens == 3 * plain.high.output_tokens
    assert repaired.high.input_tokens > 3 * plain.high.input_tokens
    assert repaired.likely == plain.likely


def test_a_simulated_client_says_one_thing_at_least_and_all_it_may_at_most(house):
    cases = "cases:\n  - {id: a, client: {goal: buy, patience: 5}, expect: [no_invented_claims]}\n"
    found = turns(house, cases)
    assert sum((use.calls for use in found), Span()) == Span(1, 3, 5)
    assert found[4].low == found[4].likely == Usage()


def test_a_prompt_that_cannot_be_filled_in_asks_nothing(house):
    assert turns(house, TWO, prompt=OnePrompt(fails=UserError("`city` is missing"))) == []


def test_no_reply_is_longer_than_the_prompt_allows(house):
    prompt = OnePrompt()
    rendered = prompt.prompt_for
    most = 15

    class Short:
        def prompt_for(self, inbound, language, past):
            made = rendered(inbound, language, past)
            return replace(made, parameters=replace(made.parameters, max_tokens=most))

    first, _ = turns(house, TWO, prompt=Short())
    assert [first.low.output_tokens, first.likely.output_tokens, first.high.output_tokens] == [10, 15, 15]


def test_a_tally_counts_repeats_and_says_when_no_price_is_known(house):
    use, _ = turns(house, TWO)
    known = Tally("m", lambda usage: Cost(pico_usd=usage.total_tokens, priced_as="m", source="t"), simulated=False)
    known.add(use, 3, "as assumed")
    known.add(use, 1, "as assumed")
    model = known.estimate()
    assert model.calls == Span(4, 4, 4)
    assert model.pico_usd.likely == 4 * use.likely.total_tokens
    assert (model.prices, model.assumption) == ("t", "as assumed")
    unknown = Tally("m", lambda usage: Cost(priced_as="m", source="t", unknown_model=True), simulated=False)
    unknown.add(use, 1, "as assumed")
    assert (unknown.estimate().pico_usd, unknown.estimate().prices) == (None, "")


@pytest.mark.parametrize(
    ("counts", "span"),
    [([7], Span(7, 7, 7)), (range(1, 12), Span(2, 6, 10)), ([100, 1, 1, 1, 1, 1, 1, 1, 1, 1], Span(1, 11, 100))],
)
def test_a_span_leaves_out_the_ends(counts, span):
    assert span_of(counts) == span


def test_the_flat_meter_prices_what_is_estimated(house):
    use, _ = turns(house, TWO)
    meter = FlatMeter()
    bench = house.bench(TWO)
    tally = Tally("m", lambda usage: meter.cost(usage, "m", bench.suite.at), simulated=False)
    tally.add(use, 1, "")
    span = tally.estimate().pico_usd
    assert 0 < span.low < span.likely < span.high
