"""The rules of budgets: pure functions from what is spent and held to an answer, an alert, a standing.

A budget in another currency than the dollar counts each local day at that day's exchange rate, exactly; nothing is
rounded before it is shown.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal, localcontext
from enum import StrEnum

from botops.costs.rates import ExchangeRates
from botops.domain.budgets import (
    Allowance,
    Budget,
    BudgetAlert,
    BudgetLevel,
    BudgetPeriod,
    BudgetScope,
    Decision,
    Expected,
    Permit,
    Used,
    Window,
)
from botops.domain.money import PICO

_DIGITS = 60
"""Working digits: sums of pico-dollars at a rate are exact."""
_LEAST_PACE = timedelta(hours=1)
"""A pace is told from this much of a period on: the first call of a day says nothing about its end."""


def days_of(budget: Budget, day: date) -> tuple[date, date]:
    """The first and the last local day of the period a day is in; the day itself for a dialogue's budget."""
    if budget.period is not BudgetPeriod.MONTH:
        return day, day
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def window_of(budget: Budget, day: date, dialogue_id: str | None = None) -> Window:
    """Which spending counts in a budget on a day; `dialogue_id` is needed for a dialogue's."""
    first, last = days_of(budget, day)
    if budget.scope is BudgetScope.DIALOGUE:
        first, last = date.min, date.max
    return Window(
        first,
        last,
        prompt=budget.of if budget.scope is BudgetScope.PROMPT else None,
        channel=budget.of if budget.scope is BudgetScope.CHANNEL else None,
        dialogue_id=dialogue_id if budget.scope is BudgetScope.DIALOGUE else None,
        simulated=budget.simulated,
    )


def amount_of(days: Iterable[tuple[date, int]], currency: str, rates: ExchangeRates) -> Decimal:
    """Pico-dollars by local day as an amount of a currency, exact. Raises ValueError without a rate for it."""
    total = Decimal(0)
    with localcontext() as context:
        context.prec = _DIGITS
        for day, pico in days:
            rate = rates.on(day, currency)
            if rate is None:
                raise ValueError(f"there is no exchange rate for {currency}")
            total += pico * rate.per_usd
        return (total / PICO).normalize() if total else Decimal(0)


@dataclass(frozen=True, slots=True)
class Case:
    """One budget that concerns a planned call, with what its window has used."""

    budget: Budget
    used: Used


@dataclass(frozen=True, slots=True)
class Plan:
    """A planned call as the rules see it.

    `made` are pico-dollars of the turn's calls before it. `planned` is what the call will cost with the model that
    would answer, `cheaper` what it will cost with each cheaper model a budget names, by the model's name.
    """

    planned: Expected
    made: int
    cheaper: Mapping[str, Expected]
    at: datetime
    day: date


def decide(cases: Sequence[Case], plan: Plan, rates: ExchangeRates) -> Decision:
    """The answer to a planned call.

    Each hard budget may ask for its cheaper model; the cheapest of those asked for answers. Then no budget may be
    carried over its ceiling by the call, or the dialogue is handed over. A price nobody knows is an alarm and, as the
    budget says, a reason for either.
    """
    chosen, by, why = plan.planned, None, ""
    alerts: list[BudgetAlert] = [alert for case in cases for alert in soft_alerts(case, plan.at, plan.day, rates)]
    hard = [case for case in cases if case.budget.hard]
    for case in hard:
        reason = _asks_for_cheaper(case, plan, rates)
        if reason is None:
            continue
        budget = case.budget
        if plan.planned.cost.unknown_model:
            alerts.append(_alert(budget, plan, BudgetLevel.UNKNOWN_PRICE, reason))
        offer = plan.cheaper.get(budget.cheaper_model or "")
        if offer is not None and _better(offer, chosen):
            chosen, by, why = offer, budget, reason
    for case in hard:
        reason = _over_ceiling(case, plan, chosen, rates)
        if reason is not None:
            alert = _alert(case.budget, plan, _level(case, plan, chosen, rates), reason)
            told = [a for a in alerts if (a.budget, a.level) != (alert.budget, alert.level)]
            return Decision(Permit(Allowance.HAND_OVER, None, case.budget.name, reason), None, (*told, alert))
    if by is None:
        return Decision(Permit(), chosen, tuple(alerts))
    alerts.append(_alert(by, plan, BudgetLevel.CHEAPER, why))
    return Decision(Permit(Allowance.CHEAPER, chosen.model, by.name, why), chosen, tuple(alerts))


