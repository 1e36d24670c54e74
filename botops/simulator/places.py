"""Cities of Kazakhstan in any case and language."""

from __future__ import annotations

import re
from functools import lru_cache

from botops.domain.messages import Language

_PLACES: tuple[tuple[str, str, str, str], ...] = (
    (r"алмат\w*|almaty", "Алматы", "Алматы", "Almaty"),
    (r"астан\w*|astana", "Астана", "Астана", "Astana"),
    (r"шымкент\w*|shymkent", "Шымкент", "Шымкент", "Shymkent"),
    (r"караганд\w*|қарағанды\w*|karagand[ay]", "Караганда", "Қарағанды", "Karaganda"),
    (r"актобе\w*|ақтөбе\w*|aktobe", "Актобе", "Ақтөбе", "Aktobe"),
    (r"атырау\w*|atyrau", "Атырау", "Атырау", "Atyrau"),
    (r"актау\w*|ақтау\w*|aktau", "Актау", "Ақтау", "Aktau"),
    (r"павлодар\w*|pavlodar", "Павлодар", "Павлодар", "Pavlodar"),
    (r"костана\w*|қостанай\w*|kostanay", "Костанай", "Қостанай", "Kostanay"),
    (r"тараз\w*|taraz", "Тараз", "Тараз", "Taraz"),
    (r"уральск\w*|орал\b|oral\b|uralsk", "Уральск", "Орал", "Oral"),
    (r"семе[йея]\w*|semey", "Семей", "Семей", "Semey"),
    (r"кызылорд\w*|қызылорда\w*|kyzylorda", "Кызылорда", "Қызылорда", "Kyzylorda"),
    (r"туркестан\w*|түркістан\w*|turkistan", "Туркестан", "Түркістан", "Turkistan"),
    (r"талдыкорган\w*|талдықорған\w*|taldykorgan", "Талдыкорган", "Талдықорған", "Taldykorgan"),
    (r"кокшетау\w*|көкшетау\w*|kokshetau", "Кокшетау", "Көкшетау", "Kokshetau"),
)
CITIES = re.compile(r"\b(?:" + "|".join(p[0] for p in _PLACES) + ")", re.IGNORECASE)
_NAMES = {ru: {"ru": ru, "kk": kk, "en": en} for _, ru, kk, en in _PLACES}
_IN_RUSSIAN = {
    "Астана": "Астане",
    "Шымкент": "Шымкенте",
    "Караганда": "Караганде",
    "Павлодар": "Павлодаре",
    "Костанай": "Костанае",
    "Тараз": "Таразе",
    "Уральск": "Уральске",
    "Семей": "Семее",
    "Кызылорда": "Кызылорде",
    "Туркестан": "Туркестане",
    "Талдыкорган": "Талдыкоргане",
}


@lru_cache(maxsize=1000)
def place(text: str) -> str:
    """The Russian name of the city in `text`; the text itself where it names none known here."""
    return next((ru for pattern, ru, _, _ in _PLACES if re.search(rf"\b(?:{pattern})", text, re.IGNORECASE)), text)


def called(city: str, language: Language) -> str:
    """A city's name in a language."""
    return _NAMES.get(city, {}).get(language, city)


def within(city: str) -> str:
    """ "In the city" in Russian: «в Алматы», «в Астане»."""
    return f"в {_IN_RUSSIAN.get(city, city)}"
