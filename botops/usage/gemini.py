"""Usage of Gemini's generateContent: the cache is inside the prompt; thoughts and tools' prompts stand beside."""

from __future__ import annotations

import re

from botops.domain.usage import Usage
from botops.usage.fields import Block, block_of, count, first, most, rows, text
from botops.usage.made import tier_of, usage_of

_CAMEL = re.compile(r"_([a-z])")
_BILLED_BY_QUERY = re.compile(r"gemini-(?:[3-9]|\d\d)")


def camel(block: Block) -> Block:
    """Fields as the wire spells them: client libraries for Python give them with underscores."""
    return {
        _CAMEL.sub(lambda found: found[1].upper(), key): value for key, value in block.items() if isinstance(key, str)
    }


def read_gemini(block: Block, body: Block) -> Usage | None:
    """The usage of a reply. Where the total shows that the candidates already hold the thoughts, they are not added."""
    block = camel(block)
    prompt = first(block, "promptTokenCount")
    made = first(block, "candidatesTokenCount", "responseTokenCount")
    total = first(block, "totalTokenCount")
    thoughts = most(block, "thoughtsTokenCount")
    if prompt is None and made is None and total is None:
        return None
    tools = most(block, "toolUsePromptTokenCount")
    if prompt is None:
        prompt = max(0, (total or 0) - (made or 0) - thoughts - tools)
    if made is None:
        made = max(0, (total or 0) - prompt - thoughts - tools)
    held = 0 < thoughts <= made and total in {prompt + made, prompt + made + tools}
    return usage_of(
        given=prompt + tools,
        made=made + (0 if held else thoughts),
        cached=most(block, "cachedContentTokenCount"),
        reasoning=thoughts,
        audio_in=_audio(block, "promptTokensDetails") + _audio(block, "toolUsePromptTokensDetails"),
        audio_cached=_audio(block, "cacheTokensDetails"),
        audio_out=_audio(block, "candidatesTokensDetails") or _audio(block, "responseTokensDetails"),
        tools={"web_search": _searches(body)},
        tier=tier_of(block.get("serviceTier"), block.get("trafficType")),
    )


def _audio(block: Block, name: str) -> int:
    found = (camel(row) for row in rows(block.get(name)))
    return sum(count(row.get("tokenCount")) or 0 for row in found if _modality(row) == "AUDIO")


def _modality(row: Block) -> str:
    return text(getattr(row.get("modality"), "value", row.get("modality"))).upper()


def _searches(body: Block) -> int:
    """Searches a grounded reply is billed for: each query from Gemini 3 on, the prompt as one before."""
    body = camel(body)
    queries = 0
    for candidate in rows(body.get("candidates")):
        grounding = camel(block_of(camel(candidate).get("groundingMetadata")))
        asked = grounding.get("webSearchQueries")
        queries += len(asked) if isinstance(asked, list) else 0
    return queries if _BILLED_BY_QUERY.match(text(body.get("modelVersion"))) else min(queries, 1)
