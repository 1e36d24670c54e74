"""Reading what OpenAI-compatible endpoints send: pure functions over decoded JSON, distrustful of its shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from botops.domain.usage import Usage
from botops.usage import read_usage

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
        usage = _usage(data)
        return Piece(usage=usage, recognised=usage is not None)
    model = data.get("model")
    piece = Piece(usage=_usage(data), model=model if isinstance(model, str) else "")
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


def _usage(data: object) -> Usage | None:
    # Most chunks of a stream carry none: these are passed by without a look for all that a usage may be called.
    if not isinstance(data, Mapping):
        return None
    choices = data.get("choices")
    last = choices[-1] if isinstance(choices, list) and choices else None
    told = data.get("usage") is not None or "x_groq" in data or (isinstance(last, Mapping) and "usage" in last)
    return read_usage(data) if told else None


def _text(content: object) -> str:
    """Text of a content field: a string, or a list of parts of which the text ones count."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        texts = (part.get("text") for part in content if isinstance(part, Mapping) and part.get("type") == "text")
        return "".join(text for text in texts if isinstance(text, str))
    return ""
