"""Whether a text speaks of an amount, a percent, a count or a date: what a language model has no say in."""

from __future__ import annotations

import re

from botops.claims.dates import find_dates
from botops.claims.lexicon import entry
from botops.claims.mentions import read
from botops.claims.promise_words import pattern
from botops.claims.weekdays import days_in_word
from botops.claims.words import Word, fold, words

_SIGNS = re.compile(r"[\d%‰₸₽$€£¥₴₺]")
_FOLD_OF = re.compile(
    r"\b(?:в|на|у)?(?:двое|двоих|трое|троих|четверо|четверых|пятеро|пятерых|шестеро|семеро|десятеро)\b|\b(?:twice|thrice)\b"
)
_TODAY = frozenset("сегодня сегодняшний бүгін today tonight".split())
_SHARES = frozenset({"half", "percent", "times"})
_SPANS = frozenset({"u:minute", "u:hour", "u:day", "u:night", "u:week", "u:month", "u:year"})
_NEAR = 2
_LEADS = frozenset(
    "через за течение течении до к следующей следующем следующего этой этом эту этого ближайший ближайшие ближайшей "
    "начале начала пару in within next by this until till before after another "
    "ішінде кейін соң келесі осы дейін бойы".split()
)
"""Words beside a unit of time that make a date or a term of it: "через час", "на следующей неделе", "апта ішінде"."""
_ONE = 1
_VERBS_TOO = frozenset("may march mar".split())
"""English words that are a month only beside a day, and the day has a digit or a number in it."""


def names_figure(text: str) -> bool:
    """True when a text speaks of an amount, a percent or share, a count above one, a day or a span of time, in digits
    or in words, in Russian, Kazakh or English. Errs on the side of True; never raises."""
    if _SIGNS.search(text):
        return True
    numbers = read(text)
    if numbers.mentions or numbers.bare or not numbers.complete:
        return True
    if any(q.reason not in {"count", "size"} or q.value is None or q.value > _ONE for q in numbers.quantities):
        return True
    folded = fold(text)
    found = words(folded)
    if any(folded[d.start : d.end] not in _VERBS_TOO for d in find_dates(found)):
        return True
    if _FOLD_OF.search(folded) or pattern("end_of").search(folded):
        return True
    return any(_is_figure(found, place) for place in range(len(found)))


def _is_figure(found: tuple[Word, ...], place: int) -> bool:
    word = found[place].text
    if word in _TODAY or len(days_in_word(word)) > 0:
        return True
    concepts = entry(word).concepts
    if concepts & _SHARES and word not in {"раз", "раза"}:
        return True
    beside = found[max(0, place - _NEAR) : place + _NEAR + 1]
    return bool(concepts & _SPANS) and any(w.text in _LEADS for w in beside)
