"""Runs cases through the bot's own turn, several dialogues at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Protocol

from botops.bot import Bot, BotRules
from botops.domain.errors import ModelError
from botops.domain.messages import InboundMessage, Message
from botops.domain.ports import ChatModel, Clock, Guard, Meter, PromptSource
from botops.domain.turns import Purpose, TurnRecord
from botops.domain.usage import Cost
from botops.evals.apart import DialogueGuard, GuardApart
from botops.evals.checks.base import DialogueView, TurnView
from botops.evals.judge import Judge
from botops.evals.judging import Outcome, fault_of, judged, turn_result
from botops.evals.memory import DialogueMemory
from botops.evals.model import Case, ClientProfile, Suite
from botops.evals.pacing import DialogueClock, PacedModel, Pacer
from botops.evals.result import CaseResult, Fault
from botops.pricebook import PriceBook

_BETWEEN_TURNS = timedelta(minutes=1)


class Client(Protocol):
    """A simulated client. `cost` is what it has cost so far."""

    @property
    def cost(self) -> Cost:
        """What writing its messages has cost."""
        ...

    async def next(self, messages: Sequence[Message]) -> str | None:
        """The next message, given the dialogue so far; None when there is no more to say. Raises ModelError."""
        ...


@dataclass(frozen=True, slots=True)
class Subject:
    """A prompt version under test and the model that answers: how reports call them, where the text comes from.

    `pacer` is shared by all subjects of one model; without it the model is asked as fast as dialogues are held.
    """

    label: str
    source: PromptSource
    model: ChatModel
    pacer: Pacer | None = None


@dataclass(frozen=True, slots=True)
class Bench:
    """A suite with everything its dialogues need, behind ports.

    `clock_at` gives a clock that stands at a moment; `client_of` a simulated client who knows the prices of a day. With
    `stream` replies are streamed, as to a client who reads along. `judge` is asked by the checks that need a language
    model; without one such cases are not judged.
    """

    suite: Suite
    book: PriceBook
    subjects: tuple[Subject, ...]
    guard: Guard
    meter: Meter
    rules: BotRules
    clock_at: Callable[[datetime], Clock]
    client_of: Callable[[ClientProfile, PriceBook, datetime], Client]
    stream: bool = False
    judge: Judge | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One dialogue to be held."""

    bench: Bench
    case: Case
    subject: Subject
    repeat: int = 1

    @property
    def key(self) -> tuple[str, str, str, int]:
        """The key of its result."""
        return self.bench.suite.name, self.case.id, self.subject.label, self.repeat


@dataclass
class Run:
    """Jobs and the results so far. `finished` is in the order of the jobs whatever order they ended in.

    `concurrency` dialogues are held at a time with each model, so that one that is slow or asks to wait holds up no
    other. Where a pacer bounds the calls to as many, twice as many dialogues are open: a model is asked while other
    replies are judged, and the last dialogues do not leave it idle. After `max_pico_usd` are spent no further dialogue
    is begun; with such a bound none is open beyond `concurrency`, as those begun are paid for to their end.
    """

    jobs: tuple[Job, ...]
    concurrency: int = 8
    on_case: Callable[[CaseResult], None] = lambda _: None
    max_pico_usd: int | None = None
    _results: dict[tuple[str, str, str, int], CaseResult] = field(default_factory=dict)
    _stopping: bool = False
    _spent: int = 0

    @property
    def finished(self) -> tuple[CaseResult, ...]:
        """What is known."""
        return tuple(self._results[job.key] for job in self.jobs if job.key in self._results)

    @property
    def complete(self) -> bool:
        """True when every job has its result."""
        return all(job.key in self._results for job in self.jobs)

    @property
    def spent(self) -> int:
        """Pico-dollars that were billed: what a simulated model would have cost is not."""
        return self._spent

    def keep(self, result: CaseResult) -> None:
        """Takes the result of a job; of one that is known already the job is not run."""
        if result.key not in self._results:
            self._spent += result.billed_pico_usd
        self._results[result.key] = result

    def stop(self) -> None:
        """Begins no further dialogue; those begun are held to their end. May be called from another thread."""
        self._stopping = True

    async def hold(self) -> None:
        """Holds the dialogues that have no result yet. Raises StoreError when a recording cannot be written."""
        waiting: dict[int, list[Job]] = {}
        for job in self.jobs:
            if job.key not in self._results:
                waiting.setdefault(id(job.subject.pacer), []).append(job)
        try:
            async with asyncio.TaskGroup() as group:
                for jobs in waiting.values():
                    queue = iter(jobs)
                    for _ in range(self._open(jobs[0].subject)):
                        group.create_task(self._work(queue))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from errors

    def _open(self, subject: Subject) -> int:
        """How many dialogues with a model are open at a time; with one call at a time they follow each other."""
        paced = subject.pacer is not None and self.max_pico_usd is None and self.concurrency > 1
        return max(1, self.concurrency) * (2 if paced else 1)

    async def _work(self, waiting: Iterator[Job]) -> None:
        for job in waiting:
            if self._stopping or (self.max_pico_usd is not None and self._spent >= self.max_pico_usd):
                return
            result = await hold_dialogue(job)
            self.keep(result)
            self.on_case(result)
            # A replay never waits for anything: without this Ctrl-C would be heard at the end only.
            await asyncio.sleep(0)


