import asyncio
import sys
import time

import pytest
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from botops.domain.errors import ModelError, UserError
from botops.domain.messages import Message
from botops.domain.ports import ModelRequest
from botops.domain.prompts import ModelParameters
from botops.domain.usage import Usage
from botops.llm.langchain_model import LangChainModel
from botops.llm.retry import RetryPolicy

ASK = (
    Message("system", "Коротко."),
    Message("user", "Цена?"),
    Message("assistant", "Какой модели?"),
    Message("tool", "3 шт.", name="stock"),
)
USAGE = {
    "input_tokens": 100,
    "output_tokens": 40,
    "total_tokens": 140,
    "input_token_details": {"cache_read": 60, "cache_creation": 10},
    "output_token_details": {"reasoning": 5},
}


class ScriptedChat(BaseChatModel):
    """A LangChain model that says what the test wants, and keeps what it was asked."""

    model_name: str = "scripted-1"
    parts: list = ["Две", " тысячи"]  # noqa: RUF012 - a pydantic field
    metadata_of_end: dict = {"finish_reason": "stop", "model_name": "scripted-1-2026"}  # noqa: RUF012
    usage: dict | None = USAGE
    failures: list = []  # noqa: RUF012
    pause_s: float = 0.0
    asked: list = []  # noqa: RUF012

    @property
    def _llm_type(self):
        return "scripted"

    async def _agenerate(self, messages, stop=None, run_manager=None, **kwargs):
        self._note(messages, kwargs)
        await asyncio.sleep(self.pause_s)
        message = AIMessage("".join(self.parts), response_metadata=self.metadata_of_end, usage_metadata=self.usage)
        return ChatResult(generations=[ChatGeneration(message=message)])

    async def _astream(self, messages, stop=None, run_manager=None, **kwargs):
        self._note(messages, kwargs)
        for part in self.parts:
            await asyncio.sleep(self.pause_s)
            yield ChatGenerationChunk(message=AIMessageChunk(part))
        last = AIMessageChunk("", response_metadata=self.metadata_of_end, usage_metadata=self.usage)
        yield ChatGenerationChunk(message=last)

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        raise AssertionError("the adapter must not block the loop")

    def _note(self, messages, kwargs):
        self.asked.append((messages, kwargs))
        if len(self.asked) <= len(self.failures):
            raise self.failures[len(self.asked) - 1]


def complete(chat, *, streamed=False, parameters=None, deadline_s=5.0, **options):
    pieces = []

    async def keep(piece):
        pieces.append(piece)

    async def main():
        model = LangChainModel(chat, retry=RetryPolicy(3, base_s=0.01), **options)
        request = ModelRequest(ASK, parameters or ModelParameters(), deadline_s=deadline_s)
        return await model.complete(request, keep if streamed else None)

    return asyncio.run(main()), pieces


def scripted(**fields):
    return ScriptedChat(asked=[], **fields)


@pytest.mark.parametrize("streamed", [False, True])
def test_a_reply_with_its_usage(streamed):
    reply, pieces = complete(scripted(), streamed=streamed)
    assert reply.text == "Две тысячи"
    assert reply.usage == Usage(100, 60, 10, 40, 5)
    assert (reply.finish_reason, reply.model) == ("stop", "scripted-1-2026")
    assert pieces == (["Две", " тысячи"] if streamed else [])


def test_roles_and_parameters_reach_the_model():
    chat = scripted()
    parameters = ModelParameters("other", 0.1, 0.9, 50, 7, {"stop": ["\n"]})
    complete(chat, parameters=parameters)
    messages, options = chat.asked[0]
    assert [type(m) for m in messages] == [SystemMessage, HumanMessage, AIMessage, HumanMessage]
    assert messages[3].content == "[stock] 3 шт."
    assert {k: options[k] for k in ("model", "temperature", "max_tokens", "seed")} == {
        "model": "other",
        "temperature": 0.1,
        "max_tokens": 50,
        "seed": 7,
    }
    bare = scripted()
    complete(bare)
    assert "temperature" not in bare.asked[0][1]


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("metadata", "fault"),
    [
        ({}, "truncated"),
        ({"stop_reason": "max_tokens"}, "truncated"),
        ({"finish_reason": "SAFETY"}, "filtered"),
        ({"done_reason": "length"}, "truncated"),
    ],
)
def test_a_reply_that_is_not_whole_is_refused(metadata, fault, streamed):
    with pytest.raises(ModelError) as caught:
        complete(scripted(metadata_of_end=metadata), streamed=streamed)
    assert caught.value.fault == fault
    assert caught.value.usage == Usage(100, 60, 10, 40, 5)


@pytest.mark.parametrize("metadata", [{"stop_reason": "end_turn"}, {"finish_reason": "STOP"}, {"done_reason": "stop"}])
def test_other_makers_words_for_the_end(metadata):
    assert complete(scripted(metadata_of_end=metadata))[0].finish_reason == "stop"


def test_a_model_that_never_says_why_it_stopped_can_be_allowed():
    reply, _ = complete(scripted(metadata_of_end={}), require_finish_reason=False)
    assert reply.finish_reason == "stop"
    with pytest.raises(ModelError) as caught:
        complete(scripted(metadata_of_end={}, parts=[]), require_finish_reason=False)
    assert caught.value.fault == "bad_response"


def test_usage_that_is_missing_is_estimated():
    assert complete(scripted(usage=None))[0].usage.estimated


def test_failures_are_tried_again_and_classed():
    chat = scripted(failures=[ConnectionResetError("reset"), ValueError("broken")])
    assert complete(chat)[0].text == "Две тысячи"
    assert len(chat.asked) == 3
    with pytest.raises(ModelError) as caught:
        complete(scripted(failures=[OSError("key sk-1 refused")] * 3), secrets=("sk-1",))
    assert (caught.value.fault, caught.value.attempts) == ("connection", 3)
    assert "sk-1" not in str(caught.value)


@pytest.mark.parametrize("streamed", [False, True])
def test_the_deadline_holds(streamed):
    started = time.monotonic()
    with pytest.raises(ModelError) as caught:
        complete(scripted(pause_s=5), streamed=streamed, deadline_s=0.3)
    assert caught.value.fault == "timeout"
    assert time.monotonic() - started < 0.8


def test_the_size_cap_holds():
    with pytest.raises(ModelError) as caught:
        complete(scripted(parts=["a" * 60, "b" * 60]), streamed=True, max_reply_chars=100)
    assert caught.value.fault == "too_large"


def test_the_name_is_the_one_given_else_the_models_own():
    class Nameless(ScriptedChat):
        model_name: str = ""

    assert LangChainModel(scripted(), name="mine").name == "mine"
    assert LangChainModel(scripted()).name == "scripted-1"
    assert LangChainModel(Nameless()).name == "Nameless"
    assert LangChainModel(scripted()).simulated is False


def test_without_langchain_one_sentence_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "langchain_core.messages", None)
    with pytest.raises(UserError, match=r"pip install 'botops\[langchain\]'"):
        LangChainModel(object())
