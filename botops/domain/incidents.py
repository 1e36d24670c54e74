"""Incidents: trouble that somebody owns from the first sign to what was learnt from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from botops.domain.findings import FindingKind, Severity
from botops.domain.messages import Language
from botops.domain.money import Money


class IncidentSeverity(StrEnum):
    """How bad it is: `critical`, clients are told wrong things or nobody is answered; `major`, part of them; `minor`,
    nobody but us notices."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


class IncidentState(StrEnum):
    """How far an incident is. `resolved` means the trouble is over, `closed` that it was learnt from."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    CLOSED = "closed"


class CauseKind(StrEnum):
    """Where the cause lay: what repeats is counted by it."""

    PROMPT = "prompt"
    PRICE_BOOK = "price_book"
    MODEL = "model"
    PROVIDER = "provider"
    SETTINGS = "settings"
    SOFTWARE = "software"
    DATA = "data"
    OTHER = "other"


class EntryKind(StrEnum):
    """What an entry of a timeline says. The first ones are kept with the incident, `deed` comes from the audit log,
    `alert` from what became of its alerts."""

    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"
    NOTE = "note"
    CHANGED = "changed"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CLOSED = "closed"
    DEED = "deed"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which replies an incident is about; None asks for no condition.

    They are replies of [since, until) with findings that reached a client; `severity` is that or worse.
    """

    since: datetime
    until: datetime | None = None
    prompt: str | None = None
    version: int | None = None
    kind: FindingKind | None = None
    severity: Severity | None = None
    channel: str | None = None
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What is to be done so that it does not happen again: by whom, by which day, and when it was done."""

    id: str
    text: str
    owner: str
    due: date
    done_at: datetime | None = None
    done_by: str | None = None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """What happened at a moment of an incident. `subject` is what a deed was done to."""

    at: datetime
    kind: EntryKind
    by: str
    text: str
    subject: str | None = None
    detail: Mapping[str, str | int | float | bool | None] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident. `number` is what people call it by; `owner` is a role of the team's file.

    `began_at` is when the trouble began, `opened_at` when somebody knew. `alert` names the alert it was opened from.
    `case` is the regression case that would show it again, or `no_case` says why there is none. `at_risk` is what it
    may cost as an alert or a person put it; what its affected replies add up to is counted. None: nobody said.
    """

    number: int
    title: str
    severity: IncidentSeverity
    owner: str
    scope: Scope
    began_at: datetime
    opened_at: datetime
    opened_by: str
    state: IncidentState = IncidentState.OPEN
    alert: str | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    cause: str | None = None
    cause_kind: CauseKind | None = None
    case: str | None = None
    no_case: str | None = None
    at_risk: Money | None = None
    follow_ups: tuple[FollowUp, ...] = ()

    @property
    def name(self) -> str:
        """How people refer to it: `INC-7`."""
        return f"INC-{self.number}"


@dataclass(frozen=True, slots=True)
class AffectedReply:
    """A reply that reached a client with something wrong in it. `turn` counts from 1, as the console does; `text` is
    the whole reply as it is kept, and `start` where in it the quote begins."""

    dialogue_id: str
    lead_id: str
    turn: int
    at: datetime
    channel: str
    language: Language
    kind: FindingKind
    severity: Severity
    quote: str
    stated: str
    expected: str | None
    explanations: Mapping[str, str]
    at_risk: Money | None = None
    prompt: str | None = None
    version: int | None = None
    text: str = ""
    start: int = 0