def jobs_of(bench: Bench, repeat: int = 1) -> Iterator[Job]:
    """Every dialogue of a bench, case by case."""
    for case in bench.suite.cases:
        for subject in bench.subjects:
            for number in range(1, repeat + 1):
                yield Job(bench, case, subject, number)


class _Silent:
    """The port `Observer`: a dialogue of an eval counts in no metric."""

    def turn_finished(self, record: TurnRecord) -> None:
        """Nothing."""


async def hold_dialogue(job: Job) -> CaseResult:
    """Holds one dialogue and judges it."""
    bench, case, model = job.bench, job.case, job.subject.model
    clock = DialogueClock(bench.clock_at(case.at))
    started = clock.monotonic()
    if job.subject.pacer is not None:
        model = PacedModel(model, job.subject.pacer, clock)
    name = "/".join(str(part) for part in job.key)
    memory = DialogueMemory(case.history)
    writer = _client(bench, case)
    ids = count(1)
    guard = DialogueGuard(bench.guard, clock) if isinstance(bench.guard, GuardApart) else bench.guard
    bot = Bot(
        job.subject.source, model, guard, bench.meter, memory, _Silent(), clock,
        lambda: f"{name}#{next(ids)}", bench.rules,
    )  # fmt: skip
    views: list[TurnView] = []
    fault = None
    for number in count(1):
        before = memory.messages
        try:
            text = await writer.next(before)
        except ModelError as error:
            fault = Fault("client_failed", f"the simulated client: {error.fault}: {error}")
            break
        if text is None:
            break
        record = await bot.run_turn(_inbound(case, name, number, text), _read if bench.stream else None)
        views.append(TurnView(number, text, record, before))
        fault = fault_of(record)
        if fault is not None:
            break
    dialogue = DialogueView(tuple(views), bench.book, case.at, case.region, case.segment)
    outcome = await judged(case, dialogue, bench.judge, cut_short=fault is not None)
    fault = fault or outcome.fault
    cost = sum((view.record.cost for view in views), Cost())
    costs = (cost, outcome.judge_cost, writer.cost)
    return CaseResult(
        *job.key[:3],
        "fail" if outcome.failures else "error" if fault else "pass",
        job.repeat,
        outcome.failures,
        fault.kind if fault else None,
        fault.message if fault else None,
        tuple(turn_result(view.record) for view in views),
        outcome.asked,
        case.tags,
        case.weight,
        case.owner,
        case.origin,
        cost.pico_usd,
        round(clock.monotonic() - started, 3),
        _beside(outcome, writer),
        any(part.unknown_model for part in costs),
        outcome.grades,
        outcome.advice,
        billed_pico_usd=sum(part.pico_usd for part in costs if not part.simulated),
    )


def _beside(outcome: Outcome, writer: Client) -> dict[str, int]:
    """Pico-dollars of calls that no reply came from, by their purpose."""
    spent = {Purpose.JUDGE: outcome.judge_cost, Purpose.CLIENT: writer.cost}
    return {str(purpose): cost.pico_usd for purpose, cost in spent.items() if cost != Cost()}


async def _read(text: str) -> None:
    """A client who reads along: the record keeps what left."""


class _Written:
    """The lines of a case as a client."""

    cost = Cost()

    def __init__(self, case: Case) -> None:
        self._lines = iter(case.lines)

    async def next(self, messages: Sequence[Message]) -> str | None:
        """The next line."""
        line = next(self._lines, None)
        return line.text if line else None


class _Patient:
    """A simulated client that stops after so many messages."""

    def __init__(self, client: Client, most: int) -> None:
        self._client = client
        self._left = most

    @property
    def cost(self) -> Cost:
        """That of the client."""
        return self._client.cost

    async def next(self, messages: Sequence[Message]) -> str | None:
        """The next message, None after the last."""
        self._left -= 1
        return await self._client.next(messages) if self._left >= 0 else None


def _client(bench: Bench, case: Case) -> Client:
    if case.client is None:
        return _Written(case)
    return _Patient(bench.client_of(case.client, bench.book, case.at), case.client.patience)


def _inbound(case: Case, dialogue: str, number: int, text: str) -> InboundMessage:
    return InboundMessage(
        dialogue,
        dialogue,
        text,
        case.at + (number - 1) * _BETWEEN_TURNS,
        f"{dialogue}#{number}",
        case.channel,
        case.locale,
        case.region,
        case.segment,
    )
