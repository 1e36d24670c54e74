"""Which of the three languages a client writes in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from botops.domain.messages import Language, Message

_KAZAKH_LETTERS = frozenset("әіңғүұқөһӘІҢҒҮҰҚӨҺ")
_WORD = re.compile(r"[^\W\d_]+")
_NAME = re.compile(r"(?<=[а-яё,] )[А-ЯЁӘІҢҒҮҰҚӨҺ][а-яёәіңғүұқөһ]+")

# Kazakh as typed on a Russian keyboard: its commonest function words, which Russian does not have.
_KAZAKH_WORDS = frozenset(
    "салем салеметсиз канша турады кандай керек бар ма ме ба бе па пе жок рахмет калай болады маган сизде сиздерде "
    "айына жылына багасы женилдик тогiн тегин неше осы мен ушин бойынша бере аласыз аласыздар екен гой".split()
)
_ENOUGH = 2


def detect_language(text: str, history: Iterable[Message] = (), default: Language = "ru") -> Language:
    """The language of `text`; where it has no words ("?", "5000"), of the client's latest message that has.

    Kazakh is known by its own letters or, typed without them, by at least two of its function words (one, when the
    message has no more than two words). Cyrillic without either is Russian; Latin is English. A name within a sentence
    ("менеджер Айгүл обещала") is in no language.
    """
    found = _language_of(text)
    if found:
        return found
    for message in reversed([m for m in history if m.role == "user"]):
        found = _language_of(message.content)
        if found:
            return found
    return default


def _language_of(text: str) -> Language | None:
    if any(ch in _KAZAKH_LETTERS for ch in _NAME.sub("", text)):
        return "kk"
    words = [w.lower() for w in _WORD.findall(text[:2000])]
    cyrillic = sum(1 for w in words if "а" <= w[0] <= "я" or w[0] == "ё")
    latin = sum(1 for w in words if "a" <= w[0] <= "z")
    if not cyrillic and not latin:
        return None
    if latin > cyrillic:
        return "en"
    hits = sum(1 for w in words if w in _KAZAKH_WORDS)
    return "kk" if hits >= min(_ENOUGH, len(words)) and hits else "ru"
