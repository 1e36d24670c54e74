"""A run that was killed, stopped or could not judge everything is taken up where it stopped."""

import contextlib
import json
import os
import re
import signal
import time

import pytest

from botops.evals.result_file import dump, load
from botops.testing import Behaviour, FakeProvider

SUITE = "evals/suites/demo.yaml"
ANSWER = "Здравствуйте! Подскажите, пожалуйста, у вас магазин или кафе?"
LONG = "name: long\nat: 2026-11-21T12:00:00+05:00\nprice_book: ../../pricebook/demo.yaml\ncases:\n" + "".join(
    f"  - id: c{n}\n    turns: [Сколько стоит тариф «Старт»?, А за год?]\n    expect: [language, no_invented_claims]\n"
    for n in range(150)
)


@pytest.fixture
def long(project):
    (project / "evals/suites/long.yaml").write_text(LONG, "utf-8")
    return "evals/suites/long.yaml"


def timeless(file):
    """A result without what no two runs share."""
    result = json.loads(file.read_text("utf-8"))
    del result["made_at"], result["seconds"]
    for case in result["cases"]:
        del case["seconds"]
        for turn in case["turns"]:
            del turn["total_ms"], turn["model_ms"]
    return result


def killed(project, process, arguments, least):
    """Runs and kills it without a warning when it has finished so many cases; returns how many are kept."""
    kept = project / ".botops/evals"
    with process(project, *arguments) as child:
        until = time.monotonic() + 60
        while time.monotonic() < until and child.poll() is None:
            if sum(file.read_bytes().count(b"\n") for file in kept.glob("*.jsonl")) >= least:
                break
            time.sleep(0.005)
        os.kill(child.pid, signal.SIGKILL)
        assert child.wait(20) == -signal.SIGKILL
    (file,) = kept.glob("*.jsonl")
    return file.read_bytes().count(b"\n")


def test_a_killed_run_ends_as_if_nothing_had_happened(botops, project, process, long):
    command = ("eval", "run", long, "--model", "simulator", "--prompt", "sales@1", "--repeat", "4", "--no-evidence")
    assert botops(project, *command, "--json", "whole.json")[0] == 0
    count = killed(project, process, command, 40)
    code, _, err = botops(project, *command, "--resume", "--json", "resumed.json")
    assert code == 0, err
    known = int(re.search(r"(\d+) of 600 are known from an earlier run", err)[1])
    assert 40 <= known <= count < 600
    assert timeless(project / "resumed.json") == timeless(project / "whole.json")
    assert list((project / ".botops/evals").iterdir()) == []


def test_a_killed_run_asks_a_server_only_what_is_left(botops, project, process, long):
    def command(fake):
        return ("eval", "run", long, "--model", fake.base_url, "--prompt", "sales@1", "--no-evidence")

    answer = Behaviour("slow_first", text=ANSWER, delay_s=0.02)
    with FakeProvider([answer]) as fake:
        assert botops(project, *command(fake), "--json", "whole.json")[0] == 0
        asked = len(fake.requests)
        assert asked == 300
        killed(project, process, command(fake), 30)
        before = len(fake.requests)
        code, _, err = botops(project, *command(fake), "--resume", "--json", "resumed.json")
        assert code == 0, err
        known = int(re.search(r"(\d+) of 150 are known from an earlier run", err)[1])
        assert known >= 30
        assert len(fake.requests) - before == 2 * (150 - known)
    assert timeless(project / "resumed.json") == timeless(project / "whole.json")


def test_a_part_of_a_run_forgets_nothing_of_the_rest(botops, project, process, long):
    command = ("eval", "run", long, "--model", "simulator", "--prompt", "sales@1", "--no-evidence", "--repeat", "2")
    count = killed(project, process, command, 20)
    code, _, err = botops(project, *command, "--resume", "--case", "c149")
    assert code == 0, err
    # Another choice of cases came to its end; what the whole run had finished is still there.
    assert "of 2 are known" in err
    code, _, err = botops(project, *command, "--resume")
    assert code == 0
    assert int(re.search(r"(\d+) of 300 are known", err)[1]) >= count - 1


