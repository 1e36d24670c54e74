"""The second person: a text is put forward by its hash, somebody else looks at it and says yes or no.

A proposal is about one exact text in the place of another: when the text changes, or another one goes live meanwhile,
nobody has looked at what would happen, and it has to be proposed anew.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from botops.app.access.acting import needs
from botops.app.container import new_id
from botops.app.releases.auditing import PRICEBOOK, label, prompt_of, prompt_subject
from botops.app.releases.readiness import live_checksum
from botops.app.releases.releasing import authors, draft_of, new_version
from botops.app.releases.team import refuse_outsider
from botops.domain.access import Right
from botops.domain.errors import ConflictError, NotFoundError, UserError
from botops.domain.people import person, same_person
from botops.domain.people import reason as reasoned
from botops.domain.refusals import Refusal
from botops.domain.releases import UNDECIDED, AuditEntry, Deed, Proposal, ProposalState
from botops.registry import DRAFT

if TYPE_CHECKING:
    from collections.abc import Collection

    from botops.app.container import Container
    from botops.config.release_policy import ReleaseRule
    from botops.registry import PromptVersion

_DEEDS = {
    ProposalState.APPROVED: Deed.APPROVE,
    ProposalState.REJECTED: Deed.REJECT,
    ProposalState.WITHDRAWN: Deed.WITHDRAW,
}


@needs(Right.EDIT)
def propose(container: Container, name: str, version: int = DRAFT, *, by: str, reason: str) -> Proposal:
    """Puts a version forward for release; a draft is written as the next version first, so that later edits do not
    touch what was proposed. Raises UserError with the text's faults, NotFoundError, ConflictError when that text is
    live or proposed already, StoreError."""
    who, why = person(by), reasoned(reason)
    text = draft_of(container, name) if version == DRAFT else container.registry.candidate(name, version)
    if version == DRAFT:
        text = _same_text(container, name, text) or new_version(
            container, name, by=who, reason=why, expected=text.ref.checksum
        )
    release = container.registry.candidate_release(name)
    base = live_checksum(container, release)
    ref = text.ref
    if text.text_checksum == base:
        raise ConflictError(
            f"{label(name, ref.version)} is what clients get already: there is nothing to approve"
        ).told_as(Refusal.LIVE_ALREADY)
    return put_forward(
        container, prompt_subject(name), str(ref.version), text.text_checksum, by=who, reason=why, base=base,
        text=text.raw.decode(),
    )  # fmt: skip


@needs(Right.EDIT)
def put_forward(
    container: Container, subject: str, version: str, checksum: str, *, by: str, reason: str, base: str | None,
    text: str | None = None,
) -> Proposal:  # fmt: skip
    """Keeps a proposal of a prompt's or the price book's text, to follow the one whose checksum is `base`.

    Raises ConflictError when it is proposed already, UserError, StoreError.
    """
    made = Proposal(
        new_id(), subject, version, checksum, person(by), container.clock.now(), reasoned(reason), base, text
    )
    container.store.proposals.add(made, _entry(made, Deed.PROPOSE, made.by, made.reason))
    return made


@needs(Right.APPROVE)
def approve(container: Container, proposal_id: str, *, by: str, reason: str) -> Proposal:
    """Says yes as the second person. Nothing goes live by it: somebody publishes.

    Raises UserError when it is one's own text or proposal or the role is wrong; ConflictError with both texts when the
    text changed or another one went live meanwhile, or somebody decided first; NotFoundError; StoreError.
    """
    who, why = person(by), reasoned(reason)
    proposal = container.store.proposals.get(proposal_id)
    _refuse_unless(proposal, {ProposalState.OPEN}, "approved")
    if same_person(who, proposal.by):
        raise UserError(f"{proposal.by} proposed it: a second person has to approve it").told_as(
            Refusal.OWN_PROPOSAL, who=proposal.by
        )
    written = authors(container, proposal.subject, _unchanged(container, proposal))
    own = next((one for one in written if same_person(one, who)), None)
    if own is not None:
        raise UserError(f"{own} wrote this text: somebody who did not has to approve it").told_as(
            Refusal.OWN_TEXT, who=own
        )
    refuse_outsider(container.settings, who, rule_of(container, proposal.subject).approvers)
    return _decide(container, proposal, ProposalState.APPROVED, who, why)


@needs(Right.APPROVE)
def reject(container: Container, proposal_id: str, *, by: str, reason: str) -> Proposal:
    """Says no, also to what was approved and is not live yet. Raises UserError for one's own proposal, which is
    withdrawn; ConflictError, NotFoundError, StoreError."""
    who, why = person(by), reasoned(reason)
    proposal = container.store.proposals.get(proposal_id)
    _refuse_unless(proposal, UNDECIDED, "rejected")
    if same_person(who, proposal.by):
        raise UserError(f"it is your own proposal: botops prompts withdraw {proposal.id[:8]}").told_as(
            Refusal.WITHDRAW_OWN
        )
    return _decide(container, proposal, ProposalState.REJECTED, who, why)


@needs(Right.EDIT)
def withdraw(container: Container, proposal_id: str, *, by: str, reason: str) -> Proposal:
    """Takes one's own proposal back. Raises UserError for somebody else's, ConflictError, NotFoundError, StoreError."""
    who, why = person(by), reasoned(reason)
    proposal = container.store.proposals.get(proposal_id)
    _refuse_unless(proposal, UNDECIDED, "withdrawn")
    if not same_person(who, proposal.by):
        raise UserError(f"{proposal.by} proposed it: who does not want it rejects it").told_as(
            Refusal.NOT_THE_PROPOSER, who=proposal.by
        )
    return _decide(container, proposal, ProposalState.WITHDRAWN, who, why)


def rule_of(container: Container, subject: str) -> ReleaseRule:
    """What the policy asks for before a subject's text may go live. Raises UserError for a subject without one."""
    name = prompt_of(subject)
    if name is not None:
        return container.settings.releases.of_prompt(name)
    if subject == PRICEBOOK:
        return container.settings.releases.of_pricebook()
    raise UserError(f"{subject}: only prompts and the price book are proposed")