def soft_alerts(case: Case, at: datetime, day: date, rates: ExchangeRates) -> list[BudgetAlert]:
    """The soft shares that finished turns have reached, each as an alert of its period."""
    budget = case.budget
    if not budget.soft:
        return []
    spent = amount_of(case.used.spent, budget.currency, rates)
    since = days_of(budget, day)[0]
    return [
        BudgetAlert(
            budget.name, since, BudgetLevel.SOFT, share, limit_text(budget), at,
            f"{shown(spent)} of {limit_text(budget)} is spent",
        )
        for share in budget.soft
        if spent >= share * budget.amount
    ]  # fmt: skip


def limit_text(budget: Budget, share: Decimal | None = None) -> str:
    """The amount, or a share of it, with its currency: "150000 KZT"."""
    return f"{shown(budget.amount if share is None else budget.amount * share)} {budget.currency}"


def shown(amount: Decimal) -> str:
    """An amount without an exponent and without zeroes at its end, at most six digits after the point."""
    text = f"{amount:.6f}"
    return text.rstrip("0").rstrip(".")


def _asks_for_cheaper(case: Case, plan: Plan, rates: ExchangeRates) -> str | None:
    """Why a budget wants another model than the planned one to answer; None when it does not."""
    budget, planned = case.budget, plan.planned
    if planned.cost.unknown_model:
        return f"the price of {planned.model} is not known: add it under costs.prices"
    if budget.cheaper_at is None:
        return None
    would_be = _with(case, plan, planned, rates)
    if would_be <= budget.cheaper_at * budget.amount:
        return None
    return f"{shown(would_be)} of {limit_text(budget)} with this call, {budget.cheaper_model} answers instead"


def _over_ceiling(case: Case, plan: Plan, chosen: Expected, rates: ExchangeRates) -> str | None:
    """Why a budget cannot bear the call; None when it can."""
    budget = case.budget
    assert budget.hand_over_at is not None
    if chosen.cost.unknown_model:
        if budget.unknown_price == "go":
            return None
        return f"the price of {chosen.model} is not known: add it under costs.prices"
    would_be = _with(case, plan, chosen, rates)
    if would_be <= budget.hand_over_at * budget.amount:
        return None
    return f"{shown(would_be)} of {limit_text(budget)} with this call"


def _level(case: Case, plan: Plan, chosen: Expected, rates: ExchangeRates) -> BudgetLevel:
    """What a refusal says of its budget: that it is used up, or only that calls under way hold what is left."""
    if chosen.cost.unknown_model:
        return BudgetLevel.UNKNOWN_PRICE
    alone = Case(case.budget, replace(case.used, held=()))
    return BudgetLevel.HELD if _over_ceiling(alone, plan, chosen, rates) is None else BudgetLevel.HAND_OVER


def _with(case: Case, plan: Plan, call: Expected, rates: ExchangeRates) -> Decimal:
    """What the budget would have used with a call: spent, held for others, made in this turn and expected."""
    this_turn = (plan.day, plan.made + call.cost.pico_usd)
    return amount_of([*case.used.spent, *case.used.held, this_turn], case.budget.currency, rates)


def _better(offer: Expected, chosen: Expected) -> bool:
    """True when an offer has a price, and a lower one than what was chosen so far or than an unknown one."""
    if offer.cost.unknown_model:
        return False
    return chosen.cost.unknown_model or offer.cost.pico_usd < chosen.cost.pico_usd


def _alert(budget: Budget, plan: Plan, level: BudgetLevel, detail: str) -> BudgetAlert:
    begins = {BudgetLevel.CHEAPER: budget.cheaper_at, BudgetLevel.UNKNOWN_PRICE: None}.get(level, budget.hand_over_at)
    since, limit = days_of(budget, plan.day)[0], limit_text(budget, begins)
    return BudgetAlert(budget.name, since, level, Decimal(0), limit, plan.at, detail)


