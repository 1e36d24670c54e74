"""The form that starts an experiment: for whom, until when, what must not get worse, who says so and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import streamlit as st

from botops.app.container import Container
from botops.app.experiments.metrics import METRICS
from botops.app.glossary import GLOSSARY
from botops.console import deeds, frame, labels, parts
from botops.console.dialogues.filters import LANGUAGES
from botops.console.dialogues.reads import occurring
from botops.console.experiments import labels as experiment_labels
from botops.console.i18n import _, language
from botops.domain.access import Right
from botops.registry import Release
from botops.split import BUCKETS

LEAST, MOST = 100, 10_000_000
"""Clients an experiment may be planned for."""
PLANNED = 2000
"""Clients planned where no figures say how many it takes."""
_GUARDED = ("flagged",)
_MARGINS = {"cost": 0.01, "latency": 500.0, "length": 200.0}
_POINTS = 3.0
_POINT = BUCKETS // 100


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen above the form: the versions beside the live one, the metric that decides, the effect worth
    seeing, the share of clients in per cent and how many are planned; `told` says that figures say so."""

    versions: tuple[int, ...]
    metric: str
    effect: str
    share: int
    planned: int
    told: bool


def section(container: Container, name: str, release: Release, chosen: Chosen) -> None:
    """The rest of what an experiment is, and its start."""
    guarded = _guarded(chosen.metric)
    with st.form("new-form", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            key = f"new-planned-{name}-{chosen.metric}-{chosen.effect}-{len(chosen.versions)}"
            total = st.number_input(_("Clients planned"), LEAST, MOST, chosen.planned, key=key, width=240)
            margins = {metric: _margin(metric) for metric in guarded}
        targeting = _targeting(container, told=chosen.told)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            starts = st.date_input(_("From (empty: now)"), None, key="new-from", width=260, format="DD.MM.YYYY")
            ends = st.date_input(_("Until (empty: until it is ended)"), None, key="new-until", width=260,
                                 format="DD.MM.YYYY")  # fmt: skip
        numbers = "-".join(f"v{version}" for version in chosen.versions)
        experiment = st.text_input(_("Name of the experiment"), key=f"new-key-{name}-{numbers}", max_chars=60,
                                   value=f"{name}-{numbers}")  # fmt: skip
        body = {
            "key": experiment,
            "variants": _variants((release.live, *chosen.versions)),
            "coverage": chosen.share * _POINT,
            "targeting": targeting,
            "starts": starts.isoformat() if starts else None,
            "ends": ends.isoformat() if ends else None,
            "measure": {"primary": chosen.metric, "planned": int(total),
                        "guardrails": [{"metric": m, "margin": margin} for m, margin in margins.items()]},
            "reason": deeds.why("new"),
            "by": deeds.who("new"),
            "release": release.checksum,
        }  # fmt: skip
        if deeds.submit(_("Start"), Right.APPROVE, key="new-start", type="primary"):
            if not chosen.versions:
                frame.show(frame.alert("bad", _("Choose a version to compare with")))
            else:
                deeds.send(f"/v1/experiments/{quote(name)}", body)


def _guarded(metric: str) -> list[str]:
    options = [name for name in METRICS if name != metric]
    chosen: list[str] = st.multiselect(
        _("What must not get worse"), options, default=[name for name in _GUARDED if name != metric],
        key=f"new-guarded-{metric}", filter_mode=None, format_func=lambda name: GLOSSARY[name].name[language()],
        placeholder=_("nothing chosen"),
    )  # fmt: skip
    return chosen


def _margin(metric: str) -> float:
    """By how much a metric may get worse, in its own unit: a share as a share, shown in points."""
    name = GLOSSARY[metric].name[language()]
    if experiment_labels.in_points(metric):
        said = _("{metric}: stop when worse by, points").format(metric=name)
        points = st.number_input(said, 0.1, 50.0, _POINTS, 0.5, key=f"new-margin-{metric}", width=300)
        return round(points / 100, 4)
    said = _("{metric}: stop when worse by, {unit}").format(metric=name, unit=METRICS[metric].units[language()])
    usual = _MARGINS[metric]
    form = "%.3f" if usual < 1 else "%.0f"
    return st.number_input(said, usual / 10, usual * 1000, usual, usual / 10, key=f"new-margin-{metric}", width=300,
                           format=form)  # fmt: skip


def _targeting(container: Container, *, told: bool) -> dict[str, Any] | None:
    """For whom it is; nobody is left out where nothing is chosen."""
    said = {"new": _("new clients"), "returning": _("clients who came back")}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        channels = _only("channels", _("Only these channels"), list(occurring(container).channels), labels.channel)
        languages = _only("languages", _("Only these languages"), LANGUAGES, labels.spoken)
        visitors = _only("visitors", _("Only these clients"), list(said), said.__getitem__)
    if told:
        parts.answer(_("The days above are counted with all clients: with fewer it takes longer."))
    found = {"channels": channels, "languages": languages, "visitors": visitors}
    return {name: chosen for name, chosen in found.items() if chosen} or None


def _only(name: str, label: str, options: Sequence[str], written: Callable[[str], str]) -> list[str]:
    chosen: list[str] = st.multiselect(
        label, options, key=f"new-{name}", width=260, filter_mode=None, format_func=written, placeholder=_("all"),
    )  # fmt: skip
    return chosen


def _variants(versions: tuple[int, ...]) -> list[dict[str, int]]:
    """Equal shares; what is left over goes to the live version."""
    each = BUCKETS // len(versions)
    rest = BUCKETS - each * len(versions)
    return [{"version": version, "weight": each + (rest if n == 0 else 0)} for n, version in enumerate(versions)]
