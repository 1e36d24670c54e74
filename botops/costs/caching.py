"""What a provider's cache of prompts could hold: its rule, and calls played back against it.

A cache keeps the beginning of a prompt, token for token: the first token that differs ends what can be read from it.
What some providers charge for writing to the cache is left out: who reads more of it writes less, so that a saving
told from here is rather too small.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class CacheRule:
    """When a provider reads the beginning of a prompt from its cache.

    A prompt must share `minimum` tokens; what is read is counted in steps of `step`. `idle` is how long the cache is
    surely kept after it was last used. `source` says where that stands; `assumed` when nothing is known of the model
    and it is taken to be as at OpenAI.
    """

    minimum: int
    step: int
    idle: timedelta
    source: str
    assumed: bool = False

    def read(self, shared: int) -> int:
        """Tokens read from the cache when so many at the beginning are the same."""
        return shared // self.step * self.step if shared >= self.minimum else 0


_IDLE = timedelta(minutes=5)
"""OpenAI: "5 to 10 minutes of inactivity"; the steps of 128 tokens are those that its models on Azure are described
with. Gemini names no time: the same is taken."""
_OPENAI = CacheRule(1024, 128, _IDLE, "developers.openai.com/api/docs/guides/prompt-caching, 2026-11")
_GEMINI = "ai.google.dev/gemini-api/docs/caching, 2026-07"
_RULES = (
    (re.compile(r"(?:^|[/:.])(?:gpt-|chatgpt-|o\d)"), _OPENAI),
    (re.compile(r"(?:^|[/:.])gemini-2\.5-"), CacheRule(2048, 1, _IDLE, _GEMINI)),
    (re.compile(r"(?:^|[/:.])gemini-"), CacheRule(4096, 1, _IDLE, _GEMINI)),
)
_ON_REQUEST = re.compile(r"(?:^|[/:.])claude-")
"""Models whose cache is used only by requests that ask for it, which botops does not: nothing to be had by order."""


def cache_rule(model: str) -> CacheRule | None:
    """The rule of a model's provider; None where the cache works only when asked for."""
    name = model.lower()
    if _ON_REQUEST.search(name):
        return None
    known = next((rule for pattern, rule in _RULES if pattern.search(name)), None)
    return known or CacheRule(_OPENAI.minimum, _OPENAI.step, _OPENAI.idle, _OPENAI.source, assumed=True)


def played_back(
    calls: Iterable[tuple[datetime, int]], shared: Callable[[int, int], int], rule: CacheRule
) -> list[int]:  # fmt: skip
    """Tokens of the prompt that each call could have read from the cache, given the calls before it.

    Calls come in order of time, each with the number of its prompt; `shared` tells how many tokens at the beginning two
    prompts share. A prompt stays in the cache for `rule.idle` after it was last sent.
    """
    last: dict[int, datetime] = {}
    found = []
    for at, prompt in calls:
        kept = [other for other, used in last.items() if at - used <= rule.idle]
        found.append(rule.read(max((shared(prompt, other) for other in kept), default=0)))
        last = {other: last[other] for other in kept}
        last[prompt] = at
    return found
