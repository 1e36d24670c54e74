"""The capacity plan of an installation: its inputs measured in the store, or assumed and said to be."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from botops.app.costs.hours import HourShape, hour_shape
from botops.app.models import DEFAULT_MODEL
from botops.app.prompts.diff import preview
from botops.costs.forecast import CONFIDENCE, FEW_DAYS, DayCost, project
from botops.costs.plan import CallShape, CapacityPlan, Input, Limit, LimitKind, Traffic, Workload, capacity
from botops.domain.errors import NotFoundError, UserError
from botops.domain.turns import Action, Purpose
from botops.domain.usage import Cost, Usage
from botops.llm.estimate import encoding_name, estimate_messages
from botops.registry.version import which_version

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.registry import PromptVersion
    from botops.store import Totals

MEASURED_DAYS = 28
LEAST_TURNS = 50
"""With fewer turns in the measured days nothing is told from them."""
ASSUMED_TURNS, ASSUMED_REPLY, ASSUMED_MESSAGE, ASSUMED_REPAIRS, ASSUMED_BUSIEST = 6.0, 150.0, 30.0, 0.05, 1.2
"""Turns of a dialogue, tokens of a reply and of a client's message, repairs for each turn, and the busiest weekday
against the mean one, where nothing was measured."""
_ASSUMED_SPREAD = 0.4


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What is tried: another `model`, another version of the `prompt` (NAME@VERSION or NAME@draft), the share of input
    tokens read from the provider's cache, and repairs for each turn. None leaves a thing as it is."""

    model: str | None = None
    prompt: str | None = None
    cached: float | None = None
    repairs: float | None = None

    @property
    def asked(self) -> bool:
        """True when anything is to be other than it is."""
        return any(each is not None for each in (self.model, self.prompt, self.cached, self.repairs))


@dataclass(frozen=True, slots=True)
class _Found:
    """A workload with what it rests on."""

    work: Workload
    inputs: tuple[Input, ...]


def plan(
    container: Container,
    dialogues_per_day: float | None = None,
    *,
    what_if: WhatIf | None = None,
    rpm: int | None = None,
    tpm: int | None = None,
    confidence: float = CONFIDENCE,
) -> CapacityPlan:
    """The plan for so many dialogues a day; without a number, for as many as there are now.

    Limits are those given, else those set for the model. Raises UserError when there is no traffic to take a number
    from, and for a what-if that cannot be.
    """
    what_if = what_if or WhatIf()
    now = container.clock.now()
    version = _live(container)
    model = _model(container, version)
    found, traffic = _measured(container, version, model)
    if dialogues_per_day is None:
        if traffic is None:
            raise UserError("no dialogues in the last 28 days to plan for: say how many a day, --dialogues 5000")
        dialogues_per_day = traffic.dialogues_per_day

    def planned(of: _Found, name: str) -> CapacityPlan:
        def price(usage: Usage) -> Cost:
            return container.meter.cost(usage, name, now)

        limits = _limits(container, name, rpm, tpm)
        return capacity(
            dialogues_per_day, of.work, name, price, limits=limits, traffic=traffic, confidence=confidence,
            inputs=of.inputs,
        )  # fmt: skip

    base = planned(found, model)
    if not what_if.asked:
        return base
    changed, name = _changed(container, found, version, model, what_if)
    return replace(planned(changed, name), base=base)


def plan_json(found: CapacityPlan) -> dict[str, Any]:
    """A plan as JSON: amounts in dollars as text."""
    month = found.month
    return {
        "model": found.model,
        "dialogues_per_day": found.dialogues_per_day,
        "turns_per_day": found.turns_per_day,
        "calls_per_day": {purpose.value: number for purpose, number in found.calls_per_day.items()},
        "tokens_per_day": {
            "input": found.usage_per_day.input_tokens,
            "cached": found.usage_per_day.cached_tokens,
            "output": found.usage_per_day.output_tokens,
        },
        "month_usd": None
        if month is None
        else {"expected": str(month.expected), "low": str(month.low), "high": str(month.high)},
        "month_usd_by_purpose": {purpose.value: str(usd) for purpose, usd in found.by_purpose.items()},
        "confidence": found.confidence,
        "price_source": found.price_source,
        "peak_hour": found.peak.hour,
        "hours": [
            {
                "hour": each.hour,
                "requests_per_min": each.requests,
                "tokens_per_min": each.tokens,
                "busy_requests_per_min": each.busy_requests,
                "busy_tokens_per_min": each.busy_tokens,
            }
            for each in found.hours
        ],
        "limits": [
            {
                "limit": use.limit.kind,
                "per_minute": use.limit.per_minute,
                "peak": use.peak,
                "peak_hour": use.peak_hour,
                "hit": use.hit,
                "hours": list(use.hours),
                "dialogues_per_day": None if math.isinf(use.dialogues_per_day) else use.dialogues_per_day,
                "reached_on": None if use.reached_on is None else use.reached_on.isoformat(),
            }
            for use in found.limits
        ],
        "inputs": [
            {"name": i.name, "value": i.value, "unit": i.unit, "origin": i.origin, "basis": i.basis}
            for i in found.inputs
        ],
        "base": None if found.base is None else plan_json(found.base),
    }


