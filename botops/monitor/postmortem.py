"""The draft of a postmortem, from what is known of an incident: Markdown to be read, completed and kept in git."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from types import MappingProxyType
from typing import Literal

from botops.claims.shown import worded
from botops.domain.alerts import LikelyCause
from botops.domain.incidents import AffectedReply, Incident, TimelineEntry
from botops.domain.money import Money
from botops.monitor.alert_words import money
from botops.monitor.incident_told import Titles, called, told

PostmortemLanguage = Literal["ru", "en"]
_MOST_QUOTES = 5
_MOST_CAUSES = 3
_MARKED = re.compile(r"([\\`*_{}\[\]<>#|!~$&])")


@dataclass(frozen=True, slots=True)
class Impact:
    """What an incident did: wrong replies that reached clients, their dialogues and clients, money at risk by currency,
    and some of the replies."""

    replies: int
    dialogues: int
    leads: int
    at_risk: tuple[Money, ...]
    examples: tuple[AffectedReply, ...]


def impact_of(affected: Sequence[AffectedReply]) -> Impact:
    """The sum of affected replies. One reply with two wrong claims is one reply; the worst claims are the examples."""
    amounts: dict[str, int] = {}
    for one in affected:
        if one.at_risk is not None:
            amounts[one.at_risk.currency] = amounts.get(one.at_risk.currency, 0) + one.at_risk.minor
    worst = worst_first(affected)
    return Impact(
        len({(a.dialogue_id, a.turn) for a in affected}),
        len({a.dialogue_id for a in affected}),
        len({a.lead_id for a in affected}),
        tuple(Money(minor, currency) for currency, minor in sorted(amounts.items())),
        tuple(worst[:_MOST_QUOTES]),
    )


def worst_first(affected: Sequence[AffectedReply]) -> list[AffectedReply]:
    """Affected replies by severity, then by money at risk, then the oldest first."""
    return sorted(affected, key=lambda a: (-a.severity, -(a.at_risk.minor if a.at_risk else 0), a.at, a.dialogue_id))


def draft(
    incident: Incident,
    timeline: Sequence[TimelineEntry],
    impact: Impact,
    language: PostmortemLanguage,
    zone: tzinfo,
    causes: Sequence[LikelyCause] = (),
    titles: Titles = MappingProxyType({}),
) -> str:
    """The draft in a language; moments in `zone`. What nobody has said yet stands as a question in italics. `causes`
    are what the alerts hold to be likely, the likeliest first; `titles` what roles are called.

    Foreign text (what clients and bots wrote, reasons people gave) is escaped: it shows as it is and does nothing.
    """
    words = _WORDS[language]

    def at(moment: datetime | None) -> str:
        return words["unknown"] if moment is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"

    head = [
        f"# {incident.name}: {plain(incident.title)}",
        "",
        f"- {words['severity']}: {words[incident.severity.value]}",
        f"- {words['owner']}: {plain(called(incident.owner, titles, language))}",
        f"- {words['began']}: {at(incident.began_at)}",
        f"- {words['opened']}: {at(incident.opened_at)}, {plain(incident.opened_by)}",
        f"- {words['acknowledged']}: {_after(incident.acknowledged_at, incident.opened_at, at, words)}",
        f"- {words['resolved']}: {_after(incident.resolved_at, incident.began_at, at, words)}",
    ]
    return "\n".join(
        [
            *head,
            *_section(words["impact"], [*_impact(impact, words, language), *_said(incident, impact, words, language)]),
            *_section(words["cause"], [_cause(incident, words), *_likely(causes, at, words)]),
            *_section(words["timeline"], _timeline(timeline, at, words, language, titles)),
            *_section(words["well"], [f"_{words['ask_well']}_"]),
            *_section(words["badly"], [f"_{words['ask_badly']}_"]),
            *_section(words["actions"], _actions(incident, words, language, titles, zone)),
            *_section(words["case"], [_case(incident, words)]),
            "",
        ]
    )


def plain(text: str) -> str:
    """A foreign text on one line of Markdown, in which nothing is a sign of it."""
    return _MARKED.sub(r"\\\1", " ".join(text.split()))


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return ["", f"## {title}", "", *lines]


def _after(moment: datetime | None, since: datetime, at: object, words: Mapping[str, str]) -> str:
    assert callable(at)
    if moment is None:
        return words["not_yet"]
    return f"{at(moment)} ({words['after'].format(span=_span(moment - since, words))})"


def _span(span: timedelta, words: Mapping[str, str]) -> str:
    minutes = max(0, round(span.total_seconds() / 60))
    hours, minutes = divmod(minutes, 60)
    return words["span"].format(hours=hours, minutes=minutes) if hours else words["minutes"].format(minutes=minutes)


def _said(incident: Incident, impact: Impact, words: Mapping[str, str], language: PostmortemLanguage) -> list[str]:
    """What people put the loss at; where neither they nor the replies tell it, a question."""
    if incident.at_risk is not None:
        return ["", words["estimate"].format(money=_sum(incident.at_risk, language))]
    return [] if impact.at_risk else ["", f"_{words['ask_money']}_"]


def _sum(amount: Money, language: PostmortemLanguage) -> str:
    return _MARKED.sub(r"\\\1", money(amount, language))


def _impact(impact: Impact, words: Mapping[str, str], language: PostmortemLanguage) -> list[str]:
    if not impact.replies:
        return [words["no_impact"]]
    sums = ", ".join(_sum(one, language) for one in impact.at_risk)
    lines = [
        words["counts"].format(replies=impact.replies, dialogues=impact.dialogues, leads=impact.leads),
        words["money"].format(money=sums) if sums else words["no_money"],
        "",
        f"{words['examples']}:",
        "",
    ]
    for one in impact.examples:
        right = plain(worded(one.expected, language)) if one.expected else words["nothing_near"]
        lines.append(f"- «{plain(one.quote)}» → {right} ({plain(one.dialogue_id)}, {words['turn']} {one.turn})")
    return lines


def _cause(incident: Incident, words: Mapping[str, str]) -> str:
    if not incident.cause or incident.cause_kind is None:
        return f"_{words['ask_cause']}_"
    return f"{words[f'cause_{incident.cause_kind.value}']}: {plain(incident.cause)}"


def _likely(causes: Sequence[LikelyCause], at: object, words: Mapping[str, str]) -> list[str]:
    """What the alerts point at, for whoever writes the cause."""
    assert callable(at)
    lines = []
    for one in causes[:_MOST_CAUSES]:
        who = f", {plain(one.by)}" if one.by else ""
        sure = "" if one.probability is None else f" — {words['likely'].format(percent=round(100 * one.probability))}"
        lines.append(f"- {at(one.at)}: {plain(one.what)}{who}{sure}")
    return ["", f"{words['by_alerts']}:", "", *lines] if lines else []


def _timeline(
    timeline: Sequence[TimelineEntry],
    at: object,
    words: Mapping[str, str],
    language: PostmortemLanguage,
    titles: Titles,
) -> list[str]:
    assert callable(at)
    rows = [f"| {words['when']} | {words['who']} | {words['what']} |", "|---|---|---|"]
    for entry in timeline:
        subject = f"{plain(entry.subject)}: " if entry.subject else ""
        what = f"{words[f'entry_{entry.kind.value}']}. {subject}{plain(told(entry, language, titles))}"
        if isinstance(likely := entry.detail.get("likely_cause"), float):
            what += f" **({words['likely'].format(percent=round(100 * likely))})**"
        rows.append(f"| {at(entry.at)} | {plain(called(entry.by, titles, language))} | {what} |")
    return rows


def _actions(
    incident: Incident, words: Mapping[str, str], language: PostmortemLanguage, titles: Titles, zone: tzinfo
) -> list[str]:
    if not incident.follow_ups:
        return [f"_{words['ask_actions']}_"]
    rows = [f"| № | {words['what']} | {words['owner']} | {words['due']} | {words['done']} |", "|---|---|---|---|---|"]
    for place, one in enumerate(incident.follow_ups, 1):
        done = "—" if one.done_at is None else f"{one.done_at.astimezone(zone):%Y-%m-%d}, {plain(one.done_by or '')}"
        rows.append(
            f"| {place} | {plain(one.text)} | {plain(called(one.owner, titles, language))} | {one.due} | {done} |"
        )
    return rows


def _case(incident: Incident, words: Mapping[str, str]) -> str:
    if incident.case:
        return f"`{incident.case.replace('`', '')}`"
    return f"{words['no_case']}: {plain(incident.no_case)}" if incident.no_case else f"_{words['ask_case']}_"


_RU = {
    "unknown": "неизвестно", "not_yet": "ещё нет", "severity": "Тяжесть", "owner": "Ответственный",
    "began": "Началось", "opened": "Обнаружено", "acknowledged": "Взято в работу", "resolved": "Устранено",
    "after": "через {span}", "span": "{hours} ч {minutes} мин", "minutes": "{minutes} мин",
    "impact": "Последствия", "no_impact": "Ошибочных ответов, дошедших до клиентов, не найдено.",
    "counts": "Ошибочных ответов, дошедших до клиентов: {replies}; диалогов: {dialogues}; клиентов: {leads}.",
    "money": "Обещано меньше, чем положено, на сумму: {money}.",
    "estimate": "По оценке, может стоить: {money}.", "ask_money": "Сколько это стоило и кому?",
    "no_money": "Денежный ущерб посчитать нельзя: в ошибочных ответах нет сумм.",
    "examples": "Самые тяжёлые", "nothing_near": "в прайс-листе этого нет", "turn": "реплика",
    "cause": "Причина", "ask_cause": "Что именно сломалось и почему это не остановили раньше?",
    "by_alerts": "На что указывают оповещения", "likely": "вероятная причина, {percent} %",
    "timeline": "Ход событий", "when": "Когда", "who": "Кто", "what": "Что",
    "well": "Что сработало хорошо", "ask_well": "Что помогло заметить или остановить это быстрее?",
    "badly": "Что сработало плохо", "ask_badly": "Где потеряли время? Чего не было под рукой?",
    "actions": "Что сделаем, чтобы не повторилось", "due": "Срок", "done": "Сделано",
    "ask_actions": "Что сделаем, кто и к какому дню?", "case": "Регрессионный тест",
    "no_case": "Теста нет", "ask_case": "Какой тест поймает это в следующий раз?",
    "cause_prompt": "Промпт", "cause_price_book": "Прайс-лист", "cause_model": "Модель",
    "cause_provider": "Провайдер модели", "cause_settings": "Настройки", "cause_software": "Программа",
    "cause_data": "Данные", "cause_other": "Другое",
    "entry_opened": "Открыт инцидент", "entry_acknowledged": "Взят в работу", "entry_note": "Заметка",
    "entry_changed": "Изменение", "entry_resolved": "Устранено", "entry_reopened": "Открыт снова",
    "entry_closed": "Закрыт", "entry_deed": "Событие", "entry_alert": "Оповещение",
    "critical": "критическая", "major": "серьёзная", "minor": "небольшая",
}  # fmt: skip
_EN = {
    "unknown": "unknown", "not_yet": "not yet", "severity": "Severity", "owner": "Owner",
    "began": "Began", "opened": "Noticed", "acknowledged": "Acknowledged", "resolved": "Resolved",
    "after": "after {span}", "span": "{hours} h {minutes} min", "minutes": "{minutes} min",
    "impact": "Impact", "no_impact": "No wrong reply that reached a client was found.",
    "counts": "Wrong replies that reached clients: {replies}; dialogues: {dialogues}; clients: {leads}.",
    "money": "Promised below what is owed: {money}.",
    "estimate": "Estimated cost: {money}.", "ask_money": "What did it cost, and whom?",
    "no_money": "No loss can be computed: the wrong replies hold no amounts.",
    "examples": "The worst", "nothing_near": "not in the price book", "turn": "turn",
    "cause": "Cause", "ask_cause": "What exactly broke, and why was it not stopped earlier?",
    "by_alerts": "What the alerts point at", "likely": "likely cause, {percent}%",
    "timeline": "Timeline", "when": "When", "who": "Who", "what": "What",
    "well": "What went well", "ask_well": "What helped to notice or stop it sooner?",
    "badly": "What went badly", "ask_badly": "Where was time lost? What was not at hand?",
    "actions": "What we do so that it does not happen again", "due": "Due", "done": "Done",
    "ask_actions": "What, who, by which day?", "case": "Regression case",
    "no_case": "No case", "ask_case": "Which case will catch it next time?",
    "cause_prompt": "Prompt", "cause_price_book": "Price book", "cause_model": "Model",
    "cause_provider": "Model provider", "cause_settings": "Settings", "cause_software": "Software",
    "cause_data": "Data", "cause_other": "Other",
    "entry_opened": "Incident opened", "entry_acknowledged": "Acknowledged", "entry_note": "Note",
    "entry_changed": "Changed", "entry_resolved": "Resolved", "entry_reopened": "Reopened",
    "entry_closed": "Closed", "entry_deed": "Event", "entry_alert": "Alert",
    "critical": "critical", "major": "major", "minor": "minor",
}  # fmt: skip
_WORDS: Mapping[PostmortemLanguage, Mapping[str, str]] = MappingProxyType({"ru": _RU, "en": _EN})
