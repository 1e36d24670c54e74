"""What single dialogues cost."""

from __future__ import annotations

import streamlit as st

from botops.app import queries
from botops.app.container import Container
from botops.console import formats, frame, labels, navigation, parts, safe
from botops.console.costs_choice import Shown
from botops.console.i18n import _, ngettext
from botops.console.safe import tag

_DEAREST = 8


def section(container: Container, days: int, shown: Shown) -> None:
    """The part of the page."""
    parts.question(_("Which dialogues cost most?"))
    found = queries.dearest(container, queries.period(container, days), _DEAREST)
    most = max((row.pico_usd for row in found), default=0) or 1
    for index, row in enumerate(found):
        local = row.local[0] if len(row.local) == 1 else None
        turns = ngettext("{n} reply", "{n} replies", row.turns).format(n=row.turns)
        tokens = ngettext("{n} token", "{n} tokens", row.tokens).format(n=formats.number(row.tokens))
        rest = " · ".join([turns, tokens, labels.channel(row.channel)])
        line = tag("span", tag("b", shown.amount(row.pico_usd, local)), f" · {rest}")
        with st.container(key=f"row-dear-{index}"):
            frame.show(tag("div", line, safe.bar(row.pico_usd / most), class_="bo-item"))
            navigation.link("dialogues", safe.markdown(row.id), None, dialogue=row.id)
