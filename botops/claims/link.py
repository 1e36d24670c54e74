"""What a sum of money in a reply is about: the product and the variant, by the nearest place that names them.

Places, nearest first: the words that lead to the sum, its segment, the segments that introduce it, the rest of the
message, the client's last message, the dialogue backwards. Each attribute is resolved at the first place that has it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from botops.claims.context import ParsedMessage, ReplyContext
from botops.claims.features import FeatureHit, FeatureIndex
from botops.claims.kinds import opens_anew
from botops.claims.mention import Mention
from botops.claims.records import NAME, Record
from botops.claims.segment import Segment, segment_at
from botops.claims.spoken_days import weekdays_meant
from botops.claims.words import is_cyrillic

LOCAL, BEFORE, SEGMENT, PARENT, MESSAGE, QUESTION, DIALOGUE = range(7)
_SAID_HERE = frozenset({LOCAL, BEFORE, MESSAGE})
_MAX_BACK = 12
_MAX_WINDOWS = 24
_STOPS = frozenset(",;.()!?\n")
_OTHER = frozenset(
    "current currently original existing previous old текущий текущая текущее текущего нынешний нынешнего прежний "
    "прежняя исходный қазіргі бұрынғы алдыңғы".split()
)


@dataclass(frozen=True, slots=True)
class Resolved:
    """The values an attribute has at the nearest place that names any. `hits` are their readings, one set a wording.

    `firm` is False where the name is only hinted at by one of its words.
    """

    level: int
    hits: tuple[frozenset[tuple[str, str]], ...]
    firm: bool = True

    def allows(self, record: Record) -> bool:
        """True when one of the wordings fits the record under one of its readings."""
        return any(value in record.features.get(key, ()) for hit in self.hits for key, value in hit)


@dataclass(frozen=True, slots=True)
class Focus:
    """What a mention is about: every attribute that its surroundings name. `named` are all SKUs of the dialogue.

    `cyrillic` is the script of the reply.
    """

    keys: Mapping[str, Resolved]
    named: frozenset[str]
    cyrillic: bool = True

    @property
    def skus(self) -> tuple[str, ...]:
        """SKUs named nearest."""
        name = self.keys.get(NAME)
        return tuple(dict.fromkeys(v for hit in name.hits for _, v in sorted(hit))) if name else ()

    @property
    def level(self) -> int:
        """How far away the product is named; past the dialogue when it never is."""
        return self.keys[NAME].level if NAME in self.keys else DIALOGUE + 1

    @property
    def near(self) -> bool:
        """True when the sentence, or what introduces it, names a product or a variant."""
        return any(r.level <= PARENT for r in self.keys.values())

    def conflicts(self, record: Record) -> tuple[str, ...]:
        """Attributes of a record that the surroundings contradict.

        What stands elsewhere in the message, and a product named after the sum, may belong to something else.
        """
        out = []
        for key, values in record.features.items():
            resolved = self.keys.get(key)
            if resolved is None or resolved.level == MESSAGE or resolved.allows(record):
                continue
            if key == NAME and resolved.level == SEGMENT:
                continue
            if key == NAME and not resolved.firm and self._described(record):
                continue
            distant = key == NAME and (resolved.level > MESSAGE or not resolved.firm)
            if distant and (values & self.named or not self._could_be_named(record)):
                continue
            out.append(key)
        return tuple(out)

    def _described(self, record: Record) -> bool:
        """True when the words beside the sum name a value of the record's variant."""
        return any(
            k != NAME and r.level in _SAID_HERE and k in record.features and r.allows(record)
            for k, r in self.keys.items()
        )

    def _could_be_named(self, record: Record) -> bool:
        """True when a product has a name in the script of the reply: only then does its absence say anything."""
        names = record.product.names if record.product is not None else ()
        return not names or any(is_cyrillic(n) == self.cyrillic for n in names)

    def matches(self, record: Record) -> int:
        """How many attributes of a record the surroundings name."""
        return sum(1 for key in record.features if key in self.keys and self.keys[key].allows(record))


class Named(NamedTuple):
    """Something in a message that names a product or an attribute value; `firm` is False for a hint,
    `part` True for a part of a value."""

    start: int
    end: int
    readings: frozenset[tuple[str, str]]
    firm: bool = True
    part: bool = False


