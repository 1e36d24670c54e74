"""`botops eval import`: talks of a file or of the store become a suite, or cases of one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from botops.app.clock import SystemClock
from botops.app.container import book_path
from botops.app.evals.importing.reading import following, read_source
from botops.app.evals.importing.selecting import ids_of, talk_of
from botops.app.pricebooks.books import Books
from botops.config import parse
from botops.domain.errors import UserError
from botops.evals.checks.catalogue import installed
from botops.evals.importing import CaseMaker, Notes, guess, read_talks
from botops.evals.importing.expecting import fault_of
from botops.evals.importing.reading import Reading
from botops.evals.suite import MAX_BYTES, SuiteReader
from botops.evals.suite_writer import append_cases, check_suite, suite_text, write_suite
from botops.store.masking import mask_texts, storable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from botops.app.evals.importing.selecting import Selection
    from botops.config import Settings
    from botops.domain.problems import Problem
    from botops.evals.importing import Format, Shape, Talk
    from botops.store import Store

DEFAULT_CHECKS = ("no_invented_claims", "language")
"""What is expected of every imported dialogue, unless something else is asked."""

T = TypeVar("T")
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to become of what is read.

    `shape` is the form of the cases (None: what fits the row). At most `limit` dialogues are taken: the first ones of a
    file and the latest of the store, or with a `seed` a sample, which is always the same. `expect` are checks as a
    suite has them. `into` is the suite to be added to or written; None makes one that is only shown. `at` is the moment
    of cases that have none.
    """

    shape: Shape | None = None
    tags: tuple[str, ...] = ()
    limit: int | None = None
    seed: int | None = None
    expect: tuple[Any, ...] = DEFAULT_CHECKS
    into: Path | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What became of an import. `added` are the ids of new cases, `present` of those the suite had already; `notes`
    name what could not be read (errors), what was not imported and what was left out. `text` is a suite to be shown.
    `needs_judge` when a check among the new cases asks a language model."""

    form: str
    added: tuple[str, ...]
    present: tuple[str, ...] = ()
    notes: tuple[Problem, ...] = ()
    text: str = field(default="", repr=False)
    needs_judge: bool = False


def import_file(
    settings: Settings,
    file: str,
    raw: bytes,
    wanted: Wanted,
    form: Format | None = None,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
) -> Report:
    """Imports a file's bytes. `file` is its path, or `stdin`. Without a `form` it is told by the rows, when they can be
    of one format only. Raises UserError when nothing can be read, and when the suite cannot take it."""
    notes = Notes()
    source = read_source(file, raw, notes, encoding)
    form = form or guess(source)
    if Path(file).is_file():
        source = following(source, notes)
    reading = Reading(source, notes, columns or {}, installed())
    return _taken(settings, list(read_talks(form, reading)), notes, wanted, form, Path(file).stem)


def import_store(settings: Settings, store: Store, selection: Selection, wanted: Wanted) -> Report:
    """Imports dialogues of the store. Raises UserError, StoreError."""
    ids = ids_of(store, selection)
    chosen = _sampled(ids, wanted, lambda dialogue: dialogue) if wanted.seed is not None else islice(ids, wanted.limit)
    talks = [talk_of(store.reads.dialogue(dialogue)) for dialogue in chosen]
    return _taken(settings, talks, Notes(), wanted, "store", "dialogues")


def checks_of(texts: Iterable[str]) -> tuple[Any, ...]:
    """Checks as a suite has them, from texts like `hands_over` or `max_length: 600`. Raises UserError."""
    found = []
    for text in texts:
        data = parse(text, "--expect").data
        fault = fault_of(data, installed())
        if fault is not None:
            raise UserError(f"--expect {text!r}: {fault}")
        found.append(data)
    return tuple(found)


def _taken(
    settings: Settings, talks: Sequence[Talk], notes: Notes, wanted: Wanted, form: str, name: str
) -> Report:  # fmt: skip
    zone = ZoneInfo(_timezone(settings))
    maker = CaseMaker(notes, mask_texts if settings.privacy.mask else _storable, zone, wanted.shape, wanted.tags)
    cases = maker.made(_sampled(talks, wanted, maker.id_of))
    if not cases:
        raise UserError("" if notes.kept else f"{name}: there is nothing in it to import", notes.kept)
    reader = SuiteReader(installed())
    if wanted.into is not None and wanted.into.suffix.lower() not in (".yaml", ".yml"):
        raise UserError(f"{wanted.into}: cases are added to a suite in YAML: give it a name that ends in .yaml")
    if wanted.into is not None and wanted.into.exists():
        return _added(wanted.into, cases, wanted, reader, notes, form)
    at = (wanted.at or SystemClock().now().replace(second=0, microsecond=0)).astimezone(zone)
    head: dict[str, Any] = {
        "name": _NOT_IN_NAME.sub("-", wanted.into.stem if wanted.into else name).strip("-._") or "imported",
        "at": at.isoformat(timespec="seconds"),
    }
    if wanted.expect:
        head["defaults"] = {"expect": list(wanted.expect)}
    text = suite_text(head, cases)
    size = len(text.encode())
    if size > MAX_BYTES:
        message = f"{len(cases):,} cases make a suite of {size:,} bytes, at most {MAX_BYTES:,} are read"
        raise UserError(f"{message}: take fewer with --limit, a sample of them with --seed")
    if wanted.into is None:
        check_suite(text, reader)
    else:
        write_suite(wanted.into, text, reader)
    judged = _needs_judge(reader, cases, wanted)
    return Report(form, tuple(case["id"] for case in cases), (), tuple(notes.kept), text, judged)


def _added(
    path: Path, cases: Sequence[dict[str, Any]], wanted: Wanted, reader: SuiteReader, notes: Notes, form: str
) -> Report:
    """Adds to a suite the cases it does not have, each with the checks that the suite does not ask of all."""
    suite = reader.read(path)
    taken = {case.id for case in suite.cases}
    defaults = (suite.document.data.get("defaults") or {}).get("expect") or ()
    own = [check for check in wanted.expect if check not in defaults]
    new = []
    for case in cases:
        if case["id"] not in taken:
            expect = [*own, *(check for check in case.get("expect", ()) if check not in own)]
            new.append({**case, "expect": expect} if expect else case)
    if new:
        append_cases(path, new, reader)
    present = tuple(case["id"] for case in cases if case["id"] in taken)
    judged = _needs_judge(reader, new, wanted)
    return Report(form, tuple(case["id"] for case in new), present, tuple(notes.kept), needs_judge=judged)


def _needs_judge(reader: SuiteReader, cases: Sequence[Mapping[str, Any]], wanted: Wanted) -> bool:
    graded = {check.id for check in reader.catalogue if check.needs_llm}
    turns = [turn for case in cases for turn in case["turns"] if isinstance(turn, dict)]
    asked = [*wanted.expect, *(check for part in (*cases, *turns) for check in part.get("expect", ()))]
    return any(name in graded for check in asked for name in ([check] if isinstance(check, str) else check))


def _sampled(items: Iterable[T], wanted: Wanted, id_of: Callable[[T], str]) -> list[T]:
    """At most `limit` of the items: the first ones, or with a seed those whose hashes are lowest, in their order. What
    is chosen does not depend on what else there is, beyond how much."""
    listed = list(items)
    if wanted.limit is None or len(listed) <= wanted.limit:
        return listed
    if wanted.seed is None:
        return listed[: wanted.limit]

    def rank(item: T) -> bytes:
        return hashlib.sha256(f"{wanted.seed}\0{id_of(item)}".encode("utf-8", "surrogatepass")).digest()

    lowest = sorted(range(len(listed)), key=lambda place: rank(listed[place]))[: wanted.limit]
    return [listed[place] for place in sorted(lowest)]


def _timezone(settings: Settings) -> str:
    """The price book's time zone, the company's while there is no book to be read."""
    current = Books(book_path(settings)).current()
    return current.book.timezone if current is not None else settings.company.timezone


def _storable(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(storable(text) for text in texts)
