"""The capacity plan of an installation: what so many dialogues a day need, and what of it changes with a what-if."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from botops.app.clock import SystemClock
from botops.app.container import Container
from botops.app.costs.currency import rate_today
from botops.app.costs.planning_inputs import Rests, measured
from botops.app.costs.what_if import WhatIf, with_what_if
from botops.app.models import DEFAULT_MODEL
from botops.app.place import store_exists
from botops.costs.forecast import CONFIDENCE, Interval
from botops.costs.plan import CapacityPlan, HourLoad, Limit, LimitKind, LimitUse, capacity
from botops.domain.errors import NotFoundError, UserError
from botops.store import Store

if TYPE_CHECKING:
    from botops.config import Secrets, Settings
    from botops.domain.usage import Cost, Usage
    from botops.registry import PromptVersion

__all__ = ["WhatIf", "plan", "plan_json", "planning_container"]


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

    Limits are those given, else those of `costs.rate_limits` for the model. Raises UserError when there is no traffic
    to take a number from, and for a what-if that cannot be.
    """
    what_if = what_if or WhatIf()
    version = _live(container)
    model = _model(container, version)
    found, traffic = measured(container, version, model)
    if dialogues_per_day is None:
        if traffic is None:
            raise UserError("too little traffic in the last 28 days to plan for: say how many dialogues a day")
        dialogues_per_day = traffic.dialogues_per_day
    wanted = dialogues_per_day
    now, rate = container.clock.now(), rate_today(container)

    def planned(of: Rests, name: str) -> CapacityPlan:
        def price(usage: Usage) -> Cost:
            return container.meter.cost(usage, name, now)

        made = capacity(
            wanted, of.work, name, price, limits=_limits(container, name, rpm, tpm), traffic=traffic,
            confidence=confidence, inputs=of.inputs,
        )  # fmt: skip
        if rate is None:
            return made
        return replace(made, currency=container.settings.company.currency, rate=rate[0])

    base = planned(found, model)
    if not what_if.asked:
        return base
    changed, name = with_what_if(container, found, version, model, what_if)
    return replace(planned(changed, name), base=base)


@contextmanager
def planning_container(settings: Settings, secrets: Secrets) -> Iterator[Container]:
    """The installation for reading, over an empty store made for the moment where there is none yet: a plan can be
    made before the first dialogue. Raises UserError, StoreError."""
    if store_exists(settings, secrets):
        with Container.open(settings, secrets, role="reader") as container:
            yield container
        return
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/empty.db"
        Store.open(url, clock=SystemClock()).close()
        with Container.open(settings, replace(secrets, database_url=url), role="reader") as container:
            yield container


def plan_json(found: CapacityPlan) -> dict[str, Any]:
    """A plan as JSON: amounts as text, of a month of 30 days; loads a minute of the busiest weekday."""
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
        "month_usd": _interval_json(found.month),
        "month_local": _interval_json(found.month_local),
        "currency": found.currency,
        "rate": None if found.rate is None else str(found.rate),
        "month_usd_by_purpose": {purpose.value: str(usd) for purpose, usd in found.by_purpose.items()},
        "confidence": found.confidence,
        "price_source": found.price_source,
        "peak_hour": found.peak.hour,
        "hours": [_hour_json(each) for each in found.hours],
        "limits": [_limit_json(use) for use in found.limits],
        "dialogues_per_day_now": None if found.traffic is None else found.traffic.dialogues_per_day,
        "growth_per_week": None if found.traffic is None else found.traffic.growth,
        "inputs": [
            {"name": i.name, "value": i.value, "unit": i.unit, "origin": i.origin, "basis": i.basis}
            for i in found.inputs
        ],
        "base": None if found.base is None else plan_json(found.base),
    }


def _interval_json(found: Interval | None) -> dict[str, str] | None:
    if found is None:
        return None
    return {"expected": str(found.expected), "low": str(found.low), "high": str(found.high)}


def _hour_json(load: HourLoad) -> dict[str, float]:
    return {
        "hour": load.hour,
        "requests_per_min": load.requests,
        "tokens_per_min": load.tokens,
        "busy_requests_per_min": load.busy_requests,
        "busy_tokens_per_min": load.busy_tokens,
    }


def _limit_json(use: LimitUse) -> dict[str, Any]:
    return {
        "limit": use.limit.kind,
        "per_minute": use.limit.per_minute,
        "peak": use.peak,
        "peak_hour": use.peak_hour,
        "hit": use.hit,
        "hours": list(use.hours),
        "dialogues_per_day": None if math.isinf(use.dialogues_per_day) else use.dialogues_per_day,
        "reached_on": None if use.reached_on is None else use.reached_on.isoformat(),
    }


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
    """The limits given, else those of the settings that come first for the model."""
    found: list[Limit] = []
    given: tuple[tuple[LimitKind, int | None], ...] = (("rpm", rpm), ("tpm", tpm))
    configured = next((limits for limits in container.settings.costs.rate_limits if limits.covers(model)), None)
    for kind, number in given:
        limit = number
        if limit is None and configured is not None:
            limit = configured.rpm if kind == "rpm" else configured.tpm
        if limit is not None:
            found.append(Limit(kind, limit))
    return tuple(found)
