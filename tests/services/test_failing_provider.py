"""The bot before a provider that fails: retries are counted, and after failures in a row no client waits for it."""

import asyncio

import pytest

from botops.app.container import Container
from botops.app.services import inbound
from botops.config import Secrets, load_settings
from botops.testing.fake_provider import FakeProvider


@pytest.fixture
def bot(project):
    opened = []

    def make(fake, **model):
        settings = load_settings(project / "botops.yaml", required=True)
        settings = settings.model_copy(update={"model": settings.model.model_copy(update=model)})
        opened.append(Container.open(settings, Secrets(api_key="sk-x", base_url=fake.base_url, model="gpt-4o-mini")))
        return opened[-1]

    yield make
    for container in opened:
        container.close()


def ask(container, times=1):
    async def main():
        return [await container.bot.run_turn(await inbound(container, "Сколько стоит касса?")) for _ in range(times)]

    return asyncio.run(main())


def value(container, name, **labels):
    return container.metrics.registry.get_sample_value(name, labels)


def test_a_provider_that_keeps_failing_is_left_alone_and_clients_get_a_person(bot):
    with FakeProvider(["500"]) as fake:
        container = bot(fake, attempts=2, breaker_failures=2, breaker_rest_s=60)
        turns = ask(container, 4)
        asked = len(fake.requests)
    assert [turn.attempts[-1].fault for turn in turns] == ["server"] * 4
    assert asked == 4
    assert all(turn.hand_off is not None and turn.hand_off.rule == "model_error" for turn in turns)
    assert all(turn.reply for turn in turns)
    assert value(container, "botops_model_retries_total", model="gpt-4o-mini", fault="server") == 2
    assert value(container, "botops_model_breaker_open", model="gpt-4o-mini") == 1
    assert value(container, "botops_model_faults_total", model="gpt-4o-mini", fault="server") == 4


def test_a_retry_that_helps_is_counted_and_no_fault(bot):
    with FakeProvider(["500", "ok"]) as fake:
        container = bot(fake)
        (turn,) = ask(container)
    assert turn.attempts[-1].fault is None
    assert value(container, "botops_model_retries_total", model="gpt-4o-mini", fault="server") == 1
    assert value(container, "botops_model_breaker_open", model="gpt-4o-mini") is None
