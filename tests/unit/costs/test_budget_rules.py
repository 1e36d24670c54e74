"""The rules of budgets, one by one: amounts, periods, the answer to a call, alerts, standings."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botops.costs.budgets import (
    BudgetState,
    Case,
    Plan,
    amount_of,
    days_of,
    decide,
    shown,
    soft_alerts,
    standing,
    window_of,
)
from botops.costs.rates import ExchangeRate, ExchangeRates
from botops.domain.budgets import Allowance, Budget, BudgetLevel, BudgetPeriod, BudgetScope, Expected, Used
from botops.domain.money import PICO
from botops.domain.usage import Cost, Usage

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = date(2026, 11, 20)
ALMATY = ZoneInfo("Asia/Almaty")
RATES = ExchangeRates(
    [ExchangeRate(date(2026, 11, 1), "KZT", Decimal(500)), ExchangeRate(date(2026, 11, 20), "KZT", Decimal("512.34"))]
)
CEILING = {"hand_over_at": Decimal(1)}
TWO_STEPS = {"cheaper_model": "small", "cheaper_at": Decimal("0.5"), "hand_over_at": Decimal(1)}


def budget(amount=1, currency="USD", **more):
    more.setdefault("period", BudgetPeriod.DAY)
    return Budget("b", more.pop("scope", BudgetScope.COMPANY), Decimal(amount), currency, **more)


def usd(amount):
    return int(Decimal(str(amount)) * PICO)


def used(spent=0, held=0, unknown=0, day=DAY):
    return Used(((day, usd(spent)),) if spent else (), ((day, usd(held)),) if held else (), unknown)


def call(model, amount):
    cost = Cost(unknown_model=True) if amount is None else Cost(usd(amount))
    return Expected(model, Usage(100, output_tokens=10, estimated=True), cost)


def plan(planned=0.1, cheaper=None, made=0, model="big"):
    offers = {name: call(name, amount) for name, amount in (cheaper or {}).items()}
    return Plan(call(model, planned), usd(made), offers, NOON, DAY)


def answer(cases, planned):
    return decide(cases, planned, RATES)


def test_a_call_goes_as_long_as_it_fits_to_the_last_pico_dollar():
    fits = Case(budget(**CEILING), used(spent=0.6, held=0.3))
    decision = answer([fits], plan(0.1))
    assert decision.permit.allowance is Allowance.GO
    assert decision.permit.model is None
    assert decision.held.model == "big"
    one_more = Used(((DAY, usd(0.6) + 1),), ((DAY, usd(0.3)),))
    assert answer([Case(budget(**CEILING), one_more)], plan(0.1)).permit.allowance is Allowance.HAND_OVER


def test_what_the_turn_has_cost_before_counts():
    case = Case(budget(**CEILING), used(spent=0.5))
    assert answer([case], plan(0.1, made=0.4)).permit.allowance is Allowance.GO
    assert answer([case], plan(0.1, made=0.41)).permit.allowance is Allowance.HAND_OVER


def test_a_refused_call_holds_nothing_and_names_its_budget():
    decision = answer([Case(budget(**CEILING), used(spent=1))], plan(0.1))
    assert decision.held is None
    assert decision.permit.budget == "b"
    assert decision.permit.reason == "1.1 of 1 USD with this call"
    assert [alert.level for alert in decision.alerts] == [BudgetLevel.HAND_OVER]


def test_a_refusal_says_whether_the_budget_is_used_up_or_only_held():
    held = answer([Case(budget(**CEILING), used(spent=0.5, held=0.45))], plan(0.1))
    assert held.permit.allowance is Allowance.HAND_OVER
    assert [alert.level for alert in held.alerts] == [BudgetLevel.HELD]
    spent = answer([Case(budget(**CEILING), used(spent=0.95, held=0.5))], plan(0.1))
    assert [alert.level for alert in spent.alerts] == [BudgetLevel.HAND_OVER]


def test_a_budget_whose_rest_is_too_small_for_a_call_is_reached():
    asked, rest = budget(**CEILING), used(spent=0.95)
    (refused,) = answer([Case(asked, rest)], plan(0.1)).alerts
    assert standing(Case(asked, rest), NOON, ALMATY, RATES).state is BudgetState.OK
    assert standing(Case(asked, rest), NOON, ALMATY, RATES, (refused,)).state is BudgetState.REACHED
    raised = budget(hand_over_at=Decimal("1.2"))
    assert standing(Case(raised, rest), NOON, ALMATY, RATES, (refused,)).state is BudgetState.OK


def test_the_cheaper_model_answers_from_its_share_on_and_then_people_do():
    def at(spent):
        return answer([Case(budget(**TWO_STEPS), used(spent=spent))], plan(0.1, {"small": 0.01})).permit

    assert at(0.4).allowance is Allowance.GO
    assert (at(0.41).allowance, at(0.41).model) == (Allowance.CHEAPER, "small")
    assert (at(0.99).allowance, at(0.99).model) == (Allowance.CHEAPER, "small")
    assert at(0.991).allowance is Allowance.HAND_OVER


@pytest.mark.parametrize("offer", [0.1, 0.2, None], ids=["as dear", "dearer", "unknown"])
def test_a_cheaper_model_that_is_not_cheaper_never_answers(offer):
    decision = answer([Case(budget(**TWO_STEPS), used(spent=0.6))], plan(0.1, {"small": offer}))
    assert decision.permit.allowance is Allowance.GO
    assert decision.held.model == "big"


def test_of_several_budgets_the_strictest_decides():
    roomy, tight = budget(amount=100, **CEILING), budget(amount="0.05", **CEILING)
    assert answer([Case(roomy, used()), Case(tight, used())], plan(0.1)).permit.allowance is Allowance.HAND_OVER
    wants_small = budget(**TWO_STEPS)
    wants_tiny = budget(**{**TWO_STEPS, "cheaper_model": "tiny"})
    cases = [Case(wants_small, used(spent=0.6)), Case(wants_tiny, used(spent=0.6))]
    assert answer(cases, plan(0.1, {"small": 0.02, "tiny": 0.01})).permit.model == "tiny"


def test_a_budget_that_only_alerts_stops_nothing():
    decision = answer([Case(budget(soft=(Decimal("0.5"),)), used(spent=3))], plan(0.1))
    assert decision.permit.allowance is Allowance.GO
    assert [(a.level, a.share) for a in decision.alerts] == [(BudgetLevel.SOFT, Decimal("0.5"))]


def test_an_unknown_price_is_never_nothing():
    strict = answer([Case(budget(**CEILING), used())], plan(None))
    assert strict.permit.allowance is Allowance.HAND_OVER
    assert [a.level for a in strict.alerts] == [BudgetLevel.UNKNOWN_PRICE]
    lenient = answer([Case(budget(unknown_price="go", **CEILING), used())], plan(None))
    assert lenient.permit.allowance is Allowance.GO
    assert [a.level for a in lenient.alerts] == [BudgetLevel.UNKNOWN_PRICE]


def test_with_an_unknown_price_a_cheaper_model_of_known_price_answers():
    decision = answer([Case(budget(**TWO_STEPS), used())], plan(None, {"small": 0.01}))
    assert (decision.permit.allowance, decision.permit.model) == (Allowance.CHEAPER, "small")
    assert BudgetLevel.UNKNOWN_PRICE in {a.level for a in decision.alerts}


def test_a_budget_in_tenge_counts_each_day_at_its_own_rate():
    days = ((date(2026, 11, 19), usd(1)), (date(2026, 11, 20), usd(1)))
    assert amount_of(days, "KZT", RATES) == Decimal("1012.34")
    assert amount_of(days, "USD", RATES) == 2
    month = budget("1063.574", "KZT", period=BudgetPeriod.MONTH, **CEILING)  # 1012.34 + 0.1 × 512.34
    assert answer([Case(month, Used(days))], plan(0.1)).permit.allowance is Allowance.GO
    less = budget("1063.573", "KZT", period=BudgetPeriod.MONTH, **CEILING)
    assert answer([Case(less, Used(days))], plan(0.1)).permit.allowance is Allowance.HAND_OVER


def test_an_amount_without_a_rate_is_refused():
    with pytest.raises(ValueError, match="EUR"):
        amount_of([(DAY, 1)], "EUR", RATES)


@given(st.lists(st.integers(0, 10**18), max_size=40))
def test_sums_are_exact_whatever_they_are_made_of(picos):
    days = [(date(2026, 11, 1) + timedelta(days=n), pico) for n, pico in enumerate(picos)]
    assert amount_of(days, "USD", RATES) * PICO == sum(picos)


@pytest.mark.parametrize(
    ("period", "day", "first", "last"),
    [
        (BudgetPeriod.DAY, date(2026, 2, 28), date(2026, 2, 28), date(2026, 2, 28)),
        (BudgetPeriod.MONTH, date(2026, 2, 28), date(2026, 2, 1), date(2026, 2, 28)),
        (BudgetPeriod.MONTH, date(2028, 2, 1), date(2028, 2, 1), date(2028, 2, 29)),
        (BudgetPeriod.MONTH, date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        (None, date(2026, 12, 31), date(2026, 12, 31), date(2026, 12, 31)),
    ],
)
def test_periods(period, day, first, last):
    assert days_of(budget(period=period), day) == (first, last)


def test_windows_say_whose_calls_count():
    prompt = window_of(budget(scope=BudgetScope.PROMPT, of="sales"), DAY, "d1")
    channel = window_of(budget(scope=BudgetScope.CHANNEL, of="web", simulated=True), DAY, "d1")
    dialogue = window_of(budget(scope=BudgetScope.DIALOGUE, period=None), DAY, "d1")
    assert (prompt.prompt, prompt.channel, prompt.dialogue_id, prompt.simulated) == ("sales", None, None, False)
    assert (channel.prompt, channel.channel, channel.dialogue_id, channel.simulated) == (None, "web", None, True)
    assert (dialogue.prompt, dialogue.channel, dialogue.dialogue_id) == (None, None, "d1")


@pytest.mark.parametrize(
    ("more", "prompt", "channel", "simulated", "concerned"),
    [
        ({}, "sales", "web", False, True),
        ({}, "sales", "web", True, False),
        ({"simulated": True}, "sales", "web", True, True),
        ({"simulated": True}, "sales", "web", False, True),
        ({"scope": BudgetScope.PROMPT, "of": "sales"}, "sales", "web", False, True),
        ({"scope": BudgetScope.PROMPT, "of": "other"}, "sales", "web", False, False),
        ({"scope": BudgetScope.CHANNEL, "of": "telegram"}, "sales", "web", False, False),
        ({"scope": BudgetScope.DIALOGUE}, "sales", "web", False, True),
    ],
)
def test_which_calls_concern_a_budget(more, prompt, channel, simulated, concerned):
    assert budget(**more).concerns(prompt, channel, simulated=simulated) is concerned


def test_soft_shares_are_told_by_what_is_spent_not_by_what_is_held():
    asked = budget(soft=(Decimal("0.5"), Decimal("0.8")))
    assert soft_alerts(Case(asked, used(spent=0.49, held=0.5)), NOON, DAY, RATES) == []
    reached = soft_alerts(Case(asked, used(spent=0.5)), NOON, DAY, RATES)
    assert [alert.share for alert in reached] == [Decimal("0.5")]
    assert len(soft_alerts(Case(asked, used(spent=2)), NOON, DAY, RATES)) == 2


def test_a_standing_says_what_is_left_and_when_it_runs_out():
    # 12 UTC is 17:00 in Almaty: 17 of 24 hours of the day have passed.
    found = standing(Case(budget(10, **CEILING), used(spent=8.5, held=0.5, unknown=2)), NOON, ALMATY, RATES)
    assert (found.spent, found.held, found.left, found.share) == (
        Decimal("8.5"), Decimal("0.5"), Decimal(1), Decimal("0.9"),
    )  # fmt: skip
    assert found.since == datetime(2026, 11, 19, 19, tzinfo=UTC)
    assert found.until == datetime(2026, 11, 20, 19, tzinfo=UTC)
    assert found.runs_out_at == datetime(2026, 11, 20, 15, tzinfo=UTC)  # 0.5 $ an hour: 20 hours after midnight
    assert (found.state, found.unknown_calls) == (BudgetState.OK, 2)


@pytest.mark.parametrize(
    ("more", "spent", "held", "state"),
    [
        ({"soft": (Decimal("0.5"),)}, 0.4, 0.5, BudgetState.OK),
        ({"soft": (Decimal("0.5"),)}, 0.5, 0, BudgetState.SOFT),
        ({"soft": (Decimal("0.5"),)}, 1, 0, BudgetState.REACHED),
        (TWO_STEPS, 0.3, 0.2, BudgetState.CHEAPER),
        (TWO_STEPS, 0.8, 0.2, BudgetState.REACHED),
        ({"hand_over_at": Decimal("1.5")}, 1.4, 0, BudgetState.OK),
    ],
)
def test_states(more, spent, held, state):
    assert standing(Case(budget(**more), used(spent, held)), NOON, ALMATY, RATES).state is state


@pytest.mark.parametrize(
    ("spent", "moment", "when"),
    [
        (0, NOON, None),  # nothing spent
        (4, NOON, None),  # the pace lasts to the end of the day
        (10, NOON, NOON),  # used up
        (5, datetime(2026, 11, 19, 19, 30, tzinfo=UTC), None),  # half an hour of a day tells nothing
    ],
)
def test_when_a_budget_does_not_run_out(spent, moment, when):
    day = moment.astimezone(ALMATY).date()
    assert standing(Case(budget(10), used(spent, day=day)), moment, ALMATY, RATES).runs_out_at == when


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 7, 1), 24)])
def test_a_day_of_a_clock_change_is_as_long_as_it_is(day, hours):
    berlin = ZoneInfo("Europe/Berlin")
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=berlin)
    found = standing(Case(budget(), used(day=day)), moment, berlin, RATES)
    assert found.until - found.since == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("amount", "text"), [("150000", "150000"), ("0.050", "0.05"), ("1E+3", "1000"), ("0.0000004", "0"), ("0", "0")]
)
def test_amounts_are_shown_without_an_exponent(amount, text):
    assert shown(Decimal(amount)) == text
