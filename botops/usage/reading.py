"""Which reader a block is for: its fields tell, and the interface's name where fields mean different things."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache, partial

from botops.domain.usage import Usage
from botops.usage.anthropic import read_anthropic
from botops.usage.chat import read_chat
from botops.usage.fields import Block, block_of, first, rows
from botops.usage.gemini import read_gemini
from botops.usage.made import tier_of
from botops.usage.others import read_bedrock, read_cohere, read_langchain, read_llamacpp, read_ollama
from botops.usage.responses import read_responses

_Reader = Callable[[Block, Block], Usage | None]


class Api(StrEnum):
    """An interface whose replies carry usage. What is compatible with OpenAI's chat completions and has no name of its
    own here is `openai`."""

    OPENAI = "openai"
    RESPONSES = "responses"
    AZURE = "azure"
    ANTHROPIC = "anthropic"
    GEMINI = "gemini"
    BEDROCK = "bedrock"
    LANGCHAIN = "langchain"
    XAI = "xai"
    PERPLEXITY = "perplexity"
    COHERE = "cohere"
    OLLAMA = "ollama"
    LLAMACPP = "llamacpp"


_NAMES: tuple[tuple[str, Api], ...] = (
    ("langchain", Api.LANGCHAIN),
    ("bedrock|converse|aws", Api.BEDROCK),
    ("anthropic|claude|messages", Api.ANTHROPIC),
    ("gemini|google|vertex|generatecontent", Api.GEMINI),
    ("responses|realtime", Api.RESPONSES),
    ("xai|x_ai|grok", Api.XAI),
    ("perplexity|sonar", Api.PERPLEXITY),
    ("cohere", Api.COHERE),
    ("ollama", Api.OLLAMA),
    ("llama_?cpp", Api.LLAMACPP),
    ("azure", Api.AZURE),
    (
        "openai|chat|completion|compatible|deepseek|moonshot|kimi|groq|openrouter|qwen|dashscope|alibaba|mistral|vllm"
        "|sglang|litellm|together|fireworks|databricks|cerebras|nvidia|zhipu|z_?ai|minimax|lm_?studio|tgi|hugging",
        Api.OPENAI,
    ),
)
"""Words in what people call an interface, the more telling first: `azure-openai`, `openai.responses`, `vertex_ai`."""


@lru_cache(maxsize=256)
def api_named(name: str) -> Api:
    """The interface a name means, however it is written. Raises ValueError for one that is not known."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower())
    if plain in set(Api):
        return Api(plain)
    for words, api in _NAMES:
        if re.search(words, plain):
            return api
    raise ValueError(f"no interface is known as {name!r}: use one of {', '.join(Api)}")


def read_usage(payload: object, api: Api | str = Api.OPENAI, *, tier: str = "") -> Usage | None:
    """The usage a provider reports, from its usage block or from the whole body that holds it; None where there is
    none, or none that can be made sense of. Nothing in a payload raises, no count is ever below zero.

    A whole body says more than its block: the tier served and the provider's own tools called. `tier` is for a tier
    that no reply tells, such as `batch`; it comes before what the reply says. Raises ValueError for an unknown `api`.
    """
    known = api_named(api)
    if not isinstance(payload, Mapping):
        return None
    block, body = _located(payload)
    usage = _read(block, body, known)
    return usage if usage is None or not tier else replace(usage, service_tier=tier_of(tier))


def read_stream(chunks: Iterable[object], api: Api | str = Api.OPENAI, *, tier: str = "") -> Usage | None:
    """The usage of a whole stream from its decoded chunks; None when no chunk tells it.

    Counts of a stream are cumulative, so the last ones hold. Anthropic and Gemini spread them over chunks, each field
    standing until it is told anew. LangChain's chunks alone add up. Raises ValueError for an unknown `api`.
    """
    known = api_named(api)
    if known is Api.LANGCHAIN:
        usages = [usage for chunk in chunks if (usage := read_usage(chunk, known)) is not None]
        total = sum(usages[1:], usages[0]) if usages else None
        return total if total is None or not tier else replace(total, service_tier=tier_of(tier))
    held: dict[str, object] = {}
    whole: dict[str, object] = {}
    for chunk in chunks:
        if not isinstance(chunk, Mapping):
            continue
        block, body = _located(chunk)
        whole.update((key, value) for key, value in body.items() if isinstance(key, str) and value is not None)
        if not _shapes(block):
            continue
        fresh = {key: value for key, value in block.items() if isinstance(key, str) and value is not None}
        if known in {Api.ANTHROPIC, Api.GEMINI, Api.BEDROCK}:
            held.update((key, value) for key, value in fresh.items() if value != 0 or key not in held)
        elif _read(block, body, known) is not None:
            held = fresh
    usage = _read(held, whole, known) if held else None
    return usage if usage is None or not tier else replace(usage, service_tier=tier_of(tier))


