"""Shared texts: a block such as "policy" that stands in one file and is included by many prompts.

prompts/_partials/<name>/<number>.yaml    written once, included as `{% include "<name>@<number>" %}`
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from pydantic import Field

from botops.config import Document, Strict, parse, validate
from botops.config.document import decode
from botops.domain.errors import UserError
from botops.domain.problems import Level, Problem
from botops.registry.checksums import checksum_of
from botops.registry.folders import Folder, Signature, read_bytes, scan, version_path
from botops.registry.spans import TextSpan, spans_at
from botops.registry.template import IncludeError, MessageText, TemplateFaultError, compile_text

FOLDER = "_partials"
"""Where shared texts lie, in the prompts' folder."""


class PartialSpec(Strict):
    """A shared text's file. It declares no variables: what it uses, the prompt that includes it declares."""

    description: str = ""
    owner: str = ""
    purpose: str = ""
    text: str = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class PartialFile:
    """A file of a shared text: its bytes, or why they cannot be read."""

    name: str
    number: int
    file: str
    raw: bytes | None
    problems: tuple[Problem, ...] = ()

    @property
    def ref(self) -> str:
        """How prompts name it."""
        return f"{self.name}@{self.number}"


@dataclass(frozen=True)
class Partial:
    """A version of a shared text, read and checked. `ref` is how prompts name it; `checksum` the SHA-256 of `raw`."""

    ref: str
    name: str
    number: int
    checksum: str
    spec: PartialSpec
    document: Document = field(repr=False)
    raw: bytes = field(repr=False)
    text: MessageText = field(repr=False)

    @property
    def file(self) -> str:
        """The path it was read from, as problems show it."""
        return self.document.file

    @cached_property
    def span(self) -> TextSpan:
        """The place of its text in the file."""
        return _span(self.document)

    def problem_at(self, offset: int, message: str, *, rule: str, level: Level = "error") -> Problem:
        """A problem that points at a character of its text, by its file position."""
        return Problem(self.file, *self.span.position(offset), "text", message, level, rule)


class Partials:
    """All shared texts of one moment, each read and checked, or with what is wrong with it."""

    def __init__(self, files: Iterable[PartialFile] = (), problems: Iterable[Problem] = ()) -> None:
        self._files = {file.ref: file for file in files}
        self._good: dict[str, Partial] = {}
        self._broken: dict[str, tuple[Problem, ...]] = {}
        self.newest: Mapping[str, int] = MappingProxyType(_newest(self._files.values()))
        for ref in self._files:
            self._read(ref, ())
        found = {p for ps in self._broken.values() for p in ps}
        self.problems: tuple[Problem, ...] = tuple(sorted({*problems, *found}))

    @property
    def good(self) -> Mapping[str, Partial]:
        """Those that can be included, by how prompts name them."""
        return MappingProxyType(self._good)

    def same_files(self, other: Partials) -> bool:
        """True when both were read from the same bytes."""
        return self._files == other._files

    def files_of(self, ref: str) -> tuple[str, ...]:
        """The file of a shared text, good or not; nothing when there is none."""
        return (self._files[ref].file,) if ref in self._files else ()

    def with_file(self, file: PartialFile) -> Partial:
        """A shared text about to be written, read beside those that are there. Raises UserError."""
        grown = Partials((*self._files.values(), file))
        if file.ref in grown._broken:
            raise UserError(problems=grown._broken[file.ref])
        return grown._good[file.ref]

    def text(self, reference: str) -> MessageText:
        """The compiled text that a tag names.

        Raises IncludeError when nothing of that name and version exists, UserError with what is wrong with its file.
        """
        if reference in self._broken:
            raise UserError(problems=self._broken[reference])
        if reference not in self._good:
            raise IncludeError(self._missing(reference))
        return self._good[reference].text

    def _missing(self, reference: str) -> str:
        name, at, _ = reference.partition("@")
        if newest := self.newest.get(name):
            if not at:
                message = f"`{name}` is included without its version"
                return f'{message}: write "{name}@{newest}", the newest, so that a published text never changes'
            return f"there is no shared text {reference}: the newest version of it is {name}@{newest}"
        near = get_close_matches(name, self.newest, n=1)
        first = f"write {FOLDER}/{name}/1.yaml first, and include it as {name}@1"
        known = f"did you mean {near[0]}@{self.newest[near[0]]}?" if near else first
        return f"there is no shared text `{reference}`: {known}"

    def _read(self, ref: str, including: tuple[str, ...]) -> None:
        """Reads a shared text after those it includes. `including` are the texts being read around it."""
        if ref in self._good or ref in self._broken:
            return
        file = self._files[ref]
        if file.raw is None:
            self._broken[ref] = file.problems
            return

        def include(reference: str) -> MessageText:
            if reference in (*including, ref):
                way = " includes ".join((*including, ref, reference))
                raise IncludeError(f"shared texts include each other in a circle ({way}): take one include out")
            if reference in self._files:
                self._read(reference, (*including, ref))
            return self.text(reference)

        try:
            self._good[ref] = _read_partial(file, file.raw, include)
        except UserError as error:
            self._broken[ref] = error.problems


