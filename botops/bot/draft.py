"""One reply in the making: the model's calls, their verdicts, and what finally leaves."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from botops.bot.rules import repair_instruction
from botops.bot.stream import StreamGate
from botops.domain.billing import billed
from botops.domain.budgets import Allowance, PlannedCall
from botops.domain.errors import ModelError
from botops.domain.findings import Judgement, Verdict
from botops.domain.messages import Message
from botops.domain.ports import AwaitedGuard, ModelRequest
from botops.domain.turns import Action, Attempt, GuardPolicy, HandOff, Purpose, TurnRecord, TurnState
from botops.domain.usage import Usage

if TYPE_CHECKING:
    from botops.bot.turn import Bot
    from botops.domain.budgets import Permit
    from botops.domain.ports import ModelReply, OnText
    from botops.domain.prompts import RenderedPrompt

log = logging.getLogger(__name__)


class ReceiverError(Exception):
    """Whoever takes the text of a streamed reply failed: their `error`, kept apart from faults of ours."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        super().__init__(str(error))


class OverBudgetError(Exception):
    """A budget lets no model be asked; its `permit` says which and why."""

    def __init__(self, permit: Permit) -> None:
        self.permit = permit
        super().__init__(permit.reason)


class Draft:
    """The reply of one turn until it is settled. `record` grows as things happen; nothing else keeps state."""

    def __init__(self, bot: Bot, record: TurnRecord, history: tuple[Message, ...], on_text: OnText | None) -> None:
        self.bot = bot
        self.record = record
        self._context = (*history, Message("user", record.inbound.text, at=record.inbound.at))
        self._on_text = on_text
        self._started = bot.clock.monotonic()
        observing = record.policy is GuardPolicy.OBSERVE
        self._gate = StreamGate(None if observing else self._judge, self._send)

    async def write(self, prompt: RenderedPrompt) -> None:
        """Asks the model, judges, repairs where the policy says so, and sends. Raises ModelError, and OverBudgetError
        while nothing has been asked for."""
        observing = self.record.policy is GuardPolicy.OBSERVE
        sink = None if self._on_text is None else self._gate.feed
        text = await self._call(prompt, Purpose.REPLY, sink)
        verdict = await self._judge_last(text)
        if verdict.clean or observing:
            await self._settle(text, Action.PASSED if verdict.clean else Action.FLAGGED)
        elif self.record.policy is GuardPolicy.REPAIR and verdict.judgement is not Judgement.NOT_JUDGED:
            await self._repair(prompt, text, verdict)
        else:
            await self._hold_back(verdict)

    async def fall_back(self, rule: str, reason: str) -> None:
        """Answers in the model's place and hands the dialogue over."""
        answer = self.bot.rules.fault_answer(self.record.language)
        await self._settle(self._after_left(answer), Action.HANDED_OVER)
        self.record = replace(self.record, error=reason)
        self.hand_over(rule, reason)

    async def step_aside(self, rule: str, reason: str, answer: str) -> None:
        """Hands the dialogue over because a person or a budget ordered it, without asking the model: not an error."""
        await self._settle(self._after_left(answer), Action.HANDED_OVER)
        self.hand_over(rule, reason)

    def hand_over(self, rule: str, reason: str) -> None:
        """Puts the dialogue into the hand-off queue when the turn is recorded."""
        row = HandOff(
            self.record.inbound.dialogue_id, self.record.inbound.lead_id, self.record.id, self.record.inbound.at,
            rule, reason[:300], self.bot.rules.hand_over_role,
        )  # fmt: skip
        self.record = replace(self.record, hand_off=row)

    def interrupted(self) -> TurnRecord:
        """The record of a turn whose client went away: what had left stands as the reply."""
        return replace(self.record, state=TurnState.INTERRUPTED, reply=self._gate.left or None)

    async def _repair(self, prompt: RenderedPrompt, text: str, verdict: Verdict) -> None:
        for _ in range(self.bot.rules.repairs):
            note = repair_instruction(verdict, self.record.language, self._gate.left)
            asked = (*prompt.messages, Message("assistant", text), Message("user", note))
            try:
                repaired = await self._call(replace(prompt, messages=asked), Purpose.REPAIR)
            except OverBudgetError as over:
                await self._hold_back(verdict, over)
                return
            text = self._after_left(repaired)
            verdict = await self._judge_last(text)
            if verdict.clean:
                await self._settle(text, Action.REPAIRED)
                return
        await self._hold_back(verdict)

    async def _hold_back(self, verdict: Verdict, over: OverBudgetError | None = None) -> None:
        answer = self.bot.rules.safe_answer(self.record.language)
        await self._settle(self._after_left(answer), Action.BLOCKED)
        if over is not None:
            self.hand_over("budget", f"{over.permit.budget}: {over}")
        elif verdict.judgement is Judgement.NOT_JUDGED:
            self.hand_over("not_judged", verdict.reason or "")
        else:
            self.hand_over("blocked_reply", "; ".join(f.explanation("ru") for f in verdict.findings))

    async def _settle(self, reply: str, action: Action) -> None:
        if self._on_text is not None:
            await self._gate.release(reply)
        self.record = replace(self.record, state=TurnState.ANSWERED, reply=reply, action=action)

    def _after_left(self, text: str) -> str:
        """A new text placed after what the client has already seen, not repeating it."""
        left = self._gate.left
        if not left or text.startswith(left):
            return text
        return left + ("" if left[-1].isspace() else " ") + text

    async def _call(self, prompt: RenderedPrompt, purpose: Purpose, sink: OnText | None = None) -> str:
        clock, model = self.bot.clock, self.bot.model
        request = ModelRequest(
            prompt.messages, prompt.parameters, purpose, self.bot.rules.deadline_s, str(prompt.assignment.ref)
        )
        request = await self._permitted(request)
        started = clock.monotonic()
        try:
            reply = await model.complete(request, sink)
        except ModelError as error:
            self._keep_fault(request, error, clock.monotonic() - started)
            raise
        except (asyncio.CancelledError, ReceiverError) as stopped:
            # A call given up half way is billed all the same; the adapter tells by how much in the cause.
            if isinstance(stopped.__cause__, ModelError):
                self._keep_fault(request, stopped.__cause__, clock.monotonic() - started)
            raise
        self._keep(request, reply.model, reply.text, reply.billed, clock.monotonic() - started)
        self._count_first_text(reply)
        return reply.text

    async def _permitted(self, request: ModelRequest) -> ModelRequest:
        """The request with the model that budgets let answer. Raises OverBudgetError when they let none."""
        assignment = self.record.assignment
        assert assignment is not None  # a prompt was rendered, or nothing could be asked
        model = self.bot.model
        asked = PlannedCall(
            self.record.id, self.record.inbound, assignment.ref, request, self._asked(request), model.simulated,
            self.record.attempts,
        )  # fmt: skip
        permit = await self.bot.budgets.ask(asked)
        if permit.allowance is Allowance.HAND_OVER:
            raise OverBudgetError(permit)
        if permit.model is None:
            return request
        return replace(request, parameters=replace(request.parameters, model=permit.model))

    def _asked(self, request: ModelRequest) -> str:
        return request.parameters.model or self.bot.model.name

    def _keep_fault(self, request: ModelRequest, error: ModelError, seconds: float) -> None:
        self._keep(request, error.model or self._asked(request), "", error.billed, seconds, error.fault)

    def _keep(
        self,
        request: ModelRequest,
        model: str,
        text: str,
        tries: tuple[Usage, ...],
        seconds: float,
        fault: str | None = None,
    ) -> None:
        at, simulated = self.record.inbound.at, self.bot.model.simulated
        cost = billed(self.bot.meter, tries, model, at, asked=self._asked(request), simulated=simulated)
        ms = round(seconds * 1000)
        several = tries if len(tries) > 1 else ()
        attempt = Attempt(request.purpose, model, text, sum(tries, Usage()), cost, ms, fault=fault, tries=several)
        timing = replace(self.record.timing, model_ms=self.record.timing.model_ms + ms)
        self.record = replace(self.record, attempts=(*self.record.attempts, attempt), timing=timing, model=model)

    def _count_first_text(self, reply: ModelReply) -> None:
        timing = self.record.timing
        if self._on_text is None and timing.first_text_ms is None and reply.first_text_s is not None:
            self.record = replace(self.record, timing=replace(timing, first_text_ms=round(reply.first_text_s * 1000)))

    async def _judge_last(self, text: str) -> Verdict:
        """Judges the latest attempt's text as the whole reply and keeps the verdict with it."""
        started = self.bot.clock.monotonic()
        guard = self.bot.guard
        verdict = await self._judged(guard, text) if isinstance(guard, AwaitedGuard) else self._judge(text)
        ms = round((self.bot.clock.monotonic() - started) * 1000)
        attempts = (*self.record.attempts[:-1], replace(self.record.attempts[-1], verdict=verdict))
        timing = replace(self.record.timing, guard_ms=self.record.timing.guard_ms + ms)
        self.record = replace(self.record, attempts=attempts, verdict=verdict, timing=timing)
        return verdict

    def _judge(self, text: str) -> Verdict:
        inbound = self.record.inbound
        try:
            return self.bot.guard.judge(self._with(text), at=inbound.at, region=inbound.region, segment=inbound.segment)
        except Exception:  # whatever breaks in the checker, the reply counts as not judged
            log.exception("the claim checker failed on turn %s", self.record.id)
            return Verdict.not_judged("checker_failed")

    async def _judged(self, guard: AwaitedGuard, text: str) -> Verdict:
        inbound = self.record.inbound
        try:
            return await guard.verdict(self._with(text), at=inbound.at, region=inbound.region, segment=inbound.segment)
        except Exception:  # as above
            log.exception("the claim checker failed on turn %s", self.record.id)
            return Verdict.not_judged("checker_failed")

    def _with(self, text: str) -> tuple[Message, ...]:
        return (*self._context, Message("assistant", text, at=self.record.inbound.at))

    async def _send(self, text: str) -> None:
        assert self._on_text is not None
        if self.record.timing.first_text_ms is None:
            ms = round((self.bot.clock.monotonic() - self._started) * 1000)
            self.record = replace(self.record, timing=replace(self.record.timing, first_text_ms=ms))
        try:
            await self._on_text(text)
        except Exception as error:  # any error of the receiver's goes back to the receiver
            raise ReceiverError(error) from error
