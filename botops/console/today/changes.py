"""What was changed since yesterday that may change what the bot does."""

from __future__ import annotations

import streamlit as st

from botops.app.container import Container
from botops.app.prompts.state import role_titles
from botops.app.releases.auditing import PRICEBOOK, prompt_of
from botops.console import data, formats, frame, labels, navigation, parts, safe
from botops.console.i18n import _, ngettext
from botops.console.ops import labels as ops_labels
from botops.console.safe import tag
from botops.console.today import reads

_MOST = 6


def show(container: Container) -> None:
    """The latest changes, each with who did it and why."""
    found = reads.changes(container, data.key_of(container))
    parts.question(_("What was changed since yesterday?"))
    if not found:
        parts.answer(_("Nobody published, rolled back or switched anything in this time."))
        return
    roles, zone = role_titles(container.settings), container.settings.company.timezone
    for number, entry in enumerate(found[:_MOST]):
        with st.container(key=f"row-changed-{number}"):
            who = f"{formats.moment(entry.at, zone)} · {labels.role(entry.by, roles)}"
            head = tag("div", tag("b", ops_labels.change(entry)), tag("span", who, class_="bo-muted"),
                       class_="bo-row bo-small")  # fmt: skip
            frame.show(tag("div", head, tag("div", safe.preview(entry.reason, 300)), class_="bo-item"))
            if name := prompt_of(entry.subject):
                navigation.link("prompts", _("History of the prompt"), None, prompt=name, view="history")
            elif entry.subject == PRICEBOOK:
                navigation.link("pricebook", _("Open the prices"), None)
    left = len(found) - _MOST
    if left > 0:
        text = ngettext(
            "{n} earlier change is on the page Right now.", "{n} earlier changes are on the page Right now.", left
        )
        parts.answer(text.format(n=formats.number(left)))
        navigation.link("live", _("All changes"))
