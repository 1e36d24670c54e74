"""Who is in which role, by the team's file.

roles:
  head_of_sales:
    title: {ru: Руководитель продаж}
    people: [Айгерим Сапарова]
responsible:
  replies: sales_enablement
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from botops.config import read
from botops.domain.errors import NotFoundError, UserError
from botops.domain.people import same_person

if TYPE_CHECKING:
    from botops.config import Settings

Area = Literal["replies", "data", "service"]
"""What can go wrong: the bot says wrong things, price book and other data disagree, it does not answer."""


def roles_of(settings: Settings, name: str) -> frozenset[str]:
    """The roles of a person: those that list the name under `people`, and the role whose own id is given as a name.

    Raises UserError when the team's file cannot be read.
    """
    named = {role: (role, *_people(about)) for role, about in _roles(settings).items()}
    return frozenset(role for role, names in named.items() if any(same_person(name, one) for one in names))


def role_ids(settings: Settings) -> frozenset[str]:
    """Every role of the team's file. Raises UserError when it cannot be read."""
    return frozenset(_roles(settings))


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
        )


def _roles(settings: Settings) -> dict[str, object]:
    roles = _team(settings).get("roles")
    return {str(role): about for role, about in roles.items()} if isinstance(roles, dict) else {}


def _team(settings: Settings) -> dict[str, object]:
    try:
        data = read(settings.path("team")).data
    except NotFoundError:
        return {}
    return data if isinstance(data, dict) else {}


def _people(role: object) -> tuple[str, ...]:
    people = role.get("people") if isinstance(role, dict) else None
    return tuple(one for one in people if isinstance(one, str)) if isinstance(people, list) else ()
