"""What to write to a client who was promised something wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType

from botops.claims.segment import segment_at, segments
from botops.claims.shown import price_in, worded
from botops.domain.incidents import AffectedReply
from botops.domain.messages import Language

_LONGEST = 300
"""Characters of a sentence that is quoted whole; of a longer one only what is wrong in it."""


@dataclass(frozen=True, slots=True)
class _Words:
    """A letter in one language. `one` opens a letter about one sentence, `many` one about several, each told as `told`.

    What holds is `instead` where more than the wrong words is quoted, `right` where nothing else is, and `rule` where
    it is a rule of the price list, in the words of the company, which need not be in the client's language.
    """

    one: str
    many: str
    told: str
    right: str
    instead: str
    rule: str
    closing: str


_WORDS: Mapping[Language, _Words] = MappingProxyType(
    {
        "ru": _Words(
            "Здравствуйте! {day} наш бот написал вам: «{quote}». Это ошибка, просим за неё прощения.",
            "Здравствуйте! Наш бот ошибся в переписке с вами, просим за это прощения.",
            "{day} он написал: «{quote}».",
            "Правильно так: {expected}.",
            "Правильно так: не «{wrong}», а {expected}.",
            "Правильно так: {expected}.",
            "Если это влияет на ваше решение, ответьте, пожалуйста, на это сообщение: подберём вариант вместе.",
        ),
        "kk": _Words(
            "Сәлеметсіз бе! {day} күні ботымыз сізге «{quote}» деп жазды. Бұл қате, ол үшін кешірім сұраймыз.",
            "Сәлеметсіз бе! Ботымыз сізге жазғанда қателесті, ол үшін кешірім сұраймыз.",
            "{day} күні ол «{quote}» деп жазды.",
            "Дұрысы мынадай: {expected}.",
            "Дұрысы мынадай: «{wrong}» емес, {expected}.",
            "Прайсымызда былай жазылған: {expected}.",
            "Бұл шешіміңізге әсер етсе, осы хабарламаға жауап жазыңыз: қолайлы нұсқаны бірге табайық.",
        ),
        "en": _Words(
            'Hello! On {day} our bot wrote to you: "{quote}". That was a mistake, and we apologise for it.',
            "Hello! Our bot made mistakes when it wrote to you, and we apologise for them.",
            'On {day} it wrote: "{quote}".',
            "This is how it is: {expected}.",
            'This is how it is: not "{wrong}" but {expected}.',
            "Our price list says: {expected}.",
            "If it changes your decision, please reply to this message and we will find a solution together.",
        ),
    }
)


def letter(told: Sequence[tuple[AffectedReply, str]]) -> str:
    """One message that takes back everything wrong that a client was told, in the client's language, and says what
    holds. Each reply comes with its day, written as its readers write days. It is a proposal: a seller reads it before
    it is sent. Raises ValueError when nothing was told.

    A sum says little without what it is the price of, so the sentence it stands in is quoted.
    """
    if not told:
        raise ValueError("a letter takes back at least one claim")
    words = _WORDS[told[0][0].language]
    sentences = [
        (day, quote, [reply for reply, *_ in group])
        for (_, _, day, quote), group in groupby(((r, d, _sentence(r)) for r, d in told), key=_place)
    ]
    if len(sentences) == 1:
        ((day, quote, replies),) = sentences
        return " ".join([words.one.format(day=day, quote=quote), *_right(words, replies, quote), words.closing])
    items = [
        " ".join([words.told.format(day=day, quote=quote), *_right(words, replies, quote)])
        for day, quote, replies in sentences
    ]
    return "\n".join([words.many, *items, words.closing])


def _place(told: tuple[AffectedReply, str, str]) -> tuple[str, int, str, str]:
    reply, day, quote = told
    return reply.dialogue_id, reply.turn, day, quote


def _sentence(reply: AffectedReply) -> str:
    """The sentence what is wrong stands in, or that alone where the reply is not known to hold it."""
    wrong = _tidy(reply.quote)
    if reply.text[reply.start : reply.start + len(reply.quote)] != reply.quote:
        return wrong
    parts = segments(reply.text)
    segment = parts[segment_at(parts, reply.start)]
    whole = _tidy(reply.text[segment.start : segment.end]).rstrip(".")
    return whole if wrong in whole and len(whole) <= _LONGEST else wrong


def _right(words: _Words, replies: Sequence[AffectedReply], quote: str) -> list[str]:
    """What holds, a sentence for each wrong claim, each once."""
    said = []
    for reply in replies:
        if not reply.expected:
            continue
        price, wrong = price_in(reply.expected, reply.language), _tidy(reply.quote)
        form = words.rule if price is None else words.right if quote == wrong else words.instead
        said.append(form.format(expected=(price or worded(reply.expected, reply.language)).rstrip("."), wrong=wrong))
    return list(dict.fromkeys(said))


def _tidy(text: str) -> str:
    return " ".join(text.split())
