"""Code that a suite brings along: loaded and run only where a person has allowed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from botops.domain.errors import UserError
from botops.domain.problems import Problem
from botops.evals.checks.code import Loader
from botops.evals.model import Case, Expectation, Suite


def with_own_code(suite: Suite, *, allowed: bool) -> tuple[Suite, tuple[str, ...]]:
    """The suite with its author's functions in their places, and the texts of the modules they come from.

    Raises UserError at the place of each function that cannot be had; when code is not `allowed`, at the first of them.
    """
    asked = [e for case in suite.cases for e in case.expectations if e.check.bind is not None]
    if not asked:
        return suite, ()
    if not allowed:
        message = (
            "the suite brings code of its own: read it, then allow it with --allow-code (or BOTOPS_ALLOW_CODE=1); "
            "never for a suite from somebody else's pull request"
        )
        raise UserError(problems=[suite.problem(asked[0].path, message, rule="code-not-allowed")])
    code = Loader(suite.file.parent)
    problems: dict[tuple[str | int, ...], Problem] = {}

    def bound(expectations: Sequence[Expectation]) -> tuple[Expectation, ...]:
        found = []
        for expectation in expectations:
            try:
                found.append(replace(expectation, check=expectation.check.bound(expectation.params, code)))
            except ValueError as error:
                problems[expectation.path] = suite.problem(expectation.path, str(error), rule="code")
        return tuple(found)

    def with_code(case: Case) -> Case:
        lines = tuple(replace(line, expect=bound(line.expect)) for line in case.lines)
        return replace(case, expect=bound(case.expect), lines=lines)

    cases = tuple(with_code(case) for case in suite.cases)
    if problems:
        raise UserError(problems=list(problems.values()))
    return replace(suite, cases=cases), tuple(code.sources.values())
