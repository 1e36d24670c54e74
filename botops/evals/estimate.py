"""What a run will use and cost, before a model is asked anything.

Prompts are rendered as the run will render them and counted; how long replies will be is taken from elsewhere. The
span runs from a run without repairs whose repeated input comes from the provider's cache to one in which every reply is
long and has to be repaired as often as the rules allow. Tries repeated after a fault are not foreseen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from botops.bot.language import detect_language
from botops.domain.errors import UserError
from botops.domain.messages import InboundMessage
from botops.domain.money import PICO
from botops.domain.prompts import Past
from botops.domain.turns import GuardPolicy
from botops.domain.usage import Cost, Usage

if TYPE_CHECKING:
    from botops.domain.messages import Language
    from botops.domain.prompts import RenderedPrompt
    from botops.evals.model import Case
    from botops.evals.runner import Job

SPREAD = 0.15
"""By how much tokens may be off, either way: counted by the shape of a text, or by another maker's vocabulary."""
_FRAME = 4
"""Tokens around each message, as in `botops.llm.estimate`."""
_CLIENT_LINE = 20
"""Tokens of a message that a simulated client writes."""
_REPAIR_NOTE = 150
"""Tokens of the instruction to repair a reply."""


@dataclass(frozen=True, slots=True)
class Span:
    """The least, the likely and the most of something."""

    low: int = 0
    likely: int = 0
    high: int = 0

    def __add__(self, other: Span) -> Span:
        return Span(self.low + other.low, self.likely + other.likely, self.high + other.high)

    def times(self, times: int) -> Span:
        """So many of it."""
        return Span(self.low * times, self.likely * times, self.high * times)


@dataclass(frozen=True, slots=True)
class ReplySize:
    """Tokens of a reply, and how that is known, in words."""

    tokens: Span
    source: str


@dataclass(frozen=True, slots=True)
class Use:
    """So many calls and what they use together, in the least, the likely and the worst case."""

    calls: Span
    low: Usage
    likely: Usage
    high: Usage


