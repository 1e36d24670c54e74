"""The day a reply speaks of: what it announces for a coming day, keeps beyond its last day, concedes after it.

"С 10 октября минус 20 %" is right before that day; "и 3 ноября так и будет 9 900" is wrong where the price ends in
October; "ладно, оставим по старой" where it has ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from botops.claims.cues import speaks_of
from botops.claims.dates import Dated, covers, day_of
from botops.pricebook.model import Window

if TYPE_CHECKING:
    from botops.claims.context import ParsedMessage, ReplyContext
    from botops.claims.desk import Desk
    from botops.claims.policy import Rule
    from botops.claims.reading import Clause

_TODAY = frozenset("сегодня сейчас щас бүгін бугин қазір казир today now".split())
_TOO = frozenset("да де та те".split())
_BRIEF = 8
_FAR = 31


def announced(desk: Desk, rules: Iterable[Rule], clause: Clause | None = None) -> list[Rule]:
    """Rules that begin after today and hold on a day the sentence of a clause names (the whole reply without one), or
    that the client asks about: "С 10 октября минус 20%"."""
    coming = [r for r in rules if r.window.valid_from is not None and desk.day < r.window.valid_from]
    if not coming:
        return []
    reply, question = desk.message, desk.ctx.question
    dates: Sequence[Dated] = reply.dates
    if clause is not None:
        sentence = desk.reading.sentences[clause.sentence]
        dates = desk.dates_in(sentence.start, sentence.end) or dates
    if not dates and question is not None and not of_today(reply):
        dates = question.dates
    return [r for r in coming if any(covers(r.window, d, desk.day) and _ahead(d) for d in dates)]


def lasting(desk: Desk, rules: Iterable[Rule], clause: Clause) -> list[Rule]:
    """Rules in force less those that a clause keeps beyond their last day: "и в январе дарим"."""
    sentence = desk.reading.sentences[clause.sentence]
    return [r for r in rules if kept_beyond(desk.ctx, desk.message, sentence.start, sentence.end, r.window) is None]


def _ahead(dated: Dated) -> bool:
    return dated.offset is None or dated.offset > 0


def kept_beyond(context: ReplyContext, reply: ParsedMessage, start: int, end: int, window: Window) -> date | None:
    """The day after a window for which the words of a sentence keep what holds today: "и 3 ноября так же 9 900", or a
    yes to "а в ноябре цена та же?". None when they do not."""
    last, today = window.valid_to, context.day
    if last is None or last < today or of_today(reply, start, end):
        return None
    question = context.question
    own = [d for d in reply.dates if start <= d.start < end]
    here = speaks_of("stays", reply.text[start:end]) or any(_too(reply, d) for d in own)
    asked = question is not None and speaks_of("stays", question.text)
    if not here and not (asked and (own or _agrees(reply))):
        return None
    spoken = own or (list(question.dates) if question is not None else [])
    days = [d for d in (_first_day(d, today) for d in spoken) if d is not None]
    return min(days) if days and len(days) == len(spoken) and min(days) > last else None


def _agrees(reply: ParsedMessage) -> bool:
    return "s:yes" in reply.reading.concepts or len(reply.words) <= _BRIEF


def of_today(message: ParsedMessage, start: int = 0, end: int | None = None) -> bool:
    """True when the words of a span, or of the whole message, speak of today."""
    last = len(message.text) if end is None else end
    return any(w.text in _TODAY for w in message.words if start <= w.start < last)


def _too(message: ParsedMessage, dated: Dated) -> bool:
    """True for "ертең де", "қазанда да": the particle behind a date says that nothing changes by it."""
    at = message.reading.word_at(dated.end)
    return at < len(message.words) and message.words[at].text in _TOO


def _first_day(dated: Dated, today: date) -> date | None:
    """The first day that a date may mean, from tomorrow on."""
    if not dated.months and dated.day:
        ahead = (today + timedelta(days=n) for n in range(1, _FAR + 1))
        return next((d for d in ahead if d.day == dated.day), None)
    return day_of(dated, today)


def conceded(context: ReplyContext, position: int, window: Window) -> bool:
    """True when the clause around an offset gives a price that is over: "ладно, оставляем 1 200 000". One paid for or
    booked in its time may be kept."""
    last, reply = window.valid_to, context.reply
    clause = reply.reading.clause_at(position)
    if last is None or last >= context.day or clause is None:
        return False
    sentence = reply.reading.sentences[clause.sentence]
    said = reply.text[sentence.start : sentence.end]
    if not speaks_of("concedes", reply.text[clause.start : clause.end]) or speaks_of("paid_then", said):
        return False
    question = context.question
    return question is None or not speaks_of("paid_then", question.text)


def stay(message: ParsedMessage, dates: Sequence[Dated], today: date) -> Iterator[Dated]:
    """The days of a stay of so many nights from the first date named: "7 nights from the 29th"."""
    nights = max((int(q.value) for q in message.quantities if q.unit in {"night", "day"} and not q.ordinal), default=0)
    first = next((d for d in (_first_day(x, today) for x in dates) if d is not None), None)
    if first is not None and 1 < nights <= _FAR:
        yield from (Dated(0, 0, (), None, (first - today).days + n) for n in range(nights))
