"""The suites of a project, `evals/suites/*.yaml`, as their files stand: what screens list and release policies name."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from hashlib import sha256
from os.path import normpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botops.config import parse, read_text
from botops.config.rows import read_rows
from botops.domain.errors import UserError
from botops.domain.evaluations import Origin
from botops.evals.case_rows import rows_file, suite_text
from botops.evals.suite import ID_PATTERN, MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botops.config import Document, Settings


@dataclass(frozen=True, slots=True)
class SuiteCase:
    """A case as it stands in a suite's file."""

    id: str
    tags: tuple[str, ...] = ()
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class ListedSuite:
    """A suite's file with its cases, as far as it can be read: the prompt it tests, its own price book (None: the one
    in force), the SHA-256 of its text with that of its cases. `problem` says why it cannot be run, `taken_by` which
    file has its name already."""

    name: str
    file: Path
    prompt: str
    checksum: str
    cases: tuple[SuiteCase, ...] = ()
    price_book: Path | None = None
    problem: str = ""
    taken_by: Path | None = None


def suites_folder(settings: Settings) -> Path:
    """Where the suites of a project lie."""
    return settings.path("evals") / "suites"


def listed_suites(settings: Settings) -> tuple[ListedSuite, ...]:
    """Every suite of a project by file name, broken ones too. Expectations are not looked at: running them does.

    Runs are kept by a suite's name: of two files that say one name the one that is called so keeps it, else the first.
    """
    found = [_listed(settings, path) for path in sorted(suites_folder(settings).glob("*.y*ml"))]
    owners: dict[str, Path] = {}
    for suite in sorted(found, key=lambda suite: (bool(suite.problem), suite.file.stem != suite.name)):
        owners.setdefault(suite.name, suite.file)
    return tuple(
        suite if suite.problem or owners[suite.name] == suite.file else _twin(suite, owners[suite.name])
        for suite in found
    )


def _twin(suite: ListedSuite, owner: Path) -> ListedSuite:
    problem = f"{suite.file}: the name {suite.name} is that of {owner.name} already: give one of the two another name"
    return replace(suite, cases=(), problem=problem, taken_by=owner)


def usable_suites(settings: Settings) -> Mapping[str, ListedSuite]:
    """The suites of a project that can be run, by name."""
    return {suite.name: suite for suite in listed_suites(settings) if not suite.problem}


def cases_of(suites: tuple[ListedSuite, ...], dialogue_id: str) -> Iterator[tuple[ListedSuite, SuiteCase]]:
    """The cases that were made from a dialogue."""
    for suite in suites:
        for case in suite.cases:
            if case.origin is not None and case.origin.dialogue_id == dialogue_id:
                yield suite, case


def text_checksum(text: str) -> str:
    """The SHA-256 a suite's text is known by."""
    return sha256(text.encode()).hexdigest()


def book_checksum(path: Path) -> str | None:
    """The SHA-256 of a price book's file, None when it cannot be read."""
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def _listed(settings: Settings, path: Path) -> ListedSuite:
    try:
        document = parse(read_text(path, max_bytes=MAX_BYTES), str(path))
        checksum = text_checksum(suite_text(document))
        found = [case for case in _cases(document) if isinstance(case, dict)]
    except UserError as error:
        return ListedSuite(path.stem, path, settings.prompt, "", problem=str(error))
    data: Any = document.data
    if not isinstance(data, dict):
        return ListedSuite(path.stem, path, settings.prompt, checksum, problem=f"{path}: no suite")
    name, prompt = data.get("name"), data.get("prompt")
    if not isinstance(name, str) or not re.fullmatch(ID_PATTERN, name):
        where = ("name",) if "name" in data else ()
        message = "a suite's name is made of Latin letters, digits, dots, dashes and underscores, at most 100"
        problem = document.problem(where, message, rule="name")
        return ListedSuite(path.stem, path, settings.prompt, checksum, problem=str(UserError(problems=[problem])))
    named, book = prompt if isinstance(prompt, str) else settings.prompt, data.get("price_book")
    own_book = Path(normpath(path.parent / book)) if isinstance(book, str) else None
    return ListedSuite(name, path, named, checksum, tuple(_case(case) for case in found), own_book)


def _cases(document: Document) -> list[Any]:
    """The cases of a suite as they stand in its file, or in the file it keeps them in. Raises UserError."""
    file, data = rows_file(document), document.data
    if file is None:
        cases = data.get("cases") if isinstance(data, dict) else None
        return cases if isinstance(cases, list) else []
    found = []
    for row in read_rows(file):
        if isinstance(row, UserError):
            raise row
        found.append(row.data)
    return found


def _case(data: dict[Any, Any]) -> SuiteCase:
    tags, origin = data.get("tags"), data.get("origin")
    return SuiteCase(
        str(data.get("id", "")),
        tuple(str(tag) for tag in tags) if isinstance(tags, list) else (),
        Origin.of(origin) if isinstance(origin, str) else None,
    )