def named_in(message: ParsedMessage, evidence: FeatureIndex | None = None) -> tuple[Named, ...]:
    """Everything in a message that names a product or an attribute value, in order.

    A name that is a value of a variant as well ("выходной") only hints at the product.
    """
    values = {(f.start, f.end) for f in message.features if not f.part}
    out = [
        Named(h.start, h.end, frozenset((NAME, s) for s in h.skus), h.strength > 1 and (h.start, h.end) not in values)
        for h in message.hits
    ]
    starts = [h.start for h in message.hits]
    said = [f for f in message.features if not _of_a_name(f, message, bisect_right(starts, f.start) - 1)]
    out += [Named(f.start, f.end, frozenset(f.readings), part=f.part) for f in said]
    if evidence is not None:
        out += [Named(h.start, h.end, frozenset(h.readings)) for h in evidence.find(message.words)]
    return tuple(sorted(out, key=lambda s: (s.start, s.end)))


def _of_a_name(value: FeatureHit, message: ParsedMessage, at: int) -> bool:
    """True for a word of the name at a place among the message's that is a value of another product's variants
    ("шина … для внедорожника")."""
    if at < 0:
        return False
    name = message.hits[at]
    if value.end > name.end or value.end - value.start == name.end - name.start:
        return False
    own = (r.features for sku in name.skus for r in message.book.records.by_sku.get(sku, ()))
    return not any(v in features.get(key, ()) for features in own for key, v in value.readings)


class Linker:
    """Resolves mentions of one reply. What earlier messages name is read once, on first need."""

    def __init__(self, context: ReplyContext, mentions: Sequence[Mention]) -> None:
        self._context = context
        self._mentions = mentions
        self._evidence = context.found.features if context.found.records else None
        self._reply = self._named_in(context.reply)
        self._starts = [s.start for s in self._reply]
        self._sums = [m.start for m in mentions]
        self._parts: dict[int, dict[str, Resolved]] = {}
        self._whole: dict[str, Resolved] = {}
        _resolve(self._whole, MESSAGE, self._reply)
        self._back: list[Mapping[str, Resolved]] | None = None
        self._named: frozenset[str] | None = None
        self._cyrillic = is_cyrillic(context.reply.text)
        self._others = any(w.text in _OTHER for w in context.reply.words)

    def _named_in(self, message: ParsedMessage) -> tuple[Named, ...]:
        """What a message names, and the values its dates stand for where variants are sold by day of the week."""
        found = named_in(message, self._evidence)
        index = self._context.book.records.features
        if not index.by_weekday or not message.dates:
            return found
        days = {(f.start, f.end) for f in message.features}
        said = [
            Named(d.start, d.end, frozenset(index.on_day(weekday)))
            for d, weekday in weekdays_meant(message, self._context.day)
            if index.on_day(weekday) and (d.start, d.end) not in days
        ]
        return tuple(sorted((*found, *said), key=lambda s: (s.start, s.end))) if said else found

    def focus(self, at: int) -> Focus:
        """The focus of the mention at a place in the list of mentions."""
        keys: dict[str, Resolved] = {}
        for level, spans in self._levels(at):
            _resolve(keys, level, spans)
        for found in (*self._introducing(at), self._whole, *self._earlier()):
            for key, resolved in found.items():
                keys.setdefault(key, resolved)
        if self._is_other(at):
            keys = {k: v for k, v in keys.items() if k == NAME}
        return Focus(keys, self._all_named(), self._cyrillic)

    def _is_other(self, at: int) -> bool:
        """True when the sum is of what the client has already ("your current one, $256"), not of what is described."""
        if not self._others:
            return False
        mention = self._mentions[at]
        left = max(self._mentions[at - 1].end if at else 0, mention.start - 60)
        reading = self._context.reply.reading
        return any(w.text in _OTHER for w in reading.words[reading.word_at(left) : reading.word_at(mention.start)])

    def _levels(self, at: int) -> Iterator[tuple[int, Sequence[Named]]]:
        reply, mention = self._context.reply, self._mentions[at]
        index = segment_at(reply.segments, mention.start)
        here = reply.segments[index] if index >= 0 else Segment(0, len(reply.text), "sentence", 0)
        own = _from_semicolon(reply.text, here, mention.start)
        windows = self._windows(at, own)
        yield LOCAL, windows[0] + self._after(at, here)
        for window in windows[1:]:
            if window:
                yield from self._led_on(at, here, window)
                break
        if at + 1 >= len(self._mentions) or self._mentions[at + 1].start >= here.end:
            yield SEGMENT, self._between(mention.end, here.end)
        if own.start > here.start:
            anew = opens_anew(reply, own.start, mention.start)
            yield MESSAGE if anew else PARENT, self._last_named(here.start, own.start)

    def _led_on(self, at: int, here: Segment, window: Sequence[Named]) -> Iterator[tuple[int, Sequence[Named]]]:
        """What is named before the sum in front. Its variant is not that of a sum with a thing of its own ("детям
        9 000, учителю 13 000")."""
        start = max(self._mentions[at - 1].end if at else 0, here.start)
        end = self._mentions[at].start
        reply = self._context.reply
        if "," not in reply.text[start:end] or not opens_anew(reply, start, end):
            yield BEFORE, window
            return
        names = [s for s in window if any(k == NAME for k, _ in s.readings)]
        yield BEFORE, names
        yield MESSAGE, [s for s in window if s not in names]

    def _introducing(self, at: int) -> Iterator[Mapping[str, Resolved]]:
        """What the segments that introduce a sum name, nearest first; each is resolved once."""
        reply = self._context.reply
        for part in _around(reply.segments, segment_at(reply.segments, self._mentions[at].start)):
            known = self._parts.get(part.start)
            if known is None:
                known = self._parts[part.start] = {}
                spans = self._between(part.start, part.end)
                if part.kind == "sentence" and bisect_left(self._sums, part.start) < bisect_left(self._sums, part.end):
                    _resolve(known, MESSAGE, [s for s in spans if any(k == NAME for k, _ in s.readings)])
                else:
                    _resolve(known, PARENT, spans)
            yield known

    def _between(self, start: int, end: int) -> list[Named]:
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return [s for s in self._reply[first:last] if s.end <= end]

    def _last_named(self, start: int, end: int) -> list[Named]:
        """What the nearest of the parts between semicolons names that names anything."""
        text = self._context.reply.text
        while start < end:
            cut = text.rfind(";", start, end - 1) + 1
            found = self._between(max(cut, start), end)
            if found:
                return found
            end = cut
        return []

    def _windows(self, at: int, here: Segment) -> list[list[Named]]:
        """What is named between the sums of the segment, from the one that leads to this sum back to the first."""
        out = []
        right = self._mentions[at].start
        for i in range(at - 1, max(-2, at - _MAX_WINDOWS), -1):
            left = self._mentions[i].end if i >= 0 else here.start
            inside = max(left, here.start)
            out.append(self._between(inside, right))
            if left <= here.start or (len(out) > 1 and out[-1]):
                break
            right = self._mentions[i].start
        return out

    def _after(self, at: int, here: Segment) -> list[Named]:
        end = self._mentions[at].end
        following = self._mentions[at + 1].start if at + 1 < len(self._mentions) else here.end
        return self._between(end, _stop(self._context.reply.text, end, min(here.end, following)))

    def _earlier(self) -> list[Mapping[str, Resolved]]:
        if self._back is None:
            self._back = []
            for distance, message in enumerate(reversed(self._context.messages[:-1])):
                if distance >= _MAX_BACK:
                    break
                if message.role not in {"user", "assistant"}:
                    continue
                keys: dict[str, Resolved] = {}
                spans = self._named_in(message)
                if message.role == "assistant":
                    spans = tuple(s for s in spans if any(k == NAME for k, _ in s.readings))
                _resolve(keys, QUESTION if distance == 0 else DIALOGUE, spans)
                self._back.append(keys)
        return self._back

    def _all_named(self) -> frozenset[str]:
        if self._named is None:
            self._named = frozenset(
                sku for m in self._context.messages if m.role != "tool" for h in m.hits for sku in h.skus
            )
        return self._named


