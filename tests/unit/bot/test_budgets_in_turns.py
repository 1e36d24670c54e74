"""Step 4 of the turn: before every call of a model a budget is asked, and what it answers is done."""

import asyncio
import itertools
from dataclasses import dataclass, field

import pytest

from botops.bot import Bot, BotRules
from botops.bot.rules import BUDGET_ANSWERS
from botops.domain.budgets import Allowance, Permit
from botops.domain.errors import ModelError, StoreError
from botops.domain.messages import InboundMessage
from botops.domain.prompts import ModelParameters
from botops.domain.turns import Action, GuardPolicy, Purpose, TurnState
from botops.domain.usage import Cost
from botops.testing.fakes import START, FlatMeter, MemoryTurns, OnePrompt, QueueModel, TickingClock, Watching, WordGuard

NO = Permit(Allowance.HAND_OVER, None, "day", "5.1 of 5 USD with this call")


@dataclass
class Answers:
    """Budgets that give these answers, in order, then always go."""

    answers: list = field(default_factory=list)
    asked: list = field(default_factory=list)

    async def ask(self, call):
        self.asked.append(call)
        answer = self.answers.pop(0) if self.answers else Permit()
        if isinstance(answer, Exception):
            raise answer
        return answer


def bot_with(budgets, *replies, policy=GuardPolicy.REPAIR, **ports):
    ids = (f"t{i}" for i in itertools.count(1))
    return Bot(
        prompts=ports.get("prompts", OnePrompt()),
        model=QueueModel(list(replies)),
        guard=WordGuard(("45000",)),
        meter=ports.get("meter", FlatMeter()),
        store=MemoryTurns(),
        observer=Watching(),
        clock=TickingClock(),
        new_id=lambda: next(ids),
        rules=BotRules(policy=policy),
        budgets=budgets,
    )


def said(text="Сколько стоит?", **more):
    return InboundMessage("d1", "lead-1", text, START, "k1", **more)


def turn(bot, inbound=None, on_text=None):
    return asyncio.run(bot.run_turn(inbound or said(), on_text))


def test_a_budget_is_asked_with_what_is_about_to_be_asked():
    budgets = Answers()
    record = turn(bot_with(budgets, "49000 тенге."))
    (call,) = budgets.asked
    assert (call.turn_id, call.model, call.simulated, call.made) == (record.id, "queue", False, ())
    assert call.inbound == record.inbound
    assert call.ref == record.assignment.ref
    assert call.request.purpose is Purpose.REPLY
    assert call.request.messages[-1].content == "Сколько стоит?"


def test_it_is_asked_before_a_repair_too_and_told_what_the_reply_cost():
    budgets = Answers()
    record = turn(bot_with(budgets, "Для вас 45000.", "49000."))
    assert [call.request.purpose for call in budgets.asked] == [Purpose.REPLY, Purpose.REPAIR]
    assert [a.cost for a in budgets.asked[1].made] == [record.attempts[0].cost]
    assert record.action is Action.REPAIRED


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_without_money_a_person_answers_and_money_is_not_spoken_of(language):
    bot = bot_with(Answers([NO]))
    record = turn(bot, said(locale=language))
    assert record.reply == BUDGET_ANSWERS[language]
    assert bot.model.requests == []
    assert (record.state, record.action, record.error) == (TurnState.ANSWERED, Action.HANDED_OVER, None)
    assert (record.hand_off.rule, record.hand_off.reason) == ("budget", "day: 5.1 of 5 USD with this call")
    assert not record.attempts
    assert not any(word in record.reply.lower() for word in ("бюджет", "ақша", "budget", "money", "лимит", "limit"))


def test_the_hand_over_answer_is_streamed_as_well():
    pieces = []

    async def keep(text):
        pieces.append(text)

    record = turn(bot_with(Answers([NO])), on_text=keep)
    assert "".join(pieces) == record.reply == BUDGET_ANSWERS["ru"]


def test_the_cheaper_model_is_asked_in_the_others_place():
    bot = bot_with(Answers([Permit(Allowance.CHEAPER, "small", "day")]), "49000 тенге.")
    record = turn(bot)
    assert [request.parameters.model for request in bot.model.requests] == ["small"]
    assert record.action is Action.PASSED


def test_a_prompt_that_names_its_model_is_asked_about_by_that_name():
    budgets = Answers()
    turn(bot_with(budgets, "49000.", prompts=OnePrompt(parameters=ModelParameters(model="big"))))
    assert budgets.asked[0].model == "big"


def test_a_repair_that_may_not_be_made_holds_the_reply_back():
    bot = bot_with(Answers([Permit(), NO]), "Для вас 45000.")
    record = turn(bot)
    assert record.reply == BotRules().safe_answer("ru")
    assert (record.action, record.hand_off.rule) == (Action.BLOCKED, "budget")
    assert len(record.attempts) == 1
    assert not record.verdict.clean


def test_a_ledger_that_cannot_be_written_answers_nobody():
    bot = bot_with(Answers([StoreError("the disk is full")]), "49000.")
    with pytest.raises(StoreError, match="disk is full"):
        turn(bot)
    assert bot.model.requests == []


def test_a_call_that_failed_is_told_to_the_next_one():
    """A failed call ends the turn: it is the record that keeps what it used."""
    budgets = Answers()
    record = turn(bot_with(budgets, ModelError("timeout", "no reply")))
    assert len(budgets.asked) == 1
    assert record.hand_off.rule == "model_error"


class KnowsOnly(FlatMeter):
    """A meter that knows the price of one model."""

    def __init__(self, model):
        self.model = model

    def cost(self, usage, model, at, *, simulated=False):
        found = super().cost(usage, model, at, simulated=simulated)
        return found if model == self.model else Cost(priced_as=model, unknown_model=True)


def test_a_provider_that_answers_under_another_name_is_billed_at_the_asked_models_price():
    prompts = OnePrompt(parameters=ModelParameters(model="asked"))
    record = turn(bot_with(Answers(), "49000.", prompts=prompts, meter=KnowsOnly("asked")))
    assert record.attempts[0].model == "queue"
    assert (record.cost.unknown_model, record.cost.priced_as) == (False, "asked")
    assert record.cost.pico_usd > 0
