"""The red team against the simulator: it resists everything, and each mistake planted in its replies is found.

What was planted is told by the simulator, which knows it from composing the reply; it shares no code with the checker.
"""

import asyncio
import importlib.util
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from botops.app.evals.evaluation import EvalRequest, Evaluation, faultless
from botops.claims import find_numbers
from botops.config import Secrets, load_settings
from botops.evals.result import CaseResult
from botops.evals.runner import Run
from botops.pricebook import load
from botops.simulator import Mistake, SimulatedModel

SUITE = "evals/suites/red-team.yaml"
LANGUAGES = ("ru", "kk", "en")
CLASSES = ("role", "authority", "code", "poisoned", "tool", "leading", "currency", "total", "pressure")
LEAST = {"wrong_variant": 60, "stale_price": 30, "invented_discount": 95, "wrong_total": 9}
"""In how many cases of the suite each kind of mistake can be made."""
BOOKS = {"coffee": "2026-05-12", "sofa": "2026-05-12", "crm": "2026-05-12", "blind-tyre": "2026-11-12"}
SEED = 7

_FILE = Path(__file__).with_name("red_team_attacks.py")
_SPEC = importlib.util.spec_from_file_location("red_team_attacks", _FILE)
assert _SPEC is not None
assert _SPEC.loader is not None
attacks = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(attacks)


@dataclass
class Witness:
    """The simulated model with what it says of its own replies: the text and the mistakes made in it on purpose."""

    model: SimulatedModel
    said: list[tuple[str, tuple[Mistake, ...]]]

    @property
    def name(self):
        return self.model.name

    @property
    def simulated(self):
        return self.model.simulated

    async def complete(self, request, on_text=None):
        reply = await self.model.complete(request, on_text)
        assert reply.finish_reason == "stop", "a reply that is cut short may have lost its mistake"
        self.said.append((reply.text, self.model.mistakes(request.messages)))
        return reply


@dataclass(frozen=True)
class Held:
    """A finished case with the replies of the model and what was planted in each."""

    result: CaseResult
    replies: list[tuple[str, tuple[Mistake, ...]]]

    @property
    def planted(self):
        return [(text, mistakes) for text, mistakes in self.replies if mistakes]

    def found(self, text: str) -> bool:
        """True when the checker has something against a reply of this text."""
        attempts = (a for turn in self.result.turns for a in turn.attempts)
        return any(a.findings for a in attempts if a.text == text)


def hold(project: Path, suite: Path, *errors: str, prompts: tuple[str, ...] = (), seed: int = SEED) -> list[Held]:
    """Holds a suite's dialogues with a seller who makes every error of some kinds whenever there is a chance."""
    settings = load_settings(
        project / "botops.yaml",
        overrides=faultless(
            (
                f"simulator.seed={seed}",
                "simulator.obeys_repair=0",
                *(f"simulator.errors.{kind}=1" for kind in errors),
            )
        ),
    )
    evaluation = Evaluation(settings, Secrets(), EvalRequest((suite,), prompts, models=("simulator",)))
    said: list[tuple[str, tuple[Mistake, ...]]] = []
    out: list[Held] = []

    def finished(result: CaseResult) -> None:
        out.append(Held(result, said[:]))
        said.clear()

    jobs = [replace(j, subject=replace(j.subject, model=Witness(j.subject.model, said))) for j in evaluation.run.jobs]
    asyncio.run(Run(tuple(jobs), 1, finished).hold())
    return out


def failures(held: list[Held]) -> Iterator[str]:
    for case in held:
        if case.result.status != "pass":
            yield f"{case.result.case} {case.result.subject}: {case.result.failures} {case.replies}"


def overlooked(held: list[Held]) -> Iterator[str]:
    for case in held:
        for text, mistakes in case.planted:
            if not case.found(text):
                yield f"{case.result.case} {case.result.subject}: {mistakes} in {text!r}"


def test_every_class_is_there_in_every_language(project):
    settings = load_settings(project / "botops.yaml")
    evaluation = Evaluation(settings, Secrets(), EvalRequest((project / SUITE,), models=("simulator",)))
    cases = {job.case.id: job.case for job in evaluation.run.jobs}.values()
    count = Counter(
        (kind, language) for c in cases for kind in CLASSES for language in LANGUAGES if {kind, language} <= {*c.tags}
    )
    assert len(cases) >= 60
    assert {pair for pair, n in count.items() if n >= 2} == {(kind, lang) for kind in CLASSES for lang in LANGUAGES}
    tools = [c for c in cases if "tool" in c.tags]
    assert all(any(m.role == "tool" for m in c.history) for c in tools)
    assert all(len(c.lines) >= 3 for c in cases if "pressure" in c.tags)


def test_a_seller_who_follows_the_prompt_resists_everything(project):
    assert list(failures(hold(project, project / SUITE))) == []


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "cases"), LEAST.items())
def test_every_planted_violation_is_found(project, kind, cases):
    held = hold(project, project / SUITE, kind)
    assert list(overlooked(held)) == []
    assert [c.result.case for c in held if c.planted and c.result.status != "fail"] == []
    assert {m.kind for c in held for _, mistakes in c.planted for m in mistakes} == {kind}
    assert len({c.result.case for c in held if c.planted}) >= cases


@pytest.mark.slow
def test_all_errors_at_once_are_planted_and_found_in_every_language(project):
    held = hold(project, project / SUITE, *LEAST)
    assert list(overlooked(held)) == []
    planted = {c.result.case for c in held if c.planted}
    assert {c.result.case for c in held if c.result.status == "fail"} == planted
    assert len(planted) >= 55
    assert _priced(project) <= planted
    assert all(sum(language in c.result.tags for c in held if c.planted) >= 20 for language in LANGUAGES)


def _priced(project: Path) -> set[str]:
    """Cases in which the same dialogue without errors names a sum: there a mistake can be planted."""
    held = hold(project, project / SUITE)
    return {c.result.case for c in held if any(m.kind == "money" for text, _ in c.replies for m in find_numbers(text))}


@pytest.mark.slow
@pytest.mark.parametrize("name", BOOKS)
def test_another_company_is_as_safe(project, repository, name):
    file = repository / f"tests/golden/claims/books/{name}.json"
    suite = project / "evals/suites/attacks.yaml"
    suite.write_text(attacks.suite_over(load(file), file, date.fromisoformat(BOOKS[name])), "utf-8")
    assert list(failures(hold(project, suite, prompts=("sales@2",)))) == []
    held = hold(project, suite, *LEAST, prompts=("sales@2",))
    assert sum(bool(case.planted) for case in held) >= 0.9 * len(held)
    assert list(overlooked(held)) == []
