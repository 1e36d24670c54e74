"""What an entry of an incident's timeline says, in Russian or English: the store keeps the steps in one wording."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from botops.domain.alerts import AlertEventKind
from botops.domain.incidents import CauseKind, EntryKind, IncidentSeverity
from botops.domain.money import Money
from botops.domain.releases import Deed
from botops.monitor.alert_words import money

if TYPE_CHECKING:
    from botops.domain.alerts import Texts
    from botops.domain.incidents import TimelineEntry

_CAUSES: Mapping[CauseKind, str] = MappingProxyType(
    {
        CauseKind.PROMPT: "промпт", CauseKind.PRICE_BOOK: "прайс-лист", CauseKind.MODEL: "модель",
        CauseKind.PROVIDER: "провайдер модели", CauseKind.SETTINGS: "настройки", CauseKind.SOFTWARE: "программа",
        CauseKind.DATA: "данные", CauseKind.OTHER: "другое",
    }
)  # fmt: skip
_SEVERITIES: Mapping[IncidentSeverity, str] = MappingProxyType(
    {
        IncidentSeverity.CRITICAL: "критическая",
        IncidentSeverity.MAJOR: "серьёзная",
        IncidentSeverity.MINOR: "небольшая",
    }
)
_DEEDS: Mapping[Deed, str] = MappingProxyType(
    {
        Deed.DRAFT: "сохранён черновик", Deed.VERSION: "создана версия", Deed.EVAL: "проверена на диалогах версия",
        Deed.BASELINE: "выбран прогон для сравнения",
        Deed.CASE: "тест из диалога", Deed.PROPOSE: "предложена версия", Deed.APPROVE: "одобрена версия",
        Deed.REJECT: "отклонена версия", Deed.WITHDRAW: "отозвана версия", Deed.PUBLISH: "опубликована версия",
        Deed.ROLLBACK: "откат на версию", Deed.SPLIT: "начат или расширен эксперимент",
        Deed.SPLIT_END: "закончен эксперимент", Deed.OVERRIDE: "включён рубильник", Deed.OVERRIDE_END: "рубильник снят",
        Deed.IMPORT: "загружена версия", Deed.ALARM: "тревога", Deed.ERASE: "клиент удалён по просьбе",
        Deed.PURGE: "удалены старые диалоги", Deed.REPRICE: "затраты пересчитаны",
        Deed.ACKNOWLEDGE: "тревога взята в работу", Deed.RESOLVE: "тревога снята", Deed.SILENCE: "тревоги заглушены",
        Deed.SILENCE_END: "тишина окончена", Deed.USUAL: "принято за новую норму",
        Deed.EXCEPT: "разрешено исключение для проверки", Deed.EXCEPT_END: "исключение для проверки отменено",
        Deed.DEPLOY: "другая версия программы или настройки",
        Deed.SIGN_IN: "вход", Deed.SIGN_OUT: "выход", Deed.REFUSE: "отказано", Deed.PERSON_ADD: "открыт доступ",
        Deed.PERSON_CHANGE: "другие роли или пароль", Deed.PERSON_REMOVE: "закрыт доступ",
    }
)  # fmt: skip
_EVENTS: Mapping[AlertEventKind, str] = MappingProxyType(
    {
        AlertEventKind.RAISED: "поднято", AlertEventKind.WORSENED: "стало хуже", AlertEventKind.RETURNED: "вернулось",
        AlertEventKind.ACKNOWLEDGED: "взято в работу", AlertEventKind.INCIDENT: "открыт инцидент",
        AlertEventKind.RESOLVED: "снято",
    }
)  # fmt: skip
Titles = Mapping[str, "Texts"]
_Said = Callable[[re.Match[str], Titles], str]
_CHANGES: tuple[tuple[str, _Said], ...] = (
    (r"severity: (critical|major|minor)", lambda m, _: f"тяжесть: {_SEVERITIES[IncidentSeverity(m[1])]}"),
    (r"owner: (.+)", lambda m, titles: f"ответственный: {called(m[1], titles, 'ru')}"),
    (r"cause \((\w+)\): (.+)", lambda m, _: f"причина ({_CAUSES[CauseKind(m[1])]}): {m[2]}"),
    (
        r"action by (\S+): (.+) \((\S+)\)",
        lambda m, titles: f"сделать к {m[1]}: {m[2]} ({called(m[3], titles, 'ru')})",
    ),
    (r"action (\d+) is done", lambda m, _: f"действие {m[1]} сделано"),
    (r"regression case (.+)", lambda m, _: f"тест: {m[1]}"),
    (r"no regression case: (.+)", lambda m, _: f"теста нет: {m[1]}"),
    (r"money at risk: unknown", lambda m, _: "сколько может стоить, неизвестно"),
    (r"money at risk: (\S+) ([A-Z]{3})", lambda m, _: f"может стоить: {money(Money.of(m[1], m[2]), 'ru')}"),
    (r"postmortem kept: (.+)", lambda m, _: f"разбор сохранён: {m[1]}"),
)
"""How steps are noted in the store, and how they are told in Russian."""


def told(entry: TimelineEntry, language: Literal["ru", "en"], titles: Titles) -> str:
    """The words of an entry in a language. What people wrote stays as they wrote it; `titles` are those of roles."""
    if language == "en":
        return entry.text
    if entry.kind is EntryKind.CHANGED:
        for pattern, said in _CHANGES:
            if found := re.fullmatch(pattern, entry.text, re.DOTALL):
                return said(found, titles)
    head, colon, rest = entry.text.partition(": ")
    name, space, version = head.partition(" ")
    if entry.kind is EntryKind.DEED and (deed := next((one for one in Deed if one.value == name), None)) is not None:
        return f"{_DEEDS[deed]}{space}{version}{colon}{rest}"
    if entry.kind is EntryKind.ALERT and (event := next((e for e in AlertEventKind if e.value == head), None)):
        return f"{_EVENTS[event]}{colon}{rest}"
    return entry.text


def called(role: str, titles: Titles, language: Literal["ru", "en"]) -> str:
    """What a role is called; its id where the team's file gives it no title in that language."""
    return titles.get(role, {}).get(language) or role
