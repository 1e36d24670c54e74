"""The fields of the planner and the names of the figures a plan rests on. What is set stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from botops.app.container import Container
from botops.app.costs.choices import versions_to_try
from botops.console import data, formats, labels, safe
from botops.console.costs import reads as costs_reads
from botops.console.frame import remember
from botops.console.i18n import N_, _
from botops.costs.plan import CapacityPlan, Input
from botops.domain.errors import UserError

_STEPS = (10, 20, 50, 100, 200, 300, 500, 700, 1_000, 1_500, 2_000, 3_000, 5_000, 7_000, 10_000, 20_000, 50_000)
MOST = 1_000_000
_ASSUMED = 100
"""Dialogues a day where there is no traffic to begin with."""
_MOST_LIMIT = 1_000_000_000
_LONGEST = 100
_INPUTS: Mapping[str, str] = {
    "turns_per_dialogue": N_("Turns of a dialogue"),
    "input_tokens": N_("Tokens in, a call"),
    "cached_share": N_("Share of the cache"),
    "output_tokens": N_("Tokens out, a call"),
    "repairs": N_("Corrections, a turn"),
    "peak_hour": N_("Share of the busiest hour in a day"),
    "busiest_day": N_("The busiest weekday against the mean day"),
    "vocabulary": N_("Tokens against the present model"),
}
_SHARES = frozenset({"cached_share", "repairs", "peak_hour"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be planned; None leaves a thing as it is."""

    dialogues: float
    model: str | None
    prompt: str | None
    cached: float | None
    rpm: int | None
    tpm: int | None


def form(container: Container) -> Wanted:
    """Draws the fields. Raises UserError when the present traffic cannot be told."""
    now = _now(container)
    with st.container(horizontal=True, vertical_alignment="bottom", key="plan-fields"):
        dialogues = _dialogues(round(now.dialogues_per_day))
        cached = _cached(now)
    with st.container(horizontal=True, vertical_alignment="bottom", key="plan-choices"):
        model = _model(container, now.model)
        prompt = _prompt(container)
        tpm = _number("tpm", _("Limit: tokens a minute"))
        rpm = _number("rpm", _("Limit: requests a minute"))
    return Wanted(dialogues, model, prompt, cached, rpm, tpm)


def _now(container: Container) -> CapacityPlan:
    """The plan of today's traffic, or of a round number where there is none."""
    key = data.key_of(container)
    try:
        return costs_reads.plan(container, key, None, None, None, None)
    except UserError:
        return costs_reads.plan(container, key, float(_ASSUMED), None, None, None)


def _dialogues(now: int) -> int:
    kept = st.query_params.get("dialogues", "")
    usual = max(1, now)
    asked = int(kept) if kept.isdecimal() and len(kept) < 8 and 1 <= int(kept) <= MOST else usual
    options = sorted({*_STEPS, usual, asked})
    chosen = st.select_slider(
        _("Dialogues a day"), options, value=asked, key="plan-dialogues", width=420,
        format_func=lambda n: _("{n} (as now)").format(n=formats.number(n)) if n == usual else formats.number(n),
    )  # fmt: skip
    remember("dialogues", None if chosen == usual else str(chosen))
    return int(chosen)


def _cached(now: CapacityPlan) -> float | None:
    """The share of the cache; None while it is left as measured."""
    measured = round(next((i.value for i in now.inputs if i.name == "cached_share"), 0.0) * 100)
    kept = st.query_params.get("cached", "")
    asked = int(kept) if kept.isdecimal() and len(kept) < 4 and int(kept) <= 100 else measured
    chosen = st.slider(
        _("Read from the provider's cache, %"), 0, 100, asked, 5 if asked % 5 == 0 else 1, key="plan-cached", width=300
    )
    remember("cached", None if chosen == measured else str(chosen))
    return None if chosen == measured else chosen / 100


def _model(container: Container, present: str) -> str | None:
    known = costs_reads.models_to_try(container, data.key_of(container), present)
    kept = st.query_params.get("model", "")[:_LONGEST]
    options = list(dict.fromkeys([*known, *([kept] if kept else [])]))
    chosen = st.selectbox(
        _("Model"), options, index=options.index(kept) if kept else 0, key="plan-model", width=210,
        accept_new_options=True,
    )  # fmt: skip
    chosen = (chosen or present).strip()[:_LONGEST] or present
    remember("model", None if chosen == present else chosen)
    return None if chosen == present else chosen


def _prompt(container: Container) -> str | None:
    options = versions_to_try(container)
    kept = st.query_params.get("prompt")
    chosen = st.selectbox(
        _("Prompt version"), options, index=options.index(kept) if kept in options else None, key="plan-prompt",
        placeholder=_("as now"), format_func=labels.version, width=150, filter_mode=None,
    )  # fmt: skip
    remember("prompt", chosen)
    return chosen


def _number(name: str, label: str) -> int | None:
    kept = st.query_params.get(name, "")
    asked = int(kept) if kept.isdecimal() and len(kept) < 11 and 1 <= int(kept) <= _MOST_LIMIT else None
    chosen = st.number_input(
        label, 1, _MOST_LIMIT, asked, key=f"plan-{name}", width=195, placeholder=_("not given"), step=1_000
    )
    remember(name, None if chosen is None else str(chosen))
    return chosen


def input_name(one: Input) -> str:
    """What a figure is called."""
    return _(_INPUTS[one.name]) if one.name in _INPUTS else safe.preview(one.name, 60)


def input_value(one: Input) -> str:
    """A figure as people write it."""
    if one.name in _SHARES:
        return formats.percent(one.value, 1)
    return formats.number(one.value, 0 if one.value >= 100 else 2)
