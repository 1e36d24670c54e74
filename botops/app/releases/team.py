"""Who is in which role, by the team's file.

roles:
  head_of_sales:
    title: {ru: Руководитель продаж}
    people: [Айгерим Сапарова]
responsible:
  replies: sales_enablement
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botops.config import read
from botops.domain.errors import NotFoundError, UserError
from botops.domain.people import same_person
from botops.domain.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botops.config import Settings
    from botops.domain.alerts import Area
    from botops.domain.messages import Language

_LANGUAGES: tuple[Language, ...] = ("ru", "kk", "en")


@dataclass(frozen=True, slots=True)
class TeamRole:
    """A role as the team's file has it: what it does, when, and how it is reached (`contacts` by way: email, phone)."""

    id: str
    duties: tuple[str, ...] = ()
    hours: str = ""
    contacts: Mapping[str, str] = field(default_factory=dict)
    people: tuple[str, ...] = ()


def team_roles(settings: Settings) -> tuple[TeamRole, ...]:
    """The roles in the order of the team's file; what cannot be understood of one is left out. Raises UserError when
    the file cannot be read."""
    return tuple(_role(name, about) for name, about in _roles(settings).items())


def _role(name: str, about: object) -> TeamRole:
    said = about if isinstance(about, dict) else {}
    contacts = said.get("contacts")
    ways = contacts.items() if isinstance(contacts, dict) else ()
    reached = {str(way): str(to) for way, to in ways if isinstance(to, str | int) and str(to).strip()}
    return TeamRole(name, _texts(said, "duties"), str(said.get("hours") or ""), reached, _texts(said, "people"))


def role_lines(settings: Settings) -> dict[str, int]:
    """The line of the team's file each role begins on, by role. Raises UserError when it cannot be read."""
    try:
        document = read(settings.path("team"))
    except NotFoundError:
        return {}
    return {role: document.position(("roles", role), of="key")[0] for role in _roles(settings)}


def roles_of(settings: Settings, name: str) -> frozenset[str]:
    """The roles of a person: those that list the name under `people`, and the role whose own id is given as a name.

    Raises UserError when the team's file cannot be read.
    """
    named = {role: (role, *_texts(about, "people")) for role, about in _roles(settings).items()}
    return frozenset(role for role, names in named.items() if any(same_person(name, one) for one in names))


def role_ids(settings: Settings) -> frozenset[str]:
    """Every role of the team's file. Raises UserError when it cannot be read."""
    return frozenset(_roles(settings))


def role_titles(settings: Settings) -> dict[str, dict[Language, str]]:
    """What roles are called, by role and language, where the team's file says so. Raises UserError when it cannot be
    read."""
    found: dict[str, dict[Language, str]] = {}
    for role, about in _roles(settings).items():
        titles = about.get("title") if isinstance(about, dict) else None
        if isinstance(titles, dict):
            found[role] = {one: titles[one] for one in _LANGUAGES if isinstance(titles.get(one), str)}
    return found


def responsible_for(settings: Settings, area: Area) -> str | None:
    """The role that answers for an area, as `responsible` of the team's file has it; None when nobody does.

    Raises UserError when the file cannot be read.
    """
    found = _team(settings).get("responsible")
    role = found.get(area) if isinstance(found, dict) else None
    return role if isinstance(role, str) else None


def refuse_outsider(settings: Settings, name: str, roles: tuple[str, ...]) -> None:
    """Raises UserError when a person has none of the roles that may approve."""
    if roles and not roles_of(settings, name) & set(roles):
        raise UserError(
            f"{name} may not approve this: releases.approvers in botops.yaml wants {' or '.join(roles)}; "
            f"list the name under `people` of that role in {settings.paths.team}"
        ).told_as(Refusal.NOT_AN_APPROVER)


def _roles(settings: Settings) -> dict[str, object]:
    roles = _team(settings).get("roles")
    return {str(role): about for role, about in roles.items()} if isinstance(roles, dict) else {}


def _team(settings: Settings) -> dict[str, object]:
    try:
        data = read(settings.path("team")).data
    except NotFoundError:
        return {}
    return data if isinstance(data, dict) else {}


def _texts(role: object, name: str) -> tuple[str, ...]:
    listed = role.get(name) if isinstance(role, dict) else None
    return tuple(one for one in listed if isinstance(one, str)) if isinstance(listed, list) else ()
