"""The judge of an eval, put together: its model, its recordings, what is known of its agreement with people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botops.app.clock import SystemClock
from botops.app.container import build_meter
from botops.app.evals.pacers import RETRIED
from botops.app.evals.prompts import shown
from botops.app.models import recordings_of, speaking_model
from botops.domain.errors import RETRYABLE
from botops.evals.calibration import FILE_NAME, Calibration, Calibrations, Weakness
from botops.evals.judge import PROMPT, Judge, prompt_checksum
from botops.evals.result import JudgeInfo
from botops.llm.recordings import RecordingModel, ReplayModel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from botops.app.costs.counting import CallBook
    from botops.app.evals.pacers import Pacers
    from botops.app.evals.request import EvalRequest
    from botops.config import Secrets, Settings

_FOLDER = "_judge"
"""No suite can have this name, which starts with no letter."""


def calibration_file(settings: Settings) -> Path:
    """Where `botops eval calibrate` writes what it found."""
    return settings.path("evals") / FILE_NAME


def calibrations_of(settings: Settings) -> Calibrations:
    """What is known of judges, by the settings' demands. Raises UserError for a file that cannot be read."""
    chosen = settings.judge
    return Calibrations.load(
        calibration_file(settings), least_kappa=chosen.least_kappa, least_labels=chosen.least_labels
    )


@dataclass(frozen=True, slots=True)
class KnownJudge:
    """What is known of a judge on one criterion, and what keeps it from failing a gate by it, if anything does."""

    calibration: Calibration
    weakness: Weakness | None


def judges(settings: Settings) -> tuple[KnownJudge, ...]:
    """Every comparison of a judge with people, by criterion and model. Raises UserError for a file that cannot be
    read."""
    known = calibrations_of(settings)
    return tuple(KnownJudge(one, known.weakness_of(one)) for one in known)


def build_judge(
    settings: Settings, secrets: Secrets, request: EvalRequest, pacers: Pacers, book: CallBook
) -> Judge | None:
    """The judge of a run, None when none was chosen; a real one's grades are recorded where the run is.

    Raises UserError for a model that cannot judge and for recordings or calibrations that cannot be read.
    """
    wanted = request.judge or settings.judge.model
    if wanted is None:
        return None
    command = f"botops eval run {' '.join(shown(path) for path in request.suites)} --judge MODEL --record"
    return judge_named(settings, secrets, wanted, command, record=request.record, pacers=pacers, book=book)


def judge_named(
    settings: Settings, secrets: Secrets, wanted: str, command: str, *, record: bool = False,
    pacers: Pacers | None = None, book: CallBook | None = None,
) -> Judge:  # fmt: skip
    """The judge behind a model's name or address; `command` records what a replay lacks, `book` counts its calls.
    Raises UserError."""
    folder = recordings_of(settings) / _FOLDER
    retried = RETRYABLE if pacers is None else RETRIED
    model = speaking_model(settings, secrets, wanted, folder, task="judge", command=command, retried=retried)
    if book is not None and not isinstance(model, ReplayModel):
        model = book.counted(model)
    if pacers is not None:
        model = pacers.paced(wanted, model)
    if record and not isinstance(model, ReplayModel):
        model = RecordingModel(model, folder)
    return Judge(
        model, build_meter(settings), SystemClock(), calibrations_of(settings),
        concurrency=settings.judge.concurrency, temperature=settings.judge.temperature,
        deadline_s=settings.model.deadline_s,
        hide=_masked if settings.privacy.mask else (lambda texts: texts),
    )  # fmt: skip


def _masked(texts: Sequence[str]) -> list[str]:
    from botops.store.masking import mask_texts  # with the whole store: only when there is something to mask

    return list(mask_texts(texts))


def judge_info(judge: Judge | None) -> JudgeInfo | None:
    """The judge as it stands in a result."""
    if judge is None:
        return None
    return JudgeInfo(judge.model.name, judge.model.simulated, PROMPT, prompt_checksum())
