"""The form in which a person says yes or no to what was put forward for release: a text of a prompt or a price book."""

from __future__ import annotations

from urllib.parse import quote

import streamlit as st

from botops.console import deeds, parts, presses
from botops.console.i18n import N_, _
from botops.domain.access import Right
from botops.domain.releases import Proposal, ProposalState

_DECISIONS = {"approve": N_("Approve"), "reject": N_("Reject"), "withdraw": N_("Withdraw one's own")}


def form(proposal: Proposal, rule: str, *, outdated: bool) -> None:
    """The form, behind a button. `rule` says who cannot approve; what is `outdated` (something else went live since)
    can be approved by nobody."""
    undecided = proposal.state is ProposalState.OPEN and not outdated
    open_ones = [decision for decision in _DECISIONS if decision != "approve" or undecided]
    if not deeds.may(Right.APPROVE):
        open_ones = ["withdraw"]
    key = f"decide-{proposal.id}-{proposal.state.value}"
    with (
        deeds.popover(_("Decide"), Right.EDIT, icon=":material/gavel:", key=key),
        st.form(f"decide-form-{proposal.id}", border=False),
    ):
        said = {decision: _(_DECISIONS[decision]) for decision in open_ones}
        decision = st.radio(_("Your word"), open_ones, key=f"decision-{proposal.id}", format_func=said.__getitem__)
        parts.answer(rule)
        body = {"decision": decision, "reason": deeds.why(proposal.id), "by": deeds.who(proposal.id)}
        if presses.submit(_("Decide now"), key=f"decide-now-{proposal.id}"):
            deeds.send(f"/v1/proposals/{quote(proposal.id)}/decide", body)
