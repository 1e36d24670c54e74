"""How a digest says things, in Russian and English: numbers, days, deeds and kinds of mistakes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from botops.app.glossary import GLOSSARY
from botops.domain.findings import FindingKind
from botops.domain.money import Money
from botops.domain.releases import Deed
from botops.monitor.alert_words import in_currency, money

if TYPE_CHECKING:
    from botops.app.digest.model import DigestLanguage, Tone
    from botops.app.queries import Number, Value

NOTHING = "—"
_MOST_CHANGE = 9.99
"""A change of ten times and more says no more than that it is large."""


def locale(language: DigestLanguage) -> Locale:
    """Babel's locale of a language."""
    return Locale("en", "GB") if language == "en" else Locale("ru")


def value(number: Number, currency: str, language: DigestLanguage) -> str:
    """A number by its unit; a dash where there is nothing to count."""
    return _shown(GLOSSARY[number.id].unit, number.value, number.usd, currency, language)


def _shown(unit: str, found: Value, usd: Decimal | None, currency: str, language: DigestLanguage) -> str:
    if unit == "model_cost":
        if isinstance(found, Decimal):
            return cost(found, currency, language)
        return cost(usd, "USD", language) if usd is not None else NOTHING
    if found is None:
        return NOTHING
    if isinstance(found, Money):
        return money(found, language)
    if unit == "share":
        return share(float(found), language)
    if unit == "milliseconds":
        return duration(float(found), language)
    if unit == "per_thousand":
        return PHRASES[language]["per_thousand"].format(n=decimal(float(found), language, 1 if 0 < found < 10 else 0))
    return decimal(float(found), language, 0)


def decimal(number: float, language: DigestLanguage, digits: int) -> str:
    """A number with at most so many digits after the point."""
    return str(format_decimal(number, format="#,##0." + "#" * digits if digits else "#,##0", locale=locale(language)))


def duration(milliseconds: float, language: DigestLanguage) -> str:
    """A reply's time, as the console shows it: milliseconds below a second, else seconds."""
    short, long = ("ms", "s") if language == "en" else ("мс", "с")
    if milliseconds < 1000:
        return f"{decimal(round(milliseconds), language, 0)}\u00a0{short}"
    return f"{decimal(milliseconds / 1000, language, 1)}\u00a0{long}"


def share(part: float, language: DigestLanguage) -> str:
    """A share as per cent, with a digit after the point below ten."""
    digits = "#,##0.#" if abs(part) < 0.1 else "#,##0"
    pattern = digits + ("%" if language == "en" else "\u00a0%")
    return str(format_percent(part, format=pattern, locale=locale(language)))


def cost(amount: Decimal, currency: str, language: DigestLanguage) -> str:
    """What a model cost: two significant digits where it is less than a unit."""
    digits = 0 if amount == 0 or abs(amount) >= 100 else 2
    if 0 < abs(amount) < Decimal("0.1"):
        digits = max(2, 1 - amount.adjusted())
    return in_currency(amount, currency, digits, language)


def change(number: Number, language: DigestLanguage) -> tuple[str | None, Tone]:
    """The change of a number against the time it is compared with, and whether it is a good one."""
    by = number.change
    if by is None:
        return None, "neutral"
    if round(by, 3) == 0:
        return PHRASES[language]["same"], "neutral"
    better = GLOSSARY[number.id].better
    tone: Tone = "neutral" if better == "neither" else "good" if (by > 0) == (better == "up") else "bad"
    shown = share(abs(by), language) if abs(by) <= _MOST_CHANGE else PHRASES[language]["much"]
    return f"{'▲' if by > 0 else '▼'}\u00a0{shown}", tone


def full_day(day: date, language: DigestLanguage) -> str:
    """A day as a heading has it: пятница, 20 ноября 2026."""
    return str(format_date(day, "EEEE, d MMMM y", locale=locale(language)))


def days(since: date, until: date, language: DigestLanguage) -> str:
    """A stretch of days: 9–15 ноября 2026."""
    last = format_date(until, "d MMMM y", locale=locale(language))
    if (since.year, since.month) == (until.year, until.month):
        return f"{since.day}–{last}"
    first = format_date(since, "d MMMM" if since.year == until.year else "d MMMM y", locale=locale(language))
    return f"{first} – {last}"


def short_day(day: date, language: DigestLanguage) -> str:
    """A day without its year: 20 нояб."""
    return str(format_date(day, "d MMM", locale=locale(language)))


def plural(count: int, key: str, language: DigestLanguage) -> str:
    """A count and what is counted, in the form that goes with it."""
    forms = PLURALS[language][key]
    form = str(locale(language).plural_form(count))
    return f"{decimal(count, language, 0)} {forms.get(form, forms['other'])}"


