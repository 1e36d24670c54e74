"""A reply laid out for reading its terms: what it says clause by clause, beside the book's rules and what is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from botops.claims.conditions import Condition, Known, Met, evaluate
from botops.claims.context import ParsedMessage, ReplyContext
from botops.claims.lexicon import Concepts
from botops.claims.mention import Mention
from botops.claims.policy import BookTerms, Rule, things_of
from botops.claims.reading import Clause, Reading, read
from botops.claims.scope import Scope, Status, scope_of

_SAME_UNIT = {"user": "person", "child": "person", "night": "day"}


@dataclass(frozen=True)
class Desk:
    """Everything the checks of terms look at.

    `text` is what is read as asserted: the reply, or the client's question when a bare "Да" confirms it; then
    `confirms` is True and the scope of a question does not excuse.
    """

    ctx: ReplyContext
    terms: BookTerms
    reading: Reading
    mentions: Sequence[Mention]
    message: ParsedMessage
    confirms: bool = False

    @classmethod
    def of(cls, ctx: ReplyContext, terms: BookTerms) -> Desk:
        """The desk of the reply."""
        reply = ctx.reply
        return cls(ctx, terms, reading_of(reply), reply.mentions, reply)

    def confirming(self, question: ParsedMessage) -> Desk:
        """The desk of a question that the reply merely confirms."""
        return replace(self, reading=reading_of(question), mentions=question.mentions, message=question, confirms=True)

    @cached_property
    def question(self) -> Reading | None:
        """The client's last message, read."""
        return reading_of(self.ctx.question) if self.ctx.question is not None else None

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

    def tags(self, clause: Clause) -> Concepts:
        """The concepts of a clause."""
        return self.reading.over(clause.first, clause.last)

    def sentence_tags(self, clause: Clause) -> Concepts:
        """The concepts of the sentence around a clause."""
        sentence = self.reading.sentences[clause.sentence]
        return self.reading.over(sentence.first, sentence.last)

    def things(self, clause: Clause) -> frozenset[str]:
        """What a clause names."""
        return things_of(self.reading, clause.first, clause.last)

    def skus_in(self, clause: Clause) -> frozenset[str]:
        """Products named in a clause."""
        return frozenset(s for h in self.message.hits_in(clause.start, clause.end) for s in h.skus)

    def skus_near(self, clause: Clause) -> frozenset[str]:
        """Products a clause is about: its own, those of the clauses before it in its sentence, of the question, the dialogue."""
        own = self.skus_in(clause)
        if own:
            return own
        sentence = self.reading.sentences[clause.sentence]
        before = [h for h in self.message.hits_in(sentence.start, clause.start)]
        if before:
            return frozenset(before[-1].skus)
        return frozenset()

    @cached_property
    def skus_spoken(self) -> frozenset[str]:
        """Every product named in the dialogue so far."""
        return frozenset(s for m in self.ctx.messages if m.role != "tool" for h in m.hits for s in h.skus)

    def applies(self, rule: Rule, clause: Clause) -> bool:
        """True when a rule may hold for what a clause is about: products of the clause decide, else any spoken of."""
        if not rule.skus:
            return True
        near = self.skus_near(clause)
        if near:
            return bool(near & rule.skus)
        return not self.skus_spoken or bool(self.skus_spoken & rule.skus)

    def in_force(self, rules: Iterable[Rule]) -> list[Rule]:
        """Rules in force today."""
        return [r for r in rules if r.window.covers(self.day)]

    def unmet(self, rule: Rule, clause: Clause) -> Condition | None:
        """The first condition of a rule that the dialogue shows not to be met and the reply does not name."""
        for condition in rule.conditions:
            if self._named(condition):
                continue
            if condition.kind == "min_sum":
                if self._sum_short(condition.value):
                    return condition
            elif evaluate(condition, self.known) is Met.NO:
                return condition
        return None

    def _named(self, condition: Condition) -> bool:
        """True when the reply itself states the condition's number with its bound ("от пяти суток")."""
        return any(q.value == condition.value and (q.bound is not None or q.ordinal) for q in self.reading.quantities)

    def _sum_short(self, least: Decimal) -> bool:
        """True when sums were named in this reply or the one before and the largest of them is below `least`."""
        sums = [m.amount for m in self.mentions if m.kind == "money"]
        if self.ctx.previous is not None:
            sums += [m.amount for m in self.ctx.previous.mentions if m.kind == "money"]
        return bool(sums) and max(sums) < least

    def topics_asked(self) -> Concepts:
        """Commercial topics of the client's last message."""
        return (
            frozenset(c for c in self.question.concepts if ":" not in c) if self.question is not None else frozenset()
        )


def reading_of(message: ParsedMessage) -> Reading:
    """A message read for its grammar."""
    return read(message.text, message.words, message.segments)


def known_from(ctx: ReplyContext) -> Known:
    """What the client's messages show: the latest count of each unit, and the groups they belong to."""
    counts: dict[str, Decimal] = {}
    groups: set[str] = set()
    last_unit = ""
    for message in ctx.client:
        reading = reading_of(message)
        groups.update(c for c in reading.concepts if c.startswith("g:"))
        for q in reading.quantities:
            if q.ordinal or any(m.start <= q.start < m.end for m in message.mentions):
                continue
            unit = q.unit or (last_unit if q.value < 10_000 else "")
            if not unit:
                continue
            last_unit = unit
            counts[unit] = q.value
            if unit in _SAME_UNIT:
                counts[_SAME_UNIT[unit]] = q.value
            if unit == "person":
                counts["user"] = q.value
    return Known(counts, frozenset(groups))
