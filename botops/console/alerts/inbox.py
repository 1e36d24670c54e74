"""The inbox of alerts: what stands now, the gravest first; what nobody is told of."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from botops.app.alerts import inbox
from botops.app.container import Container
from botops.app.prompts.state import role_titles
from botops.console import deeds, formats, frame, labels, navigation, parts, presses, safe
from botops.console.alerts import labels as alert_labels
from botops.console.i18n import _, language, ngettext
from botops.console.owners import labels as owner_labels
from botops.console.safe import Html, tag
from botops.domain.access import Right
from botops.domain.alerts import Alert, AlertState, Silence

_REFRESH_S = 15
_MOST = 40
Roles = Mapping[str, Mapping[str, str]]


@st.fragment(run_every=_REFRESH_S)
def section(container: Container) -> None:
    """What stands, or with what is over of the last week; it renews itself."""
    everything = st.query_params.get("over") == "1"
    found = inbox.alerts(container, firing=not everything)
    parts.question(_("What is wrong right now?") if not everything else _("What was wrong in the last week?"))
    if not found:
        frame.show(frame.alert("good", _("Nothing stands against the bot."), _("Every source of alerts is quiet.")))
    roles = role_titles(container.settings)
    for alert in found[:_MOST]:
        with st.container(key=f"row-alert-{alert.id}"):
            frame.show(item(container, alert, roles))
            navigation.link("alerts", _("Look into it"), None, alert=alert.id)
    if len(found) > _MOST:
        parts.answer(_("The gravest {n} are shown.").format(n=_MOST))
    if everything:
        navigation.link("alerts", _("Only what stands now"), ":material/arrow_back:")
    else:
        navigation.link("alerts", _("Those that are over too, of the last week"), ":material/history:", over="1")


def item(container: Container, alert: Alert, roles: Roles) -> Html:
    """An alert in the list."""
    signal, zone = alert.signal, container.settings.company.timezone
    silenced = inbox.silenced_by(container, alert) if alert.state is AlertState.FIRING else None
    head = tag(
        "div", tag("b", safe.preview(signal.title[language()], 200)),
        parts.chip(*alert_labels.severity(alert.severity)), parts.chip(*alert_labels.state(alert)),
        parts.chip(_("silenced")) if silenced else None,
        parts.chip(f"INC-{alert.incident}") if alert.incident else None,
        class_="bo-row",
    )  # fmt: skip
    facts = [
        _("since {moment}").format(moment=formats.moment(signal.began_at, zone)),
        _("{sum} at risk").format(sum=formats.money(signal.at_risk)) if signal.at_risk else "",
        owner_labels.area(signal.area),
        labels.role(alert.owner, roles) if alert.owner else _("nobody owns it"),
    ]
    return tag(
        "div", head, tag("div", safe.preview(signal.text[language()], 800)),
        tag("div", " · ".join(filter(None, facts)), class_="bo-muted bo-small"), class_="bo-item",
    )  # fmt: skip


def silences(container: Container) -> None:
    """What nobody is told of for a while, and an end to it."""
    found = inbox.silences(container)
    if not found:
        return
    count = ngettext("{n} silence holds", "{n} silences hold", len(found)).format(n=len(found))
    with st.expander(count, icon=":material/notifications_off:", key="silences"):
        parts.answer(_("Nobody is told of these; they are found and shown all the same."))
        for one in found:
            with st.container(key=f"silence-{one.id}"):
                frame.show(_silence(container, one))
                _end(one)


def _silence(container: Container, one: Silence) -> Html:
    zone = container.settings.company.timezone
    about = [one.rule or "", owner_labels.area(one.area) if one.area else "", one.key or ""]
    name = " · ".join(filter(None, about)) or _("all alerts")
    until = _("until {moment}").format(moment=formats.moment(one.until, zone))
    head = tag("div", tag("b", name), parts.chip(until, "warn"), class_="bo-row")
    return tag("div", head, tag("div", f"{one.by}: {safe.preview(one.reason, 300)}", class_="bo-muted bo-small"),
               class_="bo-item")  # fmt: skip


def _end(one: Silence) -> None:
    with deeds.popover(_("End it now"), Right.OPERATE), st.form(f"end-silence-{one.id}", border=False):
        key = f"silence-{one.id}"
        body = {"reason": deeds.why(key), "by": deeds.who(key)}
        if presses.submit(_("End it"), key=f"do-end-{one.id}"):
            deeds.send(f"/v1/silences/{one.id}/end", body)
