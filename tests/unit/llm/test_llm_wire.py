import pytest

from botops.domain.usage import Usage
from botops.llm.wire import Piece, finish_reason, read_piece


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        ("stop", "stop"),
        ("end_turn", "stop"),
        ("STOP", "stop"),
        ("max_tokens", "length"),
        ("MAX_TOKENS", "length"),
        ("SAFETY", "content_filter"),
        ("refusal", "content_filter"),
        ("tool_calls", "tool_calls"),
        ("", None),
        (None, None),
        (3, None),
    ],
)
def test_finish_reasons_of_other_providers(raw, meant):
    assert finish_reason(raw) == meant


def test_only_the_first_choice_counts_and_text_may_come_in_parts():
    parts = [{"type": "text", "text": "да"}, {"type": "image", "text": "x"}, "y", {"type": "text", "text": 3}]
    data = {
        "model": "m-1",
        "choices": [
            {"index": 1, "message": {"content": "другой"}, "finish_reason": "stop"},
            {"index": 0, "message": {"content": parts, "refusal": "no"}, "finish_reason": "stop"},
        ],
    }
    assert read_piece(data) == Piece("да", "stop", "no", None, "m-1")


def test_chunks_without_text():
    usage = {"prompt_tokens": 3, "completion_tokens": 1}
    assert read_piece({"choices": [], "usage": usage}).usage == Usage(3, 0, 0, 1)
    assert read_piece({"usage": usage}) == Piece(usage=Usage(3, 0, 0, 1))
    assert read_piece({"choices": [], "x_groq": {"usage": usage}}).usage == Usage(3, 0, 0, 1)
    in_choice = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "usage": usage}]}
    assert read_piece(in_choice) == Piece(finish="stop", usage=Usage(3, 0, 0, 1))
    tiered = {"choices": [], "usage": usage, "service_tier": "flex"}
    assert read_piece(tiered).usage == Usage(3, 0, 0, 1, service_tier="flex")
    assert read_piece({"choices": [{"index": 0, "delta": {}}], "model": 4}) == Piece()
    assert read_piece({"choices": [None, 7]}) == Piece()


@pytest.mark.parametrize("data", [None, [], "text", {}, {"choices": {}}, {"choices": [{"delta": ["a"]}]}])
def test_what_is_no_completion_is_not_taken_for_one(data):
    assert not read_piece(data).recognised
