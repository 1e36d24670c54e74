"""Every request that was billed is priced by itself, and everything adds up from there."""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botops.bot import Bot, BotRules
from botops.costs import CostMeter, ExchangeRate, ExchangeRates, PriceOverride, PriceTable
from botops.domain.billing import billed
from botops.domain.errors import ModelError
from botops.domain.messages import InboundMessage
from botops.domain.money import PICO, Money
from botops.domain.ports import ModelReply
from botops.domain.turns import GuardPolicy, Purpose
from botops.domain.usage import Cost, Usage
from botops.testing.fakes import START, MemoryTurns, OnePrompt, TickingClock, Watching, WordGuard

LONG = PriceOverride.model_validate(
    {"model": "m", "input": 1, "output": 2, "per_call": "0.01", "cached_input": "0.1",
     "tiers": [{"above": 1000, "input": 2}]}
)  # fmt: skip
FLEX = PriceOverride.model_validate({"model": "m", "input": "0.5", "output": 1, "service_tier": "flex"})
RATES = ExchangeRates([ExchangeRate(date(2026, 1, 1), "KZT", Decimal(500))])
METER = CostMeter(PriceTable([LONG, FLEX], public=False), RATES, "KZT", "m")
AT = datetime(2026, 3, 2, tzinfo=UTC)


class Scripted:
    """A model that answers with what it was handed."""

    name, simulated = "m", False

    def __init__(self, *answers):
        self.answers = list(answers)

    async def complete(self, request, on_text=None):
        answer = self.answers.pop(0)
        if isinstance(answer, ModelError):
            raise answer
        return answer


def reply(*tries, model="m", text="Ок."):
    return ModelReply(text, sum(tries, Usage()), model, "stop", 0.1, None, tries if len(tries) > 1 else ())


def bot(*answers, forbidden=()):
    return Bot(OnePrompt(), Scripted(*answers), WordGuard(forbidden), METER, MemoryTurns(), Watching(), TickingClock(),
               iter("abcdefgh").__next__, BotRules(policy=GuardPolicy.REPAIR))  # fmt: skip


def turn(made, key="k"):
    return asyncio.run(made.run_turn(InboundMessage("d", "lead", "Цена?", START, key)))


def test_two_short_requests_are_not_priced_as_a_long_one():
    # each: 900 x 1 $ and 10 x 2 $ a million and 0.01 $ for the call = 0.01092 $; their sum of 1,800 would be a long one
    record = turn(bot(reply(Usage(900, output_tokens=10), Usage(900, output_tokens=10))))
    assert record.cost.pico_usd == 2 * 10_920_000_000
    (attempt,) = record.attempts
    assert attempt.tries == (Usage(900, output_tokens=10),) * 2
    assert attempt.usage == Usage(1800, output_tokens=20)


def test_each_try_has_the_price_of_its_tier():
    # flex: 100 x 0.5 $ a million = 50,000,000; then ordinary: 100 x 1 $ a million and 0.01 $
    record = turn(bot(reply(Usage(100, service_tier="flex"), Usage(100))))
    assert record.cost.pico_usd == 50_000_000 + 100_000_000 + 10_000_000_000


def test_a_call_that_failed_keeps_its_tries():
    tries = (Usage(900), Usage(900))
    record = turn(bot(ModelError("server", "gone", usage=Usage(1800), tries=tries)))
    (attempt,) = record.attempts
    assert (attempt.tries, attempt.fault) == (tries, "server")
    assert record.cost.pico_usd == 2 * 10_900_000_000


def test_a_call_that_was_refused_costs_nothing_and_nothing_is_unknown():
    record = turn(bot(ModelError("auth", "no key", model="nobody-knows")))
    assert record.cost == Cost()


def test_an_answer_under_a_name_without_a_price_has_the_price_of_the_model_asked():
    cost = turn(bot(reply(Usage(100), model="deployment-7"))).cost
    assert (cost.pico_usd, cost.priced_as, cost.unknown_model) == (10_100_000_000, "m", False)
    assert billed(METER, [Usage(100)], "x", AT, asked="y").unknown_model


tokens = st.integers(0, 3000)
usages = st.builds(
    lambda i, c, o, tier: Usage(i, min(i, c), output_tokens=o, service_tier=tier), tokens, tokens, tokens,
    st.sampled_from(["", "flex"]),
)  # fmt: skip
calls = st.lists(usages, min_size=1, max_size=3)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(calls, calls), min_size=1, max_size=3))
def test_a_dialogue_costs_what_its_turns_attempts_and_tries_cost(turns):
    records = [turn(bot(reply(*first, text="45000"), reply(*second), forbidden=("45000",))) for first, second in turns]
    attempts = [attempt for record in records for attempt in record.attempts]
    assert [a.purpose for a in attempts] == [Purpose.REPLY, Purpose.REPAIR] * len(turns)
    single = [METER.cost(t, "m", AT) for pair in turns for call in pair for t in call if t.total_tokens]
    dialogue = sum((record.cost for record in records), Cost())
    assert dialogue.pico_usd == sum(a.cost.pico_usd for a in attempts) == sum(c.pico_usd for c in single)
    assert sum(len(a.tries or (a.usage,)) for a in attempts) == sum(len(call) for pair in turns for call in pair)
    if dialogue.pico_usd:
        assert dialogue.local == Money.of(Decimal(dialogue.pico_usd) * 500 / PICO, "KZT"), "rounded once, at the end"


def test_costs_at_two_rates_add_up_by_their_amounts_and_have_no_rate():
    one = Cost(PICO, Money(50_000, "KZT"), Decimal(500))
    two = Cost(PICO, Money(51_000, "KZT"), Decimal(510))
    for total in (one + two, two + one, one + two + Cost()):
        assert (total.local, total.rate) == (Money(101_000, "KZT"), None)
    assert (one + two + one).local == Money(151_000, "KZT")
    unknown = Cost(pico_usd=7)
    assert (one + unknown + one).local == Money(100_000, "KZT")


@pytest.mark.parametrize("order", [1, -1])
def test_an_amount_of_nothing_changes_no_rate(order):
    one = Cost(PICO, Money(50_000, "KZT"), Decimal(500))
    assert sum([Cost(), one][::order], Cost()).rate == 500
