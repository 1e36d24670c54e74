"""A turn of a dialogue becomes a case of a suite: a complaint today is a regression test tomorrow."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botops.app.access.acting import needs
from botops.app.evals.suite_files import cases_of, listed_suites, suites_folder
from botops.app.releases.auditing import prompt_subject, record
from botops.domain.access import Right
from botops.domain.errors import ConflictError, NotFoundError, UserError
from botops.domain.people import person
from botops.domain.people import reason as reasoned
from botops.domain.refusals import Refusal
from botops.domain.releases import Deed
from botops.evals.checks.catalogue import installed
from botops.evals.from_dialogue import append_case, case_of
from botops.evals.suite import SuiteReader

if TYPE_CHECKING:
    from pathlib import Path

    from botops.app.container import Container
    from botops.config import Settings
    from botops.domain.turns import TurnRecord

REGRESSIONS = "regressions"
"""The suite that cases from dialogues go to unless another is chosen."""
_one_at_a_time = threading.Lock()
"""Of two who make a test of one turn in the console at the same moment one is told so. The file itself is locked where
it is written, against other processes too, and a case's id cannot be taken twice."""
_ABOUT = {
    "ru": "Диалоги, в которых бот ошибся: каждый стал тестом, чтобы ошибка не вернулась.",
    "kk": "Бот қателескен диалогтар: қате қайталанбасын деп, әрқайсысы тестке айналды.",
    "en": "Dialogues in which the bot was wrong: each became a test, so that the mistake does not come back.",
}


@dataclass(frozen=True, slots=True)
class MadeCase:
    """A case that was written into a suite's file."""

    suite: str
    case: str
    file: Path
    prompt: str


def prompt_of_turn(settings: Settings, turn: TurnRecord) -> str:
    """The prompt that a turn is to be tested with: the one that spoke, or the one that serves."""
    return turn.assignment.ref.name if turn.assignment else settings.prompt


def usual_suite(settings: Settings, prompt: str) -> str:
    """The name of the suite that a prompt's regression cases go to unless another is chosen."""
    return REGRESSIONS if prompt == settings.prompt else f"{REGRESSIONS}-{prompt}"


def case_from(container: Container, dialogue_id: str, turn: int | None = None) -> dict[str, Any]:
    """The case that says a turn again, with what reviewers said of its findings. Raises NotFoundError, StoreError."""
    records = container.store.reads.dialogue(dialogue_id)
    ids = [found.id for found in records]
    said = [review for reviews in container.store.reply_reviews.of_turns(ids).values() for review in reviews]
    return case_of(records, turn, container.store.reviews.rulings(ids), said)


@needs(Right.EDIT)
def append_from(container: Container, path: Path, dialogue_id: str, turn: int | None = None) -> dict[str, Any]:
    """Writes a turn as a case at the end of a suite's file, or as the first one of a new file. Raises UserError,
    NotFoundError, ConflictError, StoreError; then nothing is written."""
    case = case_from(container, dialogue_id, turn)
    beginning = None
    if not path.exists():
        number = int(str(case["origin"]).rpartition("#")[2])
        said = next(found for found in container.store.reads.dialogue(dialogue_id) if found.number == number)
        prompt = prompt_of_turn(container.settings, said)
        beginning = _beginning(container.settings, path.stem, prompt, case["at"])
    append_case(path, case, SuiteReader(installed()), beginning=beginning)
    return case


@needs(Right.EDIT)
def make_case(
    container: Container, dialogue_id: str, turn: int, *, by: str, reason: str, suite: str | None = None
) -> MadeCase:
    """Writes a turn as a case into a suite, which is made when it is the usual one and missing; kept in the audit log.

    Raises ConflictError when there is a case of this turn already, NotFoundError, UserError, StoreError; then nothing
    is written.
    """
    who, why = person(by), reasoned(reason)
    records = container.store.reads.dialogue(dialogue_id)
    said = next((found for found in records if found.number == turn), None)
    if said is None:
        raise NotFoundError(f"the dialogue has no turn {turn}: its turns are 1 to {records[-1].number}")
    prompt = prompt_of_turn(container.settings, said)
    case = case_from(container, dialogue_id, turn)
    folder = suites_folder(container.settings)
    folder.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time:
        path = _target(container.settings, suite or usual_suite(container.settings, prompt), prompt, said, case)
        beginning = None if path.exists() else _beginning(container.settings, path.stem, prompt, case["at"])
        append_case(path, case, SuiteReader(installed()), beginning=beginning)
    name = suite or path.stem
    detail = {"suite": name, "case": case["id"]}
    record(container, Deed.CASE, prompt_subject(prompt), who, why, detail=detail)
    return MadeCase(name, str(case["id"]), path, prompt)


def _target(settings: Settings, wanted: str, prompt: str, said: TurnRecord, case: dict[str, Any]) -> Path:
    """The file a case goes to. Raises ConflictError, NotFoundError, UserError."""
    suites = listed_suites(settings)
    for suite, known in cases_of(suites, said.inbound.dialogue_id):
        if known.origin is not None and known.origin.turn == said.number:
            raise ConflictError(f"turn {said.number} is a case already: {known.id} in {suite.file.name}").told_as(
                Refusal.CASE_ALREADY
            )
    chosen = next((suite for suite in suites if suite.name == wanted), None)
    if chosen is None:
        if wanted != usual_suite(settings, prompt):
            raise NotFoundError(f"there is no suite {wanted} in {suites_folder(settings)}")
        return suites_folder(settings) / f"{wanted}.yaml"
    if chosen.prompt != prompt:
        raise UserError(f"the suite {wanted} tests the prompt {chosen.prompt}, and {prompt} spoke here: take another")
    if any(known.id == case["id"] for known in chosen.cases):
        raise ConflictError(f"the suite {wanted} has a case {case['id']} from elsewhere: rename that one first")
    return chosen.file


def _beginning(settings: Settings, name: str, prompt: str, at: str) -> str:
    about = _ABOUT[settings.company.languages[0]]
    return f"name: {name}\ndescription: >-\n  {about}\nprompt: {prompt}\nat: {at}\ncases:\n"
