"""What policies refuse, charge for or bind to a place, and a reply grants, gives for nothing or stretches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from botops.claims.desk import Desk
from botops.claims.explain_terms import Problem, term_finding
from botops.claims.lexicon import NONE, Concepts
from botops.claims.objects import things_of
from botops.claims.provisions import FREE, Provision, acts_in, places_in, subjects_of
from botops.claims.reading import Clause, Reading
from botops.domain.findings import Finding, FindingKind

_EVEN = frozenset("даже тіпті even хоть хотя".split())
_THOUGH = ("са", "се")
_STILL = frozenset("да де".split())
_AFTER = frozenset("через потом позже позднее после кейін соң later after".split())
_ANYWAY = frozenset("равно anyway regardless бәрібір барибир".split())
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_EXCEPT = frozenset("кроме исключая except excluding басқа".split())
_REST = ("остат", "оставш", "остал", "қалған", "калган", "rest", "remain", "balance", "втор", "second")
"""What is paid after a prepayment."""
_PAY = ("оплат", "оплач", "плат", "плач", "төле", "толе", "pay", "paid")
_TAKE = ("возьм", "бер", "взима", "плат", "плач", "ал", "төле", "charg", "pay", "cost")
_MONEY = ("денег", "деньги", "плат", "доплат", "ақша", "ақы", "акша", "акы", "fee", "charge", "extra")
_NOT_OURS = frozenset({"vat", "discount", "promo", "code"})
_ASKED_APART = frozenset({"separate", "surcharge", "included"})
_GRATIS = FREE | {"s:neg"}
_IN_TOWN = frozenset({"t:@city"})


def refusal_claims(desk: Desk) -> Iterator[Finding]:
    """Acts the policies refuse and the reply grants: "вскрытые принимаем", "остаток перейдёт"."""
    reading = desk.reading
    refused = [p for p in desk.provisions if p.refused] if _may_act(desk) else []
    for clause in reading.clauses if refused else ():
        said = _acts_said(desk, clause)
        against = [p for p in refused if p.acts & said]
        if not against or not _granted(desk, clause, said):
            continue
        granting = [p for p in desk.provisions if not p.refused and p.acts & said]
        broken = _broken(desk, clause, said, against, granting)
        if broken is not None:
            yield _finding(desk, clause, Problem("denied", _topic(broken.acts & said), broken.text, broken.source))


def _may_act(desk: Desk) -> bool:
    """True when the text has a word of an act, or of paying, or may answer a question about one."""
    said = desk.reading.concepts
    asked = desk.question.concepts if desk.question is not None else NONE
    return "s:pay" in said or bool(acts_in(said) or acts_in(asked))


def _acts_said(desk: Desk, clause: Clause) -> Concepts:
    """The acts of a clause; those of the question when a short answer names no topic of its own."""
    tags = desk.tags(clause)
    said = acts_in(tags)
    words = desk.reading.words[clause.first : clause.last]
    paid_later = any(w.text.startswith(_PAY) for w in words) and any(w.text in _AFTER for w in words)
    if paid_later and not any(w.text.startswith(_REST) for w in words):
        said |= {"a:defer"}
    if said or desk.question is None or clause.sentence or any(":" not in t for t in tags):
        return said
    if clause.last - clause.first == 1 or desk.mentions_in(clause.start, clause.end):
        return NONE
    return acts_in(desk.question.concepts)


def _granted(desk: Desk, clause: Clause, said: Concepts) -> bool:
    """True when the acts of a clause are asserted: not denied, asked, put off or only a condition."""
    reading = desk.reading
    if desk.tags(clause) & {"s:if", "s:neg"} or reading.words[clause.first].text in _EXCEPT:
        return False
    at = next((i for i in range(clause.first, clause.last) if reading.tags[i] & said), clause.first)
    return desk.claimed(reading.words[at].start, reading.words[at].end)


def _broken(
    desk: Desk, clause: Clause, said: Concepts, against: Sequence[Provision], granting: Sequence[Provision]
) -> Provision | None:
    """The refusal a clause breaks: told apart by what only it speaks of from the provisions that grant the same."""
    things = _subjects(desk, clause, said)
    even = _concession(desk, clause)
    allowed = frozenset(t for g in granting for t in g.about)
    for p in against:
        if even and (p.later or p.about & things or not granting):
            return p
        if p.later or any((g.about - p.about) & things for g in granting):
            continue
        if (p.about - allowed) & things or (p.bare and not granting):
            return p
    if granting or _names_goods(desk, things):
        return None
    spoken = desk.things_lately.union(*(desk.terms.named.get(s, ()) for s in desk.skus_named))
    return next((p for p in against if not p.later and p.about & spoken), None)


def _subjects(desk: Desk, clause: Clause, said: Concepts) -> frozenset[str]:
    """What a clause speaks of, with the subject of the question it answers."""
    reading = desk.reading
    things = desk.rooted(subjects_of(reading, clause.first, clause.last))
    question = desk.question
    if question is not None and not desk.confirms and acts_in(question.concepts) & said:
        things |= subjects_of(question, 0, len(question.words))
    return things


def _names_goods(desk: Desk, things: Iterable[str]) -> bool:
    return any(t in desk.terms.goods for t in things)


def _concession(desk: Desk, clause: Clause) -> bool:
    """True for "даже если", "even after", "басталса да": said to hold against what would forbid it."""
    sentence = desk.reading.sentences[clause.sentence]
    words = desk.reading.words[sentence.first : sentence.last]
    for i, word in enumerate(words):
        if word.text in _EVEN:
            return True
        if word.text in _STILL and i and words[i - 1].text.endswith(_THOUGH) and desk.reading.kazakh:
            return True
    return False


def late_claims(desk: Desk) -> Iterator[Finding]:
    """What the policies do within a time, promised after it all the same: "и через месяц зачтём" of fourteen days."""
    reading = desk.reading
    for clause in reading.clauses:
        said = acts_in(desk.tags(clause))
        if not said or not _all_the_same(desk, clause) or "s:neg" in desk.tags(clause):
            continue
        at = next(i for i in range(clause.first, clause.last) if reading.tags[i] & said)
        if not desk.claimed(reading.words[at].start, reading.words[at].end):
            continue
        sentence = reading.sentences[clause.sentence]
        after = _longest(reading, sentence.first, sentence.last)
        if after is None and desk.question is not None:
            after = _longest(desk.question, 0, len(desk.question.words))
        if after is None:
            continue
        for p in desk.provisions:
            within = [q.value * _DAYS[q.unit] for q in p.counts if q.unit in _DAYS and not q.ordinal]
            if p.acts & said and not p.refused and len(within) == 1 and after > within[0]:
                yield _finding(desk, clause, Problem("condition", _topic(p.acts & said), p.text, p.source))
                break


def _all_the_same(desk: Desk, clause: Clause) -> bool:
    """True for a concession, and for "всё равно", "anyway", "бәрібір"."""
    sentence = desk.reading.sentences[clause.sentence]
    words = desk.reading.words[sentence.first : sentence.last]
    return _concession(desk, clause) or any(w.text in _ANYWAY for w in words)


def _longest(reading: Reading, first: int, last: int) -> int | None:
    """The longest time the words `first:last` name, in days; a unit without a number is one of it."""
    counted = [q for q in reading.counted(first, last) if q.unit in _DAYS and not q.ordinal]
    if counted:
        return max(int(q.value * _DAYS[q.unit]) for q in counted)
    units = [c[2:] for c in reading.over(first, last) if c.startswith("u:")]
    return max((_DAYS[u] for u in units if u in _DAYS), default=None)


def charge_claims(desk: Desk) -> Iterator[Finding]:
    """Things the policies charge for, said to cost nothing: "замер бесплатный", "за мойку не берём"."""
    reading = desk.reading
    charged = [p for p in desk.provisions if p.charged] if reading.concepts & _GRATIS else []
    for clause in reading.clauses if charged else ():
        tags = desk.tags(clause)
        if (
            not tags & _GRATIS
            or tags & _NOT_OURS
            or "s:if" in tags
            or (reading.sentences[clause.sentence].question and not desk.confirms)
        ):
            continue
        if any(m.kind == "money" for m in desk.mentions_in(clause.start, clause.end)) or not _for_nothing(desk, clause):
            continue
        things = desk.rooted(subjects_of(reading, clause.first, clause.last))
        skus = desk.skus_in(clause) - desk.containers(clause)
        if any(p.free and (p.about & things or p.skus & skus) for p in desk.provisions):
            continue
        broken = next((p for p in charged if p.about & things or p.skus & skus), None)
        if broken is not None:
            yield _finding(desk, clause, Problem("waived", "surcharge", broken.text, broken.source))


def _for_nothing(desk: Desk, clause: Clause) -> bool:
    """True when a clause gives something for nothing: by a word that does, or by denying that money is taken."""
    reading = desk.reading
    tags = desk.tags(clause)
    if "s:neg" in tags:
        words = [w.text for w in reading.words[clause.first : clause.last]]
        named = any(w.startswith(_MONEY) for w in words) and not tags & FREE
        bare = words[-1] in {"нет", "жоқ"} or any(w.startswith(_TAKE) for w in words)
        return named and bare and not any(w[0].isdecimal() for w in words)
    if not tags & FREE:
        return False
    at = next(i for i in range(clause.first, clause.last) if reading.tags[i] & FREE)
    return desk.claimed(reading.words[at].start, reading.words[at].end)


def place_claims(desk: Desk) -> Iterator[Finding]:
    """Free deliveries, visits and inclusions said for another place than the one the book gives them in."""
    reading = desk.reading
    bound = [p for p in desk.provisions if p.free and p.places] if reading.concepts & FREE else []
    for clause in reading.clauses if bound else ():
        tags = desk.tags(clause)
        if "s:if" in tags or "s:neg" in tags or not tags & FREE or not _for_nothing(desk, clause):
            continue
        about = desk.rooted(subjects_of(reading, clause.first, clause.last))
        where = places_in(things_of(reading, clause.first, clause.last))
        question = desk.question
        if question is not None and not desk.confirms:
            about |= subjects_of(question, 0, len(question.words))
            where = where or places_in(things_of(question, 0, len(question.words)))
        near = [p for p in desk.provisions if p.free and p.about & about]
        if not where or where <= _IN_TOWN or not near or any(_reaches(p, where) for p in near):
            continue
        yield _finding(desk, clause, Problem("product", "delivery", near[0].text, near[0].source))


def _reaches(provision: Provision, where: frozenset[str]) -> bool:
    """True when a provision may hold at a place: it names none, the same, or only "the city" of a town unknown."""
    places = provision.places
    return not places or bool(places & where) or (places == _IN_TOWN and "t:@outside" not in where)


def apart_claims(desk: Desk) -> Iterator[Finding]:
    """Things the policies include, said to be paid apart: "балансировка отдельно" where it is part of the service."""
    reading = desk.reading
    asked = "separate" in reading.concepts and (desk.confirms or desk.topics_question & _ASKED_APART)
    included = [p for p in desk.provisions if p.free] if asked else []
    opening = reading.tags[0] if reading.tags else NONE
    for clause in reading.clauses if included else ():
        tags = desk.tags(clause)
        if (
            "separate" not in tags
            or tags & {"vat", "s:if", "s:neg"}
            or (desk.skus_in(clause) and "s:yes" not in tags | opening)
        ):
            continue
        at = next(i for i in range(clause.first, clause.last) if "separate" in reading.tags[i])
        if not desk.claimed(reading.words[at].start, reading.words[at].end):
            continue
        things = desk.rooted(things_of(reading, clause.first, clause.last))
        if not things or any(p.charged and p.about & things for p in desk.provisions):
            continue
        broken = next((p for p in included if p.source.startswith("policy") and p.about & things), None)
        if broken is not None:
            yield _finding(desk, clause, Problem("denied", "included", broken.text, broken.source))


def _finding(desk: Desk, clause: Clause, problem: Problem) -> Finding:
    """A finding about a clause without the yes it opens with."""
    reading = desk.reading
    first = clause.first
    while first < clause.last - 1 and reading.tags[first] & {"s:yes"}:
        first += 1
    start, end = reading.words[first].start, reading.words[clause.last - 1].end
    return term_finding(desk.ctx.turn, FindingKind.TERMS, reading.text, start, end, problem)


@lru_cache(maxsize=256)
def _topic(acts: Concepts) -> str:
    return next((a for a in sorted(acts) if ":" not in a), "")
