"""The models of a run: each one reached once for all suites, told apart by its label."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from botops.app.evals.pacers import RETRIED
from botops.app.evals.prompts import shown
from botops.app.models import REPLAY, SIMULATOR, build_model, place_of, recordings_of
from botops.domain.errors import UserError
from botops.evals.result import ModelInfo
from botops.llm.recordings import RecordingModel, ReplayModel

if TYPE_CHECKING:
    from botops.app.costs.counting import CallBook
    from botops.app.evals.pacers import Pacers
    from botops.app.evals.request import EvalRequest
    from botops.config import Secrets, Settings
    from botops.domain.ports import ChatModel
    from botops.evals.model import Suite
    from botops.evals.pacing import Pacer


@dataclass(frozen=True, slots=True)
class NamedAs:
    """A model, what reports call it, and the pace it is asked at; None where nothing has to be spared."""

    label: str
    model: ChatModel
    pacer: Pacer | None = None

    @property
    def info(self) -> ModelInfo:
        """The model as it stands in the result."""
        return ModelInfo(self.label, self.model.simulated)


class ModelsOfRun:
    """What answers in a run. Raises UserError for a model that cannot be reached or is named twice."""

    def __init__(
        self, settings: Settings, secrets: Secrets, request: EvalRequest, pacers: Pacers, book: CallBook
    ) -> None:
        self._settings, self._request = settings, request
        self._wanted = tuple(dict.fromkeys(request.models))
        if not all(wanted.strip() for wanted in self._wanted):
            raise UserError("--model is empty: name a model, replay or simulator")
        if request.record and any(_is_replay(wanted) for wanted in self._wanted):
            raise UserError("a replay cannot be recorded: choose --model simulator or a model's name")
        built = {
            w: book.counted(build_model(settings, secrets, w, retried=RETRIED))
            for w in self._wanted
            if not _is_replay(w)
        }
        if request.record:
            _one_recording_each([model.name for model in built.values()])
        self._live = {w: NamedAs(label, built[w], pacers.of(w, built[w])) for w, label in _labels(built).items()}

    def of(self, suite: Suite) -> tuple[NamedAs, ...]:
        """The models as a suite meets them: recordings are its own."""
        found = tuple(
            self._replay(suite, wanted) if _is_replay(wanted) else self._of_suite(self._live[wanted], suite)
            for wanted in self._wanted
        )
        _told_apart([named.label for named in found])
        return found

    async def close(self) -> None:
        """Lets go of connections."""
        for named in self._live.values():
            close = getattr(named.model, "aclose", None)
            if close is not None:
                await close()

    def _of_suite(self, named: NamedAs, suite: Suite) -> NamedAs:
        if not self._request.record:
            return named
        return replace(named, model=RecordingModel(named.model, recordings_of(self._settings) / suite.name))

    def _replay(self, suite: Suite, wanted: str) -> NamedAs:
        name = wanted.partition(":")[2] or None
        prompts = "".join(f" --prompt {prompt}" for prompt in self._request.prompts)
        command = f"botops eval run {shown(suite.file)}{prompts} --model {name or SIMULATOR} --record"
        replay = ReplayModel(recordings_of(self._settings) / suite.name, model=name, command=command)
        return NamedAs(f"{REPLAY}:{replay.name}", replay)


def _is_replay(wanted: str) -> bool:
    return wanted == REPLAY or wanted.startswith(f"{REPLAY}:")


def _labels(built: dict[str, ChatModel]) -> dict[str, str]:
    """Each model's own name; where several share it, where each of them answers as well."""
    names = Counter(model.name for model in built.values())
    labels = {w: m.name if names[m.name] == 1 else f"{m.name} @ {place_of(w)}" for w, m in built.items()}
    _told_apart(list(labels.values()))
    return labels


def _told_apart(labels: list[str]) -> None:
    for label, times in Counter(labels).items():
        if times > 1:
            raise UserError(f"--model names {label} {times} times: name each model once")


def _one_recording_each(names: list[str]) -> None:
    for name, times in Counter(names).items():
        if times > 1:
            raise UserError(
                f"{times} models are called {name}, and recordings are kept by that name: record them one at a time"
            )
