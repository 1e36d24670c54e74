import pytest

from botops.domain.usage import Usage
from botops.llm.wire import Piece, finish_reason, read_piece, read_usage


def test_reasoning_and_cached_tokens_stay_parts_of_their_wholes():
    block = {
        "prompt_tokens": 1000,
        "completion_tokens": 300,
        "total_tokens": 1300,
        "prompt_tokens_details": {"cached_tokens": 800, "cache_write_tokens": 100, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 200},
    }
    assert read_usage(block) == Usage(1000, 800, 100, 300, 200)


def test_reasoning_counted_beside_the_completion_is_added_once():
    by_total = {
        "prompt_tokens": 100,
        "completion_tokens": 50,
        "total_tokens": 180,
        "completion_tokens_details": {"reasoning_tokens": 30},
    }
    assert read_usage(by_total) == Usage(input_tokens=100, output_tokens=80, reasoning_tokens=30)
    by_size = {"prompt_tokens": 100, "completion_tokens": 5, "completion_tokens_details": {"reasoning_tokens": 30}}
    assert read_usage(by_size) == Usage(input_tokens=100, output_tokens=35, reasoning_tokens=30)


def test_another_spelling_of_cached_tokens():
    assert read_usage({"prompt_tokens": 9, "completion_tokens": 1, "prompt_cache_hit_tokens": 4}) == Usage(9, 4, 0, 1)
    assert read_usage({"prompt_tokens": 9.0, "completion_tokens": 1, "prompt_tokens_details": None}) == Usage(
        9, 0, 0, 1
    )


@pytest.mark.parametrize(
    "block",
    [
        None,
        [],
        "12",
        {},
        {"prompt_tokens": 5},
        {"prompt_tokens": -1, "completion_tokens": 2},
        {"prompt_tokens": True, "completion_tokens": 2},
        {"prompt_tokens": "5", "completion_tokens": 2},
        {"prompt_tokens": 5.5, "completion_tokens": 2},
        {"prompt_tokens": float("nan"), "completion_tokens": 2},
        {"prompt_tokens": float("inf"), "completion_tokens": 2},
        {"prompt_tokens": 0, "completion_tokens": 0},
    ],
)
def test_a_usage_that_is_none_is_no_usage(block):
    assert read_usage(block) is None


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
    assert read_piece({"choices": [{"index": 0, "delta": {}}], "model": 4}) == Piece()
    assert read_piece({"choices": [None, 7]}) == Piece()


@pytest.mark.parametrize("data", [None, [], "text", {}, {"choices": {}}, {"choices": [{"delta": ["a"]}]}])
def test_what_is_no_completion_is_not_taken_for_one(data):
    assert not read_piece(data).recognised
