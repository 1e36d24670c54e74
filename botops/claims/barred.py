"""Days on which the policies suspend discounts or codes: "с 5 по 9 марта скидки и промокоды не действуют"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from botops.claims.dates import Dated, find_dates
from botops.claims.words import Word, fold, words

if TYPE_CHECKING:
    from botops.claims.policy import Rule

_OFFERED = frozenset({"discount", "promo"})
_BETWEEN = frozenset("по до to until till through мен бен пен".split())
_LAST_DAY = 31
_TERMS_OF_OFFERS = frozenset({"stack", "refund", "cancel", "prepay"})


class Barred(NamedTuple):
    """A stretch of the year, as (month, day) of its first and last day, and the policy that bars offers in it."""

    first: tuple[int, int]
    last: tuple[int, int]
    rule: Rule

    def covers(self, day: date) -> bool:
        """True on its days, also over the turn of the year."""
        at = (day.month, day.day)
        return self.first <= at <= self.last if self.first <= self.last else at >= self.first or at <= self.last


def barred_periods(rules: Iterable[Rule]) -> tuple[Barred, ...]:
    """The days on which policies give no discounts or codes."""
    return tuple(
        Barred(first, last, rule)
        for rule in rules
        if rule.offer is None and rule.denied and rule.topics & _OFFERED and not rule.topics & _TERMS_OF_OFFERS
        for first, last in _stretches(words(fold(rule.text)))
    )


def _stretches(said: tuple[Word, ...]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Stretches of days a text names: "5–9 марта", "с 28 декабря по 5 января", "8 марта"."""
    dates = [d for d in find_dates(said) if d.day is not None and len(d.months) == 1]
    skip = False
    for dated, following in zip_longest(dates, dates[1:]):
        if skip:
            skip = False
            continue
        last = (dated.months[0], dated.day or 1)
        if following is not None and _joined(said, dated, following):
            skip = True
            yield last, (following.months[0], following.day or 1)
            continue
        yield (dated.months[0], _day_before(said, dated) or last[1]), last


def _joined(said: tuple[Word, ...], one: Dated, other: Dated) -> bool:
    """True when only a word for "to" parts two dates."""
    between = [w.text for w in said if one.end <= w.start and w.end <= other.start]
    return not between or (len(between) == 1 and between[0] in _BETWEEN)


def _day_before(said: tuple[Word, ...], dated: Dated) -> int | None:
    """The first day of "5–9 марта", "с 5 по 9 марта"."""
    at = next(i for i, w in enumerate(said) if w.start >= dated.start)
    before = at - 1
    if before >= 0 and said[before].text in _BETWEEN:
        before -= 1
    number = said[before].text if before >= 0 else ""
    return int(number) if number.isdecimal() and 1 <= int(number) <= _LAST_DAY else None
