"""Releasing price books: what a new one changes, whether it may go live, and making it live."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.books import only_book
from botops.app.container import new_id
from botops.domain.errors import NotFoundError, UserError
from botops.domain.releases import AuditEntry, Deed
from botops.pricebook import diff, lint_bytes, load_bytes, suspicions
from botops.registry.books import MOST_BYTES, BookFolder, BookRelease
from botops.registry.folders import read_bytes
from botops.registry.release import Step
from botops.registry.release_file import UNRELEASED

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from botops.config import Settings
    from botops.domain.messages import Language
    from botops.domain.problems import Problem
    from botops.pricebook import ChangeReport, PriceBook, Suspicion
    from botops.store import Store

SUBJECT = "pricebook"
"""What the audit log calls price books."""
_TABLES = frozenset({".csv", ".xlsx", ".xlsm", ".tsv"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A price book about to go live, and what there is to say about it.

    `name` is its file in the folder, None when it comes from elsewhere. `live` is the file in force now. `warnings` are
    those the book in force does not have too. `expected` is the checksum of the release file that was looked at.
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
        command = f"botops pricebook import {which} --keep LIVE.yaml --out NEW.yaml"
        raise UserError(f"{file} is a table: make a price book of it first, and look at it: {command}")
    inside = file.parent.resolve() == folder.path.resolve()
    release = folder.release()
    raw = folder.read(file.name, release) if inside else read_bytes(file.resolve(), most=MOST_BYTES)
    problems = lint_bytes(raw, str(file))
    if any(p.level == "error" for p in problems):
        raise UserError(problems=[p for p in problems if p.level == "error"])
    book = load_bytes(raw, str(file))
    live = _before(folder, release, file if inside else None)
    old, known = _as_published(folder, live, release)
    today = now.astimezone(ZoneInfo(book.timezone)).date()
    return Candidate(
        folder, file, file.name if inside else None, raw, book, live, diff(old, book) if old else None,
        tuple(p for p in problems if (p.rule, p.message) not in known),
        suspicions(old, book, today, settings.pricebook.suspicious, language) if old else (),
        release.checksum if release else UNRELEASED,
    )  # fmt: skip


def _before(folder: BookFolder, release: BookRelease | None, file: Path | None) -> Path | None:
    """The file in force now; without a release, the only one beside the candidate, if it is the only one."""
    if release is not None:
        return folder.path / release.live
    others = [n for n in folder.names() if file is None or n != file.name]
    return folder.path / others[0] if len(others) == 1 else None


def _as_published(
    folder: BookFolder, live: Path | None, release: BookRelease | None
) -> tuple[PriceBook | None, set[tuple[str, str]]]:
    """The book in force, to compare with, and its warnings. A live file that was changed or broken since stops no new
    one from being published: there is nothing to compare with then."""
    if live is None:
        return None, set()
    try:
        raw = folder.read(live.name, release)
        return load_bytes(raw, str(live)), {(p.rule, p.message) for p in lint_bytes(raw, str(live))}
    except UserError:
        return None, set()


def publish_book(found: Candidate, step: Step, store: Store) -> BookRelease:
    """Makes a candidate live and notes it in the audit log.

    Raises ConflictError when the release file or the book's own changed since it was looked at, StoreError when the
    book is live but the log could not be written.
    """
    suffix = ".json" if found.file.suffix.lower() == ".json" else ".yaml"
    release = found.folder.publish(found.raw, step, name=found.name, suffix=suffix, expected=found.expected)
    changes = len(found.report.lines()) if found.report else 0
    _audit(store, Deed.PUBLISH, release, changes=changes, confirmed=[s.rule for s in found.suspicions])
    return release


def rollback_book(settings: Settings, step: Step, store: Store, to: str | None = None) -> BookRelease:
    """Makes the price book live again that was live before, or the one named, and notes it in the audit log.

    Raises as `BookFolder.rollback`; StoreError when the book is live but the log could not be written.
    """
    folder = book_folder(settings)
    release = folder.rollback(step, folder.named(to) if to is not None else None)
    _audit(store, Deed.ROLLBACK, release)
    return release


def _audit(
    store: Store, deed: Deed, release: BookRelease, *, changes: int | None = None, confirmed: Iterable[str] = ()
) -> None:
    done = release.spec.approvals[-1]
    detail = {"replaced": done.replaced, "changes": changes, "confirmed": ", ".join(confirmed) or None}
    kept = {key: value for key, value in detail.items() if value is not None}
    store.audit.add(
        AuditEntry(new_id(), done.at, done.by, deed, SUBJECT, done.reason, done.version, done.checksum, kept)
    )
