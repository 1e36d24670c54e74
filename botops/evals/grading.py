"""What a judge is asked about a dialogue, and what follows: a failure, advice, or nothing that can be said."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from botops.domain.messages import Message
from botops.domain.usage import Cost
from botops.evals.checks.base import DialogueView, Question, TurnView, shortened
from botops.evals.judge import Grading, Judge, Said
from botops.evals.model import Case, Expectation
from botops.evals.result import Failure, Fault, GradeResult

NO_JUDGE = Fault(
    "no_judge",
    "a check asks a language model and no judge was chosen: name one with --judge MODEL or as judge.model in "
    "botops.yaml, or leave such checks out with --no-llm",
)


@dataclass(frozen=True, slots=True)
class Graded:
    """What a judge's grades came to. `advice` are misses by criteria it may not fail a gate by; `fault` is why a grade
    that counts is lacking; `cost` is that of every call."""

    failures: tuple[Failure, ...] = ()
    advice: tuple[Failure, ...] = ()
    fault: Fault | None = None
    grades: tuple[GradeResult, ...] = ()
    cost: Cost = field(default_factory=Cost)


async def graded_by(
    judge: Judge | None, dialogue: DialogueView, asked: Sequence[tuple[Expectation, Sequence[TurnView]]]
) -> Graded:
    """Puts every question at once. Raises StoreError when an answer cannot be recorded."""
    asked = [(e, scope) for e, scope in asked if scope]
    if not asked:
        return Graded()
    if judge is None:
        return Graded(fault=NO_JUDGE)
    questions = [_question(expectation) for expectation, _ in asked]
    gradings = await asyncio.gather(
        *(judge.grade(q, list(_said(dialogue, scope))) for q, (_, scope) in zip(questions, asked, strict=True))
    )
    found = [
        _result(judge, e.check.id, question, scope, grading)
        for (e, scope), question, grading in zip(asked, questions, gradings, strict=True)
    ]
    missed = [g for g in found if g.score is not None and g.score < g.least]
    lacking = [g for g in found if g.fault and not g.advisory]
    return Graded(
        tuple(_failure(g) for g in missed if not g.advisory),
        tuple(_failure(g) for g in missed if g.advisory),
        Fault("judge_failed", f"{lacking[0].check}: the judge gave no grade: {lacking[0].reason}") if lacking else None,
        tuple(found),
        sum((grading.cost for grading in gradings), Cost()),
    )


def is_advisory(expectation: Expectation, judge: Judge | None) -> bool:
    """True for what only a judge can say that may not fail a gate by it."""
    if judge is None or expectation.check.question is None:
        return False
    return judge.doubt(_question(expectation)) is not None


def doubts(judge: Judge, expectations: Sequence[Expectation]) -> Iterator[str]:
    """A sentence for each question by which the judge may not fail a gate."""
    told = set()
    for expectation in expectations:
        if expectation.check.question is not None:
            question = _question(expectation)
            doubt = judge.doubt(question)
            if doubt is not None and question.checksum not in told:
                told.add(question.checksum)
                yield f"`{question.name}` is advisory, it cannot fail the gate: {doubt}"


def without_judge(cases: Sequence[Case]) -> tuple[tuple[Case, ...], tuple[str, ...]]:
    """The cases without what only a judge can say, and what was left out in sentences. Cases that expect nothing else
    are gone."""
    kept, spared, gone = [], 0, 0
    for case in cases:
        if not any(e.check.needs_llm for e in case.expectations):
            kept.append(case)
            continue
        lines = tuple(replace(line, expect=_asking_none(line.expect)) for line in case.lines)
        rest = replace(case, expect=_asking_none(case.expect), lines=lines)
        if rest.expectations:
            kept.append(rest)
            spared += 1
        else:
            gone += 1
    said = []
    if spared:
        said.append(f"checks that ask a language model were left out of {spared} case{'s' * (spared != 1)}")
    if gone:
        named = "case that expects nothing else was" if gone == 1 else "cases that expect nothing else were"
        said.append(f"{gone} {named} not run")
    return tuple(kept), tuple(said)


def _asking_none(expectations: Sequence[Expectation]) -> tuple[Expectation, ...]:
    return tuple(e for e in expectations if not e.check.needs_llm)


def _question(expectation: Expectation) -> Question:
    assert expectation.check.question is not None
    return expectation.check.question(expectation.params)


def _said(dialogue: DialogueView, scope: Sequence[TurnView]) -> Iterator[Said]:
    """What was said up to the last turn of the scope; the replies of the scope are graded."""
    graded = {turn.number for turn in scope}
    for turn in dialogue.turns:
        if turn.number == 1:
            yield from map(Said, turn.before)
        if turn.number > max(graded):
            return
        yield Said(Message("user", turn.client))
        yield Said(Message("assistant", turn.reply), turn.number in graded)


def _result(judge: Judge, check: str, question: Question, scope: Sequence[TurnView], grading: Grading) -> GradeResult:
    return GradeResult(
        check, question.name, scope[0].number if len(scope) == 1 else None, grading.score, question.low, question.high,
        question.least, grading.reason, grading.quote, judge.doubt(question) is not None, grading.fault,
    )  # fmt: skip


def _failure(grade: GradeResult) -> Failure:
    reason = shortened(grade.reason, 400)
    if (grade.low, grade.high) == (0, 1):
        ru, en = f"Судья: нет. {reason}", f"The judge: no. {reason}"
    else:
        ru = f"Оценка судьи {grade.score} из {grade.high}, нужно не меньше {grade.least}. {reason}"
        en = f"The judge gave {grade.score} of {grade.high}, at least {grade.least} is wanted. {reason}"
    rule = grade.check if grade.name == grade.check else f"{grade.check}/{grade.name}"
    return Failure(grade.check, rule, {"ru": ru, "en": en}, grade.turn, grade.quote, f"≥ {grade.least}")
