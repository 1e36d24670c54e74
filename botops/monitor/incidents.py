"""The life of an incident: which steps may follow which, what must be known before it is closed, what is counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median
from types import MappingProxyType

from botops.domain.errors import ConflictError, NotFoundError, UserError
from botops.domain.incidents import CauseKind, FollowUp, Incident, IncidentSeverity, IncidentState
from botops.domain.money import Money

_ENDED = frozenset({IncidentState.RESOLVED, IncidentState.CLOSED})


def acknowledge(incident: Incident, at: datetime, by: str) -> Incident:
    """Somebody takes care of it. Raises ConflictError when somebody does already, or it is over."""
    if incident.state is not IncidentState.OPEN:
        who = f" by {incident.acknowledged_by}" if incident.acknowledged_by else ""
        raise ConflictError(f"{incident.name} is {incident.state.value}{who}: nothing to acknowledge")
    return replace(incident, state=IncidentState.ACKNOWLEDGED, acknowledged_at=at, acknowledged_by=by)


def resolve(incident: Incident, at: datetime, by: str) -> Incident:
    """The trouble is over; who ends what nobody acknowledged has acknowledged it too. Raises ConflictError."""
    if incident.state in _ENDED:
        raise ConflictError(f"{incident.name} was resolved by {incident.resolved_by} already")
    if incident.acknowledged_at is None:
        incident = acknowledge(incident, at, by)
    return replace(incident, state=IncidentState.RESOLVED, resolved_at=at, resolved_by=by)


def reopen(incident: Incident) -> Incident:
    """It was not over. Raises ConflictError when it is open."""
    if incident.state not in _ENDED:
        raise ConflictError(f"{incident.name} is {incident.state.value}: it is not over yet")
    return replace(
        incident, state=IncidentState.ACKNOWLEDGED, resolved_at=None, resolved_by=None, closed_at=None, closed_by=None
    )


class Lack(StrEnum):
    """What an incident has not got yet, and cannot be closed without."""

    END = "end"
    CAUSE = "cause"
    ACTIONS = "actions"
    CASE = "case"


_LACKS: Mapping[Lack, str] = MappingProxyType(
    {
        Lack.END: "it is not resolved: botops incident resolve {number}",
        Lack.CAUSE: "the cause is not named: botops incident cause {number} KIND WORDS",
        Lack.ACTIONS: "nothing is to be done about it: botops incident action {number} WORDS --owner ROLE --due DAY",
        Lack.CASE: "no regression case is linked: botops incident case {number} SUITE#CASE, or --none WHY",
    }
)


def lacks(incident: Incident) -> tuple[Lack, ...]:
    """What has to be known before the incident may be closed; empty when all is."""
    known = {
        Lack.END: incident.state in _ENDED,
        Lack.CAUSE: bool(incident.cause) and incident.cause_kind is not None,
        Lack.ACTIONS: bool(incident.follow_ups),
        Lack.CASE: bool(incident.case or incident.no_case),
    }
    return tuple(lack for lack, there in known.items() if not there)


def missing(incident: Incident) -> tuple[str, ...]:
    """What has to be known before the incident may be closed, each with the command that says it; empty when all is."""
    return tuple(_LACKS[lack].format(number=incident.number) for lack in lacks(incident))


def close(incident: Incident, at: datetime, by: str) -> Incident:
    """It was learnt from. Raises UserError with everything that is missing, ConflictError when it is closed."""
    if incident.state is IncidentState.CLOSED:
        raise ConflictError(f"{incident.name} was closed by {incident.closed_by} already")
    if told := missing(incident):
        raise UserError(f"{incident.name} cannot be closed yet:\n" + "\n".join(f"  - {lack}" for lack in told))
    return replace(incident, state=IncidentState.CLOSED, closed_at=at, closed_by=by)


def with_cause(incident: Incident, kind: CauseKind, words: str) -> Incident:
    """The cause, as far as it is known. Raises ConflictError once the incident is closed."""
    return replace(_not_closed(incident), cause=words, cause_kind=kind)


def with_case(incident: Incident, case: str | None, no_case: str | None) -> Incident:
    """The regression case that shows it, or why there is none. Raises ConflictError once it is closed, UserError."""
    if bool(case) == bool(no_case):
        raise UserError("name the regression case, or say why there is none: one of the two")
    return replace(_not_closed(incident), case=case, no_case=no_case)


def with_follow_up(incident: Incident, follow_up: FollowUp) -> Incident:
    """One thing more to be done. Raises ConflictError once it is closed."""
    return replace(_not_closed(incident), follow_ups=(*incident.follow_ups, follow_up))


def with_done(incident: Incident, place: int, at: datetime, by: str) -> Incident:
    """The follow-up at `place`, from 1, is done; this may come after closing. Raises NotFoundError, ConflictError."""
    if not 1 <= place <= len(incident.follow_ups):
        raise NotFoundError(f"{incident.name} has {len(incident.follow_ups)} actions: there is no number {place}")
    found = incident.follow_ups[place - 1]
    if found.done_at is not None:
        raise ConflictError(f"action {place} of {incident.name} was done by {found.done_by} already")
    done = replace(found, done_at=at, done_by=by)
    return replace(incident, follow_ups=(*incident.follow_ups[: place - 1], done, *incident.follow_ups[place:]))


def with_severity(incident: Incident, severity: IncidentSeverity) -> Incident:
    """It is worse, or not as bad, as was thought. Raises ConflictError once it is closed."""
    return replace(_not_closed(incident), severity=severity)


def with_owner(incident: Incident, owner: str) -> Incident:
    """Another role has it. Raises ConflictError once it is closed."""
    return replace(_not_closed(incident), owner=owner)


def with_at_risk(incident: Incident, amount: Money | None) -> Incident:
    """What it may cost, as far as people can tell. Raises ConflictError once it is closed."""
    return replace(_not_closed(incident), at_risk=amount)


def overdue(incidents: Iterable[Incident], today: date) -> tuple[tuple[Incident, FollowUp], ...]:
    """What should have been done before today and is not, the longest overdue first."""
    late = [(i, f) for i in incidents for f in i.follow_ups if f.done_at is None and f.due < today]
    return tuple(sorted(late, key=lambda pair: (pair[1].due, pair[0].number)))


@dataclass(frozen=True, slots=True)
class Repeat:
    """A kind of cause that came back, with the numbers of its incidents, the newest first."""

    kind: CauseKind
    incidents: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Spans:
    """How long something took: the middle one of all, and the mean, which one forgotten incident can spoil."""

    median: timedelta
    mean: timedelta


@dataclass(frozen=True, slots=True)
class IncidentFigures:
    """Incidents of a period in figures.

    `to_notice` is from the beginning of the trouble to opening, `to_acknowledge` from opening to acknowledging (its
    mean is known as MTTA), `to_resolve` from the beginning of the trouble to its end (MTTR); None where no incident
    came so far. `repeats` are the kinds of causes that came back, the most frequent first.
    """

    incidents: int
    unresolved: int
    to_notice: Spans | None
    to_acknowledge: Spans | None
    to_resolve: Spans | None
    repeats: tuple[Repeat, ...]


def figures(incidents: Sequence[Incident]) -> IncidentFigures:
    """Incidents in figures."""
    return IncidentFigures(
        len(incidents),
        sum(i.state not in _ENDED for i in incidents),
        _spans([i.opened_at - i.began_at for i in incidents]),
        _spans([i.acknowledged_at - i.opened_at for i in incidents if i.acknowledged_at is not None]),
        _spans([i.resolved_at - i.began_at for i in incidents if i.resolved_at is not None]),
        repeats(incidents),
    )


def repeats(incidents: Iterable[Incident]) -> tuple[Repeat, ...]:
    """The kinds of causes that more than one incident had, the most frequent first."""
    found: dict[CauseKind, list[int]] = {}
    for incident in incidents:
        if incident.cause_kind is not None:
            found.setdefault(incident.cause_kind, []).append(incident.number)
    several = [Repeat(kind, tuple(sorted(ns, reverse=True))) for kind, ns in found.items() if len(ns) > 1]
    return tuple(sorted(several, key=lambda r: (-len(r.incidents), r.kind.value)))


def _spans(spans: Sequence[timedelta]) -> Spans | None:
    if not spans:
        return None
    middle = timedelta(seconds=median(span.total_seconds() for span in spans))
    return Spans(middle, sum(spans, timedelta()) / len(spans))


def _not_closed(incident: Incident) -> Incident:
    if incident.state is IncidentState.CLOSED:
        raise ConflictError(f"{incident.name} is closed: reopen it to change what was learnt")
    return incident