class BudgetState(StrEnum):
    """How far a budget has come, by what is spent and held and by what was refused."""

    OK = "ok"
    SOFT = "soft"
    CHEAPER = "cheaper_model"
    REACHED = "reached"
    """A hard budget is used up: a call was refused that did not fit any more, and dialogues go to people. Of one that
    only alerts: the whole amount is used."""


@dataclass(frozen=True, slots=True)
class BudgetStanding:
    """Where a budget stands. Amounts are in the budget's currency, exact.

    `since` and `until` bound the period (None for a dialogue's budget, whose figures are those of the dialogue that
    cost most today, `dialogue_id`). `left` is what is neither spent nor held, below zero when the amount is passed.
    `share` is the part of the amount that is spent or held. `runs_out_at` is when the amount will be used up at the
    pace of this period so far, None when not within it. `unknown_calls` have no known price: the spending is then
    larger than shown. `alerts` are those of the period.
    """

    budget: Budget
    since: datetime | None
    until: datetime | None
    spent: Decimal
    held: Decimal
    state: BudgetState
    runs_out_at: datetime | None = None
    unknown_calls: int = 0
    dialogue_id: str | None = None
    alerts: tuple[BudgetAlert, ...] = ()

    @property
    def name(self) -> str:
        """The budget's name."""
        return self.budget.name

    @property
    def limit(self) -> Decimal:
        """The amount."""
        return self.budget.amount

    @property
    def currency(self) -> str:
        """The currency of every amount here."""
        return self.budget.currency

    @property
    def left(self) -> Decimal:
        """What is neither spent nor held; below zero when the amount is passed."""
        return self.limit - self.spent - self.held

    @property
    def share(self) -> Decimal:
        """The part of the amount that is spent or held; 1 is all of it."""
        return (self.spent + self.held) / self.limit


def standing(
    case: Case,
    now: datetime,
    zone: tzinfo,
    rates: ExchangeRates,
    alerts: tuple[BudgetAlert, ...] = (),
    dialogue_id: str | None = None,
) -> BudgetStanding:
    """Where a budget stands at a moment; `alerts` are those of its period."""
    budget, day = case.budget, now.astimezone(zone).date()
    spent = amount_of(case.used.spent, budget.currency, rates)
    held = amount_of(case.used.held, budget.currency, rates)
    state = _state(budget, spent, held, alerts)
    if budget.scope is BudgetScope.DIALOGUE:
        found = BudgetStanding(budget, None, None, spent, held, state, dialogue_id=dialogue_id)
    else:
        first, last = days_of(budget, day)
        since, until = _midnight(first, zone), _midnight(last + timedelta(days=1), zone)
        runs_out = _runs_out(budget.amount, spent, since, until, now)
        found = BudgetStanding(budget, since, until, spent, held, state, runs_out)
    return replace(found, unknown_calls=case.used.unknown, alerts=alerts)


def _state(budget: Budget, spent: Decimal, held: Decimal, alerts: Iterable[BudgetAlert]) -> BudgetState:
    share = (spent + held) / budget.amount
    # The last of a budget is less than a call may cost, so that it is seldom used to the end.
    ceiling = limit_text(budget, budget.hand_over_at)
    refused = any(a.level is BudgetLevel.HAND_OVER and a.limit == ceiling for a in alerts)
    if refused or share >= (budget.hand_over_at or 1):
        return BudgetState.REACHED
    if budget.cheaper_at is not None and share >= budget.cheaper_at:
        return BudgetState.CHEAPER
    if any(spent >= soft * budget.amount for soft in budget.soft):
        return BudgetState.SOFT
    return BudgetState.OK


def _runs_out(amount: Decimal, spent: Decimal, since: datetime, until: datetime, now: datetime) -> datetime | None:
    """When the amount is used up at the pace since the period began; None when not before it ends."""
    if spent >= amount:
        return now
    passed = now - since
    if passed < _LEAST_PACE or not spent:
        return None
    whole = float(amount / spent)
    if whole > (until - since) / passed:
        return None
    return since + passed * whole


def _midnight(day: date, zone: tzinfo) -> datetime:
    """The moment a local day begins, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
