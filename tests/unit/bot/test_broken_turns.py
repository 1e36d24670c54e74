"""Turns in which something unforeseen breaks: the client is answered, the turn is kept, half a price never leaves."""

import asyncio
import itertools
from dataclasses import replace

import pytest

from botops.bot import Bot, BotRules
from botops.domain.errors import ModelError, StoreError
from botops.domain.messages import InboundMessage
from botops.domain.turns import Action, GuardPolicy, TurnState
from botops.domain.usage import Usage
from botops.testing.fakes import START, FlatMeter, MemoryTurns, OnePrompt, QueueModel, TickingClock, Watching, WordGuard

FAULT = BotRules().fault_answer("ru")


def make_bot(*answers, policy=GuardPolicy.BLOCK, **ports):
    ids = (f"t{i}" for i in itertools.count(1))
    parts = {
        "prompts": OnePrompt(),
        "model": QueueModel(list(answers)),
        "guard": WordGuard(("45000",)),
        "meter": FlatMeter(),
        "store": MemoryTurns(),
        "observer": Watching(),
    } | ports
    return Bot(**parts, clock=TickingClock(), new_id=lambda: next(ids), rules=BotRules(policy=policy))


MESSAGE = InboundMessage("d1", "lead-1", "Сколько стоит?", START, "k1")


def turn(bot, on_text=None):
    return asyncio.run(bot.run_turn(MESSAGE, on_text))


class BrokenMeter(FlatMeter):
    def cost(self, usage, model, at, *, simulated=False):
        raise ZeroDivisionError("no rate")


class CutModel(QueueModel):
    """Streams the pieces it was handed, then breaks off."""

    async def complete(self, request, on_text=None):
        for piece in self.answers:
            await on_text(piece)
        raise ModelError("truncated", "the stream ended early")


@pytest.mark.parametrize(
    "broken",
    [{"prompts": OnePrompt(fails=NotADirectoryError(20, "Not a directory"))}, {"meter": BrokenMeter()}],
    ids=["prompts", "meter"],
)
def test_what_nobody_foresaw_ends_in_a_hand_over_and_the_turn_is_kept(broken, caplog):
    bot = make_bot("Тариф стоит 49000.", **broken)
    record = turn(bot)
    assert (record.reply, record.action, record.state) == (FAULT, Action.HANDED_OVER, TurnState.ANSWERED)
    assert record.hand_off.rule == "internal_error"
    assert bot.store.records[record.id] == record
    assert "broke off" in caplog.text


def test_a_store_that_fails_is_no_matter_for_a_hand_over():
    class Full(MemoryTurns):
        async def finish(self, record):
            raise StoreError("disk full")

    with pytest.raises(StoreError, match="disk full"):
        turn(make_bot("49000.", store=Full()))


@pytest.mark.parametrize("policy", list(GuardPolicy))
@pytest.mark.parametrize("pieces", [["Тариф стоит 45 00"], ["Рады ", "помочь. Тариф ", "стоит 4", "9 00"]])
def test_half_a_price_never_leaves_whatever_the_policy(policy, pieces):
    seen = []

    async def keep(text):
        seen.append(text)

    record = turn(make_bot(model=CutModel(pieces), policy=policy), keep)
    said = "".join(seen)
    assert said == record.reply
    assert said.endswith(FAULT)
    assert not any(character.isdigit() for character in said)


def test_under_observe_whole_sentences_leave_at_once():
    left = []

    class Looking(QueueModel):
        async def complete(self, request, on_text=None):
            await on_text("Для вас 45000. Оформ")
            left.append("".join(seen))
            await on_text("ить?")
            return await QueueModel(["Для вас 45000. Оформить?"]).complete(request)

    seen = []

    async def keep(text):
        seen.append(text)

    record = turn(make_bot(model=Looking([]), policy=GuardPolicy.OBSERVE), keep)
    assert left == ["Для вас 45000. "]
    assert "".join(seen) == record.reply == "Для вас 45000. Оформить?"
    assert record.action is Action.FLAGGED


@pytest.mark.parametrize("policy", list(GuardPolicy))
def test_a_receiver_that_fails_gets_its_own_error_and_the_turn_is_not_left_pending(policy):
    async def broken(text):
        raise OSError(32, "the terminal is gone")

    bot = make_bot("Рады помочь. Ещё что-нибудь?", policy=policy)
    with pytest.raises(OSError, match="the terminal is gone"):
        turn(bot, broken)
    (record,) = bot.store.records.values()
    assert record.state is TurnState.INTERRUPTED


def test_a_call_given_up_by_the_receiver_is_billed():
    class Adapter(QueueModel):
        """Does as the adapters do: the receiver's error stays itself, with what was used as its cause."""

        async def complete(self, request, on_text=None):
            try:
                await on_text("Рады помочь. Чем")
            except Exception as error:
                raise error from ModelError("connection", "the caller failed", usage=Usage(100, 5))

    async def broken(text):
        raise OSError(32, "gone")

    bot = replace(make_bot(), model=Adapter([]))
    with pytest.raises(OSError, match="gone"):
        turn(bot, broken)
    (record,) = bot.store.records.values()
    assert record.usage.input_tokens == 100