PHRASES: Mapping[DigestLanguage, Mapping[str, str]] = MappingProxyType(
    {
        "ru": {
            "daily": "Бот за день: {day}",
            "weekly": "Обещано, но не должны: {days}",
            "quiet": "Неверные обещания до клиентов не дошли.",
            "reached": "До клиентов дошли неверные обещания: {replies}, на {money} дешевле прайса.",
            "reached_unpriced": "До клиентов дошли неверные обещания: {replies}.",
            "nobody": "Клиенты не писали.",
            "compared_day": "Стрелки — изменение к тому же дню неделей раньше ({day}).",
            "compared_week": "Стрелки — изменение к неделе {days}.",
            "worst": "Три худших диалога",
            "no_worst": "Ошибок в ценах и условиях не нашлось.",
            "worst_note": "{what}: «{quote}» — верно: {expected}",
            "worst_note_unknown": "{what}: «{quote}» — в прайсе такого нет",
            "left": "ушло клиенту",
            "held": "задержано проверкой",
            "changed": "Что изменилось",
            "unchanged": "Ни промпты, ни прайс-лист, ни приказы не менялись.",
            "due": "Что требует внимания сейчас",
            "nothing_due": "Ничего.",
            "alert": "Тревога: {title}",
            "alert_note": "с {since}, отвечает {owner}",
            "no_owner": "никто",
            "action_due": "{name}: «{text}» — срок {due} ({owner})",
            "price_ends": "Кончается цена: {product}, последний день {day}",
            "exception_ends": "Кончается исключение для «{quote}»: последний день {day}",
            "waiting": "Ждут человека дольше обещанного: {dialogues}",
            "more": "… и ещё {count}",
            "simulated": "Отвечал симулятор, а не языковая модель: {count}.",
            "late": "Последние часы ещё не сосчитаны: числа могут вырасти.",
            "definitions": "Что значит каждое число — в консоли, на знаке вопроса у числа.",
            "week_opening": "За неделю бот пообещал клиентам на {money} дешевле прайса: {replies}, {clients}. "
                            "{before}",
            "week_before": "Неделей раньше — {money}.",
            "week_quiet": "За неделю ни одно неверное обещание до клиентов не дошло. {before}",
            "week_unpriced": "Неверные обещания дошли до клиентов ({replies}, {clients}), но дешевле прайса нет "
                             "ни одного. {before}",
            "other_money": "Сверх того в других валютах: {money}.",
            "by_kind": "О чём обещал",
            "by_version": "Какая версия промпта",
            "largest": "Крупнейшие обещания",
            "none_below": "Ни одного обещания дешевле прайса.",
            "promise": "{day}: «{quote}»",
            "promise_note": "верно: {expected} · клиент {lead}",
            "promise_note_unknown": "в прайсе такого нет · клиент {lead}",
            "means": "Обещано — ещё не потеряно: столько компания недополучит, если сдержит все эти обещания. "
                     "Завышенные цены сюда не входят.",
            "per_thousand": "{n}\u00a0из\u00a01000",
            "own_log": "другой бот (из журнала)",
            "same": "без изменений",
            "much": "больше чем в 10 раз",
            "other": "другая",
            "pricebook": "прайс-лист", "prompt": "промпт {name}", "experiment": "эксперимент {name}",
            "alert_rule": "оповещения {name}", "alerts": "оповещения", "store": "база", "costs": "затраты",
        },
        "en": {
            "daily": "The bot's day: {day}",
            "weekly": "Promised but not owed: {days}",
            "quiet": "No false promise reached a client.",
            "reached": "False promises reached clients: {replies}, {money} below the price book.",
            "reached_unpriced": "False promises reached clients: {replies}.",
            "nobody": "No client wrote.",
            "compared_day": "Arrows: the change to the same weekday a week before ({day}).",
            "compared_week": "Arrows: the change to the week {days}.",
            "worst": "The three worst dialogues",
            "no_worst": "No mistake in prices or terms was found.",
            "worst_note": "{what}: “{quote}” — right: {expected}",
            "worst_note_unknown": "{what}: “{quote}” — the price book has no such thing",
            "left": "sent to the client",
            "held": "held back by the guard",
            "changed": "What changed",
            "unchanged": "Neither prompts nor price book nor orders changed.",
            "due": "What needs attention now",
            "nothing_due": "Nothing.",
            "alert": "Alert: {title}",
            "alert_note": "since {since}, owner {owner}",
            "no_owner": "nobody",
            "action_due": "{name}: “{text}” is due on {due} ({owner})",
            "price_ends": "A price ends: {product}, last day {day}",
            "exception_ends": "An exception ends for “{quote}”: last day {day}",
            "waiting": "Waiting for a person longer than promised: {dialogues}",
            "more": "… and {count} more",
            "simulated": "The simulator answered, not a language model: {count}.",
            "late": "The last hours are not counted yet: the numbers may rise.",
            "definitions": "What each number means stands in the console, on its question mark.",
            "week_opening": "In this week the bot promised clients {money} below the price book: {replies}, {clients}. "
                            "{before}",
            "week_before": "The week before: {money}.",
            "week_quiet": "In this week no false promise reached a client. {before}",
            "week_unpriced": "False promises reached clients ({replies}, {clients}), but none below the price book. "
                             "{before}",
            "other_money": "Besides, in other currencies: {money}.",
            "by_kind": "What it promised",
            "by_version": "Which prompt version",
            "largest": "The largest promises",
            "none_below": "No promise below the price book.",
            "promise": "{day}: “{quote}”",
            "promise_note": "right: {expected} · client {lead}",
            "promise_note_unknown": "the price book has no such thing · client {lead}",
            "means": "Promised is not lost yet: it is what the company would not get if it kept all these promises. "
                     "Prices that were too high are left out.",
            "per_thousand": "{n}\u00a0per\u00a01,000",
            "own_log": "another bot (from its log)",
            "same": "no change",
            "much": "more than tenfold",
            "other": "another",
            "pricebook": "price book", "prompt": "prompt {name}", "experiment": "experiment {name}",
            "alert_rule": "alerts {name}", "alerts": "alerts", "store": "store", "costs": "costs",
        },
    }
)  # fmt: skip

