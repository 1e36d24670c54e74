"""The life of an incident: which steps may follow which, what must be known before it is closed, what is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from statistics import median

from botops.domain.errors import ConflictError, NotFoundError, UserError
from botops.domain.incidents import CauseKind, FollowUp, Incident, IncidentSeverity, IncidentState

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


def missing(incident: Incident) -> tuple[str, ...]:
    """What has to be known before the incident may be closed, each with the command that says it; empty when all is."""
    number = incident.number
    lacks = []
    if incident.state not in _ENDED:
        lacks.append(f"it is not resolved: botops incident resolve {number}")
    if not incident.cause or incident.cause_kind is None:
        lacks.append(f"the cause is not named: botops incident cause {number} KIND WORDS")
    if not incident.follow_ups:
        lacks.append(f"nothing is to be done about it: botops incident action {number} WORDS --owner ROLE --due DAY")
    if not incident.case and not incident.no_case:
        lacks.append(f"no regression case is linked: botops incident case {number} SUITE#CASE, or --none WHY")
    return tuple(lacks)


def close(incident: Incident, at: datetime, by: str) -> Incident:
    """It was learnt from. Raises UserError with everything that is missing, ConflictError when it is closed."""
    if incident.state is IncidentState.CLOSED:
        raise ConflictError(f"{incident.name} was closed by {incident.closed_by} already")
    if lacks := missing(incident):
        raise UserError(f"{incident.name} cannot be closed yet:\n" + "\n".join(f"  - {lack}" for lack in lacks))
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


def overdue(incidents: Iterable[Incident], today: date) -> tuple[tuple[Incident, FollowUp], ...]:
    """What should have been done before today and is not, the longest overdue first."""
    late = [(i, f) for i in incidents for f in i.follow_ups if f.done_at is None and f.due < today]
    return tuple(sorted(late, key=lambda pair: (pair[1].due, pair[0].number)))


@dataclass(frozen=True, slots=True)
class IncidentFigures:
    """Incidents of a period in figures.

    `to_acknowledge` is the median time from opening to acknowledging, `to_resolve` from the beginning of the trouble to
    its end; None where no incident came so far. `repeats` are causes that came back: the kind and how often.
    """

    incidents: int
    unresolved: int
    to_acknowledge: timedelta | None
    to_resolve: timedelta | None
    repeats: tuple[tuple[CauseKind, int], ...]


def figures(incidents: Sequence[Incident]) -> IncidentFigures:
    """Incidents in figures. Medians, not means: one that was forgotten over a holiday says nothing of the others."""
    acknowledged = [i.acknowledged_at - i.opened_at for i in incidents if i.acknowledged_at is not None]
    resolved = [i.resolved_at - i.began_at for i in incidents if i.resolved_at is not None]
    causes = Counter(i.cause_kind for i in incidents if i.cause_kind is not None)
    return IncidentFigures(
        len(incidents),
        sum(i.state not in _ENDED for i in incidents),
        _median(acknowledged),
        _median(resolved),
        tuple((kind, number) for kind, number in causes.most_common() if number > 1),
    )


def _median(spans: Sequence[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(span.total_seconds() for span in spans)) if spans else None


def _not_closed(incident: Incident) -> Incident:
    if incident.state is IncidentState.CLOSED:
        raise ConflictError(f"{incident.name} is closed: reopen it to change what was learnt")
    return incident
