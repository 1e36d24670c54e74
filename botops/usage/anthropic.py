"""Usage of Anthropic's messages: `input_tokens` leaves out what was read from and written to the cache."""

from __future__ import annotations

from botops.domain.usage import Usage
from botops.usage.fields import Block, first, most, rows, text
from botops.usage.made import tier_of, usage_of

_DEARER = frozenset({"fast", "us"})


def read_anthropic(block: Block, body: Block) -> Usage | None:
    """The usage of a message. Compactions are billed besides what the wholes say, and counted in.

    Opening pages (`web_fetch_requests`) is free of charge and left out. Fast mode (`speed`) and inference bound to a
    region (`inference_geo: us`) have prices of their own, so they stand in the tier.
    """
    plain, made = first(block, "input_tokens"), first(block, "output_tokens")
    if plain is None and made is None:
        return None
    parts = [
        _parts(block),
        *(_parts(each) for each in rows(block.get("iterations")) if each.get("type") == "compaction"),
    ]
    plain, read, written, written_1h, made, thought = (sum(each) for each in zip(*parts, strict=True))
    return usage_of(
        given=plain + read + written,
        made=made,
        cached=read,
        written=written,
        written_1h=written_1h,
        reasoning=thought,
        tools={"web_search": most(block, "server_tool_use.web_search_requests")},
        tier=_tier(block, body),
    )


def _parts(block: Block) -> tuple[int, int, int, int, int, int]:
    hour = most(block, "cache_creation.ephemeral_1h_input_tokens")
    written = max(
        most(block, "cache_creation_input_tokens"), hour + most(block, "cache_creation.ephemeral_5m_input_tokens")
    )
    made = most(block, "output_tokens")
    return (
        most(block, "input_tokens"),
        most(block, "cache_read_input_tokens"),
        written,
        hour,
        made,
        most(block, "output_tokens_details.thinking_tokens", "output_tokens_details.reasoning_tokens"),
    )


def _tier(block: Block, body: Block) -> str:
    tier = tier_of(block.get("service_tier"), body.get("service_tier"))
    marks = [tier, *(mark for mark in (text(block.get("speed")), text(block.get("inference_geo"))) if mark in _DEARER)]
    return "+".join(mark for mark in marks if mark)
