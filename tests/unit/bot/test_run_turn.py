import asyncio
import gc
import itertools
from dataclasses import replace

import pytest

from botops.bot import Bot, BotRules
from botops.domain.errors import ModelError, StoreError, UserError
from botops.domain.findings import Judgement
from botops.domain.messages import InboundMessage
from botops.domain.turns import Action, GuardPolicy, Purpose, TurnState
from botops.domain.usage import Usage
from botops.testing.fakes import START, FlatMeter, MemoryTurns, OnePrompt, QueueModel, TickingClock, Watching, WordGuard

SAFE = BotRules().safe_answer("ru")
FAULT = BotRules().fault_answer("ru")


def make_bot(*answers, policy=GuardPolicy.BLOCK, forbidden=("45000",), **ports):
    ids = (f"t{i}" for i in itertools.count(1))
    return Bot(
        prompts=ports.get("prompts", OnePrompt()),
        model=QueueModel(list(answers)),
        guard=ports.get("guard", WordGuard(forbidden)),
        meter=FlatMeter(),
        store=ports.get("store", MemoryTurns()),
        observer=ports.get("observer", Watching()),
        clock=TickingClock(),
        new_id=lambda: next(ids),
        rules=BotRules(policy=policy),
    )


def said(text, key="k1", dialogue="d1", **more):
    return InboundMessage(dialogue, "lead-1", text, START, key, **more)


def turn(bot, inbound, on_text=None):
    return asyncio.run(bot.run_turn(inbound, on_text))


def streamed(bot, inbound):
    pieces = []

    async def keep(text):
        pieces.append(text)

    return turn(bot, inbound, keep), pieces


def test_a_clean_reply_passes_and_is_recorded_whole():
    bot = make_bot("Тариф стоит 49000 тенге.")
    record = turn(bot, said("Сколько стоит?"))
    assert (record.reply, record.action, record.state) == (
        "Тариф стоит 49000 тенге.",
        Action.PASSED,
        TurnState.ANSWERED,
    )
    assert bot.store.records[record.id] == record
    assert bot.observer.seen == [record]
    assert record.assignment.ref.name == "sales"
    assert record.verdict.claims == 1
    assert record.cost.pico_usd == record.usage.total_tokens * 10**6
    assert record.timing.total_ms >= record.timing.model_ms


def test_block_sends_the_safe_answer_and_hands_over():
    bot = make_bot("Для вас 45000 тенге!")
    record = turn(bot, said("Сколько стоит?"))
    assert record.reply == SAFE
    assert record.action is Action.BLOCKED
    assert record.hand_off.rule == "blocked_reply"
    assert "45000" in record.hand_off.reason
    assert record.attempts[0].text == "Для вас 45000 тенге!"
    assert record.verdict.findings[0].quote == "45000"


def test_observe_sends_and_flags():
    record = turn(make_bot("Для вас 45000.", policy=GuardPolicy.OBSERVE), said("Цена?"))
    assert (record.reply, record.action, record.hand_off) == ("Для вас 45000.", Action.FLAGGED, None)


def test_repair_sends_the_corrected_reply():
    bot = make_bot("Для вас 45000.", "Для вас 49000.", policy=GuardPolicy.REPAIR)
    record = turn(bot, said("Цена?"))
    assert (record.reply, record.action) == ("Для вас 49000.", Action.REPAIRED)
    assert [a.purpose for a in record.attempts] == [Purpose.REPLY, Purpose.REPAIR]
    assert [a.verdict.clean for a in record.attempts] == [False, True]
    note = bot.model.requests[1].messages[-1]
    assert note.role == "user"
    assert "«45000» — 45000: нет в прайсе" in note.content


def test_repair_that_fails_ends_as_block():
    record = turn(make_bot("Для вас 45000.", "Ладно, 45000.", policy=GuardPolicy.REPAIR), said("Цена?"))
    assert (record.reply, record.action) == (SAFE, Action.BLOCKED)
    assert record.hand_off is not None
    assert len(record.attempts) == 2


@pytest.mark.parametrize("policy", [GuardPolicy.BLOCK, GuardPolicy.REPAIR])
def test_a_failing_checker_holds_the_reply_back(policy):
    bot = make_bot("49000.", policy=policy, guard=WordGuard(fails=RuntimeError("boom")))
    record = turn(bot, said("Цена?"))
    assert record.reply == SAFE
    assert record.verdict.judgement is Judgement.NOT_JUDGED
    assert record.verdict.reason == "checker_failed"
    assert record.hand_off.rule == "not_judged"
    assert len(record.attempts) == 1


