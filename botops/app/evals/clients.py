"""The simulated clients of a run: played by the simulator, or by a language model."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.clock import SystemClock
from botops.app.container import build_meter
from botops.app.evals.pacers import RETRIED
from botops.app.evals.prompts import shown
from botops.app.models import SIMULATOR, recordings_of, speaking_model
from botops.app.prompts.prompting import table_of_the_day
from botops.domain.errors import UserError
from botops.domain.usage import Cost
from botops.evals.model_client import ModelClient
from botops.llm.recordings import RecordingModel, ReplayModel

if TYPE_CHECKING:
    from collections.abc import Container, Sequence
    from datetime import datetime

    from botops.app.costs.counting import CallBook
    from botops.app.evals.pacers import Pacers
    from botops.app.evals.request import EvalRequest
    from botops.config import Secrets, Settings
    from botops.domain.messages import Message
    from botops.domain.ports import ChatModel
    from botops.evals.model import ClientProfile, Suite
    from botops.evals.runner import Client
    from botops.pricebook import PriceBook
    from botops.simulator import SimulatedClient

_FOLDER = "_client"


class Clients:
    """Makes the clients of cases. `request.client` plays all of them, else the model each case names, else the
    simulator."""

    def __init__(
        self, settings: Settings, secrets: Secrets, request: EvalRequest, pacers: Pacers, book: CallBook
    ) -> None:
        self._settings, self._secrets, self._request, self._pacers = settings, secrets, request, pacers
        self._book = book
        self._meter = build_meter(settings)
        self._models: dict[str, ChatModel] = {}

    def check(self, suite: Suite, taken: Container[str]) -> None:
        """Raises UserError for a client that nothing can play, among the cases whose ids are `taken`."""
        for number, case in enumerate(suite.cases):
            if case.client is None or case.id not in taken:
                continue
            wanted = self._played_by(case.client)
            if wanted != SIMULATOR:
                self._model(wanted)
            elif case.client.brief:
                message = f"only a language model can play this `brief`: --client MODEL, or leave {case.id} out"
                raise UserError(problems=[suite.problem(("cases", number, "client"), message, rule="client")])

    def of(self, profile: ClientProfile, book: PriceBook, at: datetime) -> Client:
        """A client who writes at a moment."""
        wanted = self._played_by(profile)
        if wanted == SIMULATOR:
            return _Simulated(_simulated(profile, book, at))
        deadline = self._settings.model.deadline_s
        return ModelClient(self._model(wanted), profile, book.currency, self._meter, SystemClock(), deadline)

    def model_of(self, profile: ClientProfile) -> ChatModel | None:
        """The language model that plays a client, None for the simulator."""
        wanted = self._played_by(profile)
        return None if wanted == SIMULATOR else self._model(wanted)

    @property
    def models(self) -> tuple[ChatModel, ...]:
        """The language models that play clients of this run."""
        return tuple(self._models.values())

    async def close(self) -> None:
        """Lets go of connections."""
        for model in self._models.values():
            close = getattr(model, "aclose", None)
            if close is not None:
                await close()

    def _played_by(self, profile: ClientProfile) -> str:
        return self._request.client or profile.model or SIMULATOR

    def _model(self, wanted: str) -> ChatModel:
        if wanted not in self._models:
            folder = recordings_of(self._settings) / _FOLDER
            suites = " ".join(shown(path) for path in self._request.suites)
            command = f"botops eval run {suites} --client MODEL --record"
            model = speaking_model(
                self._settings, self._secrets, wanted, folder, task="play this", command=command, retried=RETRIED
            )
            if not isinstance(model, ReplayModel):
                model = self._book.counted(model)
            model = self._pacers.paced(wanted, model)
            if self._request.record and not isinstance(model, ReplayModel):
                model = RecordingModel(model, folder)
            self._models[wanted] = model
        return self._models[wanted]


class _Simulated:
    """The simulator's client behind the runner's port."""

    cost = Cost()

    def __init__(self, client: SimulatedClient) -> None:
        self._client = client

    async def next(self, messages: Sequence[Message]) -> str | None:
        """The next message."""
        return self._client.next(messages)


def _simulated(profile: ClientProfile, book: PriceBook, at: datetime) -> SimulatedClient:
    from botops.simulator import Profile, SimulatedClient

    prices = table_of_the_day(book, at.astimezone(ZoneInfo(book.timezone)).date(), profile.language)
    wanted = Profile(
        profile.language,
        profile.goal,  # type: ignore[arg-type]  # the suite's file allows the simulator's goals and manners only
        profile.persona,  # type: ignore[arg-type]
        profile.patience,
        profile.budget,
        profile.things,
    )
    return SimulatedClient(wanted, prices, profile.seed)
