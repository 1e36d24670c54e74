"""A reply laid out for reading its terms: what it says clause by clause, beside the book's rules and what is known."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from botops.claims.conditions import CUSTOMER_GROUPS, Condition, Known, Met, counted_enough, evaluate, noun_of
from botops.claims.context import ParsedMessage, ReplyContext
from botops.claims.dates import Dated
from botops.claims.extent import elsewhere, hinted, priced_lately, provided
from botops.claims.known import known_from
from botops.claims.lazy import cached_property
from botops.claims.lexicon import Concepts
from botops.claims.mention import Mention
from botops.claims.names import Hit
from botops.claims.objects import container_hits, things_of
from botops.claims.occasions import off_days, off_hours
from botops.claims.policy import BookTerms, Rule, code_key
from botops.claims.provisions import Provision
from botops.claims.quantities import Quantity, numeral
from botops.claims.reading import Clause, Reading
from botops.claims.scope import Scope, Status, scope_of
from botops.claims.trail import Basis, Trail
from botops.claims.words import kazakh_root
from botops.domain.findings import FindingKind
from botops.pricebook.model import OfferKind

_PRONOUNS = frozenset("него нее них ней нему ним этот эту это этому оған онда бұған соған it that this them".split())
_OF_CHILDREN = frozenset({"g:secondchild", "g:pupil", "g:school", "g:largefamily"})
_TIMED = frozenset({"first_period", "days", "hours"})
_TO_CLIENT = frozenset("вам вас тебе тебя сізге сізде саған сизге you your".split())


@dataclass(frozen=True)
class Desk:
    """Everything the checks of terms look at.

    `text` is what is read as asserted: the reply, or the client's question when a bare "Да" confirms it; then
    `confirms` is True and the scope of a question does not excuse. `trail` takes what is borne out, when that is asked.
    """

    ctx: ReplyContext
    terms: BookTerms
    reading: Reading
    mentions: Sequence[Mention]
    message: ParsedMessage
    confirms: bool = False
    trail: Trail | None = None

    @classmethod
    def of(cls, ctx: ReplyContext, terms: BookTerms) -> Desk:
        """The desk of the reply; one for all that ask."""
        desk = ctx.kept.get("desk")
        if not isinstance(desk, cls) or desk.terms is not terms:
            desk = ctx.kept["desk"] = cls(ctx, terms, ctx.reply.reading, ctx.reply.mentions, ctx.reply)
        return desk

    def rests_on(self, basis: Rule | Basis) -> None:
        """Notes what bears out the claim being judged, when claims are to be explained."""
        if self.trail is not None:
            self.trail.rests_on(basis)

    def stands(self, kind: FindingKind, subject: str, start: int, end: int) -> None:
        """Notes that the claim being judged passed, when claims are to be explained."""
        if self.trail is not None:
            self.trail.stands(kind, subject, start, end)

    def confirming(self, question: ParsedMessage) -> Desk:
        """The desk of a question that the reply merely confirms."""
        return replace(self, reading=question.reading, mentions=question.mentions, message=question, confirms=True)

    @cached_property
    def question(self) -> Reading | None:
        """The client's last message, read."""
        return self.ctx.question.reading if self.ctx.question is not None else None

    @cached_property
    def known(self) -> Known:
        """What the dialogue shows so far."""
        return known_from(self.ctx)

    @property
    def day(self) -> date:
        """The day on which terms must be in force."""
        return self.ctx.day

    def scope(self, start: int, end: int) -> Scope:
        """The scope of a span; a confirmed question is asserted."""
        scope = scope_of(self.reading, start, end)
        if self.confirms and scope.status in {Status.QUESTION, Status.ECHO, Status.DEFERRED}:
            return replace(scope, status=Status.ASSERTED)
        return scope

    def claimed(self, start: int, end: int) -> bool:
        """True when a span is a claim about today."""
        scope = self.scope(start, end)
        return scope.asserted and not scope.hypothetical and scope.tense != "past"

    def is_attribute(self, mention: Mention) -> bool:
        """True when a percent is a value of a variant's attribute ("80%" of a keyboard's size)."""
        return any(f.start < mention.end and mention.start < f.end for f in self.message.features)

    @cached_property
    def _mention_starts(self) -> list[int]:
        return [m.start for m in self.mentions]

    def mentions_in(self, start: int, end: int) -> Sequence[Mention]:
        """Money and percents that begin in a span."""
        return self.mentions[bisect_left(self._mention_starts, start) : bisect_left(self._mention_starts, end)]

    def dates_in(self, start: int, end: int) -> Sequence[Dated]:
        """Dates that begin in a span."""
        starts = self._date_starts
        return self.message.dates[bisect_left(starts, start) : bisect_left(starts, end)]

    @cached_property
    def _date_starts(self) -> list[int]:
        return [d.start for d in self.message.dates]

    def is_mention(self, position: int) -> bool:
        """True when an offset lies inside money or a percent."""
        i = bisect_right(self._mention_starts, position) - 1
        return i >= 0 and position < self.mentions[i].end

    def tags(self, clause: Clause) -> Concepts:
        """The concepts of a clause."""
        return self.reading.over(clause.first, clause.last)

    def sentence_tags(self, clause: Clause) -> Concepts:
        """The concepts of the sentence around a clause."""
        sentence = self.reading.sentences[clause.sentence]
        return self.reading.over(sentence.first, sentence.last)

    def things(self, clause: Clause) -> frozenset[str]:
        """What a clause names."""
        return self.rooted(things_of(self.reading, clause.first, clause.last))

    def rooted(self, things: frozenset[str]) -> frozenset[str]:
        """Things with those words of the book added that they are Kazakh forms of ("франшизасы"), typed with or without
        the letters Russian lacks ("кап" is "қап")."""
        known, plain = self.terms.vocabulary, self.terms.plain_words
        if not self.reading.kazakh:
            return things
        unknown = [t for t in things if ":" not in t and t not in known]
        roots = (plain.get(t, "") or kazakh_root(t, known) for t in unknown)
        return things | frozenset(r for r in roots if r)

    def skus_in(self, clause: Clause) -> frozenset[str]:
        """Products a clause names in full."""
        return self._skus(clause.start, clause.end)

    def names_in(self, start: int, end: int) -> list[Hit]:
        """Products named in full in a span. A word of commerce read as a product of another topic is none."""
        first, last = bisect_left(self._name_starts, start), bisect_left(self._name_starts, end)
        return [h for h in self._names[first:last] if h.end <= end]

    @cached_property
    def _names(self) -> list[Hit]:
        return [h for h in self.message.hits if h.strength > 1 and not self._misread(h)]

    @cached_property
    def _name_starts(self) -> list[int]:
        return [h.start for h in self._names]

    def _misread(self, hit: Hit) -> bool:
        first, last = self.reading.word_at(hit.start), self.reading.word_at(hit.end)
        if last - first == 1 and numeral(self.reading.words[first].text) is not None:
            return True
        topics = frozenset(c for c in self.reading.over(first, last) if ":" not in c)
        known = frozenset(t for s in hit.skus for t in self.terms.topic_goods.get(s, ()))
        return last - first == 1 and bool(topics) and not topics & known

    def _skus(self, start: int, end: int) -> frozenset[str]:
        return frozenset(s for h in self.names_in(start, end) for s in h.skus)

    def containers(self, clause: Clause) -> frozenset[str]:
        """Products of a clause that something is given to or included in: "в Стандарт", "к Pro", "Camry-ге"."""
        hits = self.names_in(clause.start, clause.end)
        return frozenset(s for h in container_hits(self.reading, hits) for s in h.skus)

    def _onto(self, clause: Clause) -> frozenset[str]:
        """The containers of a clause that do not belong to its condition."""
        hits = container_hits(self.reading, self.names_in(clause.start, clause.end))
        return frozenset(s for h in hits if not self._conditional(clause, h) for s in h.skus)

    def _conditional(self, clause: Clause, hit: Hit) -> bool:
        """True for a name in the condition of its clause: after "при", "если", "when" that follow other words."""
        first = self.reading.word_at(hit.start)
        return any("s:if" in self.reading.tags[i] for i in range(clause.first + 1, first))

    def skus_near(self, clause: Clause) -> frozenset[str]:
        """Products a clause is about: those it names, or those its pronoun points back to in its sentence."""
        return self.skus_in(clause) or self._back(clause)

    def _back(self, clause: Clause) -> frozenset[str]:
        """The products a pronoun of a clause points back to."""
        if not any(w.text in _PRONOUNS for w in self.reading.words[clause.first : clause.last]):
            return frozenset()
        sentence = self.reading.sentences[clause.sentence]
        before = self.names_in(0, clause.start)
        inside = [h for h in before if h.start >= sentence.start] or before
        return frozenset(inside[-1].skus) if inside else frozenset()

    def _led(self, clause: Clause) -> frozenset[str]:
        """Products named before a clause in its sentence; a semicolon starts a new item."""
        sentence = self.reading.sentences[clause.sentence]
        cut = self.reading.text.rfind(";", sentence.start, clause.start)
        return self._skus(max(sentence.start, cut), clause.start)

    def _followed(self, clause: Clause) -> frozenset[str]:
        """Products named after a clause that names none, up to the end of its item: "3 месяца бесплатно: ОФД"."""
        sentence = self.reading.sentences[clause.sentence]
        cut = self.reading.text.find(";", clause.end, sentence.end)
        own = self.reading.counted(self.reading.word_at(clause.end), sentence.last)
        if own and self.reading.counted(clause.first, clause.last) and not self._introduces(clause):
            return frozenset()
        return self._skus(clause.end, sentence.end if cut < 0 else cut)

    def _introduces(self, clause: Clause) -> bool:
        """True for a clause that a colon or a dash follows: what comes then is what it is about."""
        return any(c in ":—–" for c in self.reading.text[clause.end - 1 : clause.end + 2])

    @cached_property
    def skus_asked(self) -> frozenset[str]:
        """Products named in the client's last message."""
        question = self.ctx.question
        return frozenset(s for h in question.hits if h.strength > 1 for s in h.skus) if question else frozenset()

    @cached_property
    def skus_at_hand(self) -> frozenset[str]:
        """Products the text and the client's last message name, or hint at by a word of their name."""
        asked = self.ctx.question.hits if self.ctx.question is not None else ()
        things = things_of(self.reading, 0, len(self.reading.words), self._names)
        if self.question is not None:
            strong = [h for h in asked if h.strength > 1]
            things |= things_of(self.question, 0, len(self.question.words), strong)
        hinted = frozenset(s for t in things for s in self.terms.goods.get(t, ()))
        return hinted.union(*(h.skus for h in (*self.message.hits, *asked)))

    def pointed_back(self, clause: Clause) -> bool:
        """True when a pronoun of a clause points back."""
        return bool(self._back(clause))

    @cached_property
    def skus_named(self) -> frozenset[str]:
        """Every product named in full in the dialogue so far."""
        return frozenset(
            s for m in self.ctx.messages if m.role != "tool" for h in m.hits if h.strength > 1 for s in h.skus
        )

    @cached_property
    def skus_spoken(self) -> frozenset[str]:
        """The same with products only hinted at by a word of their name."""
        return frozenset(s for m in self.ctx.messages if m.role != "tool" for h in m.hits for s in h.skus)

    def applies(self, rule: Rule, clause: Clause, given: frozenset[str] = frozenset()) -> bool:
        """True when a rule may hold for what a clause is about: products of the clause decide, else any spoken of now.

        `given` are products that are themselves given away; they do not tell to what.
        """
        if not rule.skus:
            return True
        if rule.offer is not None:
            given |= rule.about
        own = (self._onto(clause) or self.skus_near(clause)) - given - provided(self, clause)
        if own:
            return bool(own & rule.skus)
        after = self._followed(clause) - given
        if after & rule.skus:
            return True
        about = (self._back(clause) | self._led(clause) | self.skus_asked) - given or after
        if about & rule.skus or hinted(self, rule, clause):
            return True
        if about:
            return any(self.terms.akin(s, rule.skus) for s in about) or bool(self.priced & rule.skus)
        if self.priced & rule.skus:
            return True
        if self.priced and elsewhere(self, rule, clause):
            return False
        return not (self.skus_named - given) or bool(self.skus_spoken & rule.skus)

    @cached_property
    def priced(self) -> frozenset[str]:
        """Products whose prices were lately named."""
        return priced_lately(self.ctx)

    def excepted(self, rule: Rule, clause: Clause) -> bool:
        """True when a clause, or the question a clause without a product answers, is about what a rule leaves out."""
        if not rule.excluded and not rule.excluded_skus:
            return False
        named = self.skus_in(clause)
        if named:
            return bool(named & rule.excluded_skus)
        return bool(self.things(clause) & (rule.excluded - rule.things))

    def restated(self, percent: Decimal, clause: Clause) -> Rule | None:
        """The rule in force a percent restates: of all rules with percents none has more in common with what is said.

        "За день просрочки 0,5 % договора" restates the rule on delays, whatever else is spoken of.
        """
        topics = frozenset(c for c in self.tags(clause) if ":" not in c)
        rules = [r for r in self.in_force(self.terms.rules) if r.percents]
        common = [self._in_common(r, clause) for r in rules]
        most = max(common, default=0)
        for rule, shared in zip(rules, common, strict=True):
            if percent in rule.percents and (0 < shared == most or topics & rule.topics):
                return rule
        return None

    def _in_common(self, rule: Rule, clause: Clause) -> int:
        """How many things, groups and counts a rule has in common with a sentence, its question and the talk."""
        sentence = self.reading.sentences[clause.sentence]
        said = self.rooted(things_of(self.reading, sentence.first, sentence.last)) | self.things_asked
        counted = {q.value for q in self.reading.counted(sentence.first, sentence.last)} - set(rule.percents)
        return (
            len(said & rule.things)
            + len(self._groups_lately & rule.groups)
            + len(counted & {q.value for q in rule.counts})
        )

    @cached_property
    def _groups_lately(self) -> Concepts:
        return frozenset(c for m in self.ctx.messages[-4:] for c in m.reading.concepts if c.startswith("g:"))

    def barred(self, *topics: str) -> Rule | None:
        """The policy that suspends discounts or codes today."""
        return next((b.rule for b in self.terms.barred if b.rule.topics & {*topics} and b.covers(self.day)), None)

    def in_force(self, rules: Iterable[Rule]) -> list[Rule]:
        """Rules in force today."""
        return [r for r in rules if r.window.covers(self.day)]

    def unmet(self, rule: Rule, clause: Clause) -> Condition | None:
        """The first condition of a rule that is shown not to be met, by the clause itself or by the dialogue."""
        said = self.reading.counted(clause.first, clause.last)
        trial = rule.offer is not None and rule.offer.kind is OfferKind.TRIAL
        ruled_out = self._ruled_out(rule, clause)
        for condition in rule.conditions:
            if condition.kind == "group":
                if ruled_out:
                    return condition
            elif condition.kind in _TIMED:
                if self._at_another_time(condition, clause, said):
                    return condition
            elif self.named(condition) or (trial and condition.kind == "max_count"):
                continue
            elif condition.kind == "min_sum":
                if self._sum_short(condition.value):
                    return condition
            elif evaluate(condition, self._with(said, clause)) is Met.NO and not counted_enough(
                condition, self.reading
            ):
                return condition
        return None

    def _at_another_time(self, condition: Condition, clause: Clause, said: Sequence[Quantity]) -> bool:
        """True for another month than the first, other days of the week, other hours."""
        if condition.kind == "first_period":
            return any(q.unit == condition.unit and q.ordinal and q.value != condition.value for q in said)
        if condition.hours is not None:
            return off_hours(self, clause, condition.hours)
        return off_days(self, clause, condition.days)

    def _ruled_out(self, rule: Rule, clause: Clause) -> bool:
        """True when the client is in none of the groups of a rule and the clause gives it to them all the same."""
        groups = [c for c in rule.conditions if c.kind == "group"]
        if any(c.unit == "g:newcomer" and evaluate(c, self.known) is Met.NO for c in groups):
            return "s:onlyw" not in self.tags(clause) and not self.sentence_tags(clause) & rule.groups
        told = [c for c in groups if c.unit in self.sentence_tags(clause)]
        if not groups or not all(evaluate(c, self.known) is Met.NO for c in told or groups):
            return False
        to_client = any(w.text in _TO_CLIENT for w in self.reading.words[clause.first : clause.last])
        return to_client or not told

    def unspoken(self, rule: Rule) -> bool:
        """True when a rule is for some clients alone and nobody in the dialogue speaks of such clients."""
        groups = rule.groups & CUSTOMER_GROUPS
        if groups & _OF_CHILDREN:
            groups |= {"g:children"}
        if not groups or (rule.offer is not None and rule.offer.code is not None):
            return False
        talk = [m.reading for m in self.ctx.messages if m.role != "tool"]
        if any(groups & reading.concepts for reading in talk):
            return False
        return not any(rule.things & self.rooted(things_of(r, 0, len(r.words))) for r in talk)

    def _with(self, said: Sequence[Quantity], clause: Clause) -> Known:
        """What is known, with the counts a clause names itself on top, then those of the sentence before it."""
        sentence = self.reading.sentences[clause.sentence]
        before = self.reading.counted(sentence.first, clause.first)
        own = {q.unit: q.value for q in (*before, *said) if q.bound is None and not q.ordinal and q.unit}
        nouns = {n: q.value for q in (*before, *said) if q.bound is None and (n := noun_of(self.reading, q))}
        if not own and not nouns:
            return self.known
        return replace(self.known, counts={**self.known.counts, **own}, nouns={**self.known.nouns, **nouns})

    def named(self, condition: Condition) -> bool:
        """True when the reply itself states the condition's number with its bound ("от пяти суток")."""
        return condition.value in self._bounds_named

    @cached_property
    def _bounds_named(self) -> frozenset[Decimal]:
        return frozenset(q.value for q in self.reading.quantities if q.bound is not None or q.ordinal)

    def _sum_short(self, least: Decimal) -> bool:
        """True when sums were named in this reply or the one before and the largest of them is below `least`."""
        return self._largest_sum is not None and self._largest_sum < least

    @cached_property
    def _largest_sum(self) -> Decimal | None:
        previous = self.ctx.previous.mentions if self.ctx.previous is not None else ()
        return max((m.amount for m in (*self.mentions, *previous) if m.kind == "money"), default=None)

    @cached_property
    def percents_said(self) -> frozenset[Decimal]:
        """Percents of the text."""
        return frozenset(m.amount for m in self.mentions if m.kind == "percent")

    @cached_property
    def percents_before(self) -> frozenset[Decimal]:
        """Percents of the assistant's message before."""
        previous = self.ctx.previous
        return frozenset(m.amount for m in previous.mentions if m.kind == "percent") if previous else frozenset()

    @cached_property
    def sums_before(self) -> frozenset[Decimal]:
        """Sums of the assistant's message before."""
        previous = self.ctx.previous
        return frozenset(m.amount for m in previous.mentions if m.kind == "money") if previous else frozenset()

    @cached_property
    def sums_in_play(self) -> Sequence[Decimal]:
        """Sums of the last three messages, in order of size."""
        return sorted({m.amount for message in self.ctx.messages[-3:] for m in message.mentions if m.kind == "money"})

    @cached_property
    def offered(self) -> frozenset[Decimal]:
        """Percents and amounts off in force today."""
        rules = self.in_force(self.terms.about("discount", "promo"))
        return frozenset(v for r in rules for v in (*r.percents, *r.money))

    def gift_spoken(self, rule: Rule) -> bool:
        """True when one of the last messages named what a rule gives: "the gift stays" points back to it."""
        skus, things = self._spoken_lately
        return bool(rule.about & skus or rule.given & things)

    @cached_property
    def provisions(self) -> Sequence[Provision]:
        """The provisions of the book in force today."""
        return [p for p in self.terms.provisions if p.window.covers(self.day)]

    @property
    def things_lately(self) -> frozenset[str]:
        """Things the last messages before the reply named."""
        return self._spoken_lately[1]

    @cached_property
    def _spoken_lately(self) -> tuple[frozenset[str], frozenset[str]]:
        """Products and things of the last messages before the reply."""
        lately = [m for m in self.ctx.messages[-4:-1] if m.role != "tool"]
        skus = frozenset(s for m in lately for h in m.hits for s in h.skus)
        things = frozenset(t for m in lately for t in things_of(m.reading, 0, len(m.words)))
        return skus, self.rooted(things)

    @cached_property
    def instalment_spoken(self) -> bool:
        """True when one of the last messages before the reply spoke of paying in instalments."""
        return any("instalment" in m.reading.concepts for m in self.ctx.messages[-4:-1] if m.role != "tool")

    @cached_property
    def codes_named(self) -> frozenset[str]:
        """Promo codes of the book that either side has named."""
        folded = code_key(" ".join(m.text for m in self.ctx.messages if m.role != "tool"))
        return frozenset(c for c in self.terms.codes if c in folded)

    @cached_property
    def topics_question(self) -> Concepts:
        """Commercial topics of the client's last message."""
        said = self.question.concepts if self.question is not None else frozenset()
        return frozenset(c for c in said if ":" not in c)

    @cached_property
    def topics_asked(self) -> Concepts:
        """Commercial topics of the client's last message; when it has none, of the exchange before it."""
        for message in reversed(self.ctx.messages[:-1][-3:]):
            if message.role == "tool":
                continue
            found = frozenset(c for tags in message.reading.tags for c in tags if ":" not in c)
            if found:
                return found
        return frozenset()

    @cached_property
    def things_asked(self) -> frozenset[str]:
        """What the client's last message names."""
        return things_of(self.question, 0, len(self.question.words)) if self.question is not None else frozenset()
