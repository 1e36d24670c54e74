"""A detector's result in plain words: Russian, Kazakh, English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from botops.monitor.detectors.counts import Key
from botops.monitor.detectors.result import Result, Seen, State

_RARELY = 3650
"""Days beyond which a number of days says nothing to people."""

_TEXTS: Mapping[str, Mapping[str, str]] = {
    "ru": {
        "rate_day": "обычно {usual}, {when} {events} из {units} — {value}",
        "rate_days": "обычно {usual}, за {days} (с {since}) {events} из {units} — {value}",
        "rate_hours": "обычно {usual}, с {since} {events} из {units} — {value}",
        "amount_day": "обычно {usual}, {when} {value} — {change}",
        "amount_days": "обычно {usual}, за {days} (с {since}) в среднем {value} — {change}",
        "amount_hours": "обычно {usual}, с {since} в среднем {value} — {change}",
        "chance": "такое случайно бывает раз в {every}",
        "rarely": "случайно такого почти не бывает (реже раза в 10 лет)",
        "today": "сегодня",
        "yesterday": "вчера",
        "hour": "{day}, {hour}:00",
        "more": "в {times} раза больше",
        "less": "в {times} раза меньше",
        "far_more": "более чем в {times} раз больше",
        "far_less": "более чем в {times} раз меньше",
        "standing": "тревога стоит с {raised}",
        "over": "Снова как обычно: {figures}.",
        "quiet": "Без изменений: {figures}.",
        "learning": "Рано судить: данных ещё мало, чтобы знать, что обычно.",
        "withdrawn": "Тревога от {day} снята: после исправления данных её нет.",
    },
    "kk": {
        "rate_day": "әдетте {usual}, {when} {units} ішінен {events} — {value}",
        "rate_days": "әдетте {usual}, {days} ішінде ({since} бастап) {units} ішінен {events} — {value}",
        "rate_hours": "әдетте {usual}, {since} бастап {units} ішінен {events} — {value}",
        "amount_day": "әдетте {usual}, {when} {value} — {change}",
        "amount_days": "әдетте {usual}, {days} ішінде ({since} бастап) орта есеппен {value} — {change}",
        "amount_hours": "әдетте {usual}, {since} бастап орта есеппен {value} — {change}",
        "chance": "мұндай жағдай кездейсоқ {every} бір рет болады",
        "rarely": "кездейсоқ мұндай жағдай болмайды десе де болады (10 жылда бір реттен де сирек)",
        "today": "бүгін",
        "yesterday": "кеше",
        "hour": "{day}, {hour}:00",
        "more": "{times} есе көп",
        "less": "{times} есе аз",
        "far_more": "{times} еседен астам көп",
        "far_less": "{times} еседен астам аз",
        "standing": "дабыл {raised} бастап тұр",
        "over": "Қайтадан әдеттегідей: {figures}.",
        "quiet": "Өзгеріс жоқ: {figures}.",
        "learning": "Әлі ерте: әдеттегі деңгейді білуге дерек аз.",
        "withdrawn": "{day} күнгі дабыл алынды: деректер түзетілгеннен кейін ол жоқ.",
    },
    "en": {
        "rate_day": "usually {usual}, {when} {events} of {units} — {value}",
        "rate_days": "usually {usual}, over {days} (since {since}) {events} of {units} — {value}",
        "rate_hours": "usually {usual}, since {since} {events} of {units} — {value}",
        "amount_day": "usually {usual}, {when} {value} — {change}",
        "amount_days": "usually {usual}, over {days} (since {since}) {value} on average — {change}",
        "amount_hours": "usually {usual}, since {since} {value} on average — {change}",
        "chance": "by chance this happens once in {every}",
        "rarely": "by chance this hardly ever happens (less than once in 10 years)",
        "today": "today",
        "yesterday": "yesterday",
        "hour": "{day}, {hour}:00",
        "more": "{times} times as much",
        "less": "{times} times less",
        "far_more": "more than {times} times as much",
        "far_less": "more than {times} times less",
        "standing": "the alarm has stood since {raised}",
        "over": "Back to usual: {figures}.",
        "quiet": "No change: {figures}.",
        "learning": "Too early to judge: there is not enough data to know what is usual.",
        "withdrawn": "The alarm of {day} is withdrawn: corrected figures do not bear it out.",
    },
}
# After "раз в" and "за" Russian takes the accusative, in which day and hour look as in the nominative. Kazakh says
# "in n days" with an ending that the number does not change.
_DAYS = {
    "ru": {"one": "{n} день", "few": "{n} дня", "many": "{n} дней", "other": "{n} дня"},
    "kk": {"other": "{n} күн"},
    "en": {"one": "{n} day", "other": "{n} days"},
}
_EVERY = {**_DAYS, "kk": {"other": "{n} күнде"}}
_MOST_TIMES = 10


def say(
    result: Result, language: str, *, today: date | None = None, amount: Callable[[float], str] | None = None
) -> str:
    """The result as a sentence or two, fit for an alert.

    `today` is the company's day, for "today" and "yesterday". `amount` shows the amount of a cost (the caller knows the
    currency); volumes and, without it, costs are shown as plain numbers.
    """
    texts = _TEXTS[language]
    parts = []
    if result.withdrawn:
        parts.append(texts["withdrawn"].format(day=_day(result.withdrawn[0], language)))
    if result.state is State.LEARNING or result.usual is None or (result.last is None and not result.alarmed):
        return " ".join([*parts, texts["learning"]])
    drift = result.alarmed and result.change is not None and result.since != result.at
    figures = _figures(result, language, today, amount, drift=drift)
    if not result.alarmed:
        return " ".join([*parts, texts["over" if result.state is State.OVER else "quiet"].format(figures=figures)])
    clauses = [figures, _chance(result.days_between or 1.0, language)]
    if result.state is State.STANDING and result.raised:
        clauses.append(texts["standing"].format(raised=_moment(result.raised, language)))
    text = "; ".join(clauses)
    return " ".join([*parts, f"{text[0].upper()}{text[1:]}."])


def _figures(
    result: Result, language: str, today: date | None, amount: Callable[[float], str] | None, *, drift: bool
) -> str:
    assert result.usual is not None
    assert result.at is not None
    seen = result.change if drift else result.last
    assert seen is not None
    kind = "rate" if result.measure == "rate" else "amount"
    since = result.since if drift and result.since else result.at
    span = "hours" if drift and since[1] >= 0 else "days" if drift else "day"
    if kind == "rate":
        shown = {"usual": percent(result.usual, language), "value": percent(seen.value or 0.0, language)}
    else:
        show = amount if amount is not None and result.measure != "units" else (lambda v: _plain(v, language))
        shown = {"usual": show(result.usual), "value": show(_level(seen, result)), "change": _times(seen, language)}
    return _TEXTS[language][f"{kind}_{span}"].format(
        events=_number(seen.events, language), units=_number(seen.units, language),
        when=_when(since, language, today), since=_moment(since, language),
        days=_counted(_DAYS, seen.days, language), **shown,
    )  # fmt: skip


def _level(seen: Seen, result: Result) -> float:
    """The amount as the usual is given: of a dialogue, or of a day."""
    return (seen.value or 0.0) if result.measure == "each" else seen.events / seen.days


def percent(share: float, language: str) -> str:
    """A share as people read it: two digits that count, 12 %, 5.1 %, 0.47 %."""
    value = 100 * share
    pattern = "0" if value >= 9.95 else "0.0" if value >= 0.995 or value == 0 else "0.00"
    return format_decimal(value, format=pattern, locale=language) + ("%" if language == "en" else "\u00a0%")


def _times(seen: Seen, language: str) -> str:
    """How many times as much or less. A fraction takes one form in Russian: 1,6 раза; so does 10 after "более чем"."""
    more = seen.events >= seen.expected
    low, high = sorted((seen.events, seen.expected))
    factor = high / low if low > 0 else _MOST_TIMES + 1.0
    key, shown = "more" if more else "less", format_decimal(factor, format="0.0", locale=language)
    if factor > _MOST_TIMES:
        key, shown = f"far_{key}", str(_MOST_TIMES)
    return _TEXTS[language][key].format(times=shown)


def _chance(days: float, language: str) -> str:
    texts = _TEXTS[language]
    if days > _RARELY:
        return texts["rarely"]
    return texts["chance"].format(every=_counted(_EVERY, max(1, _two_digits(days)), language))


def _two_digits(days: float) -> int:
    """Days as sure as they are: 37, 180, 2 400."""
    whole = round(days)
    step = 10 ** max(0, len(str(whole)) - 2)
    return int(round(whole / step) * step)


def _counted(forms: Mapping[str, Mapping[str, str]], number: int, language: str) -> str:
    form = Locale(language).plural_form(number)
    return forms[language].get(form, forms[language]["other"]).format(n=_number(number, language))


def _when(key: Key, language: str, today: date | None) -> str:
    texts = _TEXTS[language]
    ago = (today - key[0]).days if today else None
    day = texts["today"] if ago == 0 else texts["yesterday"] if ago == 1 else _day(key[0], language)
    return day if key[1] < 0 else texts["hour"].format(day=day, hour=key[1])


def _moment(key: Key, language: str) -> str:
    day = _day(key[0], language)
    return day if key[1] < 0 else _TEXTS[language]["hour"].format(day=day, hour=key[1])


def _day(day: date, language: str) -> str:
    return format_date(day, format="d MMMM", locale=language)


def _number(value: float, language: str) -> str:
    return format_decimal(round(value), format="#,##0", locale=language)


def _plain(value: float, language: str) -> str:
    return format_decimal(value, format="#,##0" if value >= 100 else "#,##0.##", locale=language)
