"""Where the bot errs: faults that are alike, each with examples."""

from __future__ import annotations

import streamlit as st

from botops.app import queries
from botops.app.container import Container
from botops.console import data, formats, frame, labels, navigation, parts, safe
from botops.console.i18n import _, ngettext

_FRESH_DAYS = 2
"""Today and yesterday."""


def worst(container: Container, days: int) -> None:
    """The gravest error that reached a client since yesterday, else in the period: what was said, why it is wrong and
    when it was last said; seen without scrolling."""
    pattern = _gravest(container, min(days, _FRESH_DAYS)) or _gravest(container, days)
    if pattern is None:
        return
    example = pattern.examples[0]  # the latest of those that reached a client
    said = _("Said: “{quote}”. The price book: {book}.").format(
        quote=safe.preview(example.quote, 90), book=safe.preview(parts.in_book(example.expected), 160).rstrip(".")
    )
    last = formats.moment(example.at, container.settings.company.timezone)
    title = _("Clients were told something wrong: {kind}, the last time on {moment}").format(
        kind=labels.kind(pattern.fault.key.kind), moment=last
    )
    with st.container(key="worst-promise"):
        frame.show(frame.alert("bad", title, said))
        navigation.link("dialogues", _("See it in the dialogue, and why"), dialogue=example.dialogue_id)


def _gravest(container: Container, days: int) -> queries.Pattern | None:
    found = [one for one in data.patterns(container, data.key_of(container), days) if one.fault.reached]
    return max(found, key=lambda one: (one.fault.worst, one.fault.reached), default=None)


def show(container: Container, days: int) -> None:
    """The section: groups by rule, product and prompt version, the most frequent first."""
    found = data.patterns(container, data.key_of(container), days)
    parts.question(_("Where does the bot go wrong?"))
    if not found:
        frame.show(
            frame.alert("note", _("No false promises in this period."), _("Every price, discount and term agreed."))
        )
        return
    parts.answer(
        _("Errors that are alike, most frequent first. Open one to see examples and the dialogues they come from.")
    )
    for index, pattern in enumerate(found):
        _pattern(container, index, pattern)


def _pattern(container: Container, index: int, pattern: queries.Pattern) -> None:
    key, fault = pattern.fault.key, pattern.fault
    name = " · ".join(
        safe.markdown(part)
        for part in (labels.kind(key.kind), pattern.product, labels.prompt(key.prompt, key.version))
        if part and part != formats.NOTHING
    )
    count = ngettext("{n} reply", "{n} replies", fault.replies).format(n=formats.number(fault.replies))
    reached = _("reached clients: {n}").format(n=formats.number(fault.reached))
    sign = ":red[:material/error:]" if fault.reached else ":green[:material/shield:]"
    end = f":red[{reached}]" if fault.reached else _("all stopped")
    title = f"{sign} **{name}** — {count}, {end}"
    with st.expander(title, expanded=index == 0):
        for number, example in enumerate(pattern.examples):
            with st.container(key=f"row-{index}-{number}"):
                frame.show(parts.example(example, container.settings.company.timezone))
                navigation.link("dialogues", _("Open the dialogue"), dialogue=example.dialogue_id)
        about = {"kind": key.kind.value}
        if key.prompt is not None:
            about["prompt"] = f"{key.prompt}@{key.version}"
        navigation.link("dialogues", _("All dialogues with this error"), ":material/filter_list:", **about)
