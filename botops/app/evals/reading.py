"""What screens show of evaluations: suites with their last results, what flipped against what is live, and the way from
a flagged dialogue to the version that mended it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.evals.baselines import baseline_of
from botops.app.evals.suite_files import cases_of, listed_suites
from botops.domain.errors import UserError
from botops.registry import DRAFT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from botops.app.container import Container
    from botops.app.evals.suite_files import ListedSuite, SuiteCase
    from botops.domain.evaluations import CaseOutcome
    from botops.domain.releases import EvalRun


@dataclass(frozen=True, slots=True)
class Text:
    """A version of a prompt that suites can be run on (0: the draft), by the checksum its runs are kept under."""

    version: int
    checksum: str
    live: bool = False


@dataclass(frozen=True, slots=True)
class LastRun:
    """The newest run of a suite on one exact text. `outdated` when the suite's file was changed since."""

    run: EvalRun
    outdated: bool = False


@dataclass(frozen=True, slots=True)
class CaseChange:
    """A case in a run, and before in the run it is held against, None where that one does not know it."""

    after: CaseOutcome
    before: CaseOutcome | None = None

    @property
    def broke(self) -> bool:
        """True when it fails and passed before."""
        return self.after.status == "fail" and self.before is not None and self.before.status == "pass"

    @property
    def mended(self) -> bool:
        """True when it passes and failed before."""
        return self.after.status == "pass" and self.before is not None and self.before.status == "fail"


@dataclass(frozen=True, slots=True)
class Walk:
    """A case made from a dialogue: the suite it stands in (None when it was taken out again), its runs, the newest
    first, and the first version that passed it after a failure; `live` says whether clients get that version."""

    suite: str
    case: str
    turn: int
    prompt: str
    listed: bool
    runs: tuple[tuple[EvalRun, CaseOutcome], ...] = ()
    mended_by: EvalRun | None = None
    published_as: int | None = None
    live: bool = False


def texts_of(container: Container, prompt: str) -> tuple[Text, ...]:
    """What suites are run on: the text of a prompt that is live, the other variants of the experiment that runs, and
    the draft. One that is missing or cannot be read is left out, and a draft that says what one of the others says."""
    try:
        release = container.registry.candidate_release(prompt)
    except UserError:
        release = None
    numbers: list[int] = []
    if release is not None:
        split = release.split
        running = split is not None and split.running(
            container.clock.now(), ZoneInfo(container.settings.company.timezone)
        )
        numbers = [release.live, *(split.versions if split is not None and running else ())]
    found: dict[str, Text] = {}
    for number in dict.fromkeys([*numbers, DRAFT]):
        text = text_of(container, prompt, number)
        if text is not None:
            live = release is not None and number == release.live
            found.setdefault(text.checksum, Text(number, text.checksum, live))
    return tuple(found.values())


def last_runs(container: Container, prompt: str, text: Text, suites: Sequence[ListedSuite]) -> Mapping[str, LastRun]:
    """The newest run of each suite on a text. Raises StoreError."""
    found: dict[str, LastRun] = {}
    files = {suite.name: suite.checksum for suite in suites}
    for run in container.store.eval_runs.of_text(prompt, text.checksum):
        found.setdefault(run.suite, LastRun(run, run.suite_checksum != files.get(run.suite)))
    return found


def comparable(container: Container, run: EvalRun) -> tuple[EvalRun, ...]:
    """The other runs of the same suite, the newest first. Raises StoreError."""
    return tuple(r for r in container.store.eval_runs.latest(run.prompt, suite=run.suite) if r.id != run.id)


def changes(
    container: Container, run: EvalRun, against: EvalRun | None = None
) -> tuple[EvalRun | None, tuple[CaseChange, ...]]:
    """The cases of a run, what broke first, then what was mended, what fails, and the rest; held `against` another run
    of the suite. Without one it is the suite's baseline, while there is none the newest run on what is live, or, of a
    run on what is live, the one on another text before it. Raises StoreError."""
    before = against or _before(container, run)
    known = {case.case: case for case in container.store.eval_runs.cases(before.id)} if before is not None else {}
    found = [CaseChange(case, known.get(case.case)) for case in container.store.eval_runs.cases(run.id)]
    order = sorted(found, key=lambda c: (not c.broke, not c.mended, c.after.status == "pass", c.after.case))
    return before, tuple(order)


def walks(container: Container, dialogue_id: str, suites: tuple[ListedSuite, ...] | None = None) -> tuple[Walk, ...]:
    """Every case made from a dialogue, by turn, with what became of it since. Raises StoreError."""
    listed = {
        (suite.name, case.id): (suite, case)
        for suite, case in cases_of(suites if suites is not None else listed_suites(container.settings), dialogue_id)
    }
    runs: dict[tuple[str, str], list[tuple[EvalRun, CaseOutcome]]] = {key: [] for key in listed}
    for run, outcome in container.store.eval_runs.of_dialogue(dialogue_id):
        runs.setdefault((run.suite, outcome.case), []).append((run, outcome))
    found = [_walk(container, key, listed.get(key), tuple(pairs)) for key, pairs in runs.items()]
    return tuple(sorted(found, key=lambda walk: (walk.turn, walk.suite, walk.case)))


def _walk(
    container: Container,
    key: tuple[str, str],
    listed: tuple[ListedSuite, SuiteCase] | None,
    runs: tuple[tuple[EvalRun, CaseOutcome], ...],
) -> Walk:
    origin = listed[1].origin if listed else runs[0][1].origin
    turn = origin.turn if origin else 0
    prompt = listed[0].prompt if listed else runs[0][0].prompt
    mended = _mended(runs)
    if mended is None:
        return Walk(*key, turn, prompt, listed is not None, runs)
    number = _version_of(container, mended.prompt, mended.checksum)
    live = text_of(container, mended.prompt)
    serves = live is not None and live.version == number
    return Walk(*key, turn, prompt, listed is not None, runs, mended, number, serves)


def _mended(runs: Sequence[tuple[EvalRun, CaseOutcome]]) -> EvalRun | None:
    """The oldest of the newest unbroken row of passes that follows a failure."""
    found = None
    for run, outcome in runs:
        if outcome.status == "fail":
            return found
        if outcome.status == "pass":
            found = run
    return None


def _version_of(container: Container, prompt: str, checksum: str) -> int | None:
    """The version that has a text, the draft's number when only the draft has it."""
    for number in (*container.registry.versions(prompt), DRAFT):
        text = text_of(container, prompt, number)
        if text is not None and text.checksum == checksum:
            return number
    return None


def _before(container: Container, run: EvalRun) -> EvalRun | None:
    chosen = baseline_of(container, run.suite)
    if chosen is not None and chosen.run.id != run.id:
        return chosen.run
    live = text_of(container, run.prompt)
    for known in container.store.eval_runs.latest(run.prompt, suite=run.suite):
        if known.checksum == run.checksum or known.id == run.id:
            continue
        on_live = live is not None and known.checksum == live.checksum
        if on_live or (live is not None and run.checksum == live.checksum and known.at < run.at):
            return known
    return None


def text_of(container: Container, prompt: str, version: int | None = None) -> Text | None:
    """A version of a prompt as its file stands, without a number the live one; None when it cannot be read."""
    try:
        number = version
        if number is None:
            release = container.registry.candidate_release(prompt)
            if release is None:
                return None
            number = release.live
        return Text(number, container.registry.candidate(prompt, number).text_checksum)
    except UserError:
        return None
