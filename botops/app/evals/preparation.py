"""Suites made ready to be run: files read, prompts chosen, every problem with them found before the first dialogue."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from itertools import product
from typing import TYPE_CHECKING

from botops.app.checks.extensions import extensions_of
from botops.app.clock import SetClock
from botops.app.container import book_path, build_meter, rules_of
from botops.app.evals.apart import EvalGuard
from botops.app.evals.prompts import FixedPrompt, PromptsUnderTest, shown
from botops.app.evals.suite_files import text_checksum
from botops.app.guard import ClaimGuard
from botops.app.pricebooks.books import Books
from botops.app.prompts.prompting import Prompting
from botops.domain.errors import UserError
from botops.evals.checks.catalogue import installed
from botops.evals.grading import without_judge
from botops.evals.own_code import with_own_code
from botops.evals.result import SubjectInfo, SuiteInfo
from botops.evals.runner import Bench, Subject
from botops.evals.suite import SuiteReader, lint_against_book
from botops.llm.recordings import RecordingModel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from botops.app.evals.clients import Clients
    from botops.app.evals.models import ModelsOfRun, NamedAs
    from botops.app.evals.request import EvalRequest
    from botops.config import Settings
    from botops.domain.problems import Problem
    from botops.evals.judge import Judge
    from botops.evals.model import Suite


@dataclass(frozen=True, slots=True)
class Prepared:
    """A suite that can be run. `positions` is where in its file each case stands, counted from 0; `left_out` says what
    of it is not asked; `texts` are those of its files, code of its own included."""

    bench: Bench
    info: SuiteInfo
    models: tuple[NamedAs, ...]
    positions: Mapping[str, int]
    left_out: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    @property
    def recorders(self) -> tuple[RecordingModel, ...]:
        """The models whose replies are kept."""
        return tuple(named.model for named in self.models if isinstance(named.model, RecordingModel))


def read_suites(paths: Sequence[Path]) -> list[Suite]:
    """The suites of the files. Raises UserError with the problems of all of them."""
    reader = SuiteReader(installed())
    problems: list[Problem] = []
    suites: dict[str, Suite] = {}
    for path in paths:
        try:
            suite = reader.read(path)
        except UserError as error:
            problems += error.problems
            if not error.problems:
                raise
            continue
        if suite.name in suites:
            other = suites[suite.name].file
            message = f"`{suite.name}` is the name of {other} too: rename one"
            if os.path.realpath(other) == os.path.realpath(path):
                message = "this suite is given twice: name it once"
            problems.append(suite.problem(("name",), message, rule="duplicate-name"))
        suites[suite.name] = suite
    if problems:
        raise UserError(problems=problems)
    return list(suites.values())


def prepare(
    suite: Suite, settings: Settings, request: EvalRequest, prompts: PromptsUnderTest, models: ModelsOfRun,
    clients: Clients, judge: Judge | None = None,
) -> Prepared:  # fmt: skip
    """A suite with its price book, prompt versions and models. Raises UserError."""
    books = books_of(suite, settings)
    current = books.current()
    assert current is not None  # `books_of` has seen to it
    name = suite.prompt or settings.prompt
    versions = [v for wanted in request.prompts or (name,) for v in prompts.versions(wanted)]
    prompting = Prompting(prompts.registry, books, name=name, company=settings.company)
    answering = models.of(suite)
    subjects, infos = [], []
    for (prompt, version), named in product(versions, answering):
        label = prompt.label if len(answering) == 1 else f"{prompt.label} × {named.label}"
        source = FixedPrompt(prompts.registry, version, prompting, current.book)
        subjects.append(Subject(label, source, named.model, named.pacer))
        infos.append(SubjectInfo(label, prompt.label, named.label))
    cases, left_out = tuple(case for case in suite.cases if request.takes(case)), tuple[str, ...]()
    if request.no_llm:
        cases, left_out = without_judge(cases)
    chosen, code = with_own_code(replace(suite, cases=cases), allowed=request.allow_code)
    clients.check(suite, {case.id for case in chosen.cases})
    bench = Bench(
        chosen, current.book, tuple(subjects), EvalGuard(ClaimGuard(books), partial(_compiled, books)),
        build_meter(settings), rules_of(settings),
        SetClock, clients.of, request.stream, judge,
    )  # fmt: skip
    info = SuiteInfo(
        suite.name, shown(suite.file), suite.at, current.book.version, shown(books.path),
        tuple(info for info, _ in versions), tuple(infos), len(chosen.cases), suite.gate,
        text_checksum(suite.text), sha256(books.path.read_bytes()).hexdigest(),
        len(suite.cases) - len(chosen.cases),
    )  # fmt: skip
    positions = {case.id: n for n, case in enumerate(suite.cases)}
    left = tuple(f"{suite.name}: {line}" for line in left_out)
    return Prepared(bench, info, answering, positions, left, (suite.text, *code))


def _compiled(books: Books) -> None:
    current = books.current()
    if current is not None:
        _ = current.compiled


def books_of(suite: Suite, settings: Settings) -> Books:
    """The price book of a suite, in which everything it expects can be found. Raises UserError."""
    books = Books(suite.price_book or book_path(settings), extensions_of(settings), compiled=False)
    current = books.current()
    if current is None:
        if suite.price_book and not books.problems:
            message = f"there is no price book at {books.path}: correct the path, which counts from the suite's folder"
            raise UserError(problems=[suite.problem(("price_book",), message, rule="no-price-book")])
        raise UserError(
            "" if books.problems else f"there is no price book at {books.path}: put one there", books.problems
        )
    problems = lint_against_book(suite, current.book)
    if problems:
        raise UserError(problems=problems)
    return books
