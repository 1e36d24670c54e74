"""Runs the samples of a check: short dialogues whose outcome its author has written beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from botops.bot.language import detect_language
from botops.claims import CompiledBook, compile_book, judge
from botops.domain.findings import Verdict
from botops.domain.messages import InboundMessage, Message
from botops.domain.ports import ModelReply, ModelRequest, OnText
from botops.domain.turns import Action, Attempt, GuardPolicy, HandOff, Purpose, Timing, TurnRecord, TurnState
from botops.domain.usage import Cost, Usage
from botops.evals.checks.base import CannotJudgeError, Check, DialogueView, Sample, TurnView
from botops.evals.checks.code import Loader
from botops.evals.grading import graded_by
from botops.evals.judge import Judge
from botops.evals.model import Expectation
from botops.pricebook import Price, PriceBook, Product

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BOOK = PriceBook(
    "KZT",
    (
        Product("alpha", "Тариф «Альфа»", ("Альфа", "Alpha"), (Price(Decimal(5000), "KZT", "month"),)),
        Product("beta", "Тариф «Бета»", ("Бета", "Beta"), (Price(Decimal(9000), "KZT", "month"),)),
    ),
    version="samples",
)
"""Two plans, no offers."""


def wrong_samples(check: Check) -> Iterator[str]:
    """The samples whose outcome is not the one written beside them."""
    for number, sample in enumerate(check.samples, 1):
        params = check.params.model_validate(sample.params)
        dialogue = view_of(sample)
        held = not (_graded if check.needs_llm else _missed)(check, params, sample, dialogue)
        if held is not sample.holds:
            yield f"{check.id}, sample {number} {sample.talk}: holds is {held}, {sample.holds} was written"


def _missed(check: Check, params: Any, sample: Sample, dialogue: DialogueView) -> bool:
    return any(True for _ in check.bound(params, Loader(Path())).missed(params, dialogue, dialogue.turns))


def _graded(check: Check, params: Any, sample: Sample, dialogue: DialogueView) -> bool:
    """Asks a judge that says what the sample has. Raises CannotJudgeError when that is no answer of a judge."""
    judge = Judge(_Says(sample.answer or ""), _NoMeter(), _StandingClock())
    asked = [(Expectation(check, params), dialogue.turns)]
    found = asyncio.run(graded_by(judge, dialogue, asked))
    if any(grade.fault for grade in found.grades):
        raise CannotJudgeError(f"{check.id}: {found.grades[0].reason}")
    return bool(found.advice)


class _Says:
    """A model that always says the same."""

    name, simulated = "sample", True

    def __init__(self, text: str) -> None:
        self._text = text

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> ModelReply:
        """The text."""
        return ModelReply(self._text, Usage(), self.name, "stop", 0.0)


class _NoMeter:
    def cost(self, usage: Usage, model: str, at: datetime, *, simulated: bool = False) -> Cost:
        """Nothing."""
        return Cost()


class _StandingClock:
    def now(self) -> datetime:
        """The moment of the samples."""
        return AT

    def monotonic(self) -> float:
        """No time passes."""
        return 0.0


def view_of(sample: Sample) -> DialogueView:
    """A sample as the dialogue a check would see; each turn took 0.1 s and cost 1 µ$."""
    said: list[Message] = []
    turns = []
    for number, (client, reply) in enumerate(sample.talk, 1):
        hand_off = sample.hand_off if number == len(sample.talk) else None
        turns.append(_turn(number, client, reply, tuple(said), hand_off))
        said += [Message("user", client), Message("assistant", reply)]
    return DialogueView(tuple(turns), BOOK, AT)


def _turn(number: int, client: str, reply: str, before: tuple[Message, ...], hand_off: str | None) -> TurnView:
    inbound = InboundMessage("sample", "sample", client, AT, f"sample-{number}")
    asked = Message("user", client)
    result = judge((*before, asked, Message("assistant", reply)), _compiled(), at=AT)
    verdict = Verdict.of(tuple(result.findings), claims=result.claims, book=BOOK.version)
    attempt = Attempt(Purpose.REPLY, "sample", reply, Usage(10, output_tokens=5), Cost(10**6), 100, verdict)
    row = HandOff("sample", "sample", f"sample-{number}", AT, hand_off, "") if hand_off else None
    record = TurnRecord(
        f"sample-{number}", inbound, number, TurnState.ANSWERED, detect_language(client), GuardPolicy.OBSERVE,
        reply, Action.PASSED, verdict=verdict, attempts=(attempt,), hand_off=row, timing=Timing(100, 100),
    )  # fmt: skip
    return TurnView(number, client, record, before)


@lru_cache(maxsize=1)
def _compiled() -> CompiledBook:
    return compile_book(BOOK)
