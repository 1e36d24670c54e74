"""`run_turn`: the one path from a client's message to a reply, live and in replay."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from botops.bot.draft import Draft, OverBudgetError, ReceiverError
from botops.bot.escalation import asks_for_person, promises_person
from botops.bot.language import detect_language
from botops.bot.rules import BotRules
from botops.domain.budgets import NoBudgets
from botops.domain.errors import ModelError, StoreError, SwitchedOffError, UserError
from botops.domain.messages import Message
from botops.domain.turns import Action, TurnRecord, TurnState

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from botops.domain.budgets import Budgets
    from botops.domain.messages import InboundMessage
    from botops.domain.ports import Begun, ChatModel, Clock, Guard, Meter, Observer, OnText, PromptSource, TurnStore
    from botops.domain.prompts import RenderedPrompt

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bot:
    """Everything a turn needs, behind ports. `new_id` makes turn ids."""

    prompts: PromptSource
    model: ChatModel
    guard: Guard
    meter: Meter
    store: TurnStore
    observer: Observer
    clock: Clock
    new_id: Callable[[], str]
    rules: BotRules = field(default_factory=BotRules)
    budgets: Budgets = field(default_factory=NoBudgets)
    _locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary, init=False, repr=False)

    async def run_turn(self, inbound: InboundMessage, on_text: OnText | None = None) -> TurnRecord:
        """Answers one message. Turns of one dialogue run one after the other.

        With `on_text` the reply is streamed: pieces leave as the guard allows, and the record's `reply` is what left.
        A message with a known idempotency key gets the stored answer. Faults of the model, of prompts and of our own
        end in an answer that hands the dialogue over; StoreError is raised, because a turn that is not kept must not be
        answered, and so is what `on_text` raises.
        """
        async with self._serial(inbound.dialogue_id):
            return await self._run(inbound, on_text)

    async def _run(self, inbound: InboundMessage, on_text: OnText | None) -> TurnRecord:
        started = self.clock.monotonic()
        language = inbound.locale or detect_language(inbound.text, default=self.rules.default_language)
        turn_id = self.new_id()
        begun = await self.store.begin(turn_id, inbound, language)
        if begun.stored is not None:
            await _send(on_text, begun.stored.reply)
            return begun.stored
        language = inbound.locale or detect_language(inbound.text, begun.history, self.rules.default_language)
        record = TurnRecord(
            turn_id, inbound, begun.number, TurnState.PENDING, language, self.rules.policy,
            model=self.model.name, simulated=self.model.simulated,
        )  # fmt: skip
        draft = Draft(self, record, begun.history, on_text)
        try:
            await self._answer_whatever_breaks(draft, begun)
        except asyncio.CancelledError:
            # The client went away or the server stops: what was used is billed and what left has been said.
            await asyncio.shield(self._finish(draft.interrupted(), started))
            raise
        except ReceiverError as failed:
            await self._finish(draft.interrupted(), started)
            raise failed.error from None
        return await self._finish(draft.record, started)

    async def _answer(self, draft: Draft, begun: Begun) -> None:
        try:
            prompt = self._prompt(draft, begun)
        except SwitchedOffError as order:
            await draft.step_aside("kill_switch", str(order), self.rules.safe_answer(draft.record.language))
            return
        except UserError as error:
            await draft.fall_back("prompt_error", str(error))
            return
        try:
            await draft.write(prompt)
        except OverBudgetError as over:
            reason = f"{over.permit.budget}: {over}"
            await draft.step_aside("budget", reason, self.rules.budget_answer(draft.record.language))
            return
        except ModelError as error:
            await draft.fall_back("model_error", f"{error.fault}: {error}")
            return
        self._escalate(draft)

    async def _answer_whatever_breaks(self, draft: Draft, begun: Begun) -> None:
        """As `_answer`; an error nobody foresaw must not leave the client without an answer and the turn pending."""
        try:
            await self._answer(draft, begun)
        except (StoreError, ReceiverError):
            raise
        except Exception as error:  # the turn ends in a hand-over, whatever it was
            log.exception("turn %s broke off", draft.record.id)
            await draft.fall_back("internal_error", type(error).__name__)

    def _prompt(self, draft: Draft, begun: Begun) -> RenderedPrompt:
        inbound = draft.record.inbound
        prompt = self.prompts.prompt_for(inbound, draft.record.language, begun.past)
        draft.record = replace(draft.record, assignment=prompt.assignment, rendered=prompt.checksum)
        spoken = (*begun.history, Message("user", inbound.text, at=inbound.at))
        return replace(prompt, messages=(*prompt.messages, *spoken))

    def _escalate(self, draft: Draft) -> None:
        """Puts the dialogue in the queue when the client asked for a person or the reply promises one."""
        record = draft.record
        if record.hand_off is not None:
            return
        if asks_for_person(record.inbound.text):
            draft.hand_over("client_request", record.inbound.text)
        elif promises_person(record.reply or ""):
            draft.hand_over("bot_promised", record.reply or "")
        if draft.record.hand_off is not None and record.action is Action.PASSED:
            draft.record = replace(draft.record, action=Action.HANDED_OVER)

    async def _finish(self, record: TurnRecord, started: float) -> TurnRecord:
        total = round((self.clock.monotonic() - started) * 1000)
        record = replace(record, timing=replace(record.timing, total_ms=total), replied_at=self.clock.now())
        await self.store.finish(record)
        try:
            self.observer.turn_finished(record)
        except Exception:  # a metric must never break a reply that is already kept
            log.exception("metrics of turn %s were not counted", record.id)
        return record

    @asynccontextmanager
    async def _serial(self, dialogue_id: str) -> AsyncIterator[None]:
        # Kept while somebody holds or awaits it, and no longer: the dictionary refers to it weakly.
        lock = self._locks.setdefault(dialogue_id, asyncio.Lock())
        async with lock:
            yield


async def _send(on_text: OnText | None, text: str | None) -> None:
    if on_text is not None and text:
        await on_text(text)
