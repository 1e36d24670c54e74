"""Which judge may fail a gate: only one whose grades were compared with people's, for the very criterion it is asked.

The file beside the suites holds what `botops eval calibrate` found. An entry is about one criterion, one text of the
judge's prompt and one model; when any of them changes, nothing is known any more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from botops.domain.errors import UserError
from botops.evals.checks.base import Question

FILE_NAME = "judge-calibration.json"
"""The file's name, in the folder of the evals."""
SCHEMA_VERSION = 1
Weakness = Literal["few_labels", "one_answer", "low_kappa"]
"""What keeps a judge from failing a gate: too few labels, labels of one kind only, or too little agreement."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """How one judge and people agree on one criterion.

    `table[i][j]` counts dialogues that people let pass (i = 1) or not (0) and the judge let pass (j = 1) or not (0);
    those the judge could not grade are in `not_graded` alone. `low` and `high` are the ends of kappa's interval; the
    three are None where people and judge always gave one and the same answer. `pico_usd` is what asking cost.
    """

    name: str
    question: str
    model: str
    prompt: str
    prompt_checksum: str
    labels: int
    not_graded: int
    table: tuple[tuple[int, int], tuple[int, int]]
    agreement: float | None
    kappa: float | None
    low: float | None
    high: float | None
    pico_usd: int
    at: datetime

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is about: the checksums of the criterion and of the judge's prompt, and the model."""
        return self.question, self.prompt_checksum, self.model

    @property
    def graded(self) -> int:
        """Dialogues with a label and a grade."""
        return sum(map(sum, self.table))


@dataclass(frozen=True)
class _File:
    schema_version: int
    calibrations: tuple[Calibration, ...]


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[_File]:
    return TypeAdapter(_File)


class Calibrations:
    """What is known of judges, and from which kappa and how many labels on one may fail a gate."""

    def __init__(self, known: Iterable[Calibration] = (), *, least_kappa: float = 0.6, least_labels: int = 30) -> None:
        self._known = {c.key: c for c in known}
        self.least_kappa, self.least_labels = least_kappa, least_labels

    @classmethod
    def load(cls, path: Path, *, least_kappa: float, least_labels: int) -> Calibrations:
        """What the file holds; nothing without one. Raises UserError for a file that cannot be read."""
        known: tuple[Calibration, ...] = ()
        if path.exists():
            try:
                known = _adapter().validate_json(path.read_bytes()).calibrations
            except OSError as error:
                raise UserError(f"cannot read {path}: {error.strerror}") from error
            except ValidationError as error:
                first = error.errors(include_url=False, include_input=False)[0]
                place = ".".join(map(str, first["loc"]))
                message = f"{path}: no calibration ({place}: {first['msg']}): restore it or run botops eval calibrate"
                raise UserError(message) from error
        return cls(known, least_kappa=least_kappa, least_labels=least_labels)

    def __iter__(self) -> Iterator[Calibration]:
        return iter(sorted(self._known.values(), key=lambda c: (c.name, c.key)))

    def with_(self, found: Iterable[Calibration]) -> Calibrations:
        """The same with newer findings in the place of older ones about the same."""
        known = {**self._known, **{c.key: c for c in found}}
        return Calibrations(known.values(), least_kappa=self.least_kappa, least_labels=self.least_labels)

    def dump(self) -> str:
        """The text of the file, in a stable order."""
        data = [json.loads(TypeAdapter(Calibration).dump_json(c)) for c in self]
        whole = {"schema_version": SCHEMA_VERSION, "calibrations": data}
        return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"

    def doubt(self, question: Question, model: str, prompt_checksum: str) -> str | None:
        """Why the judge may not fail a gate by this question, or None when it may."""
        known = self._known.get((question.checksum, prompt_checksum, model))
        if known is None:
            return f"{model} was never calibrated for it: botops eval calibrate"
        return self.doubt_of(known)

    def fit(self, model: str, prompt_checksum: str) -> list[str]:
        """The names of the questions by which a model may fail a gate."""
        mine = (c for c in self._known.values() if (c.model, c.prompt_checksum) == (model, prompt_checksum))
        return sorted({c.name for c in mine if self.doubt_of(c) is None})

    def weakness_of(self, known: Calibration) -> Weakness | None:
        """What a calibration lacks, or None when it does."""
        if known.graded < self.least_labels:
            return "few_labels"
        if known.kappa is None:
            return "one_answer"
        return "low_kappa" if known.kappa < self.least_kappa else None

    def doubt_of(self, known: Calibration) -> str | None:
        """Why a calibration does not do, or None when it does."""
        match self.weakness_of(known):
            case "few_labels":
                return f"{known.graded} labels are too few, {self.least_labels} are wanted"
            case "one_answer":
                return "people and judge gave one and the same answer throughout: labels of both kinds are needed"
            case "low_kappa":
                return f"kappa is {known.kappa:.2f}, at least {self.least_kappa:g} is wanted"
            case None:
                return None


def as_row(calibration: Calibration) -> dict[str, object]:
    """A calibration for programs."""
    return {**asdict(calibration), "at": calibration.at.isoformat(timespec="seconds")}
