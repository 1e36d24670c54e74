"""What a sum of money in a reply is about: the product and the variant, by the nearest place that names them.

Places, nearest first: the words that lead to the sum, its segment, the segments that introduce it, the rest of the
message, the client's last message, the dialogue backwards. Each attribute is resolved at the first place that has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from botops.claims.context import ParsedMessage, ReplyContext
from botops.claims.features import FeatureHit, FeatureIndex
from botops.claims.mention import Mention
from botops.claims.records import NAME, Record
from botops.claims.segment import Segment, segment_at

LOCAL, SEGMENT, PARENT, MESSAGE, QUESTION, DIALOGUE = range(6)
_MAX_BACK = 12
_STOPS = frozenset(",;.()!?\n")


@dataclass(frozen=True, slots=True)
class Resolved:
    """The values an attribute has at the nearest place that names any. `hits` are their readings, one set a wording."""

    level: int
    hits: tuple[frozenset[tuple[str, str]], ...]

    def allows(self, record: Record) -> bool:
        """True when one of the wordings fits the record under one of its readings."""
        return any(value in record.features.get(key, ()) for hit in self.hits for key, value in hit)


@dataclass(frozen=True, slots=True)
class Focus:
    """What a mention is about: every attribute that its surroundings name. `named` are all SKUs of the dialogue."""

    keys: Mapping[str, Resolved]
    named: frozenset[str]

    @property
    def skus(self) -> tuple[str, ...]:
        """SKUs named nearest."""
        name = self.keys.get(NAME)
        return tuple(dict.fromkeys(v for hit in name.hits for _, v in sorted(hit))) if name else ()

    @property
    def level(self) -> int:
        """How far away the product is named; past the dialogue when it never is."""
        return self.keys[NAME].level if NAME in self.keys else DIALOGUE + 1

    def conflicts(self, record: Record) -> tuple[str, ...]:
        """Attributes of a record that the surroundings contradict."""
        out = []
        for key, values in record.features.items():
            resolved = self.keys.get(key)
            if resolved is None or resolved.allows(record):
                continue
            if key == NAME and resolved.level > MESSAGE and values & self.named:
                continue
            out.append(key)
        return tuple(out)

    def matches(self, record: Record) -> int:
        """How many attributes of a record the surroundings name."""
        return sum(1 for key in record.features if key in self.keys and self.keys[key].allows(record))


_Span = tuple[int, int, frozenset[tuple[str, str]]]


def spans_of(message: ParsedMessage, evidence: FeatureIndex | None = None) -> tuple[_Span, ...]:
    """Everything in a message that names a product or an attribute value: (start, end, readings)."""
    out: list[_Span] = [(h.start, h.end, frozenset((NAME, s) for s in h.skus)) for h in message.hits if h.strength > 1]
    strong = bool(out)
    if not strong:
        out = [(h.start, h.end, frozenset((NAME, s) for s in h.skus)) for h in message.hits]
    out += [_feature(h) for h in message.features]
    if evidence is not None:
        out += [_feature(h) for h in evidence.find(message.words)]
    return tuple(sorted(out, key=lambda s: (s[0], s[1])))


def _feature(hit: FeatureHit) -> _Span:
    return hit.start, hit.end, frozenset(hit.readings)


class Linker:
    """Resolves mentions of one reply. What earlier messages name is read once, on first need."""

    def __init__(self, context: ReplyContext) -> None:
        self._context = context
        self._evidence = context.found.features if context.found.records else None
        self._reply = spans_of(context.reply, self._evidence)
        self._back: list[Mapping[str, Resolved]] | None = None
        self._named: frozenset[str] | None = None

    def focus(self, mention: Mention, previous_end: int, next_start: int) -> Focus:
        """The focus of a mention; the offsets are the ends of its neighbouring mentions, -1 when there is none."""
        keys: dict[str, Resolved] = {}
        for level, spans in self._levels(mention, previous_end, next_start):
            _resolve(keys, level, spans)
        for found in self._earlier():
            for key, resolved in found.items():
                keys.setdefault(key, resolved)
        return Focus(keys, self._all_named())

    def _levels(self, mention: Mention, previous_end: int, next_start: int) -> Iterator[tuple[int, Sequence[_Span]]]:
        reply, spans = self._context.reply, self._reply
        index = segment_at(reply.segments, mention.start)
        here = reply.segments[index] if index >= 0 else Segment(0, len(reply.text), "sentence", 0)
        start = max(here.start, previous_end)
        stop = _stop(reply.text, mention.end, min(here.end, next_start if next_start >= 0 else here.end))
        before = [s for s in spans if start <= s[0] and s[1] <= mention.start]
        after = [s for s in spans if mention.end <= s[0] and s[1] <= stop]
        yield LOCAL, before + after
        if here.kind == "row" and here.parent is not None:
            yield SEGMENT, [s for s in spans if here.start <= s[0] and s[1] <= mention.start]
        yield SEGMENT, [s for s in spans if here.start <= s[0] and s[1] <= here.end]
        for part in _around(reply.segments, index):
            yield PARENT, [s for s in spans if part.start <= s[0] and s[1] <= part.end]
        yield MESSAGE, spans

    def _earlier(self) -> list[Mapping[str, Resolved]]:
        if self._back is None:
            self._back = []
            for distance, message in enumerate(reversed(self._context.messages[:-1])):
                if distance >= _MAX_BACK:
                    break
                if message.role not in {"user", "assistant"}:
                    continue
                keys: dict[str, Resolved] = {}
                _resolve(keys, QUESTION if distance == 0 else DIALOGUE, spans_of(message, self._evidence))
                self._back.append(keys)
        return self._back

    def _all_named(self) -> frozenset[str]:
        if self._named is None:
            self._named = frozenset(
                sku for m in self._context.messages if m.role != "tool" for h in m.hits for sku in h.skus
            )
        return self._named


def _resolve(keys: dict[str, Resolved], level: int, spans: Sequence[_Span]) -> None:
    found: dict[str, list[frozenset[tuple[str, str]]]] = {}
    for _, _, readings in spans:
        for key in {k for k, _ in readings}:
            found.setdefault(key, []).append(readings)
    for key, hits in found.items():
        if key not in keys:
            keys[key] = Resolved(level, tuple(hits))


def _stop(text: str, start: int, end: int) -> int:
    """Where the words that follow a sum stop belonging to it: at a comma, a bracket or the end of its sentence."""
    for at in range(start, min(end, start + 80)):
        if text[at] in _STOPS:
            return at
    return min(end, start + 80)


def _around(parts: Sequence[Segment], index: int) -> Iterator[Segment]:
    """Segments that introduce one, nearest first: its parents, then the sentences before it in its paragraph."""
    if index < 0:
        return
    seen = parts[index].parent
    while seen is not None:
        yield parts[seen]
        seen = parts[seen].parent
    here = parts[index]
    if here.kind == "sentence":
        for part in reversed(parts[max(0, index - 4) : index]):
            if part.paragraph == here.paragraph and part.kind != "row":
                yield part