def _decide(container: Container, proposal: Proposal, state: ProposalState, by: str, reason: str) -> Proposal:
    made = replace(
        proposal, state=state, decided_by=by, decided_at=container.clock.now(), decided_reason=reason
    )  # fmt: skip
    container.store.proposals.move(made, proposal.state, _entry(made, _DEEDS[state], by, reason))
    return made


def _refuse_unless(proposal: Proposal, states: Collection[ProposalState], what: str) -> None:
    if proposal.state not in states:
        did = f"{proposal.state.value} by {proposal.decided_by}" if proposal.decided_by else proposal.state.value
        raise ConflictError(f"the proposal {proposal.id[:8]} was {did}: it cannot be {what} any more").told_as(
            Refusal.DECIDED
        )


def _unchanged(container: Container, proposal: Proposal) -> str:
    """The checksum of the file that was proposed, which its authors are known by. Raises ConflictError with both texts
    when what was proposed is not what would happen any more."""
    name = prompt_of(proposal.subject)
    if name is None:  # the price book's own publication holds the file to the hash that was approved
        return proposal.checksum
    again = f"propose it anew: botops prompts propose {name}@{proposal.version}"
    registry = container.registry
    version = int(proposal.version)
    try:
        now = registry.candidate(name, version)
    except NotFoundError as error:
        raise ConflictError(f"{name}@{version} is gone since it was proposed", None, proposal.text) from error
    if now.text_checksum != proposal.checksum:
        message = f"the text of {name}@{version} was changed since {proposal.by} proposed it; {again}"
        raise ConflictError(message, now.raw.decode(), proposal.text)
    release = registry.candidate_release(name)
    if live_checksum(container, release) != proposal.base:
        live = registry.candidate(name, release.live) if release else None
        which = label(name, release.live) if release else "nothing"
        message = f"{which} went live since {proposal.by} proposed {name}@{version}; {again}"
        raise ConflictError(message, live.raw.decode() if live else None, proposal.text)
    return now.ref.checksum


def _same_text(container: Container, name: str, draft: PromptVersion) -> PromptVersion | None:
    """The newest version, when it is the draft as it stands: proposing a draft twice makes one version."""
    newest = max(container.registry.versions(name), default=None)
    version = container.registry.candidate(name, newest) if newest is not None else None
    return version if version is not None and version.raw == draft.raw else None


def _entry(proposal: Proposal, deed: Deed, by: str, reason: str) -> AuditEntry:
    at = proposal.decided_at or proposal.at
    return AuditEntry(
        new_id(), at, by, deed, proposal.subject, reason, proposal.version, proposal.checksum,
        MappingProxyType({"proposal": proposal.id}),
    )  # fmt: skip
