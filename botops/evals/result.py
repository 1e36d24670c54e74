"""The outcome of a run, as it stands in its JSON file: plain values in a stable order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from botops.domain.evaluations import CaseStatus
from botops.domain.money import PICO
from botops.evals.model import GateRules

SCHEMA_VERSION = 2
SETUP_FAULTS = frozenset({"prompt_error", "bad_input"})
"""Faults of what was handed in, not of a provider: exit code 2."""


@dataclass(frozen=True, slots=True)
class ClaimFinding:
    """A finding of the claim checker; `start:end` are code-point offsets in the text of its attempt."""

    kind: str
    severity: str
    quote: str
    start: int
    end: int
    stated: str
    expected: str | None = None
    explanations: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """What a model wanted to send; `left` when it did reach the client."""

    purpose: str
    text: str
    left: bool
    findings: tuple[ClaimFinding, ...] = ()
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class TurnResult:
    """A turn. Times are milliseconds, cost is pico-dollars."""

    number: int
    client: str
    reply: str
    action: str
    language: str
    attempts: tuple[AttemptResult, ...] = ()
    hand_off: str | None = None
    total_ms: int = 0
    model_ms: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    pico_usd: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that was not met. `rule` is the check's id, narrowed after a slash where it can be."""

    check: str
    rule: str
    explanations: dict[str, str]
    turn: int | None = None
    quote: str = ""
    expected: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a dialogue, or a check, says nothing about the prompt."""

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class GradeResult:
    """What the judge, a language model, said by one criterion: a whole number from `low` to `high`, met from `least`.

    `turn` is None for the dialogue as a whole. `advisory` when this judge may not fail a gate by this criterion.
    `score` is None when there is no grade; `fault` is then its class and `reason` says why.
    """

    check: str
    name: str
    turn: int | None
    score: int | None
    low: int
    high: int
    least: int
    reason: str
    quote: str = ""
    advisory: bool = False
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Measures:
    """What a dialogue took: the time of each of its turns in milliseconds, and tokens."""

    turn_ms: tuple[int, ...] = ()
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One run of a case with a subject: a prompt version answered by a model.

    `subject` is the label of a `SubjectInfo`. `error` says why nothing can be said of it and `fault` is its class;
    failures found before it are kept. `asked` are the ids of the checks that could fail it. `grades` are the judge's,
    and `advice` is what it would have failed the dialogue for if it were fit to. `measures` stands in a baseline in
    place of the turns.

    `pico_usd` is what the dialogue itself cost, replies and repairs. `side_pico_usd` is what was spent beside it, by
    the purpose of the call: `judge`, `client`. `unpriced` when the price of some call is not known, so that both are
    too low. `billed_pico_usd` is the part of both that a provider bills: what simulated replies would cost is not.
    """

    suite: str
    case: str
    subject: str
    status: CaseStatus
    repeat: int = 1
    failures: tuple[Failure, ...] = ()
    fault: str | None = None
    error: str | None = None
    turns: tuple[TurnResult, ...] = ()
    asked: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    weight: float = 1.0
    owner: str = ""
    origin: str = ""
    pico_usd: int = 0
    seconds: float = 0.0
    side_pico_usd: dict[str, int] = field(default_factory=dict)
    unpriced: bool = False
    grades: tuple[GradeResult, ...] = ()
    advice: tuple[Failure, ...] = ()
    measures: Measures | None = None
    billed_pico_usd: int = 0

    @property
    def spent(self) -> int:
        """Pico-dollars of the dialogue and of what was spent beside it."""
        return self.pico_usd + sum(self.side_pico_usd.values())

    @property
    def measured(self) -> Measures:
        """What the dialogue took, from its turns or as a baseline keeps it."""
        return self.measures or Measures(
            tuple(turn.total_ms for turn in self.turns),
            sum(turn.input_tokens for turn in self.turns),
            sum(turn.output_tokens for turn in self.turns),
        )

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What tells this run from the others."""
        return self.suite, self.case, self.subject, self.repeat


@dataclass(frozen=True, slots=True)
class PromptInfo:
    """A prompt version that was run. `role`: live, split, or asked for by name; `changed` when its file is not the
    text that was published."""

    label: str
    name: str
    version: int
    checksum: str
    file: str
    role: Literal["live", "split", "asked"] = "asked"
    changed: bool = False


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model that answered. `simulated` when no language model stands behind it and nothing is billed.

    `priced_as` is the model whose price is counted and `prices` the price table and its date; `prices` is empty when
    the price is not known.
    """

    label: str
    simulated: bool
    priced_as: str = ""
    prices: str = ""


