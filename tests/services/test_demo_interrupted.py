"""The demo's past: broken off without noise, taken up again at the next start."""

import re
import signal
import time

import pytest

from botops.app.container import Container
from botops.app.seed import Seeding
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


def test_a_fault_is_told_in_one_line_and_keeps_the_past_wanted(demo, caplog):
    (demo / "pricebook" / "demo.yaml").unlink()
    with _open(demo) as container:
        seeding = Seeding(container)
        seeding.run()
        assert "there is no price book" in caplog.text
        assert "Traceback" not in caplog.text
        assert seeding.wanted()


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
