"""How far a rule of the book reaches: which products the talk is of when none is named, and what stretches a rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from botops.claims.objects import things_of
from botops.claims.records import in_force
from botops.claims.words import fold, words

if TYPE_CHECKING:
    from botops.claims.context import ReplyContext
    from botops.claims.desk import Desk
    from botops.claims.policy import Rule
    from botops.claims.reading import Clause, Reading

_LATELY = 5
_PROVIDED = frozenset("с со при если with if when".split())
_BILLED = {
    "month": ("помесяч", "ежемесяч", "месячн", "monthly", "айлық", "айлык", "ай-сайын", "month-to-month"),
    "quarter": ("квартал", "тоқсан", "токсан", "quarter"),
    "year": ("годов", "annual", "yearly", "жылдық", "жылдык"),
    "two years": ("двухлет", "двухгод", "two-year", "biennial"),
}
_WHOLE = tuple("весь всю все всё всем бәрі барі барлы бүкіл букил whole entire everything all".split())
_BOTH = frozenset("оба обе обоих обоим обеим обеих екеуіне екеуине екеуінен both".split())


def priced_lately(ctx: ReplyContext) -> frozenset[str]:
    """Products one of whose prices in force the reply or the exchange before it names."""
    by_amount = ctx.book.records.by_amount
    lately = [m for m in ctx.messages[-3:] if m.role != "tool"]
    sums = {m.amount for message in lately for m in message.mentions if m.kind == "money"}
    return frozenset(r.sku for a in sums for r in by_amount.get(a, ()) if in_force(r, ctx.day))


def elsewhere(desk: Desk, rule: Rule, clause: Clause) -> bool:
    """True when nothing lately said is of what a rule is for, and a clause has no word of its conditions."""
    messages = desk.ctx.messages[-_LATELY:]
    lately = frozenset(s for m in messages if m.role != "tool" for h in m.hits for s in h.skus)
    if lately & rule.skus:
        return False
    sentence = desk.reading.sentences[clause.sentence]
    said = desk.rooted(things_of(desk.reading, sentence.first, sentence.last)) | desk.things_asked
    return not (said & rule.things or desk.sentence_tags(clause) & rule.groups or desk.message.hits)


def hinted(desk: Desk, rule: Rule, clause: Clause) -> bool:
    """True when the words of a clause fit what a rule is for no worse than any other product.

    "С котла" may mean each boiler; "Basic оправаға" no other frame than Basic.
    """
    fits: Counter[str] = Counter()
    gifts = [h for h in desk.names_in(clause.start, clause.end) if set(h.skus) & rule.gifts]
    for thing in desk.rooted(things_of(desk.reading, clause.first, clause.last, gifts)):
        fits.update(desk.terms.sold_as(thing))
    best = max(fits.values(), default=0)
    return best > 0 and any(fits[sku] == best for sku in rule.skus)


def provided(desk: Desk, clause: Clause) -> frozenset[str]:
    """Products without which something does not hold: "год только с нашим монтажом", "only if we install it"."""
    tags, words = desk.reading.tags, desk.reading.words
    for i in range(clause.first, clause.last - 1):
        if "s:onlyw" in tags[i] and words[i + 1].text in _PROVIDED:
            return frozenset(s for h in desk.names_in(words[i].start, clause.end) for s in h.skus)
    return frozenset()


def billed_otherwise(rule: Rule, spoken: Sequence[tuple[Reading, int, int]]) -> bool:
    """True when a rule is for payments by one period alone and the words name another: "20% на помесячную оплату" and
    "works on the annual too". `spoken` are texts with their first and last words."""
    ours = billing_of(rule.text)
    said: set[str] = set()
    for reading, first, last in spoken:
        said.update(p for w in reading.words[first:last] if (p := _billing(w.text)) is not None)
    return bool(ours and said) and not ours & said


@lru_cache(maxsize=4096)
def billing_of(text: str) -> frozenset[str]:
    """The periods by which a rule says a thing is paid: "на годовую оплату" the year, "monthly plans" the month."""
    return frozenset(p for w in words(fold(text)) if (p := _billing(w.text)) is not None)


@lru_cache(maxsize=8192)
def _billing(word: str) -> str | None:
    return next((period for period, stems in _BILLED.items() if word.startswith(stems)), None)


def reaching_all(desk: Desk, rule: Rule, clause: Clause) -> bool:
    """True for "на весь заказ", "бәріне", "on everything" when other products than those of a rule were spoken of."""
    if not any(w.text.startswith(_WHOLE) for w in desk.reading.words[clause.first : clause.last]):
        return False
    lately = frozenset(s for m in desk.ctx.messages[-_LATELY:] if m.role != "tool" for h in m.hits for s in h.skus)
    return bool(lately - rule.skus)


def stretched(desk: Desk, rule: Rule, clause: Clause) -> bool:
    """True when "на всё" or "на оба" stretches a rule over products of this talk that it does not cover.

    "При покупке любого тарифа" stretches nothing: the condition of a rule is no list of what it is for.
    """
    if not rule.skus:
        return False
    if any(w.text in _BOTH for w in desk.reading.words[clause.first : clause.last]):
        lately = [h for m in desk.ctx.messages[-4:] for h in m.hits]
        return bool(desk.skus_spoken & rule.skus) and any(rule.skus.isdisjoint(h.skus) for h in lately)
    if "s:all" not in desk.tags(clause):
        return False
    tags = desk.reading.tags
    bar = next((i for i in range(clause.first + 1, clause.last) if "s:if" in tags[i]), clause.last)
    # "All" of a name ("Duo all-in-one") reaches over nothing.
    names = [(h.start, h.end) for h in desk.names_in(clause.start, clause.end)]
    said = (desk.reading.words[i] for i in range(clause.first, bar) if "s:all" in tags[i])
    everything = any(not any(start <= w.start < end for start, end in names) for w in said)
    return everything and bool(desk.skus_named - rule.skus)
