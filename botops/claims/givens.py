"""What a clause gives: the thing, its topics and counts, found in the clause, before it or in the client's question."""

from __future__ import annotations

from dataclasses import dataclass, replace

from botops.claims.desk import Desk
from botops.claims.lexicon import NONE, Concepts
from botops.claims.names import Hit
from botops.claims.objects import (
    container_hits,
    hangs,
    nearest,
    numbers_of,
    oblique,
    supposed_end,
    things_at,
    things_of,
)
from botops.claims.quantities import Quantity
from botops.claims.reading import Clause, Reading
from botops.claims.scope import clause_negated

OBJECT_TOPICS = frozenset(
    {"delivery", "trial", "warranty", "cancel", "freeze", "deposit", "cashback", "refund", "prepay"}
)
DAYS = frozenset({"g:weekday", "g:weekend", "g:holiday"})
_PRONOUNS = frozenset("он она оно они это ол олар it they".split())
_EMPTY_WORDS = frozenset(
    "да нет уже так тут там при для вам нам вас нас все всё тоже это ещё еще как раз оно она они ол он де "
    "біз сіз сол осы бұл үшін the you for and are all its is we it our your this that too also".split()
)
_ACCUSATIVE, _DOING = ("ны", "ні", "ды", "ді", "ты", "ті"), ("у", "ю")
_OWNED = ("ы", "і", "ын", "ін", "ына", "іне", "ының", "інің")
_VERBAL = ("ed", "ing", "ly", "ды", "ді", "ты", "ті", "мын", "мін", "ады", "еді", "йды", "йді", "s")
_SHORT = 3


@dataclass(frozen=True, slots=True)
class Given:
    """What a clause gives: its nearest things, its topics, its counted things ("пятая ночь", "2 месяца")."""

    things: frozenset[str]
    topics: Concepts
    counts: tuple[Quantity, ...]
    skus: frozenset[str] = frozenset()
    days: Concepts = NONE
    """Kinds of days named in the clause: "воскресенье бесплатно"."""


def given_by(desk: Desk, clause: Clause, at: int) -> Given:
    """What is given: the nearest thing before the word that gives, else after it, else in the clauses before, else in
    the question. Words of a condition ("при договоре", "от 5 штук") are no things; "он бесплатный" points back."""
    reading = desk.reading
    counts = reading.counted(clause.first, clause.last)
    topics = desk.tags(clause) & OBJECT_TOPICS
    skus = _products(desk, clause)
    near = _nearest(desk, clause, at) | (numbers_of(reading, clause.first, clause.last) & desk.terms.vocabulary)
    if any(reading.words[i].text in _PRONOUNS for i in range(clause.first, at)) and not topics:
        behind = _antecedent(desk, clause, counts, True)
        if behind is not None:
            return behind
    days = desk.tags(clause) & DAYS
    if near and not (known_things(desk, near) or topics or skus) and _agrees(desk):
        asked = pointed_to(desk, clause)
        if asked.things or asked.topics:
            return replace(asked, counts=counts)
    if near or topics or days or _counted(desk, at, counts) or _unnamed(desk, clause, at):
        return Given(near, topics, counts, skus, days)
    behind = pointed_to(desk, clause)
    return replace(behind, counts=counts, skus=behind.skus or skus)


def _agrees(desk: Desk) -> bool:
    """True for a yes to a question whether something is given: "бесплатный монтаж?" — "Да, поставим бесплатно"."""
    opens = desk.reading.tags[0] if desk.reading.tags else NONE
    return "s:yes" in opens and bool(desk.topics_question & {"gift", "free", "included"})


def pointed_to(desk: Desk, clause: Clause) -> Given:
    """What a clause that names nothing is about: what stands before it in its sentence, else what was asked about."""
    behind = _antecedent(desk, clause, (), False)
    if behind is not None:
        return behind
    if desk.question is None or desk.confirms:
        return Given(frozenset(), NONE, ())
    asked = known_things(desk, desk.rooted(_asked_about(desk.question)))
    topics = desk.topics_question & OBJECT_TOPICS
    return Given(asked, topics, (), frozenset() if topics else products_asked(desk))


def products_asked(desk: Desk) -> frozenset[str]:
    """The one product a question is about, as its last clause names it: "шам тегін бе", "сүзгі кіре ме"."""
    question, message = desk.question, desk.ctx.question
    if question is None or message is None or not question.clauses:
        return frozenset()
    last = question.clauses[-1]
    hits = message.hits_in(last.start, last.end)
    strong = [h for h in hits if h.strength > 1] or list(hits)
    into = container_hits(question, strong)
    left = {h.skus for h in strong if h not in into}
    return frozenset(left.pop()) if len(left) == 1 else frozenset()


