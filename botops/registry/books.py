"""Releases of price books: files of one folder that never change once published, and a release file that names one.

    pricebook/demo.yaml      a version: any YAML or JSON file, written once
    pricebook/1.yaml         versions that `publish` writes are numbered
    pricebook/release.yaml   which of them is live, the checksums of all that ever were, and who published them

What a price book says is no business of this module: it keeps bytes apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from botops.config import Document, Strict, parse, validate
from botops.config.document import decode
from botops.config.writing import locked, replace, write_new
from botops.domain.errors import ConflictError, NotFoundError, UserError
from botops.domain.refusals import Refusal
from botops.registry.checksums import checksum_of
from botops.registry.folders import RELEASE, read_bytes
from botops.registry.loading import refuse_changed
from botops.registry.model import SHA256, ReleaseAction
from botops.registry.release import Step
from botops.registry.release_file import existing, latest, refuse_other, release_yaml, seen, version_before

MOST_BYTES = 64_000_000
"""Largest price book file."""
_NAME = re.compile(r"[^./\\~][^/\\]{0,98}\.(?:ya?ml|json)")
_NUMBERED = re.compile(r"([1-9][0-9]{0,8})\.(?:ya?ml|json)", re.ASCII)


def is_book_name(name: str) -> bool:
    """True for the name of a price book's file in its folder, however people call theirs: `прайс, декабрь №2.yaml`.
    Hidden files (`._demo.yaml` beside a copy from a Mac) and names that a terminal cannot show are none."""
    return name != RELEASE and name.isprintable() and _NAME.fullmatch(name) is not None


def _version_name(name: str) -> str:
    if not is_book_name(name):
        raise ValueError("not the name of a price book file in this folder, such as 2.yaml")
    return name


VersionName = Annotated[str, AfterValidator(_version_name)]
Checksum = Annotated[str, Field(pattern=SHA256)]


class BookApproval(Strict):
    """One release step: who made which book live, when and why, and the SHA-256 of its file.

    `replaced` is the book that was live before; `approved_by` the second person, where one was asked for.
    """

    action: Literal[ReleaseAction.PUBLISH, ReleaseAction.ROLLBACK]
    version: VersionName
    by: str = Field(min_length=1)
    at: AwareDatetime
    reason: str = Field(min_length=1)
    checksum: Checksum
    replaced: VersionName | None = None
    approved_by: str | None = None


class BookReleaseSpec(Strict):
    """A release file of price books: what is live, the SHA-256 of all that ever were live, and who published them."""

    live: VersionName
    checksums: dict[VersionName, Checksum]
    approvals: tuple[BookApproval, ...] = ()

    @model_validator(mode="after")
    def _recorded(self) -> Self:
        if self.live not in self.checksums:
            raise ValueError(f"`checksums` has no {self.live}: publish it with `botops pricebook publish`")
        return self


@dataclass(frozen=True)
class BookRelease:
    """A release file. `checksum` is the SHA-256 of its bytes: writers name it to prove what they saw."""

    spec: BookReleaseSpec
    checksum: str
    raw: bytes = field(repr=False)
    document: Document = field(repr=False, compare=False)

    @property
    def live(self) -> str:
        """The file in force."""
        return self.spec.live

    @property
    def step(self) -> BookApproval | None:
        """The step that made it live; None when the file was written by hand."""
        last = self.spec.approvals[-1] if self.spec.approvals else None
        return last if last is not None and last.version == self.live else None


@dataclass(frozen=True, slots=True)
class BookVersion:
    """A price book of the folder. `released` says that it is or was in force, `published` is the last step that made
    it so; `changed` that its file is not the one that was published."""

    name: str
    checksum: str
    live: bool
    released: bool
    published: BookApproval | None
    changed: bool


def read_book_release(raw: bytes, file: str) -> BookRelease:
    """A release from its file's bytes. Raises UserError with every problem."""
    document = parse(decode(raw, file), file)
    return BookRelease(validate(document, BookReleaseSpec), checksum_of(raw), raw, document)


