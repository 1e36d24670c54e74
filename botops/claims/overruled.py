"""Where the price book overrules a tool: of what the book prices, a tool's other figure bears nothing out.

A tool's answer may be old, or hold what a stranger wrote into a page it read; the book is what the company released.
What the book cannot know (a thing it has not, a delivery to this address, an order of the client's) is the tool's.
"""

from __future__ import annotations

import re

from botops.claims.context import ReplyContext
from botops.claims.counts import stems_in
from botops.claims.cues import speaks_of
from botops.claims.link import QUESTION, Focus
from botops.claims.mention import Mention
from botops.claims.records import NAME, Record, in_force

_CHARGES = frozenset(
    {"delivery", "deposit", "prepay", "refund", "surcharge", "service_fee", "instalment", "penalty", "cancel"}
)
"""What is charged or given back beside a price: a figure without a name may be that."""


_IDENTITY = re.compile(
    r"name|title|product|item|sku|model|(?:^|_)id$|number|code|назван|товар|услуг|модел|номер|артикул|атау|тауар",
    re.IGNORECASE,
)
"""Keys of a tool's answer that say what a figure is of, as its currency, period or status do not."""


def overruled(context: ReplyContext, record: Record, mention: Mention, focus: Focus) -> bool:
    """True for a tool's figure that a sum names as the price of a thing which the book prices otherwise."""
    if record.price is not None or focus.level > QUESTION or not focus.keys[NAME].firm:
        return False
    currency = mention.currency or context.book.book.currency
    priced = [
        r
        for sku in focus.skus
        for r in context.book.records.by_sku.get(sku, ())
        if in_force(r, context.day) and (r.currency or context.book.book.currency) == currency
    ]
    if not priced or (record.dealt and _speaks_of_deals(context, mention)):
        return False
    if _is_another(context, record, focus, {k for r in priced for k in r.features}):
        return False
    return bool(record.labels) or not _of_a_charge(context, mention)


def _is_another(context: ReplyContext, record: Record, focus: Focus, own: set[str]) -> bool:
    """True when the talk names something of the tool's figure that is not of the product: another thing, a number."""
    names = [stems_in(n) for sku in focus.skus if sku in context.book.skus for n in context.book.skus[sku].names]
    for key, value in record.labels:
        resolved = focus.keys.get(key)
        if key in own or not _IDENTITY.search(key):
            continue
        if resolved is None or resolved.level > QUESTION or not resolved.allows(record):
            continue
        said = stems_in(value)
        if not any(said <= name for name in names):
            return True
    return False


def _speaks_of_deals(context: ReplyContext, mention: Mention) -> bool:
    """True when the sentence of a sum, or the client's question, is about what was ordered, billed or paid."""
    part = context.reply.segment_of(mention.start)
    here = context.reply.text[part.start : part.end] if part is not None else context.reply.text
    return speaks_of("dealt", here) or (context.question is not None and speaks_of("dealt", context.question.text))


def _of_a_charge(context: ReplyContext, mention: Mention) -> bool:
    """True when the sentence of a sum speaks of a delivery, a fee, a refund: no price of a thing."""
    reply = context.reply
    part = reply.segment_of(mention.start)
    if part is None:
        return False
    return bool(reply.reading.over(reply.reading.word_at(part.start), reply.reading.word_at(part.end)) & _CHARGES)
