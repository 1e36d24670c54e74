"""Price books that wait for a second person, or for somebody to make them live."""

from __future__ import annotations

from typing import Any

import streamlit as st

from botops.app.container import Container
from botops.app.pricebooks.books import BookInForce
from botops.app.pricebooks.candidate import Candidate, candidate_text
from botops.app.releases.auditing import PRICEBOOK
from botops.console import deciding, deeds, formats, frame, parts, presses, safe
from botops.console.i18n import _, language
from botops.console.pricebook import change, labels
from botops.console.prompts import release_labels
from botops.console.safe import tag
from botops.domain.access import Right
from botops.domain.errors import UserError
from botops.domain.releases import UNDECIDED, Proposal, ProposalState


def section(container: Container, current: BookInForce | None) -> None:
    """Every proposal that can still be decided or made live."""
    found = container.store.proposals.listed(PRICEBOOK, UNDECIDED)
    if not found:
        return
    parts.question(_("What waits for a yes or no?"))
    for proposal in found:
        _proposal(container, current, proposal)


def _proposal(container: Container, current: BookInForce | None, proposal: Proposal) -> None:
    zone = container.settings.company.timezone
    outdated = current is not None and proposal.base is not None and proposal.base != current.checksum
    with st.container(key=f"proposal-{proposal.id}"):
        head = tag("div", tag("b", safe.preview(proposal.reason, 200)),
                   parts.chip(release_labels.state(proposal.state), "warn"), class_="bo-row")  # fmt: skip
        who = f"{safe.preview(proposal.by, 60)}, {formats.moment(proposal.at, zone)}"
        late = tag("div", _("Another price book went live since: propose it anew.")) if outdated else None
        frame.show(tag("div", head, tag("div", who, class_="bo-small bo-muted"), late, class_="bo-item"))
        found = _candidate(container, proposal)
        if found is not None:
            with st.expander(_("What it would change"), key=f"proposal-diff-{proposal.id}"):
                change.section(container, current, found, key=proposal.id)
        with st.container(horizontal=True):
            deciding.form(proposal, _("Who proposed the prices cannot approve them."), outdated=outdated)
            if found is not None and not outdated:
                _publish(container, proposal, found)


def _candidate(container: Container, proposal: Proposal) -> Candidate | None:
    """The proposed book, looked at; None, and says why, when its text is not at hand."""
    if proposal.text is None:
        frame.show(
            frame.alert("note", _("This price book is too large to be shown: drop the same file in again to see it."))
        )
        return None
    suffix = ".json" if proposal.version.endswith(".json") else ".yaml"
    raw, now = proposal.text.encode(), container.clock.now()
    try:
        return candidate_text(container.settings, f"new{suffix}", raw, now, language())
    except UserError as error:
        frame.fault(_("This version cannot be read"), error)
        return None


def _publish(container: Container, proposal: Proposal, found: Candidate) -> None:
    """The way to make a proposal live that needs no yes any more."""
    if proposal.state is not ProposalState.APPROVED and container.settings.releases.of_pricebook().needs_approval:
        return
    with (
        deeds.popover(_("Make it live"), Right.APPROVE, icon=":material/publish:", key=f"publish-{proposal.id}"),
        st.form(f"publish-form-{proposal.id}", border=False),
    ):
        yes = {str(need): st.checkbox(labels.need(need), key=f"{need}-{proposal.id}") for need in found.needs()}
        body: dict[str, Any] = {"text": proposal.text, "format": found.suffix.removeprefix("."),
                                "expected": found.expected or None}  # fmt: skip
        body.update(yes, reason=deeds.why(f"live-{proposal.id}"), by=deeds.who(f"live-{proposal.id}"))
        if presses.submit(_("Make it live now"), type="primary", key=f"publish-now-{proposal.id}"):
            deeds.send("/v1/pricebook/publish", body, refusal=_("Nothing was published"))
