"""Numbers, money, dates and durations as the session's language writes them, in the company's time zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_interval, format_timedelta, get_day_names
from babel.numbers import format_compact_decimal, format_currency, format_decimal, format_percent, get_currency_symbol

from botops.console.i18n import language
from botops.domain.money import Money

NOTHING = "—"


def locale() -> Locale:
    """Babel's locale of the session's language."""
    return Locale("en", "GB") if language() == "en" else Locale(language())


def number(value: float | Decimal, digits: int = 0) -> str:
    """A number with at most `digits` after the point."""
    return str(format_decimal(value, format="#,##0." + "#" * digits if digits else "#,##0", locale=locale()))


def compact(value: float) -> str:
    """A large number in a few characters: 1.8 M."""
    if value < 10_000:
        return number(value)
    return str(format_compact_decimal(value, format_type="short", locale=locale(), fraction_digits=1))


def percent(share: float, digits: int = 0) -> str:
    """A share as per cent, never "0 %" for something that is there, nor "100 %" where something is missing."""
    if 0 < abs(share) < 0.005 and not digits:
        digits = 1
    if 0.995 <= share < 1 and not digits:
        share, digits = min(share, 0.9999), 2
    return str(format_percent(share, format="#,##0." + "#" * digits + "%" if digits else "#,##0%", locale=locale()))


def money(amount: Money) -> str:
    """An amount clients pay; no decimals where there are none."""
    whole = amount.amount == amount.amount.to_integral_value()
    return _currency(amount.amount, amount.currency, 0 if whole else 2)


def price(amount: Decimal, currency: str) -> str:
    """A price of the price book, to the last digit."""
    digits = max(0, -int(amount.normalize().as_tuple().exponent))
    return _currency(amount, currency, digits if digits != 1 else 2)


def cost(amount: Decimal, currency: str) -> str:
    """What a model cost: two significant digits where it is less than a unit."""
    if amount == 0 or abs(amount) >= 100:
        return _currency(amount, currency, 0)
    return _currency(amount, currency, 2 if abs(amount) >= Decimal("0.1") else max(2, 1 - amount.adjusted()))


def rate(amount: Decimal, currency: str) -> str:
    """What a dollar costs."""
    return _currency(amount, currency, 2)


def sign(currency: str) -> str:
    """A currency's sign, or its code where it has none."""
    return "₸" if currency == "KZT" else str(get_currency_symbol(currency, locale=locale()))


def _currency(amount: Decimal, currency: str, digits: int) -> str:
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    form = f"¤{pattern}" if language() == "en" else f"{pattern}\u00a0¤"
    text = str(format_currency(amount, currency, format=form, locale=locale(), currency_digits=False))
    # English names the tenge by its code; the sign is what the price book's readers know.
    return text.replace("KZT\u00a0", "₸").replace("KZT", "₸")


def size(count: int) -> str:
    """Bytes as people write them."""
    units = {"ru": ("КБ", "МБ", "ГБ"), "kk": ("КБ", "МБ", "ГБ"), "en": ("kB", "MB", "GB")}[language()]
    for power, unit in ((3, units[2]), (2, units[1])):
        if count >= 1000**power:
            return f"{number(count / 1000**power, 1)}\u00a0{unit}"
    return f"{number(count / 1000)}\u00a0{units[0]}"


def milliseconds(value: float) -> str:
    """A reply's time: milliseconds below a second, else seconds."""
    if value < 1000:
        return f"{number(round(value))}\u00a0{ {'ru': 'мс', 'kk': 'мс', 'en': 'ms'}[language()] }"
    return f"{number(value / 1000, 1)}\u00a0{ {'ru': 'с', 'kk': 'с', 'en': 's'}[language()] }"


def moment(at: datetime, zone: str) -> str:
    """A day and a time: 20 нояб., 14:22."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{day(local.date())}, {clock(at, zone)}"


def clock(at: datetime, zone: str) -> str:
    """A time of day."""
    return str(format_datetime(at.astimezone(ZoneInfo(zone)), "HH:mm", locale=locale()))


def day(value: date) -> str:
    """A day without its year: 20 нояб."""
    return str(format_date(value, "d MMM", locale=locale()))


def full_day(value: date) -> str:
    """A day with its year."""
    return str(format_date(value, "long", locale=locale()))


def days(first: date, last: date) -> str:
    """Days from one to another, both included: 9–15 нояб. 2026 г."""
    return str(format_interval(first, last, "yMMMd", locale=locale()))


def weekdays() -> list[str]:
    """Short names of the days of the week, Monday first."""
    names = get_day_names("abbreviated", "stand-alone", locale())
    return [str(names[day]) for day in range(7)]


def span(length: timedelta) -> str:
    """How long something lasted, roughly: 3 дня."""
    return str(format_timedelta(length, locale=locale(), threshold=1.5))
