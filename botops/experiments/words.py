"""The verdict in plain words, for people who sell: Russian, Kazakh, English."""

from __future__ import annotations

import math
from collections.abc import Mapping

from babel import Locale
from babel.numbers import format_decimal

from botops.experiments.verdict import LEAST_LEADS, Compared, State, Verdict

_TEXTS: Mapping[State, Mapping[str, str]] = {
    State.MISMATCH: {
        "ru": "Доли не сходятся — результату верить нельзя. Проверьте, все ли клиенты попадают в эксперимент.",
        "kk": "Үлестер сәйкес емес — нәтижеге сенуге болмайды. Клиенттердің бәрі экспериментке түсе ме, тексеріңіз.",
        "en": "The shares do not add up: the result cannot be trusted. Check that every client enters the experiment.",
    },
    State.HARM: {
        "ru": "{variant} вредит: «{metric}» хуже допустимого ({range}). Трафик пора вернуть на прежний вариант.",
        "kk": "{variant} зиян келтіріп тұр: «{metric}» рұқсат етілгеннен нашар ({range}). Бұрынғы нұсқаға қайту керек.",
        "en": "{variant} does harm: “{metric}” is worse than allowed ({range}). Send the traffic back.",
    },
    State.EARLY: {
        "ru": "Рано: в одном из вариантов меньше {least} клиентов{days}.",
        "kk": "Әлі ерте: нұсқалардың бірінде {least} клиенттен аз{days}.",
        "en": "Too early: one of the variants has fewer than {least} clients{days}.",
    },
    State.TOO_FEW: {
        "ru": "Срок вышел, а судить не по чему: в одном из вариантов итог известен меньше чем о {least} клиентах. "
        "Остановите эксперимент; если ответ нужен, начните новый, на большем числе клиентов.",
        "kk": "Мерзім бітті, бірақ қорытынды жасауға дерек аз: нұсқалардың бірінде {least} клиенттен азының нәтижесі "
        "белгілі. Экспериментті тоқтатыңыз; жауап керек болса, клиенті көбірек жаңасын бастаңыз.",
        "en": "The time is over and there is too little to judge by: in one of the variants the outcome of fewer than "
        "{least} clients is known. Stop the experiment; if the answer matters, begin a new one with more clients.",
    },
    State.BETTER: {
        "ru": "{variant} лучше: «{metric}» {range}, можно включать.",
        "kk": "{variant} жақсырақ: «{metric}» {range}, қосуға болады.",
        "en": "{variant} is better: “{metric}” {range}; it can be switched on.",
    },
    State.WORSE: {
        "ru": "Новый вариант хуже прежнего: «{metric}» {range}, оставьте прежний.",
        "kk": "Жаңа нұсқа бұрынғысынан нашар: «{metric}» {range}, бұрынғысын қалдырыңыз.",
        "en": "The new variant is worse: “{metric}” {range}; keep the old one.",
    },
    State.RUNNING: {
        "ru": "Рано: разница пока не видна{days}.",
        "kk": "Әлі ерте: айырмашылық әзірге көрінбейді{days}.",
        "en": "Too early: no difference shows yet{days}.",
    },
    State.NO_DIFFERENCE: {
        "ru": "Срок вышел, разницы не видно: выбирайте тот вариант, который дешевле или проще.",
        "kk": "Мерзім бітті, айырмашылық көрінбеді: арзанырағын немесе қарапайымырағын таңдаңыз.",
        "en": "The planned time is over and no difference shows: take the cheaper or the simpler one.",
    },
}
_WAITING: Mapping[State, Mapping[str, str]] = {
    State.EARLY: {
        "ru": "Рано: в одном из вариантов итог известен меньше чем о {least} клиентах{days}.",
        "kk": "Әлі ерте: нұсқалардың бірінде {least} клиенттен азының нәтижесі белгілі{days}.",
        "en": "Too early: in one of the variants the outcome of fewer than {least} clients is known{days}.",
    },
}
"""What is said instead while leads' time to respond is not over."""
_DAYS = {
    "ru": {"one": ", ещё {n} день", "few": ", ещё {n} дня", "other": ", ещё {n} дней"},
    "kk": {"other": ", тағы {n} күн"},
    "en": {"one": ", {n} more day", "other": ", {n} more days"},
}
_MOST_DECIMALS = 6
_POINTS = {"ru": "{low} … {high} п.п.", "kk": "{low} … {high} п.т.", "en": "{low} to {high} points"}


def say(
    verdict: Verdict,
    language: str,
    *,
    metrics: Mapping[str, str],
    variants: tuple[str, ...],
    units: Mapping[str, str],
    days_left: int | None = None,
) -> str:
    """The verdict as one or two sentences.

    `metrics` and `variants` give the names to show, the control first; `units` the unit of each metric, "points" for
    shares. `days_left` are those until the planned end; None leaves them out.
    """
    texts = _WAITING if verdict.waiting and verdict.state in _WAITING else _TEXTS
    text = texts[verdict.state][language]
    shown = _shown(verdict)
    return text.format(
        variant=variants[verdict.variant] if verdict.variant is not None else "",
        metric=metrics.get(verdict.metric or "", verdict.metric or ""),
        range=_range(shown, language, units.get(shown.metric, "points")) if shown else "",
        least=LEAST_LEADS,
        days=_days(days_left, language),
    )


def _shown(verdict: Verdict) -> Compared | None:
    if verdict.state is State.HARM:
        return next(c for c in verdict.guardrails if (c.variant, c.metric) == (verdict.variant, verdict.metric))
    if verdict.variant is not None:
        return next(c for c in verdict.primary if c.variant == verdict.variant)
    return verdict.primary[0] if verdict.primary else None


def _range(shown: Compared, language: str, unit: str) -> str:
    low, high = shown.found.low, shown.found.high
    if unit == "points":
        low, high = round(100 * low, 2), round(100 * high, 2)
        return _POINTS[language].format(low=_signed(low, language), high=_signed(high, language))
    return f"{_signed(low, language)} … {_signed(high, language)} {unit}"


def _signed(value: float, language: str) -> str:
    size = abs(value)
    pattern = "#,##0" if size >= 100 else "0.0" if size >= 1 else f"0.{'0' * _decimals(size)}"
    number = format_decimal(size, format=pattern, locale=language)
    return f"+{number}" if value > 0 else f"−{number}" if value < 0 else number


def _decimals(size: float) -> int:
    """Decimals of an amount below 1 that leave two digits of it: a dialogue may cost a tenth of a cent."""
    return 2 if size == 0 else min(_MOST_DECIMALS, max(2, 1 - math.floor(math.log10(size))))


def _days(days: int | None, language: str) -> str:
    if not days:
        return ""
    form = Locale(language).plural_form(days)
    return _DAYS[language].get(form, _DAYS[language]["other"]).format(n=days)