# --- what is there ----------------------------------------------------------------------------------------------------


def _live(container: Container) -> PromptVersion | None:
    name = container.settings.prompt
    try:
        return container.registry.version(name, container.registry.release(name).spec.live)
    except NotFoundError:
        return None


def _model(container: Container, version: PromptVersion | None) -> str:
    """The model whose price counts now: a simulated one is priced as a real one."""
    if container.bot.model.simulated:
        return container.settings.simulator.priced_as
    own = version.parameters.model if version is not None else None
    return own or container.bot.model.name or DEFAULT_MODEL


def _limits(container: Container, model: str, rpm: int | None, tpm: int | None) -> tuple[Limit, ...]:
    given: tuple[tuple[LimitKind, int | None], ...] = (("rpm", rpm), ("tpm", tpm))
    return tuple(Limit(kind, number) for kind, number in given if number is not None)


def _measured(container: Container, version: PromptVersion | None, model: str) -> tuple[_Found, Traffic | None]:
    """The workload as the last four weeks had it, and the traffic of now; assumed where there was too little."""
    zone = ZoneInfo(container.settings.company.timezone)
    today = container.clock.now().astimezone(zone).date()
    since = _begin(today - timedelta(days=MEASURED_DAYS), zone)
    until = _begin(today, zone)
    reads = container.store.reads
    totals = reads.totals(since, until)[0]
    by_day = reads.totals(since, until, ("day",), timezone=str(zone))
    shape = hour_shape(container, today, "turns")
    if totals.turns < LEAST_TURNS:
        return _assumed(container, version, model, shape, totals.turns), None
    dialogues = reads.distinct_dialogues(since, until)
    days = {day: row.turns for row in by_day if isinstance(day := row.key[0], date)}
    first = min(days)
    whole = [
        DayCost(first + timedelta(days=n), Decimal(days.get(first + timedelta(days=n), 0)))
        for n in range((today - first).days)
    ]
    busiest, growth = ASSUMED_BUSIEST, 0.0
    if len(whole) >= FEW_DAYS:
        trend = project(whole, today, today)
        busiest, growth = max(trend.weekdays, default=1.0), trend.growth or 0.0
    traffic = Traffic(dialogues / len(whole), growth, today)
    return _from_totals(totals, dialogues, by_day, shape, busiest, len(whole)), traffic


def _from_totals(
    totals: Totals, dialogues: int, by_day: tuple[Totals, ...], shape: HourShape, busiest: float, days: int
) -> _Found:
    turns, repairs = totals.turns, totals.actions[Action.REPAIRED] / totals.turns
    calls = turns * (1 + repairs)
    usage = _scaled(totals.usage, 1 / calls)
    basis = f"{turns:,} turns of {days} days"
    per_turn = [row.pico_usd / row.turns for row in by_day if row.turns and row.pico_usd]
    spread = pstdev(per_turn) / fmean(per_turn) / math.sqrt(7) if len(per_turn) > 1 else 0.2
    inputs = (
        Input("turns_per_dialogue", turns / dialogues, "turns", "measured", f"{dialogues:,} dialogues, {basis}"),
        Input("input_tokens", usage.input_tokens, "tokens a call", "measured", basis, spread),
        Input("cached_share", _share(usage), "share of input tokens", "measured", basis),
        Input("output_tokens", usage.output_tokens, "tokens a call", "measured", basis, spread),
        Input("repairs", repairs, "calls a turn", "measured", basis),
        _hours_input(shape),
        Input("busiest_day", busiest, "times the mean day", "measured" if days >= FEW_DAYS else "assumed",
              f"the busiest weekday of {days} days"),
    )  # fmt: skip
    work = Workload(turns / dialogues, _calls(usage, repairs), shape.shares, busiest, math.hypot(spread, 0.03))
    return _Found(work, inputs)


