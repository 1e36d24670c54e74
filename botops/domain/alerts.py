"""Alerts: what stands against the bot right now, since when, how sure that is, what explains it and whose it is.

A source looks and says what stands, as signals. A signal that stands for the first time becomes an alert, one that no
longer stands resolves it; what people do about it (acknowledge, silence, open an incident) is the alert's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, Protocol

from botops.domain.incidents import Scope
from botops.domain.messages import Language
from botops.domain.money import Money

Area = Literal["replies", "data", "service", "sales"]
"""What is wrong: the bot says wrong things, price book and other data disagree, it does not answer, or people are not
where it hands its dialogues over to."""

Texts = Mapping[Language, str]
"""The same words in Russian, Kazakh and English: all three are there."""


class AlertSeverity(StrEnum):
    """Whom an alert disturbs: `page` wakes somebody, `ticket` waits for working hours, `digest` is told once a day."""

    PAGE = "page"
    TICKET = "ticket"
    DIGEST = "digest"


class AlertState(StrEnum):
    """Whether what an alert is about still stands."""

    FIRING = "firing"
    RESOLVED = "resolved"


class AlertEventKind(StrEnum):
    """What happened to an alert. `worsened` is a severity above the highest so far; `returned` that it stands again
    soon after it was over: it is the same alert."""

    RAISED = "raised"
    WORSENED = "worsened"
    RETURNED = "returned"
    ACKNOWLEDGED = "acknowledged"
    INCIDENT = "incident"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class LikelyCause:
    """What changed before the trouble began. `probability` is that it is behind it, given what is known; None where
    nothing but the time speaks for it. `subject` is what was changed as the audit log names it (`prompt:sales`)."""

    kind: str
    at: datetime
    what: str
    by: str | None = None
    probability: float | None = None
    subject: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """The part of the traffic a trouble is in: of all events beyond the usual ones, `share` are in it."""

    dimension: str
    value: str
    share: float


@dataclass(frozen=True, slots=True)
class Example:
    """A dialogue that shows the trouble; `turn` counts from 1. `quote` is masked and shortened."""

    dialogue_id: str
    turn: int
    at: datetime
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    """What a source says stands right now.

    `key` names the trouble, the same as long as it is the same trouble: one alert fires under it at a time. `rule` is
    what found it, which its runbook is named after. `days_between` is how many days lie between such signals by chance
    alone; None where it is not a matter of chance. `scope` asks for the replies an incident would be about.
    `facts` are plain figures for machines; people read `title` (one line) and `text`.
    """

    key: str
    rule: str
    severity: AlertSeverity
    area: Area
    began_at: datetime
    title: Texts
    text: Texts
    days_between: float | None = None
    at_risk: Money | None = None
    where: Where | None = None
    causes: tuple[LikelyCause, ...] = ()
    examples: tuple[Example, ...] = ()
    scope: Scope | None = None
    subject: str | None = None
    facts: Mapping[str, str | int | float | bool | None] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Alert:
    """A signal that stands or stood, and what people did about it.

    `raised_at` is when it was seen first, `seen_at` when last, to the minute; `signal` is as last seen. `owner` is a
    role of the team's file, None where the area has nobody. `severity` is the highest it had while it stood. `incident`
    is the number of the incident opened from it. `returns` is how often it stood again soon after it was over.
    `resolved_by` is the person who said it is over, None where its source did; `dismissed` that its source went on
    saying it afterwards.
    """

    id: str
    source: str
    signal: Signal
    severity: AlertSeverity
    owner: str | None
    raised_at: datetime
    seen_at: datetime
    state: AlertState = AlertState.FIRING
    resolved_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    incident: int | None = None
    resolved_by: str | None = None
    returns: int = 0
    dismissed: bool = False


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """One entry of an alert's history. `by` is a person, or the source that said so; `text` is what they said."""

    alert: str
    at: datetime
    kind: AlertEventKind
    by: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class AlertChange:
    """An alert as it is from now on, and what happened to it; no event where only its figures are new."""

    alert: Alert
    event: AlertEvent | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """An order to tell nobody of alerts for a while: they are kept and shown all the same.

    None asks for no condition; one without any condition silences all.
    """

    id: str
    since: datetime
    until: datetime
    by: str
    reason: str
    rule: str | None = None
    area: Area | None = None
    key: str | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None

    @property
    def end(self) -> datetime:
        """When it ends, or ended."""
        return self.until if self.ended_at is None else min(self.until, self.ended_at)

    def covers(self, alert: Alert, at: datetime) -> bool:
        """True when nobody is told of the alert at a moment because of this silence."""
        return self.since <= at < self.end and self.is_about(alert)

    def is_about(self, alert: Alert) -> bool:
        """True when nobody is told of the alert while this silence holds."""
        return (
            self.rule in (None, alert.signal.rule)
            and self.area in (None, alert.signal.area)
            and self.key in (None, alert.signal.key)
        )


class AlertSource(Protocol):
    """Looks at one kind of trouble."""

    @property
    def name(self) -> str:
        """Names the source: what it no longer says is resolved, what other sources say is not."""
        ...

    def look(self, now: datetime) -> tuple[Signal, ...]:
        """Everything that stands now. May raise: then nothing is known, and nothing of it is resolved."""
        ...
