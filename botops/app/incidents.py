"""Incidents as people work with them: opened, owned, explained, closed; what they did to clients, what was learnt."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from botops.app.container import new_id
from botops.app.delimited import plain
from botops.app.releases.team import responsible_for, role_ids
from botops.domain.errors import NotFoundError, UserError
from botops.domain.incidents import (
    AffectedReply,
    EntryKind,
    FollowUp,
    Incident,
    IncidentSeverity,
    IncidentState,
    Scope,
    TimelineEntry,
)
from botops.domain.people import person
from botops.domain.people import reason as reasoned
from botops.monitor import incidents as life
from botops.monitor.corrections import correction
from botops.monitor.postmortem import PostmortemLanguage, draft, impact_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from botops.app.container import Container
    from botops.app.releases.team import Area
    from botops.domain.incidents import CauseKind

LOOK_BACK = timedelta(hours=24)
"""How long before the beginning of an incident a timeline looks for what may have caused it."""
MOST_TITLE = 200
"""Characters a title may have."""
_COLUMNS = (
    "lead_id", "dialogue_id", "turn", "at", "channel", "language", "kind", "severity", "quote", "expected", "at_risk",
    "currency", "correction",
)  # fmt: skip


def open_incident(
    container: Container,
    title: str,
    severity: IncidentSeverity,
    scope: Scope,
    *,
    by: str,
    owner: str | None = None,
    area: Area = "replies",
    alert: str | None = None,
) -> Incident:
    """Opens an incident, owned by a role of the team's file: `owner`, or the one responsible for the area.

    The trouble began when its scope does. Raises UserError for a role that is not there, no title, a beginning to come.
    """
    now = container.clock.now()
    if scope.since > now:
        raise UserError("the trouble cannot have begun in the future: mend --since")
    tidy = " ".join(title.split())
    if not tidy or len(tidy) > MOST_TITLE:
        raise UserError(f"an incident needs a title of 1 to {MOST_TITLE} characters: what do clients notice?")
    who = person(by)
    incident = Incident(
        0, tidy, severity, _role(container, owner or _responsible(container, area)), scope, scope.since, now, who,
        alert=alert,
    )  # fmt: skip
    return container.store.incidents.open(incident, TimelineEntry(now, EntryKind.OPENED, who, tidy))


def acknowledge(container: Container, number: int, *, by: str) -> Incident:
    """Somebody takes care of it. Raises NotFoundError, ConflictError."""
    now, who = container.clock.now(), person(by)
    return _step(container, number, lambda i: life.acknowledge(i, now, who), EntryKind.ACKNOWLEDGED, who, "")


def note(container: Container, number: int, text: str, *, by: str) -> Incident:
    """Adds what was seen or tried to the timeline. Raises NotFoundError, UserError without words."""
    return _step(container, number, lambda i: i, EntryKind.NOTE, by, reasoned(text))


def set_severity(container: Container, number: int, severity: IncidentSeverity, *, by: str) -> Incident:
    """Changes how bad it is held to be. Raises NotFoundError, ConflictError."""
    return _changed(container, number, lambda i: life.with_severity(i, severity), by, f"severity: {severity.value}")


def set_owner(container: Container, number: int, owner: str, *, by: str) -> Incident:
    """Gives it to another role. Raises NotFoundError, ConflictError, UserError for a role that is not there."""
    role = _role(container, owner)
    return _changed(container, number, lambda i: life.with_owner(i, role), by, f"owner: {role}")


def set_cause(container: Container, number: int, kind: CauseKind, words: str, *, by: str) -> Incident:
    """Says what caused it. Raises NotFoundError, ConflictError, UserError without words."""
    tidy = reasoned(words)
    return _changed(container, number, lambda i: life.with_cause(i, kind, tidy), by, f"cause ({kind.value}): {tidy}")


def add_follow_up(container: Container, number: int, text: str, owner: str, due: date, *, by: str) -> Incident:
    """Adds what is to be done so that it does not happen again. Raises NotFoundError, ConflictError, UserError."""
    one = FollowUp(new_id(), reasoned(text), _role(container, owner), due)
    said = f"action by {due}: {one.text} ({one.owner})"
    return _changed(container, number, lambda i: life.with_follow_up(i, one), by, said)


def finish_follow_up(container: Container, number: int, place: int, *, by: str) -> Incident:
    """Says that action `place`, from 1, is done. Raises NotFoundError, ConflictError."""
    now, who = container.clock.now(), person(by)
    return _changed(container, number, lambda i: life.with_done(i, place, now, who), who, f"action {place} is done")


def link_case(container: Container, number: int, case: str | None, *, no_case: str | None = None, by: str) -> Incident:
    """Names the regression case that would show it again, as SUITE#CASE, or says why there is none.

    Raises NotFoundError for a case no suite of the project has, ConflictError, UserError.
    """
    if case:
        _known_case(container, case)
    why = reasoned(no_case) if no_case else None
    said = f"regression case {case}" if case else f"no regression case: {why}"
    return _changed(container, number, lambda i: life.with_case(i, case, why), by, said)


def resolve(container: Container, number: int, words: str, *, by: str) -> Incident:
    """The trouble is over; `words` say what ended it. Raises NotFoundError, ConflictError, UserError."""
    now, who = container.clock.now(), person(by)
    return _step(container, number, lambda i: life.resolve(i, now, who), EntryKind.RESOLVED, who, reasoned(words))


def reopen(container: Container, number: int, words: str, *, by: str) -> Incident:
    """It was not over after all. Raises NotFoundError, ConflictError, UserError."""
    return _step(container, number, life.reopen, EntryKind.REOPENED, by, reasoned(words))


def close(container: Container, number: int, *, by: str) -> Incident:
    """It was learnt from. Raises UserError with all that is missing, NotFoundError, ConflictError."""
    now, who = container.clock.now(), person(by)
    return _step(container, number, lambda i: life.close(i, now, who), EntryKind.CLOSED, who, "")


# --- reads ------------------------------------------------------------------------------------------------------------


def timeline(container: Container, incident: Incident) -> tuple[TimelineEntry, ...]:
    """What was done and said about an incident, together with every deed of the audit log from a day before it began
    until it was over: publishes, rollbacks, orders, alarms; in order of time."""
    until = incident.resolved_at or container.clock.now()
    deeds = container.store.audit.between(incident.began_at - LOOK_BACK, until + timedelta(microseconds=1))
    told = [
        TimelineEntry(
            deed.at, EntryKind.DEED, deed.by, f"{deed.deed.value}{f' {deed.version}' if deed.version else ''}: "
            f"{deed.reason}", deed.subject, deed.detail,
        )
        for deed in deeds
    ]  # fmt: skip
    return tuple(sorted([*told, *container.store.incidents.entries(incident.number)], key=lambda e: e.at))


def affected(container: Container, incident: Incident) -> Iterator[AffectedReply]:
    """What was wrong in replies that reached clients, in order of time. The question is asked anew each time: replies
    that were still to come when the incident was opened are among them."""
    scope = incident.scope
    return container.store.incidents.affected(replace(scope, until=scope.until or incident.resolved_at))


def corrections(container: Container, incident: Incident) -> Iterator[dict[str, Any]]:
    """For every wrong claim that reached a client: whom to write, what was said, what holds, a text to send."""
    zone = ZoneInfo(container.settings.company.timezone)
    for one in affected(container, incident):
        day = one.at.astimezone(zone)
        shown = f"{day:%Y-%m-%d}" if one.language == "en" else f"{day:%d.%m.%Y}"
        yield {
            "lead_id": one.lead_id,
            "dialogue_id": one.dialogue_id,
            "turn": one.turn,
            "at": one.at.isoformat(),
            "channel": one.channel,
            "language": one.language,
            "kind": one.kind.value,
            "severity": one.severity.label,
            "quote": one.quote,
            "expected": one.expected,
            "at_risk": None if one.at_risk is None else str(one.at_risk.amount),
            "currency": None if one.at_risk is None else one.at_risk.currency,
            "correction": correction(one, shown),
        }


def corrections_csv(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Corrections as CSV with a head; nothing in it is a formula to a spreadsheet."""
    import csv
    import io

    def line(cells: Iterable[object]) -> str:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerow(cells)
        return out.getvalue()

    yield line(_COLUMNS)
    for row in rows:
        yield line("" if row[name] is None else plain(str(row[name])) for name in _COLUMNS)