def _assumed(container: Container, version: PromptVersion | None, model: str, shape: HourShape, turns: int) -> _Found:
    why = f"only {turns} turns in the last {MEASURED_DAYS} days" if turns else "no turns in the store"
    prompt = 0.0 if version is None else _prompt_tokens(container, version, model)
    said = (ASSUMED_TURNS - 1) / 2 * (ASSUMED_REPLY + ASSUMED_MESSAGE) + ASSUMED_MESSAGE
    usage = Usage(input_tokens=round(prompt + said), output_tokens=round(ASSUMED_REPLY), estimated=True)
    how = "no live prompt, so only what was said" if version is None else (
        f"{version.ref.name}@{version.ref.version} has {prompt:.0f} tokens; what was said is assumed"
    )  # fmt: skip
    inputs = (
        Input("turns_per_dialogue", ASSUMED_TURNS, "turns", "assumed", why, _ASSUMED_SPREAD),
        Input("input_tokens", usage.input_tokens, "tokens a call", "assumed", f"{why}: {how}", _ASSUMED_SPREAD),
        Input("cached_share", 0.0, "share of input tokens", "assumed", f"{why}: none, which is the dear side"),
        Input("output_tokens", ASSUMED_REPLY, "tokens a call", "assumed", why, _ASSUMED_SPREAD),
        Input("repairs", ASSUMED_REPAIRS, "calls a turn", "assumed", why),
        _hours_input(shape),
        Input("busiest_day", ASSUMED_BUSIEST, "times the mean day", "assumed", why),
    )  # fmt: skip
    spread = math.sqrt(sum(i.spread**2 for i in inputs[:2]))
    return _Found(
        Workload(ASSUMED_TURNS, _calls(usage, ASSUMED_REPAIRS), shape.shares, ASSUMED_BUSIEST, spread), inputs
    )


def _hours_input(shape: HourShape) -> Input:
    peak = max(range(24), key=lambda hour: shape.shares[hour])
    basis = f"{shape.days} days with dialogues" if shape.days else "a shop's day, busy from 9 to 21"
    text = f"{basis}; the busiest hour begins at {peak}:00"
    return Input(
        "peak_hour", shape.shares[peak], "share of a day in its busiest hour",
        "measured" if shape.days else "assumed", text,
    )  # fmt: skip


# --- what if ----------------------------------------------------------------------------------------------------------


def _changed(
    container: Container, found: _Found, version: PromptVersion | None, model: str, what_if: WhatIf
) -> tuple[_Found, str]:
    calls = {shape.purpose: shape for shape in found.work.calls}
    inputs = {each.name: each for each in found.inputs}
    name = what_if.model or model
    if what_if.prompt is not None:
        wanted = _wanted(container, what_if.prompt)
        before = 0.0 if version is None else _prompt_tokens(container, version, model)
        more = round(_prompt_tokens(container, wanted, model) - before)
        for purpose, shape in calls.items():
            calls[purpose] = replace(shape, usage=_longer(shape.usage, more))
        tokens = calls[Purpose.REPLY].usage.input_tokens
        basis = f"{inputs['input_tokens'].basis}; {wanted.ref.name}@{wanted.ref.version} has {more:+} tokens"
        inputs["input_tokens"] = replace(inputs["input_tokens"], value=tokens, origin="given", basis=basis)
    if encoding_name(name) != encoding_name(model) and version is not None:
        ratio = _ratio(container, version, model, name)
        for purpose, shape in calls.items():
            calls[purpose] = replace(shape, usage=_scaled(shape.usage, ratio))
        basis = f"{name}'s vocabulary needs {ratio:.2f} times the tokens of {model}'s, estimated on the live prompt"
        inputs["vocabulary"] = Input("vocabulary", ratio, "times the tokens", "assumed", basis)
    if what_if.cached is not None:
        _must_be_share(what_if.cached, "cached")
        for purpose, shape in calls.items():
            cached = round(shape.usage.input_tokens * what_if.cached)
            calls[purpose] = replace(shape, usage=replace(shape.usage, cached_tokens=cached, cache_write_tokens=0))
        inputs["cached_share"] = Input("cached_share", what_if.cached, "share of input tokens", "given", "as asked")
    if what_if.repairs is not None:
        _must_be_share(what_if.repairs, "repairs")
        calls[Purpose.REPAIR] = replace(calls[Purpose.REPAIR], per_turn=what_if.repairs)
        inputs["repairs"] = Input("repairs", what_if.repairs, "calls a turn", "given", "as asked")
    return _Found(replace(found.work, calls=tuple(calls.values())), tuple(inputs.values())), name


def _must_be_share(value: float, what: str) -> None:
    if not 0 <= value <= 1:
        raise UserError(f"{what} of {value:g} is no share: write 0.8 or 80%")


def _wanted(container: Container, which: str) -> PromptVersion:
    name, number = which_version(which)
    registry = container.registry
    return registry.version(name, registry.release(name).spec.live if number is None else number)


def _longer(usage: Usage, more: int) -> Usage:
    """A usage with more input, as much of it cached as before."""
    whole = max(0, usage.input_tokens + more)
    cached = round(usage.cached_tokens / usage.input_tokens * whole) if usage.input_tokens else 0
    return replace(
        usage, input_tokens=whole, cached_tokens=cached, cache_write_tokens=min(usage.cache_write_tokens, whole)
    )


def _ratio(container: Container, version: PromptVersion, before: str, after: str) -> float:
    """Tokens of the live prompt's text for one model over those for another."""
    counts = [_prompt_tokens(container, version, name) for name in (before, after)]
    return counts[1] / counts[0] if counts[0] else 1.0


def _prompt_tokens(container: Container, version: PromptVersion, model: str) -> float:
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


def _scaled(usage: Usage, factor: float) -> Usage:
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
