"""Words of the price table in Russian, Kazakh and English: amounts, dates, periods, units, counts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from botops.domain.messages import Language

_SIGNS = {"KZT": "₸", "USD": "$", "EUR": "€", "RUB": "₽", "GBP": "£", "CNY": "¥"}
_BEFORE_IN_ENGLISH = frozenset("$€£¥")

_PERIODS: dict[str, tuple[str, str, str]] = {
    "once": ("разово", "бір рет", "one-time"),
    "month": ("в месяц", "айына", "per month"),
    "year": ("в год", "жылына", "per year"),
    "quarter": ("в квартал", "тоқсанына", "per quarter"),
    "week": ("в неделю", "аптасына", "per week"),
    "day": ("в день", "күніне", "per day"),
    "hour": ("в час", "сағатына", "per hour"),
    "minute": ("в минуту", "минутына", "per minute"),
    "night": ("за ночь", "түніне", "per night"),
    "visit": ("за визит", "бір келуге", "per visit"),
    "lesson": ("за занятие", "сабағына", "per lesson"),
    "kg": ("за кг", "келісіне", "per kg"),
    "unit": ("за штуку", "данасына", "each"),
}
_UNITS: tuple[tuple[frozenset[str], tuple[str, str, str]], ...] = tuple(
    (frozenset(names.split("|")), words)
    for names, words in (
        ("user|пользователь|пайдаланушы", ("за пользователя", "бір пайдаланушыға", "per user")),
        ("seat|место|орын", ("за место", "бір орынға", "per seat")),
        ("employee|сотрудник|қызметкер", ("за сотрудника", "бір қызметкерге", "per employee")),
        ("person|человек|чел|чел.|адам", ("за человека", "бір адамға", "per person")),
        ("guest|гость|қонақ", ("за гостя", "бір қонаққа", "per guest")),
        ("passenger|пассажир|жолаушы", ("за пассажира", "бір жолаушыға", "per passenger")),
        ("student|ученик|оқушы", ("за ученика", "бір оқушыға", "per student")),
        ("author|автор", ("за автора", "бір авторға", "per author")),
        ("ticket|билет", ("за билет", "бір билетке", "per ticket")),
        ("pcs|piece|item|шт|шт.|штука|дана", ("за штуку", "данасына", "each")),
        ("pack|упаковка|қаптама", ("за упаковку", "қаптамасына", "per pack")),
        ("box|коробка|қорап", ("за коробку", "қорабына", "per box")),
        ("roll|рулон|орам", ("за рулон", "бір орамға", "per roll")),
        ("till|касса", ("за кассу", "бір кассаға", "per till")),
        ("store|точка|нүкте", ("за точку", "бір нүктеге", "per store")),
        ("terminal|терминал", ("за терминал", "бір терминалға", "per terminal")),
        ("device|устройство|құрылғы", ("за устройство", "бір құрылғыға", "per device")),
        ("car|машина|көлік", ("за машину", "бір көлікке", "per car")),
        ("day|день|күн", ("за день", "күніне", "per day")),
        ("сутки|тәулік", ("за сутки", "тәулігіне", "per day")),
        ("night|ночь|түн", ("за ночь", "түніне", "per night")),
        ("km|км|шақырым", ("за км", "шақырымына", "per km")),
        ("m2|м2|м²|кв. м|ш. м", ("за м²", "шаршы метріне", "per m²")),
        ("m|м|метр", ("за метр", "метріне", "per metre")),
        ("l|л|литр", ("за литр", "литріне", "per litre")),
        ("kg|кг|келі", ("за кг", "келісіне", "per kg")),
    )
)
_INDEX: dict[Language, int] = {"ru": 0, "kk": 1, "en": 2}
_COUNTS: dict[str, tuple[tuple[str, str, str], str, tuple[str, str]]] = {
    "month": (("месяц", "месяца", "месяцев"), "ай", ("month", "months")),
    "day": (("день", "дня", "дней"), "күн", ("day", "days")),
    "visit": (("посещение", "посещения", "посещений"), "рет келу", ("visit", "visits")),
}


def amount(value: Decimal, currency: str, language: Language) -> str:
    """An amount with its currency: `14 900 ₸`, `50,88 $`; in English `14,900 ₸`, `$50.88`."""
    number = _grouped(value)
    sign = _SIGNS.get(currency, currency)
    if language == "en":
        return f"{sign}{number}" if sign in _BEFORE_IN_ENGLISH else f"{number} {sign}"
    return f"{number.replace(',', ' ').replace('.', ',')} {sign}"


def number(value: Decimal, language: Language) -> str:
    """A plain number without needless zeros: `12`, `7,5`."""
    text = format(value.normalize(), "f")
    return text if language == "en" else text.replace(".", ",")


def percent(value: Decimal, language: Language) -> str:
    """A percentage: `12,5 %`, in English `12.5%`."""
    return f"{number(value, language)}{'' if language == 'en' else ' '}%"


def day(value: date) -> str:
    """A date as it is written in Kazakhstan: `31.05.2026`, in every language, since it cannot be misread."""
    return value.strftime("%d.%m.%Y")


def per(period: str, unit: str | None, language: Language) -> str:
    """What a price is charged for: `в месяц за сотрудника`, `за сутки`, `разово`."""
    index = _INDEX[language]
    words = _PERIODS[period][index] if period in _PERIODS else _unit(period, language)
    if unit is None:
        return words
    if period in {"unit", "once", unit}:
        return _unit(unit, language)
    return f"{words} {_unit(unit, language)}"


def count(value: Decimal, unit: str, language: Language) -> str:
    """A number of months, days or visits with the noun in its right form."""
    russian, kazakh, english = _COUNTS[unit]
    shown = number(value, language)
    if language == "kk":
        return f"{shown} {kazakh}"
    if language == "en":
        return f"{shown} {english[0] if value == 1 else english[1]}"
    return f"{shown} {russian[_plural(value)]}"


def _unit(unit: str, language: Language) -> str:
    folded = unit.casefold().strip()
    for names, words in _UNITS:
        if folded in names:
            return words[_INDEX[language]]
    if language == "kk":
        return f"1 {unit} үшін"
    return f"per {unit}" if language == "en" else f"за {_accusative(unit)}"


def _accusative(unit: str) -> str:
    """Feminine nouns change their ending (`бутылка` → `бутылку`); other names of things stay as they are."""
    first, space, rest = unit.partition(" ")
    if len(first) > 2 and first[-1] in "ая":
        first = first[:-1] + ("у" if first[-1] == "а" else "ю")
    return f"{first}{space}{rest}"


def _plural(value: Decimal) -> int:
    whole = int(value)
    if whole != value:
        return 1
    if whole % 10 == 1 and whole % 100 != 11:
        return 0
    return 1 if whole % 10 in {2, 3, 4} and whole % 100 not in {12, 13, 14} else 2


def _grouped(value: Decimal) -> str:
    whole, _, fraction = format(value, "f").partition(".")
    fraction = fraction.rstrip("0")
    return f"{int(whole):,}.{fraction.ljust(2, '0')}" if fraction else f"{int(whole):,}"
