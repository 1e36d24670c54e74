"""The demo's past: broken off without noise, taken up again at the next start."""

import asyncio
import re
import signal
import sqlite3
import time
from datetime import timedelta

import pytest

from botops.app.container import Container
from botops.app.seed import Seeding, seed, under_way, unfinished
from botops.config import Secrets, load_settings

DIALOGUES = 40


@pytest.fixture
def demo(project):
    settings = project / "botops.yaml"
    settings.write_text(re.sub(r"dialogues: \d+", f"dialogues: {DIALOGUES}", settings.read_text("utf-8")), "utf-8")
    return project


def _open(project):
    return Container.open(load_settings(project / "botops.yaml", required=True), Secrets())


def _kept(container):
    page = container.store.reads.counts()
    return page.dialogues, page.turns


def test_a_demo_broken_off_goes_on_where_it_stood(demo, tmp_path):
    with _open(demo) as container:
        seeding = Seeding(container)
        assert seeding.wanted()
        lived = []

        def one_more():
            lived.append(1)
            if len(lived) == 3:
                seeding.stop()

        seeding.run(one_more)
        some, _ = _kept(container)
        assert 3 <= some < DIALOGUES

    with _open(demo) as container:
        seeding = Seeding(container)
        assert seeding.wanted(), "the store is not empty, but the past is not whole"
        seeding.run()
        assert _kept(container)[0] == DIALOGUES
        assert not Seeding(container).wanted()
        broken_off = _kept(container)

    (demo / ".botops").rename(tmp_path / "first")
    with _open(demo) as container:
        Seeding(container).run()
        assert _kept(container) == broken_off, "the same dialogues as told in one go"


def test_a_killed_making_leaves_no_trace_of_broken_turns(demo, tmp_path):
    with _open(demo) as container:
        Seeding(container).run()
        whole = _kept(container)
    with sqlite3.connect(demo / ".botops" / "botops.db") as database:
        database.execute("UPDATE turn SET state = 'interrupted' WHERE dialogue_id IN ('demo-00005', 'demo-00031')")
    (demo / ".botops" / "demo-unfinished").write_text("", "utf-8")
    with _open(demo) as container:
        assert container.store.reads.recent_failures()
        Seeding(container).run()
        assert not container.store.reads.recent_failures()
        assert _kept(container) == whole


def test_a_fault_is_told_in_one_line_and_keeps_the_past_wanted(demo, caplog):
    (demo / "pricebook" / "demo.yaml").unlink()
    with _open(demo) as container:
        seeding = Seeding(container)
        seeding.run()
        assert "there is no price book" in caplog.text
        assert "Traceback" not in caplog.text
        assert seeding.wanted()


def test_the_demos_sellers_come_to_everybody_and_to_a_few_late(demo):
    with _open(demo) as container:
        asyncio.run(seed(container, 400))
        queue = container.store.reads.hand_offs(open_only=False)
        assert container.store.recent.waiting(container.clock.now()).since is None
        waits = sorted(container.store.reads.waits(container.clock.now() - timedelta(days=40)))
    assert len(waits) == len(queue) > 30
    promised = container.settings.hand_off.answer_within_min * 60
    late = sum(wait > promised for wait in waits)
    assert 0 < late < 0.15 * len(waits)
    assert waits[0] >= 0


def test_a_past_that_nobody_asks_for_any_more_keeps_no_detector_silent(demo):
    (demo / ".botops").mkdir(exist_ok=True)
    (demo / ".botops/demo-unfinished").write_text("2026-11-01\n", "utf-8")
    with _open(demo) as container:
        assert unfinished(container)
        assert not under_way(container)
    settings = demo / "botops.yaml"
    settings.write_text(settings.read_text("utf-8").replace(f"dialogues: {DIALOGUES}", "dialogues: 0"), "utf-8")
    with _open(demo) as container:
        assert not unfinished(container)


@pytest.mark.slow
def test_ctrl_c_while_the_demo_is_made_leaves_no_traceback(demo, process, port, wait_for):
    with process(demo, "up", "--port", str(port), "--set", "demo.dialogues=5000") as child:
        wait_for(f"http://127.0.0.1:{port}/healthz", child=child)
        until = time.monotonic() + 20
        while not (demo / ".botops" / "demo-unfinished").exists() and time.monotonic() < until:
            time.sleep(0.05)
        child.send_signal(signal.SIGINT)
        code = child.wait(20)
        said = child.stdout.read().decode()
    assert code == 0, said
    assert "Traceback" not in said
