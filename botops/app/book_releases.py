"""Releasing price books: what a new one changes, whether it may go live, and making it live."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.auditing import PRICEBOOK
from botops.app.books import only_book
from botops.app.git_sync import record_release
from botops.app.proposing import put_forward
from botops.app.readiness import approval_of
from botops.config import MAX_BYTES
from botops.domain.errors import ConflictError, NotFoundError, StoreError, UserError
from botops.domain.people import person
from botops.domain.people import reason as reasoned
from botops.domain.releases import AuditEntry, Deed, ProposalState
from botops.pricebook import diff, read_book, suspicions
from botops.registry import UNRELEASED, ReleaseAction
from botops.registry.books import MOST_BYTES, BookFolder, BookRelease
from botops.registry.checksums import checksum_of
from botops.registry.folders import RELEASE, read_bytes
from botops.registry.release import Step
from botops.registry.release_file import existing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from botops.app.container import Container
    from botops.config import Settings
    from botops.domain.messages import Language
    from botops.domain.problems import Problem
    from botops.domain.releases import Proposal
    from botops.pricebook import ChangeReport, PriceBook, Suspicion
    from botops.registry.books import BookApproval

_TABLES = frozenset({".csv", ".xlsx", ".xlsm", ".tsv"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A price book about to go live, and what there is to say about it.

    `name` is its file in the folder, None when it comes from elsewhere. `live` is the file in force now. `warnings` are
    those the book in force does not have too. `expected` is the checksum of the release file that was looked at, `base`
    that of the book in force.
    """

    folder: BookFolder
    file: Path
    name: str | None
    raw: bytes = field(repr=False)
    book: PriceBook = field(repr=False)
    live: Path | None
    report: ChangeReport | None = field(repr=False)
    warnings: tuple[Problem, ...]
    suspicions: tuple[Suspicion, ...]
    expected: str
    base: str | None

    @property
    def suffix(self) -> str:
        """The suffix of its file in the folder."""
        return ".json" if self.file.suffix.lower() == ".json" else ".yaml"


def book_folder(settings: Settings) -> BookFolder:
    """The folder price books are released in. Raises UserError when the settings name a single file."""
    path = settings.path("pricebook")
    if path.is_dir():
        return BookFolder(path)
    if path.suffix:
        message = f"paths.pricebook names the file {path}: name its folder in botops.yaml, then books can be released"
        raise UserError(message)
    raise NotFoundError(f"there is no folder {path}: make it, or set paths.pricebook in botops.yaml")


def book_file(settings: Settings, which: str) -> Path:
    """The file a person means: a path; `live`; or a price book of the project by its number or name.

    Raises NotFoundError, UserError.
    """
    path = Path(which)
    if path.is_file():
        return path
    folder = book_folder(settings)
    if which != "live":
        return folder.path / folder.named(which)
    live = live_file(folder, folder.release())
    if live is None:
        raise NotFoundError(f"no price book is live in {folder.path}: publish one")
    return live


def live_file(folder: BookFolder, release: BookRelease | None) -> Path | None:
    """The file in force, None when there is none. Raises UserError when it cannot be told."""
    return folder.path / release.live if release is not None else only_book(folder.path)


def candidate(settings: Settings, which: str, now: datetime, language: Language = "ru") -> Candidate:
    """A price book looked at before it goes live: `which` is a file, or the number or name of one in the folder.

    Raises UserError with every error in it, NotFoundError.
    """
    folder = book_folder(settings)
    file = book_file(settings, which)
    if file.suffix.lower() in _TABLES:
        command = f"botops pricebook import {which} --keep live --out NEW.yaml"
        raise UserError(f"{file} is a table: make a price book of it first, and look at it: {command}")
    inside = file.parent.resolve() == folder.path.resolve()
    release = folder.release()
    raw = folder.read(file.name, release) if inside else read_bytes(file.resolve(), most=MOST_BYTES)
    book, problems = read_book(raw, str(file))
    if book is None:
        raise UserError(problems=[p for p in problems if p.level == "error"])
    live = _before(folder, release, file if inside else None, raw)
    old, known = _as_published(folder, live, release)
    today = now.astimezone(ZoneInfo(book.timezone)).date()
    return Candidate(
        folder, file, file.name if inside else None, raw, book, live, diff(old, book) if old else None,
        tuple(p for p in problems if (p.rule, p.message) not in known),
        suspicions(old, book, today, settings.pricebook.suspicious, language) if old else (),
        release.checksum if release else UNRELEASED, _base(live, release),
    )  # fmt: skip


