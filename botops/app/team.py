"""Who is in which role, by the team's file.

roles:
  head_of_sales:
    title: {ru: Руководитель продаж}
    people: [Айгерим Сапарова]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.config import read
from botops.domain.errors import NotFoundError, UserError
from botops.domain.people import same_person

if TYPE_CHECKING:
    from botops.config import Settings


def roles_of(settings: Settings, name: str) -> frozenset[str]:
    """The roles of a person: those that list the name under `people`, and the role whose own id is given as a name.

    Raises UserError when the team's file cannot be read.
    """
    try:
        data = read(settings.path("team")).data
    except NotFoundError:
        return frozenset()
    roles = data.get("roles") if isinstance(data, dict) else None
    if not isinstance(roles, dict):
        return frozenset()
    return frozenset(
        str(role)
        for role, about in roles.items()
        if any(same_person(name, one) for one in (str(role), *_people(about)))
    )


def refuse_outsider(settings: Settings, name: str, roles: tuple[str, ...]) -> None:
    """Raises UserError when a person has none of the roles that may approve."""
    if roles and not roles_of(settings, name) & set(roles):
        raise UserError(
            f"{name} may not approve this: releases.approvers in botops.yaml wants {' or '.join(roles)}; "
            f"list the name under `people` of that role in {settings.paths.team}"
        )


def _people(role: object) -> tuple[str, ...]:
    people = role.get("people") if isinstance(role, dict) else None
    return tuple(one for one in people if isinstance(one, str)) if isinstance(people, list) else ()
