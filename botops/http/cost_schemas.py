"""What `/v1/costs` answers. Amounts are text, exact, so that no reader rounds them by way of a float."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from botops.costs.budgets import BudgetState
from botops.domain.budgets import BudgetLevel, BudgetPeriod, BudgetScope


class LocalAmount(BaseModel):
    """An amount in another currency than the dollar, each day's part at that day's exchange rate."""

    amount: str
    currency: str


class AmountReply(BaseModel):
    """A sum of costs: exact in pico-dollars and in dollars."""

    pico_usd: int
    usd: str
    local: LocalAmount | None = Field(description="Rounded once. Null without an exchange rate.")


class MeanReply(BaseModel):
    """What one of several cost on average."""

    usd: str
    local: LocalAmount | None


class CostRowReply(BaseModel):
    """What the models cost for one group. Calls of unknown price count 0 in every sum: `calls_of_unknown_cost` says how
    many there are, and the real cost is higher then."""

    key: dict[str, str | bool] | None = Field(None, description="The group's values by dimension; absent for totals.")
    cost: AmountReply = Field(description="All calls, corrections and failed ones included.")
    billed: AmountReply = Field(description="Of that, calls a provider bills; simulated ones are not.")
    repairs: AmountReply
    failed_calls: AmountReply
    failed_turns: AmountReply
    estimated: AmountReply = Field(description="What rests on tokens counted here, because the provider sent none.")
    estimated_share: float | None
    saved_by_cache: AmountReply
    per_dialogue: MeanReply | None
    per_reply: MeanReply | None
    per_qualified_lead: MeanReply | None
    per_won_deal: MeanReply | None
    dialogues: int
    qualified_leads: int
    won_deals: int
    turns: int
    replies: int
    turns_failed: int
    turns_simulated: int
    turns_of_unknown_cost: int
    calls: int
    calls_failed: int
    calls_estimated: int
    calls_of_unknown_cost: int
    calls_of_unknown_saving: int
    input_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    cached_share: float | None


class Behind(BaseModel):
    """How far the roll-ups of the period are behind."""

    hours: int
    seconds: float


class CostReportReply(BaseModel):
    """What the models cost in a period. `rows` are of clients' dialogues and add up to `total` to the pico-dollar;
    `side` are calls that belong to no dialogue: tests of prompts, second opinions, measuring a judge."""

    since: datetime
    until: datetime
    timezone: str
    days: int
    by: list[str]
    currency: str
    total: CostRowReply
    rows: list[CostRowReply]
    side_total: CostRowReply
    side: list[CostRowReply]
    everything: AmountReply = Field(description="Dialogues and the calls beside them: what an invoice is held against.")
    behind: Behind


class BudgetAlertReply(BaseModel):
    """A level a budget reached in its period."""

    level: BudgetLevel
    share: str | None
    limit: str
    at: datetime
    times: int
    detail: str


class BudgetReply(BaseModel):
    """Where a budget stands, in its own currency."""

    name: str
    scope: BudgetScope
    of: str | None
    period: BudgetPeriod | None
    since: datetime | None
    until: datetime | None
    currency: str
    limit: str
    spent: str
    held: str = Field(description="For calls under way.")
    left: str = Field(description="Below zero when the amount is passed.")
    share: float
    state: BudgetState
    hard: bool
    soft: list[str]
    cheaper_model: str | None
    cheaper_at: str | None
    hand_over_at: str | None
    runs_out_at: datetime | None = Field(description="At the pace since its period began.")
    unknown_calls: int
    dialogue_id: str | None = Field(description="Of a dialogue's budget: the dialogue that cost most today.")
    alerts: list[BudgetAlertReply]


class ForecastReply(BaseModel):
    """What a month comes to, with an interval, and how such forecasts did so far."""

    since: date
    until: date
    currency: str
    spent: str
    expected: str | None = Field(description="By the end of the month. Null while there is nothing to tell from.")
    low: str | None
    high: str | None
    rest: dict[str, str] | None
    confidence: float = Field(description="In how many cases of one the interval is to hold.")
    history_days: int
    few_days: bool = Field(description="True when weekdays and growth are mostly guessed.")
    growth_per_week: float | None
    weekdays: list[float] = Field(description="Monday's to Sunday's cost against their mean.")
    backtest: dict[str, Any] = Field(description="Forecasts made as of each of the last 28 days: error and coverage.")
    days: list[dict[str, Any]]
    notes: list[dict[str, Any]] = Field(description="What the forecast rests on.")
    budgets: list[dict[str, Any]] = Field(description="What becomes of each budget by this forecast.")


class PlanReply(BaseModel):
    """What a number of dialogues a day takes, of a month of 30 days and of the busiest weekday."""

    model: str
    dialogues_per_day: float
    turns_per_day: float
    calls_per_day: dict[str, float]
    tokens_per_day: dict[str, int]
    month_usd: dict[str, str] | None = Field(description="Null when the model's price is not known: never 0.")
    month_local: dict[str, str] | None
    currency: str | None
    rate: str | None
    month_usd_by_purpose: dict[str, str]
    confidence: float
    price_source: str
    peak_hour: int
    hours: list[dict[str, float]]
    limits: list[dict[str, Any]] = Field(description="Which limit is hit, at which hours, and how many dialogues fit.")
    dialogues_per_day_now: float | None
    growth_per_week: float | None
    inputs: list[dict[str, Any]] = Field(description="Each figure it rests on: measured, assumed or given.")
    base: dict[str, Any] | None = Field(description="The same without what is tried.")
