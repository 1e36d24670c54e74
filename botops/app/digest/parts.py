"""What the digests of days and weeks share: the period and what it is compared with, the figures, the changes, what is
due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app import queries
from botops.app.alerts.inbox import alerts
from botops.app.alerts.outbox import links_of
from botops.app.digest import wording
from botops.app.digest.model import Entry, Figure, Section
from botops.app.glossary import GLOSSARY
from botops.app.incidents.announcing import titles_of
from botops.app.periods import Period, between
from botops.domain.incidents import IncidentSeverity
from botops.monitor.alert_words import moment, shortened
from botops.monitor.incident_reminders import undone
from botops.monitor.incident_words import reminder_line
from botops.pricebook.ending import first_end

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.app.digest.model import DigestLanguage
    from botops.domain.releases import AuditEntry

MOST_SHOWN = 5
"""Things under one heading: a digest is one page."""
SOON = timedelta(days=7)
"""What is due, or ends, within so many days is told."""
LONG_QUOTE = 90
_MOST_INCIDENTS = 10_000


def compared(container: Container, asked: Period, back: int) -> Period:
    """The same calendar days so many days earlier, whatever the clocks did meanwhile."""
    days = asked.dates()
    return between(container, days[0] - timedelta(days=back), days[-1] - timedelta(days=back))


def numbers(container: Container, asked: Period, before: Period, names: Iterable[str]) -> tuple[queries.Number, ...]:
    """Numbers of the glossary for a period, against another one."""
    wanted = tuple(names)
    then = queries.numbers_of(container, before, wanted)
    return tuple(
        replace(now, previous=was.value, usd_previous=was.usd)
        for now, was in zip(queries.numbers_of(container, asked, wanted), then, strict=True)
    )


def figures(container: Container, found: Iterable[queries.Number], language: DigestLanguage) -> tuple[Figure, ...]:
    """Numbers as people read them."""
    currency = container.settings.company.currency
    told = []
    for number in found:
        change, tone = wording.change(number, language)
        name = GLOSSARY[number.id].name[language]
        told.append(Figure(number.id, name, wording.value(number, currency, language), change, tone))
    return tuple(told)


def section(
    title: str, none: str, entries: Sequence[Entry], language: DigestLanguage, most: int = MOST_SHOWN
) -> Section:
    """Things under a heading, the first ones of them."""
    left = len(entries) - most
    more = wording.PHRASES[language]["more"].format(count=left) if left > 0 else ""
    return Section(title, tuple(entries[:most]), none, more)


# --- what changed -----------------------------------------------------------------------------------------------------


def changes(container: Container, asked: Period, language: DigestLanguage, most: int = MOST_SHOWN) -> Section:
    """What people and rules did in a period to what clients get, the latest first."""
    say, told = wording.PHRASES[language], wording.DEEDS[language]
    zone = ZoneInfo(asked.zone)
    links = links_of(container.settings)
    deeds = [entry for entry in container.store.audit.between(asked.since, asked.until) if entry.deed in told]
    entries = []
    for deed in sorted(deeds, key=lambda entry: entry.at, reverse=True):
        order = wording.ORDERS[language].get(str(deed.detail.get("kind")), "")
        what = told[deed.deed].format(version=deed.version or say["other"], order=order).rstrip(": ")
        who = f"{moment(deed.at, zone, language)}, {deed.by}: {shortened(' '.join(deed.reason.split()), LONG_QUOTE)}"
        kind, _, name = deed.subject.partition(":")
        page = links.page("prompts", language, prompt=name) if kind == "prompt" else None
        entries.append(Entry(f"{_subject(deed, language)}: {what}", who, link=page))
    return section(say["changed"], say["unchanged"], entries, language, most)


def _subject(deed: AuditEntry, language: DigestLanguage) -> str:
    say = wording.PHRASES[language]
    kind, _, name = deed.subject.partition(":")
    named = "alert_rule" if kind == "alert" else kind
    return say[named].format(name=name) if named in say else deed.subject


# --- what is due ------------------------------------------------------------------------------------------------------


def due(container: Container, language: DigestLanguage, most: int = MOST_SHOWN + 1) -> Section:
    """What needs somebody now: alerts that stand, incidents not dealt with, actions and prices that come to their end,
    clients who wait too long."""
    say = wording.PHRASES[language]
    entries = [
        *_alerts(container, language), *_waiting(container, language), *_incidents(container, language),
        *_ends(container, language),
    ]  # fmt: skip
    return section(say["due"], say["nothing_due"], entries, language, most)


def _alerts(container: Container, language: DigestLanguage) -> Iterator[Entry]:
    say, zone = wording.PHRASES[language], ZoneInfo(container.settings.company.timezone)
    titles = titles_of(container.settings)
    links = links_of(container.settings)
    for one in alerts(container):
        owner = titles.get(one.owner, {}).get(language, one.owner) if one.owner else say["no_owner"]
        note = say["alert_note"].format(since=moment(one.raised_at, zone, language), owner=owner)
        title = shortened(one.signal.title[language], 2 * LONG_QUOTE)
        yield Entry(say["alert"].format(title=title), note, link=links.page("alerts", language, alert=one.id))


def _waiting(container: Container, language: DigestLanguage) -> Iterator[Entry]:
    queue = queries.waiting(container)
    if queue.overdue:
        dialogues = wording.plural(queue.overdue, "dialogues", language)
        page = links_of(container.settings).page("dialogues", language, waiting="1")
        yield Entry(wording.PHRASES[language]["waiting"].format(dialogues=dialogues), link=page)


def _incidents(container: Container, language: DigestLanguage) -> Iterator[Entry]:
    now, zone = container.clock.now(), ZoneInfo(container.settings.company.timezone)
    today, links = now.astimezone(zone).date(), links_of(container.settings)
    found = container.store.incidents.latest(most=_MOST_INCIDENTS)
    worst, titles = list(IncidentSeverity), titles_of(container.settings)
    for one in sorted(undone(found, now, zone), key=lambda told: worst.index(told.incident.severity)):
        page = links.page("alerts", language, incident=str(one.incident.number))
        yield Entry(reminder_line(one, now, language, titles), link=page)
    for incident in found:
        for action in incident.follow_ups:
            if action.done_at is None and today <= action.due <= today + SOON:
                text = wording.PHRASES[language]["action_due"].format(
                    name=incident.name, text=shortened(action.text, LONG_QUOTE),
                    owner=titles.get(action.owner, {}).get(language, action.owner),
                    due=wording.short_day(action.due, language),
                )  # fmt: skip
                yield Entry(text, link=links.page("alerts", language, incident=str(incident.number)))


def _ends(container: Container, language: DigestLanguage) -> Iterator[Entry]:
    say = wording.PHRASES[language]
    current = container.books.current()
    zone = ZoneInfo(current.book.timezone if current else container.settings.company.timezone)
    today = container.clock.now().astimezone(zone).date()

    def soon(day: date) -> bool:
        return today <= day <= today + SOON

    end = first_end(current.book, today) if current else None
    if current is not None and end is not None and soon(end[0]):
        names = {product.sku: product.name for product in current.book.products}
        product = names.get(end[1], end[1])
        yield Entry(say["price_ends"].format(product=product, day=wording.short_day(end[0], language)))
    for exception in container.store.reviews.exceptions():
        if exception.revoked_at is None and soon(exception.until):
            quoted, day = shortened(exception.wording, LONG_QUOTE), wording.short_day(exception.until, language)
            yield Entry(say["exception_ends"].format(quote=quoted, day=day))


# --- remarks ----------------------------------------------------------------------------------------------------------


def remarks(container: Container, asked: Period, language: DigestLanguage) -> Iterator[str]:
    """What has to be known to read the numbers right."""
    say = wording.PHRASES[language]
    totals = container.store.reads.totals(asked.since, asked.until)[0]
    if totals.simulated:
        yield say["simulated"].format(count=wording.plural(totals.simulated, "replies", language))
    if container.store.reads.lag().hours and asked.until > container.clock.now() - timedelta(days=1):
        yield say["late"]
    yield say["definitions"]
