import asyncio
import json
from dataclasses import replace
from types import MappingProxyType

import pytest

from botops.domain.errors import ModelError, StoreError, UserError
from botops.domain.messages import Message
from botops.domain.ports import ModelReply, ModelRequest
from botops.domain.prompts import ModelParameters
from botops.domain.usage import Usage
from botops.llm.recordings import RecordingModel, ReplayModel, prune, recording_key


class EchoModel:
    """Answers with the client's last words; counts its calls."""

    def __init__(self, name="echo", *, suffix=""):
        self.name = name
        self.simulated = True
        self.calls = 0
        self._suffix = suffix

    async def complete(self, request, on_text=None):
        self.calls += 1
        if request.messages[-1].content == "сломайся":
            raise ModelError("server", "500")
        text = request.messages[-1].content.upper() + self._suffix
        if on_text is not None:
            await on_text(text)
        return ModelReply(text, Usage(10, 4, 0, 5, 1), "echo-2026", "stop", 0.5)


def request(said="сколько стоит", *, system="Цена 100 ₸.", prompt="sales@3", **parameters):
    messages = (Message("system", system), Message("user", said))
    return ModelRequest(messages, ModelParameters(**parameters), prompt=prompt)


def record(directory, requests, inner=None):
    async def main():
        model = RecordingModel(inner or EchoModel(), directory)
        for one in requests:
            await model.complete(one)
        return model

    return asyncio.run(main())


def replay(directory, one, **options):
    pieces = []

    async def keep(piece):
        pieces.append(piece)

    reply = asyncio.run(ReplayModel(directory, **options).complete(one, keep))
    assert "".join(pieces) == reply.text
    return reply


def test_what_was_recorded_comes_back_whole(tmp_path):
    record(tmp_path, [request()])
    model = ReplayModel(tmp_path)
    reply = asyncio.run(model.complete(request()))
    assert (reply.text, reply.model, reply.finish_reason) == ("СКОЛЬКО СТОИТ", "echo-2026", "stop")
    assert reply.usage == Usage(10, 4, 0, 5, 1)
    assert replay(tmp_path, request()) == replace(reply, first_text_s=0.0)
    assert (model.name, model.simulated) == ("echo", True)


def test_the_recorder_passes_the_call_on_and_keeps_failures_out(tmp_path):
    inner = EchoModel()
    model = RecordingModel(inner, tmp_path)
    assert (model.name, model.simulated) == ("echo", True)
    pieces = []

    async def keep(piece):
        pieces.append(piece)

    async def main():
        await model.complete(request(), keep)
        with pytest.raises(ModelError):
            await model.complete(request("сломайся"))

    asyncio.run(main())
    assert pieces == ["СКОЛЬКО СТОИТ"]
    assert inner.calls == 2
    assert len((tmp_path / "sales.jsonl").read_text().splitlines()) == 1


def test_recording_the_same_again_changes_no_byte_in_any_order(tmp_path):
    requests = [request(f"вопрос {n}", prompt=f"sales@{n % 12}") for n in range(30)]
    record(tmp_path / "a", requests)
    record(tmp_path / "b", requests[::-1])
    first = (tmp_path / "a" / "sales.jsonl").read_bytes()
    assert first == (tmp_path / "b" / "sales.jsonl").read_bytes()
    before = (tmp_path / "a" / "sales.jsonl").stat()
    record(tmp_path / "a", requests)
    assert (tmp_path / "a" / "sales.jsonl").read_bytes() == first
    assert (tmp_path / "a" / "sales.jsonl").stat().st_ino == before.st_ino, "an equal file is not written anew"
    versions = [json.loads(line)["prompt"] for line in first.splitlines()]
    assert versions == sorted(versions, key=lambda v: int(v.partition("@")[2]))


def test_a_row_names_its_prompt_and_what_the_client_asked(tmp_path):
    record(tmp_path, [request("а" * 300, prompt="sales@3"), request(prompt="up sell/1@draft"), request(prompt="")])
    assert sorted(file.name for file in tmp_path.iterdir()) == ["sales.jsonl", "unnamed.jsonl", "up-sell-1.jsonl"]
    row = json.loads((tmp_path / "sales.jsonl").read_text())
    assert row["prompt"] == "sales@3"
    assert row["asked"] == "а" * 119 + "…"
    assert row["key"] == recording_key("echo", request("а" * 300))
    assert {"reply", "usage", "finish_reason", "model"} <= row.keys()


def test_concurrent_recordings_all_arrive(tmp_path):
    async def main():
        one, two = RecordingModel(EchoModel(), tmp_path), RecordingModel(EchoModel(), tmp_path)
        calls = [(one if n % 2 else two).complete(request(f"вопрос {n}")) for n in range(40)]
        await asyncio.gather(*calls)

    asyncio.run(main())
    assert len((tmp_path / "sales.jsonl").read_text().splitlines()) == 40
    assert [file.name for file in tmp_path.iterdir()] == ["sales.jsonl"]