def _before(folder: BookFolder, release: BookRelease | None, file: Path | None, raw: bytes) -> Path | None:
    """The file in force now; without a release, the only one beside the candidate, if it is the only one. A copy of the
    candidate, left by a publication that was killed, is none."""
    if release is not None:
        return folder.path / release.live
    names = [n for n in folder.names() if file is None or n != file.name]
    others = [n for n in names if len(names) == 1 or existing(folder.path / n, most=MOST_BYTES) != raw]
    return folder.path / others[0] if len(others) == 1 else None


def _base(live: Path | None, release: BookRelease | None) -> str | None:
    if live is None:
        return None
    return release.spec.checksums[live.name] if release else checksum_of(read_bytes(live, most=MOST_BYTES))


def _as_published(
    folder: BookFolder, live: Path | None, release: BookRelease | None
) -> tuple[PriceBook | None, set[tuple[str, str]]]:
    """The book in force, to compare with, and its warnings. A live file that was changed or broken since stops no new
    one from being published: there is nothing to compare with then."""
    if live is None:
        return None, set()
    try:
        book, problems = read_book(folder.read(live.name, release), str(live))
    except UserError:
        return None, set()
    return book, {(p.rule, p.message) for p in problems}


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


def propose_book(container: Container, found: Candidate, *, by: str, reason: str) -> Proposal:
    """Puts a candidate forward, so that a second person can approve exactly this book: edited afterwards, it needs
    another yes.

    Raises ConflictError when it is in force or proposed already, UserError, StoreError.
    """
    checksum = checksum_of(found.raw)
    if checksum == found.base:
        raise ConflictError(f"{found.file.name} is in force already: there is nothing to approve")
    who, why = person(by), reasoned(reason)
    text = found.raw.decode("utf-8", "replace") if len(found.raw) <= MAX_BYTES else None
    return put_forward(container, PRICEBOOK, found.file.name, checksum, by=who, reason=why, base=found.base, text=text)


def rollback_book(container: Container, *, by: str, reason: str, to: str | None = None) -> BookRelease:
    """Makes the price book live again that was live before, or the one named, and notes it in the audit log. Needs no
    approval: it must be fast.

    Raises as `BookFolder.rollback`; StoreError when the book is live but the log could not be written.
    """
    who, why = person(by), reasoned(reason)
    folder = book_folder(container.settings)
    release = folder.rollback(Step(who, container.clock.now(), why), folder.named(to) if to is not None else None)
    _settle(container, release)
    return release


def _approved(container: Container, found: Candidate) -> Proposal | None:
    """The proposal by which somebody said yes to this book as the successor of the one in force. Raises UserError when
    the policy asks for one and nobody did. A book that was live before needs no other yes."""
    release = found.folder.release()
    checksum = checksum_of(found.raw)
    if release is not None and checksum in release.spec.checksums.values():
        return None
    approved, newest = approval_of(container, PRICEBOOK, checksum, found.base)
    if approved is not None:
        return approved
    if not container.settings.releases.of_pricebook().needs_approval:
        return None
    again = f"botops pricebook propose {found.file} --reason …"
    if newest is None:
        raise UserError(f"{found.file.name}: a second person has to approve this price book; propose it: {again}")
    if newest.base != found.base:
        raise UserError(f"another price book went live since {newest.by} proposed this one: {again}")
    if newest.state is ProposalState.OPEN:
        command = f"botops prompts approve {newest.id[:8]} --by … --reason …"
        raise UserError(f"{newest.by} proposed it, a second person has to approve it: {command}")
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
