"""What was put forward for release and waits for a yes or no."""

from __future__ import annotations

import streamlit as st

from botops.app.container import Container
from botops.app.releases.auditing import prompt_subject
from botops.app.releases.readiness import live_checksum
from botops.console import deciding, formats, frame, parts, safe
from botops.console.i18n import _
from botops.console.prompts import release_labels
from botops.console.prompts import texts as prompt_texts
from botops.console.safe import tag
from botops.domain.errors import UserError
from botops.domain.releases import UNDECIDED, Proposal


def waiting(container: Container, name: str, checksum: str) -> bool:
    """True when an exact text is proposed in the place of what is live now and nobody is done with it."""
    base = live_checksum(container, container.registry.candidate_release(name))
    found = container.store.proposals.of_text(prompt_subject(name), checksum)
    return any(proposal.state in UNDECIDED and proposal.base == base for proposal in found)


def section(container: Container, name: str) -> None:
    """Every proposal of a prompt that can still be decided, each with what it would change."""
    found = container.store.proposals.listed(prompt_subject(name), UNDECIDED)
    if not found:
        return
    parts.question(_("What waits for a yes or no?"))
    base = live_checksum(container, container.registry.candidate_release(name))
    for proposal in found:
        _proposal(container, name, proposal, outdated=proposal.base != base)


def _proposal(container: Container, name: str, proposal: Proposal, *, outdated: bool) -> None:
    zone = container.settings.company.timezone
    with st.container(key=f"proposal-{proposal.id}"):
        head = tag("div", tag("b", f"v{proposal.version}"), parts.chip(release_labels.state(proposal.state), "warn"),
                   class_="bo-row")  # fmt: skip
        who = f"{proposal.by}, {formats.moment(proposal.at, zone)}: {safe.preview(proposal.reason, 300)}"
        late = _("Another version went live since: propose it anew.") if outdated else None
        frame.show(tag("div", head, tag("div", who), tag("div", late) if late else None, class_="bo-item"))
        with st.expander(_("What it would change"), key=f"proposal-diff-{proposal.id}"):
            _difference(container, name, proposal)
        deciding.form(proposal, _("Who proposed a text or wrote it cannot approve it."), outdated=outdated)


def _difference(container: Container, name: str, proposal: Proposal) -> None:
    try:
        release = container.registry.candidate_release(name)
        proposed = container.registry.candidate(name, int(proposal.version))
        live = container.registry.candidate(name, release.live) if release is not None else None
    except UserError as error:
        frame.fault(_("This version cannot be read"), error)
        return
    if live is not None:
        prompt_texts.difference(live, proposed)
    else:
        for part in proposed.spec.messages:
            frame.show(prompt_texts.message(part.content))
