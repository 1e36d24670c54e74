"""What is seen of an eval while it runs: a bar on a terminal, seldom lines in a log."""

import os
import pty
import re
import subprocess
import sys

import pytest

from botops.cli import eval_watch

SUITE = ("evals/suites/demo.yaml", "--model", "simulator", "--prompt", "sales@1", "--no-evidence")


def test_a_log_gets_a_line_now_and_then(botops, project, monkeypatch):
    monkeypatch.setattr(eval_watch, "SELDOM", 0.0)
    code, out, err = botops(project, "eval", "run", *SUITE, "--tag", "price")
    assert code == 0
    assert out == ""
    lines = re.findall(r"^(\d+) of (\d+) dialogues, about \d+ s left$", err, re.MULTILINE)
    total = int(lines[0][1])
    assert [int(done) for done, _ in lines] == list(range(1, total))


def test_a_quick_run_says_nothing_before_its_end(botops, project):
    _, _, err = botops(project, "eval", "run", *SUITE, "--tag", "price")
    assert "left" not in err


@pytest.mark.slow
def test_a_terminal_gets_a_bar(project):
    here, there = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    command = [sys.executable, "-m", "botops.cli", "eval", "run", *SUITE]
    child = subprocess.Popen(command, cwd=project, stderr=there, stdout=subprocess.DEVNULL, env=environment)
    os.close(there)
    shown = b""
    while True:
        try:
            part = os.read(here, 65_536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(here)
    assert child.wait(60) == 0
    assert re.search(r"\d+/\d+", shown.decode())
    assert "dialogues, about" not in shown.decode()