def postmortem(container: Container, number: int, language: PostmortemLanguage) -> str:
    """The draft of an incident's postmortem, in Markdown. Raises NotFoundError."""
    incident = container.store.incidents.get(number)
    zone = ZoneInfo(container.settings.company.timezone)
    impact = impact_of(tuple(affected(container, incident)))
    return draft(incident, timeline(container, incident), impact, language, zone)


def figures(container: Container, days: int) -> life.IncidentFigures:
    """The incidents opened in the last days in figures."""
    since = container.clock.now() - timedelta(days=days)
    found = container.store.incidents.latest(most=10_000)
    return life.figures([i for i in found if i.opened_at >= since])


def reminders(container: Container) -> tuple[str, ...]:
    """What is not done: incidents nobody has acknowledged or resolved, and actions past their day."""
    now, zone = container.clock.now(), ZoneInfo(container.settings.company.timezone)
    found = container.store.incidents.latest(most=10_000)
    lines = [
        f"{i.name} ({i.severity.value}, {i.owner}) is {i.state.value} for {_hours(now - i.opened_at)}: {i.title}"
        for i in found
        if i.state in (IncidentState.OPEN, IncidentState.ACKNOWLEDGED)
    ]
    late = life.overdue(found, now.astimezone(zone).date())
    return (*lines, *(f"{i.name}: {f.text} ({f.owner}) was due on {f.due}" for i, f in late))


