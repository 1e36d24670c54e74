"""What a text tells a bot to say: the same checker over orders and leaves, past what is forbidden or only a case.

"Предлагай скидку 20 %" is an order, "не обещай скидку 20 %" a ban, "если клиент просит скидку 20 %, передай менеджеру"
a case: only the first says something that a price book may contradict. Moods are told clause by clause, by negation, by
verbs of giving, telling and forbidding (`data/instructions.yaml`), and by the Kazakh imperative's own negation.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path

from botops.claims.check import judge
from botops.claims.compile import CompiledBook
from botops.claims.lexicon import Concepts, OwnWords
from botops.claims.policy import Rule
from botops.claims.reading import Clause, Reading, read
from botops.claims.scope import clause_negated
from botops.claims.segment import segments
from botops.claims.shipped import shipped
from botops.domain.findings import Finding, FindingKind
from botops.domain.messages import Message

_DATA = Path(__file__).with_name("data") / "instructions.yaml"
_KAZAKH_BAN = re.compile(r"..(?:[бмп][ае])(?:[ңн][ыі]з|[ңн]дар|[ңн]дер)?$")
_KAZAKH_LETTER = re.compile("[әғқңөұүһі]")
_KAZAKH_CASE = re.compile(r"..с[ае](?:[ңн]ыз|[ңн]із)?$")
_NEAR = 3
_THAT = frozenset("что будто якобы that".split())
_ABOUT = frozenset("о об обо про на по в во с со к ко about on with regarding into".split())


class Mood(StrEnum):
    """How a clause of an instruction stands."""

    ORDER = "order"
    FORBIDDEN = "forbidden"
    CASE = "case"


@dataclass(frozen=True, slots=True)
class OpenLeave:
    """A discount that a bot is told to give and nobody says which: `start:end` is its clause.

    `denied` is the rule of the book that forbids any, `known` what the book offers, empty when it offers none.
    """

    start: int
    end: int
    quote: str
    denied: Rule | None
    known: tuple[str, ...]


class Instructions:
    """A text read as instructions."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._segments = segments(text)
        self.reading: Reading = read(text, parts=self._segments)
        self._own: Sequence[Concepts] = _words().tags(self.reading.words)
        self._moods = {clause: self._mood(clause) for clause in self.reading.clauses}
        self._banned = frozenset(self._under_ban())

    def mood(self, position: int) -> Mood:
        """How what stands at an offset is meant."""
        clause = self.reading.clause_at(position)
        if clause is None:
            return Mood.ORDER
        mood = self._moods[clause]
        if clause.sentence in self._banned or self._behind_ban(clause):
            return Mood.FORBIDDEN
        if mood is Mood.CASE:
            return Mood.ORDER if self._granted(clause) else Mood.CASE
        if mood is Mood.ORDER and (
            self._banned_later(clause) or self._told_not(clause) or self._instead(clause, position)
        ):
            return Mood.FORBIDDEN
        return mood

    def findings(self, book: CompiledBook, at: datetime) -> tuple[Finding, ...]:
        """What the orders say that the book does not bear out at a moment; quotes are those of the text.

        A term must be wrong in its own sentence too: instructions speak of one product after another, so what one
        sentence is about says little of the next.
        """
        said = self._said()
        found = judge((Message("assistant", said),), book, at=at).findings
        return tuple(
            f
            for f in found
            if self.mood(f.start) is Mood.ORDER
            and (f.kind is not FindingKind.TERMS or self._wrong_alone(said, f, book, at))
        )

    def _wrong_alone(self, said: str, finding: Finding, book: CompiledBook, at: datetime) -> bool:
        """True when a finding stands with its sentence and the heading of its list alone."""
        clause = self.reading.clause_at(finding.start)
        if clause is None:
            return True
        sentence = self.reading.sentences[clause.sentence]
        segment = self._segments[bisect_right([s.start for s in self._segments], sentence.start) - 1]
        heading = self._segments[segment.parent] if segment.parent is not None else segment
        alone = [" " if character != "\n" else character for character in said]
        for start, end in ((heading.start, heading.end), (sentence.start, max(sentence.end, finding.end))):
            alone[start:end] = said[start:end]
        again = judge((Message("assistant", "".join(alone)),), book, at=at).findings
        return any(g.start < finding.end and finding.start < g.end for g in again)

    def open_leaves(self, book: CompiledBook) -> Iterator[OpenLeave]:
        """Discounts to be given that nobody bounds: no figure, no list they come from, no group the book knows."""
        rules = book.terms.about("discount")
        # "Скидку больше 10 % не даём" bounds discounts, it does not forbid them.
        bans = [r for r in rules if r.denied and not r.percents]
        denied = next((r for r in bans if "stack" not in r.topics and not r.groups and not r.skus), None)
        known = tuple(r.text for r in rules if r not in bans)
        for clause in self.reading.clauses:
            sentence = self.reading.sentences[clause.sentence]
            said = self.reading.over(clause.first, clause.last)
            if not self._object(clause, "discount") or "s:superior" in said or not self._gives(clause):
                continue
            whole = self.tags(sentence.first, sentence.last)
            bounded = any(w.text[0].isdecimal() for w in self.reading.words[sentence.first : sentence.last])
            if bounded or "source" in whole or self.mood(clause.start) is not Mood.ORDER:
                continue
            groups = {c for c in self.reading.over(sentence.first, sentence.last) if c.startswith("g:")}
            if any(groups & r.groups for r in rules if r not in bans):
                continue
            quote = self.text[clause.start : clause.end].strip(" .,;:!\n")
            yield OpenLeave(clause.start, clause.end, quote, denied, known)

    def _object(self, clause: Clause, topic: str) -> bool:
        """True when the clause names a thing of the topic, not only speaks about it: "скидку", not "о скидке"."""
        words, tags = self.reading.words, self.reading.tags
        return any(
            topic in tags[i] and (i == clause.first or words[i - 1].text not in _ABOUT)
            for i in range(clause.first, clause.last)
        )

    def _gives(self, clause: Clause) -> bool:
        own = self.tags(clause.first, clause.last)
        if self._moods[clause] is Mood.CASE:
            return self._granted(clause)
        return "give" in own or ("leave" in own and "tell" not in own)

    def orders(self) -> Iterator[Clause]:
        """The clauses that say what to do, or how things are."""
        return (clause for clause in self.reading.clauses if self.mood(clause.start) is Mood.ORDER)

    def tags(self, first: int, last: int) -> Concepts:
        """What the words `first:last` say of instructions."""
        return frozenset().union(*self._own[first:last])

    def _under_ban(self) -> Iterator[int]:
        """Sentences of lists whose heading forbids: "Нельзя:", "## Чего не обещать", "Плохо:"."""
        banning: set[int] = set()
        starts = [segment.start for segment in self._segments]
        last_of = {bisect_right(starts, c.start) - 1: c for c in self.reading.clauses}
        for index, segment in enumerate(self._segments):
            inherited = segment.parent in banning
            last = last_of.get(index)
            opens = segment.kind == "heading" or self.text[segment.start : segment.end].rstrip().endswith(":")
            if inherited or (opens and last is not None and self._bans(last)):
                banning.add(index)
        for number, sentence in enumerate(self.reading.sentences):
            segment = self._segments[bisect_right(starts, sentence.start) - 1]
            if segment.parent in banning:
                yield number

    def _bans(self, clause: Clause) -> bool:
        own = self.tags(clause.first, clause.last)
        denied = "s:neg" in self.reading.over(clause.first, clause.last) or self._negated(clause)
        return denied != ("forbid" in own) if "forget" not in own else False

    def _behind_ban(self, clause: Clause) -> bool:
        """True for what stands behind the colon of a ban: "не говори: «скидка 20 %»", "плохо: …"."""
        sentence = self.reading.sentences[clause.sentence]
        own = self.reading.clauses[sentence.clause_first : sentence.clause_last]
        for other, after in pairwise(own):
            if other.start >= clause.start:
                return False
            if ":" in self.text[other.end - 1 : after.start] and self._bans(other):
                return True
        return False

    def _mood(self, clause: Clause) -> Mood:
        own = self.tags(clause.first, clause.last)
        if self._is_case(clause, own):
            return Mood.CASE
        negated = self._negated(clause)
        if "forbid" in own or "forget" in own:
            return Mood.ORDER if negated or "forbid" not in own else Mood.FORBIDDEN
        return Mood.FORBIDDEN if negated else Mood.ORDER

    def _is_case(self, clause: Clause, own: Concepts) -> bool:
        """A client's wish: "если просит скидку 20 %", "клиенты часто просят", "жеңілдік сұраса"."""
        if "ask" not in own:
            return False
        words = self.reading.words[clause.first : clause.last]
        opens = any("s:if" in tags for tags in self.reading.tags[clause.first : clause.first + _NEAR])
        return opens or "client" in own or _KAZAKH_CASE.search(words[-1].text) is not None

    def _negated(self, clause: Clause) -> bool:
        words = self.reading.words
        for i in range(clause.first, clause.last):
            if _KAZAKH_BAN.search(words[i].text) is None:
                continue
            verb = self._own[i] & {"give", "tell", "agree", "forget", "forbid"}
            kazakh = any(_KAZAKH_LETTER.search(w.text) for w in words[clause.first : clause.last])
            if verb or (kazakh and i == clause.last - 1):
                return True
        return clause_negated(self.reading, clause) or self._not_before_verb(clause)

    def _not_before_verb(self, clause: Clause) -> bool:
        """A negation right before a verb of giving or telling, whatever else the clause holds."""
        return any(
            "s:neg" in self.reading.tags[i] and self._own[i + 1] & {"give", "tell", "agree", "forbid", "forget"}
            for i in range(clause.first, clause.last - 1)
        )

    def _granted(self, case: Clause) -> bool:
        """True when the rest of the sentence grants what the client asks for: "…, соглашайся", "…, дай её"."""
        sentence = self.reading.sentences[case.sentence]
        others = self.reading.clauses[sentence.clause_first : sentence.clause_last]
        return any(
            self._moods[c] is Mood.ORDER and self.tags(c.first, c.last) & {"give", "agree"} and not self._topics(c)
            for c in others
            if c is not case
        )

    def _banned_later(self, clause: Clause) -> bool:
        """True for "скидку 20 %, даже если просят, не давай": a noun whose verb comes in a later clause, denied."""
        if self.tags(clause.first, clause.last) & {"give", "tell", "leave", "agree"}:
            return False
        sentence = self.reading.sentences[clause.sentence]
        later = [
            c for c in self.reading.clauses[sentence.clause_first : sentence.clause_last] if c.start > clause.start
        ]
        return any(
            self._moods[c] is Mood.FORBIDDEN
            and self.tags(c.first, c.last) & {"give", "tell", "agree", "forbid"}
            and not self._topics(c)
            for c in later
        )

    def _told_not(self, clause: Clause) -> bool:
        """True for what a ban says not to say: "не обещай, что цена упадёт до 9 900 ₸"."""
        sentence = self.reading.sentences[clause.sentence]
        own = self.reading.clauses[sentence.clause_first : sentence.clause_last]
        before = own[own.index(clause) - 1] if clause != own[0] else None
        return (
            before is not None
            and self.reading.words[clause.first].text in _THAT
            and self._moods[before] is Mood.FORBIDDEN
            and bool(self.tags(before.first, before.last) & {"give", "tell", "forbid"})
        )

    def _instead(self, clause: Clause, position: int) -> bool:
        """True for what stands right behind "вместо" or before "орнына"."""
        at = self.reading.word_at(position)
        near = range(max(clause.first, at - _NEAR), min(clause.last, at + _NEAR + 2))
        return any("instead" in self._own[i] for i in near)

    def _topics(self, clause: Clause) -> bool:
        return any(":" not in concept for concept in self.reading.over(clause.first, clause.last))

    def _said(self) -> str:
        """The text as the bot would say it: verbs of telling, and denials that deny nothing ("не забудь предложить"),
        become blanks, so that offsets hold."""
        said = list(self.text)
        for clause in self.reading.clauses:
            if self._moods[clause] is not Mood.ORDER:
                continue
            for i in range(clause.first, clause.last):
                idle = self._own[i] & {"forget", "forbid"} or (
                    "s:neg" in self.reading.tags[i] and i + 1 < clause.last and self._own[i + 1] & {"forget", "forbid"}
                )
                if idle or "tell" in self._own[i]:
                    word = self.reading.words[i]
                    said[word.start : word.end] = " " * (word.end - word.start)
        return "".join(said)


@cache
def _words() -> OwnWords:
    raw = shipped(_DATA)
    return OwnWords(
        (concept, language, form)
        for concept, languages in raw.items()
        for language, forms in languages.items()
        for form in str(forms).split()
    )
