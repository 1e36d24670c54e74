"""What people write into the cells of a price list: amounts, dates, quantities, yes and no."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

_SPACES = re.compile(r"[\s\u00a0\u202f\u2009'’]+")
_NUMBER = re.compile(r"[0-9][0-9\s\u00a0\u202f\u2009'’.,]*")
_LONGEST = 30
_NOT_A_PRICE = re.compile(
    r"^(?:-|—|–|договорн\w*|по запросу|по договор\w+|on request|келісім\w*|сұраныс\w*)?$", re.IGNORECASE
)
_OF_ONE = re.compile(r"(/|\bза\s|\bper\s)\s*(?:1|один|одну|одно)\s+(?=[^\W\d])", re.IGNORECASE)
_THING = re.compile(r"(?:/|\bза\s|\bper\s)\s*([^\W\d_][\w-]{1,29})\.?\s*$", re.IGNORECASE)
_FROM = re.compile(r"(?:^|\s)(?:от|from|starting at|min\.?|мин\.?)(?=[\s\d])|бастап|\+\s*$", re.IGNORECASE)
_TO = re.compile(
    r"(?P<own>[^-–—…\d]*?)(?:\s*(?:[-–—…]|\.{2,3}|\bдо\b|\bto\b)\s*|-?(?:нан|нен|дан|ден|тан|тен)\s+)[₸$€₽]?\s*",
    re.IGNORECASE,
)
"""What stands between the two ends of a range, with what is said of the first (`5 000 ₸ – 7 000 ₸`)."""
_LONGEST_RANGE = 200
_WIDEST = 10
"""Ends of one range: in "5 – 7 000" a thousand is left out, or another thing is meant, so it is none."""
_THOUSANDS = re.compile(r"^\s*(?:тыс\.?|тысяч\w*|мың|k|к)(?![^\W\d_])", re.IGNORECASE)
_MILLIONS = re.compile(r"^\s*(?:млн\.?|миллион\w*|mln|million)(?![^\W\d_])", re.IGNORECASE)
_CURRENCIES = (
    ("KZT", re.compile(r"₸|\bтг\b|тенге|теңге|\bkzt\b|\btenge\b", re.IGNORECASE)),
    ("USD", re.compile(r"\$|\busd\b|доллар\w*|\bу\.?\s?е\.?", re.IGNORECASE)),
    ("EUR", re.compile(r"€|\beur\b|евро", re.IGNORECASE)),
    ("RUB", re.compile(r"₽|\brub\b|\bруб(?:л[ьяиюеё]\w*)?\b", re.IGNORECASE)),
)
_PERIODS = (
    ("month", re.compile(r"мес|month|\bmo\b|\bай(?:ына|лық)?\b", re.IGNORECASE)),
    ("year", re.compile(r"\bгод|\bлет\b|year|annual|\byr\b|жыл", re.IGNORECASE)),
    ("week", re.compile(r"недел|week|апта", re.IGNORECASE)),
    ("night", re.compile(r"\bноч|night|\bтүн", re.IGNORECASE)),
    ("day", re.compile(r"\bдень\b|\bсут|\bday|\bкүн", re.IGNORECASE)),
    ("hour", re.compile(r"\bчас|hour|сағат", re.IGNORECASE)),
    ("lesson", re.compile(r"занят|урок|lesson|сабақ", re.IGNORECASE)),
    ("visit", re.compile(r"визит|посещ|при[её]м\b|visit|келу", re.IGNORECASE)),
    ("kg", re.compile(r"\bкг\b|\bkg\b|\bкелі", re.IGNORECASE)),
    ("unit", re.compile(r"\bшт\b|штук|\bед\b|единиц|\bpcs\b|\bunit|\beach\b|дана", re.IGNORECASE)),
    ("once", re.compile(r"разов|единоврем|once|one-?time|бір рет", re.IGNORECASE)),
)
_YES = frozenset({"да", "yes", "y", "true", "1", "+", "иә", "от", "from", "бар"})
_NO = frozenset({"нет", "no", "n", "false", "0", "-", "жоқ", "—", "–"})
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?")
_LOCAL = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?:\s*г\.?)?")


@dataclass(frozen=True, slots=True)
class AmountCell:
    """What an amount cell says. `currency` and `per` are None where the cell does not say; `unit` is the thing it
    counts by: `190 ₸/рулон`."""

    amount: Decimal
    currency: str | None = None
    per: str | None = None
    at_least: bool = False
    unit: str | None = None


def text_of(value: Any) -> str:
    """A cell as text, whole numbers without `.0`."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (datetime, date)):
        return value.strftime("%Y-%m-%d")
    return " ".join(str(value).split())


