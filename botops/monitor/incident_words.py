"""What people read of an incident in a message: opened, or not done yet. In Russian, Kazakh and English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import TYPE_CHECKING

from babel import Locale
from babel.dates import format_date

from botops.monitor.alert_words import LANGUAGES, Line, Links, Part, moment, money, rendered, shortened, span
from botops.monitor.incident_reminders import Undone
from botops.monitor.incidents import missing

if TYPE_CHECKING:
    from botops.domain.alerts import Texts
    from botops.domain.incidents import Incident
    from botops.domain.messages import Language
    from botops.domain.notices import Words
    from botops.monitor.incident_reminders import Reminder

_MOST_TITLE = 160


def opened_words(incident: Incident, links: Links, zone: tzinfo, owners: Mapping[str, Texts]) -> dict[Language, Words]:
    """That an incident was opened, and whose it is. `owners` are the titles of roles."""
    return {one: _opened(incident, links, zone, owners, one) for one in LANGUAGES}


def reminder_words(
    reminder: Reminder, at: datetime, links: Links, zone: tzinfo, owners: Mapping[str, Texts]
) -> dict[Language, Words]:
    """That something is not done."""
    return {one: _reminder(reminder, at, links, zone, owners, one) for one in LANGUAGES}


def reminder_line(
    reminder: Reminder, at: datetime, language: Language, owners: Mapping[str, Texts] = MappingProxyType({})
) -> str:
    """What is not done, in one line without a link. `owners` are the titles of roles: without one it is the role's id,
    which commands take."""
    incident, say = reminder.incident, _PHRASES[language]
    follow_up = reminder.follow_up
    text = say[reminder.what.value].format(
        name=incident.name, title=shortened(incident.title, _MOST_TITLE), span=span(at - reminder.since, language),
        role=_called(reminder.role, owners, language), severity=say[incident.severity.value],
        action="" if follow_up is None else shortened(follow_up.text, _MOST_TITLE),
        due="" if follow_up is None else format_date(follow_up.due, "d MMMM y", locale=Locale(language)),
    )  # fmt: skip
    return " ".join(text.split())


def _opened(incident: Incident, links: Links, zone: tzinfo, owners: Mapping[str, Texts], language: Language) -> Words:
    say = _PHRASES[language]
    title = say["opened"].format(
        name=incident.name, title=shortened(incident.title, _MOST_TITLE), severity=say[incident.severity.value]
    )
    lines = [
        Line(f"{say['owner']}: {_called(incident.owner, owners, language)}"),
        Line(say["since"].format(since=moment(incident.began_at, zone, language))),
    ]
    if incident.at_risk is not None:
        lines.append(Line(say["at_risk"].format(money=money(incident.at_risk, language))))
    return rendered(title, [Part(tuple(lines)), _page(incident, links, language)])


def _reminder(
    reminder: Reminder, at: datetime, links: Links, zone: tzinfo, owners: Mapping[str, Texts], language: Language
) -> Words:
    say = _PHRASES[language]
    lines = [Line(f"{say['owner']}: {_called(reminder.role, owners, language)}")]
    if reminder.what is Undone.UNLEARNT:
        lines.append(Line(say["lacking"].format(number=len(missing(reminder.incident)))))
    return rendered(
        f"🔔 {reminder_line(reminder, at, language)}",
        [Part(tuple(lines)), _page(reminder.incident, links, language)],
    )


def _page(incident: Incident, links: Links, language: Language) -> Part:
    page = links.page("alerts", language, incident=str(incident.number))
    return Part((Line(_PHRASES[language]["see"], page),))


def _called(role: str, owners: Mapping[str, Texts], language: Language) -> str:
    return owners.get(role, {}).get(language, role)


_PHRASES: Mapping[Language, Mapping[str, str]] = MappingProxyType(
    {
        "ru": {
            "opened": "🚨 Открыт инцидент {name} ({severity}): {title}",
            "untaken": "{name} ({severity}, {role}): уже {span} никто не взял в работу: {title}",
            "unresolved": "{name} ({severity}, {role}): не устранён уже {span}: {title}",
            "overdue": "{name}: просрочено действие «{action}» ({role}), срок был {due}",
            "unlearnt": "{name} ({role}): устранён {span} назад, но не закрыт: {title}",
            "owner": "Отвечает",
            "since": "Началось: {since}",
            "at_risk": "Под угрозой: {money}",
            "lacking": "Чего не хватает, чтобы закрыть: {number}. Список — в инциденте.",
            "see": "Открыть инцидент",
            "critical": "критический", "major": "серьёзный", "minor": "небольшой",
        },
        "kk": {
            "opened": "🚨 {name} инциденті ашылды ({severity}): {title}",
            "untaken": "{name} ({severity}, {role}): {span} бойы ешкім қолға алған жоқ: {title}",
            "unresolved": "{name} ({severity}, {role}): {span} бойы жойылған жоқ: {title}",
            "overdue": "{name}: «{action}» әрекетінің ({role}) мерзімі {due} өтіп кетті",
            "unlearnt": "{name} ({role}): {span} бұрын жойылды, бірақ жабылған жоқ: {title}",
            "owner": "Жауапты",
            "since": "Басталуы: {since}",
            "at_risk": "Тәуекелдегі сома: {money}",
            "lacking": "Жабу үшін жетіспейтіні: {number}. Тізімі инциденттің өзінде.",
            "see": "Инцидентті ашу",
            "critical": "өте ауыр", "major": "ауыр", "minor": "жеңіл",
        },
        "en": {
            "opened": "🚨 Incident {name} opened ({severity}): {title}",
            "untaken": "{name} ({severity}, {role}): nobody has taken it for {span}: {title}",
            "unresolved": "{name} ({severity}, {role}): not resolved for {span}: {title}",
            "overdue": "{name}: the action “{action}” ({role}) was due on {due}",
            "unlearnt": "{name} ({role}): resolved {span} ago and not closed: {title}",
            "owner": "Owner",
            "since": "Began: {since}",
            "at_risk": "At risk: {money}",
            "lacking": "Missing before it can be closed: {number}. The incident lists it.",
            "see": "Open the incident",
            "critical": "critical", "major": "major", "minor": "minor",
        },
    }
)  # fmt: skip