class BookFolder:
    """A folder of price books: what lies in it, and how one is made live."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> tuple[str, ...]:
        """The price books in it, numbered ones last and by number. Raises UserError when it cannot be read."""
        try:
            found = [p.name for p in self.path.iterdir() if is_book_name(p.name)]
        except OSError as error:
            raise UserError(f"{self.path}: cannot be read ({error.strerror})") from error
        return tuple(sorted(found, key=lambda name: (_number(name), name)))

    def release(self, known: BookRelease | None = None) -> BookRelease | None:
        """The release file, None without one; `known` itself while its bytes are the same. Raises UserError when it has
        faults."""
        path = self.path / RELEASE
        raw = existing(path)
        if raw is None:
            return None
        return known if known is not None and known.raw == raw else read_book_release(raw, str(path))

    def read(self, name: str, release: BookRelease | None) -> bytes:
        """A price book's bytes. Raises UserError when they are not those once published, NotFoundError."""
        path = self.path / name
        raw = read_bytes(path, most=MOST_BYTES)
        refuse_changed(raw, str(path), release.spec.checksums.get(name) if release else None)
        return raw

    def versions(self) -> tuple[BookVersion, ...]:
        """Every price book of the folder, as `names` orders them. Raises UserError."""
        release = self.release()
        last = {step.version: step for step in release.spec.approvals} if release else {}
        out = []
        for name in self.names():
            found = checksum_of(read_bytes(self.path / name, most=MOST_BYTES))
            recorded = release.spec.checksums.get(name) if release else None
            live = release is not None and release.live == name
            changed = recorded not in {None, found}
            out.append(BookVersion(name, found, live, recorded is not None, last.get(name), changed))
        return tuple(out)

    def named(self, which: str) -> str:
        """The file that a person means: by its name, by its number, or by its name without the suffix.

        Raises NotFoundError, UserError when several are meant.
        """
        names = self.names()
        found = [n for n in names if n == which] or [n for n in names if n.rpartition(".")[0] == which]
        if not found:
            there = ", ".join(names) or "none"
            raise NotFoundError(f"no price book {which!r} in {self.path} (there are: {there})")
        if len(found) > 1:
            raise UserError(f"{which} may be {' or '.join(found)}: write the whole file name")
        return found[0]

    def publish(
        self,
        raw: bytes,
        step: Step,
        *,
        name: str | None = None,
        suffix: str = ".yaml",
        expected: str | None = None,
    ) -> BookRelease:
        """Makes a price book live: the file `name`, which must still hold these bytes; without a name a file of the
        folder that holds them, or else a new one, numbered.

        `expected` is the checksum of the release file the caller saw ("" for none). Raises ConflictError when it is
        another by now, and when the book is live already; UserError when a published file was changed.
        """

        def change(old: BookRelease | None) -> BookReleaseSpec:
            book = self._placed(raw, name, suffix, old)
            if old is not None and old.live == book:
                raise ConflictError(f"{book} is live already: nothing was written", old.raw.decode()).told_as(
                    Refusal.LIVE_ALREADY
                )
            before = old.live if old else self._alone(besides=book)
            checksums = {**(old.spec.checksums if old else {}), book: checksum_of(raw)}
            if before is not None and before not in checksums:
                checksums[before] = checksum_of(self.read(before, old))
            return _after(old, ReleaseAction.PUBLISH, book, before, checksums, step)

        return self._rewrite(expected, change)

    def rollback(self, step: Step, to: str | None = None, *, expected: str | None = None) -> BookRelease:
        """Makes the price book live again that was live before; `to` names another file.

        Raises ConflictError, NotFoundError, UserError when there is nothing to go back to or the file was changed.
        """

        def change(old: BookRelease | None) -> BookReleaseSpec:
            if old is None:
                raise UserError(f"no price book was published in {self.path} yet: there is nothing to roll back")
            book = to or version_before(old.spec.approvals, old.live)
            if book not in old.spec.checksums:
                raise UserError(f"{book} was never live: publish it, a rollback goes back to what was")
            if book == old.live:
                raise ConflictError(f"{book} is live already: nothing was written", old.raw.decode()).told_as(
                    Refusal.LIVE_ALREADY
                )
            self.read(book, old)
            return _after(old, ReleaseAction.ROLLBACK, book, old.live, old.spec.checksums, step)

        return self._rewrite(expected, change)

    def _rewrite(self, expected: str | None, change: Callable[[BookRelease | None], BookReleaseSpec]) -> BookRelease:
        path = self.path / RELEASE
        if expected is None:
            expected = seen(existing(path))
        with locked(self.path):
            raw = existing(path)
            refuse_other(path, raw, expected)
            old = read_book_release(raw, str(path)) if raw is not None else None
            new = release_yaml(_data(change(old))).encode()
            release = read_book_release(new, str(path))
            replace(path, new)
        return release

    def _placed(self, raw: bytes, name: str | None, suffix: str, old: BookRelease | None) -> str:
        """The file that holds the bytes: the named one, one already there, or a new one. The folder is locked."""
        if name is not None:
            if self.read(name, old) != raw:
                raise ConflictError(f"{self.path / name} was changed meanwhile: look at it again, then publish")
            return name
        for other in self.names():
            if existing(self.path / other, most=MOST_BYTES) == raw:
                return other
        number = max((_number(n) for n in self.names()), default=0) + 1
        path = self.path / f"{number}{suffix}"
        if not write_new(path, raw):
            raise ConflictError(f"{path} was written by somebody else: try again")
        return path.name

    def _alone(self, besides: str) -> str | None:
        """The book that was in force before there was a release file: the only other one of the folder."""
        others = [n for n in self.names() if n != besides]
        return others[0] if len(others) == 1 else None


def _number(name: str) -> int:
    numbered = _NUMBERED.fullmatch(name)
    return int(numbered[1]) if numbered else 0


def _after(
    old: BookRelease | None,
    action: Literal[ReleaseAction.PUBLISH, ReleaseAction.ROLLBACK],
    book: str,
    before: str | None,
    checksums: dict[str, str],
    step: Step,
) -> BookReleaseSpec:
    for key, value in (("by", step.by), ("reason", step.reason)):
        if not value.strip():
            raise UserError(f"`{key}` is empty: a release step needs a name and a reason")
    approval = BookApproval(
        action=action, version=book, by=step.by.strip(), at=step.at, reason=step.reason.strip(),
        checksum=checksums[book], replaced=before, approved_by=step.approved_by,
    )  # fmt: skip
    approvals = latest((*(old.spec.approvals if old else ()), approval))
    return BookReleaseSpec(live=book, checksums=checksums, approvals=approvals)


def _data(spec: BookReleaseSpec) -> dict[str, object]:
    return {
        "live": spec.live,
        "checksums": dict(sorted(spec.checksums.items())),
        "approvals": [a.model_dump(mode="json", exclude_none=True) for a in spec.approvals],
    }
