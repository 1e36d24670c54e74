"""What a reply says nothing is taken for: "за замер денег не берём", "доплаты за упаковку нет", "nothing to pay"."""

from __future__ import annotations

from dataclasses import replace

from botops.claims.desk import Desk
from botops.claims.givens import DAYS, OBJECT_TOPICS, Given, known_things, pointed_to
from botops.claims.names import Hit
from botops.claims.objects import supposed_end, things_at
from botops.claims.policy import KIN
from botops.claims.reading import Clause, Reading

_PAYING = (
    "плат", "оплат", "оплач", "доплат", "доплач", "денег", "деньг", "ақша", "акша", "төле", "charge", "pay",
    "fee", "cost", "extra",
)  # fmt: skip
_OTHER = frozenset(
    {
        "vat",
        "discount",
        "promo",
        "code",
        "instalment",
        "prepay",
        "deposit",
        "refund",
        "cashback",
        "cancel",
        "free",
        "s:if",
    }
)
_DUES = frozenset("ақы ақысы ақысын ақыны ақыға ақымен".split())
_WITHOUT = frozenset({"без", "without", "no"})
_REACH = 5
_BRIEF = 6


def unpaid_at(desk: Desk, clause: Clause) -> int | None:
    """The place of the word of paying that a clause denies; None when it denies none or names a sum. A word of a
    product's name ("extra till") is no word of paying."""
    reading = desk.reading
    if reading.sentences[clause.sentence].question and not desk.confirms:
        return None
    span = range(max(clause.first, supposed_end(reading, clause.first, clause.last)), clause.last)
    words, tags = reading.words, reading.tags
    named = [(h.start, h.end) for h in desk.names_in(clause.start, clause.end)]
    if reading.over(span.start, span.stop) & _OTHER or any(words[i].text[0].isdecimal() for i in span):
        return None
    for i in span:
        if not (words[i].text.startswith(_PAYING) or words[i].text in _DUES):
            continue
        if any(start <= words[i].start < end for start, end in named):
            continue
        if "s:neg" in tags[i] or words[i - 1].text in _WITHOUT:
            return i
        near = range(max(span.start, i - _REACH), min(span.stop, i + _REACH))
        if any("s:neg" in tags[j] and words[j].text not in _WITHOUT for j in near):
            return i
    return None


def unpaid_things(desk: Desk, clause: Clause) -> Given:
    """What nothing is taken for: the known things and topics of the clause, its condition left out, and products it
    names; when it only points ("за это денег не берём"), what stands before it in its sentence or is asked about."""
    reading = desk.reading
    first = supposed_end(reading, clause.first, clause.last)
    things: set[str] = set()
    for i in range(first, clause.last):
        if not (reading.words[i].text.startswith(_PAYING) or (i and "s:neg" in reading.tags[i - 1])):
            things |= things_at(reading, i)
    known = frozenset(t for t in known_things(desk, desk.rooted(frozenset(things))) if not t.startswith("t:@"))
    start = reading.words[first].start if first < clause.last else clause.end
    skus = frozenset(s for h in desk.names_in(start, clause.end) if not _paying(reading, h) for s in h.skus)
    topics = desk.tags(clause) & OBJECT_TOPICS
    if "delivery" in topics and "t:pickup" in reading.over(clause.first, clause.last):
        return Given(frozenset(), frozenset(), ())
    if known or skus or topics or clause.last - first > _BRIEF or desk.tags(clause) & DAYS:
        return Given(known, topics, (), skus)
    behind = pointed_to(desk, clause)
    return replace(behind, things=known_things(desk, desk.rooted(behind.things)), counts=())


def _paying(reading: Reading, hit: Hit) -> bool:
    """True for a word of paying taken for a name: "платите" for a board ("плата")."""
    named = reading.words[reading.word_at(hit.start) : reading.word_at(hit.end)]
    return all(w.text.startswith(_PAYING) for w in named)


def kindred(desk: Desk, things: frozenset[str]) -> frozenset[str]:
    """Things with those of the book added that they are verbs of: "измерим" for "измерение"."""
    by_start = desk.terms.by_start
    near = (k for t in things for k in by_start.get(t[:KIN], ()) if k.startswith(t) and len(k) - len(t) <= KIN // 2)
    return things.union(near)
