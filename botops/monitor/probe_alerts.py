"""Alerts of probes: what fails and since when, or that nobody asks any more, in Russian, Kazakh and English. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from botops.domain.alerts import AlertSeverity, Signal, Where
from botops.domain.probes import ProbeFault, ProbeKind, ProbeOutcome, ProbeResult, ProbeRun
from botops.monitor.alert_words import percent
from botops.monitor.probes import failing

if TYPE_CHECKING:
    from botops.domain.alerts import Area, Texts
    from botops.domain.messages import Language
    from botops.monitor.probes import ProbeMonth

FAILING = "BotopsProbesFailing"
MISSED = "BotopsProbesMissed"
BUDGET_SPENT = "BotopsProbesBudgetSpent"

_LANGUAGES: tuple[Language, ...] = ("ru", "kk", "en")
_SPOKEN: dict[Language, dict[Language, str]] = {
    "ru": {"ru": "по-русски", "kk": "по-казахски", "en": "по-английски"},
    "kk": {"ru": "орысша", "kk": "қазақша", "en": "ағылшынша"},
    "en": {"ru": "in Russian", "kk": "in Kazakh", "en": "in English"},
}
_ASKED: dict[ProbeKind, dict[Language, str]] = {
    ProbeKind.PRICE: {"ru": "цена", "kk": "баға", "en": "price"},
    ProbeKind.HAND_OVER: {"ru": "позвать человека", "kk": "адам шақыру", "en": "a person"},
}
_FAULTS: dict[ProbeFault, dict[Language, str]] = {
    ProbeFault.NO_PRICE: {
        "ru": "в ответе нет цены {expected}",
        "kk": "жауапта {expected} деген баға жоқ",
        "en": "the reply does not name {expected}",
    },
    ProbeFault.FLAGGED: {
        "ru": "цена названа, но рядом с ней проверка нашла неправду",
        "kk": "баға аталған, бірақ тексеру оның қасынан жалған сөз тапты",
        "en": "the price is named, and the claim checker found something false beside it",
    },
    ProbeFault.NOT_HANDED_OVER: {
        "ru": "просили человека, а диалог никому не передан",
        "kk": "адам сұралды, ал диалог ешкімге берілмеді",
        "en": "a person was asked for, and the dialogue waits for nobody",
    },
    ProbeFault.EMPTY: {"ru": "ответ пустой", "kk": "жауап бос", "en": "the reply is empty"},
    ProbeFault.FAILED_TURN: {
        "ru": "бот не смог ответить и прислал запасной текст",
        "kk": "бот жауап бере алмай, қосалқы мәтін жіберді",
        "en": "the bot could not answer and sent a text in reserve",
    },
    ProbeFault.NO_ANSWER: {"ru": "ответа нет", "kk": "жауап жоқ", "en": "no answer"},
}
_UNANSWERED: Texts = {
    "ru": "Бот не отвечает на пробные вопросы",
    "kk": "Бот сынақ сұрақтарына жауап бермей тұр",
    "en": "The bot does not answer its probes",
}
_WRONG: Texts = {
    "ru": "Бот неверно отвечает на пробные вопросы",
    "kk": "Бот сынақ сұрақтарына қате жауап беріп тұр",
    "en": "The bot answers its probes wrongly",
}
_NOT_ASKED: Texts = {
    "ru": "Пробные вопросы боту не задаются",
    "kk": "Ботқа сынақ сұрақтары қойылмай тұр",
    "en": "Nobody probes the bot any more",
}
_IN_A_ROW: Texts = {
    "ru": "Подряд неудачных проверок: {times}. Вопросы задаёт сам botops, как клиент, через API {address}.",
    "kk": "Қатарынан сәтсіз тексеру: {times}. Сұрақтарды botops өзі клиент сияқты {address} API арқылы қояды.",
    "en": "Failed {times} times in a row or more. botops itself asks as a client would, through the API at {address}.",
}
_LATE: Texts = {
    "ru": "Должны задаваться каждые {minutes} мин, но уже {late} мин их нет: доступность бота никто не проверяет.",
    "kk": "Әр {minutes} минут сайын қойылуы керек, бірақ {late} минуттан бері жоқ: ботты ешкім тексермей тұр.",
    "en": "They are due every {minutes} min, and for {late} min there were none: nobody knows whether the bot answers.",
}

_BUDGET: dict[Area, Texts] = {
    "service": {
        "ru": "Месячная цель не выполнена: бот отвечает реже, чем обещано",
        "kk": "Айдың мақсаты орындалмады: бот уәде етілгеннен сирек жауап береді",
        "en": "The goal of the month is missed: the bot answers less often than promised",
    },
    "replies": {
        "ru": "Месячная цель не выполнена: бот ошибается чаще, чем допустимо",
        "kk": "Айдың мақсаты орындалмады: бот рұқсат етілгеннен жиі қателеседі",
        "en": "The goal of the month is missed: the bot is wrong more often than allowed",
    },
}
_SPENT: Texts = {
    "ru": "По пробным вопросам этого месяца: {share} при цели {goal}. Все допустимые за месяц неудачи уже случились.",
    "kk": "Осы айдағы сынақ сұрақтары бойынша: {share}, мақсат — {goal}. Бір айға рұқсат етілген іркіліс бітті.",
    "en": "By this month's probes: {share}, the goal is {goal}. All failures allowed for the month have happened.",
}


def fault_of(result: ProbeResult, language: Language) -> str:
    """What was wrong with an answer, in words; empty when nothing was."""
    if result.fault is None:
        return ""
    said = _FAULTS[result.fault][language].format(expected=result.expected)
    return f"{said} ({result.detail})" if result.detail else said


def question_of(result: ProbeResult, language: Language) -> str:
    """What was asked and in which language, in words."""
    return f"{_ASKED[result.kind][language]}, {_SPOKEN[language][result.language]}"


def failing_signals(
    runs: Sequence[ProbeRun], after: int, since: Callable[[ProbeResult], datetime]
) -> tuple[Signal, ...]:
    """What stands against the bot by its latest rounds, the newest first: one signal for questions it does not answer,
    one for those it answers wrongly. It wakes somebody when half of the questions fail. `since` knows when a question
    began to fail."""
    if not runs:
        return ()
    latest = [result for run in runs for result in run.results]
    failed = failing(latest, after)
    asked = len(runs[0].results)
    kinds: tuple[tuple[ProbeOutcome, str, Area, Texts], ...] = (
        (ProbeOutcome.UNANSWERED, "probes:unanswered", "service", _UNANSWERED),
        (ProbeOutcome.WRONG, "probes:wrong", "replies", _WRONG),
    )
    found = []
    for outcome, key, area, title in kinds:
        own = [result for result in failed if result.outcome is outcome]
        if own:
            severity = AlertSeverity.PAGE if 2 * len(own) >= asked else AlertSeverity.TICKET
            began = min(since(one) for one in own)
            texts = {language: _text(own, after, runs[0].address, language) for language in _LANGUAGES}
            found.append(
                Signal(
                    key,
                    FAILING,
                    severity,
                    area,
                    began,
                    title,
                    texts,
                    where=_where(own, latest),
                    facts={"failing": len(own), "asked": asked, "in_a_row": after},
                )
            )
    return tuple(found)


def missed_signal(since: datetime, every_s: int, late_s: float) -> Signal:
    """Nobody asks any more: `since` the first round that was due, `late_s` seconds ago."""
    minutes, late = every_s // 60, round(late_s / 60)
    return Signal(
        "probes:missed", MISSED, AlertSeverity.TICKET, "service", since, _NOT_ASKED,
        {language: _LATE[language].format(minutes=minutes, late=late) for language in _LANGUAGES},
        facts={"every_s": every_s, "late_s": round(late_s)},
    )  # fmt: skip


def budget_signals(month: ProbeMonth, answered: float, right: float) -> tuple[Signal, ...]:
    """The goals of a month, shares of questions answered and of answers right, that can no longer be met."""
    goals: tuple[tuple[str, Area, float | None, float | None, float], ...] = (
        ("probes:budget:answered", "service", month.uptime_budget_left, month.uptime, answered),
        ("probes:budget:right", "replies", month.correct_budget_left, month.correct, right),
    )
    return tuple(
        Signal(
            key, BUDGET_SPENT, AlertSeverity.DIGEST, area, month.since, _BUDGET[area],
            {one: _SPENT[one].format(share=percent(share, one, 2), goal=percent(goal, one, 2)) for one in _LANGUAGES},
            facts={"share": round(share, 5), "goal": goal, "budget_left": round(left, 3)},
        )
        for key, area, left, share, goal in goals
        if left is not None and share is not None and left < 0
    )  # fmt: skip


def _text(failed: Iterable[ProbeResult], times: int, address: str, language: Language) -> str:
    lines = [f"{question_of(one, language)}: {fault_of(one, language)}" for one in failed]
    return "\n".join([*lines, _IN_A_ROW[language].format(times=times, address=address)])


def _where(failed: Sequence[ProbeResult], latest: Sequence[ProbeResult]) -> Where | None:
    """The language of what fails, when only one does and others are asked too."""
    languages = {one.language for one in failed}
    if len(languages) != 1 or len({one.language for one in latest}) == 1:
        return None
    return Where("language", languages.pop(), 1.0)
