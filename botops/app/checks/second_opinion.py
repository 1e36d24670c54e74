"""The second opinion: a language model asked about tone, intent and promises without a figure.

It adds to what the claim checker says and changes nothing of it: opinions are no findings, have no severity and decide
no exit code. Whatever the model does, the run goes on: what is broken is counted as not given.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from botops.app.checks.opinion_request import MAX_REPLY, BadAnswerError, read_answer, request_for
from botops.app.models import recordings_of, speaking_model
from botops.domain.billing import billed
from botops.domain.errors import ModelError
from botops.domain.opinions import SecondOpinion
from botops.domain.usage import Cost, Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from botops.config import Secrets, Settings
    from botops.domain.messages import Message
    from botops.domain.money import Money
    from botops.domain.opinions import Concern, Dropped, Opinion
    from botops.domain.ports import ChatModel, Clock, Meter

BAD_ANSWER = "bad_answer"
TOO_LARGE = "too_large"
GAVE_UP = "gave_up"
_FOLDER = "second-opinion"
_RECORD = "botops opinion calibrate LABELS.jsonl --model MODEL --record"
_HOPELESS = frozenset({"auth"})
_OF_ONE_REQUEST = frozenset({"no_recording", "stale_recording", "filtered", "too_large", "truncated"})
_MOST_FAULTS = 5
"""Faults in a row after which the model is asked no more: the next thousand replies would only wait."""


def opinion_model(settings: Settings, secrets: Secrets, wanted: str | None) -> ChatModel:
    """The model to be asked: a name, a URL, `replay`, `replay:MODEL`, or None for the configured one.

    Raises UserError for the simulated model, which follows a sales prompt and can judge nothing, and as `build_model`.
    """
    return speaking_model(
        settings, secrets, wanted or settings.second_opinion.model, recordings_folder(settings),
        task="give opinions", command=_RECORD,
    )  # fmt: skip


def recordings_folder(settings: Settings) -> Path:
    """Where recorded opinions live, apart from the replies recorded for evals."""
    return recordings_of(settings) / _FOLDER


class OpinionDesk:
    """Asks one model about replies, at most `concurrency` at a time.

    After a refused key or several faults in a row the model is not asked again (`gave_up`).
    """

    def __init__(
        self,
        model: ChatModel,
        meter: Meter,
        clock: Clock,
        concerns: Sequence[Concern],
        *,
        concurrency: int = 4,
        temperature: float | None = 0.0,
        deadline_s: float = 60.0,
    ) -> None:
        self.model = model
        self.concerns = tuple(dict.fromkeys(concerns))
        self._meter, self._clock = meter, clock
        self._concurrency = concurrency
        self._temperature, self._deadline_s = temperature, deadline_s
        self._faults = 0
        self._over = False

    async def of_dialogue(self, messages: Sequence[Message]) -> list[SecondOpinion]:
        """The second opinion on each of the bot's messages, in order; each sees only what was said before it."""
        turns = [n for n, m in enumerate(messages) if m.role == "assistant" and m.content.strip()]
        return await self.of_replies([messages[: turn + 1] for turn in turns])

    async def of_replies(
        self, replies: Sequence[Sequence[Message]], on_asked: Callable[[int], None] = lambda _: None
    ) -> list[SecondOpinion]:
        """The second opinion on the last message of each dialogue, in order; `on_asked` is told 1 after each."""
        gate = asyncio.Semaphore(self._concurrency)

        async def one(messages: Sequence[Message]) -> SecondOpinion:
            async with gate:
                opinion = await self.of_reply(messages)
            on_asked(1)
            return opinion

        return list(await asyncio.gather(*map(one, replies)))

    async def of_reply(self, messages: Sequence[Message]) -> SecondOpinion:
        """The second opinion on the last message, an assistant's, given all before it."""
        turn = len(messages) - 1
        if len(messages[-1].content) > MAX_REPLY:
            return SecondOpinion.not_given(turn, TOO_LARGE, called=False)
        if self._over:
            return SecondOpinion.not_given(turn, GAVE_UP, called=False)
        request = request_for(messages, self.concerns, temperature=self._temperature, deadline_s=self._deadline_s)
        try:
            reply = await self.model.complete(request)
        except ModelError as error:
            self._failed(error)
            usage = error.usage or Usage()
            return SecondOpinion.not_given(turn, error.fault, usage, self._cost(error.billed, error.model))
        self._faults = 0
        cost = self._cost(reply.billed, reply.model)
        try:
            opinions, dropped = read_answer(reply.text, messages, self.concerns)
        except BadAnswerError:
            return SecondOpinion.not_given(turn, BAD_ANSWER, reply.usage, cost)
        return SecondOpinion(turn, opinions, dropped, usage=reply.usage, cost=cost)

    def _failed(self, error: ModelError) -> None:
        if error.fault in _OF_ONE_REQUEST:
            return
        self._faults += 1
        self._over = self._over or error.fault in _HOPELESS or self._faults >= _MOST_FAULTS

    def _cost(self, requests: tuple[Usage, ...], model: str) -> Cost:
        now, simulated = self._clock.now(), self.model.simulated
        return billed(self._meter, requests, model, now, asked=self.model.name, simulated=simulated)


