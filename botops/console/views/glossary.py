"""Glossary: every number of the screens, what it means, how it is reckoned, from what, and since when so."""

import streamlit as st

from botops.app.container import Container
from botops.app.glossary_entry import Better, Unit
from botops.app.handbook import Explained, Subject, explained, search
from botops.console import formats, frame, navigation, parts
from botops.console.i18n import N_, _, language, ngettext
from botops.console.safe import Html, tag

_SUBJECTS: dict[Subject, str] = {
    "replies": N_("What the bot says and how clients take it"),
    "experiments": N_("Experiments"),
    "costs": N_("Costs"),
    "service": N_("How the service runs"),
}
_UNITS: dict[Unit, str] = {
    "count": N_("pieces"),
    "per_thousand": N_("per 1,000"),
    "share": N_("per cent"),
    "money": N_("money of clients"),
    "model_cost": N_("money for models"),
    "milliseconds": N_("time of a reply"),
    "tokens": N_("tokens"),
    "characters": N_("characters"),
    "moment": N_("a moment"),
    "state": N_("a state"),
    "duration": N_("a length of time"),
}
_BETTER: dict[Better, tuple[str, str]] = {
    "up": ("↑", N_("more is better")),
    "down": ("↓", N_("less is better")),
    "neither": ("", N_("neither more nor less is better")),
}


def body(container: Container) -> None:
    chosen = explained(st.query_params.get("number", ""))
    if chosen is not None:
        navigation.link("glossary", _("All numbers"), ":material/arrow_back:")
        frame.show(_number(chosen))
        return
    kept = st.query_params.get("text", "")
    text = st.text_input(
        _("Find a number"), kept, key="glossary-text", max_chars=100, icon=":material/search:",
        placeholder=_("a word of its name or meaning"),
    )  # fmt: skip
    frame.remember("text", text or None)
    found = search(text, language())
    if not found:
        frame.empty(_("No number has all of these words"), _("Try one word, or a part of it, in any language."))
        return
    parts.answer(ngettext("{n} number", "{n} numbers", len(found)).format(n=formats.number(len(found))))
    subject = None
    for one in found:
        if one.subject != subject and not text:
            parts.question(_(_SUBJECTS[one.subject]))
        subject = one.subject
        with st.container(key=f"row-number-{one.entry.id}"):
            frame.show(_number(one))
            navigation.link("glossary", _("Link to this number"), ":material/link:", number=one.entry.id)


def _number(one: Explained) -> Html:
    entry, chosen = one.entry, language()
    sign, better = _BETTER[entry.better]
    version = _("{n}, since {day}").format(n=entry.version, day=formats.full_day(entry.since))
    facts = parts.facts(
        [
            (_("Formula"), entry.formula[chosen]),
            (_("Made from"), one.source[chosen]),
            (_("Version of the definition"), version),
            (_("Counted by"), tag("code", entry.function)),
        ]
    )
    head = tag(
        "div", tag("h4", entry.name[chosen]), parts.chip(_(_UNITS[entry.unit])),
        parts.chip(f"{sign} {_(better)}".strip()), class_="bo-row",
    )  # fmt: skip
    return tag("div", head, tag("p", entry.meaning[chosen]), facts, class_="bo-item bo-number")


frame.page("glossary", body)
