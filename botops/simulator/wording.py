"""Numbers, dates, periods and units as people write them in Russian, Kazakh and English."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

_NUMBER = r"\d{1,3}(?:[\u00a0\u202f\u2009 .,'’]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,]\d{1,2})?"
_TIMES = r"(?P<times>млрд|млн|миллион\w*|тысяч\w*|тыс\.?|мың|mln|million|thousand|[кk](?![^\W\d_]))"
_CURRENCY = (
    r"(?P<cur>₸|тенге|теңге|тг(?![^\W\d_])|tenge|kzt|\$|долл\w*|dollars?|usd|€|евро|euros?|eur|"
    r"₽|руб\w*|rub|сум(?![^\W\d_])|сом(?![^\W\d_]))"
)
MONEY = re.compile(
    rf"(?<![\d.,])(?:(?P<pre>[$€₸₽])\s?)?(?P<num>{_NUMBER})(?:\s?{_TIMES})?(?:\s?{_CURRENCY})?", re.IGNORECASE
)
PERCENT = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,]\d+)?)\s?(?:%|процент|пайыз|percent)", re.IGNORECASE)
_CODES = {
    "₸": "KZT",
    "те": "KZT",
    "тг": "KZT",
    "te": "KZT",
    "kz": "KZT",
    "$": "USD",
    "до": "USD",
    "do": "USD",
    "us": "USD",
    "€": "EUR",
    "ев": "EUR",
    "eu": "EUR",
    "₽": "RUB",
    "ру": "RUB",
    "ru": "RUB",
    "су": "UZS",
    "со": "KGS",
}

_PERIOD_WORDS = {
    "month": r"/\s?(?:мес|mo\b|month|ай\b)|в мес|за мес|ежемес|помесяч|месяц\b|мес\.|мес\b|айына|ай сайын|бір айға|"
    r"per month|a month|monthly|each month",
    "year": r"/\s?(?:год|yr|year|жыл)|в год|за год|на год|ежегод|годов|год\b|жылына|"
    r"жылдық|бір жылға|жылға|per year|a year|"
    r"yearly|annual",
    "hour": r"/\s?(?:час|ч\b|h\b|hour|сағ)|в час|за час|почас|сағатына|per hour|an hour|hourly|\bчас\b",
    "night": r"/\s?(?:ноч|сут|night)|за ноч|за сутки|в сутки|түніне|тәулігіне|per night|a night",
    "week": r"/\s?нед|в недел|за недел|аптасына|per week|a week|weekly",
    "day": r"/\s?(?:день|day|күн)|в день|за день|күніне|per day|a day",
    "visit": r"/\s?(?:визит|выезд|visit)|за визит|за выезд|за посещ|за при[её]м|per visit|"
    r"a visit|бір келу|\bвизит\b|\bvisit\b",
    "lesson": r"/\s?(?:урок|занят|lesson)|за урок|за занят|сабағына|per lesson|a lesson|\bзаняти",
}
_UNIT_WORDS = {
    "user": r"пользовател|пайдаланушы|\buser|\bseat\b|за место",
    "employee": r"сотрудник|қызметкер|employee|staff member",
    "till": r"(?:за|/|одну|кажд\w+|доп\w*) ?касс|касса\b|\btill\b|register",
    "store": r"точ(?:к|ек)|магазин\b|филиал|дүкен|нүкте|\bstore\b|outlet|location",
    "roll": r"рулон|\broll|орам(?!\w*айлы)",
    "terminal": r"за терминал|терминал\b|\bterminal\b",
    "person": r"человек|адам|person|гост|guest",
    "kg": r"\bкг\b|килограмм|\bkg\b",
    "unit": r"\bшт\b|\bшт\.|штук|\bдана(?:сы(?:на)?)?\b|\bunit\b|each|/ед|за ед|apiece|бірлік",
}
PERIOD_RE = {k: re.compile(v, re.IGNORECASE) for k, v in _PERIOD_WORDS.items()}
UNIT_RE = {k: re.compile(v, re.IGNORECASE) for k, v in _UNIT_WORDS.items()}

_MONTHS = (
    "январ|қаңтар|jan",
    "феврал|ақпан|feb",
    "март|наурыз|mar",
    "апрел|сәуір|apr",
    "ма[йя]|мамыр|may",
    "июн|маусым|jun",
    "июл|шілде|jul",
    "август|тамыз|aug",
    "сентябр|қыркүйек|sep",
    "октябр|қазан|oct",
    "ноябр|қараша|nov",
    "декабр|желтоқсан|dec",
)
_ISO = r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"
_DOTTED = r"(?P<d>\d{1,2})\.(?P<m>\d{2})\.(?P<y>\d{4})"
_SPOKEN = r"(?P<d>\d{1,2})\s(?P<name>[^\W\d_]{3,})(?:\s(?P<y>\d{4}))?"
_DATES = tuple(re.compile(p, re.IGNORECASE) for p in (_ISO, _DOTTED, _SPOKEN))


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount found in text, with its place. `currency` is empty when the text names none."""

    amount: Decimal
    currency: str
    start: int
    end: int