@dataclass
class OpinionTally:
    """What asking came to, counted as it goes. `costs` is summed apart for each exchange rate, so nothing drifts."""

    model: str
    simulated: bool = False
    replies: int = 0
    calls: int = 0
    by_concern: Counter[Concern] = field(default_factory=Counter)
    dropped: Counter[Dropped] = field(default_factory=Counter)
    not_given: Counter[str] = field(default_factory=Counter)
    usage: Usage = field(default_factory=Usage)
    _costs: dict[Any, Cost] = field(default_factory=dict)

    def add(self, opinion: SecondOpinion) -> None:
        """Counts one."""
        self.replies += 1
        self.calls += opinion.called
        self.by_concern.update(o.concern for o in opinion.opinions)
        self.dropped.update(opinion.dropped)
        if opinion.reason is not None:
            self.not_given[opinion.reason] += 1
        self.usage += opinion.usage
        cost = opinion.cost
        if cost != Cost():
            known = self._costs.get(cost.rate)
            self._costs[cost.rate] = replace(cost, local=None) if known is None else known + replace(cost, local=None)

    @property
    def cost(self) -> Cost:
        """What all calls cost, in pico-dollars."""
        return sum(self._costs.values(), Cost())

    def local_cost(self, currency: str) -> Money | None:
        """The same in the company's currency, None without an exchange rate."""
        from botops.costs import local_total

        if not self._costs or any(rate is None for rate in self._costs):
            return None
        return local_total(self._costs.values(), currency)


def opinion_row(dialogue_id: str, opinion: Opinion, model: str) -> dict[str, Any]:
    """An opinion as a JSON row of `botops check`, marked by `"opinion": true`: it has no kind and no severity, so no
    reader of findings can take it for one."""
    return {
        "dialogue_id": dialogue_id,
        "turn": opinion.turn,
        "kind": None,
        "quote": opinion.quote,
        "start": opinion.start,
        "end": opinion.end,
        "severity": None,
        "opinion": True,
        "concern": str(opinion.concern),
        "why": opinion.why,
        "model": model,
    }


def tally_json(tally: OpinionTally, currency: str) -> dict[str, Any]:
    """A tally for programs."""
    cost, local = tally.cost, tally.local_cost(currency)
    return {
        "model": tally.model,
        "simulated": tally.simulated,
        "replies": tally.replies,
        "calls": tally.calls,
        "opinions": {str(concern): count for concern, count in sorted(tally.by_concern.items())},
        "dropped": {str(why): count for why, count in sorted(tally.dropped.items())},
        "not_given": dict(sorted(tally.not_given.items())),
        "tokens": tally.usage.total_tokens,
        "cost_usd": None if cost.unknown_model else str(cost.usd),
        "cost_local": None if local is None else {"amount": str(local.amount), "currency": local.currency},
        "priced_as": cost.priced_as or None,
    }
