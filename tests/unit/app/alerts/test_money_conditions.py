"""Budgets and prices of models."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from botops.domain.findings import Verdict
from botops.domain.turns import Attempt, Purpose
from botops.domain.usage import Cost, Usage

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FREE = Cost(0, None, None, "test-model", "test", False)
OK = Verdict.of((), claims=1, book="1")


@pytest.mark.parametrize(("spent", "told"), [(79, None), (81, "BotopsBudgetLow"), (100, "BotopsBudgetSpent")])
def test_budgets_are_told_when_low_and_when_spent(shop_with, spent, told):
    shop = shop_with(
        "costs: {rates: [{since: 2026-11-01, per_usd: 500, source: test}]}\n"
        "budgets: {month: {period: month, amount: 100, currency: USD}}\n"
    )
    cost = replace(FREE, pico_usd=spent * 10**12)
    attempt = Attempt(Purpose.REPLY, "test-model", "450", Usage(1, 0, 0, 1, 0), cost, 50, OK)
    shop.turns(1, attempts=(attempt,))
    said = {rule: shop.says(rule) for rule in ("BotopsBudgetLow", "BotopsBudgetSpent", "BotopsPriceUnknown")}
    assert [rule for rule, signals in said.items() if signals] == ([told] if told else [])
    if told:
        assert said[told][0].key.endswith("month:2026-10-31")  # midnight in Almaty
