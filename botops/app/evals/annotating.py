"""Failures as problems with a place, for annotations in CI: at the line of the prompt that orders what was wrongly
promised, where lint finds one, else at the line of the case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from botops.app.evals.prompts import shown
from botops.app.prompts.lint import lint_text
from botops.claims import find_numbers
from botops.evals.reports.lines import failure_line, lines_of
from botops.registry.partials import read_partials

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from botops.app.evals.preparation import Prepared
    from botops.app.pricebooks.books import BookInForce
    from botops.domain.problems import Problem
    from botops.evals.reports.texts import ReportLanguage
    from botops.evals.result import CaseResult, Failure, PromptInfo
    from botops.registry import Registry

_CLAIMS = "no_invented_claims"
_SHOWN = 3


@dataclass(frozen=True)
class Annotator:
    """Finds the places of failures. `books` are the price books in force by suite."""

    prepared: dict[str, Prepared]
    registry: Registry
    books: dict[str, BookInForce | None]

    def problems(self, cases: Iterable[CaseResult], language: ReportLanguage) -> list[Problem]:
        """One problem for each failure at its case; those that one line of a prompt has caused are one, at that
        line."""
        caused: dict[Problem, list[str]] = {}
        found: list[Problem] = []
        ordered: dict[tuple[str, str], tuple[Problem, ...]] = {}
        for case in cases:
            place = _case_place(self.prepared[case.suite], case)
            for failure in case.failures:
                key = (case.suite, case.subject)
                if failure.check == _CLAIMS and key not in ordered:
                    ordered[key] = tuple(self._orders(case))
                line = failure_line(case, failure, language)
                order = _order_of(failure, ordered.get(key, ()))
                if order is None:
                    found.append(replace(place, message=line, rule=failure.rule))
                else:
                    caused.setdefault(replace(order, rule=failure.rule), []).append(line)
            if case.error:
                *_, line = lines_of(case, language)
                found.append(replace(place, message=line, rule=case.fault or "", level="warning"))
        return [*(replace(order, message=_together(lines)) for order, lines in caused.items()), *found]

    def _orders(self, case: CaseResult) -> Iterator[Problem]:
        """What lint finds wrong in the prompt a case was run with."""
        prepared = self.prepared[case.suite]
        subject = next(s for s in prepared.info.subjects if s.label == case.subject)
        for problem in self._linted(prepared.info.prompt_of(subject), case.suite, prepared.bench.suite.at):
            yield replace(problem, file=shown(Path(problem.file)))

    def _linted(self, prompt: PromptInfo, suite: str, at: datetime) -> list[Problem]:
        version = self.registry.candidate(prompt.name, prompt.version)
        return lint_text(version, read_partials(self.registry.directory), self.books[suite], at)


def _case_place(prepared: Prepared, case: CaseResult) -> Problem:
    place = ("cases", prepared.positions[case.case], "id")
    problem = prepared.bench.suite.problem(place, "", rule="")
    return replace(problem, file=shown(Path(problem.file)), path="")


def _order_of(failure: Failure, orders: Iterable[Problem]) -> Problem | None:
    """The complaint about the prompt that is of the same kind and names the same number; for a discount, one about a
    leave to give any."""
    if failure.check != _CLAIMS:
        return None
    kind = failure.rule.partition("/")[2]
    said = _numbers(failure.quote)
    same = (p for p in orders if p.rule == f"prompt-{kind}" and said & _numbers(p.message))
    leave = (p for p in orders if kind == "discount" and p.rule == "prompt-open-discount")
    found = next(same, None) or next(leave, None)
    return replace(found, path="", level="error") if found else None


def _numbers(text: str) -> frozenset[object]:
    return frozenset((n.kind, value) for n in find_numbers(text) for value in (n.amount, n.amount_max) if value)


def _together(lines: list[str]) -> str:
    more = f" … and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return "\n".join(lines[:_SHOWN]) + more