def number(text: str) -> Decimal | None:
    """A number written with any usual separators, or None. Three digits after a mark are thousands, fewer decimals."""
    digits = re.sub(r"[\u00a0\u202f\u2009 '’]", "", text)
    tail = re.search(r"[.,](\d{1,2})$", digits)
    whole = digits[: tail.start()] if tail else digits
    whole = re.sub(r"[.,]", "", whole)
    try:
        return Decimal(whole + (f".{tail[1]}" if tail else ""))
    except InvalidOperation:
        return None


@lru_cache(maxsize=8192)
def sums(text: str, *, bare: bool = False) -> tuple[Sum, ...]:
    """Amounts of money in order. With `bare`, numbers of four digits and more count without a currency."""
    found = []
    for m in MONEY.finditer(text):
        value = number(m["num"])
        if value is None:
            continue
        times = (m["times"] or "").lower()
        if times:
            value *= 10**9 if times == "млрд" else 10**6 if times[:2] in ("мл", "ми", "ml") else 1000
        mark = (m["pre"] or m["cur"] or "").lower()
        currency = _CODES.get(mark[:1], "") or _CODES.get(mark[:2], "")
        if currency or times or (bare and value >= 1000):
            found.append(Sum(value, currency, m.start(), m.end()))
    return tuple(found)


def dates(text: str, today: date | None = None) -> list[tuple[date, int, int]]:
    """Dates with their places. A date without a year is the nearest one to `today`."""
    found: list[tuple[date, int, int]] = []
    for pattern in _DATES:
        for m in pattern.finditer(text):
            if any(s < m.end() and m.start() < e for _, s, e in found):
                continue
            day = _date_of(m.groupdict(), today)
            if day is not None:
                found.append((day, m.start(), m.end()))
    return sorted(found, key=lambda f: f[1])


def _date_of(parts: dict[str, str | None], today: date | None) -> date | None:
    month = int(parts.get("m") or 0)
    if not month:
        name = (parts.get("name") or "").lower()
        month = next((i for i, stem in enumerate(_MONTHS, 1) if re.match(stem, name)), 0)
    year = int(parts.get("y") or 0)
    if not month or (not year and today is None):
        return None
    try:
        if year:
            return date(year, month, int(parts["d"] or 0))
        assert today is not None
        options = [date(y, month, int(parts["d"] or 0)) for y in (today.year - 1, today.year, today.year + 1)]
    except ValueError:
        return None
    return min(options, key=lambda d: abs((d - today).days))


@lru_cache(maxsize=8192)
def period_in(text: str) -> str:
    """The charging period named first in `text`, or ''."""
    best = min(((m.start(), k) for k, p in PERIOD_RE.items() if (m := p.search(text))), default=None)
    return best[1] if best else ""


@lru_cache(maxsize=8192)
def unit_in(text: str) -> str:
    """The thing counted that is named first in `text`, or ''."""
    best = min(((m.start(), k) for k, p in UNIT_RE.items() if (m := p.search(text))), default=None)
    return best[1] if best else ""


def grouped(amount: Decimal) -> str:
    """12345.5 as `12 345,5` with no-break spaces; whole amounts without a fraction."""
    whole = amount == amount.to_integral_value()
    text = f"{int(amount):,}" if whole else f"{amount.quantize(Decimal('0.01')):,}".rstrip("0")
    return text.replace(",", "\u00a0").replace(".", ",")
