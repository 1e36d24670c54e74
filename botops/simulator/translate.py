"""Conditions and policies of a Russian price list said in Kazakh and English, piece by piece.

A prompt gives its conditions in one language and a seller answers in the client's. Pieces that follow the common
patterns of price lists are put into words here; of anything else `translated` says that it cannot.
"""

from __future__ import annotations

import re
from functools import lru_cache

from botops.domain.messages import Language
from botops.simulator.places import CITIES, called, place
from botops.simulator.wording import grouped, sums

_N = r"(\d+)"
_SUM = r"(\d[\d   ]*)\s*(?:₸|тенге|тг)"
_PIECES: tuple[tuple[str, str, str], ...] = (
    (rf"{_N} дн(?:ей|я|ень)(?: бесплатно)?", "{0} күн тегін", "{0} days free"),
    (rf"{_N} мес\w*(?: бесплатно)?", "{0} ай", "{0} months"),
    (
        rf"{_N} мес\w* при покупке любого терминала (\w+)",
        "кез келген {1} терминалын сатып алғанда {0} ай",
        "{0} months when buying any {1} terminal",
    ),
    (r"при покупке любого терминала (\w+)", "кез келген {0} терминалын сатып алғанда", "when buying any {0} terminal"),
    (r"один раз на БИН или ИИН", "бір БСН немесе ЖСН үшін бір рет", "once per BIN or IIN"),
    (r"(0-0-\d+)", "{0}", "{0}"),
    (r"без переплаты", "артық төлемсіз", "at no extra cost"),
    (
        rf"при (?:сумме )?заказ[ае](?: на сумму)? от {_SUM}",
        "тапсырыс сомасы {0} теңгеден болса",
        "for orders from {0} ₸",
    ),
    (
        rf"при (?:сумме )?заказ[ае](?: на сумму)? до {_SUM}",
        "тапсырыс сомасы {0} теңгеге дейін болса",
        "for orders under {0} ₸",
    ),
    (
        rf"(по .+?) при (?:сумме )?заказ[ае] от {_SUM}",
        "{0}, тапсырыс сомасы {1} теңгеден болса",
        "{0}, for orders from {1} ₸",
    ),
    (
        rf"(по .+?) при (?:сумме )?заказ[ае] до {_SUM}",
        "{0}, тапсырыс сомасы {1} теңгеге дейін болса",
        "{0}, for orders under {1} ₸",
    ),
    (r"в другие города(?: Казахстана)?", "Қазақстанның басқа қалаларына", "to other cities of Kazakhstan"),
    (
        r"при оплате любого тарифа за год в том же заказе",
        "сол тапсырыста кез келген тарифке бір жылға төлесеңіз",
        "when any plan is paid for a year in the same order",
    ),
    (r"при оплате (?:тарифа )?за год(?: вперед)?", "бір жылға төлегенде", "when paid for a year"),
    (
        r"(?:\d+ процент\w* )?на первый плат[её]ж за модуль",
        "модульдің бірінші төлеміне",
        "on the first payment for a module",
    ),
    (
        r"при покупке терминала (\w+) или моноблока (\w+)",
        "{0} терминалын немесе {1} моноблогын сатып алғанда",
        "when buying the {0} terminal or the {1} all-in-one",
    ),
    (rf"{_N} рулон\w+ чековой ленты", "{0} орам чек таспасы", "{0} rolls of receipt paper"),
    (r"все цены указаны в тенге|цены в тенге", "барлық баға теңгемен", "all prices are in tenge"),
    (
        rf"(?:в ценах )?НДС {_N} ?% включ[её]н(?: в цены)?|цены указаны с НДС {_N} ?%",
        "бағаға {0} % ҚҚС кіреді",
        "VAT of {0}% is included",
    ),
    (
        r"скидки и промокоды не суммируются",
        "жеңілдіктер мен промокодтар қосылмайды",
        "discounts and promo codes do not add up",
    ),
    (r"действует одна", "біреуі ғана қолданылады", "only one applies"),
    (r"самая выгодная", "ең тиімдісі", "the best one"),
    (
        r"в тарифы (.+) входят один пользователь",
        "{0} тарифтеріне бір пайдаланушы кіреді",
        "the {0} plans include one user",
    ),
    (
        r"одна касса и поддержка в чате с 9 до 21",
        "бір касса және сағат 9-дан 21-ге дейін чаттағы қолдау кіреді",
        "one till and chat support from 9 to 21",
    ),
    (
        rf"оборудование можно вернуть за {_N} дней",
        "жабдықты {0} күн ішінде қайтаруға болады",
        "equipment can be returned within {0} days",
    ),
    (r"если упаковка сохранена", "қаптамасы сақталса", "if the packaging is kept"),
    (
        r"оплаченный период тарифа не возвращается",
        "төленген тариф кезеңінің ақшасы қайтарылмайды",
        "a paid plan period is not refunded",
    ),
    (r"оплата по сч[её]ту", "төлем шот бойынша", "payment by invoice"),
    (r"картой или через Kaspi", "картамен немесе Kaspi арқылы", "by card or through Kaspi"),
    (rf"предоплата {_N} ?%", "алдын ала төлем {0} %", "{0}% prepayment"),
)
_PATTERNS = tuple((re.compile(p, re.IGNORECASE), kk, en) for p, kk, en in _PIECES)
_VARIANTS = {
    "проводной": ("сымды", "wired"),
    "беспроводной": ("сымсыз", "wireless"),
    "дюймов": ("дюйм", "inch"),
    "дюйма": ("дюйм", "inch"),
    "ГБ": ("ГБ", "GB"),
    "ТБ": ("ТБ", "TB"),
    "мм": ("мм", "mm"),
    "белый": ("ақ", "white"),
    "чёрный": ("қара", "black"),
    "большой": ("үлкен", "large"),
    "малый": ("шағын", "small"),
}


@lru_cache(maxsize=4000)
def translated(text: str, language: Language) -> str | None:
    """`text` in a language, or None when a piece of it follows no known pattern. Text not in Russian stays as it is."""
    if language == "ru" or not re.search(r"[а-яё]", text, re.IGNORECASE):
        return text
    pieces = []
    for piece in re.split(r"(?<!»)\s*[,;]\s+|,\s+(?!«)", text.strip(" .")):
        said = _piece(piece, 1 if language == "kk" else 2, language)
        if said is None:
            return None
        pieces.append(said)
    return ", ".join(pieces)


def _piece(piece: str, column: int, language: Language) -> str | None:
    for entry in _PATTERNS:
        found = entry[0].fullmatch(piece)
        if found:
            return str(entry[column]).format(*(_value(g, language) for g in found.groups() if g is not None))
    return None


def _value(text: str, language: Language) -> str:
    if CITIES.search(text):
        names = [called(place(m[0]), language) for m in CITIES.finditer(text)]
        joined = (" and " if language == "en" else " мен ").join(names)
        return f"in {joined}" if language == "en" else f"{joined} ішінде"
    if re.fullmatch(r"\d[\d   ]*", text.strip()):
        plain = sums(f"{text.strip()} ₸")[0].amount
        return f"{plain:,}" if language == "en" else grouped(plain).replace("\u00a0", " ")
    return text.replace(" и ", " and " if language == "en" else " және ")


@lru_cache(maxsize=2000)
def variant_in(variant: str, language: Language) -> str:
    """A variant's name in a language, word by word where the words are known."""
    if language == "ru":
        return variant
    column = 0 if language == "kk" else 1
    return " ".join(_VARIANTS[w][column] if w in _VARIANTS else w for w in variant.split())
