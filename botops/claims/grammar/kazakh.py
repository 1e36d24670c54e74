"""Kazakh endings by vowel harmony: enough morphology to know an inflected numeral, currency or unit."""

from __future__ import annotations

_BACK = frozenset("аоұыяёэ")
_FRONT = frozenset("әөүіеь")
_VOWELS = _BACK | _FRONT - {"ь"} | frozenset("уию")
_VOICELESS = frozenset("пфктсшщчцхһқбвгд")
_SONORANT = frozenset("мнң")
_FOLD = str.maketrans("әғқңөұүһі", "агкноуухи")


def folded(word: str) -> str:
    """The word as typed on a Russian keyboard: қырық бес мың -> кырык бес мын."""
    return word.translate(_FOLD)


def is_back(word: str) -> bool:
    """True when endings take back vowels (from the last vowel of the word)."""
    for char in reversed(word):
        if char in _FRONT:
            return False
        if char in _BACK:
            return True
    return True


def _case_endings(word: str) -> dict[str, str]:
    """Ending by case for a bare stem (not a possessive)."""
    back = is_back(word)
    a, y = ("а", "ы") if back else ("е", "і")
    last = word[-1]
    if last in _VOICELESS:
        dat, abl, acc, gen, loc, ins = ("қ" if back else "к") + a, f"т{a}н", f"т{y}", f"т{y}ң", f"т{a}", "пен"
    else:
        dat = ("ғ" if back else "г") + a
        abl = f"н{a}н" if last in _SONORANT else f"д{a}н"
        acc = f"н{y}" if last in _VOWELS else f"д{y}"
        gen = f"н{y}ң" if last in _VOWELS or last in _SONORANT else f"д{y}ң"
        loc, ins = f"д{a}", "бен" if last == "з" else "мен"
    return {"dat": dat, "abl": abl, "acc": acc, "gen": gen, "loc": loc, "ins": ins}


def _possessed(word: str) -> str:
    back = is_back(word)
    if word[-1] == "ь":
        return word[:-1] + "і"
    if word[-1] in _VOWELS:
        return word + ("сы" if back else "сі")
    stem = word[:-1] + {"к": "г", "қ": "ғ", "п": "б"}[word[-1]] if word[-1] in "кқп" and len(word) > 3 else word
    return stem + ("ы" if back else "і")


def case_forms(word: str) -> dict[str, str]:
    """The forms of a bare stem -> case: nom, dat, abl, acc, gen, loc, ins, adj (-лық/-лік), like (-дай)."""
    result = {word: "nom"}
    for case, ending in _case_endings(word).items():
        result.setdefault(word + ending, case)
    back, last = is_back(word), word[-1]
    y, a = ("ы", "а") if back else ("і", "е")
    k = "қ" if back else "к"
    lead = "т" if last in _VOICELESS else "д" if last in _SONORANT or last in "зл" else "л"
    for letter in {lead, "л"}:
        result.setdefault(f"{word}{letter}{y}{k}", "adj")
    result.setdefault(f"{word}{'т' if last in _VOICELESS else 'д'}{a}й", "like")
    return result


def possessed_forms(word: str) -> dict[str, str]:
    """The forms of "its …" (доллары, долларына, теңгесінен) -> case; the dative is called "own": with a unit it says
    per what ("айына": a month), where the bare dative counts ("12 айға": for 12 months)."""
    own = _possessed(word)
    y, a = ("ы", "а") if is_back(word) else ("і", "е")
    endings = {"": "nom", f"н{a}": "own", f"н{a}н": "abl", "н": "acc", f"н{y}ң": "gen", f"нд{a}": "loc", "мен": "ins"}
    return {own + ending: case for ending, case in endings.items()}


def forms(word: str) -> dict[str, str]:
    """Every form of a noun, possessed or not -> case."""
    return {**possessed_forms(word), **case_forms(word)}
