"""What people do with an incident: open, own, explain, close it; one function for each step."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.access.acting import needs
from botops.app.container import new_id
from botops.app.incidents.announcing import announcing
from botops.app.incidents.reading import impact
from botops.app.releases.team import responsible_for, role_ids
from botops.domain.access import Right
from botops.domain.errors import NotFoundError, UserError
from botops.domain.incidents import EntryKind, FollowUp, Incident, IncidentSeverity, Scope, TimelineEntry
from botops.domain.people import line, person
from botops.domain.people import reason as reasoned
from botops.domain.people import words as worded
from botops.monitor import incidents as life

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from botops.app.container import Container
    from botops.domain.alerts import Area
    from botops.domain.incidents import CauseKind
    from botops.domain.money import Money

MOST_TITLE = 200
"""Characters a title may have."""
_FIRST_YEAR = 2000
"""Before it no bot sold anything: such a beginning is a slip, and would spoil the mean time to repair for good."""


@needs(Right.OPERATE)
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
    at_risk: Money | None = None,
    detail: Mapping[str, str | int | float | bool | None] = MappingProxyType({}),
) -> Incident:
    """Opens an incident, owned by a role of the team's file: `owner`, or the one responsible for the area.

    The trouble began when its scope does. `at_risk` is what it may cost, where that is known; `detail` stands with the
    first entry of its timeline. The owner is told. Raises UserError for a role that is not there, no title, one that
    cannot be shown, a beginning that cannot be, or a prompt or version that nobody knows unless an alert names it;
    ConflictError when there is an incident of that alert.
    """
    now = container.clock.now()
    if scope.since > now:
        raise UserError("the trouble cannot have begun in the future: mend --since")
    if scope.since.year < _FIRST_YEAR:
        raise UserError(f"the trouble cannot have begun in the year {scope.since.year}: mend --since")
    if alert is None:
        _refuse_unknown(container, scope)
    tidy = line(title, "the title")
    if not tidy or len(tidy) > MOST_TITLE:
        raise UserError(f"an incident needs a title of 1 to {MOST_TITLE} characters: what do clients notice?")
    who = person(by)
    incident = Incident(
        0, tidy, severity, _role(container, owner or _responsible(container, area)), scope, scope.since, now, who,
        alert=alert, at_risk=at_risk,
    )  # fmt: skip
    entry = TimelineEntry(now, EntryKind.OPENED, who, tidy, detail=detail)
    return container.store.incidents.open(incident, entry, announcing(container))


@needs(Right.OPERATE)
def acknowledge(container: Container, number: int, *, by: str) -> Incident:
    """Somebody takes care of it. Raises NotFoundError, ConflictError."""
    now, who = container.clock.now(), person(by)
    return _step(container, number, lambda i: life.acknowledge(i, now, who), EntryKind.ACKNOWLEDGED, who, "")


@needs(Right.OPERATE)
def note(container: Container, number: int, text: str, *, by: str) -> Incident:
    """Adds what was seen or tried to the timeline. Raises NotFoundError, UserError without words."""
    said = worded(text, "the note", "say in a few words what was seen or tried")
    return _step(container, number, lambda i: i, EntryKind.NOTE, by, said)


@needs(Right.OPERATE)
def set_severity(container: Container, number: int, severity: IncidentSeverity, *, by: str) -> Incident:
    """Changes how bad it is held to be. Raises NotFoundError, ConflictError."""
    return changed(container, number, lambda i: life.with_severity(i, severity), by, f"severity: {severity.value}")


@needs(Right.OPERATE)
def set_owner(container: Container, number: int, owner: str, *, by: str) -> Incident:
    """Gives it to another role. Raises NotFoundError, ConflictError, UserError for a role that is not there."""
    role = _role(container, owner)
    return changed(container, number, lambda i: life.with_owner(i, role), by, f"owner: {role}")


@needs(Right.OPERATE)
def set_cause(container: Container, number: int, kind: CauseKind, words: str, *, by: str) -> Incident:
    """Says what caused it. Raises NotFoundError, ConflictError, UserError without words."""
    tidy = reasoned(words)
    return changed(container, number, lambda i: life.with_cause(i, kind, tidy), by, f"cause ({kind.value}): {tidy}")


@needs(Right.OPERATE)
def add_follow_up(container: Container, number: int, text: str, owner: str, due: date, *, by: str) -> Incident:
    """Adds what is to be done so that it does not happen again. Raises NotFoundError, ConflictError, UserError, for a
    day that is past as well: it would be overdue at once."""
    today = container.clock.now().astimezone(ZoneInfo(container.settings.company.timezone)).date()
    if due < today:
        raise UserError(f"{due} is past: choose {today} or a later day")
    one = FollowUp(new_id(), reasoned(text), _role(container, owner), due)
    said = f"action by {due}: {one.text} ({one.owner})"
    return changed(container, number, lambda i: life.with_follow_up(i, one), by, said)


@needs(Right.OPERATE)
def finish_follow_up(container: Container, number: int, place: int, *, by: str) -> Incident:
    """Says that action `place`, from 1, is done. Raises NotFoundError, ConflictError."""
    now, who = container.clock.now(), person(by)
    return changed(container, number, lambda i: life.with_done(i, place, now, who), who, f"action {place} is done")


@needs(Right.OPERATE)
def set_at_risk(container: Container, number: int, amount: Money | None, *, by: str) -> Incident:
    """Says what it may cost, where affected replies cannot tell; None: nobody knows. Raises NotFoundError,
    ConflictError."""
    said = "money at risk: unknown" if amount is None else f"money at risk: {amount.amount} {amount.currency}"
    return changed(container, number, lambda i: life.with_at_risk(i, amount), by, said)


@needs(Right.OPERATE)
def resolve(container: Container, number: int, words: str, *, by: str) -> Incident:
    """The trouble is over; `words` say what ended it. What it did is kept with the entry, for the day when its
    dialogues are kept no longer. Raises NotFoundError, ConflictError, UserError."""
    now, who, why = container.clock.now(), person(by), reasoned(words)
    did = impact(container, life.resolve(container.store.incidents.get(number), now, who))
    detail: dict[str, str | int | float | bool | None] = {
        "replies": did.replies, "dialogues": did.dialogues, "leads": did.leads,
        **{f"at_risk_{one.currency}": str(one.amount) for one in did.at_risk},
    }  # fmt: skip
    return _step(container, number, lambda i: life.resolve(i, now, who), EntryKind.RESOLVED, who, why, detail)


@needs(Right.OPERATE)
def reopen(container: Container, number: int, words: str, *, by: str) -> Incident:
    """It was not over after all. Raises NotFoundError, ConflictError, UserError."""
    return _step(container, number, life.reopen, EntryKind.REOPENED, by, reasoned(words))


@needs(Right.OPERATE)
def close(container: Container, number: int, *, by: str) -> Incident:
    """It was learnt from. Raises UserError with all that is missing, NotFoundError, ConflictError."""
    now, who = container.clock.now(), person(by)
    return _step(container, number, lambda i: life.close(i, now, who), EntryKind.CLOSED, who, "")


@needs(Right.OPERATE)
def changed(container: Container, number: int, step: Callable[[Incident], Incident], by: str, text: str) -> Incident:
    """Does one step that changes what is known of an incident, noted as `text`. Raises what the step raises."""
    return _step(container, number, step, EntryKind.CHANGED, by, text)


def _step(
    container: Container,
    number: int,
    step: Callable[[Incident], Incident],
    kind: EntryKind,
    by: str,
    text: str,
    detail: Mapping[str, str | int | float | bool | None] = MappingProxyType({}),
) -> Incident:
    entry = TimelineEntry(container.clock.now(), kind, person(by), text, detail=detail)
    return container.store.incidents.change(number, step, entry)


def _refuse_unknown(container: Container, scope: Scope) -> None:
    """A slip in the version would ask for no replies, and find nothing wrong. One whose file is gone but whose turns
    are known may be asked for."""
    if scope.prompt is None or container.store.incidents.answered(scope.prompt, scope.version):
        return
    try:
        known = container.registry.versions(scope.prompt)
    except NotFoundError as error:
        raise UserError(str(error)) from None
    if scope.version is not None and scope.version not in known:
        named = ", ".join(map(str, known)) or "none"
        raise UserError(f"the prompt {scope.prompt} has no version {scope.version}: its versions are {named}")


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
