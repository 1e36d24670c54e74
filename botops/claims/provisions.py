"""Policies clause by clause: what each grants or refuses, charges for or gives for nothing, and where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from botops.claims.lexicon import NONE, Concepts
from botops.claims.mention import Mention
from botops.claims.mentions import find_mentions
from botops.claims.names import Hit, NameIndex
from botops.claims.objects import container_hits, things_of
from botops.claims.quantities import Quantity
from botops.claims.reading import Clause, Reading, read
from botops.claims.scope import clause_negated
from botops.pricebook.model import Offer, OfferKind, PriceBook, Window

ACT_TOPICS = frozenset({"refund", "warranty", "instalment", "freeze", "trial", "cashback"})
"""Topics that are acts of the seller themselves: what is refused is refused whatever it is called."""
FREE = frozenset({"free", "gift", "included"})
_LAPSED = frozenset({"a:carry", "refund"})
_LATER = frozenset("позже иначе позднее later otherwise afterwards кейінірек әйтпесе".split())
_CHARGES = frozenset({"separate", "surcharge"})
_COUNTED = frozenset({"u:hour", "u:lesson", "u:visit", "u:gb", "u:minute", "u:litre", "u:km", "u:floor"})
"""Units that tell what is spoken of across languages; times of the calendar are spoken of everywhere."""
_WHOLE = 100
_OPEN = Window()


@dataclass(frozen=True, slots=True)
class Provision:
    """One clause of a policy, or the condition of an offer.

    `acts` are what it grants, or refuses when `refused` ("вскрытые не принимаем", "предоплата сгорает"). `about` are
    the things and topics it speaks of beside the acts, `places` the towns. `free` marks what is given for nothing or
    included, `charged` what costs extra. `later` marks a clause that holds only after a term ("позже …"), `bare` one
    that names no subject of its own ("отсрочки нет").
    """

    source: str
    text: str
    acts: Concepts
    refused: bool
    about: frozenset[str]
    places: frozenset[str]
    free: bool
    charged: bool
    later: bool
    bare: bool
    skus: frozenset[str]
    money: tuple[Decimal, ...]
    counts: tuple[Quantity, ...]
    window: Window = _OPEN


def provisions_of(book: PriceBook, names: NameIndex) -> tuple[Provision, ...]:
    """The provisions of a book's policies and offers. Linear in their text."""
    out: list[Provision] = []
    for n, text in enumerate(book.policies.text, 1):
        out += _of_policy(f"policy:{n}", text, names)
    out += [p for o in book.offers for p in _of_offer(o)]
    return tuple(out)


def acts_in(tags: Concepts) -> Concepts:
    """The acts among the concepts of some words."""
    return frozenset(t for t in tags if t.startswith("a:") or t in ACT_TOPICS)


def places_in(things: Iterable[str]) -> frozenset[str]:
    """The places among things."""
    return frozenset(t for t in things if t.startswith("t:@"))


def subjects_of(reading: Reading, first: int, last: int, without: Sequence[Hit] = ()) -> frozenset[str]:
    """Things and topics the words `first:last` speak of, without places, acts and the names `without`."""
    out = things_of(reading, first, last, without)
    topics: set[str] = set()
    for i in range(first, last):
        if acts_in(reading.tags[i]):
            out -= {reading.words[i].stem, reading.words[i].text}
        else:
            topics.update(t for t in reading.tags[i] if t in _COUNTED or ":" not in t)
    return (out - places_in(out)) | (topics - FREE - _CHARGES)


def _of_policy(source: str, text: str, names: NameIndex) -> Iterable[Provision]:
    reading = read(text)
    for sentence in reading.sentences:
        before: Provision | None = None
        for i in range(sentence.clause_first, sentence.clause_last):
            clause = reading.clauses[i]
            hits = [h for h in names.find(reading.words[clause.first : clause.last]) if h.strength > 1]
            into = container_hits(reading, hits)
            found = _provision(source, text[sentence.start : sentence.end], reading, clause, into)
            found = replace(found, skus=frozenset(s for h in hits if h not in into for s in h.skus))
            before = _following(before, found) if before is not None else found
            yield before


