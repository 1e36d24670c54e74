"""The filters of the dialogue list. What is chosen stands in the address, so a list can be sent to a colleague."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar, get_args
from zoneinfo import ZoneInfo

import streamlit as st

from botops.app.container import Container
from botops.app.periods import Period, between, period
from botops.console import labels
from botops.console.dialogues import reads
from botops.console.frame import remember
from botops.console.i18n import N_, _, ngettext
from botops.domain.findings import FindingKind, Severity
from botops.domain.messages import Language
from botops.domain.outcomes import Stage
from botops.domain.turns import Action
from botops.store import DialogueFilter, ReviewState

T = TypeVar("T")
_LASTS: Mapping[str, int] = {"1": 1, "yesterday": 0, "7": 7, "14": 14, "28": 28, "90": 90}
LANGUAGES: tuple[Language, ...] = ("ru", "kk", "en")
NAMES = ("text", "action", "kind", "reviewed", "last", "severity", "prompt", "variant", "language", "channel", "stage")
"""The parameters of the address that narrow the list down."""
_HIDDEN = ("severity", "prompt", "variant", "language", "channel", "stage")
_REVIEWED: Mapping[ReviewState, str] = {
    "waiting": N_("nobody has looked"),
    "wrong": N_("a person says: the bot was wrong"),
    "right": N_("a person says: not a mistake"),
    "disputed": N_("people disagree"),
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A filter, whether the worst come first, and the same as parameters of the address."""

    filter: DialogueFilter
    worst_first: bool
    parameters: dict[str, str]

    @property
    def any(self) -> bool:
        """True when anything is filtered."""
        return any(name in self.parameters for name in NAMES)


def chosen(container: Container, limit: int) -> Chosen:
    """Draws the filters; what was chosen."""
    known = reads.occurring(container)
    with st.container(horizontal=True, key="filters", vertical_alignment="bottom"):
        text = st.text_input(
            _("Search"), st.query_params.get("text", ""), key="f-text", placeholder=_("Words, dialogue or client id"),
            icon=":material/search:", width=240, max_chars=200,
        )  # fmt: skip
        remember("text", text or None)
        _select("last", _("Period"), list(_LASTS), _last, _("all time"))
        _select("kind", _("Error"), [k.value for k in FindingKind], lambda key: labels.kind(FindingKind(key)))
        _select("action", _("Outcome"), [a.value for a in Action], lambda key: labels.action(Action(key)))
        _select("reviewed", _("Review"), list(get_args(ReviewState)), _state)
        with st.popover(_more(), icon=":material/tune:"):
            by_label = {s.label: s for s in reversed(Severity)}
            _select("severity", _("Severity, at least"), list(by_label), lambda key: labels.severity(by_label[key]))
            _select("prompt", _("Prompt version"), list(known.versions), labels.version)
            _select("variant", _("Variant of an experiment"), list(known.variants), lambda key: _variant(key, known))
            _select("language", _("Client's language"), list(LANGUAGES), labels.spoken)
            _select("channel", _("Channel"), list(known.channels), labels.channel)
            _select("stage", _("What became of the client"), [s.value for s in Stage], labels.lead_outcome)
        worst = _order()
    return Chosen(asked(container, limit), worst, parameters())


def asked(container: Container, limit: int) -> DialogueFilter:
    """The filter that stands in the address; a value nobody offers asks for nothing."""
    given = st.query_params.to_dict()
    name, _at, number = given.get("prompt", "").rpartition("@")
    experiment, _colon, variant = given.get("variant", "").rpartition(":")
    found = DialogueFilter(
        text=given.get("text") or None,
        action=_one(Action, given.get("action")),
        kind=_one(FindingKind, given.get("kind")),
        severity=next((s for s in Severity if s.label == given.get("severity")), None),
        prompt=name or None,
        version=int(number) if number.isdecimal() else None,
        experiment=experiment or None,
        variant=int(variant) if variant.isdecimal() else None,
        language=next((code for code in LANGUAGES if code == given.get("language")), None),
        channel=given.get("channel"),
        stage=_one(Stage, given.get("stage")),
        reviewed=next((state for state in _REVIEWED if state == given.get("reviewed")), None),
        limit=limit,
    )
    within = stretch(container, given.get("last", ""))
    return replace(found, since=within.since, until=within.until) if within is not None else found


def parameters() -> dict[str, str]:
    """What narrows the list down and orders it, as the address has it."""
    return {name: st.query_params[name] for name in (*NAMES, "order") if name in st.query_params}


def stretch(container: Container, last: str) -> Period | None:
    """The days a period of the address stands for; None for all time."""
    if last == "yesterday":
        today = container.clock.now().astimezone(ZoneInfo(container.settings.company.timezone)).date()
        return between(container, today - timedelta(days=1), today - timedelta(days=1))
    return period(container, _LASTS[last]) if last in _LASTS else None


def _one(kind: Callable[[str], T], value: str | None) -> T | None:
    try:
        return kind(value) if value is not None else None
    except ValueError:
        return None


def _select(name: str, label: str, keys: list[str], shown: Callable[[str], str], nothing: str = "") -> None:
    kept = st.query_params.get(name)
    if kept is not None and kept not in keys:
        remember(name, None)
    picked = st.selectbox(
        label, keys, index=keys.index(kept) if kept in keys else None, key=f"f-{name}",
        placeholder=nothing or _("any"), format_func=shown, width=170, filter_mode=None,
    )  # fmt: skip
    remember(name, picked)


def _order() -> bool:
    """True when the worst dialogues are to come first."""
    kept = st.query_params.get("order") == "worst"
    picked = st.segmented_control(
        _("Order"), ("latest", "worst"), default="worst" if kept else "latest", required=True, key="f-order",
        format_func=lambda order: _("Worst first") if order == "worst" else _("Latest first"),
    )  # fmt: skip
    remember("order", "worst" if picked == "worst" else None)
    return picked == "worst"


def _more() -> str:
    hidden = sum(name in st.query_params for name in _HIDDEN)
    return _("Filters") + (f" · {hidden}" if hidden else "")


def _last(last: str) -> str:
    if last == "yesterday":
        return _("yesterday")
    days = _LASTS[last]
    return _("today") if days == 1 else ngettext("{n} day", "{n} days", days).format(n=days)


def _state(state: str) -> str:
    return next(_(words) for known, words in _REVIEWED.items() if known == state)


def _variant(key: str, known: reads.Occurring) -> str:
    experiment, _colon, _number = key.rpartition(":")
    return f"{experiment} · {labels.version(known.variants[key])}"
