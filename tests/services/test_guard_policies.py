"""A bot that invents discounts, behind each policy, through the public API."""

import json
import time

import pytest

from botops.domain.turns import Action
from botops.store import DialogueFilter

INVENT = "simulator.errors.invented_discount=1.0"
ASK = "Здравствуйте! Дадите скидку на тариф «Магазин»?"


def only_turn(server, dialogue_id):
    (record,) = server.container.store.reads.dialogue(dialogue_id)
    return record


def invented(record):
    """The quotes of what the model wanted to say and the book does not support."""
    return [f.quote for a in record.attempts if a.verdict for f in a.verdict.findings]


def test_block_never_lets_an_invented_discount_out(project, running):
    with running(project, INVENT, "guard.policy=block") as server:
        answers = [server.chat(ASK, lead_id=f"lead-{i}") for i in range(12)]
        for answer in answers:
            record = only_turn(server, answer["dialogue_id"])
            assert answer["action"] == "blocked"
            assert answer["handed_over"]
            quotes = invented(record)
            assert quotes
            assert not any(quote in answer["reply"] for quote in quotes)
            assert record.attempts[0].text not in answer["reply"]
            assert record.hand_off.rule == "blocked_reply"
            assert answer["simulated"] is True
        queue = server.container.store.reads.hand_offs()
        assert {row.hand_off.dialogue_id for row in queue} == {a["dialogue_id"] for a in answers}


def test_streaming_block_sends_nothing_of_the_false_claim(project, running):
    with running(project, INVENT, "guard.policy=block") as server:
        body = {"text": ASK, "stream": True}
        with server.http.stream("POST", "/v1/chat", json=body) as answer:
            events = [block.split("\n") for block in "".join(answer.iter_text()).strip().split("\n\n")]
        pieces = "".join(json.loads(e[1][6:])["text"] for e in events if e[0] == "event: text")
        turn = json.loads(events[-1][1][6:])
        assert events[-1][0] == "event: turn"
        assert turn["reply"] == pieces
        record = only_turn(server, turn["dialogue_id"])
        assert not any(quote in pieces for quote in invented(record))


def test_repair_sends_a_corrected_reply_when_the_model_obeys(project, running):
    with running(project, INVENT, "guard.policy=repair", "simulator.obeys_repair=1.0") as server:
        for i in range(8):
            answer = server.chat(ASK, lead_id=f"lead-{i}")
            record = only_turn(server, answer["dialogue_id"])
            assert answer["action"] == "repaired", record
            assert record.attempts[1].verdict.clean
            assert answer["reply"] == record.attempts[1].text
            assert not any(quote in answer["reply"] for quote in invented(record))


def test_repair_ends_as_block_when_the_model_does_not_obey(project, running):
    with running(project, INVENT, "guard.policy=repair", "simulator.obeys_repair=0.0") as server:
        answer = server.chat(ASK)
        record = only_turn(server, answer["dialogue_id"])
        assert (answer["action"], answer["handed_over"]) == ("blocked", True)
        assert len(record.attempts) == 2
        assert not any(quote in answer["reply"] for quote in invented(record))


def test_observe_sends_and_flags(project, running):
    with running(project, INVENT, "guard.policy=observe") as server:
        answer = server.chat(ASK)
        record = only_turn(server, answer["dialogue_id"])
        assert answer["action"] == "flagged"
        assert record.verdict.findings
        assert all(f.quote in answer["reply"] for f in record.verdict.findings)
        found = server.container.store.reads.dialogues(DialogueFilter(action=Action.FLAGGED))
        assert [row.id for row in found.items] == [answer["dialogue_id"]]


class Broken:
    def judge(self, messages, *, at, region=None, segment=None):
        raise RuntimeError("the checker broke")


@pytest.mark.parametrize(("policy", "action"), [("block", "blocked"), ("observe", "flagged")])
def test_a_checker_that_fails_is_not_a_pass(project, running, policy, action):
    with running(project, f"guard.policy={policy}", guard=Broken()) as server:
        answer = server.chat("Сколько стоит тариф «Магазин»?")
        record = only_turn(server, answer["dialogue_id"])
        assert answer["action"] == action
        assert record.verdict.judgement == "not_judged"
        assert record.verdict.reason == "checker_failed"
        if policy == "block":
            assert record.attempts[0].text not in answer["reply"]
            assert answer["handed_over"]


def test_without_a_price_book_nothing_is_promised(project, running):
    for book in (project / "pricebook").iterdir():
        book.unlink()
    with running(project, "guard.policy=block") as server:
        assert server.http.get("/readyz").status_code == 503
        assert "no readable price book" in server.http.get("/readyz").json()["checks"]["price_book"]
        answer = server.chat("Сколько стоит тариф «Магазин»?")
        assert answer["handed_over"]
        assert only_turn(server, answer["dialogue_id"]).hand_off.rule == "prompt_error"


def test_a_broken_book_is_refused_and_the_last_good_one_stays_in_force(project, running):
    with running(project, "guard.policy=block") as server:
        before = server.chat("Сколько стоит тариф «Магазин»?")
        book = next((project / "pricebook").glob("*.yaml"))
        book.write_text("currency: [", "utf-8")
        until = time.monotonic() + 10
        while not server.container.books.problems and time.monotonic() < until:
            server.container.books.current()
            time.sleep(0.05)
        after = server.chat("Сколько стоит тариф «Магазин»?", lead_id="x")
        assert before["action"] == after["action"] == "passed"
        assert server.container.books.problems[0].text().startswith(f"{book}:2:1: currency: not valid YAML")
