"""The judge: a language model that grades replies by a written criterion.

It is asked about conduct and wording, never about arithmetic. Dialogues are hostile text: they travel as JSON strings,
and an answer is taken in one shape only. Whatever the judge does, a prompt is never blamed for it: what it cannot grade
is not judged.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from botops.config.answers import read_answer_json, visible
from botops.domain.billing import billed
from botops.domain.errors import ModelError
from botops.domain.messages import Message
from botops.domain.ports import ChatModel, Clock, Meter, ModelRequest
from botops.domain.prompts import ModelParameters
from botops.domain.turns import Purpose
from botops.domain.usage import Cost, Usage
from botops.evals.calibration import Calibrations
from botops.evals.checks.base import Question

PROMPT = "judge@1"
"""The identity of the judge's prompt, `botops/evals/templates/judge.txt`."""
BAD_ANSWER = "bad_answer"
GAVE_UP = "gave_up"
TOO_LARGE = "too_large"
MOST_CHARACTERS = 60_000
"""Characters of a dialogue that a judge is asked about."""
_MOST_QUOTED = 400
_MOST_SAID = 2_000
_MOST_FAULTS = 5
"""Faults in a row after which the judge is asked no more: the next thousand questions would only wait."""
_OF_ONE_REQUEST = frozenset({"no_recording", "stale_recording", "filtered", "too_large", "truncated"})
_AGAIN = "That was not the JSON object that was asked for. Answer with that one object and nothing else."


@dataclass(frozen=True, slots=True)
class Said:
    """A message a judge is shown; `graded` when it is one of those under review."""

    message: Message
    graded: bool = False


@dataclass(frozen=True, slots=True)
class Grading:
    """What came of a question: a score with its reason and the words that decided it, or why there is none.

    `fault` is a class of model faults, `bad_answer`, `too_large` or `gave_up`; `reason` then says it in a sentence.
    `cost` counts every call, failed ones too.
    """

    score: int | None
    reason: str
    quote: str = ""
    fault: str | None = None
    calls: int = 0
    usage: Usage = field(default_factory=Usage)
    cost: Cost = field(default_factory=Cost)


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    reason: str = Field(min_length=1, max_length=_MOST_SAID)
    quote: str = Field(default="", max_length=_MOST_QUOTED)
    score: int


class _BadAnswerError(ValueError):
    """The model's answer is not of the shape that was asked for."""


@lru_cache(maxsize=1)
def prompt_text() -> str:
    """The judge's prompt as it is shipped, its blanks not filled in."""
    return files("botops.evals").joinpath("templates/judge.txt").read_text("utf-8")


def prompt_checksum() -> str:
    """The SHA-256 of the judge's prompt, in hex: a calibration holds for one text only."""
    return sha256(prompt_text().encode()).hexdigest()


