"""Calls beside dialogues are counted as they are billed, whatever becomes of them, and kept where there is a store."""

import asyncio
from datetime import UTC, datetime

import pytest

from botops.app.clock import SetClock
from botops.app.costs.counting import CallBook
from botops.config import Secrets
from botops.config.settings import Costs, Settings
from botops.costs import configured_meter
from botops.domain.errors import ModelError
from botops.domain.messages import Message
from botops.domain.ports import ModelReply, ModelRequest
from botops.domain.side_calls import Work
from botops.domain.turns import Purpose
from botops.domain.usage import Usage
from botops.store import Store

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
ASK = ModelRequest((Message("user", "?"),), prompt="sales@3")
PRICES = {"prices": [{"model": "house", "input": "1", "cached_input": "0.1", "output": "2"}]}


class Billed:
    """A model that answers, or raises, what it was handed."""

    def __init__(self, *answers, name="house", simulated=False):
        self.answers, self.name, self.simulated = list(answers), name, simulated

    async def complete(self, request, on_text=None):
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer


def reply(usage, model="house", tries=()):
    return ModelReply("Да", usage, model, "stop", 0.1, tries=tries)


@pytest.fixture
def book():
    meter = configured_meter(Costs.model_validate(PRICES), currency="KZT", zone=UTC, simulated_as="house")
    return CallBook(meter, "run-1", Work.EVAL, SetClock(NOW))


def ask(model, request=ASK):
    return asyncio.run(model.complete(request))


def test_replies_faults_and_retries_are_counted_to_the_pico_dollar(book):
    # 1,000 tokens read at 1 $ a million, 400 of them at 0.1, 50 written at 2: 600 + 40 + 100 = 740 µ$
    usage = Usage(1000, 400, 0, 50)
    model = book.counted(Billed(
        reply(usage), reply(usage + usage, tries=(usage, usage)), ModelError("timeout", "slow", usage=Usage(100)),
        ModelError("auth", "refused"),
    ))  # fmt: skip
    ask(model)
    ask(model)
    for _ in range(2):
        with pytest.raises(ModelError):
            ask(model)
    (calls,) = book.calls()
    assert (calls.purpose, calls.model, calls.prompt, calls.version) == (Purpose.REPLY, "house", "sales", 3)
    assert (calls.calls, calls.failed) == (3, 1)  # what was refused was not billed
    assert calls.pico_usd == 3 * 740_000_000 + 100_000_000
    assert calls.failed_pico_usd == 100_000_000
    assert calls.saved_pico_usd == 3 * 400 * 900_000
    assert calls.usage == Usage(3100, 1200, 0, 150)


def test_a_call_given_up_half_way_is_billed(book):
    stopped = asyncio.CancelledError()
    stopped.__cause__ = ModelError("cancelled", "given up", usage=Usage(100))
    with pytest.raises(asyncio.CancelledError):
        ask(book.counted(Billed(stopped)))
    assert book.calls()[0].pico_usd == 100_000_000


def test_judges_and_clients_carry_no_prompt_of_the_company(book):
    judge = ModelRequest((Message("user", "?"),), purpose=Purpose.JUDGE, prompt="judge@1")
    ask(book.counted(Billed(reply(Usage(10)))), judge)
    ask(book.counted(Billed(reply(Usage(10))), Purpose.OPINION), judge)
    assert [(c.purpose, c.prompt, c.version) for c in book.calls()] == [
        (Purpose.JUDGE, "", 0), (Purpose.OPINION, "", 0),
    ]  # fmt: skip


def test_a_model_that_answers_by_another_name_is_priced_by_its_own(book):
    ask(book.counted(Billed(reply(Usage(100), model="house-2026-11-01-preview"))))
    ask(book.counted(Billed(reply(Usage(100), model="nobody-knows"), name="nor-this")))
    unknown, known = sorted(book.calls(), key=lambda c: c.pico_usd)
    assert (known.model, known.pico_usd, known.unknown) == ("house-2026-11-01-preview", 100_000_000, 0)
    assert (unknown.pico_usd, unknown.unknown) == (0, 1)


def test_simulated_models_cost_nothing_and_are_left_alone(book):
    model = Billed(simulated=True)
    assert book.counted(model) is model


def test_what_was_counted_is_kept_where_there_is_a_store(book, tmp_path):
    settings = Settings().moved(tmp_path, prompts=tmp_path)
    ask(book.counted(Billed(reply(Usage(100)))))
    book.keep(settings, Secrets())
    assert not (tmp_path / ".botops").exists()
    (tmp_path / ".botops").mkdir()
    url = f"sqlite:///{tmp_path}/.botops/botops.db"
    Store.open(url, clock=SetClock(NOW)).close()
    book.keep(settings, Secrets())
    book.keep(settings, Secrets())
    with Store.open(url, clock=SetClock(NOW), role="reader") as store:
        assert store.costs.kept("run-1") == book.calls()


def test_a_broken_store_fails_no_run(book, tmp_path, caplog):
    (tmp_path / ".botops").mkdir()
    (tmp_path / ".botops/botops.db").write_text("no database", "utf-8")
    ask(book.counted(Billed(reply(Usage(100)))))
    book.keep(Settings().moved(tmp_path, prompts=tmp_path), Secrets())
    assert "was not kept" in caplog.text
