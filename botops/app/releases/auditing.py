"""The audit log as the doors write and read it. Steps recorded in a release file are never missing from it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING

from botops.app.container import new_id
from botops.domain.errors import UserError
from botops.domain.people import person
from botops.domain.people import reason as reasoned
from botops.domain.releases import AuditEntry, Deed
from botops.registry import DRAFT, ReleaseAction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from botops.app.container import Container
    from botops.config import Settings
    from botops.registry import Approval, Registry, Release
    from botops.store import Store

PRICEBOOK = "pricebook"
"""The subject of everything about the price book."""
ON_ITS_WAY = timedelta(seconds=30)
"""A step younger than this that the log lacks is being written by whoever took it: nobody else adds it."""
_PROMPT = "prompt:"
_EXCEPTION = "exception:"
_DEEDS = {
    ReleaseAction.PUBLISH: Deed.PUBLISH,
    ReleaseAction.ROLLBACK: Deed.ROLLBACK,
    ReleaseAction.SPLIT: Deed.SPLIT,
    ReleaseAction.SPLIT_END: Deed.SPLIT_END,
}


def prompt_subject(name: str) -> str:
    """The subject of everything about a prompt."""
    return f"{_PROMPT}{name}"


def prompt_of(subject: str) -> str | None:
    """The prompt a subject is about, None for another thing."""
    return subject.removeprefix(_PROMPT) if subject.startswith(_PROMPT) else None


def exception_subject(exception_id: str) -> str:
    """The subject of what became of an exception of the check."""
    return f"{_EXCEPTION}{exception_id}"


def exception_of(subject: str) -> str | None:
    """The exception a subject is about, None for another thing."""
    return subject.removeprefix(_EXCEPTION) if subject.startswith(_EXCEPTION) else None


def label(name: str, version: int) -> str:
    """A version as people write it: `sales@3`, `sales@draft`."""
    return f"{name}@draft" if version == DRAFT else f"{name}@{version}"


def record(
    container: Container,
    deed: Deed,
    subject: str,
    by: str,
    reason: str,
    *,
    version: str | None = None,
    checksum: str | None = None,
    at: datetime | None = None,
    detail: Mapping[str, str | int | float | bool | None] | None = None,
) -> AuditEntry:
    """Writes a deed into the audit log, now or `at` a moment. Raises UserError without a name or reason, StoreError."""
    moment = at or container.clock.now()
    entry = AuditEntry(
        new_id(),
        moment,
        person(by),
        deed,
        subject,
        reasoned(reason),
        version,
        checksum,
        MappingProxyType(dict(detail or {})),
    )
    container.store.audit.add(entry)
    return entry


def note_steps(container: Container, release: Release) -> None:
    """Writes the newest step of a release file into the audit log, and with the mark `reconciled` those before it that
    are missing there. Raises StoreError."""
    entries = steps_of(release.name, release.spec.approvals)
    container.store.audit.add_missing([*_overdue(container, entries[:-1]), *entries[-1:]])


def catch_up(container: Container, release: Release | None) -> None:
    """Adds the steps of a release file that the log lacks, before the next step pushes the oldest out of the file.
    Raises StoreError."""
    if release is not None:
        container.store.audit.add_missing(_overdue(container, steps_of(release.name, release.spec.approvals)))


def reconcile(container: Container) -> tuple[AuditEntry, ...]:
    """Adds to the audit log the steps of every release file that it lacks: a process that was killed between the file
    and the log left them, or somebody who works on another machine. Gives what was added. Raises StoreError."""
    missing = _overdue(container, _released(container.settings, container.registry))
    container.store.audit.add_missing(missing)
    return missing


def entries(
    settings: Settings, registry: Registry, store: Store | None, subject: str | None = None, *, most: int = 200
) -> tuple[AuditEntry, ...]:
    """The latest entries (of one subject), the newest first: those of the log, and the steps of release files it lacks.

    Nothing is written; without a store the release files are all there is. Raises StoreError.
    """
    kept = store.audit.entries(subject, most=most) if store is not None else ()
    found = {entry.id: entry for entry in (*_missing(settings, registry, store, subject), *kept)}
    return tuple(sorted(found.values(), key=lambda e: (e.at, e.id), reverse=True)[:most])


def steps_of(name: str, approvals: Iterable[Approval]) -> list[AuditEntry]:
    """The steps of a release file as audit entries. Their ids follow from what they say: written twice they are one."""
    return [_step(name, approval) for approval in approvals]


def _step(name: str, step: Approval) -> AuditEntry:
    subject = prompt_subject(name)
    at = step.at.astimezone(UTC).isoformat()
    said = "\0".join((subject, at, step.action.value, str(step.version), step.checksum, step.by))
    detail = {
        "replaced": step.replaced,
        "experiment": step.experiment,
        "approved_by": step.approved_by,
        "eval_runs": ", ".join(step.eval_runs) or None,
    }
    return AuditEntry(
        sha256(said.encode()).hexdigest()[:32], step.at, step.by, _DEEDS[step.action], subject, step.reason,
        str(step.version), step.checksum, MappingProxyType({k: v for k, v in detail.items() if v is not None}),
    )  # fmt: skip


def _missing(
    settings: Settings, registry: Registry, store: Store | None, subject: str | None
) -> tuple[AuditEntry, ...]:
    found = [e for e in _released(settings, registry) if subject is None or e.subject == subject]
    known = store.audit.known([entry.id for entry in found]) if store is not None else frozenset()
    return tuple(_reconciled(entry) for entry in found if entry.id not in known)


def _released(settings: Settings, registry: Registry) -> Iterator[AuditEntry]:
    """The steps of every release file. A broken file has none to tell; `botops doctor` says what is wrong with it."""
    from botops.app.pricebooks.book_releases import steps_of_books
    from botops.app.pricebooks.candidate import book_folder

    for name in registry.names():
        with suppress(UserError):
            release = registry.candidate_release(name)
            yield from steps_of(name, release.spec.approvals) if release is not None else ()
    with suppress(UserError):
        books = book_folder(settings).release()
        yield from steps_of_books(books) if books is not None else ()


def _overdue(container: Container, steps: Iterable[AuditEntry]) -> tuple[AuditEntry, ...]:
    """Those steps the log lacks for good, marked."""
    until = container.clock.now() - ON_ITS_WAY
    due = [step for step in steps if step.at < until]
    known = container.store.audit.known([step.id for step in due])
    return tuple(_reconciled(step) for step in due if step.id not in known)


def _reconciled(entry: AuditEntry) -> AuditEntry:
    return replace(entry, detail=MappingProxyType({**entry.detail, "reconciled": True}))
