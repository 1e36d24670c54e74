"""Whom an incident hurt: how many clients, a text for each to be sent, and the replies."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from botops.app import incidents as app
from botops.app.container import Container
from botops.console import formats, frame, labels, navigation, parts
from botops.console.i18n import _, language, ngettext
from botops.console.safe import Html, tag
from botops.domain.incidents import AffectedReply, Incident
from botops.monitor.postmortem import Impact, worst_first

_FIRST_REPLIES = 3
_MOST_REPLIES = 20


def section(container: Container, incident: Incident, replies: Sequence[AffectedReply], impact: Impact) -> None:
    """How many, a list for the sellers to write to them, and the worst replies."""
    parts.question(_("Who was told something wrong?"))
    if not replies:
        parts.answer(_("No wrong reply that reached a client is known in this incident."))
        return
    counts = [
        ngettext("{n} client", "{n} clients", impact.leads).format(n=formats.number(impact.leads)),
        ngettext("{n} dialogue", "{n} dialogues", impact.dialogues).format(n=formats.number(impact.dialogues)),
        ngettext("{n} reply", "{n} replies", impact.replies).format(n=formats.number(impact.replies)),
    ]
    parts.answer(
        " · ".join(counts) + ". " + _("The list has a text for each client, for the sellers to read and send.")
    )
    with st.container(horizontal=True):
        st.download_button(
            _("Download for Excel"), lambda: app.corrections_xlsx(app.corrections(container, incident), language()),
            f"{incident.name}.xlsx", icon=":material/download:", key="clients-xlsx", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            _("Download as CSV"),
            lambda: "".join(app.corrections_csv(app.corrections(container, incident))).encode("utf-8-sig"),
            f"{incident.name}.csv", "text/csv", icon=":material/download:", key="clients-csv", on_click="ignore",
        )  # fmt: skip
    zone = container.settings.company.timezone
    more = f"replies-{incident.number}"
    most = _MOST_REPLIES if st.session_state.get(more) else _FIRST_REPLIES
    for index, one in enumerate(worst_first(replies)[:most]):
        with st.container(key=f"row-reply-{index}"):
            frame.show(_reply(one, zone))
            navigation.link("dialogues", _("Open the dialogue"), None, dialogue=one.dialogue_id)
    if len(replies) > most == _FIRST_REPLIES and st.button(_("Show more"), key="more-replies", width="stretch"):
        st.session_state[more] = True
        st.rerun()
    if len(replies) > most:
        parts.answer(_("The worst {n} are shown; the list for download has all.").format(n=most))


def _reply(one: AffectedReply, zone: str) -> Html:
    head = tag(
        "div", tag("b", one.lead_id), parts.severity(one.severity),
        tag("span", f"{formats.moment(one.at, zone)} · {labels.channel(one.channel)} · {labels.spoken(one.language)}",
            class_="bo-muted"),
        class_="bo-row bo-small",
    )  # fmt: skip
    why = one.explanations.get(language()) or next(iter(one.explanations.values()), "")
    return tag("div", head, parts.comparison(one.quote, one.expected, why, _difference(one)), class_="bo-item")


def _difference(one: AffectedReply) -> str | None:
    if one.at_risk is None or not one.at_risk.minor:
        return None
    return _("Below the price book by {sum}").format(sum=formats.money(one.at_risk))
