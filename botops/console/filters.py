"""The filters of the dialogue list. What is chosen stands in the address, so a list can be sent to a colleague."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import streamlit as st

from botops.app.container import Container
from botops.app.periods import period
from botops.console import labels
from botops.console.frame import remember
from botops.console.i18n import _, ngettext
from botops.domain.findings import FindingKind, Severity
from botops.domain.messages import Language
from botops.domain.turns import Action
from botops.store import DialogueFilter

T = TypeVar("T")
_DAYS = (1, 7, 14, 28, 90)
_LANGUAGES: tuple[Language, ...] = ("ru", "kk", "en")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A filter, and the same as parameters of the address."""

    filter: DialogueFilter
    parameters: dict[str, str]

    @property
    def any(self) -> bool:
        """True when anything is filtered."""
        return bool(self.parameters)


def chosen(container: Container, limit: int) -> Chosen:
    """Draws the filters; what was chosen."""
    known = _known(container)
    with st.container(horizontal=True, key="filters", vertical_alignment="bottom"):
        text = st.text_input(
            _("Search"), st.query_params.get("text", ""), key="f-text", placeholder=_("Words, dialogue or client id"),
            icon=":material/search:", width=280,
        )  # fmt: skip
        action = _select("action", _("Outcome"), {a.value: a for a in Action}, labels.action)
        kind = _select("kind", _("Error"), {k.value: k for k in FindingKind}, labels.kind)
        with st.popover(_more(), icon=":material/tune:"):
            severity = _select(
                "severity", _("Severity, at least"), {s.label: s for s in reversed(Severity)}, labels.severity
            )
            version = _select("prompt", _("Prompt version"), {v: v for v in known["versions"]}, labels.version)
            language = _select("language", _("Client's language"), {c: c for c in _LANGUAGES}, labels.spoken)
            channel = _select("channel", _("Channel"), {c: c for c in known["channels"]}, labels.channel)
            days = _select("last", _("Period"), {str(d): d for d in _DAYS}, _last)
    remember("text", text or None)
    name, _at, number = (version or "").rpartition("@")
    names = ("text", "action", "kind", "severity", "prompt", "language", "channel", "last")
    found = DialogueFilter(
        text=text or None, action=action, kind=kind, severity=severity, prompt=name or None,
        version=int(number) if number.isdigit() else None, language=language, channel=channel,
        since=period(container, days).since if days else None, limit=limit,
    )  # fmt: skip
    return Chosen(found, {n: st.query_params[n] for n in names if n in st.query_params})


def _select(name: str, label: str, options: Mapping[str, T], shown: Callable[[T], str]) -> T | None:
    keys = list(options)
    kept = st.query_params.get(name)
    place = keys.index(kept) if kept is not None and kept in options else None
    picked = st.selectbox(
        label, keys, index=place, key=f"f-{name}", placeholder=_("any"),
        format_func=lambda key: shown(options[key]), width=190, filter_mode=None,
    )  # fmt: skip
    remember(name, picked)
    return options[picked] if picked is not None else None


def _more() -> str:
    hidden = sum(name in st.query_params for name in ("severity", "prompt", "language", "channel", "last"))
    return _("Filters") + (f" · {hidden}" if hidden else "")


def _last(days: int) -> str:
    return _("today") if days == 1 else ngettext("{n} day", "{n} days", days).format(n=days)


def _known(container: Container) -> dict[str, list[str]]:
    """Versions and channels that occur, from the roll-ups of a year."""
    now = container.clock.now()
    rows = container.store.reads.totals(now - timedelta(days=365), now, ("prompt", "version", "channel"))
    versions = {f"{name}@{version}" for name, version, _channel in (row.key for row in rows) if name}
    return {"versions": _sorted(versions), "channels": _sorted(str(row.key[2]) for row in rows)}


def _sorted(values: Iterable[str]) -> list[str]:
    return sorted(set(values))
