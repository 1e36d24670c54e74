"""Capacity: what so many dialogues a day mean in calls, tokens, money, and against a provider's rate limits.

Pure: from a workload (how a dialogue goes, at which hours they come) and a price to a plan. Requests are taken to come
at random within an hour (Poisson), so single minutes are busier than the hour's mean: a limit is said to be hit when
one minute in a hundred of the busiest hour passes it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import NormalDist
from typing import Literal

from botops.costs.forecast import CONFIDENCE, Interval, amount
from botops.domain.errors import UserError
from botops.domain.turns import Purpose
from botops.domain.usage import Cost, Usage

MONTH_DAYS = 30
BUSY_MINUTE = 0.99
"""The minute of the busiest hour that is compared with limits: 99 in a hundred are quieter."""
SOON_DAYS = 730
"""Growth is not carried further than this: a limit reached later is not dated."""

_HOURLY = (1, 0.5, 0.5, 0.5, 0.5, 1, 2, 4, 7, 10, 12, 12, 11, 10, 10, 10, 10, 10, 10, 10, 9, 7, 4, 2)
DEFAULT_HOURS: tuple[float, ...] = tuple(weight / sum(_HOURLY) for weight in _HOURLY)
"""The share of a day in each hour where nothing was measured: an assumption, a shop's chat that is busy from 9 to 21
with its peak before noon."""

Origin = Literal["measured", "assumed", "given"]
LimitKind = Literal["rpm", "tpm"]


@dataclass(frozen=True, slots=True)
class Input:
    """One figure a plan rests on. `origin` says whether it was measured in the store, given by who asks, or assumed;
    `basis` from what or why. `spread` is how far the truth may lie from it: a relative standard deviation."""

    name: str
    value: float
    unit: str
    origin: Origin
    basis: str
    spread: float = 0.0


@dataclass(frozen=True, slots=True)
class CallShape:
    """The mean call for a purpose: how many there are for each turn, and what one uses."""

    purpose: Purpose
    per_turn: float
    usage: Usage


@dataclass(frozen=True, slots=True)
class Workload:
    """How dialogues go. `hours` are the shares of a day's turns by hour, `busiest_day` the busiest weekday against the
    mean day, `spread` how far cost for a dialogue may lie from what the calls say (relative standard deviation), and
    `token_spread` how much tokens of calls differ among themselves (the same)."""

    turns_per_dialogue: float
    calls: tuple[CallShape, ...]
    hours: tuple[float, ...] = DEFAULT_HOURS
    busiest_day: float = 1.0
    spread: float = 0.0
    token_spread: float = 0.5


@dataclass(frozen=True, slots=True)
class Limit:
    """A provider's limit: requests (`rpm`) or tokens (`tpm`, input and output, cached ones too) a minute."""

    kind: LimitKind
    per_minute: int


@dataclass(frozen=True, slots=True)
class HourLoad:
    """An hour of the busiest weekday: mean requests and tokens a minute, and those of a busy minute of it."""

    hour: int
    requests: float
    tokens: float
    busy_requests: float
    busy_tokens: float


@dataclass(frozen=True, slots=True)
class LimitUse:
    """How near a limit comes. `peak` is the busy minute of the busiest hour, `hours` those in which the limit is hit.

    `dialogues_per_day` is the most that fits; `reached_on` the day traffic of today gets there if it goes on growing as
    it does, None when it does not within two years or nothing is known of today.
    """

    limit: Limit
    peak: float
    peak_hour: int
    hours: tuple[int, ...]
    dialogues_per_day: float
    reached_on: date | None

    @property
    def share(self) -> float:
        """The peak as a share of the limit."""
        return self.peak / self.limit.per_minute

    @property
    def hit(self) -> bool:
        """True when a busy minute passes the limit."""
        return self.peak > self.limit.per_minute


@dataclass(frozen=True, slots=True)
class Traffic:
    """Dialogues a day now, and their growth a week (0.03: three percent)."""

    dialogues_per_day: float
    growth: float
    day: date


@dataclass(frozen=True, slots=True)
class CapacityPlan:
    """What a number of dialogues a day means. Calls and usage are a mean day's, `month` is 30 days in dollars.

    `month` is None when the model's price is unknown. `inputs` are the figures it rests on, `traffic` is today's where
    it is known. `base` is the same without the what-ifs, None when nothing else was asked. `currency` and `rate` are
    those of the company, None without an exchange rate.
    """

    model: str
    dialogues_per_day: float
    turns_per_day: float
    calls: tuple[CallShape, ...]
    calls_per_day: Mapping[Purpose, float]
    usage_per_day: Usage
    hours: tuple[HourLoad, ...]
    month: Interval | None
    by_purpose: Mapping[Purpose, Decimal]
    confidence: float
    limits: tuple[LimitUse, ...]
    price_source: str
    traffic: Traffic | None = None
    inputs: tuple[Input, ...] = ()
    base: CapacityPlan | None = None
    currency: str | None = None
    rate: Decimal | None = None

    @property
    def month_local(self) -> Interval | None:
        """A month's cost in the company's currency; None without a rate or a price."""
        return None if self.month is None or self.rate is None else self.month.times(self.rate)

    @property
    def peak(self) -> HourLoad:
        """The busiest hour by tokens."""
        return max(self.hours, key=lambda hour: hour.tokens)


