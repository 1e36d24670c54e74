"""Reading what OpenAI-compatible endpoints send: pure functions over decoded JSON, distrustful of its shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botops.domain.usage import Usage

_MOST_TOKENS = 10**12
"""More than any call can use: a larger count is garbage."""
_FINISH = {
    "stop": "stop", "end_turn": "stop", "stop_sequence": "stop", "eos": "stop", "eos_token": "stop",
    "complete": "stop", "finish_reason_stop": "stop", "done": "stop", "completed": "stop",
    "length": "length", "max_tokens": "length", "model_length": "length", "max_output_tokens": "length",
    "content_filter": "content_filter", "content_filtered": "content_filter", "guardrail_intervened": "content_filter",
    "safety": "content_filter", "recitation": "content_filter", "refusal": "content_filter", "spii": "content_filter",
    "blocklist": "content_filter", "prohibited_content": "content_filter", "sensitive": "content_filter",
}  # fmt: skip
"""Providers' words for the end of a reply, in lower case, to OpenAI's."""


def finish_reason(raw: object) -> str | None:
    """Why a reply ended, in OpenAI's words where there is one; None when the provider did not say."""
    if not isinstance(raw, str) or not raw:
        return None
    return _FINISH.get(raw.lower(), raw)


@dataclass(frozen=True, slots=True)
class Piece:
    """What one chunk, or one whole body, says. `recognised` is False when it is no completion at all."""

    text: str = ""
    finish: str | None = None
    refusal: str = ""
    usage: Usage | None = None
    model: str = ""
    recognised: bool = True


def read_piece(data: object) -> Piece:
    """A chunk of a stream or a whole chat completion, first choice only."""
    if not isinstance(data, Mapping) or not isinstance(data.get("choices"), list):
        usage = read_usage(data.get("usage")) if isinstance(data, Mapping) else None
        return Piece(usage=usage, recognised=usage is not None)
    model = data.get("model")
    piece = Piece(usage=read_usage(data.get("usage")), model=model if isinstance(model, str) else "")
    for choice in data["choices"]:
        if isinstance(choice, Mapping) and choice.get("index", 0) == 0:
            content = choice.get("delta") or choice.get("message") or {}
            if not isinstance(content, Mapping):
                return Piece(recognised=False)
            return Piece(
                _text(content.get("content")),
                finish_reason(choice.get("finish_reason")),
                _text(content.get("refusal")),
                piece.usage,
                piece.model,
            )
    return piece


def read_usage(block: object) -> Usage | None:
    """The `usage` block of a chat completion; None when it is missing, malformed or all zero.

    OpenAI counts reasoning inside `completion_tokens`. Some compatible providers count it beside them: then
    `total_tokens` gives them away, or a reasoning count above the completion count does.
    """
    if not isinstance(block, Mapping):
        return None
    input_tokens, completion = _count(block.get("prompt_tokens")), _count(block.get("completion_tokens"))
    if input_tokens is None or completion is None or input_tokens + completion == 0:
        return None
    prompt_details = _mapping(block.get("prompt_tokens_details"))
    reasoning = _count(_mapping(block.get("completion_tokens_details")).get("reasoning_tokens")) or 0
    total = _count(block.get("total_tokens"))
    beside = reasoning > completion or total == input_tokens + completion + reasoning
    cached = _count(prompt_details.get("cached_tokens"))
    if cached is None:
        cached = _count(block.get("prompt_cache_hit_tokens")) or 0
    return Usage(
        input_tokens=input_tokens,
        cached_tokens=cached,
        cache_write_tokens=_count(prompt_details.get("cache_write_tokens")) or 0,
        output_tokens=completion + (reasoning if beside else 0),
        reasoning_tokens=reasoning,
    )


def _text(content: object) -> str:
    """Text of a content field: a string, or a list of parts of which the text ones count."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        texts = (part.get("text") for part in content if isinstance(part, Mapping) and part.get("type") == "text")
        return "".join(text for text in texts if isinstance(text, str))
    return ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _count(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _MOST_TOKENS:
        return None
    return int(value) if value == int(value) else None
