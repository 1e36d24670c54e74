import asyncio
from dataclasses import dataclass, field, replace

import pytest

from botops.domain.errors import ModelError, StoreError, UserError
from botops.domain.messages import InboundMessage, Message
from botops.domain.ports import ModelReply
from botops.domain.turns import GuardPolicy, TurnRecord, TurnState
from botops.domain.usage import Cost, Usage
from botops.evals.checks.base import Check, Sample
from botops.evals.checks.conduct import NoParams
from botops.evals.memory import DialogueMemory
from botops.evals.runner import Run, jobs_of
from botops.testing.fakes import OnePrompt, QueueModel, WordGuard

pytestmark = pytest.mark.anyio

TWO_TURNS = """\
cases:
  - id: year
    tags: [price]
    owner: sales_lead
    turns:
      - {client: "Сколько стоит «Альфа» в месяц?", expect: [{states_price: {sku: alpha, per: month}}]}
      - {client: "А за год?", expect: [{states_price: {sku: alpha, per: year}}]}
    expect: [no_invented_claims]
"""


async def test_a_dialogue_is_held_line_by_line(house, moment):
    model = QueueModel(["«Альфа» — 5 000 ₸ в месяц.", "За год 50 000 ₸."])
    (result,) = await house.hold(house.bench(TWO_TURNS, model=model))
    assert (result.status, result.failures, result.error) == ("pass", (), None)
    assert result.key == ("small", "year", "sales@1", 1)
    assert (result.tags, result.owner) == (("price",), "sales_lead")
    assert [t.reply for t in result.turns] == ["«Альфа» — 5 000 ₸ в месяц.", "За год 50 000 ₸."]
    assert [t.attempts[0].left for t in result.turns] == [True, True]
    assert result.pico_usd == sum(t.pico_usd for t in result.turns) > 0
    second = model.requests[1].messages
    assert [m.role for m in second] == ["system", "user", "assistant", "user"]
    assert second[1].at == moment


async def test_a_failure_names_turn_rule_quote_and_what_was_expected(house):
    bench = house.bench(TWO_TURNS, "«Альфа» — 4 000 ₸ в месяц.", "«Альфа» — 5 000 ₸ в месяц.", "Уточню.")
    (result,) = await house.hold(bench)
    assert result.status == "fail"
    first, second = result.failures
    assert (first.turn, first.rule, first.quote) == (1, "no_invented_claims/price", "4 000 ₸")
    assert first.expected.startswith("5\N{NO-BREAK SPACE}000")
    assert (second.turn, second.rule, second.expected) == (2, "states_price", "50 000 KZT")
    assert result.turns[0].action == "repaired"
    held, sent = result.turns[0].attempts
    assert (held.left, held.findings[0].kind, sent.left) == (False, "price", True)
    assert held.text[held.findings[0].start : held.findings[0].end] == "4 000 ₸"


async def test_a_repair_that_says_the_same_is_one_failure(house):
    bench = house.bench(TWO_TURNS, *["«Альфа» — 4 000 ₸ в месяц."] * 2, "За год 50 000 ₸.")
    (result,) = await house.hold(bench)
    assert [f.rule for f in result.failures if f.turn == 1] == ["no_invented_claims/price", "states_price"]
    assert result.turns[0].action == "blocked"


async def test_a_hand_over_for_another_reason_is_not_called_none(house):
    cases = "cases:\n  - {id: a, turns: [Сколько стоит «Альфа»?], expect: [hands_over]}\n"
    (result,) = await house.hold(house.bench(cases, *["«Альфа» — 4 000 ₸ в месяц."] * 2))
    (failure,) = result.failures
    assert result.turns[0].hand_off == "blocked_reply"
    assert failure.explanations["ru"] == "Диалог передан человеку, но по другой причине: blocked_reply."
    (nobody,) = await house.hold(house.bench(cases, "Слушаю вас."))
    assert [f.explanations["ru"] for f in nobody.failures] == ["Диалог не передан человеку."]


@pytest.mark.parametrize("fault", ["timeout", "rate_limited", "no_recording", "stale_recording", "truncated"])
async def test_a_fault_of_the_provider_is_an_error_and_never_a_failure(house, fault):
    bench = house.bench(TWO_TURNS, "Уточню.", ModelError(fault, "it did not answer"))
    (result,) = await house.hold(bench)
    assert (result.status, result.fault, result.error) == ("error", fault, "it did not answer")
    assert result.failures == ()
    assert [t.attempts[0].fault for t in result.turns] == [None, fault]


async def test_what_was_invented_before_a_fault_counts_all_the_same(house):
    bench = house.bench(TWO_TURNS, "«Альфа» — 4 000 ₸ в месяц.", ModelError("no_recording", "nothing recorded"))
    (result,) = await house.hold(bench)
    assert (result.status, result.fault) == ("fail", "no_recording")
    assert [f.rule for f in result.failures] == ["no_invented_claims/price"]


async def test_a_prompt_that_cannot_be_filled_in_is_an_error_of_its_own(house):
    prompt = OnePrompt(fails=UserError("sales/3.yaml:9:4: the variable `city` is missing"))
    (result,) = await house.hold(house.bench(TWO_TURNS, prompt=prompt))
    assert (result.status, result.fault) == ("error", "prompt_error")
    assert "sales/3.yaml:9:4" in result.error


async def test_a_checker_that_fails_is_no_regression(house, caplog):
    guard = WordGuard(fails=RuntimeError("no memory"))
    cases = "cases:\n  - {id: a, turns: [Цена?], expect: [no_invented_claims]}\n"
    (result,) = await house.hold(house.bench(cases, "5 000 ₸.", guard=guard))
    assert (result.status, result.fault) == ("error", "not_judged")
    assert "checker_failed" in result.error


