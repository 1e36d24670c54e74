"""Which kind of mistake an unsupported sum is: a price, a computed figure, a side fee, or a product nobody sells."""

from __future__ import annotations

import re

from botops.claims.context import ParsedMessage, ReplyContext
from botops.claims.cues import speaks_of
from botops.claims.mention import Mention
from botops.domain.findings import FindingKind

_FEES = frozenset("surcharge delivery penalty deposit refund prepay cancel freeze minimum warranty".split())
_MIN_NOUN, _CLOSE = 4, 9
_NOT_NOUNS = re.compile(
    r".*(?:ть|ться|ам|ешь|ете|ите|ите|ем|им|ют|ят|ует|ает|яет|ого|ему|ый|ий|ая|ое|ые|но|ли|мыз|міз|ған|ген|ады|еді|ing|ed|ly)$"
)
_PAUSE, _AFTER = re.compile(r"[.,;!?()\n]"), 20
_COUNTED = frozenset("hour day night week month person piece user visit lesson".split())
_CALENDAR = frozenset("u:hour u:day u:night u:week u:month u:quarter u:year".split())
_IDLE = frozenset(
    "цена цену цены стоимость стоит стоят будет хорошо ладно тогда сейчас только обычно можно один одна одно самый "
    "самая тариф пакет вариант сегодня здесь просто меньше больше конечно верно баға бағасы болады тұрады қазір онда "
    "жақсы price cost costs sure okay well just then will would that this only from with your about right "
    "exactly currently".split()
)


def kind_of(context: ReplyContext, mention: Mention, lead: int, *, named: bool) -> FindingKind:
    """The kind of a sum no price bears out. `lead` is where the words that lead to it begin; `named` is True when
    they, or those before them, name a product of the book."""
    reply = context.reply
    reading = reply.reading
    first, last = reading.word_at(lead), reading.word_at(mention.start)
    said = reply.text[lead : mention.start]
    after = _PAUSE.split(reply.text[mention.end : mention.end + _AFTER], maxsplit=1)[0]
    if speaks_of("computed", said) or speaks_of("computed", after) or _counted(context, lead, mention.start):
        return FindingKind.TOTAL
    tags = reading.over(first, last) | reading.over(reading.word_at(mention.end), reading.word_at(mention.end) + 2)
    if not named and tags & _FEES:
        return FindingKind.TERMS
    if named or not has_subject(reply, lead, mention.start):
        return FindingKind.PRICE
    return FindingKind.UNKNOWN_PRODUCT


def has_subject(reply: ParsedMessage, start: int, end: int) -> bool:
    """True when the words between two offsets may name a thing ("the extra crate is", not "paid yearly it is")."""
    reading = reply.reading
    first, last = reading.word_at(start), reading.word_at(end)
    return any(_is_subject(w.text, reading.tags[i + first]) for i, w in enumerate(reading.words[first:last]))


def opens_anew(reply: ParsedMessage, start: int, end: int) -> bool:
    """True when the words between two offsets begin with a thing of their own, one that is counted included
    ("extra sessions are")."""
    reading = reply.reading
    first, last = reading.word_at(start), reading.word_at(end)
    return any(
        _is_subject(
            w.text,
            frozenset(t for t in reading.tags[i + first] if not t.startswith(("u:", "g:")) or t in _CALENDAR),
        )
        for i, w in enumerate(reading.words[first:last])
    )


def _counted(context: ReplyContext, start: int, end: int) -> bool:
    """True when a number of things leads to the sum ("пять суток — 72 500"): no threshold, no measure, no variant."""
    reply = context.reply
    variants = [(h.start, h.end) for h in reply.features]
    return any(
        start <= q.start
        and q.end <= end
        and q.value > 1
        and q.bound is None
        and not q.ordinal
        and (end - _CLOSE <= q.end or q.unit in _COUNTED)
        and not any(s < q.end and q.start < e for s, e in variants)
        for q in reply.quantities
    )


def _is_subject(word: str, tags: frozenset[str]) -> bool:
    """True for a word that may name a thing: no number, no word of commerce, no verb or adverb."""
    if len(word) < _MIN_NOUN or word[0].isdecimal() or word in _IDLE:
        return False
    return not any(not t.startswith("t:") for t in tags) and _NOT_NOUNS.fullmatch(word) is None