_BLOCKS = ("usage", "usageMetadata", "usage_metadata", "token_usage", "meta", "amazon-bedrock-invocationMetrics")
_AROUND = ("response", "body", "result", "message", "metadata", "delta")
"""What a body may stand in: an event of a stream, a line of a batch's output."""


def _located(payload: Block) -> tuple[Block, Block]:
    """The usage block of a payload, and the body around it; the payload itself when it holds none."""
    bodies = [payload]
    for _ in range(4):
        for body in bodies:
            block = _block_in(body)
            if block is not None:
                return block, body
        bodies = [inner for body in bodies for key in _AROUND if (inner := block_of(body.get(key)))]
    return payload, payload


def _block_in(body: Block) -> Block | None:
    holders = [body, block_of(body.get("x_groq")), *rows(body.get("choices"))]  # Moonshot streams it in a choice
    found = (holder.get(key) for holder in holders for key in _BLOCKS)
    return next((block for block in found if isinstance(block, Mapping)), None)


_SHAPES: tuple[tuple[frozenset[str], Api], ...] = (
    (frozenset({"prompt_tokens", "completion_tokens", "prompt_cache_hit_tokens"}), Api.OPENAI),
    (
        frozenset({"promptTokenCount", "candidatesTokenCount", "responseTokenCount", "totalTokenCount"})
        | {"prompt_token_count", "candidates_token_count", "response_token_count", "total_token_count"},
        Api.GEMINI,
    ),
    (frozenset({"prompt_eval_count", "eval_count"}), Api.OLLAMA),
    (frozenset({"billed_units", "tokens"}), Api.COHERE),
    (frozenset({"input_tokens", "output_tokens"}), Api.RESPONSES),
    (frozenset({"inputTokens", "outputTokens", "inputTokenCount", "outputTokenCount"}), Api.BEDROCK),
    (frozenset({"tokens_evaluated", "tokens_predicted", "timings"}), Api.LLAMACPP),
)
"""Fields that tell an interface, one of each set being enough."""
_READERS: dict[Api, _Reader] = {
    Api.RESPONSES: read_responses,
    Api.LANGCHAIN: read_langchain,
    Api.GEMINI: read_gemini,
    Api.BEDROCK: read_bedrock,
    Api.OLLAMA: read_ollama,
    Api.COHERE: read_cohere,
    Api.LLAMACPP: read_llamacpp,
}
_ANTHROPIC = frozenset({"cache_creation_input_tokens", "cache_read_input_tokens", "cache_creation"})


def _shapes(block: Block) -> list[Api]:
    """The interfaces whose fields a block has; a gateway may fill in another's with nulls or zeros."""
    names = {key for key, value in block.items() if value is not None}
    return [api for fields, api in _SHAPES if names & fields]


def _read(block: Block, body: Block, api: Api) -> Usage | None:
    usages = (_reader(shape, block, api)(block, body) for shape in _shapes(block))
    return next((usage for usage in usages if usage is not None), None)


def _reader(shape: Api, block: Block, api: Api) -> _Reader:
    if shape is Api.OPENAI:
        return partial(read_chat, beside=api is Api.XAI, perplexity=api is Api.PERPLEXITY)
    if shape is Api.RESPONSES and api in {Api.LANGCHAIN, Api.COHERE}:
        return _READERS[api]
    if shape is Api.RESPONSES and (api is Api.ANTHROPIC or _looks_anthropic(block)):
        return read_anthropic
    return _READERS[shape]


def _looks_anthropic(block: Block) -> bool:
    """Whether a block of another interface has Anthropic's fields and, as far as a total tells, its way to count."""
    given, made, total = (first(block, name) for name in ("input_tokens", "output_tokens", "total_tokens"))
    inside = given is not None and made is not None and total == given + made
    return bool(_ANTHROPIC & set(block)) and not inside
