"""Live: does the bot answer, how fast, for how much, and what was changed just before."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import streamlit as st

from botops.app.container import Container
from botops.app.live import HOURS, Live
from botops.app.prompts.state import role_titles
from botops.app.releases.auditing import PRICEBOOK, prompt_of
from botops.console import data, formats, frame, labels, navigation, numbers, parts, safe
from botops.console.alerts import inbox as alert_list
from botops.console.i18n import N_, _, language, ngettext
from botops.console.ops import charts as live_charts
from botops.console.ops import labels as ops_labels
from botops.console.safe import Html, tag
from botops.domain.releases import AuditEntry
from botops.domain.turns import FAULT_RULES
from botops.store.moments import TurnRow, Which

Titles = Mapping[str, Mapping[str, str]]

_REFRESH_S = 30
_MOST_CHANGES = 30
_MOST_TURNS = 25
_MOST_ALERTS = 5
_WHICH: dict[Which, str] = {
    "failed": N_("Failures"),
    "false": N_("False terms"),
    "handed_over": N_("Handed to a person"),
    "slow": N_("Slowest"),
    "all": N_("All"),
}


def body(container: Container) -> None:
    hours = _hours()
    _now(container, hours)


def _hours() -> int:
    kept = st.query_params.get("hours", "")
    chosen = st.segmented_control(
        _("Period"), HOURS, default=next((n for n in HOURS if str(n) == kept), HOURS[0]), required=True,
        key="live-hours", label_visibility="collapsed",
        format_func=lambda n: ngettext("{n} hour", "{n} hours", n).format(n=n) if n <= 24
        else ngettext("{n} day", "{n} days", n // 24).format(n=n // 24),
    )  # fmt: skip
    hours = chosen or HOURS[0]
    frame.remember("hours", None if hours == HOURS[0] else str(hours))
    return hours


@st.fragment(run_every=_REFRESH_S)
def _now(container: Container, hours: int) -> None:
    found = data.live(container, data.key_of(container), hours)
    if found.empty:
        frame.empty(
            _("Nobody wrote to the bot in this time"),
            _("Choose a longer time, or write to the bot on the Chat page."),
        )
        if hours < max(HOURS):
            navigation.link("live", _("The last seven days"), hours=str(max(HOURS)))
        navigation.link("chat", _("Write to the bot"))
    else:
        _numbers(container, found)
    marks = [
        live_charts.Mark(str(number), entry.at, ops_labels.change(entry))
        for number, entry in enumerate(found.changes[-_MOST_CHANGES:], 1)
    ]
    marks += [live_charts.Mark("!", alert.raised_at, alert.signal.title[language()]) for alert in found.alerts]
    if not found.empty:
        live_charts.stack(found, marks, container.settings.company.currency)
    _changes(container, found.changes[-_MOST_CHANGES:])
    _alerts(container, found)
    if not found.empty:
        _turns(container, found)


def _numbers(container: Container, found: Live) -> None:
    with st.container(key="numbers"):
        for column, number in zip(st.columns(len(found.numbers)), found.numbers, strict=True):
            with column:
                numbers.metric(container, number)
    if found.unpriced:
        count = ngettext(
            "{n} reply has no known cost: more was spent than is shown.",
            "{n} replies have no known cost: more was spent than is shown.", found.unpriced,
        )  # fmt: skip
        frame.show(frame.alert("warn", count.format(n=formats.number(found.unpriced))))
    parts.answer(_("Arrows: the change to the same time before. The page renews itself every half minute."))


def _changes(container: Container, found: tuple[AuditEntry, ...]) -> None:
    """What may explain a bend of the charts, under the numbers it has there."""
    parts.question(_("What was changed?"))
    if not found:
        parts.answer(_("Nobody published, rolled back or switched anything in this time."))
        return
    parts.answer(_("The numbers are those of the dashed lines in the charts. The latest first."))
    roles = role_titles(container.settings)
    for number, entry in reversed(tuple(enumerate(found, 1))):
        with st.container(key=f"row-change-{number}"):
            frame.show(_change(container, number, entry, roles))
            if name := prompt_of(entry.subject):
                navigation.link("prompts", _("History of the prompt"), None, prompt=name, view="history")
            elif entry.subject == PRICEBOOK:
                navigation.link("pricebook", _("Open the prices"), None)


def _alerts(container: Container, found: Live) -> None:
    """Alerts raised meanwhile; in the charts they stand as exclamation marks."""
    if not found.alerts:
        return
    parts.question(_("Which alerts were raised?"))
    parts.answer(_("In the charts they stand as exclamation marks."))
    roles = role_titles(container.settings)
    for alert in found.alerts[:_MOST_ALERTS]:
        with st.container(key=f"row-alert-{alert.id}"):
            frame.show(alert_list.item(container, alert, roles))
            navigation.link("alerts", _("Look into it"), None, alert=alert.id)


def _change(container: Container, number: int, entry: AuditEntry, roles: Titles) -> Html:
    head = tag(
        "div", parts.chip(str(number)), tag("b", ops_labels.change(entry)),
        tag("span", f"{formats.moment(entry.at, container.settings.company.timezone)} · "
            f"{labels.role(entry.by, roles)}", class_="bo-muted"),
        class_="bo-row bo-small",
    )  # fmt: skip
    return tag("div", head, tag("div", safe.preview(entry.reason, 300)), class_="bo-item")


def _turns(container: Container, found: Live) -> None:
    """Down to single replies."""
    parts.question(_("Which replies are behind this?"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        which = _which()
        hour = _hour(found)
    since, until = (hour, hour + timedelta(hours=1)) if hour else (found.period.since, found.period.until)
    rows = container.store.moments.turns(since, until, which, most=_MOST_TURNS)
    if not rows:
        parts.answer(_("There are none in this time."))
        return
    for index, row in enumerate(rows):
        with st.container(key=f"row-turn-{index}"):
            frame.show(_turn(row, container.settings.company.timezone))
            navigation.link("dialogues", _("Open the dialogue"), None, dialogue=row.dialogue_id)
    if len(rows) == _MOST_TURNS:
        parts.answer(_("The first {n} are shown: choose an hour to see fewer.").format(n=_MOST_TURNS))


def _which() -> Which:
    kept = st.query_params.get("which", "")
    usual: Which = "failed"
    chosen = st.segmented_control(
        _("Replies"), list(_WHICH), default=next((one for one in _WHICH if one == kept), usual), required=True,
        key="live-which", format_func=lambda name: _(_WHICH[name]),
    )  # fmt: skip
    frame.remember("which", None if chosen == usual else chosen)
    return chosen


def _hour(found: Live) -> datetime | None:
    """The hour whose replies are shown, by the address; None for all of them."""
    hours = {f"{hour.at:%Y-%m-%dT%H}": hour for hour in reversed(found.hours) if hour.turns}
    kept = st.query_params.get("hour")
    chosen = st.selectbox(
        _("Hour from"), list(hours), index=list(hours).index(kept) if kept in hours else None, key="live-hour",
        placeholder=_("all hours"), width=240, filter_mode=None,
        format_func=lambda key: formats.moment(hours[key].at, found.period.zone),
    )  # fmt: skip
    frame.remember("hour", chosen)
    return hours[chosen].at if chosen else None


def _turn(row: TurnRow, zone: str) -> Html:
    fate = parts.fate(row.action) if row.action else parts.chip(labels.state(row.state), "bad")
    head = tag(
        "div", tag("b", formats.moment(row.at, zone)), fate,
        parts.chip(labels.rule(row.rule), "bad" if row.rule in FAULT_RULES else "") if row.rule else None,
        tag("span", f"{formats.milliseconds(row.total_ms)} · {labels.model(row.model)}", class_="bo-muted"),
        class_="bo-row bo-small",
    )  # fmt: skip
    why = tag("div", safe.preview(row.error, 300), class_="bo-muted bo-small") if row.error else None
    return tag("div", head, tag("div", safe.preview(row.text), class_="bo-line"), why, class_="bo-item")


frame.page("live", body)