@dataclass(frozen=True, slots=True)
class ModelEstimate:
    """What a model will be asked and cost. `pico_usd` is None when its price is not known; `simulated` when nothing is
    billed. `assumption` says how long replies are taken to be."""

    label: str
    simulated: bool
    calls: Span
    input_tokens: Span
    output_tokens: Span
    pico_usd: Span | None
    priced_as: str
    prices: str
    assumption: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run will cost: so many dialogues, by model. `exact` when texts were counted with a vocabulary and not by
    their shape."""

    dialogues: int
    models: tuple[ModelEstimate, ...]
    exact: bool = False

    @property
    def billed(self) -> tuple[ModelEstimate, ...]:
        """The models that bring a bill."""
        return tuple(model for model in self.models if not model.simulated)

    @property
    def unpriced(self) -> tuple[str, ...]:
        """What those are called whose price is not known."""
        return tuple(model.priced_as for model in self.billed if model.pico_usd is None)

    @property
    def pico_usd(self) -> Span:
        """Pico-dollars of all that is billed at a known price."""
        return sum((model.pico_usd for model in self.billed if model.pico_usd is not None), Span())


def dollars(pico_usd: int) -> Decimal:
    """Pico-dollars as dollars."""
    return Decimal(pico_usd) / PICO


class Tally:
    """Adds up the calls of one model. `price` gives the cost of what one call uses."""

    def __init__(self, label: str, price: Callable[[Usage], Cost], *, simulated: bool) -> None:
        self._label, self._price, self._simulated = label, price, simulated
        self._calls = self._input = self._output = self._pico = Span()
        self._assumptions: dict[str, None] = {}

    def add(self, use: Use, times: int, assumption: str) -> None:
        """Adds what is asked so many times."""
        usages = (use.low, use.likely, use.high)
        self._calls += use.calls.times(times)
        self._input += Span(*(usage.input_tokens for usage in usages)).times(times)
        self._output += Span(*(usage.output_tokens for usage in usages)).times(times)
        self._pico += Span(*(self._price(usage).pico_usd for usage in usages)).times(times)
        self._assumptions.setdefault(assumption)

    def estimate(self) -> ModelEstimate:
        """What has been added up."""
        priced = self._price(Usage())
        return ModelEstimate(
            self._label,
            self._simulated,
            self._calls,
            self._input,
            self._output,
            None if priced.unknown_model else self._pico,
            priced.priced_as,
            "" if priced.unknown_model else priced.source,
            "; ".join(self._assumptions),
        )


class DialogueEstimator:
    """Counts the calls of dialogues. `tokens_of` counts a text."""

    def __init__(self, tokens_of: Callable[[str], int]) -> None:
        self._tokens_of = tokens_of
        self._prompts: dict[object, tuple[int, int | None]] = {}

    def turns(self, job: Job, size: ReplySize) -> Iterator[Use]:
        """What each turn of a dialogue asks of its model. Nothing when the prompt cannot be filled in: no model is
        asked then."""
        lines = list(self._lines(job.case))
        try:
            prompt, most = self._prompt(job, lines[0][0])
        except UserError:
            return
        reply = _at_most(size.tokens, most)
        said = sum(self._message(message.content) for message in job.case.history)
        before = Span(said, said, said)
        repairs = job.bench.rules.repairs if job.bench.rules.policy is GuardPolicy.REPAIR else 0
        for text, times in lines:
            line = self._message(text) if text else _CLIENT_LINE + _FRAME
            asked = Span(*(prompt + part + line for part in (before.low, before.likely, before.high)))
            yield _turn(asked, line, reply, times, repairs)
            before += Span(*(line + _FRAME + part for part in (reply.low, reply.likely, reply.high)))

    def _lines(self, case: Case) -> Iterator[tuple[str, Span]]:
        """What the client writes, and how often: a simulated client stops when it likes."""
        if case.client is None:
            yield from ((line.text, Span(1, 1, 1)) for line in case.lines)
            return
        likely = (case.client.patience + 1) // 2
        for number in range(case.client.patience):
            yield "", Span(int(number < 1), int(number < likely), 1)

    def _prompt(self, job: Job, text: str) -> tuple[int, int | None]:
        """Tokens of the rendered prompt, and the most a reply may have."""
        case = job.case
        client = case.client.language if case.client else job.bench.rules.default_language
        language = case.locale or detect_language(text, case.history, client)
        circumstances = (id(job.subject.source), language, case.at, case.channel, case.region, case.segment)
        if circumstances not in self._prompts:
            rendered = _rendered(job, text, language)
            tokens = sum(self._message(message.content) for message in rendered.messages)
            self._prompts[circumstances] = tokens, rendered.parameters.max_tokens
        return self._prompts[circumstances]

    def _message(self, text: str) -> int:
        return self._tokens_of(text) + _FRAME


def _rendered(job: Job, text: str, language: Language) -> RenderedPrompt:
    case = job.case
    inbound = InboundMessage(
        case.id, case.id, text, case.at, case.id, case.channel, case.locale, case.region, case.segment
    )
    return job.subject.source.prompt_for(inbound, language, Past())


def _turn(asked: Span, line: int, reply: Span, times: Span, repairs: int) -> Use:
    less, more = 1 - SPREAD, 1 + SPREAD
    low = Usage(
        input_tokens=round(times.low * asked.low * less),
        cached_tokens=round(times.low * (asked.low - line) * less),
        output_tokens=times.low * reply.low,
    )
    likely = Usage(input_tokens=times.likely * asked.likely, output_tokens=times.likely * reply.likely)
    again = sum(asked.high + number * (reply.high + _REPAIR_NOTE) for number in range(1, repairs + 1))
    high = Usage(
        input_tokens=round(times.high * (asked.high + again) * more),
        output_tokens=times.high * (1 + repairs) * reply.high,
    )
    return Use(Span(times.low, times.likely, times.high * (1 + repairs)), low, likely, high)


def _at_most(size: Span, most: int | None) -> Span:
    if most is None:
        return size
    return Span(min(size.low, most), min(size.likely, most), min(size.high, most))


def span_of(counts: Iterable[int]) -> Span:
    """The tenth, the mean and the ninetieth part of counts, in the order of their size."""
    ordered = sorted(counts)
    last = len(ordered) - 1
    return Span(ordered[last // 10], round(sum(ordered) / len(ordered)), ordered[last - last // 10])


def judging(job: Job, prompt: int, tokens_of: Callable[[str], int], reply: Span) -> Use | None:
    """What the judge is asked about a dialogue, with a prompt of so many tokens; None when nothing is asked of it. It
    reads the whole dialogue for each question, and at worst answers twice."""
    case = job.case
    questions = sum(expectation.check.needs_llm for expectation in case.expectations)
    if not questions:
        return None
    turns = len(case.lines) or (case.client.patience if case.client else 0)
    texts = [*(message.content for message in case.history), *(line.text for line in case.lines)]
    known = prompt + sum(tokens_of(text) + _FRAME for text in texts)
    low, likely, high = (known + turns * (part + _FRAME) for part in (reply.low, reply.likely, reply.high))
    return Use(
        Span(questions, questions, 2 * questions),
        Usage(input_tokens=round(questions * low * (1 - SPREAD)), output_tokens=questions * _GRADE.low),
        Usage(input_tokens=questions * likely, output_tokens=questions * _GRADE.likely),
        Usage(input_tokens=round(2 * questions * high * (1 + SPREAD)), output_tokens=2 * questions * _GRADE.high),
    )


def playing(job: Job, prompt: int, reply: Span) -> Use:
    """What a model is asked that plays the client of a dialogue, with a prompt of so many tokens."""
    assert job.case.client is not None
    patience = job.case.client.patience
    messages = Span(1, (patience + 1) // 2, patience)
    line = _CLIENT_LINE + _FRAME

    def asked(count: int, answer: int) -> int:
        """Input of so many messages: each is asked for with all that was said before."""
        return count * (prompt + line) + (line + answer + _FRAME) * count * (count - 1) // 2

    return Use(
        messages,
        Usage(input_tokens=round(asked(messages.low, reply.low) * (1 - SPREAD)), output_tokens=_CLIENT_LINE // 2),
        Usage(input_tokens=asked(messages.likely, reply.likely), output_tokens=messages.likely * _CLIENT_LINE),
        Usage(
            input_tokens=round(asked(messages.high, reply.high) * (1 + SPREAD)),
            output_tokens=messages.high * 3 * _CLIENT_LINE,
        ),
    )


_GRADE = Span(30, 80, 250)
"""Tokens of a judge's answer: a sentence, a quote and a score."""