@dataclass(frozen=True, slots=True)
class ModelCost:
    """What the dialogues with a model cost, in pico-dollars, over so many turns; `unpriced` when it is more than that
    because the price of some call is not known."""

    model: ModelInfo
    turns: int
    pico_usd: int
    unpriced: bool

    @property
    def usd(self) -> Decimal:
        """The same in dollars."""
        return Decimal(self.pico_usd) / PICO


@dataclass(frozen=True, slots=True)
class JudgeInfo:
    """The model that graded, and the text it was asked with: its identity and SHA-256. `simulated` when nothing is
    billed."""

    model: str
    simulated: bool
    prompt: str
    checksum: str


@dataclass(frozen=True, slots=True)
class SubjectInfo:
    """What was judged: a prompt version (`prompt`, the label of a `PromptInfo`) answered by a model (`model`, the label
    of a `ModelInfo`). `label` names both where a run has several models, the prompt version alone where it has one."""

    label: str
    prompt: str
    model: str


@dataclass(frozen=True, slots=True)
class SuiteInfo:
    """A suite that was run, its price book and moment, and the prompt versions and models it was run with.

    `checksum` and `book_checksum` are SHA-256 of the files of the suite and of the price book. `left_out` counts the
    cases that were not chosen for the run (`--case`, `--tag`).
    """

    name: str
    file: str
    at: datetime
    book: str
    book_file: str
    prompts: tuple[PromptInfo, ...]
    subjects: tuple[SubjectInfo, ...]
    cases: int
    gate: GateRules | None = None
    checksum: str = ""
    book_checksum: str = ""
    left_out: int = 0

    def prompt_of(self, subject: SubjectInfo) -> PromptInfo:
        """The prompt version of a subject."""
        return next(prompt for prompt in self.prompts if prompt.label == subject.prompt)


GateUnit = Literal["%", "+%", "$", "s", "cases"]
"""`+%` is how much more than in the baseline."""