def _asked_about(question: Reading) -> frozenset[str]:
    """What a question is about: not what stands after a preposition ("переезд в другой бокс", "with the guitar") or in
    a Kazakh dative or locative, unless nothing else is named."""
    heads: set[str] = set()
    for clause in question.clauses:
        for i in range(clause.first, clause.last):
            if not (hangs(question, i, clause.first) or oblique(question, i)):
                heads |= things_at(question, i)
    return frozenset(heads) or things_of(question, 0, len(question.words))


def known_things(desk: Desk, things: frozenset[str]) -> frozenset[str]:
    """Those of the things that the lexicon or the book knows."""
    return frozenset(t for t in things if t.startswith("t:") or t in desk.terms.vocabulary)


def _products(desk: Desk, clause: Clause) -> frozenset[str]:
    """Products a clause names, without those something is put into and those of its condition."""
    bar = supposed_end(desk.reading, clause.first, clause.last)
    start = desk.reading.words[bar].start if clause.first < bar < clause.last else clause.start
    hits = [h for h in desk.names_in(start, clause.end) if not modifies(desk, h)]
    heads = [h for h in hits if not hangs(desk.reading, desk.reading.word_at(h.start), clause.first)]
    return frozenset(s for h in heads or hits for s in h.skus) - desk.containers(clause)


def _object_of(name: str, action: str) -> bool:
    """True for a Kazakh object and what is done to it: "фотоаймақты құру", "пианиноны көтеру"."""
    return name.endswith(_ACCUSATIVE) and action.endswith(_DOING)


def modifies(desk: Desk, hit: Hit) -> bool:
    """True for a name that only tells of what kind the next word is: "костюм қабы", or "suit cover" where a gift goes
    with the suit; a "parking space" is the parking."""
    reading = desk.reading
    i = reading.word_at(hit.end)
    words = reading.words
    if i >= len(words) or reading.text[hit.end : words[i].start] != " ":
        return False
    beside = desk.rooted(things_at(reading, i))
    if not beside or words[i].text.endswith(_VERBAL):
        return False
    owned = reading.kazakh and (words[i].text.endswith(_OWNED) or _object_of(words[i - 1].text, words[i].text))
    english = words[i - 1].text.isascii() and words[i].text.isascii()
    if not owned and not (english and any(r.skus & set(hit.skus) for r in desk.in_force(desk.terms.about("gift")))):
        return False
    return not any(beside & desk.terms.named.get(sku, frozenset()) for sku in hit.skus)


def _counted(desk: Desk, at: int, counts: tuple[Quantity, ...]) -> bool:
    if "included" in desk.reading.tags[at]:
        return any(not q.ordinal and (q.unit or q.value > 1) for q in counts)
    return any(q.ordinal or q.unit for q in counts if q.bound is None)


def _unnamed(desk: Desk, clause: Clause, at: int) -> bool:
    """True when a short word stands for the thing right before the word that gives ("зал внутри")."""
    if at == clause.first:
        return False
    word, tags = desk.reading.words[at - 1].text, desk.reading.tags[at - 1]
    return len(word) == _SHORT and word.isalpha() and not tags and word not in _EMPTY_WORDS


def _antecedent(desk: Desk, clause: Clause, counts: tuple[Quantity, ...], pointed: bool) -> Given | None:
    """What the nearest clause before in the sentence names; all of it when a pronoun has `pointed` there."""
    reading = desk.reading
    sentence = reading.sentences[clause.sentence]
    index = next(i for i in range(sentence.clause_first, sentence.clause_last) if reading.clauses[i] is clause)
    for i in range(index - 1, sentence.clause_first - 1, -1):
        part = reading.clauses[i]
        if clause_negated(reading, part):
            continue
        near, topics = _nearest(desk, part, part.last), desk.tags(part) & OBJECT_TOPICS
        near = near or (things_of(reading, part.first, part.last) if pointed else near)
        if near or topics:
            return Given(near, topics, counts, _products(desk, part))
    return None


def _nearest(desk: Desk, clause: Clause, at: int) -> frozenset[str]:
    hits = desk.names_in(clause.start, clause.end)
    within = container_hits(desk.reading, hits)
    return nearest(desk.reading, clause.first, clause.last, at, within, desk.terms.vocabulary)
