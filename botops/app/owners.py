"""Who answers for what: the roles of the team's file against everything that should have somebody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, get_args

from botops.app.checks.reviewing import today
from botops.app.prompts.care import prompt_rows
from botops.app.releases.team import responsible_for, role_lines, roles_of, team_roles
from botops.config.alerting import ALERTMANAGER
from botops.domain.alerts import AlertSeverity, Area
from botops.registry.sharing import shared_texts

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.app.releases.team import TeamRole
    from botops.config import Settings

_MOST_INCIDENTS = 1000


class Thing(StrEnum):
    """What somebody has to answer for."""

    AREA = "area"
    PROMPT = "prompt"
    SHARED_TEXT = "shared_text"
    EXPERIMENT = "experiment"
    PRICE_BOOK = "price_book"
    BUDGET = "budget"
    PROBES = "probes"
    EXCEPTION = "exception"
    INCIDENT = "incident"
    ROUTE = "route"
    DIGEST = "digest"


class Lack(StrEnum):
    """Why nobody answers for a thing."""

    NOBODY = "nobody"  # no role is named
    UNKNOWN = "unknown"  # the role that is named is not in the team's file
    UNREACHABLE = "unreachable"  # the role has neither contacts nor people nor a channel


class Gap(StrEnum):
    """What keeps a role from being more than a name."""

    PEOPLE = "people"  # no person is named
    CHANNEL = "channel"  # botops has no channel to tell it of something urgent


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A role that lacks something. `where` is the place to fill it in: a line of the team's file for people, the
    setting of its channels otherwise."""

    role: str
    gap: Gap
    where: str


@dataclass(frozen=True, slots=True)
class Owned:
    """A thing and the role that answers for it. `through` is the area whose role that is, where the thing names none of
    its own; `where` is the setting or file that says so."""

    thing: Thing
    name: str
    role: str
    where: str
    through: Area | None = None
    lack: Lack | None = None


@dataclass(frozen=True, slots=True)
class Matrix:
    """The roles, everything that has or should have an owner, the channels each role is told of something urgent
    through, and what roles lack to be reached."""

    roles: tuple[TeamRole, ...]
    things: tuple[Owned, ...]
    channels: Mapping[str, tuple[str, ...]]
    incomplete: tuple[Incomplete, ...] = ()

    @property
    def lacking(self) -> tuple[Owned, ...]:
        """The things nobody answers for."""
        return tuple(one for one in self.things if one.lack is not None)

    def without(self, gap: Gap) -> tuple[Incomplete, ...]:
        """The roles that lack one thing."""
        return tuple(one for one in self.incomplete if one.gap is gap)

    def of(self, role: str) -> tuple[Owned, ...]:
        """What a role answers for."""
        return tuple(one for one in self.things if one.role == role)

    def counts(self) -> Mapping[tuple[Thing, str], int]:
        """How many things of a kind a role answers for."""
        return Counter((one.thing, one.role) for one in self.things if one.lack in {None, Lack.UNREACHABLE})


def owners(container: Container) -> Matrix:
    """Everything that has or should have an owner now. Raises UserError when the team's file cannot be read,
    StoreError."""
    settings = container.settings
    roles = team_roles(settings)
    channels = {role.id: _channels(settings, role.id) for role in roles}
    told = {role.id for role in roles if role.contacts or role.people or channels[role.id]}
    known = {role.id for role in roles}
    found = (*_areas(settings), *_prompts(container), *_money(settings), *_kept(container), *_routes(settings))
    things = tuple(_judged(replace(one, role=_role_of(settings, one.role, known)), known, told) for one in found)
    return Matrix(roles, things, channels, tuple(_incomplete(settings, roles, channels)))


def _channels(settings: Settings, role: str) -> tuple[str, ...]:
    """How a role is told of something urgent; an Alertmanager, where there is one, is told of it alone."""
    alerts = settings.alerts
    return (ALERTMANAGER,) if alerts.alertmanager else alerts.channels_of(role, AlertSeverity.PAGE)


