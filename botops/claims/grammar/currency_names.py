"""Full currency names in ru, kk and en: from the CLDR tables in Babel, and country adjective + noun in any case."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from babel import Locale
from babel.core import get_global

from botops.claims.grammar import kazakh

# Country word (Russian adjective stems, Kazakh country names, English adjectives) -> the country's currency.
_RU_STEMS: dict[str, str] = {
    "американск": "USD", "казахстанск": "KZT", "казахск": "KZT", "российск": "RUB", "русск": "RUB",
    "белорусск": "BYN", "беларуск": "BYN", "украинск": "UAH", "киргизск": "KGS", "кыргызск": "KGS", "узбекск": "UZS",
    "таджикск": "TJS", "туркменск": "TMT", "азербайджанск": "AZN", "армянск": "AMD", "грузинск": "GEL",
    "молдавск": "MDL", "румынск": "RON", "канадск": "CAD", "австралийск": "AUD", "новозеландск": "NZD",
    "сингапурск": "SGD", "гонконгск": "HKD", "тайваньск": "TWD", "британск": "GBP", "английск": "GBP",
    "египетск": "EGP", "швейцарск": "CHF", "турецк": "TRY", "японск": "JPY", "китайск": "CNY", "индийск": "INR",
    "пакистанск": "PKR", "южнокорейск": "KRW", "корейск": "KRW", "тайск": "THB", "таиландск": "THB",
    "вьетнамск": "VND", "монгольск": "MNT", "чешск": "CZK", "польск": "PLN", "венгерск": "HUF", "шведск": "SEK",
    "норвежск": "NOK", "датск": "DKK", "исландск": "ISK", "болгарск": "BGN", "сербск": "RSD", "израильск": "ILS",
    "саудовск": "SAR", "кувейтск": "KWD", "бахрейнск": "BHD", "иорданск": "JOD", "мексиканск": "MXN",
    "аргентинск": "ARS", "чилийск": "CLP", "бразильск": "BRL", "филиппинск": "PHP", "иранск": "IRR",
    "южноафриканск": "ZAR", "марокканск": "MAD", "эмиратск": "AED", "арабск": "AED",
}  # fmt: skip
_RU_ADJECTIVE = ("ий", "ого", "ому", "им", "ом", "ие", "их", "ими", "ая", "ой", "ую", "ое")
_OTHER: dict[str, str] = {
    "ақш": "USD", "акш": "USD", "америка": "USD", "америкалық": "USD", "қазақстан": "KZT", "қазақстандық": "KZT",
    "казакстан": "KZT", "ресей": "RUB", "ресейлік": "RUB", "беларусь": "BYN", "қытай": "CNY", "кытай": "CNY",
    "жапон": "JPY", "жапония": "JPY", "түрік": "TRY", "турик": "TRY", "түркия": "TRY", "қырғыз": "KGS",
    "кыргыз": "KGS", "қырғызстан": "KGS", "өзбек": "UZS", "озбек": "UZS", "өзбекстан": "UZS", "украина": "UAH",
    "британ": "GBP", "британия": "GBP", "ағылшын": "GBP", "швейцария": "CHF", "канада": "CAD", "аустралия": "AUD",
    "австралия": "AUD", "бәә": "AED", "үндістан": "INR", "корея": "KRW", "әзербайжан": "AZN", "гонконг": "HKD",
    "сингапур": "SGD", "us": "USD", "american": "USD", "canadian": "CAD", "australian": "AUD", "kazakhstani": "KZT",
    "kazakh": "KZT", "kazakhstan": "KZT", "russian": "RUB", "british": "GBP", "english": "GBP", "swiss": "CHF",
    "turkish": "TRY", "japanese": "JPY", "chinese": "CNY", "indian": "INR", "korean": "KRW", "singapore": "SGD",
    "mexican": "MXN", "brazilian": "BRL", "swedish": "SEK", "norwegian": "NOK", "danish": "DKK", "czech": "CZK",
    "polish": "PLN", "hungarian": "HUF", "romanian": "RON", "uae": "AED", "emirati": "AED", "egyptian": "EGP",
    "ukrainian": "UAH", "georgian": "GEL", "kyrgyz": "KGS", "uzbek": "UZS", "israeli": "ILS", "thai": "THB",
    "bulgarian": "BGN", "belarusian": "BYN", "saudi": "SAR", "kuwaiti": "KWD", "australia": "AUD", "canada": "CAD",
}  # fmt: skip
_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


class Names(NamedTuple):
    """`by_first` maps a name's first word to (words after it, code), longest first; words are lower-case.
    `countries` maps a country word to the currency a noun after it means. `codes` are all ISO codes, past ones too."""

    by_first: dict[str, tuple[tuple[tuple[str, ...], str], ...]]
    countries: dict[str, str]
    codes: frozenset[str]


@lru_cache(maxsize=1)
def names() -> Names:
    """The tables, read from Babel once (about 50 ms). A name that several codes share means the one in use today."""
    codes: set[str] = set()
    wordings: list[tuple[bool, bool, str, str, str]] = []
    current = _current_codes()
    for tag in ("ru", "kk", "en"):
        data = Locale(tag)._data
        codes.update(data["currency_names"])
        named = list(data["currency_names"].items())
        named += [(code, w) for code, counts in data["currency_names_plural"].items() for w in counts.values()]
        wordings += [(code not in current, "(" in w, code, w, tag) for code, w in named if len(code) == 3]
    found: dict[str, dict[tuple[str, ...], str]] = {}
    for past, qualified, code, wording, tag in sorted(wordings):
        for phrase in _spellings(wording, tag):
            words = tuple(_WORDS.findall(phrase.lower().replace("’", "'")))
            if len(words) > 1 or (words and not past and not qualified):
                found.setdefault(words[0], {}).setdefault(words[1:], code)
    countries = {stem + end: code for stem, code in _RU_STEMS.items() for end in _RU_ADJECTIVE} | _OTHER
    by_first = {first: tuple(sorted(rest.items(), key=lambda item: -len(item[0]))) for first, rest in found.items()}
    return Names(by_first, countries, frozenset(c for c in codes if len(c) == 3 and c.isupper()))


def _current_codes() -> frozenset[str]:
    """Codes that are legal tender somewhere today."""
    territories = get_global("territory_currencies")
    return frozenset(
        code for periods in territories.values() for code, _, end, tender in periods if end is None and tender
    )


def _spellings(wording: str, tag: str) -> set[str]:
    plain = re.sub(r"\s*\([^)]*\)", "", wording).strip()
    if tag != "kk" or plain[-1:] not in "ыі":
        return {plain} if plain else set()
    head, _, last = plain.rpartition(" ")
    y, a = ("ы", "а") if kazakh.is_back(last) else ("і", "е")
    endings = ("", "н", f"н{a}", f"н{a}н", f"н{y}ң", f"нд{a}", "мен")
    return {f"{head} {last}{ending}".strip() for ending in endings}
