"""`botops check`: dialogues from files, judged in this process or in several, in order and with flat memory."""

from __future__ import annotations

import gc
import multiprocessing
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from botops.app.checks.extensions import NOTHING_OWN, ExtensionChoice, load_extensions
from botops.app.checks.judging import judge_dialogue
from botops.app.checks.report import CheckSummary
from botops.claims import CompiledBook, compile_book
from botops.claims.dialogues import parse_dialogues
from botops.claims.exceptions import NO_EXCEPTIONS, Exceptions
from botops.domain.errors import UserError
from botops.domain.findings import Judgement
from botops.domain.problems import Problem
from botops.pricebook import import_table, load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future
    from datetime import date

    from botops.claims.dialogues import Dialogue
    from botops.domain.findings import Finding, SupportedClaim
    from botops.domain.messages import Message
    from botops.pricebook import PriceBook

_BATCH_BYTES = 128 * 1024
"""Work handed to a worker at once: about a quarter of a second of it, so that the last one working is soon done."""
_MAX_LINE = 64 * 2**20
_TABLES = frozenset({".csv", ".xlsx"})


@dataclass(frozen=True, slots=True)
class BookChoice:
    """Where price books come from: one file for all (`price_book`), or paths inside the dialogues, relative to `books`
    or to the folder of the dialogues' file. `default` is for dialogues that name none."""

    price_book: Path | None = None
    books: Path | None = None
    default: Path | None = None

    def path(self, written: str, file: str) -> Path:
        """The book of a dialogue. Raises UserError when nothing names one."""
        if self.price_book is not None:
            return self.price_book
        if not written and self.default is not None:
            return self.default
        if not written:
            raise UserError("names no price_book: add one, or give --price-book FILE")
        return (self.books or Path(file).parent) / written


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts besides the book: exceptions in force on `day`, what the company adds to the checker; and what is
    asked for besides findings: claims that are right, the messages of every dialogue."""

    exceptions: Exceptions = NO_EXCEPTIONS
    day: date | None = None
    extensions: ExtensionChoice = NOTHING_OWN
    explain: bool = False
    keep_messages: bool = False


NO_RULES = Rules()


@dataclass(frozen=True, slots=True)
class Checked:
    """One dialogue judged. `messages` is empty when nothing was found and nobody asked for them, to spare the way
    between processes; `supported` are the claims that are right, when they are asked for; `excepted` the findings that
    exceptions let pass."""

    id: str
    language: str
    messages: tuple[Message, ...]
    findings: tuple[Finding, ...]
    claims: int
    replies: int
    not_judged: tuple[str, ...] = ()
    supported: tuple[SupportedClaim, ...] = ()
    excepted: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Batch:
    file: str
    lines: tuple[tuple[int, bytes], ...]
    size: int


NumberedLine = tuple[int, bytes]
"""A dialogue as a line of JSON, and the number under which its faults are told."""
Lines = Callable[[Path], "Iterator[NumberedLine]"]


def file_lines(file: Path) -> Iterator[NumberedLine]:
    """The lines of a file. Raises UserError for one that cannot be opened."""
    try:
        stream = file.open("rb")
    except OSError as error:
        raise UserError(f"cannot read {file}: {error.strerror}") from error
    with stream:
        yield from enumerate(iter(partial(stream.readline, _MAX_LINE), b""), 1)


def check_files(
    files: Sequence[Path],
    choice: BookChoice,
    *,
    rules: Rules = NO_RULES,
    jobs: int = 1,
    explain: bool = False,
    lines: Lines = file_lines,
    on_checked: Callable[[Checked], None] = lambda _: None,
    on_bytes: Callable[[int], None] = lambda _: None,
) -> CheckSummary:
    """Judges every dialogue of the files. `on_checked` gets them in order, `on_bytes` how much was read; `explain` asks
    for the claims that are right too; `lines` reads a file.

    Rows that cannot be used become problems of the summary; the others are judged all the same. Raises UserError for
    a file that cannot be opened or a price book given by option that cannot be read.
    """
    started = time.monotonic()
    load_extensions(rules.extensions)
    if choice.price_book is not None:
        compiled_book(choice.price_book, rules.extensions)
    summary = CheckSummary()
    rules = replace(rules, explain=explain)
    for batch, results in _run(_batches(files, lines), choice, rules, jobs):
        for result in results:
            if isinstance(result, Problem):
                summary.problems.append(result)
                continue
            summary.add(result.id, result.messages, result.findings, result.claims, result.replies, result.supported)
            summary.excepted.update(f.exception or "" for f in result.excepted)
            summary.not_judged.update(Counter(result.not_judged))
            on_checked(result)
        on_bytes(batch.size)
    summary.seconds = time.monotonic() - started
    return summary


def _run(
    batches: Iterator[_Batch], choice: BookChoice, rules: Rules, jobs: int
) -> Iterator[tuple[_Batch, list[Checked | Problem]]]:
    if jobs <= 1:
        for batch in batches:
            yield batch, _check_batch(batch, choice, rules)
        return
    # spawn, not fork: threads of the parent (a progress bar) must not be copied half way.
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting: deque[tuple[_Batch, Future[list[Checked | Problem]]]] = deque()
        for batch in batches:
            waiting.append((batch, pool.submit(_check_batch, batch, choice, rules)))
            if len(waiting) > 2 * jobs:
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()


def _batches(files: Sequence[Path], read: Lines) -> Iterator[_Batch]:
    for file in files:
        lines: list[NumberedLine] = []
        size = 0
        for number, line in read(file):
            lines.append((number, line))
            size += len(line)
            if size >= _BATCH_BYTES:
                yield _Batch(str(file), tuple(lines), size)
                lines, size = [], 0
        yield _Batch(str(file), tuple(lines), size)


def _check_batch(batch: _Batch, choice: BookChoice, rules: Rules) -> list[Checked | Problem]:
    return [result for number, line in batch.lines for result in _check_line(batch.file, number, line, choice, rules)]


def _check_line(file: str, number: int, line: bytes, choice: BookChoice, rules: Rules) -> Iterator[Checked | Problem]:
    for dialogue in parse_dialogues([line], file):
        if isinstance(dialogue, Problem):
            yield replace(dialogue, line=number)
            continue
        try:
            book = compiled_book(choice.path(dialogue.price_book, file), rules.extensions)
        except UserError as error:
            yield Problem(file, number, 1, "price_book", f"{dialogue.id}: {error}", rule="price-book")
            continue
        yield check_dialogue(dialogue, book, rules)


def check_dialogue(dialogue: Dialogue, book: CompiledBook, rules: Rules = NO_RULES) -> Checked:
    """Judges every reply of one dialogue."""
    findings: list[Finding] = []
    excepted: list[Finding] = []
    not_judged: list[str] = []
    claims = 0
    replies = 0
    supported: list[SupportedClaim] = []
    for judged in judge_dialogue(dialogue, book, exceptions=rules.exceptions, day=rules.day):
        verdict = judged.verdict
        replies += 1
        if rules.explain and judged.result is not None:
            supported.extend(judged.result.supported)
        claims += verdict.claims
        findings.extend(verdict.findings)
        excepted.extend(verdict.excepted)
        if verdict.judgement is Judgement.NOT_JUDGED:
            not_judged.append(verdict.reason or "")
    messages = dialogue.messages if findings or rules.keep_messages else ()
    return Checked(
        dialogue.id, dialogue.lang or "ru", messages, tuple(findings),
        claims, replies, tuple(not_judged), tuple(supported), tuple(excepted),
    )  # fmt: skip


def compiled_book(path: Path, extensions: ExtensionChoice = NOTHING_OWN) -> CompiledBook:
    """The compiled book of a file, with what the company adds to the checker, read once. Raises UserError."""
    book = _book(path, extensions)
    if isinstance(book, UserError):
        raise book
    return book


@lru_cache(maxsize=64)
def _book(path: Path, extensions: ExtensionChoice) -> CompiledBook | UserError:
    """The compiled book; a broken one is remembered too, or each dialogue would read it again."""
    try:
        compiled = compile_book(read_book(path), load_extensions(extensions))
    except UserError as error:
        return error
    # A compiled book lives as long as the process: without this every full collection walks all of it again.
    gc.freeze()
    return compiled


def read_book(path: Path) -> PriceBook:
    """The book in a file: YAML or JSON, or the one a price list makes. Raises UserError when a part of it cannot be
    used."""
    if path.suffix.lower() not in _TABLES:
        return load(path)
    result = import_table(path)
    if result.book is None:
        raise UserError(problems=[p for p in result.problems if p.level == "error"])
    return result.book
