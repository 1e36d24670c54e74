"""An experiment lived in advance with simulated clients: does the plan lead to a verdict, does the guardrail stop harm.

Everything between a client's message and the verdict is the product's own; only the clients and the model are
simulated. What they would buy is an assumption (`botops.simulator.decisions`), so a rehearsal proves the way, never the
result.
"""

from __future__ import annotations

import asyncio
import heapq
import random
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botops.app.clock import SetClock, SystemClock
from botops.app.container import Container
from botops.app.experiments.auto_stop import ExperimentWatch
from botops.app.experiments.status import experiment_status, status_json
from botops.app.living import Manners, Visit, aftermath, live, report
from botops.config import Secrets
from botops.domain.errors import UserError
from botops.simulator import Errors, SimulatedModel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from botops.app.experiments.status import ExperimentStatus
    from botops.app.living import Lived
    from botops.config import Settings
    from botops.domain.messages import Language
    from botops.domain.outcomes import Feedback, Outcome
    from botops.domain.releases import Override
    from botops.pricebook import PriceBook
    from botops.registry import Registry, Split

AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Course:
    """How long and how busy the rehearsal is; `looks_a_day` is how often the experiment is judged."""

    days: int = 28
    leads_a_day: int = 100
    looks_a_day: int = 24
    seed: int = 7

    def __post_init__(self) -> None:
        for name in ("days", "leads_a_day", "looks_a_day"):
            if getattr(self, name) < 1:
                raise UserError(f"{name} is at least 1, not {getattr(self, name)}")


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How a rehearsed experiment stood at a moment, after so many leads. `stopped` is the order by which a guardrail
    ended it."""

    at: datetime
    leads: int
    status: ExperimentStatus
    stopped: Override | None = None

    @property
    def decided(self) -> bool:
        """True when nothing more is to be learnt: it was stopped, or a variant was called better or worse."""
        from botops.experiments import State

        state = self.status.verdict.state if self.status.verdict else None
        return self.stopped is not None or state in {State.BETTER, State.WORSE, State.HARM}


@dataclass(order=True)
class _Due:
    """An outcome or a rating that is reported when its moment comes."""

    at: datetime
    id: str
    event: Outcome | Feedback = field(compare=False)


@contextmanager
def stage(settings: Settings, prompt: str, split: Split | None = None) -> Iterator[tuple[Container, SetClock]]:
    """An installation to rehearse on, gone afterwards: the same prompts and price book, the simulated model, a store of
    its own, and a clock that is set. Nothing of the real one is touched.

    `split` is the experiment to begin on it, in the place of one that runs. Raises UserError when it cannot begin.
    """
    clock = SetClock(SystemClock().now())
    with tempfile.TemporaryDirectory(prefix="botops-rehearsal-") as scratch:
        prompts = Path(scratch) / "prompts"
        shutil.copytree(settings.path("prompts"), prompts)
        # Replies are flagged and sent: a guard that mends them would hide from the experiment what the prompt does.
        own = settings.moved(Path(scratch), prompts=prompts).with_overrides(["guard.policy=observe"])
        own = own.model_copy(update={"prompt": prompt})
        with Container.open(own, Secrets(), clock=clock, model=SimulatedModel()) as container:
            if split is not None:
                _begin(container.registry, prompt, split, clock.at)
            yield container, clock


def _begin(registry: Registry, prompt: str, split: Split, at: datetime) -> None:
    for change in (None, split) if registry.release(prompt).split is not None else (split,):
        registry.change_split(prompt, change, by="rehearsal", reason="rehearsal", at=at)


async def rehearse(
    settings: Settings,
    prompt: str,
    course: Course,
    *,
    split: Split | None = None,
    language: Language = "ru",
    on_look: Callable[[Rehearsal], None] = lambda _: None,
) -> Rehearsal:
    """Lives the experiment that stands in the prompt's release, or `split` in its place, until it is decided or its
    course is run; how it stood then. `on_look` is told each look.

    Raises UserError without a price book, or when no experiment runs on the prompt or it cannot begin.
    """
    with stage(settings, prompt, split) as (container, clock):
        return await _rehearse(container, clock, prompt, course, language, on_look)


async def _rehearse(
    container: Container,
    clock: SetClock,
    prompt: str,
    course: Course,
    language: Language,
    on_look: Callable[[Rehearsal], None],
) -> Rehearsal:
    book = _book(container)
    watch = ExperimentWatch(container)
    step = timedelta(days=1) / course.looks_a_day
    rng = random.Random(f"rehearsal:{course.seed}")  # noqa: S311  a draw, not a secret
    due: list[_Due] = []
    found = Rehearsal(clock.at, 0, experiment_status(container, prompt, language))
    for look in range(course.days * course.looks_a_day):
        wanted = course.leads_a_day * (look + 1) // course.looks_a_day
        visits = [_visit(number, clock.at, step, rng) for number in range(found.leads, wanted)]
        for lived in await _lived(container, book, visits, course):
            for event in aftermath(lived, course.seed):
                heapq.heappush(due, _Due(event.at, event.id, event))
        clock.at += step
        report(container.store, _come(due, clock.at))
        stopped = next((order for order in watch.look() if order.subject == prompt), None)
        found = Rehearsal(clock.at, wanted, experiment_status(container, prompt, language), stopped)
        on_look(found)
        if found.decided:
            break
    return found


def rehearsal_json(found: Rehearsal) -> dict[str, Any]:
    """The end of a rehearsal as JSON."""
    stopped = found.stopped
    return {
        "at": found.at.isoformat(),
        "leads": found.leads,
        "decided": found.decided,
        "stopped": {"by": stopped.by, "reason": stopped.reason} if stopped else None,
        "status": status_json(found.status),
    }


def _book(container: Container) -> PriceBook:
    current = container.books.current()
    if current is None:
        raise UserError(f"there is no price book at {container.books.path}: a rehearsal needs one")
    return current.book


def _visit(number: int, begins: datetime, step: timedelta, rng: random.Random) -> Visit:
    at = (begins + step * rng.random()).replace(microsecond=0).astimezone(UTC)
    return Visit(number, f"lead-{number + 1:06d}", f"dialogue-{number + 1:06d}", "web", at)


async def _lived(container: Container, book: PriceBook, visits: Sequence[Visit], course: Course) -> list[Lived]:
    simulator = container.settings.simulator
    manners = Manners(course.seed, Errors(**simulator.errors.model_dump()), simulator.obeys_repair)
    free = asyncio.Semaphore(AT_ONCE)

    async def one(visit: Visit) -> Lived:
        async with free:
            return await live(container.bot, book, visit, manners)

    return list(await asyncio.gather(*map(one, visits)))


def _come(due: list[_Due], now: datetime) -> list[Outcome | Feedback]:
    come = []
    while due and due[0].at <= now:
        come.append(heapq.heappop(due).event)
    return come
