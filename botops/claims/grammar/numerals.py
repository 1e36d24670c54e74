"""Number words of Russian, Kazakh and English as values with a rank; the rules by which they add up are in `numbers`.

Rank says what a word may follow: a unit follows tens and hundreds, tens follow hundreds, a hundred opens a group, a
scale word closes the group before it. Inflected forms are generated from stems.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

from botops.claims.grammar import kazakh


class Rank(IntEnum):
    """The place a number word takes inside a group below one thousand, or SCALE for the word that closes it."""

    UNIT = 1
    TEEN = 2
    TEN = 3
    HUNDRED = 4
    TIMES_HUNDRED = 5
    SCALE = 6
    ORDINAL = 7
    MIXED = 8


@dataclass(frozen=True, slots=True)
class NumeralWord:
    """A number word. `lone` scale words stand for one of themselves ("миллион тенге"). `case` is the Kazakh case.
    `money` marks slang said of money alone ("twenty grand")."""

    value: Decimal
    rank: Rank
    lang: str
    lone: bool = False
    case: str = "nom"
    money: bool = False


_RU_UNITS: dict[int, str] = {
    0: "ноль нуль ноля нуля",
    1: "один одна одно одну одного одной одному одним одном",
    2: "два две двух двум двумя",
    3: "три трех трёх трем трём тремя",
    4: "четыре четырех четырёх четырем четырём четырьмя",
    5: "пять пяти пятью",
    6: "шесть шести шестью",
    7: "семь семи семью",
    8: "восемь восьми восемью восьмью",
    9: "девять девяти девятью",
}
_RU_TEENS = (
    "десят одиннадцат двенадцат тринадцат четырнадцат пятнадцат шестнадцат семнадцат восемнадцат девятнадцат".split()
)
_RU_TENS: dict[int, str] = {
    20: "двадцать двадцати двадцатью",
    30: "тридцать тридцати тридцатью",
    40: "сорок сорока",
    50: "пятьдесят пятидесяти пятьюдесятью полста полсотни",
    60: "шестьдесят шестидесяти шестьюдесятью",
    70: "семьдесят семидесяти семьюдесятью",
    80: "восемьдесят восьмидесяти восемьюдесятью восьмьюдесятью",
    90: "девяносто девяноста",
}
_RU_HUNDRED_STEMS = {5: "пят", 6: "шест", 7: "сем", 8: "восем", 9: "девят"}
_RU_SCALES: dict[int, tuple[str, str]] = {
    10**3: (
        "тысяча тысячу тысячей тыща тыщу косарь косаря",
        "тысячи тысяч тысяче тысячам тысячами тысячах тысячью тыс тыщ тыщи тыш тысч тысячь косарей",
    ),
    10**6: (
        "миллион миллиона миллиону миллионом лям ляма мильон",
        "миллионе миллионы миллионов миллионам миллионами миллионах млн лямов лямы мильонов мильона",
    ),
    10**9: ("миллиард миллиарда миллиарду миллиардом", "миллиарды миллиардов миллиардам миллиардами миллиардах млрд"),
    10**12: ("триллион триллиона триллиону триллионом", "триллионы триллионов триллионам триллионами триллионах трлн"),
}
_RU_MIXED: dict[str, str] = {
    "полтора": "1.5", "полторы": "1.5", "полутора": "1.5", "полтораста": "150",
    "полтысячи": "500", "полмиллиона": "500000", "полмиллиарда": "500000000",
    "полляма": "500000",
}  # fmt: skip
_KK_UNITS = "бір екі үш төрт бес алты жеті сегіз тоғыз".split()
_KK_TENS = "он жиырма отыз қырық елу алпыс жетпіс сексен тоқсан".split()
_KK_SCALES = {"мың": 10**3, "миллион": 10**6, "миллиард": 10**9, "триллион": 10**12}
_KK_ORDINALS = (
    "бірінші екінші үшінші төртінші бесінші алтыншы жетінші сегізінші тоғызыншы оныншы жиырмасыншы отызыншы қырқыншы "
    "қырықыншы елуінші алпысыншы жетпісінші сексенінші тоқсаныншы жүзінші мыңыншы"
).split()
# Forms that are everyday words first: "оның" (his), "бірге" (together).
_KK_PRONOUNS = frozenset("оны оның онын онда ондай онымен бірге бирге бірде бирде".split())
_EN_UNITS = "zero one two three four five six seven eight nine".split()
_EN_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_EN_SCALES: dict[int, str] = {
    10**3: "thousand grand thou",
    10**5: "lakh lakhs lac",
    10**6: "million mln mill mio",
    10**7: "crore crores",
    10**9: "billion bln bn",
    10**12: "trillion trn tn",
}
_FRACTION_SIGNS = {"½": "0.5", "¼": "0.25", "¾": "0.75"}
_SLANG = frozenset("grand косарь косаря косарей лям ляма лямов лямы".split())
_RU_ORDINAL_STEMS = (
    "перв втор трет четверт пят шест седьм восьм девят десят одиннадцат двенадцат тринадцат четырнадцат пятнадцат "
    "шестнадцат семнадцат восемнадцат девятнадцат двадцат тридцат сороков пятидесят шестидесят семидесят восьмидесят "
    "девяност сот двухсот тысячн"
).split()
_RU_ORDINAL_ENDINGS = "ый ой ая ое ые ого ому ым ом ую ых ыми".split()


def _word(value: int | str, rank: Rank, lang: str, **more: object) -> NumeralWord:
    return NumeralWord(Decimal(value), rank, lang, **more)  # type: ignore[arg-type]


def _russian() -> Iterator[tuple[str, NumeralWord]]:
    for value, words in _RU_UNITS.items():
        yield from ((w, _word(value, Rank.UNIT, "ru")) for w in words.split())
    for offset, stem in enumerate(_RU_TEENS):
        yield from ((stem + end, _word(10 + offset, Rank.TEEN, "ru")) for end in ("ь", "и", "ью"))
    for value, words in _RU_TENS.items():
        yield from ((w, _word(value, Rank.TEN, "ru")) for w in words.split())
    yield from ((w, _word(100, Rank.HUNDRED, "ru")) for w in ("сто", "ста"))
    yield from ((w, _word(200, Rank.HUNDRED, "ru")) for w in "двести двухсот двумстам двумястами двухстах".split())
    yield from (
        (w, _word(300, Rank.HUNDRED, "ru"))
        for w in "триста трехсот трёхсот тремстам тремястами трехстах трёхстах".split()
    )
    yield from (
        (w, _word(400, Rank.HUNDRED, "ru"))
        for w in "четыреста четырехсот четырёхсот четыремстам четырьмястами четырехстах".split()
    )
    for digit, stem in _RU_HUNDRED_STEMS.items():
        oblique = "восьм" if digit == 8 else stem
        for word in (f"{stem}ьсот", f"{oblique}исот", f"{oblique}истам", f"{stem}ьюстами", f"{oblique}истах"):
            yield word, _word(digit * 100, Rank.HUNDRED, "ru")
    yield from ((w, _word(100, Rank.TIMES_HUNDRED, "ru")) for w in "сотня сотню сотни сотен".split())
    for value, (lone, plural) in _RU_SCALES.items():
        yield from ((w, _word(value, Rank.SCALE, "ru", lone=True, money=w in _SLANG)) for w in lone.split())
        yield from ((w, _word(value, Rank.SCALE, "ru", money=w in _SLANG)) for w in plural.split())
    yield from ((w, _word(v, Rank.MIXED, "ru")) for w, v in _RU_MIXED.items())
    for stem in _RU_ORDINAL_STEMS:
        yield from ((stem + end, _word(0, Rank.ORDINAL, "ru")) for end in _RU_ORDINAL_ENDINGS)


def _kazakh() -> Iterator[tuple[str, NumeralWord]]:
    bases: list[tuple[str, int, Rank, bool]] = [(w, i, Rank.UNIT, False) for i, w in enumerate(_KK_UNITS, 1)]
    bases += [(w, 10 * i, Rank.TEN, False) for i, w in enumerate(_KK_TENS, 1)]
    bases += [("жүз", 100, Rank.TIMES_HUNDRED, True)]
    bases += [(w, v, Rank.SCALE, True) for w, v in _KK_SCALES.items()]
    for base, value, rank, lone in bases:
        for form, case in kazakh.case_forms(base).items():
            for spelling in {form, kazakh.folded(form)} - _KK_PRONOUNS:
                yield spelling, _word(value, rank, "kk", lone=lone, case=case)
    yield from ((w, _word("0.5", Rank.MIXED, "kk")) for w in ("жарты", "жартылай"))
    yield "жарым", _word("0.5", Rank.MIXED, "kk")
    yield from ((sign, _word(value, Rank.MIXED, "kk")) for sign, value in _FRACTION_SIGNS.items())
    for ordinal in _KK_ORDINALS:
        for form in kazakh.case_forms(ordinal):
            yield from ((w, _word(0, Rank.ORDINAL, "kk")) for w in {form, kazakh.folded(form)})


def _english() -> Iterator[tuple[str, NumeralWord]]:
    yield from ((w, _word(i, Rank.UNIT, "en")) for i, w in enumerate(_EN_UNITS))
    yield from ((w, _word(10 + i, Rank.TEEN, "en")) for i, w in enumerate(_EN_TEENS))
    yield from ((w, _word(20 + 10 * i, Rank.TEN, "en")) for i, w in enumerate(_EN_TENS))
    yield "fourty", _word(40, Rank.TEN, "en")
    yield "hundred", _word(100, Rank.TIMES_HUNDRED, "en")
    for value, words in _EN_SCALES.items():
        yield from ((w, _word(value, Rank.SCALE, "en", money=w in _SLANG)) for w in words.split())
    yield "tys", _word(1000, Rank.SCALE, "ru")
    yield "myn", _word(1000, Rank.SCALE, "kk")


def numeral_words() -> dict[str, NumeralWord]:
    """Every number word, lower-case. A word two languages share keeps its Russian reading, save for case endings."""
    table: dict[str, NumeralWord] = {}
    for source in (_russian(), _kazakh(), _english()):
        for word, numeral in source:
            table.setdefault(word, numeral)
    return table


LETTER_SCALES: dict[str, Decimal] = {
    **dict.fromkeys(("k", "K", "к", "К"), Decimal(1000)),
    **dict.fromkeys(("kk", "KK", "кк", "КК"), Decimal(10**6)),
    **dict.fromkeys(("m", "M", "м", "М", "mm", "MM"), Decimal(10**6)),
    **dict.fromkeys(("b", "B"), Decimal(10**9)),
    "T": Decimal(10**12),
}
"""One-letter scales. Only the thousands stand without a currency beside them; "м" is a metre then."""