def fault_of(directory, one, **options):
    with pytest.raises(ModelError) as caught:
        replay(directory, one, **options)
    return caught.value


def test_another_system_text_makes_the_recording_stale(tmp_path):
    record(tmp_path, [request()])
    error = fault_of(tmp_path, request(system="Цена 50 ₸.", prompt="sales@4"))
    assert error.fault == "stale_recording"
    assert "sales@4" in str(error)
    assert "botops eval run SUITE --model simulator --record" in str(error)
    assert fault_of(tmp_path, request(temperature=0.5)).fault == "stale_recording"


def test_anything_else_was_never_recorded(tmp_path):
    record(tmp_path, [request()])
    command = "botops eval run demo --model simulator --record"
    error = fault_of(tmp_path, request("есть скидка?"), command=command)
    assert error.fault == "no_recording"
    assert command in str(error)
    assert "есть скидка?" in str(error)
    assert fault_of(tmp_path, request(prompt="other@1", system="Цена 50 ₸.")).fault == "no_recording"
    assert fault_of(tmp_path, request(), model="gpt-5").fault == "no_recording"
    assert fault_of(tmp_path / "nowhere", request()).fault == "no_recording"


def test_the_key_holds_everything_that_was_asked():
    base = request(temperature=0.5, extra=MappingProxyType({"a": {"b": [1, 2]}}))
    key = recording_key("echo", base)
    assert key == recording_key("echo", replace(base, deadline_s=3, prompt="sales@9"))
    assert key == recording_key("echo", replace(base, parameters=replace(base.parameters, extra={"a": {"b": (1, 2)}})))
    others = [
        replace(base, messages=(*base.messages, Message("assistant", "да"))),
        replace(base, messages=(replace(base.messages[0], role="user"), base.messages[1])),
        replace(base, parameters=replace(base.parameters, seed=1)),
        replace(base, parameters=replace(base.parameters, model="m")),
        replace(base, parameters=replace(base.parameters, extra={"a": {"b": [2, 1]}})),
    ]
    assert len({key, recording_key("other", base), *(recording_key("echo", one) for one in others)}) == 7
    assert recording_key("echo", request(temperature=1)) == recording_key("echo", request(temperature=1.0))


def test_a_full_run_can_drop_what_it_did_not_ask_for(tmp_path):
    record(tmp_path, [request("раз"), request("два")])
    model = record(tmp_path, [request("два"), request("три")])
    assert model.prune() == 1
    assert model.prune() == 0
    asked = {json.loads(line)["asked"] for line in (tmp_path / "sales.jsonl").read_text().splitlines()}
    assert asked == {"два", "три"}


def test_models_recorded_side_by_side_drop_nothing_of_each_other(tmp_path):
    record(tmp_path, [request("раз")], EchoModel("one"))
    recorders = [record(tmp_path, [request("два")], EchoModel(name)) for name in ("one", "two")]
    assert prune(recorders) == 1
    rows = [json.loads(line) for line in (tmp_path / "sales.jsonl").read_text().splitlines()]
    assert sorted((row["model"], row["asked"]) for row in rows) == [("one", "два"), ("two", "два")]


def test_recordings_of_several_models_need_a_name(tmp_path):
    record(tmp_path, [request()], EchoModel("one"))
    record(tmp_path, [request()], EchoModel("two", suffix="!"))
    with pytest.raises(UserError, match="one, two"):
        ReplayModel(tmp_path)
    assert replay(tmp_path, request(), model="two").text == "СКОЛЬКО СТОИТ!"


def test_a_new_reply_takes_the_place_of_the_old_one(tmp_path):
    record(tmp_path, [request()])
    record(tmp_path, [request()], EchoModel(suffix=" снова"))
    assert replay(tmp_path, request()).text == "СКОЛЬКО СТОИТ снова"


def test_text_with_line_separators_stays_one_row(tmp_path):
    said = "раз\u2028два\x85три\nчетыре"
    record(tmp_path, [request(said)])
    assert replay(tmp_path, request(said)).text == said.upper()


def test_every_bad_line_is_pointed_at(tmp_path):
    record(tmp_path, [request()])
    file = tmp_path / "sales.jsonl"
    good = file.read_bytes()
    file.write_bytes(good + b'\n{"key": 1}\n\xff\n[]\n<<<<<<< ours\n')
    with pytest.raises(UserError) as caught:
        ReplayModel(tmp_path)
    assert [problem.line for problem in caught.value.problems] == [3, 4, 5, 6]
    assert "restore the file from git" in str(caught.value).lower()


def test_a_disk_that_refuses_is_an_error_of_the_store(tmp_path):
    (tmp_path / "taken").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="could not be written"):
        record(tmp_path / "taken", [request()])
