"""What a capacity plan rests on: measured in the store, or assumed and said to be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from statistics import fmean, pstdev
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.costs.hours import HourShape, hour_shape
from botops.app.prompts.diff import preview
from botops.costs.forecast import FEW_DAYS, DayCost, project
from botops.costs.plan import CallShape, Input, Traffic, Workload
from botops.domain.turns import Purpose
from botops.domain.usage import Usage
from botops.llm.estimate import estimate_messages
from botops.store import Spoken

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.registry import PromptVersion
    from botops.store import CallSums

MEASURED_DAYS = 28
LEAST_TURNS = 50
"""With fewer turns in the measured days nothing is told from them."""
ASSUMED_TURNS, ASSUMED_REPLY, ASSUMED_MESSAGE, ASSUMED_REPAIRS, ASSUMED_BUSIEST = 6.0, 150.0, 30.0, 0.05, 1.2
"""Turns of a dialogue, tokens of a reply and of a client's message, repairs for each turn, and the busiest weekday
against the mean one, where nothing was measured."""
_ASSUMED_SPREAD = 0.4
_MIX_SPREAD = 0.03
"""How far prices of mean calls may be from the mean of prices of calls."""


@dataclass(frozen=True, slots=True)
class Rests:
    """A workload with the inputs it rests on."""

    work: Workload
    inputs: tuple[Input, ...]


def measured(container: Container, version: PromptVersion | None, model: str) -> tuple[Rests, Traffic | None]:
    """The workload as the last four weeks had it, and the traffic of now; assumed where there was too little."""
    zone = ZoneInfo(container.settings.company.timezone)
    today = container.clock.now().astimezone(zone).date()
    since, until = _begin(today - timedelta(days=MEASURED_DAYS), zone), _begin(today, zone)
    sums = container.store.costs.calls(since, until, ("purpose",), zone)
    spoken = container.store.costs.spoken(since, until, (), zone).get((), Spoken())
    shape = hour_shape(container, today, "turns")
    turns = sum(each.turns for each in sums)
    if turns < LEAST_TURNS or not spoken.dialogues:
        return _assumed(container, version, model, shape, turns), None
    by_day: dict[date, _Day] = {}
    for each in sums:
        by_day.setdefault(each.day, _Day()).add(each)
    first = min(by_day)
    days = [first + timedelta(days=n) for n in range((today - first).days)]
    busiest, growth = ASSUMED_BUSIEST, 0.0
    if len(days) >= FEW_DAYS:
        trend = project([DayCost(day, Decimal(by_day.get(day, _Day()).turns)) for day in days], today, today)
        busiest, growth = max(trend.weekdays, default=1.0), trend.growth or 0.0
    traffic = Traffic(spoken.dialogues / len(days), growth, today)
    return _told(sums, by_day, spoken.dialogues, shape, busiest, len(days)), traffic


@dataclass(slots=True)
class _Day:
    turns: int = 0
    pico_usd: int = 0

    def add(self, sums: CallSums) -> None:
        self.turns += sums.turns
        self.pico_usd += sums.pico_usd


def _told(
    sums: Sequence[CallSums], by_day: Mapping[date, _Day], dialogues: int, shape: HourShape, busiest: float, days: int
) -> Rests:
    turns = sum(each.turns for each in sums)
    calls = _calls_of(sums, turns)
    reply = calls[0].usage
    repairs = next((shape.per_turn for shape in calls if shape.purpose is Purpose.REPAIR), 0.0)
    basis = f"{turns:,} turns of {days} days"
    per_turn = [day.pico_usd / day.turns for day in by_day.values() if day.turns and day.pico_usd]
    spread = pstdev(per_turn) / fmean(per_turn) / math.sqrt(7) if len(per_turn) > 1 else 0.2
    inputs = (
        Input("turns_per_dialogue", turns / dialogues, "turns", "measured", f"{dialogues:,} dialogues, {basis}"),
        Input("input_tokens", reply.input_tokens, "tokens a reply", "measured", basis, spread),
        Input("cached_share", _share(reply), "share of input tokens", "measured", basis),
        Input("output_tokens", reply.output_tokens, "tokens a reply", "measured", basis, spread),
        Input("repairs", repairs, "calls a turn", "measured", basis),
        _hours_input(shape),
        Input("busiest_day", busiest, "times the mean day", "measured" if days >= FEW_DAYS else "assumed",
              f"the busiest weekday of {days} days"),
    )  # fmt: skip
    return Rests(Workload(turns / dialogues, calls, shape.shares, busiest, math.hypot(spread, _MIX_SPREAD)), inputs)


def _calls_of(sums: Iterable[CallSums], turns: int) -> tuple[CallShape, ...]:
    """The mean call for each purpose, replies first."""
    numbers: dict[Purpose, int] = {Purpose.REPLY: 0}
    usages: dict[Purpose, Usage] = {Purpose.REPLY: Usage()}
    for each in sums:
        purpose = Purpose(str(each.key[0]))
        numbers[purpose] = numbers.get(purpose, 0) + each.calls
        usages[purpose] = usages.get(purpose, Usage()) + each.usage
    return tuple(
        CallShape(purpose, number / turns, scaled(usages[purpose], 1 / max(1, number)))
        for purpose, number in numbers.items()
    )


def _assumed(container: Container, version: PromptVersion | None, model: str, shape: HourShape, turns: int) -> Rests:
    why = f"only {turns} turns in the last {MEASURED_DAYS} days" if turns else "no turns in the store"
    prompt = 0.0 if version is None else prompt_tokens(container, version, model)
    said = (ASSUMED_TURNS - 1) / 2 * (ASSUMED_REPLY + ASSUMED_MESSAGE) + ASSUMED_MESSAGE
    usage = Usage(input_tokens=round(prompt + said), output_tokens=round(ASSUMED_REPLY), estimated=True)
    how = "no live prompt, so only what was said" if version is None else (
        f"{version.ref.name}@{version.ref.version} has {prompt:.0f} tokens; what was said is assumed"
    )  # fmt: skip
    inputs = (
        Input("turns_per_dialogue", ASSUMED_TURNS, "turns", "assumed", why, _ASSUMED_SPREAD),
        Input("input_tokens", usage.input_tokens, "tokens a reply", "assumed", f"{why}: {how}", _ASSUMED_SPREAD),
        Input("cached_share", 0.0, "share of input tokens", "assumed", f"{why}: none, which is the dear side"),
        Input("output_tokens", ASSUMED_REPLY, "tokens a reply", "assumed", why, _ASSUMED_SPREAD),
        Input("repairs", ASSUMED_REPAIRS, "calls a turn", "assumed", why),
        _hours_input(shape),
        Input("busiest_day", ASSUMED_BUSIEST, "times the mean day", "assumed", why),
    )  # fmt: skip
    spread = math.sqrt(sum(i.spread**2 for i in inputs[:2]))
    return Rests(Workload(ASSUMED_TURNS, _calls(usage, ASSUMED_REPAIRS), shape.shares, ASSUMED_BUSIEST, spread), inputs)


def _hours_input(shape: HourShape) -> Input:
    peak = max(range(24), key=lambda hour: shape.shares[hour])
    basis = f"{shape.days} days with dialogues" if shape.days else "a shop's day, busy from 9 to 21"
    text = f"{basis}; the busiest hour begins at {peak}:00"
    return Input(
        "peak_hour", shape.shares[peak], "share of a day in its busiest hour",
        "measured" if shape.days else "assumed", text,
    )  # fmt: skip


def prompt_tokens(container: Container, version: PromptVersion, model: str) -> float:
    """Tokens of a version before the client's first message, the mean of the company's languages."""
    current = container.books.current()
    book, at = current.book if current else None, container.clock.now()
    settings = container.settings
    return fmean(
        estimate_messages(preview(version, settings, book, at, language), model)
        for language in settings.company.languages
    )


def _calls(usage: Usage, repairs: float) -> tuple[CallShape, ...]:
    return CallShape(Purpose.REPLY, 1.0, usage), CallShape(Purpose.REPAIR, repairs, usage)


def scaled(usage: Usage, factor: float) -> Usage:
    """A usage of so many times the tokens."""
    return Usage(
        round(usage.input_tokens * factor),
        round(usage.cached_tokens * factor),
        round(usage.cache_write_tokens * factor),
        round(usage.output_tokens * factor),
        round(usage.reasoning_tokens * factor),
        estimated=True,
    )


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _share(usage: Usage) -> float:
    return usage.cached_tokens / usage.input_tokens if usage.input_tokens else 0.0
