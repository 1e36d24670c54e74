"""What is known when a reply is judged: the dialogue parsed once, the client's numbers, evidence, products spoken of.

Shared by amounts (`verify`) and terms (`find_term_claims`): neither parses a text twice.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from botops.claims.compile import CompiledBook, Hit
from botops.claims.dates import Dated, find_dates
from botops.claims.evidence import NO_EVIDENCE, Evidence
from botops.claims.features import FeatureHit
from botops.claims.lazy import cached_property
from botops.claims.mention import Mention
from botops.claims.mentions import Reading as Amounts
from botops.claims.mentions import read as read_amounts
from botops.claims.policy import code_key
from botops.claims.quantities import Quantity
from botops.claims.reading import Reading, read
from botops.claims.records import RecordSet
from botops.claims.scripts import in_cyrillic
from botops.claims.segment import Segment, segment_at, segments
from botops.claims.words import Word, fold, words
from botops.domain.findings import Finding, SupportedClaim
from botops.domain.messages import Message, Role
from botops.domain.promises import Promise

Claim = TypeVar("Claim", Finding, SupportedClaim, Promise)
_DIGITS = 3
_MONEY, _MAX_HEADS = Decimal(1000), Decimal(10_000)
"""From here on a bare number is rather money than a model's number."""


class Spans:
    """Stretches of a text in order, none inside another, asked what they meet without looking at them all."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._ends = [end for _, end in ordered]

    def meet(self, start: int, end: int) -> bool:
        """True when one of them shares a character with `start:end`."""
        last = bisect_left(self._starts, end) - 1
        return last >= 0 and start < self._ends[last]


def sounds_like_money(mention: Mention, book: CompiledBook) -> bool:
    """True for a number said as money, and for a bare one as large or as grouped as money is."""
    if mention.role != "bare" or mention.amount >= _MAX_HEADS:
        return True
    grouped = not mention.quote.replace(".", "").isdecimal()
    return grouped and mention.amount >= max(book.least, _MONEY)


_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class ParsedMessage:
    """A message and everything read from it, each piece when it is first asked for.

    `index` is its place in the dialogue. `text` is read: Kazakh and Russian in Latin letters stand in Cyrillic there,
    offset for offset; `written` is the message as it came. `folded` is the text in lower case with plain spaces and
    ё as е; it has the same length, so offsets hold in both.
    """

    index: int
    role: Role
    text: str
    book: CompiledBook
    name: str | None = None
    at: datetime | None = None
    written: str = ""

    def quoted(self, claims: Iterable[Claim]) -> list[Claim]:
        """Claims about this message with their quotes as it was written."""
        if self.written == self.text:
            return list(claims)
        return [_requoted(c, self.written[c.start : c.end]) for c in claims]

    @cached_property
    def folded(self) -> str:
        """The text folded, offset for offset."""
        return fold(self.text)

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """Words and digit groups with their spans and stems."""
        return words(self.folded)

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """Sentences, list items, table rows, headings, in order."""
        return segments(self.text)

    @cached_property
    def amounts(self) -> Amounts:
        """Everything the grammar of amounts finds: money and percents, bare numbers, and numbers that are neither."""
        return read_amounts(self.text)

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """Money and percents, in order."""
        return self.amounts.mentions

    @cached_property
    def numbers(self) -> tuple[Mention, ...]:
        """Money, percents and bare numbers that could be prices, in order."""
        return self.amounts.numbers

    @cached_property
    def all_hits(self) -> tuple[Hit, ...]:
        """Names of products, numbers that stand in names included; what stands within a promo code is no name."""
        found = self.book.names.find(self.words, self.text)
        codes = self.book.terms.codes
        if not codes or not found:
            return found
        return tuple(h for h in found if code_key(_token(self.folded, h.start, h.end)) not in codes)

    @cached_property
    def hits(self) -> tuple[Hit, ...]:
        """Names of products, in order of their offsets; a number that is money is no name."""
        found = self.all_hits
        if all(h.strength > 1 for h in found):
            return found
        money = [m for m in self.numbers if m.kind == "money" and (m.currency is not None or m.amount >= _MONEY)]
        return tuple(h for h in found if h.strength > 1 or not any(m.start < h.end and h.start < m.end for m in money))

    @cached_property
    def reading(self) -> Reading:
        """Words with their concepts, clauses and sentences: what scope and terms are judged by."""
        return read(self.text, self.words, self.segments, self.book.extensions.words)

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Counted things with their units: "12 месяцев", "от пяти бутылей"."""
        return self.reading.quantities

    @cached_property
    def dates(self) -> tuple[Dated, ...]:
        """Dates, months and seasons, in order."""
        return find_dates(self.words)

    @cached_property
    def features(self) -> tuple[FeatureHit, ...]:
        """Attribute values of the book's variants, in order; the last digits of a sum ("1 500 ₸") name none."""
        index = self.book.records.features
        said = index.find(self.words)
        if any(h.end - h.start <= _DIGITS for h in said):
            said = tuple(h for h in said if not any(m.start < h.start < m.end for m in self.mentions))
        measured = [
            h for h in index.ranged(self.quantities) if not any(h.start < s.end and s.start < h.end for s in said)
        ]
        return tuple(sorted((*said, *measured), key=lambda h: h.start)) if measured else said

    @cached_property
    def days(self) -> Spans:
        """Where days are said."""
        return Spans((d.start, d.end) for d in self.dates if d.day)

    @cached_property
    def sums(self) -> Spans:
        """Where percents stand, and numbers that sound like money."""
        return Spans((m.start, m.end) for m in self.numbers if sounds_like_money(m, self.book))

    def segment_of(self, position: int) -> Segment | None:
        """The segment around an offset."""
        i = segment_at(self.segments, position)
        return self.segments[i] if i >= 0 else None

    def supposes(self, position: int) -> bool:
        """True when the sentence around an offset supposes something ("если по осмотру выйдет 48 000")."""
        reading, part = self.reading, self.segment_of(position)
        return part is not None and "s:if" in reading.over(reading.word_at(part.start), reading.word_at(part.end))

    def hits_in(self, start: int, end: int) -> tuple[Hit, ...]:
        """Names of products between two offsets."""
        return tuple(h for h in self.hits if start <= h.start and h.end <= end)