def amount_of(value: Any) -> AmountCell | None:
    """An amount with what stands around it: `15 000 ₸`, `15.000,50`, `от 5000 тг/мес`, `15 тыс.`. None for no amount.

    Where a point or a comma stands alone before exactly three digits it separates thousands, as price lists do.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        exact = Decimal(str(value))
        return AmountCell(exact) if exact.is_finite() else None
    text = _OF_ONE.sub(r"\1", str(value).strip())
    found = _NUMBER.findall(text)
    match = _NUMBER.search(text)
    if match is None or len(found) > 1 or text[: match.start()].rstrip().endswith(("-", "−")):
        return None
    digits = separated(match.group())
    if digits is None:
        return None
    tail = text[match.end() :]
    times = 1_000_000 if _MILLIONS.match(tail) else 1_000 if _THOUSANDS.match(tail) else 1
    around = f"{text[: match.start()]} {tail}"
    per = period_of(tail)
    thing = _THING.search(tail) if per is None else None
    unit = thing[1] if thing is not None else None
    return AmountCell(digits * times, currency_of(around), "unit" if unit else per, bool(_FROM.search(text)), unit)


def lower_bound(value: Any) -> AmountCell | None:
    """The lower end of a range of prices, as a price from it on: `5 000 – 7 000 ₸`, `от 5 до 7 тыс.`. None for what is
    no range that is sure; digits that begin with a nought are of days and codes."""
    text = _OF_ONE.sub(r"\1", text_of(value)) if isinstance(value, str) and len(value) <= _LONGEST_RANGE else ""
    numbers = list(_NUMBER.finditer(text))
    if len(numbers) != 2:
        return None
    low, high = numbers
    between = _TO.fullmatch(text[low.end() : high.start()])
    if between is None or any(re.match(r"0\d", n.group()) for n in numbers):
        return None
    own = between["own"].strip()
    least = amount_of(f"{text[: low.end()]} {own or text[high.end() :]}")
    most = amount_of(text[high.start() :])
    if least is None or most is None or not least.amount < most.amount <= _WIDEST * least.amount:
        return None
    return replace(most, amount=least.amount, currency=least.currency or most.currency, at_least=True)


def is_no_price(text: str) -> bool:
    """True for what stands in the place of a price that is not told: a dash, `договорная`, `по запросу`."""
    return _NOT_A_PRICE.match(text.strip()) is not None


def separated(text: str) -> Decimal | None:
    """A number with any usual separators, or None when they make no sense (`1.2.3`, `12,34,56`)."""
    digits = _SPACES.sub("", text).strip(".,")
    if len(digits) > _LONGEST:
        return None
    marks = [c for c in digits if c in ".,"]
    if len(set(marks)) == 2:
        last = marks[-1]
        if marks.count(last) > 1:
            return None
        whole, _, fraction = digits.rpartition(last)
        return _grouped(whole, "," if last == "." else ".", fraction)
    if marks:
        head, *groups = digits.split(marks[0])
        if all(len(group) == 3 for group in groups) and 1 <= len(head) <= 3 and head != "0":
            return Decimal(digits.replace(marks[0], ""))
        return Decimal(f"{head}.{groups[0]}") if len(groups) == 1 else None
    return Decimal(digits) if digits else None


def _grouped(whole: str, mark: str, fraction: str) -> Decimal | None:
    head, *groups = whole.split(mark)
    if not head or any(len(group) != 3 for group in groups):
        return None
    return Decimal(f"{whole.replace(mark, '')}.{fraction or '0'}")


def currency_of(text: str) -> str | None:
    """The currency a text names, by sign, code or word."""
    return next((code for code, pattern in _CURRENCIES if pattern.search(text)), None)


def without_currency(text: str) -> str:
    """A unit or a period without the currency it is told with: `руб/мес` is `мес`, `₽` is nothing."""
    for _code, pattern in _CURRENCIES:
        text = pattern.sub(" ", text)
    return text.strip(" /.,")


def period_of(text: str) -> str | None:
    """The charging period a text names."""
    return next((name for name, pattern in _PERIODS if pattern.search(text)), None)


def day_of(value: Any) -> date | None:
    """A date as a spreadsheet or a person writes it: `31.05.2026`, `2026-05-31`, `31/05/26`; None when it is none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip()
    if match := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _LOCAL.fullmatch(text):
        day, month, year = (int(part) for part in match.groups())
        year += 2000 if year < 100 else 0
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def quantity_of(value: Any) -> int | None:
    """The smallest quantity of a tier: `10`, `от 10 шт`, `10-49`, `10+`; None when it is none."""
    match = re.search(r"[0-9][0-9\s\u00a0]*", text_of(value))
    digits = _SPACES.sub("", match.group()) if match else ""
    if not 0 < len(digits) <= 9:
        return None
    count = int(digits)
    return count if count >= 1 else None


def flag_of(value: Any) -> bool | None:
    """Yes or no in ru, kk and en; None for anything else."""
    folded = text_of(value).casefold()
    return True if folded in _YES else False if folded in _NO else None
