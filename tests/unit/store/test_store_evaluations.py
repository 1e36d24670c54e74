"""What became of each case of a run, found from the run, the case and the dialogue it came from; runs people asked
for; what is kept of a lead goes."""

import asyncio
from datetime import timedelta
from types import MappingProxyType

import pytest
from sqlalchemy import text

from botops.domain.errors import NotFoundError
from botops.domain.evaluations import (
    CaseOutcome,
    EvalTask,
    KeptDraft,
    KeptFailure,
    KeptMark,
    KeptTurn,
    Origin,
    TaskState,
)
from botops.domain.releases import AuditEntry, Deed, EvalRun
from botops.store import Store, mask
from botops.store.engine import open_engine, parse_url

TEXT = "a" * 64
REPLY = "Тетрадь 450 ₸, скидка 30 %, звоните: +7 701 234 56 78."
HIDDEN = mask(REPLY)
MARKS = (KeptMark(REPLY.index("30 %"), REPLY.index("30 %") + 4, "high"),)


def run_of(shop, number, **changes):
    values = {
        "id": f"r{number}",
        "at": shop.start + timedelta(hours=number),
        "suite": "regressions",
        "prompt": "sales",
        "version": number,
        "checksum": TEXT,
        "model": "simulator",
        "passed": False,
        "cases": 1,
        "failed": 1,
    }
    return EvalRun(**{**values, **changes})


def outcome(case="was-flagged", dialogue="d1", status="fail", **changes):
    failure = KeptFailure(
        "no_invented_claims/discount", MappingProxyType({"ru": "Скидка 10 %.", "en": "10 %."}), 1, "30 %"
    )
    turn = KeptTurn("Сколько? Мой телефон +7 701 234 56 78", KeptDraft(REPLY, MARKS), "flagged", (KeptDraft(REPLY),))
    values = {
        "case": case,
        "status": status,
        "passed": 0 if status == "fail" else 1,
        "judged": 1,
        "failures": (failure,) if status == "fail" else (),
        "origin": Origin(dialogue, 2),
        "turns": (turn,),
    }
    return CaseOutcome(**{**values, **changes})


def keep(store, run, *cases):
    said = AuditEntry(f"e-{run.id}", run.at, "Айгуль", Deed.EVAL, "prompt:sales", "прогнали")
    store.eval_runs.add(run, said, cases)


def test_the_loop_can_be_walked_both_ways(store, shop):
    failed, passed = outcome(), outcome(status="pass")
    plain = CaseOutcome("written-by-hand", "error", error="модель не ответила")
    keep(store, run_of(shop, 1), failed, plain)
    keep(store, run_of(shop, 2, passed=True, failed=0), passed)
    known = {case.case: case for case in store.eval_runs.cases("r1")}
    assert set(known) == {"was-flagged", "written-by-hand"}
    assert known["was-flagged"].rules == ("no_invented_claims/discount",)
    assert known["was-flagged"].failures == failed.failures
    assert known["was-flagged"].origin == Origin("d1", 2)
    assert known["was-flagged"].turns[0].reply == KeptDraft(HIDDEN, MARKS)
    assert known["written-by-hand"] == plain
    walked = store.eval_runs.of_dialogue("d1")
    assert [(run.id, run.version, case.status) for run, case in walked] == [("r2", 2, "pass"), ("r1", 1, "fail")]
    assert walked[1][1].failures[0].quote == "30 %"
    assert walked == store.eval_runs.of_case("regressions", "was-flagged")
    assert store.eval_runs.of_case("other", "was-flagged") == ()
    assert store.eval_runs.of_dialogue("d2") == ()
    assert store.eval_runs.get("r2").passed
    with pytest.raises(NotFoundError):
        store.eval_runs.get("r9")
    assert store.eval_runs.cases("r9") == ()
    assert [run.id for run in store.eval_runs.latest(suite="regressions", most=1)] == ["r2"]


def test_personal_data_of_a_case_is_masked_and_marks_still_fit(store, shop):
    keep(store, run_of(shop, 1), outcome())
    (case,) = store.eval_runs.cases("r1")
    assert "234 56 78" not in case.turns[0].client
    for draft in (case.turns[0].reply, *case.turns[0].held):
        assert "234 56 78" not in draft.text
    reply = case.turns[0].reply
    assert reply.text[reply.marks[0].start : reply.marks[0].end] == "30 %"


