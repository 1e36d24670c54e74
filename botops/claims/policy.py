"""Terms of a price book as rules: offers, their conditions and the free text of policies, read once at load time.

A sentence that was not understood stays as such: it never supports a claim and never refutes one, and
`understood(terms)` lists it so that its owner can mend it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Literal

from botops.claims.barred import Barred, barred_periods
from botops.claims.conditions import Condition, conditions_of
from botops.claims.confined import Confined, confined_in
from botops.claims.goods import described, goods_of
from botops.claims.lexicon import Concepts, OwnWords
from botops.claims.mentions import find_mentions
from botops.claims.names import Hit, NameIndex
from botops.claims.objects import GIVING, all_given, container_hits, numbers_of, things_of
from botops.claims.parts import Part, parts_of
from botops.claims.provisions import Provision, provisions_of
from botops.claims.quantities import LIMIT_WORDS, Quantity, ranged
from botops.claims.reading import Clause, Reading, read
from botops.claims.scope import clause_negated
from botops.claims.words import fold, plain_kazakh, same_root, words
from botops.pricebook.lookup import is_percent
from botops.pricebook.model import Offer, OfferKind, PriceBook, Window

_AKIN = 2
_CONTRARY = frozenset("а но позже иначе ал бірақ әйтпесе otherwise later but afterwards".split())
_CASES = frozenset("при если with if when for егер".split())
_GIVEN = frozenset(GIVING)
KIN = 6
"""Letters that a verb and its noun share at least: "переобуем", "переобувка"."""
_EXCEPT = frozenset("кроме исключением except excluding".split())
_MANY = 200
_MANY_WORDS = 2000
_MONEY_KINDS = frozenset({OfferKind.AMOUNT, OfferKind.DELIVERY, OfferKind.PERCENT, OfferKind.CASHBACK})
_OPEN = Window()
OWN = "own:"
"""What the concepts of a company's own term kinds begin with."""
TOPICS_OF_KIND: Mapping[OfferKind, frozenset[str]] = {
    OfferKind.PERCENT: frozenset({"discount"}),
    OfferKind.AMOUNT: frozenset({"discount"}),
    OfferKind.PROMO_CODE: frozenset({"promo", "discount"}),
    OfferKind.FREE_PERIOD: frozenset({"free", "period"}),
    OfferKind.INSTALLMENT: frozenset({"instalment"}),
    OfferKind.GIFT: frozenset({"gift", "free", "included"}),
    OfferKind.DELIVERY: frozenset({"delivery", "free"}),
    OfferKind.TRIAL: frozenset({"trial", "free"}),
    OfferKind.WARRANTY: frozenset({"warranty"}),
    OfferKind.CASHBACK: frozenset({"cashback"}),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One term of the book. `topics` are what it is about; `denied` marks "не входит", "не возвращается".

    `things` are the stems and concepts of all it names, `given` those of what it gives for nothing. `skus` limits it to
    products, empty means any; `about` are products it names as given or charged, `gifts` those a gift consists of.
    `excluded` and `excluded_skus` are the things and products after "кроме". `counts` are the counted things of the
    sentence. `own` are the company's own term kinds it is about. `source` names where it stands: "offer:ID" or
    "policy:N".
    """

    source: str
    text: str
    topics: Concepts
    denied: bool = False
    percents: tuple[Decimal, ...] = ()
    money: tuple[Decimal, ...] = ()
    counts: tuple[Quantity, ...] = ()
    things: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    about: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    excluded_skus: frozenset[str] = frozenset()
    skus: frozenset[str] = frozenset()
    conditions: tuple[Condition, ...] = ()
    window: Window = _OPEN
    offer: Offer | None = None
    gifts: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    parts: tuple[Part, ...] = ()
    """Its subjects with the value of each, when it has several."""
    currency: str = ""
    """That of the book, which the sums of an offer are in."""

    @property
    def understood(self) -> bool:
        """True when a commercial topic was recognised."""
        return bool(self.topics or self.own)


@dataclass(frozen=True, slots=True)
class RuleReading:
    """How a sentence of the book was understood, fit to show: its subject, polarity, values and conditions."""

    source: str
    text: str
    understood: bool
    subject: str
    polarity: Literal["yes", "no"]
    values: tuple[str, ...]
    conditions: tuple[str, ...]


@dataclass(frozen=True)
class BookTerms:
    """All terms of a book.

    `stacking` is False when the policies forbid adding discounts up, None when they are silent. `policies` are the
    sentences of the policies, folded.
    """

    rules: tuple[Rule, ...]
    stacking: bool | None
    codes: Mapping[str, tuple[Rule, ...]]
    vocabulary: frozenset[str]
    goods: Mapping[str, frozenset[str]]
    named: Mapping[str, frozenset[str]]
    topic_goods: Mapping[str, Concepts]
    vat_included: bool | None
    vat_percent: Decimal | None
    by_topic: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    policies: tuple[str, ...] = ()
    provisions: tuple[Provision, ...] = ()
    confined: tuple[Confined, ...] = ()
    by_start: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The words of the vocabulary by their first letters."""

    def about(self, *topics: str) -> tuple[Rule, ...]:
        """Rules about any of the topics."""
        if len(topics) == 1:
            return self.by_topic.get(topics[0], ())
        found = self._about.get(topics)
        if found is None:
            rules = {id(r): r for t in topics for r in self.by_topic.get(t, ())}
            found = self._about[topics] = tuple(rules.values())
        return found

    @cached_property
    def plain_words(self) -> Mapping[str, str]:
        """Kazakh words of the vocabulary by how they are typed without the letters Russian lacks."""
        words = {plain_kazakh(word): word for word in self.vocabulary if ":" not in word}
        return {plain: word for plain, word in words.items() if plain not in self.vocabulary}

    @cached_property
    def _about(self) -> dict[tuple[str, ...], tuple[Rule, ...]]:
        return {}

    @cached_property
    def naming(self) -> Mapping[Decimal, tuple[Rule, ...]]:
        """Rules by the amounts they name, as a sum or as a threshold."""
        found: dict[Decimal, list[Rule]] = defaultdict(list)
        for rule in self.rules:
            thresholds = (c.value for c in rule.conditions if c.kind == "min_sum")
            for amount in dict.fromkeys((*rule.money, *thresholds)):
                found[amount].append(rule)
        return {amount: tuple(rules) for amount, rules in found.items()}

    @cached_property
    def first_sold(self) -> Mapping[str, str]:
        """The first product of the book that is sold as a topic ("Залог"), by topic."""
        out: dict[str, str] = {}
        for sku, topics in self.topic_goods.items():
            out.update(dict.fromkeys(topics - out.keys(), sku))
        return out

    @cached_property
    def fees(self) -> tuple[Rule, ...]:
        """Policies that name a sum and what it is counted by."""
        return tuple(r for r in self.rules if r.offer is None and r.money and r.counts)

    def akin(self, sku: str, others: frozenset[str]) -> bool:
        """True when a product's names say nearly the same as another's: one thing sold in two ways (rent, purchase).

        A city bike and a mountain bike share "bike" in three languages and are as far apart in as many words.
        """
        own = self.named.get(sku, frozenset())
        if len(others) > _MANY:
            return False
        for other in others:
            theirs = self.named.get(other, frozenset())
            common, apart = len(own & theirs), min(len(own - theirs), len(theirs - own))
            if common >= _AKIN and common > apart and not any(t.startswith("#") for t in own ^ theirs):
                return True
        return False

    def sold_as(self, thing: str) -> frozenset[str]:
        """The products a thing said may be, in any form of its word: "котл" finds "котел"."""
        if len(self.goods) > _MANY_WORDS or ":" in thing:
            return self.goods.get(thing, frozenset())
        return frozenset(s for known, skus in self.goods.items() if same_root(known, thing) for s in skus)

    @cached_property
    def barred(self) -> tuple[Barred, ...]:
        """The days on which policies suspend discounts or codes."""
        return barred_periods(self.about("discount", "promo"))

    @cached_property
    def charging(self) -> tuple[Rule, ...]:
        """Policies that take money for something and give nothing."""
        return tuple(
            r for r in self.rules if r.offer is None and r.money and not r.denied and not r.topics & {*GIVING, "minus"}
        )

    @cached_property
    def offers(self) -> tuple[Rule, ...]:
        """Rules that come from offers."""
        return tuple(r for r in self.rules if r.offer is not None)


def compile_terms(book: PriceBook, names: NameIndex, own: OwnWords | None = None) -> BookTerms:
    """The terms of a book, with the words a company added. Linear in the number of products, offers and sentences."""
    rules = [replace(_offer_rule(o, names, own), currency=book.currency) for o in book.offers]
    for n, text in enumerate(book.policies.text, 1):
        rules += _policy_rules(f"policy:{n}", text, names, own)
    codes: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        if rule.offer is not None and rule.offer.code:
            codes[code_key(rule.offer.code)].append(rule)
    by_topic: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        for topic in rule.topics:
            by_topic[topic].append(rule)
    named, topic_goods = described(book.products, own)
    vocabulary = frozenset(t for things in named.values() for t in things) | frozenset(
        t for r in rules for t in r.things
    )
    by_start: dict[str, list[str]] = defaultdict(list)
    for word in sorted(vocabulary):
        if len(word) >= KIN and ":" not in word:
            by_start[word[:KIN]].append(word)
    return BookTerms(
        tuple(rules),
        _stacking(rules),
        {k: tuple(v) for k, v in codes.items()},
        vocabulary,
        goods_of(named),
        named,
        topic_goods,
        book.policies.vat_included,
        book.policies.vat_percent,
        {k: tuple(v) for k, v in by_topic.items()},
        tuple(fold(text) for text in book.policies.text),
        provisions_of(book, names),
        confined_in(book, names),
        {k: tuple(v) for k, v in by_start.items()},
    )


_LOOKALIKE = str.maketrans("АВЕКМНОРСТУХІавекмнорстухі", "ABEKMHOPCTYXIABEKMHOPCTYXI")


def code_key(code: str) -> str:
    """A promo code as compared: upper case, Cyrillic look-alikes as Latin letters, without separators."""
    return "".join(filter(str.isalnum, code.translate(_LOOKALIKE).upper()))


def _decimal(value: object) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _offer_rule(offer: Offer, names: NameIndex, own: OwnWords | None) -> Rule:
    reading = read(offer.conditions, own=own)
    named = frozenset(s for h in names.find(reading.words) if h.strength > 1 for s in h.skus)
    whole = reading.concepts
    percents, money = _amounts(offer.conditions)
    value = _decimal(offer.value)
    if value is not None and offer.kind in {OfferKind.PERCENT, OfferKind.CASHBACK} and is_percent(offer):
        percents = (value, *percents)
    elif value is not None and offer.kind in _MONEY_KINDS:
        money = (value, *money)
    elif value is not None and offer.kind is OfferKind.PROMO_CODE:
        if value in percents or (value not in money and value <= 100 and not money):
            percents = tuple(dict.fromkeys((value, *percents)))
        else:
            money = tuple(dict.fromkeys((value, *money)))
    things = things_of(reading, 0, len(reading.words))
    given: frozenset[str] = frozenset()
    presented: frozenset[str] = frozenset()
    counts = reading.quantities
    skus = frozenset(offer.applies_to)
    if offer.kind is OfferKind.GIFT:
        thing = read(str(offer.value), own=own)
        presented = frozenset(s for h in names.find(thing.words) if h.strength > 1 for s in h.skus)
        given = things_of(thing, 0, len(thing.words)) | numbers_of(thing, 0, len(thing.words))
        counts += tuple(q for q in thing.quantities if q.ordinal or q.first == 0)
        if skus and skus <= presented:
            skus = named - presented
    left_out = frozenset(s for s in _left_out(reading, names) if s not in offer.applies_to)
    return Rule(
        f"offer:{offer.id}",
        offer.conditions,
        TOPICS_OF_KIND[offer.kind] | frozenset(c for c in whole if ":" not in c and c not in {"minus", "order"}),
        False,
        percents,
        money,
        counts,
        things | given,
        given,
        frozenset(c for c in whole if c.startswith("g:")),
        (named - skus - left_out - frozenset(offer.applies_to)) | presented,
        frozenset(),
        left_out,
        skus,
        conditions_of(reading, percents, money),
        offer.window,
        offer,
        presented,
        _own(whole),
    )


def _left_out(reading: Reading, names: NameIndex) -> Iterable[str]:
    """Products an offer leaves out: those named after "кроме" or in a clause that denies ("яхты не участвуют")."""
    hits = [h for h in names.find(reading.words) if h.strength > 1]
    for clause in reading.clauses:
        span = range(clause.first, clause.last)
        bar = next((i for i in span if reading.words[i].text in _EXCEPT), None)
        denies = any("s:neg" in reading.tags[i] and reading.words[i].text != "без" for i in span)
        start = reading.words[bar].start if bar is not None else clause.start
        for hit in hits if denies or bar is not None else ():
            if start <= hit.start < clause.end:
                yield from hit.skus


def _amounts(text: str) -> tuple[tuple[Decimal, ...], tuple[Decimal, ...]]:
    mentions = find_mentions(text)
    percents = tuple(m.amount for m in mentions if m.kind == "percent")
    return percents, tuple(m.amount for m in mentions if m.kind == "money")


def _policy_rules(source: str, text: str, names: NameIndex, own: OwnWords | None) -> Iterable[Rule]:
    reading = read(text, own=own)
    for sentence in reading.sentences:
        before: Rule | None = None
        for first, last in _statements(reading, sentence.clause_first, sentence.clause_last):
            rule = _statement(source, reading, first, last, names, own)
            if before is not None:
                rule = _going_on(before, rule)
            before = rule
            yield rule


def _going_on(before: Rule, rule: Rule) -> Rule:
    """A statement after another of its sentence: without a topic it goes on about the same, and what it gives without
    naming it is what was spoken of: "замер 3 000 ₸; при заказе от 100 000 ₸ бесплатно"."""
    if not rule.topics:
        return replace(rule, topics=before.topics - set(GIVING), things=rule.things or before.things)
    if rule.topics & set(GIVING) and not rule.given and not rule.denied:
        named = before.given or before.things
        return replace(rule, given=named, things=rule.things | named, about=rule.about | before.about)
    return rule


def _turned(reading: Reading, i: int, first: int, said: Concepts, then: Concepts) -> bool:
    """True before a clause that includes what the clause before denies: "мата кірмейді, түйме мен жіп кіреді"."""
    if i == first or "included" not in said or "included" not in then:
        return False
    return clause_negated(reading, reading.clauses[i]) != clause_negated(reading, reading.clauses[i - 1])


def _turns(said: Concepts, then: Concepts) -> bool:
    """True between what is paid apart and what is given: "ақылы, пианино алғанда тегін"."""
    gives, gave = then & _GIVEN, said & _GIVEN
    return bool(("separate" in said and not gave and gives) or (gave and "separate" in then and not gives))


def _statements(reading: Reading, first: int, last: int) -> Iterable[tuple[Clause, Clause]]:
    """Runs of clauses that say one thing: cut at semicolons, and before "а", "но", "позже", "иначе"."""
    start = first
    for i in range(first + 1, last):
        gap = reading.text[reading.clauses[i - 1].end : reading.clauses[i].start]
        opener = reading.words[reading.clauses[i].first].text
        said = reading.over(reading.clauses[start].first, reading.clauses[i - 1].last)
        then = reading.over(*reading.clauses[i][:2])
        again = opener in _CASES and said & _GIVEN and then & _GIVEN
        if ";" in gap or opener in _CONTRARY or again or _turns(said, then) or _turned(reading, i, first, said, then):
            yield reading.clauses[start], reading.clauses[i - 1]
            start = i
    if start < last:
        yield reading.clauses[start], reading.clauses[last - 1]


def _statement(source: str, reading: Reading, a: Clause, b: Clause, names: NameIndex, own: OwnWords | None) -> Rule:
    text = reading.text[a.start : b.end]
    part = read(text, own=own)
    whole = part.concepts
    percents, money = _amounts(text)
    topics = frozenset(c for c in whole if ":" not in c and c != "minus")
    groups = frozenset(c for c in whole if c.startswith("g:"))
    if percents and groups and not topics:
        topics = frozenset({"discount"})
    separate = "separate" in topics
    if separate:
        topics |= {"included"}
    denied = separate or _denies(part)
    bar = next((w.start for w in part.words if w.text in _EXCEPT), len(text))
    every = [h for h in names.find(part.words) if h.strength > 1]
    hits = [h for h in every if h.start < bar]
    within = container_hits(part, hits)
    beyond = part.word_at(bar)
    return Rule(
        source,
        text.strip(),
        topics,
        denied,
        percents,
        money,
        ranged(part.quantities, text),
        things_of(part, 0, beyond, within),
        _given(part, within),
        groups,
        frozenset(s for h in hits if h not in within for s in h.skus),
        things_of(part, beyond, len(part.words)),
        frozenset(s for h in every if h.start >= bar for s in h.skus),
        frozenset(s for h in within for s in h.skus),
        conditions_of(part, percents, money),
        own=_own(whole),
        parts=parts_of(part, names),
    )


def _denies(part: Reading) -> bool:
    """True when a statement denies. One that gives is denied only where it gives: "не подошло — поменяем бесплатно"."""
    gives = next((i for i in range(len(part.words)) if part.tags[i] & set(GIVING)), None)
    clause = part.clause_at(part.words[gives].start) if gives is not None else None
    span = range(clause.first, clause.last) if clause is not None else range(len(part.words))
    return any(
        "s:neg" in part.tags[i] and part.words[i].text not in {"без", "without"} and not _limits(part, i) for i in span
    )


def _own(concepts: Concepts) -> frozenset[str]:
    return frozenset(c.removeprefix(OWN) for c in concepts if c.startswith(OWN))


def _limits(part: Reading, i: int) -> bool:
    """True for "не больше", "не менее": a limit, not a denial."""
    return i + 1 < len(part.words) and part.words[i + 1].text in LIMIT_WORDS


def _given(part: Reading, within: Sequence[Hit]) -> frozenset[str]:
    at = next((i for i in range(len(part.words)) if part.tags[i] & {*GIVING, "separate"}), None)
    return all_given(part, 0, len(part.words), at, within) if at is not None else frozenset()


_TOGETHER = frozenset(
    "вместе одновременно одна одно наибольшая наибольший выгодная бірге бір combined together one".split()
)


def _stacking(rules: Sequence[Rule]) -> bool | None:
    answer: bool | None = None
    for rule in rules:
        if rule.offer is not None or not rule.topics & {"discount", "promo"}:
            continue
        said = {w.text for w in words(fold(rule.text))}
        if "stack" in rule.topics or said & _TOGETHER:
            answer = (
                not rule.denied and not said & {"одна", "наибольшая", "выгодная", "one"}
                if answer is not False
                else answer
            )
    return answer


def understood(terms: BookTerms) -> list[RuleReading]:
    """How every offer and policy sentence was read, in the order of the book."""
    out = []
    for rule in terms.rules:
        values = [f"{p}%" for p in rule.percents] + [str(m) for m in rule.money]
        values += [f"{q.value} {q.unit}".strip() for q in rule.counts if q.unit]
        out.append(
            RuleReading(
                rule.source,
                rule.text,
                rule.understood,
                ", ".join(sorted(rule.topics | rule.own)),
                "no" if rule.denied else "yes",
                tuple(dict.fromkeys(values)),
                tuple(c.text for c in rule.conditions),
            )
        )
    return out
