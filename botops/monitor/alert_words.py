"""What people read of an alert: what it is and how sure that is, since when, what it may cost, what changed before,
examples, whose it is, what to do. In Russian, Kazakh and English, as plain text and as a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_currency, format_percent

from botops.domain.notices import NoticeKind, Words
from botops.monitor.alert_phrases import PHRASES
from botops.monitor.traffic_words import part

if TYPE_CHECKING:
    from botops.domain.alerts import Alert, Example, LikelyCause, Signal, Texts
    from botops.domain.messages import Language
    from botops.domain.money import Money

LANGUAGES: tuple[Language, ...] = ("ru", "kk", "en")
MOST_CAUSES = 3
MOST_EXAMPLES = 3
_MOST_QUOTE = 160
_MOST_TITLE = 180
_MOST_TEXT = 1_200
_MOST_TOGETHER = 3_200
_MOST_TITLE_OF_MANY = 150
_LEAST_OF_MANY = 60
"""Characters of plain text in one message of several: of all, of a title, and the least that is shown of a text. Every
title of twenty is there."""


RUNBOOKS = "alerts/runbooks"
"""Where runbooks lie in a project."""


@dataclass(frozen=True, slots=True)
class Links:
    """Where links lead: the console, and the folder of runbooks, an address or a path of the project; without one the
    alert's page, which shows the runbook."""

    console: str
    runbooks: str | None = None

    def page(self, name: str, language: Language, **parameters: str) -> str:
        """A page of the console."""
        return f"{self.console}/{name}?{urlencode({**parameters, 'lang': language}, quote_via=quote)}"

    def runbook(self, rule: str, page: str | None = None) -> str:
        """The runbook of a rule: in its folder, or shown by the `page` of an alert; else its path in the project."""
        return page if page is not None and self.runbooks is None else f"{self.runbooks or RUNBOOKS}/{rule}.md"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a message: a text, and an address it leads to."""

    text: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a message: its lines, under a heading or without one."""

    lines: tuple[Line, ...]
    heading: str | None = None


def words_of(
    alert: Alert, kind: NoticeKind, at: datetime, links: Links, zone: tzinfo, owners: Mapping[str, Texts]
) -> dict[Language, Words]:
    """A notice of an alert in every language. `owners` are the titles of roles; moments are told in `zone`."""
    return {language: _words(alert, kind, at, links, zone, owners, language) for language in LANGUAGES}


def _words(
    alert: Alert,
    kind: NoticeKind,
    at: datetime,
    links: Links,
    zone: tzinfo,
    owners: Mapping[str, Texts],
    language: Language,
) -> Words:
    signal, say = alert.signal, PHRASES[language]
    title = say[kind.value].format(title=shortened(signal.title[language], _MOST_TITLE))
    alert_page = links.page("alerts", language, alert=alert.id)
    if kind is NoticeKind.RESOLVED:
        ended = alert.resolved_at or at
        stood = say["stood"].format(
            since=moment(alert.raised_at, zone, language), until=moment(ended, zone, language),
            span=span(ended - alert.raised_at, language),
        )  # fmt: skip
        return rendered(title, [Part((Line(stood),)), Part((Line(say["see"], alert_page),))], alert_page)
    owner = owners.get(alert.owner, {}).get(language, alert.owner) if alert.owner else say["nobody"]
    if kind in (NoticeKind.REMINDER, NoticeKind.ESCALATED):
        waited = say["unanswered"].format(span=span(at - alert.raised_at, language), owner=owner)
        opening = [Part((Line(waited),))]
    else:
        opening = []
    parts = [
        *opening,
        Part((Line(shortened(signal.text[language], _MOST_TEXT)),)),
        Part(tuple(Line(line) for line in _facts(signal, at, zone, language))),
        Part(tuple(Line(_cause(one, zone, language)) for one in signal.causes[:MOST_CAUSES]), say["changes"]),
        Part(tuple(_example(one, links, zone, language) for one in signal.examples[:MOST_EXAMPLES]), say["examples"]),
        Part((Line(f"{say['owner']}: {owner}"), Line(say["runbook"], links.runbook(signal.rule, alert_page)))),
        Part(tuple(_actions(alert, links, language)), say["actions"]),
    ]
    return rendered(title, parts, alert_page)


def rendered(title: str, parts: Sequence[Part], link: str | None = None) -> Words:
    """A message of parts; parts without lines are left out."""
    full = [part for part in parts if part.lines]
    text = "\n\n".join("\n".join(_plain(part)) for part in full)
    html = "\n".join(_html(part) for part in full)
    return Words(title, text, f"<h2>{escape(title)}</h2>\n{html}", link)


def trial(language: Language, company: str) -> Words:
    """A message that says nothing but that it arrived."""
    say = PHRASES[language]
    return rendered(say["trial"], [Part((Line(say["trial_text"].format(company=company)),))])


def moment(at: datetime, zone: tzinfo, language: Language) -> str:
    """A moment as the language writes it, without the year."""
    return str(format_datetime(at.astimezone(zone), "d MMM HH:mm", locale=Locale(language)))


def span(length: timedelta, language: Language) -> str:
    """A length of time in its two largest units."""
    minutes = max(0, round(length.total_seconds() / 60))
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    say = PHRASES[language]
    largest = [(days, "d"), (hours, "h"), (minutes, "min")]
    shown = [f"{number} {say[unit]}" for number, unit in largest if number]
    return " ".join(shown[:2]) or say["moment"]