def test_an_erased_lead_is_in_no_case(store, url, shop):
    async def live():
        await shop.turn(store, shop.inbound("a"), "flagged")
        await shop.turn(store, shop.inbound("b"), "flagged")

    asyncio.run(live())
    keep(store, run_of(shop, 1), outcome("of-a", "a"), outcome("of-b", "b"))
    store.erase_lead("lead-a")
    assert [case.case for case in store.eval_runs.cases("r1")] == ["of-b"]
    assert store.eval_runs.of_dialogue("a") == ()
    assert store.eval_runs.get("r1").cases == 1  # what the run found stays true


def test_old_dialogues_of_cases_go_and_their_outcomes_stay(store, url, shop):
    keep(store, run_of(shop, 1), outcome())
    keep(store, run_of(shop, 30), outcome())
    store.purge(shop.start + timedelta(hours=10))
    (old,), (young,) = store.eval_runs.cases("r1"), store.eval_runs.cases("r30")
    assert (old.status, old.rules, old.turns, old.failures[0].quote) == ("fail", young.rules, (), "")
    assert young.turns
    engine = open_engine(parse_url(url), "reader")
    with engine.connect() as connection:
        (kept,) = connection.execute(text("SELECT detail FROM eval_case WHERE run_id = 'r1'")).scalars()
    engine.dispose()
    assert kept is None


@pytest.mark.parametrize("dialogue", ["d1", "wa/17 а", "x#2", "dialogue:a#1", "%23", "a, turn 2", "\n"])
def test_an_origin_reads_back(dialogue):
    assert Origin.of(str(Origin(dialogue, 12))) == Origin(dialogue, 12)


@pytest.mark.parametrize("words", ["", "https://x.example/d#2", "dialogue:#1", "dialogue:a#0", "dialogue:a b#1",
                                   "см. dialogue:a#1", "dialogue:a#1\n"])  # fmt: skip
def test_other_words_are_no_origin(words):
    assert Origin.of(words) is None


def task(shop, number=1, **changes):
    values = {
        "id": f"t{number}",
        "at": shop.start + timedelta(minutes=number),
        "by": "Айгуль",
        "prompt": "sales",
        "version": 0,
        "suites": ("demo", "regressions"),
        "model": "simulator",
        "max_usd": "1.50",
    }
    return EvalTask(**{**values, **changes})


def test_a_run_is_begun_followed_and_ended_once(store, shop, clock):
    store.eval_tasks.begin(task(shop))
    store.eval_tasks.begin(task(shop, 2, prompt="reception"))
    assert store.eval_tasks.get("t1") == task(shop)
    store.eval_tasks.advance("t1", 3, 60, 1)
    assert [(t.id, t.done, t.total, t.failed) for t in store.eval_tasks.running()] == [
        ("t1", 3, 60, 1),
        ("t2", 0, 0, 0),
    ]
    clock.move(minutes=9)
    assert store.eval_tasks.end("t1", TaskState.CANCELLED, by="Данияр")
    assert not store.eval_tasks.end("t1", TaskState.DONE, runs=("r1",))
    store.eval_tasks.advance("t1", 60, 60, 0)
    ended = store.eval_tasks.get("t1")
    assert (ended.state, ended.done, ended.runs, ended.ended_by) == (TaskState.CANCELLED, 3, (), "Данияр")
    assert ended.ended_at == clock.now()
    assert [t.id for t in store.eval_tasks.latest("sales")] == ["t1"]
    assert [t.id for t in store.eval_tasks.latest(most=1)] == ["t2"]
    with pytest.raises(NotFoundError):
        store.eval_tasks.get("t9")


def test_a_run_whose_process_died_is_interrupted(url, shop, clock):
    with Store.open(url, clock=clock) as first:
        first.eval_tasks.begin(task(shop))
        first.eval_tasks.begin(task(shop, 2))
        first.eval_tasks.end("t2", TaskState.DONE, runs=("r1", "r2"))
        first.interrupt_dead()
        assert first.eval_tasks.get("t1").state is TaskState.RUNNING
    with Store.open(url, clock=clock) as second:
        assert second.eval_tasks.get("t1").state is TaskState.INTERRUPTED
        assert second.eval_tasks.get("t2") == task(
            shop, 2, state=TaskState.DONE, runs=("r1", "r2"), ended_at=clock.now()
        )
        assert second.eval_tasks.running() == ()
