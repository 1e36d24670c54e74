"""Usage of chat completions: OpenAI's own and the many that are compatible with it, each in its own way.

OpenAI counts cached, written and audio tokens inside `prompt_tokens`, and reasoning, audio and rejected predictions
inside `completion_tokens`. Others differ, and `total_tokens` tells most of them apart:

- xAI and Gemini's compatible endpoint count reasoning beside `completion_tokens` (Gemini without naming it at all);
- LiteLLM counts what Anthropic reads from and writes to its cache inside the prompt, or beside it in older releases;
- Perplexity's deep research counts reasoning and citations beside, and leaves both out of its total;
- DeepSeek, Moonshot, Mistral and Databricks have a field of their own for cached tokens, Qwen for written ones.
"""

from __future__ import annotations

from botops.domain.usage import Usage
from botops.usage.fields import Block, block_of, first, most
from botops.usage.made import tier_of, usage_of

_CACHED = (
    "prompt_tokens_details.cached_tokens", "prompt_token_details.cached_tokens", "prompt_cache_hit_tokens",
    "cached_tokens", "num_cached_tokens", "cache_read_input_tokens", "cached_prompt_text_tokens",
)  # fmt: skip
_WRITTEN = (
    "prompt_tokens_details.cache_write_tokens", "prompt_tokens_details.cache_creation_tokens",
    "prompt_tokens_details.cache_creation_input_tokens", "cache_creation_input_tokens",
)  # fmt: skip
_WRITES = (
    "cache_creation",
    "prompt_tokens_details.cache_creation",
    "prompt_tokens_details.cache_creation_token_details",
)
_WRITTEN_1H = tuple(f"{place}.ephemeral_1h_input_tokens" for place in _WRITES)
_WRITTEN_5M = tuple(f"{place}.ephemeral_5m_input_tokens" for place in _WRITES)
_REASONING = (
    "completion_tokens_details.reasoning_tokens", "completion_token_details.reasoning_tokens", "reasoning_tokens",
)  # fmt: skip
_TOOLS = {
    "web_search": (
        "num_search_queries", "server_tool_use.web_search_requests", "server_tool_use_details.web_search_requests",
        "server_side_tool_usage_details.web_search_calls",
    ),
    "social_search": ("server_side_tool_usage_details.x_search_calls",),
    "file_search": ("server_side_tool_usage_details.file_search_calls",),
    "code_execution": ("server_side_tool_usage_details.code_interpreter_calls",),
    "citation_tokens": ("citation_tokens",),
    "sources": ("num_sources_used",),
}  # fmt: skip
"""Units billed by the piece, and where providers count them."""


def tools_of(block: Block) -> dict[str, int]:
    """What an OpenAI-like block counts of the provider's own tools."""
    return {unit: most(block, *paths) for unit, paths in _TOOLS.items()}


def read_chat(block: Block, body: Block, *, beside: bool = False, perplexity: bool = False) -> Usage | None:
    """The usage of a chat completion. `beside` says that the provider counts reasoning beside the completion where no
    total tells."""
    total = first(block, "total_tokens")
    prompt, completion = _wholes(block, total)
    if prompt is None or completion is None:
        return None
    cached, written_1h = most(block, *_CACHED), most(block, *_WRITTEN_1H)
    written = max(most(block, *_WRITTEN), written_1h + most(block, *_WRITTEN_5M))
    reasoning = most(block, *_REASONING)
    searching = perplexity or "citation_tokens" in block or "num_search_queries" in block
    if searching:
        completion += first(block, "reasoning_tokens") or 0
        total = None
    surplus = 0 if total is None else max(0, total - prompt - completion)
    given, surplus = _input(prompt, cached, written, surplus, reasoning)
    made = completion if searching else _output(completion, reasoning, surplus, beside=beside and total is None)
    return usage_of(
        given=given,
        made=made,
        cached=cached,
        written=written,
        written_1h=written_1h,
        reasoning=reasoning or (made - completion),
        audio_in=most(block, "prompt_tokens_details.audio_tokens", "prompt_token_details.audio_tokens"),
        audio_cached=most(block, "prompt_tokens_details.cached_tokens_details.audio_tokens"),
        audio_out=most(block, "completion_tokens_details.audio_tokens", "completion_token_details.audio_tokens"),
        tools=tools_of(block),
        tier=tier_of(
            block.get("service_tier"), body.get("service_tier"), block_of(body.get("x_groq")).get("service_tier")
        ),
    )


def _wholes(block: Block, total: int | None) -> tuple[int | None, int | None]:
    """Prompt and completion; one that is missing follows from the total."""
    prompt, completion = first(block, "prompt_tokens"), first(block, "completion_tokens")
    hit, miss = first(block, "prompt_cache_hit_tokens"), first(block, "prompt_cache_miss_tokens")
    if prompt is None and hit is not None and miss is not None:
        prompt = hit + miss
    if total is not None and prompt is not None and completion is None:
        completion = max(0, total - prompt)
    if total is not None and completion is not None and prompt is None:
        prompt = max(0, total - completion)
    return prompt, completion


def _input(prompt: int, cached: int, written: int, surplus: int, reasoning: int) -> tuple[int, int]:
    """All input tokens, and what is left of the surplus of the total. Cached or written tokens stand beside the prompt
    when the total counts them besides, or when there are more of them than the prompt has."""
    for aside in (cached + written, written, cached):
        if aside and surplus in {aside, aside + reasoning} and surplus != reasoning:
            return prompt + aside, surplus - aside
    if cached > prompt:
        prompt += cached
    if written > prompt - cached:
        prompt += written
    return prompt, surplus


def _output(completion: int, reasoning: int, surplus: int, *, beside: bool) -> int:
    """All output tokens, reasoning included. What a total counts and nothing names is hidden reasoning."""
    if reasoning and (beside or reasoning > completion):
        return completion + reasoning
    return completion + surplus
