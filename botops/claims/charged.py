"""What the book takes money for and a reply gives for nothing: the thing found among the goods and the fees."""

from __future__ import annotations

from botops.claims.desk import Desk
from botops.claims.givens import Given, known_things, modifies, products_asked
from botops.claims.objects import GIVING, things_at
from botops.claims.reading import Clause
from botops.claims.shown import show_price
from botops.claims.trail import Basis

_ASKED_WHETHER = frozenset({"free", "gift", "included", "separate", "surcharge"})
_ARTICLES = frozenset("the a an your our".split())


def price_of(desk: Desk, clause: Clause, given: Given) -> str | None:
    """The price of the thing given when the book sells it; empty when the book has it for nothing; None when unsold."""
    hits = [h for h in desk.names_in(clause.start, clause.end) if not modifies(desk, h)]
    skus = frozenset(s for h in hits for s in h.skus) - desk.containers(clause)
    if desk.topics_question & _ASKED_WHETHER and not desk.confirms and given.skus == products_asked(desk):
        skus |= given.skus
    for thing in sorted(given.things):
        skus |= _sold_alone(desk, clause, thing)
    if not desk.confirms and any("included" in desk.reading.tags[i] for i in range(clause.first, clause.last)):
        skus -= desk.skus_asked - desk.skus_in(clause)
    said = desk.skus_in(clause)  # what is named goes before what shares a word with it: "тариф «Старт»", "тариф «Кафе»"
    for sku in sorted(skus, key=lambda sku: (sku not in said, sku)):
        product = desk.ctx.book.book.product(sku)
        prices = product.prices_on(desk.day) if product is not None else ()
        if product is not None and prices:
            if any(p.amount == 0 for p in prices):
                desk.rests_on(Basis(f"{product.name} — {show_price(prices[0])}", f"sku:{sku}", skus=frozenset({sku})))
                return ""
            return f"{product.name} — {show_price(prices[0])}"
    return _charged_by_policy(desk, given)


def _sold_alone(desk: Desk, clause: Clause, thing: str) -> frozenset[str]:
    """Products a thing may be, without those that only something done to them is said of: "подъём пианино"."""
    reading = desk.reading
    skus = desk.terms.goods.get(thing, frozenset())
    at = next((i for i in range(clause.first, clause.last) if thing in things_at(reading, i)), None)
    if at is None or not skus:
        return skus
    here = reading.words[at].start
    if any(h.start <= here < h.end and modifies(desk, h) for h in desk.names_in(clause.start, clause.end)):
        return frozenset()
    before = at - 1 if at > clause.first and reading.words[at - 1].text not in _ARTICLES else at - 2
    if before < clause.first:
        return skus
    if reading.words[before].text.endswith("ing") and not reading.tags[before] & set(GIVING):
        return frozenset()
    beside = known_things(desk, things_at(reading, before))
    return frozenset(s for s in skus if not beside or beside & desk.terms.named[s])


def done_to(desk: Desk, clause: Clause, thing: str) -> bool:
    """True for a product that something is done to, not given: the piano of "carrying the piano up"."""
    return bool(desk.terms.goods.get(thing)) and not _sold_alone(desk, clause, thing)


def _charged_by_policy(desk: Desk, given: Given) -> str | None:
    """The policy that takes money for just what is given: "мойка 3 000 ₸, если сдали грязным"."""
    if not given.things:
        return None
    charging = (r for r in desk.in_force(desk.terms.charging) if given.things <= r.things)
    return next((r.text for r in charging), None)
