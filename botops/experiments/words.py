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
    State.BETTER: {
        "ru": "{variant} лучше: «{metric}» {range}. Можно включать.",
        "kk": "{variant} жақсырақ: «{metric}» {range}. Қосуға болады.",
        "en": "{variant} is better: “{metric}” {range}. It can be switched on.",
    },
    State.WORSE: {
        "ru": "Новый вариант хуже прежнего: «{metric}» {range}. Оставьте прежний.",
        "kk": "Жаңа нұсқа бұрынғысынан нашар: «{metric}» {range}. Бұрынғысын қалдырыңыз.",
        "en": "The new variant is worse: “{metric}” {range}. Keep the old one.",
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
_DAYS = {
    "ru": {"one": ", ещё {n} день", "few": ", ещё {n} дня", "other": ", ещё {n} дней"},
    "kk": {"other": ", тағы {n} күн"},
    "en": {"one": ", {n} more day", "other": ", {n} more days"},
}
_POINTS = {"ru": "{low} … {high} п.п.", "kk": "{low} … {high} п.т.", "en": "{low} to {high} points"}


def say(
    verdict: Verdict,
    language: str,
    *,
    metrics: Mapping[str, str],
    variants: tuple[str, ...],
    units: Mapping[str, str],
    leads_per_day: float = 0.0,
) -> str:
    """The verdict as one or two sentences.

    `metrics` and `variants` give the names to show, the control first; `units` the unit of each metric, "points" for
    shares. `leads_per_day` turns the leads still to come into days; 0 leaves them out.
    """
    text = _TEXTS[verdict.state][language]
    shown = _shown(verdict)
    said = text.format(
        variant=variants[verdict.variant] if verdict.variant is not None else "",
        metric=metrics.get(verdict.metric or "", verdict.metric or ""),
        range=_range(shown, language, units.get(shown.metric, "points")) if shown else "",
        least=LEAST_LEADS,
        days=_days(verdict.left, leads_per_day, language),
    )
    return said.replace("..", ".")  # «п.п.» at the end of a sentence closes it


def _shown(verdict: Verdict) -> Compared | None:
    if verdict.state is State.HARM:
        return next(c for c in verdict.guardrails if (c.variant, c.metric) == (verdict.variant, verdict.metric))
    if verdict.variant is not None:
        return next(c for c in verdict.primary if c.variant == verdict.variant)
    return verdict.primary[0] if verdict.primary else None


def _range(shown: Compared, language: str, unit: str) -> str:
    low, high = shown.found.low, shown.found.high
    if unit == "points":
        return _POINTS[language].format(low=_signed(100 * low, language), high=_signed(100 * high, language))
    return f"{_signed(low, language)} … {_signed(high, language)} {unit}"


def _signed(value: float, language: str) -> str:
    size = abs(value)
    pattern = "#,##0" if size >= 100 else "0.0" if size >= 1 else "0.00"
    number = format_decimal(size, format=pattern, locale=language)
    return f"+{number}" if value > 0 else f"−{number}" if value < 0 else number


def _days(left: int, leads_per_day: float, language: str) -> str:
    if not left or leads_per_day <= 0:
        return ""
    days = math.ceil(left / leads_per_day)
    form = Locale(language).plural_form(days)
    return _DAYS[language].get(form, _DAYS[language]["other"]).format(n=days)
