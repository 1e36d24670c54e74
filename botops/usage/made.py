"""Making a `Usage` of what a reader found, so that its parts are never greater than its wholes."""

from __future__ import annotations

from collections.abc import Mapping

from botops.domain.usage import Usage

ORDINARY = frozenset({"auto", "default", "none", "on_demand", "ondemand", "regular", "standard", "unspecified"})
"""Words for the tier everybody gets. (`auto` is what was asked for; who sends it back served it as usual.)"""


def tier_of(*words: object) -> str:
    """The tier a call was served at in one spelling, from the first word that names one; "" is the ordinary tier.

    Google says `ON_DEMAND_PRIORITY` and `TRAFFIC_TYPE_UNSPECIFIED`, Bedrock `{"type": "flex"}`.
    """
    for word in words:
        named = word.get("type") if isinstance(word, Mapping) else word
        if isinstance(named, str) and named.strip():
            plain = named.strip().lower().replace("-", "_").removeprefix("on_demand_").removeprefix("traffic_type_")
            return "" if plain in ORDINARY else plain[:40]
    return ""


def whole_output(given: int, made: int, reasoning: int, total: int | None) -> tuple[int, int]:
    """All output tokens and those of reasoning, where it may stand beside the output: when there is more of it than of
    output, or when the total counts more than input and output. What a total counts and nothing names is reasoning."""
    if reasoning > made:
        return made + reasoning, reasoning
    surplus = 0 if total is None else max(0, total - given - made)
    return made + surplus, reasoning or surplus


def usage_of(
    *,
    given: int,
    made: int,
    cached: int = 0,
    written: int = 0,
    written_1h: int = 0,
    reasoning: int = 0,
    audio_in: int = 0,
    audio_cached: int = 0,
    audio_out: int = 0,
    tools: Mapping[str, int] | None = None,
    tier: str = "",
) -> Usage | None:
    """A usage from wholes (`given` in, `made` out) and their parts; None when nothing was used.

    A part that is greater than its whole is cut to it: readers have decided before whether it stood beside the whole.
    """
    cached = min(cached, given)
    written = min(written, given - cached)
    audio_in = min(audio_in, given)
    reasoning = min(reasoning, made)
    uses = tuple(sorted((unit, number) for unit, number in (tools or {}).items() if number))
    if not (given or made or uses):
        return None
    return Usage(
        input_tokens=given,
        cached_tokens=cached,
        cache_write_tokens=written,
        output_tokens=made,
        reasoning_tokens=reasoning,
        cache_write_1h_tokens=min(written_1h, written),
        audio_input_tokens=audio_in,
        audio_cached_tokens=min(audio_cached, audio_in, cached),
        audio_output_tokens=min(audio_out, made - reasoning),
        tool_uses=uses,
        service_tier=tier,
    )