@dataclass(frozen=True, slots=True)
class GateResult:
    """A rule of the gate held against what was measured, for one suite and subject.

    `rule` is the rule's place in the suite's file (`checks.hands_over`, `tags.kk.pass_rate`). `kept` is None when the
    rule could not be asked, and `reason` says why: `no_baseline`, `simulated`, `not_repeated`, `nothing_asked`,
    `nothing_compared`, `cost_unknown` or `only_some_cases`; with `not_judged` a broken rule says something about a
    model or a recording, not about the prompt. `n` is the number of case runs (turns for latency, cases for flakiness)
    that the measure is of, `missed` how many of them speak against it. `low` and `high` are the ends of the 95 %
    interval of a share.
    """

    suite: str
    subject: str
    rule: str
    unit: GateUnit
    at_least: bool
    wanted: float
    kept: bool | None
    measured: float | None = None
    n: int = 0
    missed: int = 0
    low: float | None = None
    high: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Blessing:
    """Who made a result the baseline, when, and why."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class RepeatRates:
    """What repeats say of a subject, for k = 1, 2 … in order: over how many cases (those with at least k judged runs),
    the mean chance that one of k runs passes and that all k do, from 0 to 1 and None without a case. `flaky` are the
    cases whose runs disagree. The formulas are in `botops.evals.repeats`."""

    suite: str
    subject: str
    cases: tuple[int, ...]
    pass_at: tuple[float | None, ...]
    pass_all: tuple[float | None, ...]
    flaky: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunResult:
    """A whole run. `problems` are complaints about the set-up that did not stop it; `prices` names the price tables of
    models with their dates. `repeats` is empty where each case was run once. `gate` are the rules the run was held
    against, `blessed` is there in a baseline."""

    botops: str
    models: tuple[ModelInfo, ...]
    suites: tuple[SuiteInfo, ...]
    cases: tuple[CaseResult, ...]
    made_at: datetime | None = None
    repeat: int = 1
    problems: tuple[str, ...] = ()
    prices: str = ""
    interrupted: bool = False
    seconds: float = 0.0
    repeats: tuple[RepeatRates, ...] = ()
    schema_version: int = SCHEMA_VERSION
    judge: JudgeInfo | None = None
    gate: tuple[GateResult, ...] = ()
    blessed: Blessing | None = None

    @property
    def model(self) -> str:
        """The models' labels."""
        return ", ".join(model.label for model in self.models)

    @property
    def simulated(self) -> bool:
        """True when no model of the run brings a bill."""
        return all(model.simulated for model in self.models)

    def of(self, suite: SuiteInfo, subject: SubjectInfo) -> list[CaseResult]:
        """The case runs of a suite with a subject."""
        return [case for case in self.cases if (case.suite, case.subject) == (suite.name, subject.label)]

    def only(self, suite: str, subject: SubjectInfo | None = None) -> RunResult:
        """The part of the run that is about one suite, and about one subject of it."""
        suites = tuple(
            replace(s, subjects=tuple(known for known in s.subjects if subject is None or known == subject))
            for s in self.suites
            if s.name == suite
        )
        cases = (c for c in self.cases if c.suite == suite and (subject is None or c.subject == subject.label))
        return replace(self, suites=suites, cases=tuple(cases))

    def simulates(self, subject: SubjectInfo) -> bool:
        """True when no language model stands behind a subject: its times say nothing."""
        return any(model.simulated for model in self.models if model.label == subject.model)

    @property
    def counts(self) -> Counter[CaseStatus]:
        """How many case runs passed, failed and could not be judged."""
        return Counter(case.status for case in self.cases)

    @property
    def usd(self) -> Decimal:
        """What the run cost, in dollars; for a simulated model what it would have."""
        return Decimal(sum(case.spent for case in self.cases)) / PICO

    @property
    def unpriced(self) -> bool:
        """True when it cost more than that, because the price of some call is not known."""
        return any(case.unpriced for case in self.cases)

    def side_usd(self, purpose: str) -> Decimal:
        """What calls beside the dialogues cost, by their purpose (`judge`, `client`), in dollars."""
        return Decimal(sum(case.side_pico_usd.get(purpose, 0) for case in self.cases)) / PICO

    @property
    def model_costs(self) -> list[ModelCost]:
        """What each model cost. Calls of judges and simulated clients are in no model's part."""
        models = {(suite.name, subject.label): subject.model for suite in self.suites for subject in suite.subjects}
        mine: dict[str, list[CaseResult]] = {model.label: [] for model in self.models}
        for case in self.cases:
            mine[models[case.suite, case.subject]].append(case)
        return [
            ModelCost(
                model,
                sum(len(case.turns) for case in mine[model.label]),
                sum(case.pico_usd for case in mine[model.label]),
                any(case.unpriced for case in mine[model.label]),
            )
            for model in self.models
        ]

    @property
    def turns(self) -> int:
        """Turns answered."""
        return sum(len(case.turns) for case in self.cases)

    def as_baseline(self) -> RunResult:
        """The same without transcripts, and without times where a simulation took them: small, and equal for equal
        outcomes."""
        timed = {s.label for suite in self.suites for s in suite.subjects if not self.simulates(s)}
        cases = tuple(
            replace(
                case,
                turns=(),
                seconds=0.0,
                measures=case.measured if case.subject in timed else replace(case.measured, turn_ms=()),
            )
            for case in self.cases
        )
        return replace(self, cases=cases, seconds=0.0, made_at=None, problems=(), gate=())
