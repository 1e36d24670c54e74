"""The digest of a day: for those who keep the bot running and right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app import queries
from botops.app.alerts.outbox import links_of
from botops.app.digest import parts, wording
from botops.app.digest.model import Digest, Entry
from botops.app.glossary import DAILY
from botops.app.periods import between
from botops.claims.shown import worded
from botops.domain.incidents import Scope
from botops.domain.money import Money
from botops.monitor.alert_words import moment, money, shortened
from botops.monitor.postmortem import impact_of, worst_first

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from botops.app.container import Container
    from botops.app.digest.model import DigestLanguage
    from botops.app.periods import Period
    from botops.domain.incidents import AffectedReply

WORST = 3
_BACK = 7
"""A day is compared with the same weekday: Sundays are not Mondays."""


def daily(container: Container, day: date, language: DigestLanguage) -> Digest:
    """What a day of the company's came to; of today, what it came to so far. Raises UserError for a day to come."""
    asked = between(container, day, day)
    before = parts.compared(container, asked, _BACK)
    reached = tuple(container.store.incidents.affected(Scope(asked.since, asked.until)))
    say, found = wording.PHRASES[language], parts.numbers(container, asked, before, DAILY)
    return Digest(
        "daily", language, day, day,
        say["daily"].format(day=wording.full_day(day, language)),
        _opening(found, reached, language),
        parts.figures(container, found, language),
        say["compared_day"].format(day=wording.short_day(before.dates()[0], language)),
        (
            parts.section(say["worst"], say["no_worst"], _worst(container, asked, reached, language), language, WORST),
            parts.changes(container, asked, language),
            parts.due(container, language),
        ),
        tuple(parts.remarks(container, asked, language)),
    )  # fmt: skip


def _opening(found: Sequence[queries.Number], reached: Sequence[AffectedReply], language: DigestLanguage) -> str:
    say = wording.PHRASES[language]
    by_id = {number.id: number.value for number in found}
    if not by_id["dialogues"]:
        return say["nobody"]
    if not reached:
        return say["quiet"]
    replies = wording.plural(impact_of(reached).replies, "replies", language)
    below = by_id["below_book"]
    if isinstance(below, Money) and below.minor:
        return say["reached"].format(replies=replies, money=money(below, language))
    return say["reached_unpriced"].format(replies=replies)


@dataclass(frozen=True, slots=True)
class _Wrong:
    """A dialogue's worst claim, and what all of its claims may cost."""

    worst: AffectedReply
    at_risk: tuple[Money, ...]


def _worst(
    container: Container, asked: Period, reached: Sequence[AffectedReply], language: DigestLanguage
) -> list[Entry]:
    """The worst dialogues: first those in which a client saw something wrong, then those the guard held back."""
    entries = [_left(container, wrong, language) for wrong in _dialogues(reached)[:WORST]]
    seen = {one.dialogue_id for one in reached}
    for entry in _held(container, asked, seen, language) if len(entries) < WORST else ():
        entries.append(entry)
        if len(entries) == WORST:
            break
    return entries


def _dialogues(reached: Sequence[AffectedReply]) -> list[_Wrong]:
    by_dialogue: dict[str, list[AffectedReply]] = {}
    for one in worst_first(reached):
        by_dialogue.setdefault(one.dialogue_id, []).append(one)
    wrong = [_Wrong(claims[0], impact_of(claims).at_risk) for claims in by_dialogue.values()]
    return sorted(wrong, key=lambda w: (-w.worst.severity, -max((m.minor for m in w.at_risk), default=0), w.worst.at))


def _left(container: Container, wrong: _Wrong, language: DigestLanguage) -> Entry:
    one = wrong.worst
    text = _headline(container, one.at, "left", language)
    note = _note(wording.KINDS[language][one.kind], one.quote, one.expected, language)
    page = links_of(container.settings).page("dialogues", language, dialogue=one.dialogue_id)
    return Entry(text, note, ", ".join(money(m, language) for m in wrong.at_risk), page)


def _held(container: Container, asked: Period, seen: set[str], language: DigestLanguage) -> Iterator[Entry]:
    for pattern in queries.patterns(container, asked):
        for example in pattern.examples:
            if example.dialogue_id in seen:
                continue
            seen.add(example.dialogue_id)
            kind = wording.KINDS[language][pattern.fault.key.kind]
            yield Entry(
                _headline(container, example.at, "held", language),
                _note(kind, example.quote, example.expected, language),
                link=links_of(container.settings).page("dialogues", language, dialogue=example.dialogue_id),
            )


def _headline(container: Container, at: datetime, how: str, language: DigestLanguage) -> str:
    zone = ZoneInfo(container.settings.company.timezone)
    return f"{moment(at, zone, language)} · {wording.PHRASES[language][how]}"


def _note(kind: str, quote: str, expected: str | None, language: DigestLanguage) -> str:
    say = wording.PHRASES[language]
    quoted = shortened(" ".join(quote.split()), parts.LONG_QUOTE)
    if expected is None:
        return say["worst_note_unknown"].format(what=kind, quote=quoted)
    return say["worst_note"].format(
        what=kind, quote=quoted, expected=shortened(worded(expected, language), parts.LONG_QUOTE)
    )
