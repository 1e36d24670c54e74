"""Usage of Bedrock's Converse, LangChain's messages, Cohere, and of the servers one runs oneself."""

from __future__ import annotations

from botops.domain.usage import Usage
from botops.usage.fields import Block, block_of, count, first, most, rows
from botops.usage.made import tier_of, usage_of, whole_output


def read_bedrock(block: Block, body: Block) -> Usage | None:
    """Converse, and the metrics of an invoked model: what was read from and written to the cache stands beside."""
    given, made = first(block, "inputTokens", "inputTokenCount"), first(block, "outputTokens", "outputTokenCount")
    if given is None or made is None:
        return None
    cached = most(block, "cacheReadInputTokens", "cacheReadInputTokenCount")
    hour = sum(count(row.get("inputTokens")) or 0 for row in rows(block.get("cacheDetails")) if row.get("ttl") == "1h")
    short = sum(count(row.get("inputTokens")) or 0 for row in rows(block.get("cacheDetails")) if row.get("ttl") == "5m")
    written = max(most(block, "cacheWriteInputTokens", "cacheWriteInputTokenCount"), hour + short)
    return usage_of(
        given=given + cached + written,
        made=made,
        cached=cached,
        written=written,
        written_1h=hour,
        tier=tier_of(body.get("serviceTier"), block_of(body.get("performanceConfig")).get("latency")),
    )


def read_langchain(block: Block, body: Block) -> Usage | None:
    """LangChain's `usage_metadata`: wholes with their details inside.

    For OpenAI's flex and priority the integration writes the tier before the names of the details
    (`flex_cache_read`); for Anthropic it leaves `cache_creation` at 0 where it names the two kinds of cache.
    """
    given, made, total = (first(block, name) for name in ("input_tokens", "output_tokens", "total_tokens"))
    if given is None and made is None:
        return None
    given, made = given or 0, made or 0
    tier = next((t for t in ("priority", "flex") if _tiered(block, t)), "")
    detail = [f"{side}.{tier}_" if tier else f"{side}." for side in ("input_token_details", "output_token_details")]
    plain = ("input_token_details.", "output_token_details.")
    reasoning = most(block, f"{detail[1]}reasoning", f"{plain[1]}reasoning")
    made, reasoning = whole_output(given, made, reasoning, total)
    cached = most(block, f"{detail[0]}cache_read", f"{plain[0]}cache_read")
    hour = most(block, f"{plain[0]}ephemeral_1h_input_tokens")
    written = max(
        most(block, f"{detail[0]}cache_creation", f"{plain[0]}cache_creation"),
        hour + most(block, f"{plain[0]}ephemeral_5m_input_tokens"),
    )
    return usage_of(
        given=given,
        made=made,
        cached=cached,
        written=written,
        written_1h=hour,
        reasoning=reasoning,
        audio_in=most(block, f"{plain[0]}audio"),
        audio_out=most(block, f"{plain[1]}audio"),
        tier=tier or tier_of(body.get("service_tier"), block_of(body.get("response_metadata")).get("service_tier")),
    )


def _tiered(block: Block, tier: str) -> bool:
    names = {*block_of(block.get("input_token_details")), *block_of(block.get("output_token_details"))}
    return any(name == tier or str(name).startswith(f"{tier}_") for name in names)


def read_cohere(block: Block, body: Block) -> Usage | None:
    """Cohere: what is billed, which leaves out its own preamble; counts come as fractions of nothing (`12.0`)."""
    del body
    billed = block_of(block.get("billed_units")) or block_of(block.get("tokens")) or block
    given, made = first(billed, "input_tokens"), first(billed, "output_tokens")
    if given is None and made is None:
        return None
    return usage_of(
        given=given or 0,
        made=made or 0,
        cached=most(block, "cached_tokens"),
        tools={"search_units": most(billed, "search_units")},
    )


def read_ollama(block: Block, body: Block) -> Usage | None:
    """Ollama's own interface; a prompt it still holds in memory may be left out."""
    del body
    given, made = first(block, "prompt_eval_count"), first(block, "eval_count")
    if given is None and made is None:
        return None
    return usage_of(given=given or 0, made=made or 0)


def read_llamacpp(block: Block, body: Block) -> Usage | None:
    """llama.cpp's own interface. `timings` tell new and remembered tokens apart; `tokens_cached` does not, as it counts
    the reply too."""
    del body
    timings = block_of(block.get("timings"))
    cached = first(timings, "cache_n") or 0
    given = first(block, "tokens_evaluated")
    if given is None and (new := first(timings, "prompt_n")) is not None:
        given = new + cached
    made = first(block, "tokens_predicted", "timings.predicted_n")
    if given is None and made is None:
        return None
    return usage_of(given=given or 0, made=made or 0, cached=cached)