def _resolve(keys: dict[str, Resolved], level: int, spans: Sequence[Named]) -> None:
    found: dict[str, list[Named]] = {}
    for span in spans:
        for key in {k for k, _ in span.readings}:
            found.setdefault(key, []).append(span)
    for key, hits in found.items():
        firm = [h for h in hits if h.firm]
        known = keys.get(key)
        if known is None or (firm and not known.firm and level <= SEGMENT):
            extra = () if known is None else known.hits
            keys[key] = Resolved(level, (*_narrowed(key, hits), *extra), bool(firm))


def _narrowed(key: str, hits: Sequence[Named]) -> Iterator[frozenset[tuple[str, str]]]:
    """The readings of what names an attribute; parts of a value said together stand for the values that hold all."""
    yield from (h.readings for h in hits if not h.part)
    joined: frozenset[tuple[str, str]] = frozenset()
    for hit in (h for h in hits if h.part):
        own = frozenset(r for r in hit.readings if r[0] == key)
        both = joined & own
        if joined and not both:
            yield joined
        joined = both or own
    if joined:
        yield joined


def _from_semicolon(text: str, here: Segment, position: int) -> Segment:
    """The part of a segment that begins after its last semicolon before an offset: what stood before is settled."""
    cut = text.rfind(";", here.start, position)
    return here if cut < 0 else here._replace(start=cut + 1)


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
