"""What experiments are called and how their figures are written: shares as per cent, differences as points."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from botops.app.experiments.experimenting import Stage
from botops.app.experiments.metrics import METRICS, POINTS
from botops.console import formats, labels
from botops.console.i18n import N_, _, language
from botops.registry.targeting import Targeting

_STAGES: Mapping[Stage, str] = {
    Stage.WAITING: N_("has not begun"),
    Stage.RUNNING: N_("running"),
    Stage.OVER: N_("over: everybody gets the live version"),
    Stage.OVERRIDDEN: N_("an order stands above it"),
}
_VISITORS: Mapping[str, str] = {"new": N_("new clients"), "returning": N_("clients who came back")}


def in_points(name: str) -> bool:
    """True for shares of leads: they are shown in per cent, their differences in percentage points."""
    return METRICS[name].units["en"] == POINTS


def value(name: str, figure: float) -> str:
    """What a variant has."""
    if in_points(name):
        return formats.percent(figure, 1)
    return _amount(name, figure)


def difference(name: str, figure: float) -> str:
    """How far a variant is from the control, with its sign."""
    sign = "+" if figure > 0 else "−" if figure < 0 else ""
    if in_points(name):
        return _("{sign}{points} points").format(sign=sign, points=formats.number(abs(figure) * 100, 1))
    return f"{sign}{_amount(name, abs(figure))}"


def _amount(name: str, figure: float) -> str:
    if name == "cost":
        return formats.cost(Decimal(repr(figure)), "USD")
    if name == "latency":
        return formats.milliseconds(figure)
    return f"{formats.number(figure, 0 if figure >= 100 else 1)}\u00a0{METRICS[name].units[language()]}"


def stage(value: Stage) -> str:
    """How far an experiment is."""
    return _(_STAGES[value])


def targeting(value: Targeting) -> str:
    """For whom an experiment holds."""
    facts = [
        *(labels.channel(name) for name in value.channels),
        *(labels.spoken(code) for code in value.languages),
        *value.regions,
        *value.sources,
        *(_(_VISITORS[visitor]) for visitor in value.visitors),
    ]
    return ", ".join(facts)


def day_or_moment(value: date, zone: str) -> str:
    """A day, or a moment in the company's time zone."""
    return formats.moment(value, zone) if isinstance(value, datetime) else formats.full_day(value)