def test_only_what_could_not_be_judged_is_run_again(botops, project):
    options = ("--prompt", "sales@1", "--tag", "price", "--concurrency", "1", "--set", "model.attempts=1")
    answer = Behaviour("ok", text=ANSWER)
    with FakeProvider([answer, Behaviour("500"), answer]) as fake:
        command = ("eval", "run", SUITE, "--model", fake.base_url, *options)
        assert botops(project, *command, "--json", "first.json")[0] == 1
        first = json.loads((project / "first.json").read_text("utf-8"))
        (error,) = (case["case"] for case in first["cases"] if case["status"] == "error")
        before = len(fake.requests)
        code, _, err = botops(project, *command, "--retry-errors", "first.json", "--json", "second.json")
        assert code == 1, err
        total = len(first["cases"])
        assert f"{total - 1} of {total} are known from an earlier run" in err
        assert 1 <= len(fake.requests) - before <= 3
    second = json.loads((project / "second.json").read_text("utf-8"))
    assert [case["case"] for case in second["cases"]] == [case["case"] for case in first["cases"]]
    assert all(case["status"] != "error" for case in second["cases"])
    same = [(a, b) for a, b in zip(first["cases"], second["cases"], strict=True) if a["case"] != error]
    assert all(a == b for a, b in same)


def _of_other_suite(project):
    file = project / SUITE
    file.write_text(file.read_text("utf-8") + "\n# changed\n", "utf-8")


def _of_other_book(project):
    file = project / "pricebook/demo.yaml"
    file.write_text(file.read_text("utf-8") + "\n# changed\n", "utf-8")


def _of_other_text(project):
    file = project / "prompts/sales/draft.yaml"
    file.write_text(file.read_text("utf-8").replace("Пиши кратко", "Пиши коротко"), "utf-8")


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        (_of_other_suite, (), "evals/suites/demo.yaml has another text now"),
        (_of_other_book, (), "the price book pricebook/demo.yaml has another text now"),
        (_of_other_text, (), "the text of sales@draft is another now"),
        (None, ("--repeat", "2"), "it ran each case 1 times"),
        (None, ("--prompt", "sales@1"), "it is of sales@draft, not of sales@draft, sales@1"),
        (None, ("--resume",), "choose one"),
    ],
)
def test_a_result_of_another_run_is_refused(botops, project, change, options, said):
    (project / "prompts/sales/draft.yaml").write_bytes((project / "prompts/sales/1.yaml").read_bytes())
    command = ("eval", "run", SUITE, "--model", "simulator", "--prompt", "sales@draft", "--case", "price-s*")
    assert botops(project, *command, "--json", "r.json")[0] == 0
    if change is not None:
        change(project)
    code, _, err = botops(project, *command, "--retry-errors", "r.json", *options)
    assert code == 2
    assert said in err


def test_a_baseline_cannot_be_taken_up(botops, project):
    command = ("eval", "run", SUITE, "--model", "simulator", "--case", "price-s*")
    assert botops(project, *command, "--json", "r.json")[0] == 0
    (project / "b.json").write_text(dump(load(project / "r.json").as_baseline()), "utf-8")
    code, _, err = botops(project, *command, "--retry-errors", "b.json")
    assert code == 2
    assert "it is a baseline" in err


STUBBORN = """\
import asyncio
import time

from langchain_core.language_models.fake_chat_models import FakeListChatModel


class HoldsAThread(FakeListChatModel):
    def _call(self, *args, **kwargs):
        print("asked", flush=True)
        time.sleep(60)
        return "late"


class HearsNothing(FakeListChatModel):
    async def _agenerate(self, *args, **kwargs):
        print("asked", flush=True)
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                print("asked to stop", flush=True)


thread = HoldsAThread(responses=["late"])
deaf = HearsNothing(responses=["late"])
"""


@pytest.fixture
def stubborn(project, process, long):
    """Runs an eval with a model that is deaf to being given up, and waits until the model is asked."""
    (project / "stubborn.py").write_text(STUBBORN, "utf-8")

    @contextlib.contextmanager
    def begin(model):
        options = ("--model", f"langchain:stubborn:{model}", "--prompt", "sales@1", "--concurrency", "1")
        with process(project, "eval", "run", long, *options, "--json", "part.json") as child:
            while b"asked" not in child.stdout.readline():
                assert child.poll() is None
            yield child

    return begin


def test_ctrl_c_does_not_wait_for_a_thread_of_a_model(project, stubborn):
    with stubborn("thread") as child:
        child.send_signal(signal.SIGINT)
        assert child.wait(20) == 130
        assert b"stopped with 150 dialogues left" in child.stdout.read()
    assert load(project / "part.json").interrupted


def test_a_second_ctrl_c_ends_at_once(project, stubborn):
    with stubborn("deaf") as child:
        child.send_signal(signal.SIGINT)
        while b"asked to stop" not in child.stdout.readline():
            assert child.poll() is None
        child.send_signal(signal.SIGINT)
        assert child.wait(20) == 130
        assert b"Stopped at once" in child.stdout.read()
    assert not (project / "part.json").exists()
