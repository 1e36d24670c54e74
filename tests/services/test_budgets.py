"""Budgets over HTTP: nothing is overshot by many dialogues at once, and the ledger is exact whatever dies."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from decimal import Decimal

import httpx2
import pytest

from botops.app.clock import SystemClock
from botops.domain.budgets import Window
from botops.domain.money import PICO
from botops.domain.turns import TurnState
from botops.store import Store
from botops.testing.fake_provider import Behaviour, FakeProvider

TEXT = "Здравствуйте! Чем могу помочь?"
EVER = Window(date(2000, 1, 1), date(2100, 1, 1))
PRICES = """
costs:
  prices:
    - {model: main-model, input: 1, output: 1}
    - {model: small-model, input: 0.1, output: 0.1}
  rates:
    - {since: 2026-01-01, per_usd: 500}
"""


def usage(tokens_in, tokens_out):
    return {"prompt_tokens": tokens_in, "completion_tokens": tokens_out, "total_tokens": tokens_in + tokens_out}


def answer(delay=0.15, **counts):
    return Behaviour(
        "slow_first", TEXT, delay_s=delay, usage=usage(**(counts or {"tokens_in": 3000, "tokens_out": 50}))
    )


def prepare(project, provider, budgets, prices=PRICES):
    """The demo project with a model behind a loopback address, and budgets."""
    settings = project / "botops.yaml"
    text = settings.read_text("utf-8")
    text = text[: text.index("costs:")] + prices + text[text.index("demo:") :].replace("demo:", "\ndemo:", 1)
    text += f"\nmodel: {{name: main-model, base_url: 'http://127.0.0.1:{provider.port}/v1'}}\nbudgets:\n{budgets}"
    settings.write_text(text.replace("policy: repair", "policy: observe"), "utf-8")


def ask_all(addresses, dialogues, answers=None):
    """One message of each dialogue, all at the same time; the answers that came."""
    answers = {} if answers is None else answers

    def ask(number):
        body = {"text": "Здравствуйте", "dialogue_id": f"d{number}"}
        try:
            with httpx2.Client(base_url=addresses[number % len(addresses)], timeout=60) as http:
                got = http.post("/v1/chat", json=body)
        except httpx2.TransportError:
            return
        if got.status_code == 200:
            answers[f"d{number}"] = got.json()

    with ThreadPoolExecutor(len(dialogues)) as pool:
        list(pool.map(ask, dialogues))
    return answers


def opened(url):
    return Store.open(url, clock=SystemClock(), role="reader")


def truth(store):
    """Pico-dollars and calls of the attempts that are kept, summed one by one."""
    attempts = [a for record in store.reads.turns() for a in record.attempts]
    return sum(a.cost.pico_usd for a in attempts), len(attempts)


def assert_exact(store):
    used = store.budgets.used([EVER])[0]
    assert sum(pico for _, pico in used.spent) == truth(store)[0]
    assert used.held == ()
    assert store.budgets.compare(date(2026, 1, 1), date(2026, 1, 2)) == ()
    today = SystemClock().now().date()
    assert store.budgets.compare(date.fromordinal(today.toordinal() - 2), date.fromordinal(today.toordinal() + 2)) == ()


@pytest.mark.parametrize(
    ("tokens_in", "tokens_out"), [(3000, 50), (60_000, 20_000)], ids=["below the estimate", "far above the estimate"]
)
def test_64_dialogues_at_once_do_not_overshoot(project, running, tokens_in, tokens_out):
    limit = Decimal("0.1")
    with FakeProvider([answer(tokens_in=tokens_in, tokens_out=tokens_out)]) as provider:
        prepare(project, provider, f"  day: {{period: day, amount: {limit}, currency: USD, hard: {{}}}}\n")
        with running(project) as server:
            for start in range(0, 320, 64):
                ask_all([server.url], range(start, start + 64))
            store = server.container.store
            assert_exact(store)
            spent = Decimal(truth(store)[0]) / PICO
            records = tuple(store.reads.turns())
            asked = [record for record in records if record.attempts]
            refused = [record for record in records if not record.attempts]
    a_call = Decimal(tokens_in + tokens_out) / 10**6
    assert len(provider.requests) == len(asked)
    assert refused
    assert {record.hand_off.rule for record in refused} == {"budget"}
    assert all(record.state is TurnState.ANSWERED for record in records)
    if tokens_in < 4000:
        assert spent <= limit
        assert spent > limit - 64 * a_call  # money is used as long as there is some
    else:
        # Nobody foresaw such calls: only those that were under way together may pass the limit, and none after them.
        assert spent <= limit + 64 * a_call
        assert spent > limit


def test_the_cheaper_model_answers_and_then_dialogues_are_handed_over(project, running):
    with FakeProvider([answer(0.0)]) as provider:
        prepare(
            project, provider,
            "  day: {period: day, amount: 15, currency: KZT, soft: [0.2], "
            "hard: {cheaper_model: small-model, cheaper_at: 0.7}}\n",
        )  # fmt: skip
        with running(project) as server:
            # 15 tenge are 0.03 $: four calls of the main model are known to stay below 0.021 $, then small ones fit.
            for number in range(60):
                ask_all([server.url], [number])
            models = [request.body["model"] for request in provider.requests]
            records = tuple(server.container.store.reads.turns())
            alerts = server.container.store.budgets.alerts(date(2026, 1, 1))
            assert_exact(server.container.store)
            metrics = server.http.get("/metrics").text
    switched = models.index("small-model")
    assert set(models[:switched]) == {"main-model"}
    assert set(models[switched:]) == {"small-model"}
    assert switched >= 3
    assert len(models) < 60
    assert {r.hand_off.rule for r in records if not r.attempts} == {"budget"}
    assert {a.level.value for a in alerts} == {"soft", "cheaper_model", "hand_over"}
    assert next(a for a in alerts if a.level.value == "hand_over").times == 60 - len(models)
    assert 'botops_budget_left_ratio{budget="day"}' in metrics
    assert 'botops_budget_alerts_total{budget="day",kind="soft"} 1.0' in metrics


def test_a_looped_dialogue_is_stopped_and_others_are_not(project, running):
    with FakeProvider([answer(0.0)]) as provider:
        prepare(project, provider, "  loop: {scope: dialogue, amount: 0.02, currency: USD, hard: {}}\n")
        with running(project) as server:
            said = [server.chat("Здравствуйте", dialogue_id="loop")["reply"] for _ in range(12)]
            other = server.chat("Здравствуйте", dialogue_id="other")["reply"]
            assert_exact(server.container.store)
    assert said[0] == TEXT
    assert said[-1] != TEXT
    assert not any(word in said[-1].lower() for word in ("бюджет", "деньг", "лимит", "стоимост"))
    assert other == TEXT
    assert len(provider.requests) == said.count(TEXT) + 1


def test_a_provider_that_never_sends_usage_is_charged_by_estimate(project, running):
    with FakeProvider([Behaviour("no_usage", TEXT)]) as provider:
        prepare(project, provider, "  day: {period: day, amount: 0.05, currency: USD, hard: {}}\n")
        with running(project) as server:
            for number in range(30):
                ask_all([server.url], [number])
            store = server.container.store
            assert_exact(store)
            spent = Decimal(truth(store)[0]) / PICO
            assert all(a.usage.estimated for r in store.reads.turns() for a in r.attempts)
    assert 0 < len(provider.requests) < 30
    assert Decimal("0.03") < spent <= Decimal("0.05")


@pytest.mark.parametrize(("behaviour", "calls"), [("hand_over", 0), ("go", 3)])
def test_an_unknown_price_is_an_alarm_and_never_nothing(project, running, behaviour, calls):
    with FakeProvider([answer(0.0)]) as provider:
        budget = f"  day: {{period: day, amount: 1, currency: USD, hard: {{}}, unknown_price: {behaviour}}}\n"
        prepare(project, provider, budget, prices=PRICES.replace("main-model", "another-model"))
        with running(project) as server:
            for number in range(3):
                ask_all([server.url], [number])
            alerts = server.container.store.budgets.alerts(date(2026, 1, 1))
            used = server.container.store.budgets.used([EVER])[0]
    assert len(provider.requests) == calls
    assert [(a.level.value, "main-model" in a.detail) for a in alerts] == [("unknown_price", True)]
    assert used.unknown == calls


def kill_in_the_middle(project, process, wait_for, ports, provider, enough):
    """Serves from as many processes as there are ports, kills the first one while calls are under way, and gives what
    was answered."""
    answers = {}
    with ExitStack() as stack:
        children = [stack.enter_context(process(project, "serve", "--port", str(port))) for port in ports]
        for port, child in zip(ports, children, strict=True):
            wait_for(f"http://127.0.0.1:{port}/healthz", 90, child=child)
        addresses = [f"http://127.0.0.1:{port}" for port in ports]
        asking = threading.Thread(target=ask_all, args=(addresses, range(64), answers))
        asking.start()
        while len(provider.requests) < enough and asking.is_alive():
            asking.join(0.01)
        os.kill(children[0].pid, signal.SIGKILL)
        asking.join(60)
        children[0].wait()
        for child in children[1:]:
            child.terminate()
            child.wait(20)
    return answers


def assert_all_charged(store, provider, answers, limit):
    """Every request the provider saw is charged: to a reply, or as an estimate."""
    assert_exact(store)
    records = tuple(store.reads.turns())
    cut_off = [a for r in records for a in r.attempts if a.fault == "interrupted"]
    assert all(a.usage.estimated and a.cost.pico_usd > 0 for a in cut_off)
    assert {r.state for r in records if any(a.fault == "interrupted" for a in r.attempts)} == {TurnState.INTERRUPTED}
    spent, calls = truth(store)
    assert calls >= len(provider.requests)  # a call may have been held and not made any more
    assert cut_off
    assert Decimal(spent) / PICO <= limit
    for dialogue, said in answers.items():
        record = next(r for r in records if r.inbound.dialogue_id == dialogue)
        assert record.id == said["turn_id"]
        assert record.state is TurnState.ANSWERED


@pytest.mark.slow
def test_kill_and_restart_leave_an_exact_ledger(project, process, wait_for, port):
    limit = Decimal("0.4")
    with FakeProvider([answer(0.4)]) as provider:
        prepare(project, provider, f"  day: {{period: day, amount: {limit}, currency: USD, hard: {{}}}}\n")
        answers = kill_in_the_middle(project, process, wait_for, [port], provider, enough=20)
        url = f"sqlite:///{project}/.botops/botops.db"
        with opened(url) as store:
            assert store.budgets.used([EVER])[0].held  # nobody has looked after it yet
        with process(project, "serve", "--port", str(port)) as child:
            wait_for(f"http://127.0.0.1:{port}/healthz", 90, child=child)
        with opened(url) as store:
            assert_all_charged(store, provider, answers, limit)


@pytest.mark.slow
def test_two_processes_over_postgresql_share_one_budget(project, process, wait_for, port, postgres_url):
    limit = Decimal("0.12")
    other = port + 1
    with FakeProvider([answer(0.3)]) as provider:
        prepare(project, provider, f"  day: {{period: day, amount: {limit}, currency: USD, hard: {{}}}}\n")
        with (project / "botops.yaml").open("a", encoding="utf-8") as settings:
            settings.write(f"store: {{url: '{postgres_url}'}}\n")
        answers = kill_in_the_middle(project, process, wait_for, [port, other], provider, enough=12)
        with process(project, "serve", "--port", str(port)) as child:
            wait_for(f"http://127.0.0.1:{port}/healthz", 90, child=child)
        with opened(postgres_url) as store:
            assert_all_charged(store, provider, answers, limit)
    replies = [said["reply"] for said in answers.values()]
    assert TEXT in replies
    assert len(set(replies)) == 2  # the other reply hands over