async def test_a_check_that_breaks_is_no_regression(house, caplog):
    def broken(params, dialogue, scope):
        raise ZeroDivisionError("a plug-in's mistake")

    samples = (Sample((("?", "Да."),), holds=True), Sample((("?", "Да."),), holds=False))
    house.reader.catalogue.add(Check("broken", {"ru": "а", "en": "a"}, "A.", NoParams, broken, samples))
    cases = "cases:\n  - {id: a, turns: [Цена?], expect: [broken, {max_length: 2}]}\n"
    (result,) = await house.hold(house.bench(cases, "5 000 ₸."))
    assert (result.status, result.fault) == ("fail", "check_failed")
    assert "ZeroDivisionError" in result.error
    assert "the check broken failed on case a" in caplog.text


async def test_what_was_said_before_is_given_to_the_model_and_the_checks(house):
    cases = """\
cases:
  - id: a
    history: [{role: user, content: "У меня кафе"}, {role: assistant, content: "Понятно!"}]
    turns: ["Сколько стоит «Альфа»?"]
    expect: [{does_not_reask: business}]
"""
    model = QueueModel(["У вас магазин или кафе?"])
    (result,) = await house.hold(house.bench(cases, model=model))
    assert [m.content for m in model.requests[0].messages[1:3]] == ["У меня кафе", "Понятно!"]
    assert result.failures[0].rule == "does_not_reask/business"


@dataclass
class Shopper:
    """A client that asks until it has heard a price."""

    goal: str
    cost: Cost = field(default_factory=Cost)

    async def next(self, messages):
        if messages and "₸" in messages[-1].content:
            return None
        return f"{self.goal}?"


async def test_a_simulated_client_writes_until_it_has_no_more_to_say(house):
    cases = "cases:\n  - {id: a, client: {goal: buy, patience: 3}, expect: [no_invented_claims]}\n"

    def client_of(profile, book, at):
        assert book.product("alpha")
        return Shopper(profile.goal)

    bench = house.bench(cases, "Что именно?", "«Альфа» — 5 000 ₸ в месяц.", client_of=client_of)
    (result,) = await house.hold(bench)
    assert [t.client for t in result.turns] == ["buy?", "buy?"]
    bench = house.bench(cases, *["Что именно?"] * 3, client_of=client_of)
    (result,) = await house.hold(bench)
    assert len(result.turns) == 3


class SlowModel:
    """Answers after a pause; counts how many dialogues wait at once."""

    name, simulated = "slow", False

    def __init__(self):
        self.now = self.most = 0

    async def complete(self, request, on_text=None):
        self.now += 1
        self.most = max(self.most, self.now)
        pause = 0.002 if "нулевой" in request.messages[-1].content else 0.001
        await asyncio.sleep(pause)
        self.now -= 1
        return ModelReply("Да.", Usage(), self.name, "stop", pause)


MANY = "cases:\n" + "".join(
    f"  - {{id: c{n}, turns: ['{'нулевой' if n == 0 else 'да'}'], expect: [{{max_length: 5}}]}}\n" for n in range(12)
)


async def test_dialogues_run_side_by_side_and_stand_in_order(house):
    model = SlowModel()
    seen = []
    results = await house.hold(house.bench(MANY, model=model), concurrency=5, on_case=lambda c: seen.append(c.case))
    assert model.most == 5
    assert [r.case for r in results] == [f"c{n}" for n in range(12)]
    assert sorted(seen) == sorted(r.case for r in results)


async def test_repeats_are_runs_of_their_own(house):
    cases = "cases:\n  - {id: a, turns: [Да?], expect: [{max_length: 4}]}\n"
    results = await house.hold(house.bench(cases, "Да.", "Конечно, да."), repeat=2, concurrency=1)
    assert [(r.repeat, r.status) for r in results] == [(1, "pass"), (2, "fail")]


async def test_known_results_are_not_run_again(house):
    model = SlowModel()
    bench = house.bench(MANY, model=model)
    run = Run(tuple(jobs_of(bench)))
    whole = await house.hold(bench)
    run.keep(replace(whole[3], seconds=77.0))
    assert not run.complete
    await run.hold()
    assert run.complete
    assert run.finished[3].seconds == 77.0
    assert model.most <= 8


async def test_a_recording_that_cannot_be_written_stops_the_run(house):
    class FullDisk(SlowModel):
        async def complete(self, request, on_text=None):
            raise StoreError("no space left")

    with pytest.raises(StoreError, match="no space left"):
        await house.hold(house.bench(MANY, model=FullDisk()))


async def test_the_memory_keeps_the_promises_of_a_turn_store(moment):
    memory = DialogueMemory((Message("user", "Сәлем"),))
    inbound = InboundMessage("d", "l", "Цена?", moment, "key")
    begun = await memory.begin("t1", inbound, "ru")
    assert (begun.number, begun.history, begun.stored) == (1, (Message("user", "Сәлем"),), None)
    silent = TurnRecord("t1", inbound, 1, TurnState.INTERRUPTED, "ru", GuardPolicy.BLOCK)
    await memory.finish(silent)
    again = await memory.begin("t2", inbound, "ru")
    assert (again.number, again.stored) == (1, silent)
    following = await memory.begin("t3", replace(inbound, idempotency_key="other"), "ru")
    assert following.number == 2
    assert [m.content for m in following.history] == ["Сәлем", "Цена?"]
