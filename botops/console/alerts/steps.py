"""What can be done about an alert: take it on, open an incident, silence it, end it, undo what is at fault."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

import streamlit as st

from botops.app.container import Container
from botops.app.incidents import remedies
from botops.console import deeds, labels, parts, presses, safe
from botops.console.i18n import _, ngettext
from botops.console.incidents import listing as incident_list
from botops.console.owners import labels as owner_labels
from botops.console.prompts import switch as prompt_switch
from botops.domain.access import Right
from botops.domain.alerts import Alert, AlertState

_HOURS = (1, 4, 24, 72, 168)
About = Literal["key", "rule", "area"]


def show(container: Container, alert: Alert) -> None:
    """Buttons for what can be done; none when it is over."""
    if alert.state is AlertState.RESOLVED:
        return
    with st.container(horizontal=True, key="alert-steps"):
        if alert.acknowledged_by is None:
            _acknowledge(alert)
        if alert.incident is None:
            _incident(alert)
        _silence(container, alert)
        _resolve(alert)
    _undo(container, alert)


def _acknowledge(alert: Alert) -> None:
    with (
        deeds.popover(_("Take it on"), Right.OPERATE, icon=":material/front_hand:", key="alert-acknowledge"),
        st.form("form-alert-acknowledge", border=False),
    ):
        parts.answer(_("Nobody is reminded of it any more."))
        body = {"by": deeds.who("alert-acknowledge")}
        if presses.submit(_("I take it on"), type="primary", key="do-alert-acknowledge"):
            deeds.send(f"/v1/alerts/{alert.id}/acknowledge", body)


def _incident(alert: Alert) -> None:
    with (
        deeds.popover(_("Open an incident"), Right.OPERATE, icon=":material/add_alert:", key="alert-incident"),
        st.form("form-alert-incident", border=False),
    ):
        parts.answer(_("What the alert knows is taken over: which replies, since when, whose it is, what it may cost."))
        body = {"alert": alert.id, "by": deeds.who("alert-incident")}
        if presses.submit(_("Open the incident now"), type="primary", key="do-alert-incident"):
            incident_list.open_and_show("/v1/incidents/from-alert", body)


def _silence(container: Container, alert: Alert) -> None:
    with (
        deeds.popover(_("Silence it"), Right.OPERATE, icon=":material/notifications_off:", key="alert-silence"),
        st.form("form-alert-silence", border=False),
    ):
        parts.answer(_("Nobody is told of it for a while. It is found and shown all the same."))
        hours = st.selectbox(
            _("For how long?"), _HOURS, index=1, key="silence-hours", filter_mode=None,
            format_func=lambda n: ngettext("{n} hour", "{n} hours", n).format(n=n) if n <= 24
            else ngettext("{n} day", "{n} days", n // 24).format(n=n // 24),
        )  # fmt: skip
        names: dict[About, str] = {
            "key": _("just this one"), "rule": _("all of this kind"),
            "area": _("everything of the kind “{area}”").format(area=owner_labels.area(alert.signal.area)),
        }  # fmt: skip
        about = st.selectbox(
            _("What?"), list(names), key="silence-about", filter_mode=None, format_func=names.__getitem__
        )
        values = {"key": alert.signal.key, "rule": alert.signal.rule, "area": alert.signal.area}
        until = container.clock.now() + timedelta(hours=hours or _HOURS[1])
        body: dict[str, Any] = {about: values[about], "until": until.isoformat(),
                                "reason": deeds.why("silence"), "by": deeds.who("silence")}  # fmt: skip
        if presses.submit(_("Silence it now"), type="primary", key="do-silence"):
            deeds.send("/v1/silences", body)


def _resolve(alert: Alert) -> None:
    with (
        deeds.popover(_("It is over"), Right.OPERATE, icon=":material/task_alt:", key="alert-resolve"),
        st.form("form-alert-resolve", border=False),
    ):
        parts.answer(_("It ends by itself when its source is quiet. Say so by hand when the source is wrong."))
        body = {"reason": deeds.why("alert-resolve"), "by": deeds.who("alert-resolve")}
        if presses.submit(_("It is over"), key="do-alert-resolve"):
            deeds.send(f"/v1/alerts/{alert.id}/resolve", body)


def _undo(container: Container, alert: Alert) -> None:
    """One action against what is at fault."""
    fault = remedies.of_alert(container, alert.id)
    if fault.prompt is None and not fault.book:
        return
    name = labels.prompt(fault.prompt, fault.version) if fault.version else fault.prompt or _("Prices")
    if fault.prompt is not None:
        prompt_switch.banner(container, fault.prompt, prompt_switch.orders(container, fault.prompt))
    with st.container(horizontal=True, key="alert-undo"):
        with (
            deeds.popover(
                _("Roll back: {what}").format(what=safe.markdown(name)),
                Right.OPERATE,
                icon=":material/undo:",
                key="alert-rollback",
            ),
            st.form("form-alert-rollback", border=False),
        ):
            parts.answer(_("What was in force before is in force again. The log keeps who and why."))
            body = {"reason": deeds.why("alert-rollback"), "by": deeds.who("alert-rollback")}
            if presses.submit(_("Roll back now"), type="primary", key="do-alert-rollback"):
                deeds.send(f"/v1/alerts/{alert.id}/rollback", body, refusal=_("It was not rolled back"))
        if fault.prompt is not None and fault.prompt in container.registry.names():
            prompt_switch.switch(container, fault.prompt, prompt_switch.orders(container, fault.prompt))
