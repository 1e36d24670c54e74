from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from botops.app.clock import SetClock
from botops.app.guard import ClaimGuard
from botops.app.pricebooks.books import Books
from botops.bot import BotRules
from botops.domain.turns import GuardPolicy
from botops.evals.checks.catalogue import built_in
from botops.evals.result import CaseResult, Failure, ModelInfo, PromptInfo, RunResult, SubjectInfo, SuiteInfo
from botops.evals.runner import Bench, Run, Subject, jobs_of
from botops.evals.suite import SuiteReader
from botops.testing.fakes import FlatMeter, OnePrompt, QueueModel

BOOK = """\
version: "1"
currency: KZT
products:
  - sku: alpha
    name: Тариф «Альфа»
    aliases: [Альфа, Alpha]
    prices:
      - {amount: 5000, per: month}
      - {amount: 50000, per: year}
"""
HEAD = """\
name: small
at: 2026-03-02T10:00:00+05:00
"""


@dataclass
class House:
    """A folder with a price book, where suites are written and run with a model that gives prepared answers."""

    root: Path
    reader: SuiteReader = field(default_factory=lambda: SuiteReader(built_in()))

    def write(self, text: str, name: str = "suite.yaml") -> Path:
        file = self.root / name
        file.write_text(text, "utf-8")
        return file

    def suite(self, cases: str, head: str = HEAD):
        return self.reader.read(self.write(head + cases))

    def bench(self, cases: str, *answers, head: str = HEAD, model=None, guard=None, prompt=None, client_of=None,
              judge=None):  # fmt: skip
        suite = self.suite(cases, head)
        books = Books(self.root / "book.yaml")
        return Bench(
            suite,
            books.current().book,
            (Subject("sales@1", prompt or OnePrompt(), model or QueueModel(list(answers))),),
            guard or ClaimGuard(books),
            FlatMeter(),
            BotRules(policy=GuardPolicy.REPAIR),
            SetClock,
            client_of or (lambda profile, book, at: pytest.fail("no simulated client was expected")),
            judge=judge,
        )

    async def hold(self, bench, **options):
        run = Run(tuple(jobs_of(bench, options.pop("repeat", 1))), **options)
        await run.hold()
        return run.finished


@pytest.fixture
def house(tmp_path) -> House:
    (tmp_path / "book.yaml").write_text(BOOK, "utf-8")
    return House(tmp_path)


@pytest.fixture
def moment():
    return datetime.fromisoformat("2026-03-02T10:00:00+05:00")


FAILURE = Failure("language", "language/ru", {"ru": "не тот", "en": "wrong"}, 1, "Да.", "kk")


def prompt(label, role="live"):
    name, _, version = label.partition("@")
    return PromptInfo(label, name, int(version), "0" * 64, f"prompts/{name}/{version}.yaml", role)


@pytest.fixture
def run_of(moment):
    """A run from `{"case": "pass fail"}` (a status for each repeat), for one or several prompt versions."""

    def make(cases, prompts=("sales@1",), fault="timeout", pico=10**6):
        results = []
        for case, statuses in cases.items():
            for label in prompts:
                for repeat, status in enumerate(statuses.split(), 1):
                    results.append(
                        CaseResult(
                            "demo", case, label, status, repeat, (FAILURE,) if status == "fail" else (),
                            fault if status == "error" else None, "why" if status == "error" else None, pico_usd=pico,
                        )
                    )  # fmt: skip
        infos = tuple(prompt(label) for label in prompts)
        subjects = tuple(SubjectInfo(label, label, "simulated") for label in prompts)
        suite = SuiteInfo("demo", "demo.yaml", moment, "1", "book.yaml", infos, subjects, len(cases))
        return RunResult("0.1", (ModelInfo("simulated", True),), (suite,), tuple(results), moment)

    return make
