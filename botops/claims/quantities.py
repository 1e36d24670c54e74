"""Counted things in a text: "12 месяцев", "от пяти бутылей", "екеуден бастап", "the third lesson"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from botops.claims.lexicon import Concepts
from botops.claims.words import Word, plain_kazakh


class Quantity(NamedTuple):
    """A number of things. `unit` is one of the units of the lexicon, empty when none stands beside it.

    `first:last` are the places of its words, `start:end` its span; `ordinal` marks "the fifth". `bound` is "from" for
    "от 5", "upto" for "до 5", else None.
    """

    value: Decimal
    unit: str
    start: int
    end: int
    first: int
    last: int
    ordinal: bool = False
    bound: Literal["from", "upto"] | None = None


class _Numeral(NamedTuple):
    value: int
    ordinal: bool


_RU = {
    1: "один одна одно одного одной одну одним", 2: "два две двух двумя двум двое двоих обе оба",
    3: "три трех тремя трем трое троих",
    4: "четыре четырех четырьмя четверо четверых", 5: "пять пяти пятью пятеро пятерых",
    6: "шесть шести шестью шестеро шестерых", 7: "семь семи семью семеро семерых",
    8: "восемь восьми", 9: "девять девяти", 10: "десять десяти десятью", 11: "одиннадцать одиннадцати",
    12: "двенадцать двенадцати",
    14: "четырнадцать четырнадцати", 15: "пятнадцать пятнадцати", 20: "двадцать двадцати двадцатью",
    30: "тридцать тридцати",
    40: "сорок сорока", 50: "пятьдесят пятидесяти", 60: "шестьдесят шестидесяти", 90: "девяносто", 100: "сто ста",
}  # fmt: skip
_RU_ORDINAL = {1: "перв", 2: "втор", 3: "трет", 4: "четверт", 5: "пят", 6: "шест", 7: "седьм", 8: "восьм", 10: "десят"}
_RU_ORDINAL_END = frozenset("ый ой ий ая ое ые ого ому ым ом ую ей их ья ье ьего ьей ью ье ьи".split())
_KK = {
    "бір": 1, "екі": 2, "екеу": 2, "үш": 3, "үшеу": 3, "төрт": 4, "төртеу": 4, "бес": 5, "бесеу": 5, "алты": 6,
    "алтау": 6, "жеті": 7,
    "жетеу": 7, "сегіз": 8, "тоғыз": 9, "он": 10, "жиырма": 20, "отыз": 30, "қырық": 40, "елу": 50, "алпыс": 60,
    "жетпіс": 70,
    "сексен": 80, "тоқсан": 90, "жүз": 100,
}  # fmt: skip
_KK |= {plain_kazakh(word): value for word, value in _KK.items() if word != "төрт"}  # "торт" is a cake
_KK_END = frozenset(
    "ден дан тен тан нен нан ге ға ке қа і ы сі сы нің дің ті ты ін ын уі еуі ден ин ын нин си".split()
) | {""}
_KK_ORDINAL = frozenset("інші ынші ншы нші іншісі ыншысы ншісі ншысы іншісіне ншіден".split()) | {
    "инши",
    "ншиси",
    "нши",
}
_EN = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11,
    "twelve": 12, "fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "ninety": 90,
    "hundred": 100, "both": 2, "couple": 2,
}  # fmt: skip
_EN_ORDINAL = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "tenth": 10}
_RU_WORDS = {form: value for value, forms in _RU.items() for form in forms.split()}
_FROM_BEFORE = frozenset("от свыше больше более over from least минимум минимально со с кемінде".split())
LIMIT_WORDS = frozenset("больше более менее меньше выше ниже дольше раньше позже more less fewer longer later".split())
_WITH = frozenset({"с", "со"})
_UPTO_BEFORE = frozenset("до максимум under within".split())
_FROM_AFTER = frozenset("бастап асса көп жоғары артық кейін".split())
_WHOLE = frozenset("течение целый целую целого всю весь whole бүкіл within".split())
_LENGTHS = frozenset("неделю месяц год".split())
_BARE = frozenset("на".split())
_BEFORE_WHOLE = _WHOLE | _BARE
_OR_MORE = frozenset("up above more over longer более больше выше дольше көп артық".split())
_CURRENCY = ("теңге", "тенге", "доллар")
_ABLATIVE = ("ден", "дан", "тен", "тан", "нен", "нан")
_DATIVE = frozenset("ға ге қа ке на не".split())
_PREFIX_UNITS: dict[str, tuple[int | Decimal, str]] = {
    "полгода": (6, "month"), "полугодие": (6, "month"), "полмесяца": (15, "day"), "квартал": (3, "month"),
    "неделю": (7, "day"), "сутки": (1, "day"), "годовой": (12, "month"), "годовая": (12, "month"),
    "half-year": (6, "month"), "полтора": (Decimal("1.5"), ""),
}  # fmt: skip
_GOVERN_NUMBERS = frozenset(
    "а без в во для до за и из или к ко между на о об от по после при про с со у через х "
    "a and at by for from in of on or over per than to under until with x".split()
)
"""Words of closed classes that stand before numbers, and the cross between factors, typed without their space."""
_METRES = frozenset("м m см cm".split())
_KAZAKH = re.compile("[әғқңөұүһі]")
_MAX_GAP = 2
_DAYS = {"hour": Decimal(1) / 24, "day": Decimal(1), "week": Decimal(7), "month": Decimal(30), "year": Decimal(360)}
_DASHES = frozenset({"-", "–", "—"})
MAX_QUANTITIES = 6_000
"""Counted things read of one text, twice as many as amounts: "15 000" is two groups of digits."""


@lru_cache(maxsize=16384)
def numeral(word: str) -> _Numeral | None:
    """The number a folded word spells, or None."""
    value = _RU_WORDS.get(word) or _EN.get(word)
    if value:
        return _Numeral(value, False)
    if word in _EN_ORDINAL:
        return _Numeral(_EN_ORDINAL[word], True)
    for number, root in _RU_ORDINAL.items():
        if word.startswith(root) and word[len(root) :] in _RU_ORDINAL_END:
            return _Numeral(number, True)
    for cut in range(len(word), 1, -1):
        number = _KK.get(word[:cut], 0)
        if number and word[cut:] in _KK_END:
            return _Numeral(number, False)
        if number and word[cut:] in _KK_ORDINAL:
            return _Numeral(number, True)
    return None


def _digits(words: Sequence[Word], i: int) -> tuple[Decimal, int] | None:
    """The number written in digits at word `i`, groups of three joined, and the index after it."""
    text = words[i].text
    if not text[0].isdecimal() or ":" in text or text.count(".") > 1:
        return None
    j = i + 1
    plain = text.replace(",", "") if text.count(",") and all(len(g) == 3 for g in text.split(",")[1:]) else text
    if len(plain) <= 3 and plain.isdecimal():
        while (
            j < len(words)
            and len(words[j].text) == 3
            and words[j].text.isdecimal()
            and words[j].start == words[j - 1].end + 1
        ):
            plain += words[j].text
            j += 1
    plain = plain.replace(",", ".")
    return (Decimal(plain), j) if plain.replace(".", "", 1).isdecimal() else None


def ends_a_name(text: str, words: Sequence[Word], q: Quantity) -> bool:
    """True for digits that end a name and count nothing: glued to letters before them ("SUPER50", "ЛЕТО3", "A56"), or
    joined to them as codes are ("sale_20", "SAVE-20"). `text` is as it was written, capitals kept.

    Words that govern numbers only lost their space ("for2", "за3 месяца"), and a cross multiplies ("4х3").
    """
    before = words[q.first - 1] if q.first else None
    if before is None or not before.text[0].isalpha() or not words[q.first].text[0].isdecimal():
        return False
    joint = text[before.end : q.start]
    if joint == "-":
        return before.end - before.start > 1 and text[before.start : before.end].isupper()
    return joint == "_" or (not joint and before.text not in _GOVERN_NUMBERS)


def in_days(q: Quantity) -> Decimal:
    """A length of time in days, a month as 30 and a year as twelve of them: two weeks are 14."""
    return q.value * _DAYS[q.unit]


def ranged(found: Sequence[Quantity], text: str) -> tuple[Quantity, ...]:
    """The same with the unit of a range at both of its ends: "14–29 дней" is from 14 days to 29."""
    out = list(found)
    for i in range(len(out) - 2, -1, -1):
        one, other = out[i], out[i + 1]
        if not one.unit and other.unit and text[one.end : other.start].strip() in _DASHES:
            out[i] = one._replace(unit=other.unit)
    return tuple(out)


def crowded(words: Sequence[Word]) -> bool:
    """True for more groups of digits than are read of one text."""
    return len(words) > MAX_QUANTITIES and sum(w.text[0].isdecimal() for w in words) > MAX_QUANTITIES


def quantities(words: Sequence[Word], tags: Sequence[Concepts]) -> tuple[Quantity, ...]:
    """Every number with the unit beside it, in order; numbers without a unit have an empty one. At most
    `MAX_QUANTITIES` are read."""
    out: list[Quantity] = []
    i = 0
    for opens, word in enumerate(words):
        if opens < i or not (
            _may_open(word.text) or (opens and tags[opens] and words[opens - 1].text in _BEFORE_WHOLE)
        ):
            continue
        if _is_exponent(words, opens) or _is_pronoun(words, tags, opens):
            continue
        i = opens
        read = _number_at(words, i) or _whole_at(words, tags, i)
        if read is None:
            continue
        if len(out) == MAX_QUANTITIES:
            break
        value, ordinal, j = read
        out.append(_counted(words, tags, i, j, value, ordinal))
        i = max(j, i + 1)
    return tuple(out)


def _is_exponent(words: Sequence[Word], i: int) -> bool:
    """True for the digit of "м2", "m3": no number of anything."""
    return words[i].text in {"2", "3"} and i > 0 and words[i - 1].end == words[i].start and words[i - 1].text in _METRES


def _is_pronoun(words: Sequence[Word], tags: Sequence[Concepts], i: int) -> bool:
    """True for the Russian "он", which is ten in Kazakh: with a numeral or a unit behind it, or in a Kazakh text."""
    if words[i].text != "он":
        return False
    if i + 1 < len(words) and (numeral(words[i + 1].text) or any(t.startswith("u:") for t in tags[i + 1])):
        return False
    return not any(_KAZAKH.search(w.text) for w in words)


@lru_cache(maxsize=32768)
def _may_open(word: str) -> bool:
    """True for a word that a number may begin with: digits, a numeral, a span of time that counts itself."""
    return word[0].isdecimal() or word in _PREFIX_UNITS or numeral(word) is not None


def _whole_at(words: Sequence[Word], tags: Sequence[Concepts], i: int) -> tuple[Decimal, bool, int] | None:
    """One of a unit said without a number: "в течение недели", "целый месяц", "на год"."""
    unit = tags[i] & {"u:day", "u:week", "u:month", "u:year", "u:hour"}
    if unit and i and (words[i - 1].text in _WHOLE or (words[i].text in _LENGTHS and words[i - 1].text in _BARE)):
        return Decimal(1), False, i
    return None


def _number_at(words: Sequence[Word], i: int) -> tuple[Decimal, bool, int] | None:
    digits = _digits(words, i)
    if digits:
        value, j = digits
        ordinal = j < len(words) and words[j].text in {
            "й",
            "я",
            "ый",
            "ая",
            "ой",
            "ю",
            "го",
            "th",
            "st",
            "nd",
            "rd",
            "ші",
            "шы",
            "нші",
        }
        return value, ordinal, j + 1 if ordinal else j
    whole = _PREFIX_UNITS.get(words[i].text)
    if whole:
        return Decimal(whole[0]), False, i + 1
    first = numeral(words[i].text)
    if first is None:
        return None
    total, ordinal, j = first.value, first.ordinal, i + 1
    if total >= 10 and not ordinal and j < len(words):
        more = numeral(words[j].text)
        if more and (more.value < 10 <= total < 100 or total == 100 > more.value):
            total, ordinal, j = total + more.value, more.ordinal, j + 1
    return Decimal(total), ordinal, j


def _counted(
    words: Sequence[Word], tags: Sequence[Concepts], i: int, j: int, value: Decimal, ordinal: bool
) -> Quantity:
    whole = _PREFIX_UNITS.get(words[i].text)
    unit, last = (whole[1], i) if whole else ("", j - 1)
    if not unit:
        for k in range(j, min(j + _MAX_GAP, len(words))):
            found = next((c[2:] for c in sorted(tags[k]) if c.startswith("u:")), "")
            if found:
                unit, last = found, k
                break
            if words[k].text[0].isdecimal() or words[k].start - words[k - 1].end > 2:
                break
    return Quantity(value, unit, words[i].start, words[last].end, i, last, ordinal, _bound(words, i, last))


def _bound(words: Sequence[Word], first: int, last: int) -> Literal["from", "upto"] | None:
    before = words[first - 1].text if first else ""
    earlier = words[first - 2].text if first > 1 else ""
    return _bound_before(before, earlier) or _bound_behind(words, last) or _bound_by_numeral(words[first], before)


def _bound_before(before: str, earlier: str) -> Literal["from", "upto"] | None:
    if earlier == "не" and before in {"больше", "более", "дольше", "позже"}:
        return "upto"
    if earlier == "не" and before in {"меньше", "менее", "раньше"}:
        return "from"
    if before in _UPTO_BEFORE or (before == "to" and earlier == "up"):
        return "upto"
    if before in {"чем", "than"} and earlier in {"меньше", "менее", "less", "раньше", "позже"}:
        return "upto"
    if before == "than" and earlier in {"more", "over"}:
        return "from"
    return "from" if before in _FROM_BEFORE and before not in _WITH else None


def _bound_behind(words: Sequence[Word], last: int) -> Literal["from", "upto"] | None:
    after = words[last + 1].text if last + 1 < len(words) else ""
    next_but_one = words[last + 2].text if last + 2 < len(words) else ""
    if after == "дейін" or (next_but_one == "дейін" and (after in _DATIVE or after.startswith(_CURRENCY))):
        return "upto"
    if after.startswith(_CURRENCY) and after.endswith(_ABLATIVE):
        return "from"
    if after in _FROM_AFTER or words[last].text.endswith(_ABLATIVE) or after in _ABLATIVE:
        return "from"
    following = [w.text for w in words[last + 1 : last + 3]]
    return "from" if after in {"or", "and", "и", "және"} and following[-1] in _OR_MORE else None


def _bound_by_numeral(word: Word, before: str) -> Literal["from"] | None:
    """ "со второго", "с пяти": spelled numbers alone, for "с 15:00" and "с 5 мая" open no range."""
    return "from" if before in _WITH and numeral(word.text) is not None else None