PLURALS: Mapping[DigestLanguage, Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "ru": {
            "replies": {"one": "ответ", "few": "ответа", "many": "ответов", "other": "ответа"},
            "clients": {"one": "клиент", "few": "клиента", "many": "клиентов", "other": "клиента"},
            "dialogues": {"one": "диалог", "few": "диалога", "many": "диалогов", "other": "диалога"},
        },
        "en": {
            "replies": {"one": "reply", "other": "replies"},
            "clients": {"one": "client", "other": "clients"},
            "dialogues": {"one": "dialogue", "other": "dialogues"},
        },
    }
)

DEEDS: Mapping[DigestLanguage, Mapping[Deed, str]] = MappingProxyType(
    {
        "ru": {
            Deed.PUBLISH: "опубликована версия {version}",
            Deed.ROLLBACK: "откат на версию {version}",
            Deed.SPLIT: "начат или расширен эксперимент",
            Deed.SPLIT_END: "эксперимент закончен",
            Deed.OVERRIDE: "приказ в обход выпуска: {order}",
            Deed.OVERRIDE_END: "приказ снят",
            Deed.ALARM: "тревога",
            Deed.REPRICE: "затраты пересчитаны по другим ценам",
        },
        "en": {
            Deed.PUBLISH: "version {version} published",
            Deed.ROLLBACK: "rolled back to version {version}",
            Deed.SPLIT: "an experiment begun or widened",
            Deed.SPLIT_END: "an experiment ended",
            Deed.OVERRIDE: "an order above the release: {order}",
            Deed.OVERRIDE_END: "an order ended",
            Deed.ALARM: "alarm",
            Deed.REPRICE: "costs priced anew",
        },
    }
)
"""The deeds that change what clients get or how it is counted; others are not told in a digest."""

ORDERS: Mapping[DigestLanguage, Mapping[str, str]] = MappingProxyType(
    {
        "ru": {"hand_over": "бот выключен, диалоги идут людям", "version": "всем одна версия",
               "control": "эксперимент остановлен"},
        "en": {"hand_over": "the bot is off, people answer", "version": "one version for all",
               "control": "an experiment stopped"},
    }
)  # fmt: skip

KINDS: Mapping[DigestLanguage, Mapping[FindingKind, str]] = MappingProxyType(
    {
        "ru": {
            FindingKind.PRICE: "цена", FindingKind.DISCOUNT: "скидка", FindingKind.PROMO_CODE: "промокод",
            FindingKind.UNKNOWN_PRODUCT: "товар не из прайса", FindingKind.TOTAL: "итог", FindingKind.TERMS: "условия",
            FindingKind.STALE_PRICE: "старая цена", FindingKind.CURRENCY: "валюта",
        },
        "en": {
            FindingKind.PRICE: "price", FindingKind.DISCOUNT: "discount", FindingKind.PROMO_CODE: "promo code",
            FindingKind.UNKNOWN_PRODUCT: "unknown product", FindingKind.TOTAL: "total", FindingKind.TERMS: "terms",
            FindingKind.STALE_PRICE: "stale price", FindingKind.CURRENCY: "currency",
        },
    }
)  # fmt: skip
