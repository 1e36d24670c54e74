"""Alerts of detectors: what is more or less than usual, how sure that is, in what part of the traffic, after which
change."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from botops.app.alerts.changes import note_installation
from botops.app.alerts.explaining import Explanation, explain
from botops.app.alerts.judging import Judging
from botops.app.seed import unfinished
from botops.domain.alerts import AlertSeverity, Signal
from botops.domain.incidents import Scope
from botops.domain.money import PICO, Money
from botops.monitor.detectors.alarm_words import explained, title
from botops.monitor.detectors.settings import AmountRule
from botops.monitor.detectors.words import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botops.app.alerts.judging import Judged
    from botops.app.container import Container
    from botops.domain.alerts import Area, Example, LikelyCause
    from botops.domain.messages import Language
    from botops.monitor.detectors.counts import Key
    from botops.store.series import Part

SOURCE = "detectors"
EVERY = timedelta(minutes=1)
"""How often series are judged: counts come by the hour, and alarms by the day."""
THOROUGHLY_EVERY = timedelta(hours=1)
"""How often late data of earlier days is looked for."""
EXPLAINED_EVERY = timedelta(minutes=15)
"""How often what explains a standing alarm is worked out anew."""
RULES: Mapping[str, str] = MappingProxyType({
    "findings": "UnusualFindings", "escalations": "UnusualEscalations", "dissatisfaction": "UnusualDissatisfaction",
    "errors": "UnusualErrors", "adoption": "UnusualAdoption", "each": "UnusualCost", "total": "UnusualCost",
    "units": "UnusualVolume",
})  # fmt: skip
"""The rule of a rate by its name, of an amount by what it is the amount of; its runbook has the same name."""
_AREAS: Mapping[str, Area] = MappingProxyType({
    "UnusualFindings": "replies", "UnusualEscalations": "replies", "UnusualDissatisfaction": "replies",
    "UnusualErrors": "service", "UnusualAdoption": "replies", "UnusualCost": "service", "UnusualVolume": "service",
})  # fmt: skip
_KEY = "unusual:"
_LANGUAGES: tuple[Language, ...] = ("ru", "kk", "en")
_MOST_EXAMPLES = 3


@dataclass
class Detecting:
    """The detectors as a source of alerts. Between looks that have nothing new to judge it says what it said."""

    container: Container
    name: str = SOURCE
    _judging: Judging = field(init=False)
    _totals: tuple[Signal, ...] = field(init=False, default=())
    _parts: tuple[Signal, ...] = field(init=False, default=())
    _looked: datetime | None = field(init=False, default=None)
    _thoroughly: datetime | None = field(init=False, default=None)
    _parts_at: object = field(init=False, default=None)
    _explained: dict[tuple[str, Key | None], tuple[datetime, Explanation]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._judging = Judging(self.container)

    def look(self, now: datetime) -> tuple[Signal, ...]:
        """Every alarm of a detector that stands. Raises UserError for settings that cannot be used, StoreError when the
        store cannot be read."""
        if unfinished(self.container):  # half a past would look like a fall in traffic
            return ()
        if self._looked is None:
            note_installation(self.container)
        if _due(self._looked, now, EVERY):
            thoroughly = _due(self._thoroughly, now, THOROUGHLY_EVERY)
            totals = self._judging.totals(now, thoroughly=thoroughly)
            self._totals = (*self._judged(totals, now), *self._raised_today(totals, now))
            if thoroughly:
                self._thoroughly = now
            today = self._judging.feed.today(now)
            if self._parts_at != today:
                self._parts = self._judged(self._judging.parts(now), now)
                self._parts_at = today
            self._looked = now
        return (*self._totals, *self._parts)

    def _raised_today(self, judged: tuple[Judged, ...], now: datetime) -> tuple[Signal, ...]:
        """What was raised today by series judged day by day, though the figures so far no longer bear it out: they
        change with every hour until the day is over, and an alarm that came and went with them would help nobody.
        People's word that it is the new usual ends it at once."""
        today, store = self._judging.feed.today(now), self.container.store
        quiet = {f"{_KEY}{one.series}": one for one in judged if one.rule.grain == "day" and not one.result.alarmed}
        raised = [
            alert
            for alert in (store.alerts.firing() if quiet else ())
            if alert.source == self.name
            and alert.signal.key in quiet
            and self._judging.feed.today(alert.raised_at) == today
        ]
        if not raised:
            return ()
        said = {series for series, one in store.detector_states.all().items() if one.usual and one.usual.said >= today}
        return tuple(one.signal for one in raised if quiet[one.signal.key].series not in said)

    def _judged(self, judged: tuple[Judged, ...], now: datetime) -> tuple[Signal, ...]:
        errors = next((one.result for one in judged if one.name == "errors" and one.result.alarmed), None)
        errors_since = self._moment(errors.since) if errors is not None and errors.since is not None else None
        return tuple(self._signal(one, now, errors_since) for one in judged if one.result.alarmed)

    def _signal(self, judged: Judged, now: datetime, errors_since: datetime | None) -> Signal:
        result, rule = judged.result, _rule(judged)
        found = self._explanation(judged, now, errors_since)
        part = _part(judged, found)
        scope = _scope(found.began_at, part) if rule == "UnusualFindings" else None
        return Signal(
            key=f"{_KEY}{judged.series}",
            rule=rule,
            severity=AlertSeverity.PAGE if judged.rule.route == "page" else AlertSeverity.DIGEST,
            area=_AREAS[rule],
            began_at=found.began_at,
            title={language: self._title(judged, language) for language in _LANGUAGES},
            text={language: self._text(judged, found, language, now) for language in _LANGUAGES},
            days_between=result.days_between,
            at_risk=self._at_risk(scope) if scope is not None else None,
            where=found.where,
            causes=found.causes,
            examples=self._examples(judged, found, part, now),
            scope=scope,
            subject=_subject(found.causes),
            facts=_facts(judged),
        )

    def _explanation(self, judged: Judged, now: datetime, errors_since: datetime | None) -> Explanation:
        """What explains an alarm; of a part of the traffic only since when, for where is what it says itself."""
        since = judged.result.since
        assert since is not None
        if judged.by is not None:
            return Explanation(self._moment(since))
        key = (judged.series, judged.result.raised)
        kept = self._explained.get(key)
        if kept is None or _due(kept[0], now, EXPLAINED_EVERY):
            found = explain(
                self.container, self._judging.feed, judged, self._judging.settings().history, now,
                left_out=self._judging.left_out(now), errors_since=errors_since,
            )  # fmt: skip
            self._explained = {k: v for k, v in self._explained.items() if k[0] != judged.series}
            self._explained[key] = now, found
            return found
        return kept[1]

    def _title(self, judged: Judged, language: Language) -> str:
        return title(judged.result, judged.name, language, part=(judged.by, judged.value) if judged.by else None)

    def _text(self, judged: Judged, found: Explanation, language: Language, now: datetime) -> str:
        zone, today = self._judging.feed.zone, self._judging.feed.today(now)
        figures = say(judged.result, language, today=today, amount=lambda pico: dollars(pico, language))
        if judged.by is not None:
            return figures
        told_apart = not isinstance(judged.rule, AmountRule)
        return f"{figures} " + explained(
            found.where, found.causes, found.unknown, language, zone, mixed=found.mixed, parts_known=told_apart
        )

    def _at_risk(self, scope: Scope) -> Money | None:
        """What clients were promised and are not owed, in the company's currency; None while no sum is known."""
        currency = self.container.settings.company.currency
        sums = [
            reply.at_risk.minor
            for reply in self.container.store.incidents.affected(scope)
            if reply.at_risk is not None and reply.at_risk.currency == currency
        ]
        return Money(sum(sums), currency) if sums else None

    def _examples(
        self, judged: Judged, found: Explanation, part: tuple[str, str] | None, now: datetime
    ) -> tuple[Example, ...]:
        examples, store = self.container.store.series_examples, self.container.store
        until = now + timedelta(microseconds=1)
        by, value = (cast("Part", part[0]), part[1]) if part is not None else (None, "")
        if not isinstance(judged.rule, AmountRule):
            return examples.of(judged.name, found.began_at, until, by=by, value=value, most=_MOST_EXAMPLES)
        if judged.rule.of == "units" or judged.rule.direction == "down":
            return ()
        return examples.first_turns(store.costs.dearest(found.began_at, until, _MOST_EXAMPLES))

    def _moment(self, key: Key) -> datetime:
        return datetime.combine(key[0], time(max(key[1], 0)), self._judging.feed.zone)


