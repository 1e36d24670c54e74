"""`botops up`: everything together, and nothing left behind."""

import signal
import socket
import time

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from botops.app.clock import SystemClock
from botops.store import Store


def refused(port, seconds=10):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_up_starts_everything_and_leaves_nothing_behind(project, process, wait_for, port, end):
    with process(project, "up", "--port", str(port)) as child:
        assert wait_for(f"http://127.0.0.1:{port}/healthz", child=child).json()["status"] == "ok"
        wait_for(f"http://127.0.0.1:{port + 1}/_stcore/health", child=child)
        answer = httpx2.post(f"http://127.0.0.1:{port}/v1/chat", json={"text": "Здравствуйте"}, timeout=30)
        assert answer.json()["reply"]
        metrics = httpx2.get(f"http://127.0.0.1:{port}/metrics").text
        assert any(f.name == "botops_turns" for f in text_string_to_metric_families(metrics))
        child.send_signal(end)
        code = child.wait(20)
        assert code == (-signal.SIGKILL if end is signal.SIGKILL else 0)
        assert refused(port)
        assert refused(port + 1)


@pytest.mark.slow
def test_up_makes_the_demo_company_when_the_store_is_empty(project, process, wait_for, port):
    with process(project, "up", "--port", str(port), "--set", "demo.dialogues=12") as child:
        wait_for(f"http://127.0.0.1:{port}/healthz", child=child)
        store = Store.open(f"sqlite:///{project}/.botops/botops.db", clock=SystemClock(), role="reader")
        try:
            until = time.monotonic() + 60
            while store.reads.counts().dialogues < 12 and time.monotonic() < until:
                time.sleep(0.3)
            assert store.reads.counts().dialogues == 12
        finally:
            store.close()
        text = httpx2.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text
        families = {f.name: f for f in text_string_to_metric_families(text)}
        assert not families["botops_turns"].samples, "the demo's past is not live traffic"


def test_a_taken_port_is_said_before_anything_starts(project, process, port):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port + 1))
        taken.listen()
        with process(project, "up", "--port", str(port)) as child:
            assert child.wait(20) == 2
            assert f"port {port + 1} for the console is taken" in child.stdout.read().decode()


@pytest.mark.parametrize("command", ["up", "serve"])
def test_an_address_others_can_reach_is_refused(project, process, command):
    with process(project, command, "--set", "server.host=0.0.0.0") as child:
        assert child.wait(20) == 2
        assert "sign in" in child.stdout.read().decode()
