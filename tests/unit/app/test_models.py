"""Which model is meant by what a person writes after --model."""

import sys
from pathlib import Path

import pytest

from botops.app.container import build_meter
from botops.app.costs.counting import CallBook
from botops.app.evals.models import ModelsOfRun
from botops.app.evals.pacers import Pacers
from botops.app.evals.request import EvalRequest
from botops.app.models import build_model
from botops.config import Secrets, Settings
from botops.domain.errors import UserError
from botops.domain.messages import Message
from botops.domain.ports import ModelRequest
from botops.domain.prompts import ModelParameters
from botops.domain.side_calls import Work
from botops.evals.model import Suite
from botops.llm.named import NamedModel
from botops.testing import FakeProvider
from botops.testing.fakes import START, QueueModel

KEY = Secrets(api_key="sk-none")
FACTORY = """\
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from botops.llm.langchain_model import LangChainModel

ready = FakeListChatModel(responses=["Да."])
text = "no model"


def make():
    return LangChainModel(FakeListChatModel(responses=["Нет."]), name="lenient", require_finish_reason=False)


def fails():
    raise ValueError("PROVIDER_KEY is not set")


def needs():
    import package_of_nobody
"""


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Settings of a folder with a module of LangChain models in it."""
    (tmp_path / "own_chat_models.py").write_text(FACTORY, "utf-8")
    (tmp_path / "lacking_chat_models.py").write_text("import package_of_nobody.chat\n", "utf-8")
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield Settings().moved(tmp_path, prompts=Path("prompts"))
    for module in ("own_chat_models", "lacking_chat_models"):
        sys.modules.pop(module, None)


def labels(settings, *models, secrets=KEY, **options):
    suite = Suite("s", settings.root / "s.yaml", START, ())
    request = EvalRequest((), models=models, **options)
    book = CallBook(build_meter(settings), "run", Work.EVAL)
    return [named.label for named in ModelsOfRun(settings, secrets, request, Pacers(request), book).of(suite)]


def test_models_are_called_by_their_names(settings):
    wanted = ("gpt-4o", "http://127.0.0.1:8000/v1#qwen3", "simulator", "langchain:own_chat_models:make")
    assert labels(settings, *wanted) == ["gpt-4o", "qwen3", "simulated", "lenient"]


def test_models_of_one_name_are_told_apart_by_where_they_answer(settings):
    wanted = ("http://u:secret@127.0.0.1:8000/v1#qwen3", "http://127.0.0.1:9000/v1#qwen3", "gpt-4o")
    assert labels(settings, *wanted) == ["qwen3 @ 127.0.0.1:8000", "qwen3 @ 127.0.0.1:9000", "gpt-4o"]


@pytest.mark.parametrize(
    "wanted", [("http://127.0.0.1:8000/v1#a", "http://127.0.0.1:8000/v2#a"), ("replay", "replay:replay")]
)
def test_a_model_named_twice_is_refused(settings, wanted):
    with pytest.raises(UserError, match="2 times: name each model once"):
        labels(settings, *wanted)


def test_a_model_without_a_name_is_refused(settings):
    with pytest.raises(UserError, match="--model is empty"):
        labels(settings, " ")


def test_the_same_words_twice_are_one_model(settings):
    assert labels(settings, "simulator", "simulator") == ["simulated"]


def test_two_models_of_one_name_cannot_be_recorded_at_once(settings):
    wanted = ("http://127.0.0.1:8000/v1#a", "http://127.0.0.1:9000/v1#a")
    with pytest.raises(UserError, match="2 models are called a"):
        labels(settings, *wanted, record=True)


@pytest.mark.parametrize("wanted", ["http://", "https:///v1", "http://[::1/v1", "http://host:port/v1"])
def test_what_is_no_address_is_refused(settings, wanted):
    with pytest.raises(UserError, match="is no address: write it as"):
        build_model(settings, KEY, wanted)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("own_chat_models", "write it as langchain:package.module:factory"),
        ("own_chat_models:", "write it as langchain:package.module:factory"),
        ("own_chat_models:reedy", "own_chat_models has no `reedy`.*did you mean `ready`"),
        ("own_chat_models:text", "own_chat_models:text is a str"),
        ("own_chat_models:fails", "made no model: ValueError: PROVIDER_KEY is not set"),
        ("own_chat_models:needs", "needs package_of_nobody: install it with: pip install package-of-nobody"),
        ("lacking_chat_models:make", "needs package_of_nobody: install it with: pip install package-of-nobody"),
        ("package_of_nobody.chat:make", "there is no module package_of_nobody"),
    ],
)
def test_a_bad_path_of_a_langchain_model_says_what_to_do(settings, path, said):
    with pytest.raises(UserError, match=said):
        build_model(settings, KEY, f"langchain:{path}")


def test_without_langchain_the_way_to_install_it_is_said(settings, monkeypatch):
    monkeypatch.setitem(sys.modules, "langchain_core.language_models", None)
    with pytest.raises(UserError, match=r"pip install 'botops\[langchain\]'"):
        build_model(settings, KEY, "langchain:own_chat_models:make")


@pytest.mark.anyio
async def test_a_langchain_model_answers(settings):
    asked = ModelRequest((Message("user", "Да?"),), ModelParameters(model="gpt-4o"))
    model = build_model(settings, Secrets(), "langchain:own_chat_models:make")
    assert (await model.complete(asked)).text == "Нет."
    assert not model.simulated


@pytest.mark.anyio
async def test_a_model_asked_for_by_name_answers_whatever_the_prompt_prefers(settings):
    asked = ModelRequest((Message("user", "Цена?"),), ModelParameters(model="gpt-4o", temperature=0.5))
    async with FakeProvider() as fake:
        for wanted in (f"{fake.base_url}#qwen3", fake.base_url):
            model = build_model(settings, KEY, wanted)
            await model.complete(asked)
            await model.aclose()
    assert [(r.body["model"], r.body["temperature"]) for r in fake.requests] == [("qwen3", 0.5), ("gpt-4o", 0.5)]


@pytest.mark.anyio
async def test_a_named_model_leaves_a_request_without_a_name_as_it_is():
    inner = QueueModel(["Да."])
    model = NamedModel(inner)
    asked = ModelRequest((Message("user", "Да?"),))
    assert (await model.complete(asked)).text == "Да."
    assert inner.requests == [asked]
    assert (model.name, model.simulated) == ("queue", False)
    await model.aclose()


def test_one_model_has_one_pace_whatever_it_does_in_a_run(settings):
    pacers = Pacers(EvalRequest((), concurrency=3))
    answering, judging = (build_model(settings, KEY, "http://127.0.0.1:8000/v1#a") for _ in range(2))
    wanted = "http://127.0.0.1:8000/v1#a"
    assert pacers.of(wanted, answering) is pacers.of(wanted, judging)
    assert pacers.of("http://127.0.0.1:9000/v1#a", answering) is not pacers.of(wanted, answering)
    assert pacers.of(wanted, answering).allowed == 3
    simulated = build_model(settings, KEY, "simulator")
    assert pacers.of("simulator", simulated) is None
    assert pacers.paced("simulator", simulated) is simulated