def capacity(
    dialogues_per_day: float,
    work: Workload,
    model: str,
    price: Callable[[Usage], Cost],
    *,
    limits: Sequence[Limit] = (),
    traffic: Traffic | None = None,
    confidence: float = CONFIDENCE,
    inputs: Sequence[Input] = (),
) -> CapacityPlan:
    """The plan for so many dialogues a day; `price` tells what one call's usage costs. Raises UserError for a number of
    dialogues that is none, or a limit that is not above zero."""
    if not (math.isfinite(dialogues_per_day) and dialogues_per_day > 0):
        raise UserError(f"{dialogues_per_day:g} dialogues a day cannot be planned: give a number above zero")
    for limit in limits:
        if limit.per_minute <= 0:
            raise UserError(f"a limit of {limit.per_minute} {limit.kind} lets nothing through: give one above zero")
    turns = dialogues_per_day * work.turns_per_dialogue
    day = {shape.purpose: turns * shape.per_turn for shape in work.calls}
    costs = {shape.purpose: price(shape.usage) for shape in work.calls}
    unknown = any(cost.unknown_model for cost in costs.values())
    month = {p: amount(float(costs[p].usd) * day[p] * MONTH_DAYS) for p in costs}
    return CapacityPlan(
        model=model,
        dialogues_per_day=dialogues_per_day,
        turns_per_day=turns,
        calls=work.calls,
        calls_per_day=day,
        usage_per_day=_used(work.calls, day),
        hours=tuple(_hour(dialogues_per_day, work, hour) for hour in range(24)),
        month=None if unknown else _interval(sum(month.values(), Decimal(0)), turns, work, confidence),
        by_purpose={} if unknown else month,
        confidence=confidence,
        limits=tuple(_use(limit, dialogues_per_day, work, traffic) for limit in limits),
        price_source="; ".join(dict.fromkeys(cost.source for cost in costs.values() if not cost.unknown_model)),
        traffic=traffic,
        inputs=tuple(inputs),
    )


def _used(calls: Sequence[CallShape], per_day: Mapping[Purpose, float]) -> Usage:
    """Tokens of a mean day."""

    def of(name: str) -> int:
        return round(sum(float(getattr(shape.usage, name)) * per_day[shape.purpose] for shape in calls))

    return Usage(
        of("input_tokens"), of("cached_tokens"), of("cache_write_tokens"), of("output_tokens"), of("reasoning_tokens"),
        estimated=True,
    )  # fmt: skip


def _hour(dialogues: float, work: Workload, hour: int) -> HourLoad:
    turns = dialogues * work.turns_per_dialogue * work.busiest_day * work.hours[hour] / 60
    requests = turns * sum(shape.per_turn for shape in work.calls)
    tokens = turns * sum(shape.per_turn * shape.usage.total_tokens for shape in work.calls)
    z = NormalDist().inv_cdf(BUSY_MINUTE)
    mean = tokens / requests if requests else 0.0
    noise = math.sqrt(requests * (1 + work.token_spread**2)) * mean
    return HourLoad(hour, requests, tokens, requests + z * math.sqrt(requests), tokens + z * noise)


def _busy(load: HourLoad, kind: LimitKind) -> float:
    return load.busy_requests if kind == "rpm" else load.busy_tokens


def _use(limit: Limit, dialogues: float, work: Workload, traffic: Traffic | None) -> LimitUse:
    loads = [_hour(dialogues, work, hour) for hour in range(24)]
    peak = max(loads, key=lambda load: _busy(load, limit.kind))
    over = tuple(load.hour for load in loads if _busy(load, limit.kind) > limit.per_minute)
    most = _most(limit, work, peak.hour)
    return LimitUse(limit, _busy(peak, limit.kind), peak.hour, over, most, _when(most, traffic))


def _most(limit: Limit, work: Workload, hour: int) -> float:
    """Dialogues a day at which the busy minute just fits. It is m x + z s sqrt(x) = limit, with x in dialogues."""
    one = _hour(1.0, work, hour)
    mean = one.requests if limit.kind == "rpm" else one.tokens
    noise = _busy(one, limit.kind) - mean
    if mean <= 0:
        return math.inf
    root = (math.sqrt(noise**2 + 4 * mean * limit.per_minute) - noise) / (2 * mean)
    return root**2


def _when(most: float, traffic: Traffic | None) -> date | None:
    if traffic is None or traffic.dialogues_per_day <= 0:
        return None
    if traffic.dialogues_per_day >= most:
        return traffic.day
    if traffic.growth <= 0 or math.isinf(most):
        return None
    days = 7 * math.log(most / traffic.dialogues_per_day) / math.log1p(traffic.growth)
    return traffic.day + timedelta(days=math.ceil(days)) if days <= SOON_DAYS else None


def _interval(month: Decimal, turns: float, work: Workload, confidence: float) -> Interval:
    """Around a month's cost: what the inputs leave open, and the chance of calls being few or dear."""
    chance = (1 + work.token_spread**2) / max(1.0, turns * MONTH_DAYS)
    deviation = math.sqrt(work.spread**2 + chance)
    factor = Decimal(repr(math.exp(NormalDist().inv_cdf((1 + confidence) / 2) * deviation)))
    return Interval(month, amount(float(month / factor)), amount(float(month * factor)))
