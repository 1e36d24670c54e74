import json

import pytest

from botops.app.checks.calibration import LabelledReply, calibrated, calibration_json, read_labels
from botops.domain.errors import UserError
from botops.domain.messages import Message
from botops.domain.opinions import Concern, Opinion, SecondOpinion

TALK = [{"role": "user", "content": "Алло?"}, {"role": "assistant", "content": "Слушаю."}]


def write(path, *rows):
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows), "utf-8")
    return path


def test_labels_are_read_with_what_was_not_looked_at_left_out(tmp_path):
    file = write(
        tmp_path / "l.jsonl",
        {"id": "a", "messages": TALK, "labels": {"tone": True, "promise": False}, "x-who": "А."},
        "",
        {"id": 2, "messages": TALK, "labels": {"intent": False}},
    )
    replies, problems = read_labels(file)
    assert problems == []
    assert [r.id for r in replies] == ["a", "2"]
    assert replies[0].labels == {Concern.TONE: True, Concern.PROMISE: False}
    assert replies[0].messages == (Message("user", "Алло?"), Message("assistant", "Слушаю."))


@pytest.mark.parametrize(
    ("row", "path", "message"),
    [
        ("{", "", "not a JSON row"),
        ("[" * 100_000, "", "not a JSON row"),
        ("[]", "", "valid dictionary"),
        ({"id": "b", "messages": TALK}, "labels", "required"),
        ({"id": "b", "messages": TALK, "labels": {}}, "labels", "at least 1"),
        ({"id": "b", "messages": TALK, "labels": {"mood": True}}, "labels.mood", "tone"),
        ({"id": "b", "messages": TALK, "labels": {"tone": "yes"}}, "labels.tone", "boolean"),
        ({"id": True, "messages": TALK, "labels": {"tone": True}}, "id", "valid"),
        ({"id": "b", "messages": [], "labels": {"tone": True}}, "messages", "at least 1"),
        ({"id": "b", "messages": TALK[:1], "labels": {"tone": True}}, "messages", "the bot's"),
        ({"id": "b", "messages": TALK, "labels": {"tone": True}, "tone": True}, "tone", "Extra"),
        ({"id": "a", "messages": TALK, "labels": {"tone": True}}, "id", "twice"),
        ({"id": "b", "messages": [{"role": "assistant", "content": "a" * 8001}], "labels": {"tone": True}}, "messages",
         "8000"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_used_is_named_with_its_line(tmp_path, row, path, message):
    file = write(tmp_path / "l.jsonl", {"id": "a", "messages": TALK, "labels": {"tone": True}}, row)
    replies, (problem,) = read_labels(file)
    assert [r.id for r in replies] == ["a"]
    assert problem.line == 2
    assert problem.path.startswith(path)
    assert message in problem.message


def test_a_file_that_cannot_be_read_is_the_users_mistake(tmp_path):
    with pytest.raises(UserError, match="cannot read"):
        read_labels(tmp_path / "nowhere.jsonl")
    huge = tmp_path / "huge.jsonl"
    with huge.open("wb") as stream:
        stream.truncate(65 * 2**20)
    with pytest.raises(UserError, match="over 64 MB"):
        read_labels(huge)


def said(*concerns):
    return SecondOpinion(0, tuple(Opinion(0, c, "Да", "так", 0, 2) for c in concerns))


def labelled(**labels):
    return LabelledReply("r", (Message("assistant", "Да"),), {Concern(k): v for k, v in labels.items()})


def test_people_and_model_are_compared_by_concern():
    tone = Concern.TONE
    rows = (
        [(labelled(tone=True), said(tone))] * 15
        + [(labelled(tone=True, intent=False), said())] * 10
        + [(labelled(tone=False), said(tone))] * 5
        + [(labelled(tone=False), said())] * 20
        + [(labelled(tone=True, promise=True), SecondOpinion.not_given(0, "timeout"))] * 3
    )
    found = calibrated(*zip(*rows, strict=True))
    told = calibration_json(found)
    assert list(told) == ["tone", "intent"]
    assert told["tone"] == {
        "replies": 50, "agreement": 0.7, "low": 0.562496, "high": 0.808964, "kappa": 0.4,
        "neither": 20, "model_only": 5, "person_only": 10, "both": 15,
    }  # fmt: skip
    assert (told["intent"]["replies"], told["intent"]["kappa"]) == (10, None)
    assert [c.concern for c in calibrated(*zip(*rows, strict=True), (Concern.INTENT,)).concerns] == [Concern.INTENT]
