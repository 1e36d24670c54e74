"""The digest of a week: for the commercial director, what was promised to clients and is not owed, in money."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.alerts.outbox import links_of
from botops.app.digest import parts, wording
from botops.app.digest.model import Digest, Entry, Section
from botops.app.periods import between
from botops.claims.shown import worded
from botops.domain.incidents import Scope
from botops.domain.money import Money
from botops.monitor.alert_words import money, shortened
from botops.monitor.postmortem import impact_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from botops.app.container import Container
    from botops.app.digest.model import DigestLanguage
    from botops.app.queries import Number
    from botops.domain.incidents import AffectedReply

NUMBERS = ("below_book", "false_replies", "false_reached", "dialogues", "handed_over", "cost_per_dialogue")
_DAYS = 7
_LARGEST = 6
_GROUPS = 3
_FEW = 3


def weekly(container: Container, day: date, language: DigestLanguage) -> Digest:
    """What was promised and is not owed in the week, Monday to Sunday, that a day of the company's is in; of this week,
    so far. Raises UserError for a week to come."""
    monday = day - timedelta(days=day.weekday())
    sunday = monday + timedelta(days=_DAYS - 1)
    asked = between(container, monday, sunday)
    before = parts.compared(container, asked, _DAYS)
    say, found = wording.PHRASES[language], parts.numbers(container, asked, before, NUMBERS)
    reached = tuple(container.store.incidents.affected(Scope(asked.since, asked.until)))
    currency = container.settings.company.currency
    below = [one for one in reached if one.at_risk is not None and one.at_risk.currency == currency]
    last = before.dates()
    return Digest(
        "weekly", language, monday, sunday,
        say["weekly"].format(days=wording.days(monday, sunday, language)),
        _opening(found, reached, currency, language),
        parts.figures(container, found, language),
        say["compared_week"].format(days=wording.days(last[0], last[-1], language)),
        (
            _largest(container, below, language),
            _grouped(say["by_kind"], below, lambda one: wording.KINDS[language][one.kind], language),
            _grouped(say["by_version"], below, lambda one: _version(one, language), language),
            parts.changes(container, asked, language, _FEW),
            parts.due(container, language, _FEW),
        ),
        (say["means"], *parts.remarks(container, asked, language)),
    )  # fmt: skip


def _opening(found: Sequence[Number], reached: Sequence[AffectedReply], currency: str, language: DigestLanguage) -> str:
    say, impact = wording.PHRASES[language], impact_of(reached)
    below = next(number for number in found if number.id == "below_book")
    was = below.previous
    before = say["week_before"].format(money=money(was, language)) if isinstance(was, Money) else ""
    replies = wording.plural(impact.replies, "replies", language)
    clients = wording.plural(impact.leads, "clients", language)
    if not reached:
        text = say["week_quiet"].format(before=before)
    elif isinstance(below.value, Money) and below.value.minor:
        shown = money(below.value, language)
        text = say["week_opening"].format(money=shown, replies=replies, clients=clients, before=before)
    else:
        text = say["week_unpriced"].format(replies=replies, clients=clients, before=before)
    others = [money(amount, language) for amount in impact.at_risk if amount.currency != currency and amount.minor]
    if others:
        text = f"{text.strip()} {say['other_money'].format(money=', '.join(others))}"
    return text.strip()


def _minor(one: AffectedReply) -> int:
    return one.at_risk.minor if one.at_risk is not None else 0


def _largest(container: Container, below: Iterable[AffectedReply], language: DigestLanguage) -> Section:
    say, zone = wording.PHRASES[language], ZoneInfo(container.settings.company.timezone)
    links = links_of(container.settings)
    entries = []
    for one in sorted((b for b in below if _minor(b)), key=lambda b: (-_minor(b), b.at, b.dialogue_id)):
        quoted = shortened(" ".join(one.quote.split()), parts.LONG_QUOTE)
        text = say["promise"].format(day=wording.short_day(one.at.astimezone(zone).date(), language), quote=quoted)
        key = "promise_note_unknown" if one.expected is None else "promise_note"
        note = say[key].format(
            expected=shortened(worded(one.expected or "", language), parts.LONG_QUOTE), lead=one.lead_id
        )
        assert one.at_risk is not None
        page = links.page("dialogues", language, dialogue=one.dialogue_id)
        entries.append(Entry(text, note, money(one.at_risk, language), page))
    return parts.section(say["largest"], say["none_below"], entries, language, _LARGEST)


def _grouped(
    title: str, below: Iterable[AffectedReply], name: Callable[[AffectedReply], str], language: DigestLanguage
) -> Section:
    """The sums by something, the largest first."""
    say = wording.PHRASES[language]
    sums: defaultdict[str, int] = defaultdict(int)
    replies: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
    currency = ""
    for one in below:
        if one.at_risk is not None and one.at_risk.minor:
            currency = one.at_risk.currency
            sums[name(one)] += one.at_risk.minor
            replies[name(one)].add((one.dialogue_id, one.turn))
    entries = [
        Entry(
            f"{group} · {wording.plural(len(replies[group]), 'replies', language)}",
            amount=money(Money(minor, currency), language),
        )
        for group, minor in sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    ]
    return parts.section(title, say["none_below"], entries, language, _GROUPS)


def _version(one: AffectedReply, language: DigestLanguage) -> str:
    return f"{one.prompt}@{one.version}" if one.prompt else wording.PHRASES[language]["own_log"]
