"""`botops eval calibrate`: how well the judge agrees with people."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botops.app.clock import SystemClock
from botops.app.evals.judge import calibration_file, calibrations_of
from botops.domain.errors import StoreError
from botops.domain.usage import Cost
from botops.evals.calibration import Calibration, as_row
from botops.evals.judge import PROMPT, Grading, Judge, prompt_checksum
from botops.experiments.agreement import agreement, cohen_kappa, confusion, kappa_interval

if TYPE_CHECKING:
    from botops.app.evals.labels import Labelled
    from botops.config import Settings
    from botops.evals.checks.base import Question


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What was found for a question, and why the judge may not fail a gate by it, if it may not.

    `low` and `high` are the ends of the agreement's interval; `unpriced` when the price of some call is not known.
    """

    calibration: Calibration
    doubt: str | None
    low: float | None
    high: float | None
    faults: tuple[str, ...]
    unpriced: bool


async def calibrate(
    judge: Judge, labels: Sequence[Labelled], settings: Settings, on_graded: Callable[[int], None] = lambda _: None
) -> list[Calibrated]:
    """Has the judge grade every labelled dialogue and compares. Raises StoreError when a grade cannot be recorded."""

    async def one(labelled: Labelled) -> Grading:
        grading = await judge.grade(labelled.question, labelled.said)
        on_graded(1)
        return grading

    try:
        gradings = await asyncio.gather(*map(one, labels))
    finally:
        await judge.close()
    questions = dict.fromkeys(labelled.question for labelled in labels)
    known = calibrations_of(settings)
    found = []
    for question in questions:
        mine = [(lab.met, g) for lab, g in zip(labels, gradings, strict=True) if lab.question == question]
        found.append(_calibrated(question, judge.model.name, mine, known.doubt_of))
    return found


def keep(found: Sequence[Calibrated], settings: Settings) -> Path:
    """Writes what was found into the calibration file, in the place of what was known about the same. Raises
    StoreError."""
    path = calibration_file(settings)
    text = calibrations_of(settings).with_(one.calibration for one in found).dump()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        raise StoreError(f"{path}: the calibration cannot be written ({error.strerror})") from error
    return path


def _calibrated(
    question: Question, model: str, mine: Sequence[tuple[bool, Grading]], doubt_of: Callable[[Calibration], str | None]
) -> Calibrated:
    pairs = [(met, g.score >= question.least) for met, g in mine if g.score is not None]
    table = confusion(pairs)
    share = agreement(table) if pairs else None
    kappa, low, high = _kappa(table)
    cost = sum((grading.cost for _, grading in mine), Cost())
    calibration = Calibration(
        question.name, question.checksum, model, PROMPT, prompt_checksum(), len(mine), len(mine) - len(pairs), table,
        _rounded(share.estimate if share else None), _rounded(kappa), _rounded(low), _rounded(high), cost.pico_usd,
        SystemClock().now().replace(microsecond=0),
    )  # fmt: skip
    faults = tuple(dict.fromkeys(f"{g.fault}: {g.reason}" for _, g in mine if g.fault))
    return Calibrated(
        calibration, doubt_of(calibration), share.low if share else None, share.high if share else None, faults,
        cost.unknown_model,
    )  # fmt: skip


def _kappa(table: tuple[tuple[int, int], tuple[int, int]]) -> tuple[float, float, float] | tuple[None, None, None]:
    """Kappa and its interval; none when nothing was graded, or all answers were alike and chance alone agrees."""
    try:
        return cohen_kappa(table), *kappa_interval(table)
    except ValueError:
        return None, None, None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def calibrated_json(one: Calibrated) -> dict[str, Any]:
    """A finding for programs."""
    row = as_row(one.calibration)
    (both_no, judge_only), (people_only, both_yes) = one.calibration.table
    del row["table"]
    return {
        **row,
        "agreement_low": _rounded(one.low),
        "agreement_high": _rounded(one.high),
        "met_by_both": both_yes,
        "met_by_judge_only": judge_only,
        "met_by_people_only": people_only,
        "met_by_neither": both_no,
        "may_fail_gate": one.doubt is None,
        "doubt": one.doubt,
        "faults": list(one.faults),
        "price_known": not one.unpriced,
    }
