"""What is known of an alert: what changed before it, replies that show it, what became of it, who was told."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from botops.app.alerts import inbox
from botops.app.container import Container
from botops.app.releases.auditing import PRICEBOOK, prompt_of
from botops.console import formats, frame, labels, navigation, parts, safe
from botops.console.alerts import labels as alert_labels
from botops.console.i18n import _
from botops.console.safe import Html, tag
from botops.domain.alerts import Alert, LikelyCause

Roles = Mapping[str, Mapping[str, str]]


def causes(container: Container, alert: Alert) -> None:
    """What was changed just before, the likeliest first."""
    parts.question(_("What changed just before?"))
    if not alert.signal.causes:
        parts.answer(_("No change is known that would explain it."))
        return
    zone = container.settings.company.timezone
    for index, cause in enumerate(alert.signal.causes):
        with st.container(key=f"row-cause-{index}"):
            frame.show(_cause(cause, zone))
            if name := prompt_of(cause.subject or ""):
                navigation.link("prompts", _("History of the prompt"), None, prompt=name, view="history")
            elif cause.subject == PRICEBOOK:
                navigation.link("pricebook", _("Open the prices"), None)


def _cause(cause: LikelyCause, zone: str) -> Html:
    likely = None
    if cause.probability is not None:
        look = "bad" if cause.probability > 0.5 else ""
        likely = parts.chip(_("probability {share}").format(share=formats.percent(cause.probability)), look)
    head = tag(
        "div", tag("b", safe.preview(cause.what, 300)), likely,
        tag("span", " · ".join(filter(None, (formats.moment(cause.at, zone), cause.by))), class_="bo-muted"),
        class_="bo-row bo-small",
    )  # fmt: skip
    return tag("div", head, safe.bar(cause.probability) if cause.probability is not None else None, class_="bo-item")


def examples(container: Container, alert: Alert) -> None:
    """Replies that show it."""
    if not alert.signal.examples:
        return
    parts.question(_("What does it look like?"))
    zone = container.settings.company.timezone
    for index, example in enumerate(alert.signal.examples):
        with st.container(key=f"row-example-{index}"):
            quote = tag("div", f"«{safe.preview(example.quote, 300)}»") if example.quote else None
            frame.show(tag("div", tag("b", formats.moment(example.at, zone)), quote, class_="bo-item"))
            navigation.link("dialogues", _("Open the dialogue"), None, dialogue=example.dialogue_id)


def history(container: Container, alert: Alert, roles: Roles) -> None:
    """What became of it, step by step."""
    parts.question(_("What became of it?"))
    zone = container.settings.company.timezone
    lines = []
    for event in inbox.events(container, alert.id):
        person = event.by != alert.source
        who = labels.role(event.by, roles) if person else ""
        head = tag(
            "div", tag("b", alert_labels.event(event.kind)),
            tag("span", " · ".join(filter(None, (formats.moment(event.at, zone), who))), class_="bo-muted"),
            class_="bo-row bo-small",
        )  # fmt: skip
        said = tag("div", safe.preview(event.text, 500)) if person and event.text else None
        lines.append(tag("li", head, said, class_="own" if person else None))
    frame.show(tag("ol", *lines, class_="bo-timeline"))


def told(container: Container, alert: Alert, roles: Roles) -> None:
    """Whom it was sent to."""
    found = container.store.outbox.of_alert(alert.id)
    if not found:
        return
    parts.question(_("Who was told of it?"))
    zone = container.settings.company.timezone
    heads = [(_("When"), False), (_("Who"), False), (_("What"), False), (_("State"), False)]
    rows: list[list[str | Html]] = [
        [formats.moment(kept.notice.at, zone),
         labels.role(kept.notice.role, roles) if kept.notice.role else _("everybody"),
         alert_labels.notice(kept.notice.kind), parts.chip(*alert_labels.notice_state(kept.state))]
        for kept in found
    ]  # fmt: skip
    frame.show(parts.table(heads, rows))