def test_a_failing_checker_under_observe_is_flagged_not_passed():
    bot = make_bot("49000.", policy=GuardPolicy.OBSERVE, guard=WordGuard(fails=RuntimeError("boom")))
    record = turn(bot, said("Цена?"))
    assert (record.reply, record.action) == ("49000.", Action.FLAGGED)


def test_a_repeated_key_gets_the_stored_answer_and_no_second_call():
    bot = make_bot("Первый.")
    first = turn(bot, said("Цена?"))
    again, pieces = streamed(bot, said("Цена?"))
    assert again == first
    assert pieces == ["Первый."]
    assert len(bot.model.requests) == 1


def test_the_model_sees_the_prompt_then_what_was_said():
    bot = make_bot("Раз.", "Два.")
    turn(bot, said("Первый вопрос", "k1"))
    turn(bot, said("Второй вопрос", "k2"))
    roles = [(m.role, m.content) for m in bot.model.requests[1].messages]
    assert roles == [
        ("system", "You sell."),
        ("user", "Первый вопрос"),
        ("assistant", "Раз."),
        ("user", "Второй вопрос"),
    ]
    judged = bot.guard.judged[-1]
    assert [m.role for m in judged] == ["user", "assistant", "user", "assistant"]


def test_a_blocked_text_never_enters_the_history():
    bot = make_bot("Для вас 45000.", "Хорошо.")
    turn(bot, said("Цена?", "k1"))
    turn(bot, said("И?", "k2"))
    assert all("45000" not in m.content for m in bot.model.requests[1].messages)


@pytest.mark.parametrize("fault", ["timeout", "no_recording", "truncated"])
def test_a_model_fault_ends_in_a_hand_over_and_its_usage_is_billed(fault):
    error = ModelError(fault, "gone", usage=Usage(input_tokens=40))
    record = turn(make_bot(error), said("Цена?"))
    assert (record.reply, record.action, record.state) == (FAULT, Action.HANDED_OVER, TurnState.ANSWERED)
    assert record.attempts[0].fault == fault
    assert record.cost.pico_usd == 40 * 10**6
    assert record.hand_off.rule == "model_error"
    assert record.error == f"{fault}: gone"


def test_a_repair_call_that_fails_hands_over():
    bot = make_bot("45000", ModelError("server", "500"), policy=GuardPolicy.REPAIR)
    record = turn(bot, said("Цена?"))
    assert (record.reply, record.action) == (FAULT, Action.HANDED_OVER)
    assert [a.fault for a in record.attempts] == [None, "server"]


def test_a_broken_prompt_hands_over_without_a_call():
    bot = make_bot(prompts=OnePrompt(fails=UserError("prompts/sales/3.yaml:4:1: no such variable")))
    record = turn(bot, said("Цена?"))
    assert record.action is Action.HANDED_OVER
    assert record.hand_off.rule == "prompt_error"
    assert record.attempts == ()


def test_a_store_that_is_down_means_no_answer():
    bot = make_bot("49000")
    bot.store.down = True
    with pytest.raises(StoreError):
        turn(bot, said("Цена?"))
    assert bot.model.requests == []


def test_a_failing_observer_breaks_nothing(caplog):
    bot = make_bot("49000", observer=Watching(fails=True))
    assert turn(bot, said("Цена?")).action is Action.PASSED
    assert "were not counted" in caplog.text


def test_a_client_who_asks_for_a_person_is_put_in_the_queue():
    record = turn(make_bot("Хорошо, минуту."), said("Позовите менеджера, пожалуйста"))
    assert record.hand_off.rule == "client_request"
    assert record.action is Action.HANDED_OVER
    assert record.reply == "Хорошо, минуту."


def test_a_bot_that_promises_a_person_really_calls_one():
    record = turn(make_bot("Передаю вас менеджеру, он напишет сегодня."), said("Хочу обсудить договор"))
    assert record.hand_off.rule == "bot_promised"


def test_turns_of_one_dialogue_run_one_after_the_other():
    bot = make_bot("Один.", "Два.")

    async def both():
        return await asyncio.gather(bot.run_turn(said("а", "k1")), bot.run_turn(said("б", "k2")))

    first, second = asyncio.run(both())
    assert (first.number, second.number) == (1, 2)
    assert "Один." in [m.content for m in bot.model.requests[1].messages]


