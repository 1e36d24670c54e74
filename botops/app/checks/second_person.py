"""Two people for an exception: where a text needs a second person's yes, so does what lets its replies pass."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from botops.app.releases.auditing import label, prompt_subject
from botops.app.releases.releasing import authors
from botops.app.releases.team import refuse_outsider
from botops.domain.errors import NotFoundError, UserError
from botops.domain.people import same_person
from botops.domain.prompts import PromptRef
from botops.domain.refusals import Refusal
from botops.domain.releases import ProposalState

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.domain.turns import TurnRecord

_WENT_ON = frozenset({ProposalState.APPROVED, ProposalState.PUBLISHED})


def refuse_alone(container: Container, record: TurnRecord, who: str) -> None:
    """Raises UserError when `who` wrote or proposed the text that gave a reply, or is none of those who may approve it,
    while the policy asks for a second person; StoreError. Nobody is refused by what the audit log does not know."""
    if record.assignment is not None:
        _refuse(container, record.assignment.ref, who)


def refuse_alone_for_all(container: Container, who: str) -> None:
    """As `refuse_alone`, for an exception no reply stands behind: of every text clients get now."""
    for name in container.registry.names():
        if not container.settings.releases.of_prompt(name).needs_approval:
            continue
        if (release := container.registry.candidate_release(name)) is not None:
            for number in release.served:
                _refuse(container, PromptRef(name, number, release.spec.checksums.get(number, "")), who)


def _refuse(container: Container, ref: PromptRef, who: str) -> None:
    rule = container.settings.releases.of_prompt(ref.name)
    if not rule.needs_approval:
        return
    own = next((one for one in _behind(container, ref) if same_person(one, who)), None)
    if own is not None:
        raise UserError(
            f"{own} wrote or proposed {label(ref.name, ref.version)}: somebody else has to let pass what it says"
        ).told_as(Refusal.OWN_REPLIES)
    refuse_outsider(container.settings, who, rule.approvers)


def _behind(container: Container, ref: PromptRef) -> tuple[str, ...]:
    """Who wrote a version, and who proposed what went live of it."""
    subject = prompt_subject(ref.name)
    proposed: tuple[str, ...] = ()
    with suppress(UserError, NotFoundError):  # its file is gone or was changed: the log still knows who wrote it
        text = container.registry.candidate(ref.name, ref.version)
        if text.ref.checksum == ref.checksum:
            known = container.store.proposals.of_text(subject, text.text_checksum)
            proposed = tuple(one.by for one in known if one.state in _WENT_ON)
    return (*authors(container, subject, ref.checksum), *proposed)
