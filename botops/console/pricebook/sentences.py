"""How each sentence of a price book was understood."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from botops.app.pricebooks.rules import RuleReading
from botops.console import formats, frame, labels, parts, safe
from botops.console.i18n import _, ngettext
from botops.console.safe import Html


def section(readings: tuple[RuleReading, ...], key: str) -> None:
    """The sentences and what was understood. `key` tells one place on the page from another."""
    parts.question(_("How was each sentence understood?"))
    if not readings:
        frame.empty(_("No sentences"), _("The price book has no offers and no policies."))
        return
    missed = [r for r in readings if not r.understood]
    if missed:
        text = ngettext("{n} sentence was not understood", "{n} sentences were not understood", len(missed))
        advice = _("It neither supports nor refutes what the bot says. Say it in a shorter sentence in the price book.")
        frame.show(frame.alert("warn", text.format(n=formats.number(len(missed))), advice))
    else:
        parts.answer(_("All of them."))
    only = bool(missed) and st.toggle(_("Only those not understood"), key=f"only-missed-{key}")
    shown = missed if only else readings
    heads = [(_("Where"), False), (_("Sentence"), False), (_("About"), False), (_("Values"), False),
             (_("Conditions"), False)]  # fmt: skip
    rows = [
        _row(reading, first=place == 0)
        for _source, group in groupby(shown, key=lambda r: r.source)
        for place, reading in enumerate(group)
    ]
    frame.show(parts.table(heads, rows))


def _row(reading: RuleReading, *, first: bool) -> tuple[str | Html, ...]:
    if not reading.understood:
        about: str | Html = parts.chip(_("not understood"), "bad")
    else:
        topics = ", ".join(labels.topic(topic) for topic in reading.subject.split(", "))
        denied = reading.polarity == "no"
        about = safe.tag("span", parts.chip(_("denied"), "warn"), " ", topics) if denied else topics
    return (
        _source(reading.source) if first else "",
        safe.preview(reading.text, 300) or "—",
        about,
        ", ".join(labels.value(value) for value in reading.values) or "—",
        "; ".join(safe.preview(condition, 120) for condition in reading.conditions) or "—",
    )


def _source(source: str) -> str:
    kind, _colon, name = source.partition(":")
    return _("offer {name}").format(name=name) if kind == "offer" else _("policy {name}").format(name=name)