def test_language_follows_the_client():
    bot = make_bot("Иә.", "Ок.", "Yes.")
    assert turn(bot, said("Сәлем, бағасы қанша?", "k1")).language == "kk"
    assert turn(bot, said("5000?", "k2")).language == "kk"
    assert turn(bot, said("Ваш менеджер Айгүл обещала скидку", "k4")).language == "ru"
    assert turn(bot, said("Айгүл бар ма?", "k5")).language == "kk"
    assert turn(bot, said("how much?", "k3", locale="en")).language == "en"


# Streaming ---------------------------------------------------------------------------------------------------------


def test_streaming_sends_what_is_recorded():
    bot = make_bot("Здравствуйте! Рады помочь. Тариф стоит 49000 тенге. Подключим за день.")
    record, pieces = streamed(bot, said("Цена?"))
    assert "".join(pieces) == record.reply
    assert len(pieces) > 1
    assert record.timing.first_text_ms is not None


def test_streaming_never_lets_a_false_price_out():
    bot = make_bot("Здравствуйте! Рады помочь. Для вас 45000 тенге. Ждём вас.")
    record, pieces = streamed(bot, said("Цена?"))
    text = "".join(pieces)
    assert "45000" not in text
    assert text == record.reply == "Здравствуйте! Рады помочь. " + SAFE
    assert record.action is Action.BLOCKED


def test_a_claim_waits_for_the_end_of_its_paragraph():
    bot = make_bot("Цена 49000. Но это не точно.\n\nИли 45000 за год.\n\nДо встречи.", forbidden=("45000",))
    record, pieces = streamed(bot, said("Цена?"))
    assert pieces[0] == "Цена 49000. Но это не точно.\n\n"
    assert "45000" not in "".join(pieces)
    assert record.reply.startswith("Цена 49000. Но это не точно.\n\n")
    assert record.reply.endswith(SAFE)


def test_streaming_repair_touches_only_what_has_not_left():
    bot = make_bot("Рады помочь. Для вас 45000.", "Рады помочь. Для вас 49000.", policy=GuardPolicy.REPAIR)
    record, pieces = streamed(bot, said("Цена?"))
    assert "".join(pieces) == record.reply == "Рады помочь. Для вас 49000."
    assert "«Рады помочь. »" in bot.model.requests[1].messages[-1].content


def test_streaming_under_observe_is_immediate():
    bot = make_bot("Для вас 45000.", policy=GuardPolicy.OBSERVE)
    record, pieces = streamed(bot, said("Цена?"))
    assert "".join(pieces) == record.reply == "Для вас 45000."
    assert record.action is Action.FLAGGED


def test_a_fault_in_mid_stream_keeps_what_left_and_says_so():
    class Cut(QueueModel):
        async def complete(self, request, on_text=None):
            await on_text("Рады помочь. Сейчас ")
            raise ModelError("truncated", "the stream ended early")

    bot = replace(make_bot(), model=Cut([]))
    record, pieces = streamed(bot, said("Цена?"))
    assert "".join(pieces) == record.reply == "Рады помочь. " + FAULT


def test_a_client_who_leaves_is_recorded_as_interrupted():
    class Slow(QueueModel):
        async def complete(self, request, on_text=None):
            await on_text("Рады помочь. Сейчас посчитаю. ")
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError as cancelled:
                raise cancelled from ModelError("timeout", "given up", usage=Usage(input_tokens=70))

    bot = replace(make_bot(), model=Slow([]))

    async def leave():
        pieces = []

        async def keep(text):
            pieces.append(text)

        task = asyncio.create_task(bot.run_turn(said("Цена?"), keep))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return pieces

    pieces = asyncio.run(leave())
    (record,) = bot.store.records.values()
    assert record.state is TurnState.INTERRUPTED
    assert record.reply == "".join(pieces) == "Рады помочь. "
    assert record.usage.input_tokens == 70


def test_locks_of_finished_dialogues_do_not_pile_up():
    bot = make_bot(*["Ок."] * 9)
    for i in range(9):
        turn(bot, said("а", f"k{i}", f"d{i}"))
    gc.collect()
    assert len(bot._locks) == 0
