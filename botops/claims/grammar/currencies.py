"""Currency signs, codes and everyday words -> ISO 4217. Full names ("российских рублей") are in `currency_names`.

A code of None is a currency that the wording alone does not settle ("kr", "dinar"): it is money, of no known currency.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from botops.claims.grammar import kazakh


@dataclass(frozen=True, slots=True)
class CurrencyWord:
    """`minor` words are hundredths ("копеек"). `cell_only` abbreviations mean money only where nothing but a price
    stands ("1 KM"). `before` may precede its number ("CHF 47"). A `noun` is inflected and may follow an adjective."""

    code: str | None
    minor: bool = False
    cell_only: bool = False
    before: bool = False
    noun: bool = False


SIGNS: dict[str, str | None] = {
    "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₸": "KZT", "₽": "RUB", "₴": "UAH", "₹": "INR", "₺": "TRY",
    "₩": "KRW", "₪": "ILS", "₫": "VND", "₱": "PHP", "฿": "THB", "₦": "NGN", "₡": "CRC", "₵": "GHS", "₲": "PYG",
    "₭": "LAK", "₮": "MNT", "₾": "GEL", "₼": "AZN", "֏": "AMD", "؋": "AFN", "﷼": None, "৳": "BDT", "៛": "KHR",
    "₨": None, "₤": None, "₣": None, "₶": None, "₿": "BTC", "¢": "USD", "₠": "EUR", "₧": None, "₯": None,
    "₰": None, "₳": None, "₢": None, "₥": None,
}  # fmt: skip
MINOR_SIGNS = frozenset("¢")
DOLLARS: dict[str, str | None] = {
    "US": "USD", "U": "USD", "A": "AUD", "AU": "AUD", "C": "CAD", "CA": "CAD", "CAN": "CAD", "NZ": "NZD", "HK": "HKD",
    "S": "SGD", "SG": "SGD", "R": "BRL", "MX": "MXN", "NT": "TWD", "J": "JMD", "TT": "TTD", "BZ": "BZD", "RD": "DOP",
    "Z": "ZWL", "T": "TOP", "MOP": "MOP", "CUC": "CUC", "EC": "XCD", "FJ": "FJD", "B": "BSD", "BD": "BBD", "BM": "BMD",
    "CI": "KYD", "G": "GYD", "L": "LRD", "N": "NAD", "SI": "SBD", "WS": "WST", "CLP": "CLP", "COP": "COP", "AR": "ARS",
}  # fmt: skip

_RU_HARD = ("", "а", "у", "ом", "е", "ы", "ов", "ам", "ами", "ах")
_RU_SOFT = ("ь", "я", "ю", "ем", "ём", "е", "и", "ей", "ям", "ями", "ях")
_RU_FEM = ("а", "ы", "е", "у", "ой", "ам", "ами", "ах", "")
_RU_IA = ("я", "и", "е", "ю", "ей", "й", "ям", "ями", "ях")
_RU_NOUNS: tuple[tuple[str, tuple[str, ...], str | None], ...] = (
    ("доллар", _RU_HARD, "USD"), ("долар", _RU_HARD, "USD"), ("бакс", _RU_HARD, "USD"), ("рубл", _RU_SOFT, "RUB"),
    ("рубл", ("ик", "ика", "иков"), "RUB"), ("франк", _RU_HARD, "CHF"), ("фунт", _RU_HARD, "GBP"),
    ("динар", _RU_HARD, None), ("дирхам", _RU_HARD, "AED"), ("сом", _RU_HARD, "KGS"), ("сум", _RU_HARD, "UZS"),
    ("форинт", _RU_HARD, "HUF"), ("манат", _RU_HARD, "AZN"), ("драм", _RU_HARD, "AMD"), ("риал", _RU_HARD, None),
    ("реал", _RU_HARD, "BRL"), ("шекел", _RU_SOFT, "ILS"), ("юан", _RU_SOFT, "CNY"), ("бат", _RU_HARD, "THB"),
    ("тугрик", _RU_HARD, "MNT"), ("вон", _RU_FEM, "KRW"), ("иен", _RU_FEM, "JPY"), ("йен", _RU_FEM, "JPY"),
    ("лир", _RU_FEM, "TRY"), ("крон", _RU_FEM, None), ("гривн", ("а", "ы", "е", "у", "ой", "ам", "ами", "ах"), "UAH"),
    ("гривен", ("",), "UAH"), ("рупи", _RU_IA, "INR"), ("злот", ("ый", "ого", "ому", "ым", "ом", "ые", "ых"), "PLN"),
    ("лев", ("", "а", "у", "ом", "ы", "ов"), "BGN"), ("ле", ("й", "я", "и", "ев", "ю"), None),
    ("дон", ("г", "га", "гов"), "VND"),
)  # fmt: skip
_RU_FIXED: dict[str, str | None] = {
    "евро": "EUR", "еврик": "EUR", "евриков": "EUR", "тенге": "KZT", "тенгов": "KZT", "теньге": "KZT", "тенгэ": "KZT",
    "тг": "KZT", "тнг": "KZT", "тңг": "KZT", "лари": "GEL", "песо": None, "сомони": "TJS", "руб": "RUB", "рб": "RUB",
    "рублев": "RUB", "р": "RUB", "грн": "UAH", "лв": "BGN", "дол": "USD", "долл": "USD", "биткоин": "BTC",
    "биткоинов": "BTC", "ден": None,
}  # fmt: skip
_KK_NOUNS: dict[str, str | None] = {
    "теңге": "KZT", "доллар": "USD", "еуро": "EUR", "евро": "EUR", "рубль": "RUB", "юань": "CNY", "сом": "KGS",
    "сум": "UZS", "лира": "TRY", "фунт": "GBP", "франк": "CHF", "иена": "JPY", "вона": "KRW", "дирхам": "AED",
    "рупия": "INR", "манат": "AZN", "лари": "GEL", "тенге": "KZT", "крона": None, "динар": None, "гривна": "UAH",
}  # fmt: skip
_EN_NOUNS: dict[str, str | None] = {
    "dollar": "USD", "buck": "USD", "euro": "EUR", "pound": "GBP", "quid": "GBP", "tenge": "KZT", "ruble": "RUB",
    "rouble": "RUB", "yen": "JPY", "yuan": "CNY", "renminbi": "CNY", "rupee": "INR", "franc": "CHF",
    "dirham": "AED", "lira": "TRY", "baht": "THB", "zloty": "PLN", "forint": "HUF", "shekel": "ILS", "hryvnia": "UAH",
    "rupiah": "IDR", "ringgit": "MYR", "naira": "NGN", "peso": None, "dinar": None,
    "dinara": None, "krona": "SEK", "kronor": "SEK", "krone": None, "kroner": None, "koruna": "CZK", "riyal": "SAR",
    "rial": None, "lari": "GEL", "manat": "AZN", "bitcoin": "BTC",
    "reais": "BRL", "leva": "BGN", "kuna": "HRK", "soles": "PEN",
    "shilling": None, "cedi": "GHS", "birr": "ETB", "lek": "ALL", "rufiyaa": "MVR", "kwacha": None, "kyat": "MMK",
}  # fmt: skip
# English words first, currencies only where a price stands alone or a country is named with them.
_EN_AMBIGUOUS: dict[str, str | None] = {
    "won": "KRW", "sum": None, "som": "KGS", "lev": "BGN", "rand": "ZAR", "dram": "AMD", "dong": "VND", "taka": "BDT",
}  # fmt: skip
_MINOR: dict[str, str | None] = {
    **dict.fromkeys("копейка копейки копеек копейку копейками коп".split(), "RUB"),
    **dict.fromkeys("цент цента центов центам центами cent cents".split(), "USD"),
    **dict.fromkeys("тиын тиынов тиына тиыны тиынға tiyn tiyin".split(), "KZT"),
    **dict.fromkeys("pence пенс пенсов".split(), "GBP"),
    **dict.fromkeys("евроцент евроцента евроцентов eurocent eurocents".split(), "EUR"),
}
# Local abbreviations as shops write them; the case is part of the spelling.
_ABBREVIATIONS: dict[str, str | None] = {
    "Kč": "CZK", "kč": "CZK", "KČ": "CZK", "Kc": "CZK", "zł": "PLN", "Zł": "PLN", "ZŁ": "PLN", "zl": "PLN",
    "Ft": "HUF", "ft": "HUF", "lei": "RON", "Lei": "RON", "LEI": "RON", "leu": "RON", "kr": None, "Kr": None,
    "KR": None, "TL": "TRY", "tl": "TRY", "Rp": "IDR", "RP": "IDR", "Rs": "INR", "rs": "INR", "RS": "INR",
    "RM": "MYR", "Fr": "CHF", "fr": "CHF", "SFr": "CHF", "Br": None, "Lek": "ALL", "KM": "BAM", "FBu": "BIF",
    "BD": "BHD", "CFA": "XOF", "FCFA": "XAF", "CFPF": "XPF", "kn": "HRK", "Kn": "HRK", "Fdj": "DJF", "Nfk": "ERN",
    "KD": "KWD", "LD": "LYD", "MK": "MWK", "Rf": "MVR", "UM": "MRU", "Db": "STN", "TSh": "TZS", "KSh": "KES",
    "Ksh": "KES", "USh": "UGX", "DT": "TND", "DA": "DZD", "DH": "MAD", "Dh": "AED", "Dhs": "AED", "VT": "VUV",
    "Bs": "VES", "ZK": "ZMW", "FG": "GNF", "Nu": "BTN", "NU": "BTN", "PLN": "PLN", "din": None, "Din": None,
    "DIN": None, "R": "ZAR", "đ": "VND", "Đ": "VND", "Sk": "SKK", "Lt": "LTL", "Ls": "LVL", "SR": "SAR",
    "QR": "QAR", "RMB": "CNY", "BTC": "BTC", "ден": None, "Den": None, "тэнге": "KZT", "сўм": "UZS",
    "so'm": "UZS", "soʻm": "UZS", "som": "KGS", "Р": "RUB",
    "Tk": "BDT", "Kz": "AOA", "MT": "MZN", "MTn": "MZN", "Le": "SLE",
    "Ar": "MGA", "G": "HTG", "E": "SZL", "L": None, "K": None, "D": "GMD", "P": "BWP", "Q": "GTQ", "LE": "EGP",
    "LL": "LBP", "JD": "JOD", "IQD": "IQD", "YR": "YER", "tg": "KZT", "TG": "KZT", "Tg": "KZT", "rub": "RUB",
    "Rub": "RUB", "esc": "PTE", "pts": "ESP", "DM": "DEM", "ریال": "IRR", "ريال": None, "تومان": None,
    "درهم": None, "جنيه": "EGP", "دينار": None, "ليرة": None, "دج": "DZD", "원": "KRW", "円": "JPY", "元": "CNY",
    "圓": None, "圆": "CNY", "ƒ": None, "र": "INR", "रु": "INR", "रू": "INR", "บาท": "THB", "Euros": "EUR",
    "Fcfa": "XAF",
}  # fmt: skip
_BEFORE = frozenset(
    "CHF Tk Rs rs RS RM Rp RP R Fr SFr kr Kr KR DM Kč TL BD KD KSh Ksh TSh USh Nu Bs FCFA CFPF CFA Dhs Dh DH SR "
    "RMB BTC Br Lt Ls Kz LE LL JD Fdj Nfk Rf Db Ft zł lei Lei LEI đ تومان ریال ريال درهم र रु रू Din din "
    "DIN DA DT руб rub Rub тг тенге теңге tg".split()
)
_CELL_ONLY = frozenset(
    "KM BD KD LD MK Rf UM Db DT DA VT Bs ZK FG Nu NU R Sk Lt Ls SR QR Kz MT MTn Le Ar G E L K D P Q "
    "LE LL JD YR Br Fdj Nfk FBu din Din DIN DH Dh ft kn Kn Fr fr zl esc pts ден Den MOP LAK".split()
)
# Codes that are also words or names in capitals: taken after a number, before one only where a price stands alone.
WORD_CODES = frozenset(
    "ALL AMD ANG BAM BOB COP CUP DOP ERN FIM GEL LAK MAD MOP PEN PAB SAR SOS TOP TRY BIF MIL GIP "
    "ETB LSL MRO SIT SUR ZAL TPE BAD BAN BOL BUK CHE DEM ESA ILR LUC MAF MGF MKN PES PLZ SDD "
    "PHP LVL SHP STD BSD XXX XTS".split()
)
LOWER_CODES = frozenset("usd eur rub rur kzt gbp pln czk uah cny jpy inr aed kgs uzs chf byn".split())


def everyday_words() -> Iterator[tuple[str, CurrencyWord]]:
    """(lower-case word, what it is): nouns in every case and number, and minor units."""
    for stem, endings, code in _RU_NOUNS:
        yield from ((stem + end, CurrencyWord(code, noun=True)) for end in endings)
    yield from ((w, CurrencyWord(c, before=w in _BEFORE, noun=True)) for w, c in _RU_FIXED.items())
    for stem, code in _KK_NOUNS.items():
        for form in kazakh.forms(stem):
            yield from ((w, CurrencyWord(code, before=w in _BEFORE, noun=True)) for w in {form, kazakh.folded(form)})
    for noun, code in _EN_NOUNS.items():
        yield from ((w, CurrencyWord(code, noun=True)) for w in (noun, noun + "s", noun + "es"))
    for noun, code in _EN_AMBIGUOUS.items():
        yield noun, CurrencyWord(code, cell_only=True, noun=True)
    yield from ((w, CurrencyWord(c, minor=True, noun=True)) for w, c in _MINOR.items())


def cased_words() -> Iterator[tuple[str, CurrencyWord]]:
    """(word as spelled, what it is): abbreviations whose case matters."""
    for word, code in _ABBREVIATIONS.items():
        yield word, CurrencyWord(code, cell_only=word in _CELL_ONLY, before=word in _BEFORE)


def code_words(codes: frozenset[str]) -> Iterator[tuple[str, CurrencyWord]]:
    """(code as spelled, what it is) for ISO codes, and lower case for those that are no word of any language here."""
    for code in codes:
        yield code, CurrencyWord(code, before=True, cell_only=code in WORD_CODES)
        if code.lower() in LOWER_CODES:
            yield code.lower(), CurrencyWord(code, before=True)
            yield code.capitalize(), CurrencyWord(code, before=True)
