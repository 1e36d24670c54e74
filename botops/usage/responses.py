"""Usage of OpenAI's Responses and Realtime interfaces, and of those made like them: input and output are wholes."""

from __future__ import annotations

from botops.domain.usage import Usage
from botops.usage.chat import tools_of
from botops.usage.fields import Block, block_of, first, most, rows, text
from botops.usage.made import tier_of, usage_of, whole_output

_INPUT = ("input_tokens_details", "input_token_details", "prompt_tokens_details")
_OUTPUT = ("output_tokens_details", "output_token_details", "completion_tokens_details")


def _inside(places: tuple[str, ...], *names: str) -> tuple[str, ...]:
    return tuple(f"{place}.{name}" for place in places for name in names)


def read_responses(block: Block, body: Block) -> Usage | None:
    """The usage of a response; its tool calls are counted where the whole body is given (`output`)."""
    given, made = first(block, "input_tokens"), first(block, "output_tokens")
    total = first(block, "total_tokens")
    if total is not None and given is not None and made is None:
        made = max(0, total - given)
    if given is None or made is None:
        return None
    cached = most(block, *_inside(_INPUT, "cached_tokens", "cache_read_input_tokens"), "cache_read_input_tokens")
    written = most(
        block,
        *_inside(_INPUT, "cache_write_tokens", "cache_creation_tokens", "cache_creation_input_tokens"),
        "cache_creation_input_tokens",
    )
    if cached > given:
        given += cached
    if written > given - cached:
        given += written
    made, reasoning = whole_output(given, made, most(block, *_inside(_OUTPUT, "reasoning_tokens")), total)
    return usage_of(
        given=given,
        made=made,
        cached=cached,
        written=written,
        reasoning=reasoning,
        audio_in=most(block, *_inside(_INPUT, "audio_tokens")),
        audio_cached=most(block, *_inside(_INPUT, "cached_tokens_details.audio_tokens")),
        audio_out=most(block, *_inside(_OUTPUT, "audio_tokens")),
        tools=_tools(block, body),
        tier=tier_of(block.get("service_tier"), body.get("service_tier")),
    )


def _tools(block: Block, body: Block) -> dict[str, int]:
    """Tools by the piece. A search is one `web_search_call` that searched: opening a page it found is not billed. A
    code interpreter is billed by its container, file searches by the call."""
    counted = tools_of(block)
    counted["web_search"] = max(counted["web_search"], most(block, "tool_calls_details.search_web.invocation"))
    searches, files, containers = 0, 0, set()
    for item in rows(body.get("output")):
        kind = text(item.get("type"))
        if kind == "web_search_call":
            searches += text(block_of(item.get("action")).get("type")) in {"", "search"}
        elif kind == "file_search_call":
            files += 1
        elif kind == "code_interpreter_call":
            containers.add(text(item.get("container_id")))
    found = {"web_search": searches, "file_search": files, "code_execution": len(containers)}
    return {unit: max(number, found.get(unit, 0)) for unit, number in counted.items()}
