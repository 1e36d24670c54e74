"""The order of a prompt and the provider's cache: what varies from call to call ends what can be read from it.

The version is rendered as each of its latest calls had it (language, channel, day), with the price book in force, and
these calls are played back in order of time against the provider's rule. Then the same with the sections in another
order: those that change least from call to call first. Only what that would have saved beyond what the provider did
read from its cache is told.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.costs.hint_model import Evidences, Hint, Place, PrefixEvidence, PrefixFacts, Saving, place_of
from botops.app.prompts.diff import preview_values
from botops.costs.caching import CacheRule, cache_rule, played_back
from botops.domain.usage import Usage
from botops.llm.estimate import counts_exactly, token_starts
from botops.registry.sections import Part, Section, SectionedMessage, Sections

if TYPE_CHECKING:
    from datetime import datetime

    from botops.domain.messages import Language

Rendered = tuple[tuple[Section, str], ...]
"""A prompt as a call had it: its sections in order with their texts."""
Starts = Callable[[str], tuple[int, ...]]
"""Where the tokens of a text begin."""


def prefix(evidences: Evidences) -> tuple[PrefixFacts | None, list[Hint]]:
    """What calls share at the beginning of the prompt, and the hint to order it otherwise where that saves money."""
    rule = cache_rule(evidences.model)
    if rule is None or not counts_exactly(evidences.model) or not evidences.sent:
        return None, []
    calls = _Calls(evidences)
    order = calls.by_changes()
    now, moved = _Played(calls, rule, evidences, {}), _Played(calls, rule, evidences, order)
    early = _too_early(calls, order)
    facts = PrefixFacts(
        now.stable, now.average, rule.minimum, rule.source, rule.assumed,
        calls.first_varying(early), len(calls.numbers),
    )  # fmt: skip
    saving = _saving(evidences, now, moved)
    if not early or saving is None or moved.read <= max(now.read, evidences.cached or 0.0):
        return facts, []
    wordings = calls.wordings()
    evidence = PrefixEvidence(
        len(calls.numbers), now.average, now.stable, moved.stable, now.read, moved.read, evidences.cached,
        rule.minimum, rule.source, rule.assumed,
        tuple((", ".join(calls.varying(section)), wordings[section]) for section in early),
    )  # fmt: skip
    hint = Hint("prefix_order", tuple(map(place_of, early)), now.average, evidences.calls, saving, evidence)
    return facts, [hint] if saving.pico_usd > 0 else []


class _Calls:
    """The prompts that calls sent, each wording once. `numbers` tells which one each call had, in order of time."""

    def __init__(self, evidences: Evidences) -> None:
        sectioned = Sections(evidences.version)
        book, company = evidences.pricing.book, evidences.pricing.settings.company
        zone = ZoneInfo(book.timezone if book is not None else company.timezone)  # the day that prompts name
        known: dict[tuple[str, str, object], int] = {}
        index: dict[Rendered, int] = {}
        self._version = evidences.version
        self._values: dict[tuple[Section, int], tuple[Part, set[str]]] = {}
        self._sections: dict[Section, None] = {}
        self.numbers: list[int] = []
        self.moments = [sent.at for sent in evidences.sent]
        for sent in evidences.sent:
            key = sent.language, sent.channel, sent.at.astimezone(zone).date()
            if key not in known:
                rendered = self._rendered(evidences, sectioned, sent.language, sent.channel, sent.at)
                known[key] = index.setdefault(rendered, len(index))
            self.numbers.append(known[key])
        self.prompts: Sequence[Rendered] = tuple(index)

    def by_changes(self) -> Mapping[Section, int]:
        """How often each section differs from that of the call before."""
        changes: Counter[Section] = Counter({section: 0 for prompt in self.prompts for section, _ in prompt})
        pairs = Counter(pair for pair in pairwise(self.numbers) if pair[0] != pair[1])
        for (one, other), times in pairs.items():
            before, after = dict(self.prompts[one]), dict(self.prompts[other])
            for section in before.keys() | after.keys():
                if before.get(section) != after.get(section):
                    changes[section] += times
        return changes

    def wordings(self) -> Mapping[Section, int]:
        """How many wordings each section had, that of not being there included."""
        found: dict[Section, set[str | None]] = {section: set() for section in self._sections}
        for prompt in self.prompts:
            texts = dict(prompt)
            for section, seen in found.items():
                seen.add(texts.get(section))
        return {section: len(seen) for section, seen in found.items()}

    def varying(self, section: Section) -> tuple[str, ...]:
        """The variables whose values differ from call to call in a section, in their order."""
        return tuple(dict.fromkeys(name for part in self._varying(section) for name in part.names))

    def first_varying(self, early: Sequence[Section]) -> Place | None:
        """Where the first value that differs stands, or the section, where a condition makes it differ."""
        if not early:
            return None
        part = next(iter(self._varying(early[0])), None)
        if part is None:
            return place_of(early[0])
        span = self._version.span(part.passage)
        return Place(span.file, *span.position(part.origin), ", ".join(part.names))

    def _varying(self, section: Section) -> list[Part]:
        found = [part for (of, _), (part, texts) in self._values.items() if of == section and len(texts) > 1]
        return sorted(found, key=lambda part: part.origin)

    def _rendered(
        self, evidences: Evidences, sectioned: Sections, language: str, channel: str, at: datetime
    ) -> Rendered:  # fmt: skip
        spoken: Language = "kk" if language == "kk" else "en" if language == "en" else "ru"
        pricing = evidences.pricing
        values = preview_values(evidences.version, pricing.settings, pricing.book, at, spoken, channel)
        messages = sectioned.render(values)
        for message in messages:
            for part in message.parts:
                self._sections[part.section] = None
                if not part.written:
                    texts = self._values.setdefault((part.section, part.origin), (part, set()))[1]
                    texts.add(message.text[part.start : part.end])
        return tuple(_in_sections(messages))


class _Played:
    """Calls played back against the cache, the sections of their prompts in an order: tokens that all share at the
    beginning, tokens of a call on average, the share of them that the cache could have given, and what each read."""

    def __init__(
        self, calls: _Calls, rule: CacheRule, evidences: Evidences, order: Mapping[Section, int]
    ) -> None:  # fmt: skip
        prompts = [_ordered(prompt, order) for prompt in calls.prompts]
        starts = _starts(evidences.model)
        self.lengths = [sum(len(starts(text)) for _, text in prompt) for prompt in prompts]

        @cache
        def shared(one: int, other: int) -> int:
            return self.lengths[one] if one == other else _shared(prompts[one], prompts[other], starts)

        self.numbers = calls.numbers
        self.stable = min(shared(0, other) for other in range(len(prompts)))
        whole = sum(self.lengths[number] for number in self.numbers)
        self.average = round(whole / len(self.numbers))
        self.each = played_back(zip(calls.moments, self.numbers, strict=True), shared, rule)
        self.read = sum(self.each) / whole if whole else 0.0


def _ordered(prompt: Rendered, order: Mapping[Section, int]) -> Rendered:
    return tuple(sorted(prompt, key=lambda part: order.get(part[0], 0)))


def _starts(model: str) -> Starts:
    @cache
    def starts(text: str) -> tuple[int, ...]:
        return token_starts(text, model) or ()

    return starts


def _shared(one: Rendered, other: Rendered, starts: Starts) -> int:
    """Tokens at the beginning that two prompts share; the one in which they part does not count."""
    tokens = 0
    for (_, first), (_, second) in zip(one, other, strict=False):
        if first == second:
            tokens += len(starts(first))
            continue
        return tokens + max(0, bisect_left(starts(first), _common(first, second)) - 1)
    return tokens


def _common(one: str, other: str) -> int:
    """Characters at the beginning that two texts share."""
    least, most = 0, min(len(one), len(other))
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if one[:middle] == other[:middle] else (least, middle - 1)
    return least


def _too_early(calls: _Calls, order: Mapping[Section, int]) -> list[Section]:
    """Sections that change and stand before others that change less, in their order."""
    found: list[Section] = []
    for prompt in calls.prompts:
        for place, (section, _) in enumerate(prompt):
            later = [order[other] for other, _ in prompt[place + 1 :]]
            if order[section] and section not in found and any(changes < order[section] for changes in later):
                found.append(section)
    return sorted(found)


def _saving(evidences: Evidences, now: _Played, moved: _Played) -> Saving | None:
    """Money a month between what calls read from the cache and what they could: per call the price of its prompt with
    the tokens read as they were, or as measured where that is more."""
    measured = evidences.cached or 0.0
    groups = Counter(zip(now.numbers, now.each, moved.each, strict=True))
    total = 0
    for (number, read, could), times in groups.items():
        tokens = now.lengths[number]
        already = max(read, round(tokens * measured))
        before, after = (
            evidences.pico(Usage(input_tokens=tokens, cached_tokens=min(tokens, kept)))
            for kept in (already, max(could, already))
        )
        if before is None or after is None:
            return None
        total += (before - after) * times
    # the calls played back may be the latest of more
    return evidences.month(round(total * evidences.counted / len(now.numbers))) if evidences.counted else None


def _in_sections(messages: Sequence[SectionedMessage]) -> Iterator[tuple[Section, str]]:
    """The sections of a prompt with their texts, each once, where it first stands."""
    texts: dict[Section, str] = {}
    for message in messages:
        for part in message.parts:
            texts[part.section] = texts.get(part.section, "") + message.text[part.start : part.end]
    yield from texts.items()
