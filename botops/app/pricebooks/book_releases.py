"""Releasing price books: proposing one, making one live, going back, and what the log keeps of it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING

from botops.app.access.acting import needs
from botops.app.pricebooks.candidate import book_folder
from botops.app.releases.auditing import PRICEBOOK
from botops.app.releases.git_sync import record_release
from botops.app.releases.proposing import put_forward
from botops.app.releases.readiness import approval_of
from botops.config import MAX_BYTES
from botops.domain.access import Right
from botops.domain.errors import ConflictError, StoreError, UserError
from botops.domain.people import person
from botops.domain.people import reason as reasoned
from botops.domain.refusals import Refusal
from botops.domain.releases import AuditEntry, Deed, ProposalState
from botops.registry import ReleaseAction
from botops.registry.folders import RELEASE
from botops.registry.release import Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from botops.app.container import Container
    from botops.app.pricebooks.candidate import Candidate
    from botops.domain.releases import Proposal
    from botops.registry.books import BookApproval, BookRelease


@needs(Right.APPROVE)
def publish_book(container: Container, found: Candidate, *, by: str, reason: str) -> BookRelease:
    """Makes a candidate live and notes it in the audit log.

    Raises UserError while the policy asks for a second person's yes, ConflictError when the release file or the book's
    own changed since it was looked at, StoreError when the book is live but the log could not be written.
    """
    who, why = person(by), reasoned(reason)
    approved = _approved(container, found)
    step = Step(who, container.clock.now(), why, approved_by=approved.decided_by if approved else None)
    release = found.folder.publish(found.raw, step, name=found.name, suffix=found.suffix, expected=found.expected)
    _settle(container, release, [s.rule for s in found.suspicions], approved)
    return release


@needs(Right.EDIT)
def propose_book(container: Container, found: Candidate, *, by: str, reason: str) -> Proposal:
    """Puts a candidate forward, so that a second person can approve exactly this book: edited afterwards, it needs
    another yes.

    Raises ConflictError when it is in force or proposed already, UserError, StoreError.
    """
    checksum = found.checksum
    if checksum == found.base:
        raise ConflictError(f"{found.file.name} is in force already: there is nothing to approve").told_as(
            Refusal.LIVE_ALREADY
        )
    who, why = person(by), reasoned(reason)
    text = found.raw.decode("utf-8", "replace") if len(found.raw) <= MAX_BYTES else None
    return put_forward(container, PRICEBOOK, found.file.name, checksum, by=who, reason=why, base=found.base, text=text)


@needs(Right.APPROVE)
def rollback_book(
    container: Container, *, by: str, reason: str, to: str | None = None, expected: str | None = None
) -> BookRelease:
    """Makes the price book live again that was live before, or the one named, and notes it in the audit log. Needs no
    approval: it must be fast. `expected` is the checksum of the release file that was seen.

    Raises as `BookFolder.rollback`; StoreError when the book is live but the log could not be written.
    """
    who, why = person(by), reasoned(reason)
    folder = book_folder(container.settings)
    step = Step(who, container.clock.now(), why)
    release = folder.rollback(step, folder.named(to) if to is not None else None, expected=expected)
    _settle(container, release)
    return release


def _approved(container: Container, found: Candidate) -> Proposal | None:
    """The proposal by which somebody said yes to this book as the successor of the one in force. Raises UserError when
    the policy asks for one and nobody did. A book that was live before needs no other yes."""
    release = found.folder.release()
    checksum = found.checksum
    if release is not None and checksum in release.spec.checksums.values():
        return None
    approved, newest = approval_of(container, PRICEBOOK, checksum, found.base)
    if approved is not None:
        return approved
    if not container.settings.releases.of_pricebook().needs_approval:
        return None
    again = f"botops pricebook propose {found.file} --reason …"
    if newest is None:
        raise UserError(
            f"{found.file.name}: a second person has to approve this price book; propose it: {again}"
        ).told_as(Refusal.NOT_READY)
    if newest.base != found.base:
        raise UserError(f"another price book went live since {newest.by} proposed this one: {again}")
    if newest.state is ProposalState.OPEN:
        command = f"botops prompts approve {newest.id[:8]} --by … --reason …"
        raise UserError(f"{newest.by} proposed it, a second person has to approve it: {command}").told_as(
            Refusal.NOT_READY
        )
    raise UserError(f"the proposal was {newest.state.value} by {newest.decided_by}; change the book, then {again}")


def steps_of_books(release: BookRelease) -> list[AuditEntry]:
    """The steps of the price books' release file as audit entries. Their ids follow from what they say: written twice
    they are one."""
    return [_entry(step) for step in release.spec.approvals]


def _entry(step: BookApproval, confirmed: Iterable[str] = ()) -> AuditEntry:
    at = step.at.astimezone(UTC).isoformat()
    said = "\0".join((PRICEBOOK, at, step.action.value, step.version, step.checksum, step.by))
    deed = Deed.ROLLBACK if step.action is ReleaseAction.ROLLBACK else Deed.PUBLISH
    detail = {"replaced": step.replaced, "approved_by": step.approved_by, "confirmed": ", ".join(confirmed) or None}
    return AuditEntry(
        sha256(said.encode()).hexdigest()[:32], step.at, step.by, deed, PRICEBOOK, step.reason, step.version,
        step.checksum, MappingProxyType({k: v for k, v in detail.items() if v is not None}),
    )  # fmt: skip


def _settle(
    container: Container, release: BookRelease, confirmed: Iterable[str] = (), approved: Proposal | None = None
) -> None:
    """What follows a written release: the log, with those steps before it that a process killed in between left out,
    the proposal done with it, and the commit."""
    step = release.spec.approvals[-1]
    try:
        container.store.audit.add_missing([*steps_of_books(release)[:-1], _entry(step, confirmed)])
        if approved is not None and approved.state is ProposalState.APPROVED:
            done = replace(approved, state=ProposalState.PUBLISHED)
            with suppress(ConflictError):  # taken back at this very moment: the log tells the order
                container.store.proposals.move(done, ProposalState.APPROVED)
    except StoreError as error:
        message = f"{release.live} is live, but the audit log was not written and is mended at the next release"
        raise StoreError(f"{message}: {error}") from error
    finally:
        folder = container.settings.path("pricebook")
        what = f"price book: {step.action.value}, {step.version}"
        record_release(container, [folder / RELEASE, folder / step.version], step.by, step.reason, what=what)
