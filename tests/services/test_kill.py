"""`kill -9` in the middle of many chats: what was answered is kept, what had begun is marked."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from botops.app.clock import SystemClock
from botops.domain.turns import TurnState
from botops.store import Store


@pytest.mark.slow
def test_kill_in_the_middle_of_200_chats(project, process, wait_for, port):
    answered: dict[str, str] = {}
    begun: dict[str, str] = {}
    enough = threading.Event()

    def chat(i):
        body = {
            "text": "Сколько стоит тариф «Магазин» на год для 3 касс?",
            "dialogue_id": f"d{i}",
            "stream": i % 2 == 0,
        }
        try:
            with httpx2.stream("POST", f"http://127.0.0.1:{port}/v1/chat", json=body, timeout=30) as answer:
                for part in answer.iter_text():
                    begun[f"d{i}"] = begun.get(f"d{i}", "") + part
            text = begun[f"d{i}"]
            if answer.status_code == 200 and ("event: turn" in text or not body["stream"]):
                answered[f"d{i}"] = text
        except httpx2.TransportError:
            pass
        if len(answered) >= 40:
            enough.set()

    with process(project, "serve", "--port", str(port)) as child:
        wait_for(f"http://127.0.0.1:{port}/healthz", child=child)
        with ThreadPoolExecutor(40) as pool:
            futures = [pool.submit(chat, i) for i in range(200)]
            enough.wait(60)
            os.kill(child.pid, signal.SIGKILL)
            for future in futures:
                future.result()
        child.wait()

    assert 40 <= len(answered) < 200
    with process(project, "serve", "--port", str(port)) as child:
        wait_for(f"http://127.0.0.1:{port}/healthz", child=child)
        time.sleep(0.2)
    store = Store.open(f"sqlite:///{project}/.botops/botops.db", clock=SystemClock(), role="reader")
    try:
        records = {r.inbound.dialogue_id: r for r in store.reads.turns()}
    finally:
        store.close()
    for dialogue, text in answered.items():
        record = records[dialogue]
        assert record.state is TurnState.ANSWERED
        assert record.id in text
        assert record.attempts
        assert record.verdict is not None
    assert {r.state for r in records.values()} <= {TurnState.ANSWERED, TurnState.INTERRUPTED}
    for dialogue, text in begun.items():
        if "event: text" in text and "event: turn" not in text:
            assert records[dialogue].state in {TurnState.INTERRUPTED, TurnState.ANSWERED}
