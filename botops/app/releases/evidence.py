"""Green evaluations as evidence: which suites a prompt's text must have passed, and which runs count.

A run counts when running it again today would judge the same thing: the exact text, the suite as its file stands, and
the price book the suite is judged with, as its file stands. Of those the newest one decides. Only whole suites are kept
as evidence, run with the project's own settings.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from botops.app.access.acting import needs
from botops.app.container import new_id
from botops.app.evals.prompts import shown
from botops.app.evals.suite_files import book_checksum, usable_suites
from botops.app.place import database_url, store_exists
from botops.app.pricebooks.books import Books
from botops.app.releases.auditing import label, prompt_subject
from botops.domain.access import Right
from botops.domain.people import person
from botops.domain.releases import AuditEntry, Deed, EvalRun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from botops.app.container import Container
    from botops.app.evals.evaluation import Evaluation
    from botops.app.evals.suite_files import ListedSuite
    from botops.config import Secrets, Settings
    from botops.config.release_policy import ReleaseRule
    from botops.domain.evaluations import CaseOutcome
    from botops.evals.result import RunResult, SubjectInfo, SuiteInfo
    from botops.registry import PromptVersion
    from botops.store import Store


def lacking_evals(
    container: Container, text: PromptVersion, rule: ReleaseRule
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids of the runs that prove a text, and a sentence with the next step for each suite it is not proven by."""
    if not rule.require_green_eval:
        return (), ()
    suites = usable_suites(container.settings)
    required = _required(rule, suites, text.ref.name)
    if not required:
        return (), (
            "releases.require_green_eval in botops.yaml asks for a green eval, and no suite in "
            f"{shown(container.settings.path('evals') / 'suites')} tests the prompt {text.ref.name}: write one",
        )
    runs = container.store.eval_runs.of_text(text.ref.name, text.text_checksum)
    proving: list[str] = []
    lacking: list[str] = []
    for name in required:
        of_suite = [run for run in runs if run.suite == name]
        found = _proof(container, name, suites, of_suite, label(text.ref.name, text.ref.version))
        if isinstance(found, EvalRun):
            proving.append(found.id)
        else:
            lacking.append(found)
    return tuple(proving), tuple(lacking)


def _required(rule: ReleaseRule, suites: Mapping[str, ListedSuite], prompt: str) -> tuple[str, ...]:
    if isinstance(rule.require_green_eval, tuple):
        return rule.require_green_eval
    return tuple(name for name, suite in suites.items() if suite.prompt == prompt)


def _proof(
    container: Container, name: str, suites: Mapping[str, ListedSuite], runs: Sequence[EvalRun], which: str
) -> EvalRun | str:
    """The run that proves a text by a suite; without one, why none of its runs does, with the next step."""
    suite = suites.get(name)
    if suite is None:
        known = ", ".join(suites) or "none"
        folder = shown(container.settings.path("evals") / "suites")
        return f"botops.yaml asks for the suite {name}, which is not in {folder} (there: {known}): write it or rename"
    again = f"botops eval run {shown(suite.file)} --prompt {which}"
    if not runs:
        return f"the suite {name} has not been run with this text: {again}"
    book = book_checksum(Books(suite.price_book or container.settings.path("pricebook")).path)
    run = next((r for r in runs if (r.suite_checksum, r.book) == (suite.checksum, book)), None)
    if run is None:
        what = f"the suite {name}" if runs[0].suite_checksum != suite.checksum else "the price book"
        return f"{what} was changed since the suite {name} was run with this text: {again}"
    if not run.passed:
        return f"the suite {name} failed with this text ({run.failed} of {run.cases} cases): mend it, then {again}"
    return run


@dataclass(frozen=True, slots=True)
class Proof:
    """A run of a whole suite on one text by one model, with what became of its cases."""

    run: EvalRun
    cases: tuple[CaseOutcome, ...] = ()


def runs_of(evaluation: Evaluation, result: RunResult, before: RunResult | None = None) -> tuple[Proof, ...]:
    """A finished evaluation as evidence; `before` is the baseline it was held against."""
    return proofs_of(evaluation.inputs(), result, before)


def proofs_of(
    inputs: Mapping[str, tuple[str, str]], result: RunResult, before: RunResult | None = None
) -> tuple[Proof, ...]:
    """A finished result as evidence, one for each suite, text and model; `inputs` are the checksums of each suite's
    file and of its price book's."""
    return tuple(
        _run(result, before, suite, subject, *inputs[suite.name])
        for suite in result.suites
        for subject in suite.subjects
    )


@needs(Right.EDIT)
def keep_runs(settings: Settings, secrets: Secrets, runs: Sequence[Proof], by: str) -> bool:
    """Keeps evaluations in the store and the audit log; False when there is no store and no policy that needs one.

    Raises StoreError, UserError.
    """
    wanted = any(settings.releases.of_prompt(proof.run.prompt).require_green_eval for proof in runs)
    if not wanted and not store_exists(settings, secrets):
        return False
    from botops.app.clock import SystemClock
    from botops.store import Store  # half a second, which an eval beside no store need not wait for

    who = person(by)
    url = database_url(settings, secrets)
    with Store.open(url, clock=SystemClock(), role="side", mask=settings.privacy.mask) as store:
        keep_proofs(store, runs, who)
    return True


def keep_proofs(store: Store, proofs: Sequence[Proof], by: str) -> None:
    """Keeps evaluations in a store and its audit log. Raises StoreError."""
    for proof in proofs:
        store.eval_runs.add(proof.run, _entry(proof.run, by), proof.cases)


def _run(
    result: RunResult, before: RunResult | None, suite: SuiteInfo, subject: SubjectInfo, suite_text: str, book: str
) -> Proof:
    from botops.app.evals.keeping import kept_cases
    from botops.evals.comparison import compare
    from botops.evals.gate import exit_code

    prompt = suite.prompt_of(subject)
    alone = result.only(suite.name, subject)
    comparison = compare(before.only(suite.name), alone) if before is not None else None
    counts = alone.counts
    run = EvalRun(
        new_id(), result.made_at or alone.suites[0].at, suite.name, prompt.name, prompt.version, prompt.checksum,
        subject.model, exit_code(alone, comparison) == 0, len(alone.cases), counts["fail"] + counts["error"], book,
        suite_text,
    )  # fmt: skip
    return Proof(run, kept_cases(alone))


def _entry(run: EvalRun, by: str) -> AuditEntry:
    outcome = "passed" if run.passed else f"failed, {run.failed} of {run.cases} cases"
    version = label(run.prompt, run.version).partition("@")[2]
    detail: dict[str, str | bool] = {"run": run.id, "suite": run.suite, "model": run.model, "passed": run.passed}
    return AuditEntry(
        new_id(), run.at, by, Deed.EVAL, prompt_subject(run.prompt), f"{run.suite}: {outcome}", version, run.checksum,
        MappingProxyType({**detail}),
    )  # fmt: skip