@dataclass
class ReplyContext:
    """A reply (`messages[-1]`, the assistant's) with all that was said before it.

    `day` is the date in the book's time zone on which prices and offers must be in force. `evidence` gathers what
    tools returned before the reply, `found` the same as records.
    """

    book: CompiledBook
    at: datetime
    day: date
    messages: Sequence[ParsedMessage]
    evidence: Evidence = NO_EVIDENCE
    found: RecordSet = field(default_factory=RecordSet)
    region: str | None = None
    segment: str | None = None
    kept: dict[str, object] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What several checks of one reply share, each under its name; a copy with other messages begins with none."""

    @cached_property
    def reply(self) -> ParsedMessage:
        """The message being judged."""
        return self.messages[-1]

    @property
    def turn(self) -> int:
        """The index of the reply in the dialogue."""
        return self.reply.index

    @cached_property
    def question(self) -> ParsedMessage | None:
        """The client's last message before the reply."""
        return next((m for m in reversed(self.messages[:-1]) if m.role == "user"), None)

    @cached_property
    def previous(self) -> ParsedMessage | None:
        """The assistant's last message before the reply."""
        return next((m for m in reversed(self.messages[:-1]) if m.role == "assistant"), None)

    @cached_property
    def client(self) -> tuple[ParsedMessage, ...]:
        """Everything the client said, in order."""
        return tuple(m for m in self.messages if m.role == "user")

    def products_at(self, start: int, end: int) -> tuple[str, ...]:
        """SKUs of the products spoken of at a span of the reply.

        Looked for in its segment, in the segments that introduce it, in the message before it, then in the dialogue,
        latest first; the first place that names any decides. Empty when none was named.
        """
        reply = self.reply
        seen: int | None = segment_at(reply.segments, start)
        while seen is not None and seen >= 0:
            part = reply.segments[seen]
            hits = reply.hits_in(part.start, part.end)
            if hits:
                return _skus(hits)
            seen = part.parent
        before = [h for h in reply.hits if h.end <= start]
        if before:
            return _skus(before[-1:])
        for message in reversed(self.messages[:-1]):
            if message.role in {"user", "assistant"} and message.hits:
                return _skus(message.hits if message.role == "user" else message.hits[-1:])
        return _skus(tuple(h for h in reply.hits if h.start >= end)[:1])


def _token(text: str, start: int, end: int) -> str:
    """The whole run of letters and digits around a span: "canyon20" for its "canyon"."""
    while start and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    return text[start:end]


def _skus(hits: Sequence[Hit]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sku for h in hits for sku in h.skus))


def parse_message(message: Message, index: int, book: CompiledBook) -> ParsedMessage:
    """A message ready to be looked at; nothing is read from it yet."""
    # Half of an emoji cut in two, as logs have it: no encoding carries it.
    written = _SURROGATE.sub("\ufffd", message.content)
    text = written if message.role == "tool" else in_cyrillic(written, book.latin)
    return ParsedMessage(index, message.role, text, book, message.name, message.at, written)


def _requoted(claim: Claim, quote: str) -> Claim:
    read = claim.quote
    if not read or read == quote:
        return replace(claim, quote=quote)
    told = {language: text.replace(read, quote) for language, text in claim.explanations.items()}
    return replace(claim, quote=quote, explanations=told)
