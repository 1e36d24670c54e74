"""Writing versions, drafts and releases: one writer at a time, and never over what somebody else wrote meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from botops.config import MAX_BYTES
from botops.config.writing import locked, replace, write_new
from botops.domain.errors import ConflictError, NotFoundError, OutsideError, UserError
from botops.registry.checksums import checksum_of
from botops.registry.folders import RELEASE, check_name, read_bytes, scan_folder, version_path
from botops.registry.loading import checksums_of_partials, refuse_changed, refuse_changed_partials
from botops.registry.model import ReleaseSpec, Split
from botops.registry.partials import FOLDER, Partial, PartialFile, read_partials
from botops.registry.release import (
    Release,
    Step,
    published,
    read_release,
    release_text,
    rollback_target,
    rolled_back,
    split_changed,
)
from botops.registry.release_file import existing, refuse_other, seen
from botops.registry.version import DRAFT, PromptVersion, read_version, unused_variables


class Publisher:
    """Writes the files of one directory of prompts. `pins` gives the checksums of the versions a prompt ever served,
    `partial_pins` those of every shared text that any prompt ever served.

    `expected` is the checksum of the file a writer saw (`UNRELEASED` or "" when there was none); without it the file as
    it stands when the call begins. When the file is another one by the time of writing, ConflictError carries its text
    and nothing is written. `texts` are the checksums of the whole texts (`text_checksum`) that a writer saw: likewise.
    """

    def __init__(
        self,
        directory: Path,
        pins: Callable[[str], Mapping[int, str]],
        partial_pins: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._root = directory
        self._pins = pins
        self._partial_pins = partial_pins

    def publish(
        self, name: str, version: int, step: Step, *, expected: str | None = None, end_split: bool = False,
        texts: Mapping[int, str] | None = None,
    ) -> Release:  # fmt: skip
        """Makes a version live and records its checksum and who approved it.

        Raises ConflictError, also when the version is live already; NotFoundError; UserError when its file has faults
        or was changed after an earlier publication, and while a split runs unless `end_split`.
        """

        def change(old: Release | None) -> ReleaseSpec:
            if old is not None and old.live == version and old.split is None:
                message = f"{name}@{version} is live already: nothing was written"
                raise ConflictError(message, old.raw.decode())
            spec = old.spec if old else None
            return published(spec, version, self._checksums(name, version, old, texts), step, end_split=end_split)

        return self._rewrite(name, expected, change)

    def rollback(self, name: str, step: Step, to: int | None = None, *, expected: str | None = None) -> Release:
        """Ends a running split, or else makes the version live again that was live before; `to` names another.

        Raises ConflictError, NotFoundError, UserError when there is nothing to go back to or its file has faults.
        """

        def change(old: Release | None) -> ReleaseSpec:
            if old is None:
                raise UserError(f"nothing of the prompt {name} was published yet: there is nothing to roll back")
            target = rollback_target(old.spec, to)
            return rolled_back(old.spec, target, self._checksums(name, target, old), step)

        return self._rewrite(name, expected, change)

    def change_split(
        self, name: str, split: Split | None, step: Step, *, expected: str | None = None,
        texts: Mapping[int, str] | None = None,
    ) -> Release:  # fmt: skip
        """Begins a split, changes its coverage, or (None) ends it, the live version staying.

        Raises ConflictError, NotFoundError, UserError when leads would change variants inside a phase.
        """

        def change(old: Release | None) -> ReleaseSpec:
            if old is None:
                raise UserError(f"nothing of the prompt {name} was published yet: publish a version first")
            checksums: dict[int, str] = {}
            for version in {old.live, *(v.version for v in (split.variants if split else ()))}:
                checksums.update(self._checksums(name, version, old, texts))
            return split_changed(old.spec, split, checksums, step)

        return self._rewrite(name, expected, change)

    def new_version(self, name: str, text: str, number: int | None = None) -> PromptVersion:
        """Writes a version file; `number` is the next free one unless given.

        Raises UserError when the text has faults, ConflictError when that version exists by now.
        """
        folder = self._root / check_name(name)
        raw = _encoded(text, folder / "new version")
        if number is not None and number < 1:
            raise UserError(f"{number} is no version number: versions begin at 1")
        if number is None:
            number = max(scan_folder(self._root, name).versions, default=0) + 1 if folder.is_dir() else 1
        path = version_path(self._root, name, number)
        version = read_version(raw, str(path), name, number, read_partials(self._root))
        _make(folder)
        with locked(folder):
            if not write_new(path, raw):
                theirs = read_bytes(path).decode(errors="replace")
                raise ConflictError(f"{path} was written by somebody else: save yours as a later version", theirs)
        return version

    def new_partial(self, name: str, text: str) -> Partial:
        """Writes the next version of a shared text.

        Raises UserError when the text has faults, ConflictError when that version was written by somebody else.
        """
        top = self._root / FOLDER
        folder = top / check_name(name)
        raw = _encoded(text, folder / "new version")
        known = read_partials(self._root)
        number = known.newest.get(name, 0) + 1
        path = version_path(top, name, number)
        partial = known.with_file(PartialFile(name, number, str(path), raw))
        _make(top)
        _make(folder)
        with locked(folder):
            if not write_new(path, raw):
                theirs = read_bytes(path).decode(errors="replace")
                raise ConflictError(f"{path} was written by somebody else: save yours as a later version", theirs)
        return partial

    def save_draft(self, name: str, text: str, *, expected: str | None = None) -> str:
        """Writes the draft, faults and all, and returns its checksum. Raises ConflictError, UserError."""
        folder = self._root / check_name(name)
        path = version_path(self._root, name, DRAFT)
        raw = _encoded(text, path)
        expected = seen(existing(path)) if expected is None else expected
        _make(folder)
        with locked(folder):
            refuse_other(path, existing(path), expected)
            replace(path, raw)
        return checksum_of(raw)

    def _rewrite(self, name: str, expected: str | None, change: Callable[[Release | None], ReleaseSpec]) -> Release:
        folder = self._root / check_name(name)
        if not folder.is_dir():
            raise NotFoundError(f"no prompt {name!r} in {self._root}")
        path = folder / RELEASE
        if expected is None:
            expected = seen(existing(path))
        with locked(folder):
            raw = existing(path)
            refuse_other(path, raw, expected)
            old = read_release(raw, str(path), name) if raw is not None else None
            new = release_text(self._with_partials(name, change(old))).encode()
            release = read_release(new, str(path), name)
            replace(path, new)
        return release

    def _checksums(
        self, name: str, version: int, old: Release | None, texts: Mapping[int, str] | None = None
    ) -> Mapping[int, str]:
        """The checksum of a version about to be live, after its file was checked, and of those served until now."""
        pins = self._pins(name)
        recorded = {**pins, **(old.spec.checksums if old else {})}
        path = version_path(self._root, name, version)
        raw = read_bytes(path)
        refuse_changed(raw, str(path), recorded.get(version))
        read = read_version(raw, str(path), name, version, read_partials(self._root))
        if texts and texts.get(version, read.text_checksum) != read.text_checksum:
            raise ConflictError(f"{path} or a text it includes was changed by somebody else: look at it", raw.decode())
        refuse_changed_partials(read, {**self._partial_pins(), **(old.spec.partials if old else {})})
        if version not in recorded and (unused := unused_variables(read)):
            raise UserError(problems=unused)
        return {**pins, version: read.ref.checksum}

    def _with_partials(self, name: str, spec: ReleaseSpec) -> ReleaseSpec:
        """The release with the checksums of the shared texts that the versions about to be served include."""
        partials = read_partials(self._root)
        served = []
        for number in spec.served:
            path = version_path(self._root, name, number)
            served.append(read_version(read_bytes(path), str(path), name, number, partials))
        return spec.model_copy(update={"partials": {**checksums_of_partials(served), **spec.partials}})


def _encoded(text: str, path: Path) -> bytes:
    try:
        raw = text.encode()
    except UnicodeEncodeError as error:
        raise UserError(f"{path}: half of a surrogate pair at character {error.start}: remove it") from error
    if len(raw) > MAX_BYTES:
        raise UserError(f"{path}: larger than {MAX_BYTES:,} bytes: shorten it")
    return raw


def _make(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutsideError(f"{folder}: cannot be made ({error.strerror})") from error