def _incomplete(
    settings: Settings, roles: tuple[TeamRole, ...], channels: Mapping[str, tuple[str, ...]]
) -> Iterator[Incomplete]:
    """What each role lacks. Contacts of the team's file are for people to read: no alert is sent to them."""
    lines, team = role_lines(settings), settings.paths.team
    for role in roles:
        if not role.people:
            yield Incomplete(role.id, Gap.PEOPLE, f"{team}:{lines[role.id]}")
        if not channels[role.id]:
            setting = f"routes.{role.id}.page" if settings.alerts.channels else "channels"
            yield Incomplete(role.id, Gap.CHANNEL, f"botops.yaml: alerts.{setting}")


def _judged(one: Owned, known: set[str], told: set[str]) -> Owned:
    lack = None
    if not one.role:
        lack = Lack.NOBODY
    elif one.role not in known:
        lack = Lack.UNKNOWN
    elif one.role not in told:
        lack = Lack.UNREACHABLE
    return replace(one, lack=lack)


def _role_of(settings: Settings, named: str, known: set[str]) -> str:
    """The role that is named, or that of the person who is."""
    return named if named in known else next(iter(sorted(roles_of(settings, named))), named)


def _areas(settings: Settings) -> Iterator[Owned]:
    team = str(settings.paths.team)
    for area in get_args(Area):
        yield Owned(Thing.AREA, area, responsible_for(settings, area) or "", f"{team}: responsible.{area}")


def _prompts(container: Container) -> Iterator[Owned]:
    """Prompts and the texts they share; an experiment is the prompt's, since it splits its versions."""
    settings, registry = container.settings, container.registry
    folder = settings.paths.prompts
    for row in prompt_rows(registry, settings, today(container), "ru"):
        place = f"{folder}/{row.name}: owner"
        yield Owned(Thing.PROMPT, row.name, row.owner, place)
        if row.split is not None:
            yield Owned(Thing.EXPERIMENT, row.split.partition(":")[0], row.owner, place)
    newest = {text.partial.name: text.partial for text in shared_texts(registry)}
    for partial in newest.values():
        yield Owned(Thing.SHARED_TEXT, partial.name, partial.spec.owner.strip(), f"{partial.file}: owner")


def _money(settings: Settings) -> Iterator[Owned]:
    data, service = responsible_for(settings, "data") or "", responsible_for(settings, "service") or ""
    approvers = settings.releases.of_pricebook().approvers
    for role in approvers:
        yield Owned(Thing.PRICE_BOOK, "", role, "botops.yaml: releases.pricebook.approvers")
    if not approvers:
        yield Owned(Thing.PRICE_BOOK, "", data, f"{settings.paths.team}: responsible.data", "data")
    for name in settings.budgets:
        yield Owned(Thing.BUDGET, name, service, f"{settings.paths.team}: responsible.service", "service")
    yield Owned(Thing.PROBES, "", service, f"{settings.paths.team}: responsible.service", "service")


def _kept(container: Container) -> Iterator[Owned]:
    """What the store names an owner of: exceptions in force and incidents that are not over."""
    day = today(container)
    for exception in container.store.reviews.exceptions():
        if exception.in_force(day):
            yield Owned(Thing.EXCEPTION, exception.wording, exception.owner, f"botops exceptions: {exception.id}")
    for incident in container.store.incidents.latest(under_way=True, most=_MOST_INCIDENTS):
        yield Owned(Thing.INCIDENT, incident.name, incident.owner, f"botops incident: {incident.name}")


def _routes(settings: Settings) -> Iterator[Owned]:
    for role, route in settings.alerts.routes.items():
        yield Owned(Thing.ROUTE, role, role, f"botops.yaml: alerts.routes.{role}")
        for step in route.escalate:
            yield Owned(Thing.ROUTE, f"{role} → {step.to}", step.to, f"botops.yaml: alerts.routes.{role}.escalate")
    for name, readers in (("daily", settings.digest.daily or ()), ("weekly", settings.digest.weekly)):
        for role in readers:
            yield Owned(Thing.DIGEST, name, role, f"botops.yaml: digest.{name}")
