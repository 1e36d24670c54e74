"""The day a reply speaks of: what it announces for a coming day, keeps beyond its last day, concedes after it.

"С 10 октября минус 20 %" is right before that day; "и 3 ноября так и будет 9 900" is wrong where the price ends in
October; "ладно, оставим по старой" where it has ended.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from botops.claims.cues import speaks_of
from botops.claims.dates import Dated, covers, day_of
from botops.claims.weekdays import days_in_word
from botops.pricebook.model import Window

if TYPE_CHECKING:
    from botops.claims.context import ParsedMessage, ReplyContext
    from botops.claims.desk import Desk
    from botops.claims.policy import Rule
    from botops.claims.reading import Clause

_TODAY = frozenset("сегодня сейчас щас бүгін бугин қазір казир today now".split())
_TOO, _ALSO = frozenset("да де та те".split()), frozenset("тоже также too also well likewise".split())
_IN = frozenset("в во с на после".split())
_BRIEF, _BEHIND = 8, 3
_FAR = 31
_MONTHS = 12
_ABLATIVE = ("нан", "нен", "дан", "ден", "тан", "тен")
_ENDS, _WEEK = 2, 7
_LIMITS = frozenset("до с со по после until till by from since after дейін дейин бастап кейін кейин".split())
_COMING = re.compile(
    r"\b(?:следующ|будущ|келес[іи]|келер|next|coming)\w*\s+(?:(?P<week>недел|апта|week)|(?P<month>месяц|ай(?!т)|month))"
)


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
    asked = question is not None and (
        speaks_of("stays", question.text) or any(_too(question, d) for d in question.dates)
    )
    stays = asked or speaks_of("stays", reply.text[start:end])
    if not stays and not reply.dates:
        return None
    own = dates_said(reply, today, start, end)
    here = speaks_of("stays", reply.text[start:end]) or any(_too(reply, d) for d in own)
    if not here and not (asked and (own or _agrees(reply))):
        return None
    spoken = own or (dates_said(question, today) if question is not None else [])
    days = [d for d in (_first_day(d, today) for d in spoken) if d is not None]
    return min(days) if days and len(days) == len(spoken) and min(days) > last else None


def _bounds(message: ParsedMessage, dated: Dated) -> bool:
    """True for "до 31 декабря", "from October 1", "1 қазаннан": the end or beginning of a time is no day
    spoken of, unless nights are counted from it."""
    at, after = message.reading.word_at(dated.start), message.reading.word_at(dated.end)
    beside = {w.text for w in (*message.words[max(0, at - 1) : at], *message.words[after : after + 1])}
    ablative = message.folded[dated.start : dated.end].endswith(_ABLATIVE)
    return (ablative or not beside.isdisjoint(_LIMITS)) and not any(q.unit == "night" for q in message.quantities)


def dates_said(message: ParsedMessage, today: date, start: int = 0, end: int | None = None) -> list[Dated]:
    """The dates between two offsets of a message, with "на следующей неделе", "с понедельника", "next month"."""
    last = len(message.text) if end is None else end
    out = [d for d in message.dates if start <= d.start < last]
    for match in _COMING.finditer(message.folded, start, last):
        if match["month"]:
            out.append(Dated(match.start(), match.end(), (today.month % _MONTHS + 1,)))
        else:
            out.append(Dated(match.start(), match.end(), (), None, _WEEK - today.weekday()))
    for word in message.words:
        days = days_in_word(word.text) if start <= word.start < last else ()
        if len(days) == 1:
            out.append(Dated(word.start, word.end, (), None, (next(iter(days)) - today.weekday() - 1) % _WEEK + 1))
    return out


def _agrees(reply: ParsedMessage) -> bool:
    return "s:yes" in reply.reading.concepts or len(reply.words) <= _BRIEF


def of_today(message: ParsedMessage, start: int = 0, end: int | None = None) -> bool:
    """True when the words of a span, or of the whole message, speak of today."""
    last = len(message.text) if end is None else end
    return any(w.text in _TODAY for w in message.words if start <= w.start < last)


def _too(message: ParsedMessage, dated: Dated) -> bool:
    """True for "ертең де", "1 декабря лыжи тоже", "и в январе": nothing changes by a date."""
    first, at = message.reading.word_at(dated.start), message.reading.word_at(dated.end)
    if first > 1 and message.words[first - 2].text == "и" and message.words[first - 1].text in _IN:
        return True
    behind = [w.text for w in message.words[at : at + _BEHIND]]
    return bool(behind) and (behind[0] in _TOO or not _ALSO.isdisjoint(behind))


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


def weekdays_meant(message: ParsedMessage, today: date) -> Iterator[tuple[Dated, int]]:
    """The days of the week on which the dates of a message fall, Monday is 0. Two dates are the ends of a stretch, and
    nights are counted on from the first: each day between stands for the last date."""
    days = [(d, day) for d in message.dates if (d.day or d.offset) and (day := _first_day(d, today)) is not None]
    if len(days) == 1 and _bounds(message, days[0][0]):
        return
    yield from ((dated, day.weekday()) for dated, day in days)
    if len(days) == _ENDS:
        (_, first), (dated, last) = days
        yield from ((dated, (first + timedelta(days=n)).weekday()) for n in range(1, min((last - first).days, _WEEK)))
    elif days and len(days) == 1:
        dated = days[0][0]
        yield from (
            (dated, (today + timedelta(days=d.offset)).weekday())
            for d in stay(message, [dated], today)
            if d.offset is not None
        )
