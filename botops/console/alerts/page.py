"""One alert: what it says and how sure it is, what to do at once, what changed before, examples, its history."""

from __future__ import annotations

import re
from collections.abc import Mapping

import streamlit as st

from botops.app.alerts import inbox
from botops.app.container import Container
from botops.app.prompts.state import role_titles
from botops.console import formats, frame, labels, navigation, parts, safe
from botops.console.alerts import labels as alert_labels
from botops.console.alerts import steps, story
from botops.console.i18n import _, language, ngettext
from botops.console.owners import labels as owner_labels
from botops.console.safe import tag
from botops.domain.alerts import Alert, Signal
from botops.domain.errors import NotFoundError, UserError

_RARELY_DAYS = 3650
_RULE = re.compile(r"[A-Za-z0-9_-]{1,80}")
Roles = Mapping[str, Mapping[str, str]]


def page(container: Container, wanted: str) -> None:
    """The alert of an id."""
    navigation.link("alerts", _("All alerts and incidents"), ":material/arrow_back:")
    try:
        alert = inbox.alert(container, wanted)
    except (NotFoundError, UserError):
        frame.empty(_("There is no such alert"), _("The link is incomplete, or the store is another one."))
        return
    roles = role_titles(container.settings)
    _head(container, alert, roles)
    steps.show(container, alert)
    _runbook(container, alert)
    story.causes(container, alert)
    story.examples(container, alert)
    story.history(container, alert, roles)
    story.told(container, alert, roles)


def _head(container: Container, alert: Alert, roles: Roles) -> None:
    signal, zone = alert.signal, container.settings.company.timezone
    silenced = inbox.silenced_by(container, alert)
    head = tag(
        "div", tag("b", safe.preview(signal.title[language()], 300)),
        parts.chip(*alert_labels.severity(alert.severity)), parts.chip(*alert_labels.state(alert)),
        class_="bo-row bo-title",
    )  # fmt: skip
    ended = None
    if alert.resolved_at is not None:
        ended = " · ".join(filter(None, (formats.moment(alert.resolved_at, zone), alert.resolved_by)))
    again = ngettext("{n} time", "{n} times", alert.returns).format(n=alert.returns) if alert.returns else None
    rows = [
        (_("Since"), formats.moment(signal.began_at, zone)),
        (_("Raised"), formats.moment(alert.raised_at, zone)),
        (_("Over"), ended),
        (_("How sure"), _sure(signal.days_between)),
        (_("At risk"), _at_risk(signal)),
        (_("Where"), _where(alert)),
        (_("What it is about"), owner_labels.area(signal.area)),
        (_("Owner"), labels.role(alert.owner, roles) if alert.owner else parts.chip(_("nobody owns it"), "bad")),
        (_("Came back"), again),
        (_("Silenced until"), formats.moment(silenced.until, zone) if silenced else None),
    ]  # fmt: skip
    frame.show(head, safe.said(signal.text[language()]), parts.facts(rows))
    if alert.incident is not None:
        name = f"INC-{alert.incident}"
        navigation.link("alerts", _("Incident {name}").format(name=name), incident=str(alert.incident))


def _at_risk(signal: Signal) -> str | None:
    """What it may cost; where clients are told wrong things, that nobody knows is said too."""
    if signal.at_risk is not None:
        return formats.money(signal.at_risk)
    return _("unknown") if signal.area == "replies" else None


def _sure(days: float | None) -> str | None:
    """How often the like happens by chance."""
    if days is None:
        return None
    if days >= _RARELY_DAYS:
        return _("by chance this hardly ever happens")
    number = max(1, round(days))
    once = ngettext("by chance this happens once in {n} day", "by chance this happens once in {n} days", number)
    return once.format(n=formats.number(number))


def _where(alert: Alert) -> str | None:
    where = alert.signal.where
    if where is None:
        return None
    share = formats.percent(where.share)
    return _("{share} of what is too many: {part}").format(share=share, part=alert_labels.part(where))


def _runbook(container: Container, alert: Alert) -> None:
    """The page that says what to look at and what to do: a file of the project, shown as it is written."""
    rule = alert.signal.rule
    file = container.settings.root / "alerts" / "runbooks" / f"{rule}.md"
    if not _RULE.fullmatch(rule) or not file.is_file():
        return
    with st.expander(_("What to look at and what to do"), icon=":material/menu_book:", key="runbook"):
        frame.show(safe.said(file.read_text("utf-8", errors="replace")))
