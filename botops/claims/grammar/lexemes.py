"""One look-up for words: everything the grammar of amounts needs to know about one, typing errors included."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from botops.claims.grammar import currencies, kazakh, units
from botops.claims.grammar.currency_names import names
from botops.claims.grammar.numerals import NumeralWord, numeral_words

Bound = Literal["from", "upto"]


@dataclass(frozen=True, slots=True)
class Lexeme:
    """What a word may be. Several readings can hold at once; the grammar picks by position.

    `bound` is said before a number ("от"), `after_bound` behind it ("дейін"); `hedge` and `after_hedge` likewise for
    approximations. `unit` is a unit or charging period, `case` the Kazakh case of a unit or currency form; `adverb` a
    period by itself ("monthly"). `cue` is a word of price or payment, `id_cue` one that a number's identity follows,
    `measure` one that a size or an age follows.
    `function` words never name what a number counts. `country` is the currency a noun after this word means;
    `opens_name` starts a longer currency name; `half` is "half a" before a scale word; `low` is the word in lower
    case; an `anchor` may begin a number or is a whole one; `percent_value` is the
    number inside a word like "двадцатипроцентная".
    """

    numeral: NumeralWord | None = None
    currency: currencies.CurrencyWord | None = None
    percent: bool = False
    unit: str | None = None
    case: str = ""
    adverb: str | None = None
    bound: Bound | None = None
    after_bound: Bound | None = None
    hedge: bool = False
    after_hedge: bool = False
    month: bool = False
    cue: bool = False
    id_cue: bool = False
    measure: bool = False
    function: bool = False
    per: bool = False
    country: str | None = None
    opens_name: bool = False
    half: bool = False
    low: str = ""
    anchor: bool = False
    percent_value: Decimal | None = None


NOTHING = Lexeme()

_BOUNDS: dict[Bound, str] = {
    "from": "от from с со бастап минимум свыше более больше over above exceeding more ab vanaf від кемінде кемі",
    "upto": "до upto максимум менее меньше under below less fewer макс дейін",
}
_AFTER_BOUNDS: dict[Bound, str] = {
    "from": "бастап бастайды басталады астам асатын артық жоғары көп артык жогары коп",
    "upto": "дейін шейін дейин шейин дейінгі төмен кем аз аспайды аспайтын",
}
_HEDGES = ("около примерно приблизительно порядка ориентировочно приблизит прим где-то почти about around "
           "approximately roughly approx circa nearly almost ca шамамен шамасы почти районе орташа жуықтап")  # fmt: skip
_AFTER_HEDGES = "жуық шамасында төңірегінде шамалы жуык шамасындай тонирегинде көлемінде примерно"
_ID_CUES = ("заказ заказа заказу заказом заказе заявка заявки заявке заявку договор договора договору договору бин иин "
            "инн огрн vin вин imei код коды кода артикул арт sku id тел телефон whatsapp order invoice booking ticket "
            "reservation contract account счет счёт счета счёта карта карты карте card iban бик reference ref no num "
            "тапсырыс тапсырысы шарт келісімшарт нөмірі номірі паспорт госномер flight рейс дом кв квартира офис "
            "code codes кабинет zip ending visa mastercard индекс почтовый рейса рейсе office room suite floor этаж page стр chapter version версия v ст статья пункт п id:")  # fmt: skip
_MEASURES = ("размер размера размеры рост росту вес весом веса длина длиной ширина шириной высота высотой площадь площадью "
             "диаметр глубина возраст возраста радиус объем объём мощность скорость температура давление size weight "
             "пробег пробега пробегом mileage height length width area age diameter radius volume speed temperature power rating score рейтинг оценка "
             "өлшем өлшемі салмағы бойы аумағы жасы рейтингі")  # fmt: skip
_FUNCTION = (
    "в во за с со на и или а но не без при до от по для из к у о об это то же же ли бы если как что чем вместо плюс "
    "включая уже только всего сейчас тогда потом или либо а также ещё еще будет было был была стоит вам вы мы наш "
    "per a an the for and or with without plus in on at to from of by is are was were be will it this that if than "
    "instead as but not no off now then only just so when your our we you per via including incl excl "
    "және мен бен пен немесе үшін ғана болады болса бұл ол тек егер туралы дейін бастап құрайды тұрады тұратын бар "
    "жоқ емес де да та те үшин онда сонда ал бірақ кейін дейін деп деген iva ttc ht vat tax ндс ққс нет"
)
_CUE = re.compile(
    r"(?:цен[аыуеой]|прайс|стои[тлм]|стоят|стоимост|обойд|обош|итог|сумм|плат[аиыеуёя]|плати|оплат|доплат|предоплат|"
    r"скидк|депозит|залог|взнос|бюджет|дешевл|дорож|выйдет|выходит|получит?ся|рассрочк|комисси|штраф|"
    r"экономи|кэшбэк|кешбэк|сэконом|баға|құн[ыд]|тұра[дт]|тұрса|төле|төлем|жарна|жеңілд|арзан|қымбат|сома|барлығы|"
    r"price|cost|total|pay|fee|charge|worth|deposit|budget|discount|save|saving|refund|cheap|"
    r"cena|preis|prix|precio|prezzo|preço|naše|běžn|pris|fiyat|bargain|spend|spent|earn|salary|cash)"
)
_PERCENT_RU = ("процент", ("", "а", "у", "ом", "е", "ы", "ов", "ам", "ами", "ах", "ик"))
_WORDS = re.compile(r"[^\W\d_]+")
LINK_WORDS = frozenset(("http", "https", "www"))
_PERCENT_ADJECTIVE = "процентн"
_ADJECTIVE_ENDINGS = "ый ая ое ые ого ому ым ом ой ую ых ыми".split()


def _merge(table: dict[str, dict[str, Any]], word: str, **facts: Any) -> None:
    entry = table.setdefault(word, {})
    for name, value in facts.items():
        entry.setdefault(name, value)


def _percents() -> set[str]:
    words = {_PERCENT_RU[0] + end for end in _PERCENT_RU[1]} | {"проц", "percent", "percents", "pct", "prc"}
    words |= {_PERCENT_ADJECTIVE + end for end in _ADJECTIVE_ENDINGS}
    for stem in ("пайыз", "процент", "пайз"):
        for form in kazakh.forms(stem):
            words |= {form, kazakh.folded(form)}
    return words


def _build() -> tuple[dict[str, Lexeme], dict[str, Lexeme]]:
    table: dict[str, dict[str, Any]] = {}
    for word, numeral in numeral_words().items():
        _merge(table, word, numeral=numeral)
    for word, currency in currencies.everyday_words():
        _merge(table, word, currency=currency)
    for word, unit, case in units.unit_words():
        _merge(table, word, unit=unit, case=case)
    for stem, case in (
        (f, c) for s in ("теңге", "доллар", "еуро", "рубль", "пайыз", "процент") for f, c in kazakh.forms(s).items()
    ):
        _merge(table, stem, case=case)
    for word in _percents():
        _merge(table, word, percent=True)
    for bound, words in _BOUNDS.items():
        for word in words.split():
            _merge(table, word, bound=bound, function=True)
    for bound, words in _AFTER_BOUNDS.items():
        for word in words.split():
            _merge(table, word, after_bound=bound, function=True)
    flags = {
        "half": "half пол",
        "hedge": _HEDGES,
        "after_hedge": _AFTER_HEDGES,
        "id_cue": _ID_CUES,
        "measure": _MEASURES,
        "function": _FUNCTION,
    }
    for flag, text in flags.items():
        for word in text.split():
            _merge(table, word, **{flag: True})
    for word in units.MONTHS:
        _merge(table, word, month=True)
    for word in units.PER_WORDS:
        _merge(table, word, per=True)
    for word, unit in units.ADVERBS.items():
        _merge(table, word, adverb=unit, function=True)
    known = names()
    for word, code in known.countries.items():
        _merge(table, word, country=code)
    for word in known.by_first:
        _merge(table, word, opens_name=True)
    for word in table:
        if _CUE.match(word):
            table[word]["cue"] = True
    cased = {word: Lexeme(**(table.get(word.lower(), {}) | {"currency": c})) for word, c in _cased().items()}
    return {word: Lexeme(**facts) for word, facts in table.items()}, cased


def _cased() -> dict[str, currencies.CurrencyWord]:
    return {**dict(currencies.code_words(names().codes)), **dict(currencies.cased_words())}


@lru_cache(maxsize=1)
def tables() -> tuple[dict[str, Lexeme], dict[str, Lexeme]]:
    """(by lower-case word, by exact spelling)."""
    return _build()


@lru_cache(maxsize=32768)
def lexeme(word: str) -> Lexeme:
    """All that is known about a word as spelled; a bare `Lexeme` for a word without a part in amounts."""
    lower_table, cased_table = tables()
    lower = word.lower()
    found = cased_table.get(word) or lower_table.get(lower)
    if found is None:
        if _PERCENT_ADJECTIVE in lower:
            found = _percent_compound(lower)
        else:
            found = Lexeme(cue=True) if _CUE.match(lower) else _misspelt(lower)
    begins = found.numeral is not None or found.half or found.percent_value is not None or lower in LINK_WORDS
    return replace(found, low=lower, anchor=begins)


@lru_cache(maxsize=1)
def anchor_words() -> frozenset[str]:
    """Lower-case words without which, and without digits, a text holds no number."""
    return frozenset(w for w, known in tables()[0].items() if known.numeral is not None or known.half)


def may_hold_numbers(lower: str) -> bool:
    """A quick look: False when a lower-case text without digits surely names no number."""
    return _PERCENT_ADJECTIVE in lower or not anchor_words().isdisjoint(_WORDS.findall(lower))


def _percent_compound(word: str) -> Lexeme:
    """ "двадцатипятипроцентная": genitive numerals run together in front of the adjective."""
    head, numerals = word.partition(_PERCENT_ADJECTIVE)[0], tables()[0]
    value, floor = Decimal(0), Decimal(1000)
    while head:
        for size in range(len(head), 1, -1):
            entry = numerals.get(head[:size])
            number = entry.numeral if entry else None
            if number is not None and number.lang == "ru" and 0 < number.value < floor:
                value, floor, head = value + number.value, number.value / 10, head[size:]
                break
        else:
            return NOTHING
    return Lexeme(percent_value=value) if value else NOTHING


def _misspelt(word: str) -> Lexeme:
    if not 5 <= len(word) <= 14:
        return NOTHING
    by_deletion, lower_table = _deletions(), tables()[0]
    for key in (word, *_one_shorter(word)):
        for candidate in by_deletion.get(key, ()):
            if candidate[0] == word[0] and abs(len(candidate) - len(word)) <= 1:
                found = lower_table[candidate]
                numeral = found.numeral and replace(found.numeral, lone=False)
                return Lexeme(numeral=numeral, currency=found.currency, percent=found.percent, case=found.case)
    return NOTHING


def _one_shorter(word: str) -> list[str]:
    return [word[:i] + word[i + 1 :] for i in range(len(word))]


@lru_cache(maxsize=1)
def _deletions() -> dict[str, list[str]]:
    """Words at one letter's distance share a form with one letter left out (symmetric deletion)."""
    core = [
        w
        for w in tables()[0]
        if 5 <= len(w) <= 12
        and re.match(
            r"тенге|теңге|доллар|рубл[яеё]|тысяч|миллион|миллиард|процент|пайыз|dollar|thousand|million|percent", w
        )
    ]
    result: dict[str, list[str]] = {}
    for word in core:
        for key in (word, *_one_shorter(word)):
            result.setdefault(key, []).append(word)
    return result
