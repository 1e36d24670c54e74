"""Whether a version may go live: what the policy of `botops.yaml` asks for, and what is there of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botops.app.releases.auditing import label, prompt_subject
from botops.app.releases.evidence import lacking_evals
from botops.domain.errors import UserError
from botops.domain.refusals import Refusal
from botops.domain.releases import ProposalState

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.config.release_policy import ReleaseRule
    from botops.domain.releases import Proposal
    from botops.registry import PromptVersion, Release

_YES = frozenset({ProposalState.APPROVED, ProposalState.PUBLISHED})


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a version's text has and lacks.

    `checksum` is the whole text's, with what it includes; `released` when that text was live before, which needs
    nothing more; `lacking` are sentences that name the next step.
    """

    checksum: str
    released: bool = False
    proposal: Proposal | None = None
    eval_runs: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def approved_by(self) -> str | None:
        """The second person who said yes."""
        return self.proposal.decided_by if self.proposal else None


def refuse_unready(container: Container, name: str, version: int) -> Readiness:
    """What a version may go live with. Raises UserError that names each missing step, NotFoundError.

    Everything that makes a version reach clients asks here first: publishing, and starting or widening a split.
    """
    found = readiness(container, name, version)
    if found.lacking:
        steps = "\n".join(f"  {lack}" for lack in found.lacking)
        raise UserError(f"{label(name, version)} may not go live yet:\n{steps}").told_as(Refusal.NOT_READY)
    return found


def readiness(container: Container, name: str, version: int) -> Readiness:
    """What a version has and lacks by the policy. Raises NotFoundError, UserError when its file has faults."""
    text = container.registry.candidate(name, version)
    release = container.registry.candidate_release(name)
    checksum = text.text_checksum
    if release is not None and release.spec.checksums.get(version) == text.ref.checksum:
        return Readiness(checksum, released=True)
    rule = container.settings.releases.of_prompt(name)
    proposal, lacking = _approval(container, text, rule, live_checksum(container, release))
    runs, unproven = lacking_evals(container, text, rule)
    return Readiness(checksum, False, proposal, runs, (*lacking, *unproven))


def approval_of(
    container: Container, subject: str, checksum: str, base: str | None
) -> tuple[Proposal | None, Proposal | None]:
    """The proposal by which a second person said yes to a text as the successor of `base`, and the newest one there is
    of that text. For prompts and the price book alike."""
    proposals = container.store.proposals.of_text(subject, checksum)
    approved = next((p for p in proposals if p.state in _YES and p.decided_by and p.base == base), None)
    return approved, next(iter(proposals), None)


def live_checksum(container: Container, release: Release | None) -> str | None:
    """The SHA-256 of the whole text that is live, None when nothing is; of a live file that cannot be read any more,
    the one recorded for it."""
    if release is None:
        return None
    try:
        return container.registry.candidate(release.name, release.live).text_checksum
    except UserError:
        return release.spec.checksums.get(release.live)


def _approval(
    container: Container, text: PromptVersion, rule: ReleaseRule, base: str | None
) -> tuple[Proposal | None, tuple[str, ...]]:
    ref = text.ref
    approved, newest = approval_of(container, prompt_subject(ref.name), text.text_checksum, base)
    if approved is not None or not rule.needs_approval:
        return approved, ()
    again = f"botops prompts propose {label(ref.name, ref.version)} --reason …"
    if newest is None:
        return None, (f"a second person has to approve this text; propose it: {again}",)
    if newest.base != base:
        return None, (
            f"another version went live since {newest.by} proposed it, so what it replaces was not looked at: {again}",
        )
    if newest.state is ProposalState.OPEN:
        return None, (
            f"{newest.by} proposed it, a second person has to approve it: "
            f"botops prompts approve {newest.id[:8]} --by … --reason …",
        )
    said = f": {newest.decided_reason}" if newest.decided_reason else ""
    return None, (f"the proposal was {newest.state.value} by {newest.decided_by}{said}; change the text, then {again}",)