def _due(last: datetime | None, now: datetime, every: timedelta) -> bool:
    """Whether it is time again; also after a clock was set back."""
    return last is None or not timedelta(0) <= now - last < every


def _rule(judged: Judged) -> str:
    return RULES[judged.rule.of if isinstance(judged.rule, AmountRule) else judged.name]


def _part(judged: Judged, found: Explanation) -> tuple[str, str] | None:
    """The part of the traffic a trouble is in: the one judged, or where it was found to be."""
    if judged.by is not None:
        return judged.by, judged.value
    return (found.where.dimension, found.where.value) if found.where is not None else None


def _scope(since: datetime, part: tuple[str, str] | None) -> Scope:
    by, value = part or ("", "")
    if by == "version":
        prompt, _, version = value.rpartition("@")
        return Scope(since, prompt=prompt, version=int(version)) if prompt else Scope(since)
    if by == "channel":
        return Scope(since, channel=value)
    if by == "language" and value in _LANGUAGES:
        return Scope(since, language=value)
    return Scope(since)


def _subject(causes: tuple[LikelyCause, ...]) -> str | None:
    """What was changed, where one change is likelier behind it than not."""
    return causes[0].subject if causes and (causes[0].probability or 0) > 0.5 else None


def _facts(judged: Judged) -> Mapping[str, str | int | float | bool | None]:
    result = judged.result
    seen = result.change or result.last
    facts: dict[str, str | int | float | bool | None] = {
        "series": judged.series, "measure": result.measure, "direction": result.direction, "by": result.by,
        "usual": result.usual, "history_days": result.history_days,
    }  # fmt: skip
    if seen is not None:
        facts |= {"events": seen.events, "units": seen.units, "expected": seen.expected, "days": seen.days}
    if judged.by is not None:
        facts |= {"part": judged.by, "value": judged.value}
    return facts


def dollars(pico: float, language: Language) -> str:
    """An amount of pico-dollars as people read it."""
    from babel.numbers import format_decimal

    usd = Decimal(round(pico)) / PICO
    shown = format_decimal(usd, format="#,##0.00" if usd >= 1 else "0.0000", locale=language)
    return f"${shown}" if language == "en" else f"{shown}\u00a0$"
