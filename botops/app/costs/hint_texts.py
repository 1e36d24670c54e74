"""What stands in a prompt and may not be needed: examples like nothing that clients ask, rows of products that nobody
names, sentences that stand twice.

- An example is unused when it names products and no client named one of them in the dialogues looked at; where it names
  none, when no message of a client in its language had a third of the words that tell what it is about: words of four
  letters or more in what its client says, without those that more than a fifth of these dialogues have. With fewer than
  two such words nothing is said. What it teaches besides its topic (a tone, a form) is not seen.
- A line of the price table is unneeded when nobody, client or bot, named any product it is about, by its name, an alias
  or a word that only it has. A product asked for in other words is not seen.
- A sentence is a duplicate when the same one, of four words or more, stands at two places of the rendered prompt that
  do not come from one place of a text or from one value. Examples are left out: they may repeat an answer on purpose.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from zoneinfo import ZoneInfo

from botops.app.costs.hint_model import (
    LEAST_DIALOGUES,
    DuplicateEvidence,
    Evidences,
    ExampleEvidence,
    Hint,
    Place,
    RowsEvidence,
    never_bound,
    place_of,
)
from botops.app.costs.prompt_tokens import section_tokens
from botops.claims.segment import segments
from botops.claims.words import fold, language_of, words
from botops.llm.estimate import estimate_tokens, token_starts
from botops.pricebook.render import PriceLine, price_lines
from botops.registry.blocks import first_said
from botops.registry.sections import PRICE_TABLE, Part, Section, SectionedMessage

LEAST_WORDS = 4
_LEAST_LETTERS = 4
_COMMON = 0.2
_LEAST_TOPIC = 2
_SPOKEN = frozenset({"example", "message"})
_WORD = re.compile(r"\w+")


def unused_examples(evidences: Evidences) -> list[Hint]:
    """Examples like nothing that clients asked about."""
    found = []
    for section, (asked, whole) in _examples(evidences).items():
        about = evidences.products(whole)
        evidence = _about_products(evidences, about) if about else _about_words(evidences, asked)
        if evidence is not None:
            tokens = _section_tokens(evidences, section)
            saving = evidences.tokens_saving(tokens)
            found.append(Hint("unused_example", (place_of(section),), tokens, evidences.calls, saving, evidence))
    return found


def unused_rows(evidences: Evidences) -> list[Hint]:
    """Lines of the price table about products that nobody named."""
    book, parts = evidences.pricing.book, list(_tables(evidences.messages))
    if book is None or evidences.book is None or not parts:
        return []
    day = evidences.pricing.at.astimezone(ZoneInfo(book.timezone)).date()
    lines = price_lines(book, day, evidences.language)
    named = frozenset().union(*(skus for both in evidences.named for skus in both))
    dialogues = len({said.dialogue_id for said in evidences.said})
    found = []
    for message, part in parts:
        if message.text[part.start : part.end] != "\n".join(line.text for line in lines):
            continue  # printed through a filter: its lines cannot be told
        unneeded = [at for at, line in enumerate(lines) if line.skus and not named & set(line.skus)]
        tokens = _line_tokens(message.text, part.start, lines, evidences.model)
        total = sum(tokens[at] for at in unneeded)
        if unneeded and total:
            by_product = _by_product(evidences, lines, tokens, unneeded)
            evidence = RowsEvidence(dialogues, len(unneeded), len(lines), by_product, never_bound(dialogues))
            saving = evidences.tokens_saving(total)
            found.append(Hint("unused_rows", (place_of(part.section),), total, evidences.calls, saving, evidence))
    return found


def duplicates(evidences: Evidences) -> list[Hint]:
    """Sentences that stand twice, one hint for each pair of sections."""
    first: dict[str, _Sentence] = {}
    pairs: dict[tuple[Section, Section], list[_Sentence]] = {}
    for sentence in _sentences(evidences):
        known = first.setdefault(sentence.key, sentence)
        if known is not sentence and known.origin != sentence.origin:
            pairs.setdefault((known.section, sentence.section), []).append(sentence)
    found = []
    for repeated in pairs.values():
        tokens = sum(sentence.tokens for sentence in repeated)
        places = (first[repeated[0].key].place, repeated[0].place)
        evidence = DuplicateEvidence(tuple(dict.fromkeys(sentence.text for sentence in repeated)))
        found.append(Hint("duplicate", places, tokens, evidences.calls, evidences.tokens_saving(tokens), evidence))
    return found


# --- examples ---------------------------------------------------------------------------------------------------------


def _examples(evidences: Evidences) -> dict[Section, tuple[str, str]]:
    """What the client of each example says, and the whole example."""
    found: dict[Section, tuple[str, str]] = {}
    for message in evidences.messages:
        for section, parts in groupby(message.parts, key=lambda part: part.section):
            if section.kind != "example":
                continue
            text = "".join(message.text[part.start : part.end] for part in parts)
            asked, whole = found.get(section, ("", ""))
            if message.role == "user":
                asked += text
            elif message.role == "system":
                asked += first_said(text)
            found[section] = asked, f"{whole}\n{text}"
    return found


def _about_products(evidences: Evidences, about: frozenset[str]) -> ExampleEvidence | None:
    if any(about & asked for asked, _ in evidences.named):
        return None
    dialogues = len({said.dialogue_id for said in evidences.said})
    return ExampleEvidence(dialogues, evidences.names(sorted(about)), (), 0, never_bound(dialogues))


def _about_words(evidences: Evidences, asked: str) -> ExampleEvidence | None:
    language = language_of(asked)
    said: dict[str, list[frozenset[str]]] = {}
    for one in evidences.said:
        if language_of(one.text) == language:
            said.setdefault(one.dialogue_id, []).append(_stems(one.text))
    if len(said) < LEAST_DIALOGUES:
        return None
    frequent = Counter(stem for messages in said.values() for stem in frozenset().union(*messages))
    topic = {stem for stem in _stems(asked) if frequent[stem] <= _COMMON * len(said)}
    if len(topic) < _LEAST_TOPIC:
        return None
    nearest = max((len(topic & stems) for messages in said.values() for stems in messages), default=0)
    if nearest * 3 >= len(topic):
        return None
    told = tuple(dict.fromkeys(w.text for w in words(fold(asked)) if w.stem in topic))
    return ExampleEvidence(len(said), (), told, nearest, never_bound(len(said)))


def _stems(text: str) -> frozenset[str]:
    return frozenset(w.stem for w in words(fold(text)) if len(w.text) >= _LEAST_LETTERS and w.text.isalpha())


# --- the price table --------------------------------------------------------------------------------------------------


def _tables(messages: Sequence[SectionedMessage]) -> Iterator[tuple[SectionedMessage, Part]]:
    for message in messages:
        for part in message.parts:
            if not part.written and part.names == (PRICE_TABLE,):
                yield message, part


def _line_tokens(text: str, start: int, lines: Sequence[PriceLine], model: str) -> list[int]:
    """Tokens of each line where the table stands in a message, its line break included."""
    starts = token_starts(text, model)
    found = []
    for line in lines:
        end = start + len(line.text) + 1
        if starts is None:
            found.append(estimate_tokens(text[start:end], model))
        else:
            found.append(bisect_left(starts, end) - bisect_left(starts, start))
        start = end
    return found


def _by_product(
    evidences: Evidences, lines: Sequence[PriceLine], tokens: Sequence[int], unneeded: Sequence[int]
) -> tuple[tuple[str, int], ...]:  # fmt: skip
    found: Counter[str] = Counter()
    for at in unneeded:
        found[lines[at].skus[0]] += tokens[at]
    dearest = sorted(found, key=lambda sku: (-found[sku], sku))
    return tuple((name, found[sku]) for name, sku in zip(evidences.names(dearest), dearest, strict=True))


# --- sentences --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of the rendered prompt; `origin` is the place it comes from."""

    key: str
    text: str
    section: Section
    origin: tuple[str, str, int]
    place: Place
    tokens: int


def _sentences(evidences: Evidences) -> Iterator[_Sentence]:
    for message in evidences.messages:
        starts = token_starts(message.text, evidences.model)
        for segment in segments(message.text):
            text = message.text[segment.start : segment.end]
            said = _WORD.findall(text.casefold())
            if len(said) < LEAST_WORDS or segment.kind == "heading":
                continue
            part = next((p for p in message.parts if p.start <= segment.start < p.end), message.parts[-1])
            if part.section.kind in _SPOKEN:
                continue
            origin = part.origin + (segment.start - part.start if part.written else 0)
            span = evidences.version.span(part.passage)
            place = Place(span.file, *span.position(origin), part.section.title)
            if starts is None:
                tokens = estimate_tokens(text, evidences.model)
            else:
                tokens = bisect_left(starts, segment.end) - bisect_left(starts, segment.start)
            yield _Sentence(
                " ".join(said), text, part.section, (span.file, span.path, origin), place, tokens,
            )  # fmt: skip


def _section_tokens(evidences: Evidences, section: Section) -> int:
    return sum(section_tokens(message, evidences.model).get(section, 0) for message in evidences.messages)