class Judge:
    """Puts questions to one model, at most `concurrency` at a time.

    `hide` masks personal data in texts and keeps their length. After a refused key or several faults in a row the model
    is not asked again.
    """

    def __init__(
        self,
        model: ChatModel,
        meter: Meter,
        clock: Clock,
        calibrations: Calibrations | None = None,
        *,
        concurrency: int = 8,
        temperature: float | None = 0.0,
        deadline_s: float = 60.0,
        hide: Callable[[list[str]], list[str]] = lambda texts: texts,
    ) -> None:
        self.model = model
        self._meter, self._clock, self._hide = meter, clock, hide
        self._calibrations = calibrations or Calibrations()
        self._room = asyncio.Semaphore(concurrency)
        self._temperature, self._deadline_s = temperature, deadline_s
        self._faults = 0
        self._over = False

    def doubt(self, question: Question) -> str | None:
        """Why this judge may not fail a gate by this question, or None when people have found it fit to."""
        return self._calibrations.doubt(question, self.model.name, prompt_checksum())

    async def grade(self, question: Question, said: Sequence[Said]) -> Grading:
        """The grade of a dialogue; an answer of the wrong shape is asked for once more. Raises StoreError when the
        answer cannot be recorded."""
        if sum(len(s.message.content) for s in said) > MOST_CHARACTERS:
            return Grading(None, f"the dialogue is over {MOST_CHARACTERS} characters", fault=TOO_LARGE)
        messages = self._messages(question, said)
        done = Grading(None, "")
        for again in (False, True):
            done = await self._asked((*messages, Message("user", _AGAIN)) if again else messages, done)
            if done.fault is not None:
                return done
            try:
                return _graded(question, said, self._hidden(said), done)
            except _BadAnswerError as error:
                why = str(error)
        return replace(done, reason=f"its answer was of no use twice: {why}", fault=BAD_ANSWER)

    async def close(self) -> None:
        """Lets go of connections."""
        close = getattr(self.model, "aclose", None)
        if close is not None:
            await close()

    async def _asked(self, messages: tuple[Message, ...], before: Grading) -> Grading:
        """The model's text as the `reason`, still to be read, with the cost of this call and those before."""
        parameters = ModelParameters(temperature=self._temperature)
        request = ModelRequest(messages, parameters, Purpose.JUDGE, self._deadline_s, PROMPT)
        async with self._room:
            if self._over:
                return replace(before, reason="it failed too often and is asked no more", fault=GAVE_UP)
            try:
                reply = await self.model.complete(request)
            except ModelError as error:
                self._failed(error)
                failed = replace(before, reason=str(error), fault=error.fault, calls=before.calls + error.attempts)
                return self._counted(failed, error.billed, error.model)
        self._faults = 0
        return self._counted(replace(before, reason=reply.text, calls=before.calls + 1), reply.billed, reply.model)

    def _counted(self, grading: Grading, requests: tuple[Usage, ...], model: str) -> Grading:
        now, simulated = self._clock.now(), self.model.simulated
        cost = billed(self._meter, requests, model, now, asked=self.model.name, simulated=simulated)
        return replace(grading, usage=sum(requests, grading.usage), cost=grading.cost + cost)

    def _failed(self, error: ModelError) -> None:
        if error.fault in _OF_ONE_REQUEST:
            return
        self._faults += 1
        self._over = self._over or error.fault == "auth" or self._faults >= _MOST_FAULTS

    def _hidden(self, said: Sequence[Said]) -> list[str]:
        return self._hide([s.message.content for s in said])

    def _messages(self, question: Question, said: Sequence[Said]) -> tuple[Message, ...]:
        system = prompt_text().format(
            criterion=question.criterion, scale=_scale(question), low=question.low, high=question.high,
            quoted=_MOST_QUOTED,
        )  # fmt: skip
        names = {"user": "client", "assistant": "bot", "tool": "tool"}
        dialogue = [
            {"from": names[s.message.role], "text": text, "graded": s.graded}
            for s, text in zip(said, self._hidden(said), strict=True)
            if s.message.role in names
        ]
        return Message("system", system), Message("user", json.dumps({"dialogue": dialogue}, ensure_ascii=False))


def _scale(question: Question) -> str:
    lines = [f"The scale, from {question.low} (worst) to {question.high} (best):"]
    ends = {question.low: "the criterion is not met at all", question.high: "the criterion is met in full"}
    levels = ends | dict(question.levels)
    return "\n".join([*lines, *(f"{score}: {text}" for score, text in sorted(levels.items()))])


def _graded(question: Question, said: Sequence[Said], shown: Sequence[str], answered: Grading) -> Grading:
    try:
        answer = _Answer.model_validate(read_answer_json(answered.reason))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise _BadAnswerError(f"{'.'.join(map(str, first['loc'])) or 'answer'}: {first['msg']}") from error
    except ValueError as error:
        raise _BadAnswerError("it is not the JSON that was asked for") from error
    if not question.low <= answer.score <= question.high:
        raise _BadAnswerError(f"score {answer.score} is not from {question.low} to {question.high}")
    # A quote that no graded message holds is the judge's invention: the score stands, the quote does not.
    held = any(s.graded and answer.quote in text for s, text in zip(said, shown, strict=True))
    quote = answer.quote if held and answer.quote.strip() else ""
    return replace(answered, score=answer.score, reason=visible(answer.reason), quote=quote)
