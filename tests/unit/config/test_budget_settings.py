"""The section `budgets`: what may be written, and what is said at its place when it is wrong."""

from decimal import Decimal

import pytest

from botops.config import load_settings
from botops.domain.budgets import BudgetPeriod, BudgetScope
from botops.domain.errors import UserError


def settings(tmp_path, text):
    file = tmp_path / "botops.yaml"
    file.write_text(f"budgets:\n{text}", "utf-8")
    return load_settings(file, required=True)


def test_a_budget_with_everything(tmp_path):
    found = settings(
        tmp_path,
        "  month:\n    scope: prompt\n    of: sales\n    period: month\n    amount: 150000\n    currency: KZT\n"
        "    soft: [0.5, 0.8]\n    hard: {cheaper_model: gpt-4o-mini, cheaper_at: 1, hand_over_at: 1.2}\n"
        "    unknown_price: go\n    simulated: true\n",
    ).budgets["month"]
    assert (found.scope, found.of, found.period) == (BudgetScope.PROMPT, "sales", BudgetPeriod.MONTH)
    assert (found.amount, found.currency, found.soft) == (150_000, "KZT", (Decimal("0.5"), Decimal("0.8")))
    assert (found.hard.cheaper_from, found.hard.hand_over_at) == (1, Decimal("1.2"))
    assert (found.unknown_price, found.simulated) == ("go", True)


def test_what_is_left_out(tmp_path):
    found = settings(tmp_path, "  day: {period: day, amount: 5, hard: {cheaper_model: small}}\n").budgets["day"]
    assert (found.scope, found.of, found.currency) == (BudgetScope.COMPANY, None, None)
    assert (found.hard.cheaper_from, found.hard.hand_over_at) == (Decimal("0.9"), 1)
    assert (found.unknown_price, found.simulated, found.soft) == ("hand_over", False, ())
    assert settings(tmp_path, "  d: {scope: dialogue, amount: 1, hard: {}}\n").budgets["d"].hard.cheaper_from is None


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("day: {period: day}", "2:3: budgets.day.amount: missing"),
        ("day: {period: day, amount: 0}", "2:30: budgets.day.amount"),
        ("day: {period: day, amount: -5}", "more than 0"),
        ("day: {period: day, amount: .inf}", "budgets.day.amount"),
        ("day: {period: day, amount: much}", "budgets.day.amount"),
        ("day: {amount: 5}", "add `period: day` or `period: month`"),
        ("day: {period: week, amount: 5}", "budgets.day.period"),
        ("day: {period: day, amount: 5, currency: tenge}", "budgets.day.currency"),
        ("d: {scope: dialogue, period: day, amount: 5}", "remove `period`"),
        ("d: {scope: dialogue, of: x, amount: 5}", "`of` has no meaning"),
        ("p: {scope: prompt, period: day, amount: 5}", "which prompt? add `of: NAME`"),
        ("c: {scope: channel, period: day, amount: 5}", "which channel? add `of: NAME`"),
        ("day: {period: day, amount: 5, soft: [0.8, 0.5]}", "shares must rise"),
        ("day: {period: day, amount: 5, soft: [0.5, 0.5]}", "shares must rise"),
        ("day: {period: day, amount: 5, soft: [80]}", "at most 10"),
        ("day: {period: day, amount: 5, hard: {cheaper_at: 0.5}}", "name the model"),
        ("day: {period: day, amount: 5, hard: {cheaper_model: x, cheaper_at: 1}}", "handed over already"),
        ("day: {period: day, amount: 5, hard: {hand_over: 1}}", "did you mean `hand_over_at`"),
        ("day: {period: day, amount: 5, unknown_price: ignore}", "unknown_price"),
        ("'a b': {period: day, amount: 5}", "a b"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(tmp_path, line, problem):
    with pytest.raises(UserError) as caught:
        settings(tmp_path, f"  {line}\n")
    assert problem in str(caught.value)
    assert "botops.yaml:2:" in str(caught.value)


def test_budgets_are_bounded_for_the_sake_of_metrics(tmp_path):
    many = "".join(f"  b{n}: {{period: day, amount: 5}}\n" for n in range(51))
    with pytest.raises(UserError, match="50"):
        settings(tmp_path, many)