def scan_partials(root: Path) -> tuple[Signature, dict[str, Folder], list[Problem]]:
    """What changes when a shared text does, the folders of all, and what is wrong with those. Raises OSError."""
    top = root / FOLDER
    if top.is_symlink():
        message = "a symbolic link: put the folder itself here"
        return (), {}, [Problem(str(top), 0, 0, "", message, rule="symlink")]
    if not top.is_dir():
        return (), {}, []
    folders, problems = scan(top)
    signature = tuple((f"{name}/{entry[0]}", *entry[1:]) for name, f in folders.items() for entry in f.signature)
    return signature, folders, problems


def load_partials(folders: Mapping[str, Folder], problems: Iterable[Problem] = ()) -> Partials:
    """Reads the shared texts of these folders; what is wrong stands in the result."""
    found = list(problems)
    files = []
    for name, folder in folders.items():
        extra = [*folder.strange, *(["release.yaml"] if folder.has_release else [])]
        extra += ["draft.yaml"] if folder.has_draft else []
        for stray in extra:
            message = "not read: versions of a shared text are named 1.yaml, 2.yaml …"
            found.append(Problem(str(folder.path / stray), 0, 0, "", message, "warning", "unknown-file"))
        for number in folder.versions:
            path = version_path(folder.path.parent, name, number)
            try:
                files.append(PartialFile(name, number, str(path), read_bytes(path)))
            except UserError as error:
                files.append(PartialFile(name, number, str(path), None, error.problems))
    return Partials(files, found)


def read_partials(root: Path) -> Partials:
    """The shared texts of a prompts' folder as they stand on disk."""
    try:
        _, folders, problems = scan_partials(root)
    except OSError as error:
        return Partials((), [unreadable_partials(root, error)])
    return load_partials(folders, problems)


def unreadable_partials(root: Path, error: OSError) -> Problem:
    """That the shared texts' folder cannot be read."""
    message = f"cannot be read ({error.strerror}): check the rights of the folder"
    return Problem(str(root / FOLDER), 0, 0, "", message, rule="unreadable")


def changed_partial(partial: Partial, recorded: str | None, user: str) -> tuple[Problem, ...]:
    """What to say when a shared text is not the one that was published; `user` is the prompt version it is told of."""
    if recorded is None or recorded == partial.checksum:
        return ()
    message = (
        f"a shared text was changed after it was published (published as {recorded}, now {partial.checksum}; {user} "
        "includes it): restore it and save the new text as a new version"
    )
    return (Problem(partial.file, 0, 0, "", message, rule="partial-changed"),)


def told(problem: Problem, user: str) -> Problem:
    """A problem of a shared text with the name of the prompt version that includes it."""
    return replace(problem, message=f"{problem.message} (included by {user})")


def _newest(files: Iterable[PartialFile]) -> dict[str, int]:
    newest: dict[str, int] = {}
    for file in files:
        newest[file.name] = max(newest.get(file.name, 0), file.number)
    return newest


def _read_partial(file: PartialFile, raw: bytes, include: Callable[[str], MessageText]) -> Partial:
    document = parse(decode(raw, file.file), file.file)
    spec = validate(document, PartialSpec)
    try:
        text = compile_text(spec.text, source=file.ref, include=include)
    except TemplateFaultError as fault:
        place = _span(document).position(fault.offset)
        raise UserError(problems=[Problem(file.file, *place, "text", str(fault), rule=fault.rule)]) from fault
    return Partial(file.ref, file.name, file.number, checksum_of(raw), spec, document, raw, text)


def _span(document: Document) -> TextSpan:
    return spans_at(document.text, document.file, [("text",)])[("text",)]


NO_PARTIALS = Partials()
"""For prompts that include nothing."""
