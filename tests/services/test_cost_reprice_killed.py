"""`kill -9` in the middle of `botops cost reprice --apply`, and the same run again."""

import json
import os
import signal
import sqlite3
import time
from datetime import UTC, datetime, timedelta

import pytest

from botops.app.clock import SystemClock
from botops.domain.messages import InboundMessage
from botops.domain.prompts import Assignment, PromptRef
from botops.domain.turns import Action, Attempt, GuardPolicy, Purpose, Timing, TurnRecord, TurnState
from botops.domain.usage import Cost, Usage
from botops.store import Store

TURNS = 6000
START = datetime(2026, 10, 5, tzinfo=UTC)
WAS, IS = 250_000_000, 1_000_000_000  # a thousand tokens at 0.25 and at 1 USD for a million


def turn(n):
    at = START + timedelta(minutes=n)
    attempt = Attempt(Purpose.REPLY, "mini", "Ответ", Usage(1000), Cost(WAS, priced_as="mini"), 10)
    return TurnRecord(
        f"t{n:05}", InboundMessage(f"d{n}", f"lead-{n}", "Цена?", at, f"key-{n}"), 1, TurnState.ANSWERED, "ru",
        GuardPolicy.OBSERVE, "Ответ", Action.PASSED, Assignment(PromptRef("sales", 1, "ab" * 32)), None, (attempt,),
        None, Timing(10, 10, 0), "mini", False, None, at,
    )  # fmt: skip


@pytest.mark.slow
def test_a_killed_run_leaves_whole_batches_and_is_ended_by_the_same_run(project, process, botops):
    (project / "prices.yaml").write_text("prices:\n  - {model: mini, input: 1, output: 1}\n", "utf-8")
    database = project / ".botops/botops.db"
    with Store.open(f"sqlite:///{database}", clock=SystemClock()) as store:
        store.write_many((turn(n) for n in range(TURNS)), "test")
        while store.roll_up():
            pass
    arguments = ("cost", "reprice", "--prices", "prices.yaml", "--apply", "--by", "Айгерим", "--reason", "договор")

    def repriced():
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            return connection.execute("SELECT count(*) FROM attempt WHERE pico_usd = ?", (IS,)).fetchone()[0]

    with process(project, *arguments) as child:
        until = time.monotonic() + 60
        while not repriced() and child.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    done = repriced()
    assert 0 < done < TURNS
    assert done % 500 == 0
    with sqlite3.connect(database) as connection:
        apart = "SELECT count(*) FROM turn JOIN attempt ON turn_id = turn.id WHERE turn.pico_usd <> attempt.pico_usd"
        assert connection.execute(apart).fetchone()[0] == 0

    code, out, err = botops(project, *arguments, "--json")
    assert code == 0, err
    found = json.loads(out)
    assert (found["applied"], found["total"]["calls"]) == (TURNS - done, TURNS)
    with Store.open(f"sqlite:///{database}", clock=SystemClock(), role="reader") as store:
        (total,) = store.reads.totals(START, START + timedelta(days=30))
        entries = store.audit.entries("costs")
    assert total.pico_usd == TURNS * IS
    assert sorted(str(e.detail["state"]) for e in entries) == ["begun", "begun", "done"]
    first = min(entries, key=lambda e: e.at)
    assert first.detail["before_pico_usd"] == str(TURNS * WAS)
    assert botops(project, *arguments)[0] == 0
    assert repriced() == TURNS
