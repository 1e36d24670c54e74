"""What to write to a client who was promised something wrong."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from botops.domain.incidents import AffectedReply
from botops.domain.messages import Language

_TEXTS: Mapping[Language, tuple[str, str, str]] = MappingProxyType(
    {
        "ru": (
            "Здравствуйте! {day} наш бот написал вам: «{quote}». Это ошибка, просим за неё прощения. ",
            "Правильно так: {expected}. ",
            "Если это влияет на ваше решение, ответьте, пожалуйста, на это сообщение: подберём вариант вместе.",
        ),
        "kk": (
            "Сәлеметсіз бе! {day} күні ботымыз сізге «{quote}» деп жазды. Бұл қате, ол үшін кешірім сұраймыз. ",
            "Дұрысы мынадай: {expected}. ",
            "Бұл шешіміңізге әсер етсе, осы хабарламаға жауап жазыңыз: қолайлы нұсқаны бірге табайық.",
        ),
        "en": (
            'Hello! On {day} our bot wrote to you: "{quote}". That was a mistake, and we apologise for it. ',
            "This is how it is: {expected}. ",
            "If it changes your decision, please reply to this message and we will find a solution together.",
        ),
    }
)


def correction(reply: AffectedReply, day: str) -> str:
    """A message in the client's language that takes back what was wrong and says what holds; `day` is the day of the
    reply, written as its readers write days. It is a proposal: a seller reads it before it is sent."""
    opening, right, closing = _TEXTS[reply.language]
    text = opening.format(day=day, quote=" ".join(reply.quote.split()))
    if reply.expected:
        text += right.format(expected=reply.expected.rstrip("."))
    return text + closing
