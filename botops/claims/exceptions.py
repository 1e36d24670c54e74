"""Exceptions: findings that a person found to be no mistake, known again by wording, product and kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from botops.claims.lexicon import entry
from botops.claims.mention import Mention
from botops.claims.mentions import read as read_amounts
from botops.claims.normalise import normalise
from botops.claims.reading import read
from botops.claims.words import fold, words
from botops.domain.findings import Finding, FindingKind
from botops.domain.reviews import ClaimException

MOST_CHARACTERS = 500
"""A longer wording would never be said again."""
_SHORT = 3
_EDGES = " \n\t.,;:!?—–-*•"


@dataclass(frozen=True, slots=True)
class _Amount:
    least: Decimal
    most: Decimal | None
    percent: bool
    currency: str | None

    def same(self, other: _Amount) -> bool:
        """Equal amounts; a currency counts only where both name one."""
        unit = self.currency is None or other.currency is None or self.currency == other.currency
        return unit and (self.least, self.most, self.percent) == (other.least, other.most, other.percent)


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    key: str | _Amount


class Exceptions:
    """Exceptions ready to be looked up. What is not in force on a day is left out then."""

    def __init__(self, items: Iterable[ClaimException] = ()) -> None:
        self.items = tuple(items)
        self._by_key: dict[tuple[FindingKind, str | None], list[ClaimException]] = defaultdict(list)
        for item in self.items:
            self._by_key[item.kind, item.sku].append(item)

    def sort(
        self, findings: Sequence[Finding], text: str, day: date
    ) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """The findings of a message that stand, and those an exception of that day lets pass, marked with its id."""
        if not self.items:
            return tuple(findings), ()
        kept: list[Finding] = []
        excepted: list[Finding] = []
        said: tuple[_Token, ...] | None = None
        for finding in findings:
            known = [e for e in self._by_key.get((finding.kind, finding.sku), ()) if e.in_force(day)]
            if known and said is None:
                said = _tokens(text)
            match = next((e for e in known if _covers(e.wording, finding, said or ())), None)
            if match is None:
                kept.append(finding)
            else:
                excepted.append(replace(finding, exception=match.id))
        return tuple(kept), tuple(excepted)


NO_EXCEPTIONS = Exceptions()


def wording_of(finding: Finding) -> str:
    """What a finding is about: what it quotes, or, where the quote is a bare yes, what was confirmed by it."""
    return finding.stated if says_nothing(finding.quote) else finding.quote


def suggested_wording(finding: Finding, text: str) -> str:
    """The wording an exception for a finding has unless somebody writes another one.

    What it is about; but a short quote that no product narrows down ("10 лет") takes its whole clause with it.
    """
    about = wording_of(finding)
    if finding.sku is not None or about != finding.quote or len(_tokens(about)) > _SHORT:
        return about
    reading = read(text)
    clause = reading.clause_at(finding.start)
    if clause is None or not clause.start <= finding.start <= finding.end <= clause.end:
        return about
    around = text[clause.start : clause.end].strip(_EDGES)
    return around if about in around and len(around) <= MOST_CHARACTERS else about


def says_nothing(wording: str) -> bool:
    """True for a wording that would match anything: no word at all, or only a yes."""
    return all(isinstance(t.key, str) and "s:yes" in entry(t.key).concepts for t in _tokens(wording))


def same_wording(one: str, other: str) -> bool:
    """True when two wordings differ in case, spaces, inflection and the way amounts are written at most."""
    return _equal([t.key for t in _tokens(one)], [t.key for t in _tokens(other)])


def _covers(wording: str, finding: Finding, said: Sequence[_Token]) -> bool:
    """True when a wording is what the finding is about, or occurs in the message around it."""
    wanted = [t.key for t in _wording(wording)]
    if not wanted:
        return False
    if _equal(wanted, [t.key for t in _tokens(wording_of(finding))]):
        return True
    last = len(wanted) - 1
    return any(
        said[at].start <= finding.start
        and said[at + last].end >= finding.end
        and _equal(wanted, [t.key for t in said[at : at + last + 1]])
        for at in range(len(said) - last)
    )


def _equal(one: Sequence[str | _Amount], other: Sequence[str | _Amount]) -> bool:
    return len(one) == len(other) and all(map(_same, one, other))


def _same(one: str | _Amount, other: str | _Amount) -> bool:
    if isinstance(one, _Amount) and isinstance(other, _Amount):
        return one.same(other)
    return one == other


@lru_cache(maxsize=1024)
def _wording(text: str) -> tuple[_Token, ...]:
    """The tokens of an exception's wording, which is looked at again and again."""
    return _tokens(text)


def _tokens(text: str) -> tuple[_Token, ...]:
    return tuple(sorted(_read(text), key=lambda token: token.start))


def _read(text: str) -> Iterator[_Token]:
    taken = 0
    plain = normalise(text)
    amounts = iter(sorted({*_amounts(text)}, key=lambda token: token.start))
    amount = next(amounts, None)
    for word in words(fold(plain.text)):
        start, end = plain.span(word.start, word.end)
        while amount is not None and amount.start < end:
            yield amount
            taken, amount = amount.end, next(amounts, None)
        if start >= taken:
            yield _Token(start, end, word.text if word.text[0].isdecimal() else _stem(word.text, word.stem))
    if amount is not None:
        yield amount


def _stem(word: str, stem: str) -> str:
    """A yes stays as it is: it is known by its whole form."""
    return word if "s:yes" in entry(word).concepts else stem


def _amounts(text: str) -> Iterator[_Token]:
    for m in read_amounts(text).numbers:
        yield _Token(m.start, m.end, _amount(m))


def _amount(mention: Mention) -> _Amount:
    return _Amount(mention.amount, mention.amount_max, mention.kind == "percent", mention.currency)
