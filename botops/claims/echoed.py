"""The client's own figures in a reply: said back beside ours, or what a share is taken of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from botops.claims.context import ParsedMessage, ReplyContext
from botops.claims.mention import Mention

_THOUSAND = Decimal(1000)
_OF = re.compile(r"\b(?:от|из|с|of|from|out of)\s+(?:[^\W\d]+\s+)?$")
_ABLATIVE = ("-дан", "-ден", "-тан", "-тен", "-нан", "-нен", "-ның", "-нің")
_FROM = re.compile(r"\s?-?(?:дан|ден|тан|тен|нан|нен|ның|нің)\b")


def said_back(context: ReplyContext, mention: Mention, supported: Iterable[Decimal]) -> bool:
    """True for the client's own figure said back beside ours: "вместо ваших 60 000 у нас 48 000".

    A yes in the sentence confirms it instead, and a reply without a price of our own concedes it.
    """
    question = context.question
    if question is None or not any(mention.amount != a for a in supported):
        return False
    said = {m.amount for m in question.numbers if m.kind == "money"}
    said |= {q.value for q in question.quantities}
    if mention.amount not in said and mention.amount / _THOUSAND not in said:
        return False
    part = context.reply.segment_of(mention.start)
    if part is None:
        return False
    reading = context.reply.reading
    return not reading.over(reading.word_at(part.start), reading.word_at(part.end)) & {"s:yes", "s:give"}


def is_base(reply: ParsedMessage, mention: Mention) -> bool:
    """True for a sum that a share is taken of: "60% от 540 000 ₸", "540 000 ₸-ден 16%"."""
    part = reply.segment_of(mention.start)
    if part is None or not any(m.kind == "percent" and part.start <= m.start < part.end for m in reply.mentions):
        return False
    led = _OF.search(reply.folded, max(0, mention.start - 20), mention.start)
    followed = _FROM.match(reply.folded, mention.end) or mention.quote.casefold().endswith(_ABLATIVE)
    return bool(led or followed)
