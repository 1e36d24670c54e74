"""A finished run taken up again: what it could judge is kept, what it could not is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.domain.errors import UserError
from botops.evals.result_file import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from botops.evals.result import CaseResult, SuiteInfo


def judged_before(file: Path, suites: Sequence[SuiteInfo], repeat: int) -> Iterator[CaseResult]:
    """The case runs that a result could judge. Raises UserError when it was made of something else than `suites` are
    now, so that what it says of them says nothing of this run."""
    before = load(file)
    known = {suite.name: suite for suite in before.suites}
    for suite in suites:
        then = known.get(suite.name)
        difference = f"the suite {suite.name} is not in it" if then is None else _difference(then, suite)
        if not difference and not any(case.turns for case in before.cases):
            difference = "it is a baseline, which holds no transcripts"
        if not difference and before.repeat != repeat:
            difference = f"it ran each case {before.repeat} times"
        if difference:
            raise UserError(f"{file}: not the same run: {difference}. Run the evals without --retry-errors")
    return (case for case in before.cases if case.status != "error")


def _difference(then: SuiteInfo, now: SuiteInfo) -> str:
    if then.checksum != now.checksum:
        return f"{now.file} has another text now"
    if then.book_checksum != now.book_checksum:
        return f"the price book {now.book_file} has another text now"
    if [subject.label for subject in then.subjects] != [subject.label for subject in now.subjects]:
        return (
            f"it is of {', '.join(s.label for s in then.subjects)}, not of {', '.join(s.label for s in now.subjects)}"
        )
    changed = [p.label for p, q in zip(then.prompts, now.prompts, strict=True) if p.checksum != q.checksum]
    return f"the text of {changed[0]} is another now" if changed else ""