# --- steps ------------------------------------------------------------------------------------------------------------


def _changed(container: Container, number: int, step: Callable[[Incident], Incident], by: str, text: str) -> Incident:
    return _step(container, number, step, EntryKind.CHANGED, by, text)


def _step(
    container: Container, number: int, step: Callable[[Incident], Incident], kind: EntryKind, by: str, text: str
) -> Incident:
    entry = TimelineEntry(container.clock.now(), kind, person(by), text)
    return container.store.incidents.change(number, step, entry)


def _responsible(container: Container, area: Area) -> str:
    role = responsible_for(container.settings, area)
    if role is None:
        raise UserError(
            f"nobody is responsible for {area}: name a role with --owner, or under `responsible` in "
            f"{container.settings.paths.team}"
        )
    return role


def _role(container: Container, owner: str) -> str:
    roles = role_ids(container.settings)
    if owner not in roles:
        known = ", ".join(sorted(roles)) or "none"
        raise UserError(f"{container.settings.paths.team} has no role {owner!r}; its roles: {known}")
    return owner


def _known_case(container: Container, case: str) -> None:
    from botops.app.evals.suite_files import usable_suites

    name, mark, case_id = case.partition("#")
    if not mark or not case_id:
        raise UserError(f"{case!r} names no case: write it as SUITE#CASE, the suite's name and the case's id")
    suite = usable_suites(container.settings).get(name)
    if suite is None:
        raise NotFoundError(f"there is no suite {name!r} that can be run: see `botops eval list`")
    if case_id not in {one.id for one in suite.cases}:
        raise NotFoundError(f"suite {name} has no case {case_id!r}: see `botops eval list`")


def _hours(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    return f"{hours // 24} days" if hours >= 48 else f"{hours} hours"
