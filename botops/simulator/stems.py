"""Words to stems, rough and fast: enough to meet "кассы" with "касса", "тарифі" with "тариф"."""

from __future__ import annotations

import re
from functools import lru_cache

from botops.domain.messages import Language

WORD = re.compile(r"[^\W_]+")
_ENDINGS = re.compile(
    r"(?:иями|ями|ами|ого|его|ому|ему|ыми|ими|ая|яя|ое|ее|ые|ие|ый|ий|ой|ых|их|ов|ев|ей|ом|ем|ах|ях|ам|ям|ую|юю|"
    r"ымыз|іміз|ымда|імде|лары|лері|дары|дері|тары|тері|лар|лер|дар|дер|тар|"
    r"тер|ның|нің|дың|дің|тың|тің|дан|ден|тан|тен|нан|нен|"
    r"мен|бен|пен|ға|ге|қа|ке|сі|ді|ті|ні|ім|es|s|[аеёиоуыэюяьйі])$"
)
_KEEP = 3
_LONGEST = 6
_KAZAKH = re.compile(r"[әіңғүұқөһ]", re.IGNORECASE)
_NAME = re.compile(r"(?<=[а-яё,] )[А-ЯЁӘІҢҒҮҰҚӨҺ][а-яёәіңғүұқөһ]+")
"""A name within a sentence, which is in no language: "менеджер Айгүл обещала"."""
_KAZAKH_WORDS = frozenset(
    "салем салеметсиз салеметсизбе канша турады кандай керек бар ма ме ба бе "
    "жок рахмет калай болады маган сизде багасы "
    "женилдик тегин неше бойынша айына дана алсам алсак аламын аламыз сонда "
    "керекпе турады болама скидкасы бере аласыз айтыныз жылга сонда барлыгы "
    "дукен дуканга адам жалга беруге болама кымбат екен".split()
)
_NOISE = frozenset(
    "и в на с по для к от до за из у о об не а но или же ли the a an of for to in on and with is are de per мен және "
    "үшін бір ма ме па пе ба бе".split()
)


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word without its endings, at most six letters."""
    low = word.lower().replace("ё", "е")
    if not low.isalpha() or len(low) <= _KEEP:
        return low
    for _ in range(2):
        found = _ENDINGS.search(low)
        if found is None or found.start() < _KEEP:
            break
        low = low[: found.start()]
    return low[:_LONGEST]


def stems(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order."""
    return [stem(w) for w in WORD.findall(text) if not is_noise(w)]


def is_noise(word: str) -> bool:
    """True for words that say nothing by themselves."""
    return word.lower() in _NOISE


def language_of(text: str) -> Language | None:
    """The language of a chat message, None where it has no telling words."""
    if _KAZAKH.search(_NAME.sub("", text)):
        return "kk"
    words = [w.lower() for w in WORD.findall(text) if w.isalpha()]
    cyrillic = [w for w in words if "а" <= w[0] <= "я"]
    latin = [w for w in words if "a" <= w[0] <= "z" and len(w) > 1]
    if not cyrillic and not latin:
        return None
    if len(latin) > len(cyrillic):
        return "en" if any(w not in _LATIN_NAMES for w in latin) else None
    hits = sum(w in _KAZAKH_WORDS for w in cyrillic)
    return "kk" if hits and hits * 3 >= len(cyrillic) else "ru"


_LATIN_NAMES = frozenset("pos usb wi fi wifi kaspi ok aina tab duo go qr whatsapp t1".split())