def money(amount: Money, language: Language) -> str:
    """An amount clients pay, as the console shows it; no decimals where there are none."""
    whole = amount.amount == amount.amount.to_integral_value()
    return in_currency(amount.amount, amount.currency, 0 if whole else 2, language)


def in_currency(amount: Decimal, currency: str, digits: int, language: Language) -> str:
    """An amount with so many digits after the point and the sign of its currency where the language puts it."""
    number = "#,##0" + ("." + "0" * digits if digits else "")
    form = f"¤{number}" if language == "en" else f"{number}\u00a0¤"
    text = str(format_currency(amount, currency, form, Locale(language), currency_digits=False))
    # Locales name the tenge by its code; the sign is what the price book's readers know.
    return text.replace("KZT\u00a0", "₸").replace("KZT", "₸")


def percent(share: float, language: Language, digits: int = 0) -> str:
    """A share as a percentage with at most so many digits after the point, as the language writes it."""
    number = f"#,##0.{'#' * digits}" if digits else "#,##0"
    form = f"{number}%" if language == "en" else f"{number}\u00a0%"
    return str(format_percent(share, format=form, locale=Locale(language)))


def shortened(text: str, most: int) -> str:
    """The text, cut at `most` characters with an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _facts(signal: Signal, at: datetime, zone: tzinfo, language: Language) -> list[str]:
    say = PHRASES[language]
    since, lasts = moment(signal.began_at, zone, language), span(at - signal.began_at, language)
    lines = [say["since"].format(since=since, span=lasts)]
    if signal.at_risk is not None:
        lines.append(say["at_risk"].format(money=money(signal.at_risk, language)))
    elif signal.area == "replies":
        lines.append(say["at_risk_unknown"])
    if signal.where is not None:
        where = signal.where
        named = part(where.dimension, where.value, language)
        lines.append(say["where"].format(share=percent(where.share, language), part=named))
    return lines


def _cause(cause: LikelyCause, zone: tzinfo, language: Language) -> str:
    say = PHRASES[language]
    line = f"— {moment(cause.at, zone, language)}: {shortened(cause.what, 200)}"
    if cause.by:
        line += f" ({cause.by})"
    if cause.probability is not None:
        line += f" — {say['probability'].format(share=percent(cause.probability, language))}"
    return line


def _example(example: Example, links: Links, zone: tzinfo, language: Language) -> Line:
    quoted = f" «{shortened(' '.join(example.quote.split()), _MOST_QUOTE)}»" if example.quote else ""
    page = links.page("dialogues", language, dialogue=example.dialogue_id)
    return Line(f"— {moment(example.at, zone, language)}{quoted}", page)


def _actions(alert: Alert, links: Links, language: Language) -> list[Line]:
    say = PHRASES[language]
    lines = [Line(say["take"], links.page("alerts", language, alert=alert.id))]
    prompts = dict.fromkeys(_prompts(alert.signal))
    for name in prompts:
        page = links.page("prompts", language, prompt=name)
        lines.append(Line(say["stop_prompt"].format(prompt=name), page))
    return lines


def _prompts(signal: Signal) -> list[str]:
    """The prompts whose switch or rollback may end the trouble."""
    subjects = [signal.subject, *(cause.subject for cause in signal.causes[:MOST_CAUSES])]
    named = [one.removeprefix("prompt:") for one in subjects if one and one.startswith("prompt:")]
    if signal.scope is not None and signal.scope.prompt:
        named.insert(0, signal.scope.prompt)
    return named


def _plain(part: Part) -> list[str]:
    heading = [f"{part.heading}:"] if part.heading else []
    return [*heading, *(line.text if line.link is None else f"{line.text}: {line.link}" for line in part.lines)]


def _html(part: Part) -> str:
    heading = f"<h3>{escape(part.heading)}</h3>" if part.heading else ""
    return heading + "<p>" + "<br>\n".join(_html_line(line) for line in part.lines) + "</p>"


def _html_line(line: Line) -> str:
    text = escape(line.text).replace("\n", "<br>")
    if line.link is None:
        return text
    if not line.link.startswith(("http://", "https://")):
        return f"{text}: {escape(line.link)}"
    return f'<a href="{escape(line.link)}">{text}</a>'


NO_OWNERS: Mapping[str, Texts] = MappingProxyType({})
"""Where the team's file gives roles no titles: they are shown by their ids."""


def in_one(messages: Sequence[Words], language: Language) -> Words:
    """Several messages as one, in their order; the first gives the title."""
    if len(messages) == 1:
        return messages[0]
    title = PHRASES[language]["several"].format(count=len(messages), title=messages[0].title)
    titles = [shortened(words.title, _MOST_TITLE_OF_MANY) for words in messages]
    left = (_MOST_TOGETHER - sum(map(len, titles)) - sum(len(words.link or "") for words in messages)) // len(messages)
    texts = [
        "\n".join(filter(None, (name, _cut(words.text, left), words.link if left > 0 else None)))
        for name, words in zip(titles, messages, strict=True)
    ]
    pages = [words.html or f"<h2>{escape(words.title)}</h2><p>{escape(words.text)}</p>" for words in messages]
    return Words(title, ("\n\n" if left > 0 else "\n").join(texts), "\n<hr>\n".join(pages))


def _cut(text: str, most: int) -> str:
    """As much of a text as is worth reading; a text that fits in less than a line is left out."""
    return shortened(text, most) if most >= _LEAST_OF_MANY else ""