def _following(before: Provision, found: Provision) -> Provision:
    """A clause after another of its sentence: it goes on about the same, and a bare list item ("и эскиз") stands or
    falls with what went before."""
    found = replace(found, places=found.places or before.places)
    if found.acts or found.free or found.charged:
        return replace(found, about=found.about | before.about, skus=found.skus | before.skus)
    return replace(
        found,
        acts=before.acts,
        refused=before.refused,
        free=before.free,
        charged=before.charged,
        about=found.about | (before.about if not (before.acts or before.free or before.charged) else NONE),
    )


def _provision(source: str, text: str, reading: Reading, clause: Clause, into: Sequence[Hit]) -> Provision:
    tags = reading.over(clause.first, clause.last)
    words = reading.words[clause.first : clause.last]
    acts = acts_in(tags)
    negated = clause_negated(reading, clause)
    mentions = find_mentions(reading.text[clause.start : clause.end])
    in_full = not acts and _in_full(mentions) and _paid_ahead(reading, clause)
    if in_full:
        acts, negated = frozenset({"a:defer"}), True
    if "a:lapse" in acts:
        acts, negated = (acts - {"a:lapse"}) | _LAPSED, not negated
    things = things_of(reading, clause.first, clause.last)
    about = subjects_of(reading, clause.first, clause.last, into) - ({"prepay"} if in_full else NONE)
    separate = "separate" in tags
    return Provision(
        source,
        text,
        acts,
        negated and bool(acts),
        about,
        places_in(things),
        bool(tags & FREE) and not negated and not separate,
        _charging(tags, negated, bool(mentions)),
        bool(words) and words[0].text in _LATER,
        not about and not (in_full and len(find_mentions(text)) > 1),
        frozenset(),
        tuple(m.amount for m in mentions if m.kind == "money"),
        reading.counted(clause.first, clause.last),
    )


def _in_full(mentions: Iterable[Mention]) -> bool:
    """True when all of the price is to be paid: what is fully prepaid is not paid later."""
    return any(m.kind == "percent" and m.amount == _WHOLE for m in mentions)


def _paid_ahead(reading: Reading, clause: Clause) -> bool:
    """True when a prepayment is what a clause speaks of, or what its sentence opened with: "Предоплата: торты 100%"."""
    return "prepay" in reading.over(reading.sentences[clause.sentence].first, clause.last)


def _charging(tags: Concepts, negated: bool, priced: bool) -> bool:
    """True for a sum or share, "отдельно", a surcharge, and for "в цену не входит"."""
    if negated:
        return "included" in tags
    return not tags & FREE and (priced or bool(tags & _CHARGES))


def _of_offer(offer: Offer) -> Iterable[Provision]:
    """The offer as one provision: what its kind grants, with the words of its conditions."""
    reading = read(f"{offer.value or ''} {offer.conditions}")
    last = len(reading.words)
    things = things_of(reading, 0, last)
    acts = acts_in(reading.concepts) | ({_KIND_ACTS[offer.kind]} if offer.kind in _KIND_ACTS else set())
    topics = {"delivery"} if offer.kind is OfferKind.DELIVERY else set()
    free = (
        offer.kind in _KINDS_FREE
        or "free" in reading.concepts
        or (offer.kind is OfferKind.DELIVERY and not offer.value)
    )
    yield Provision(
        f"offer:{offer.id}",
        offer.conditions,
        acts,
        False,
        subjects_of(reading, 0, last) | topics,
        places_in(things),
        free,
        False,
        False,
        False,
        frozenset(),
        (),
        reading.quantities,
        offer.window,
    )


_KINDS_FREE = frozenset({OfferKind.GIFT, OfferKind.FREE_PERIOD, OfferKind.TRIAL})
_KIND_ACTS = {
    OfferKind.WARRANTY: "warranty",
    OfferKind.INSTALLMENT: "instalment",
    OfferKind.TRIAL: "trial",
    OfferKind.CASHBACK: "cashback",
}
