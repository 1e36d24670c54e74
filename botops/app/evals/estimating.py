"""The estimate of a run: jobs, recordings that tell how long replies are, and the meter put together."""

from __future__ import annotations

from collections import Counter
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING

from botops.app.models import recordings_of
from botops.evals.estimate import DialogueEstimator, Estimate, ReplySize, Span, Tally, judging, playing, span_of
from botops.evals.judge import prompt_text as judge_text
from botops.evals.model_client import prompt_text as client_text
from botops.llm.estimate import encoding_name, estimate_by_shape
from botops.llm.recordings import read_recordings
from botops.llm.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from botops.app.evals.clients import Clients
    from botops.app.evals.preparation import Prepared
    from botops.config import Settings
    from botops.domain.ports import ChatModel, Meter
    from botops.domain.usage import Cost, Usage
    from botops.evals.estimate import ModelEstimate
    from botops.evals.judge import Judge
    from botops.evals.runner import Job
    from botops.llm.recordings import Recording

_ASSUMED = ReplySize(Span(40, 150, 600), "replies taken to be of about 150 tokens (40 to 600)")
_GRADES = "a grade is a sentence, a quote and a score"
_LINES = "a client's message is of about 20 tokens"
_ENOUGH = 5
"""Fewer recorded replies say little about the next one."""


def estimate_run(
    jobs: Sequence[Job],
    prepared: Sequence[Prepared],
    settings: Settings,
    judge: Judge | None,
    clients: Clients,
    *,
    now: datetime,
    exact: bool,
) -> Estimate:
    """What the dialogues of `jobs` will cost. `exact` counts tokens with the models' vocabularies; without it they are
    counted by the shape of texts, because reading a vocabulary takes longer and more memory than a small run."""
    sizes = _sizes(prepared, settings)
    labels = {(p.info.name, subject.label): subject.model for p in prepared for subject in p.info.subjects}
    repeats = Counter((job.bench.suite.name, job.case.id, job.subject.label) for job in jobs)
    first = {(job.bench.suite.name, job.case.id, job.subject.label): job for job in jobs}
    tallies = _Tallies(prepared[0].bench.meter, exact=exact)
    for key, job in first.items():
        label, model, times = labels[key[0], key[2]], job.subject.model, repeats[key]
        size = sizes[key[0], label]
        for use in tallies.estimator(label, model).turns(job, size):
            tallies.of(label, model, job.bench.suite.at).add(use, times, size.source)
        if judge is not None:
            count = tallies.counter(judge.model)
            asked = judging(job, count(judge_text()), count, size.tokens)
            if asked is not None:
                tallies.of(f"judge: {judge.model.name}", judge.model, now).add(asked, times, _GRADES)
        player = None if job.case.client is None else clients.model_of(job.case.client)
        if player is not None:
            asked = playing(job, tallies.counter(player)(client_text()), size.tokens)
            tallies.of(f"client: {player.name}", player, now).add(asked, times, _LINES)
    return Estimate(len(jobs), tallies.estimates, exact)


class _Tallies:
    """A tally for each model, by the label it goes by."""

    def __init__(self, meter: Meter, *, exact: bool) -> None:
        self._meter, self._exact = meter, exact
        self._tallies: dict[str, Tally] = {}
        self._estimators: dict[str, DialogueEstimator] = {}

    def of(self, label: str, model: ChatModel, at: datetime) -> Tally:
        """The tally of a model, priced as of a moment."""
        if label not in self._tallies:
            self._tallies[label] = _tally(label, model, self._meter, at)
        return self._tallies[label]

    def estimator(self, label: str, model: ChatModel) -> DialogueEstimator:
        """What counts the dialogues with a model."""
        if label not in self._estimators:
            self._estimators[label] = DialogueEstimator(self.counter(model))
        return self._estimators[label]

    def counter(self, model: ChatModel) -> Callable[[str], int]:
        """Counts a text as a model does."""
        return _counter(encoding_name(model.name), self._exact)

    @property
    def estimates(self) -> tuple[ModelEstimate, ...]:
        """What has been added up, of each model."""
        return tuple(tally.estimate() for tally in self._tallies.values())


def _tally(label: str, model: ChatModel, meter: Meter, at: datetime) -> Tally:
    @cache
    def price(usage: Usage) -> Cost:
        return meter.cost(usage, model.name, at, simulated=model.simulated)

    return Tally(label, price, simulated=model.simulated)


@lru_cache(maxsize=4)
def _counter(encoding: str, exact: bool) -> Callable[[str], int]:
    known = vocabulary(encoding) if exact else None
    if known is None:
        return lru_cache(maxsize=10_000)(partial(estimate_by_shape, encoding=encoding))
    return lru_cache(maxsize=10_000)(lambda text: len(known.encode_ordinary(text)))


def _sizes(prepared: Sequence[Prepared], settings: Settings) -> dict[tuple[str, str], ReplySize]:
    """How long replies are, by suite and model."""
    sizes = {}
    for p in prepared:
        rows = read_recordings(recordings_of(settings) / p.info.name)
        for named in p.models:
            sizes[p.info.name, named.label] = _size(named.model, rows)
    return sizes


def _size(model: ChatModel, rows: Sequence[Recording]) -> ReplySize:
    """As recorded of the model, else of any real one, else as assumed. Simulated replies are shorter than any model's,
    so they tell of themselves alone."""
    own = [row for row in rows if row.model == model.name]
    real = [row for row in rows if not row.simulated]
    for known in (own, real):
        if len(known) >= _ENOUGH:
            names = ", ".join(sorted({row.model for row in known}))
            tokens = span_of(row.usage.output_tokens for row in known)
            return ReplySize(tokens, f"replies as in {len(known)} recordings of {names}")
    return _ASSUMED
