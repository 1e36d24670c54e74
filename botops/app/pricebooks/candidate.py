"""A price book looked at before it goes live: what it changes, what is new to warn of, what looks like a slip."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from botops.app.pricebooks.books import only_book
from botops.domain.errors import NotFoundError, UserError
from botops.pricebook import diff, read_book, suspicions
from botops.registry import UNRELEASED
from botops.registry.books import MOST_BYTES, BookFolder, BookRelease
from botops.registry.checksums import checksum_of
from botops.registry.folders import read_bytes
from botops.registry.release_file import existing

if TYPE_CHECKING:
    from collections.abc import Sized
    from datetime import datetime

    from botops.config import Settings
    from botops.domain.messages import Language
    from botops.domain.problems import Problem
    from botops.pricebook import ChangeReport, PriceBook, Suspicion

Need = Literal["anyway", "confirm"]
"""A yes that a publication may need: to new warnings, and to what looks like a slip."""
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

    @property
    def checksum(self) -> str:
        """The SHA-256 of its bytes."""
        return checksum_of(self.raw)

    def needs(self) -> tuple[Need, ...]:
        """What a person has to say yes to before it goes live."""
        said: dict[Need, Sized] = {"anyway": self.warnings, "confirm": self.suspicions}
        return tuple(need for need, why in said.items() if why)


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
    if file.parent.resolve() == folder.path.resolve():
        return candidate_inside(settings, file.name, now, language)
    raw = read_bytes(file.resolve(), most=MOST_BYTES)
    return _looked_at(settings, folder, file, None, raw, folder.release(), now, language)


def candidate_inside(settings: Settings, which: str, now: datetime, language: Language = "ru") -> Candidate:
    """A price book of the folder looked at before it goes live: `which` is its number or name, never a path.

    Raises UserError with every error in it, NotFoundError.
    """
    folder = book_folder(settings)
    name = folder.named(which)
    release = folder.release()
    raw = folder.read(name, release)
    return _looked_at(settings, folder, folder.path / name, name, raw, release, now, language)


def candidate_text(settings: Settings, name: str, raw: bytes, now: datetime, language: Language = "ru") -> Candidate:
    """A price book that lies in no file yet, looked at before it goes live. `name` is what errors in it and a proposal
    of it call it; one that ends in `.json` is read and kept as JSON.

    Raises UserError with every error in it.
    """
    folder = book_folder(settings)
    return _looked_at(settings, folder, Path(name), None, raw, folder.release(), now, language)


def _looked_at(
    settings: Settings,
    folder: BookFolder,
    file: Path,
    name: str | None,
    raw: bytes,
    release: BookRelease | None,
    now: datetime,
    language: Language,
) -> Candidate:
    book, problems = read_book(raw, str(file))
    if book is None:
        raise UserError(problems=[p for p in problems if p.level == "error"])
    live = _before(folder, release, file if name is not None else None, raw)
    old, known = _as_published(folder, live, release)
    today = now.astimezone(ZoneInfo(book.timezone)).date()
    return Candidate(
        folder, file, name, raw, book, live, diff(old, book) if old else None,
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
