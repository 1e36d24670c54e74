"""The price books of the project: what waits for a yes, which one holds, who made it live, and the way back."""

from __future__ import annotations

import streamlit as st

from botops.app.container import Container
from botops.app.pricebooks.books import BookInForce
from botops.app.pricebooks.candidate import book_folder
from botops.app.releases.auditing import PRICEBOOK, entries
from botops.console import deeds, formats, frame, parts, presses, safe
from botops.console.i18n import _
from botops.console.pricebook import proposals
from botops.console.prompts import release_labels
from botops.console.safe import Html, tag
from botops.domain.access import Right
from botops.domain.releases import AuditEntry
from botops.registry.books import BookVersion

_MOST = 50


def section(container: Container, current: BookInForce | None) -> None:
    """Proposals, books and what happened to them."""
    told = st.session_state.pop("book-told", None)
    if told is not None:
        said = _("It is proposed") if told == "propose" else _("It is live")
        frame.show(frame.alert("good", said))
    proposals.section(container, current)
    folder = book_folder(container.settings)
    release = folder.release()
    parts.question(_("Which price books are there?"))
    versions = folder.versions()
    for version in reversed(versions):
        _book(container, version, alone=release is None and len(versions) == 1,
              expected=release.checksum if release is not None else None)  # fmt: skip
    _history(container)


def _book(container: Container, version: BookVersion, *, alone: bool, expected: str | None) -> None:
    live = version.live or alone
    state = parts.chip(_("in force"), "good") if live else parts.chip(_("earlier") if version.released else _("new"))
    changed = parts.chip(_("changed after it was published"), "bad") if version.changed else None
    step = version.published
    zone = container.settings.company.timezone
    who = None
    if step is not None:
        when = formats.moment(step.at, zone)
        who = tag("div", f"{when}, {safe.preview(step.by, 60)}: {safe.preview(step.reason, 200)}",
                  class_="bo-small bo-muted")  # fmt: skip
    with st.container(key=f"row-book-{version.checksum[:12]}-{version.name}"):
        frame.show(tag("div", tag("div", tag("b", version.name), state, changed, class_="bo-row"), who))
        if version.released and not live and not version.changed:
            _back(version.name, expected)


def _back(name: str, expected: str | None) -> None:
    with (
        deeds.popover(_("Go back to it"), Right.APPROVE, icon=":material/undo:", key=f"back-{name}"),
        st.form(f"back-form-{name}", border=False),
    ):
        parts.answer(_("These prices hold again within two seconds. No second person is asked."))
        body = {"to": name, "expected": expected, "reason": deeds.why(f"back-{name}"), "by": deeds.who(f"back-{name}")}
        if presses.submit(_("Go back now"), type="primary", key=f"back-now-{name}"):
            deeds.send("/v1/pricebook/rollback", body, refusal=_("Nothing was changed"))


def _history(container: Container) -> None:
    parts.question(_("Who did what, when and why?"))
    found = entries(container.settings, container.registry, container.store, PRICEBOOK, most=_MOST)
    if not found:
        frame.empty(_("No releases recorded"), _("Publishing writes down who did it, when and why."))
        return
    heads = [(_("When"), False), (_("Who"), False), (_("What"), False), (_("Reason"), False)]
    frame.show(parts.table(heads, [_entry(container, entry) for entry in found]))


def _entry(container: Container, entry: AuditEntry) -> tuple[str | Html, ...]:
    who = safe.preview(entry.by, 60)
    if approved := entry.detail.get("approved_by"):
        who += " · " + _("approved by {who}").format(who=safe.preview(str(approved), 60))
    what = " · ".join(filter(None, (entry.version or "", release_labels.deed(entry.deed))))
    return formats.moment(entry.at, container.settings.company.timezone), who, what, safe.preview(entry.reason, 300)
