"""Replies judged in a process of their own: the same verdicts, whatever becomes of the process."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from datetime import datetime

import psutil
import pytest

from botops.app.evals.apart import EvalGuard, JudgingError, JudgingProcess
from botops.app.guard import ClaimGuard
from botops.app.pricebooks.books import Books
from botops.domain.findings import Verdict
from botops.domain.messages import Message
from botops.evals.apart import DialogueGuard
from botops.evals.pacing import DialogueClock

AT = datetime.fromisoformat("2026-03-02T10:00:00+05:00")
SAID = [(f"Цена «Альфы» на {n} мес.?", f"«Альфа» — {5000 if n % 2 else 4000} ₸ в месяц.") for n in range(12)]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="judged apart only where a process can be forked")


def talk(n):
    return (Message("user", SAID[n][0], at=AT), Message("assistant", SAID[n][1], at=AT))


async def ask(guard, n):
    verdict, seconds = await guard.judge_apart(talk(n), at=AT, region=None, segment=None)
    assert seconds >= 0
    return verdict


@pytest.fixture
def guard(house):
    return EvalGuard(ClaimGuard(Books(house.root / "book.yaml")))


@pytest.fixture
def held():
    """Runs a scenario with guards judged apart; afterwards the process is gone."""

    def run(guards, scenario):
        async def main():
            process = JudgingProcess(guards)
            await process.open()
            try:
                return await scenario(process)
            finally:
                await process.close()
                assert not process.alive

        return asyncio.run(main())

    return run


def test_verdicts_are_those_made_here_and_every_question_gets_its_own(guard, held):
    async def scenario(process):
        return await asyncio.gather(*(ask(guard, n) for n in range(12)))

    apart = held([guard], scenario)
    assert apart == [guard.judge(talk(n), at=AT) for n in range(12)]
    assert [verdict.clean for verdict in apart] == [n % 2 == 1 for n in range(12)]


def test_several_suites_share_the_process_each_with_its_book(house, guard, held):
    other = house.root / "other.yaml"
    other.write_text((house.root / "book.yaml").read_text("utf-8").replace("5000", "4000"), "utf-8")
    second = EvalGuard(ClaimGuard(Books(other)))

    async def scenario(process):
        return await ask(guard, 1), await ask(second, 1)

    first, told = held([guard, second], scenario)
    assert first.clean
    assert not told.clean


def test_a_process_that_dies_is_done_without(guard, held):
    async def scenario(process):
        before = await ask(guard, 1)
        questions = [asyncio.create_task(ask(guard, n)) for n in range(12)]
        await asyncio.sleep(0)
        os.kill(process.pid, signal.SIGKILL)
        return before, await asyncio.gather(*questions), await ask(guard, 2)

    before, meanwhile, after = held([guard], scenario)
    assert before.clean
    assert not after.clean
    assert meanwhile == [guard.judge(talk(n), at=AT) for n in range(12)]


def test_ctrl_c_is_for_the_process_that_asks(guard, held):
    async def scenario(process):
        await ask(guard, 1)
        os.kill(process.pid, signal.SIGINT)
        return await ask(guard, 3)

    assert held([guard], scenario).clean


def test_who_gives_up_waiting_disturbs_nobody(guard, held):
    async def scenario(process):
        given_up = [asyncio.create_task(ask(guard, n)) for n in range(6)]
        await asyncio.sleep(0)
        for task in given_up:
            task.cancel()
        return await ask(guard, 7)

    assert held([guard], scenario).clean


class Broken:
    def judge(self, messages, *, at, region=None, segment=None):
        raise ZeroDivisionError("by hand")


def test_a_checker_that_breaks_apart_is_told(held):
    broken = EvalGuard(Broken())

    async def scenario(process):
        with pytest.raises(JudgingError, match="ZeroDivisionError: by hand"):
            await ask(broken, 1)

    held([broken], scenario)


class QueuedClock:
    """A clock that only goes on while something waits."""

    def __init__(self):
        self.seconds = 0.0

    def now(self):
        return AT

    def monotonic(self):
        return self.seconds


def test_the_wait_for_other_dialogues_is_no_time_of_a_dialogue():
    behind = QueuedClock()
    clock = DialogueClock(behind)

    class Apart:
        async def judge_apart(self, messages, *, at, region, segment):
            behind.seconds += 5.0
            return Verdict.of((), claims=1, book="b"), 0.25

    verdict = asyncio.run(DialogueGuard(Apart(), clock).verdict(talk(1), at=AT))
    assert verdict.clean
    assert clock.monotonic() == 0.25


def test_a_checker_that_breaks_apart_makes_an_error_of_the_case_not_a_failure(house, held):
    guard = EvalGuard(Broken())
    bench = house.bench("cases:\n  - {id: c, turns: [Цена?], expect: [no_invented_claims]}\n", "5 000 ₸", guard=guard)

    async def scenario(process):
        return await house.hold(bench)

    (result,) = held([guard], scenario)
    assert (result.status, result.fault) == ("error", "not_judged")


def test_the_process_ends_with_the_one_that_asks_however_that_ends():
    program = (
        "import os, signal\n"
        "from botops.app.evals.apart import EvalGuard, JudgingProcess\n"
        "process = JudgingProcess([EvalGuard(None)])\n"
        "print(process.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    pid = int(done.stdout)
    for _ in range(600):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(0.05)
    pytest.fail(f"the process {pid} outlived the one that asks")
