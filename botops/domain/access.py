"""Who may do what: rights, the roles that hold them, and the person who acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Right(StrEnum):
    """What a deed asks of the person who does it."""

    READ = "read"
    """See dialogues, figures, prompts, prices."""
    EDIT = "edit"
    """Write drafts, review replies, make cases, run evaluations, propose releases and price books."""
    APPROVE = "approve"
    """Let a proposal become what clients get: publish, roll back, start, promote and end an experiment, let a wording
    pass the check."""
    OPERATE = "operate"
    """Keep it running: kill switch, alerts, incidents, budgets, hand-offs, probes."""
    ADMINISTER = "administer"
    """Let people in and out, erase, restore."""
    SERVE = "serve"
    """Talk with the bot as a client does; hand in dialogues, outcomes and ratings."""


class AccessRole(StrEnum):
    """What a person of an installation is let do. Not a role of `team.yaml`: that says who answers for what."""

    VIEWER = "viewer"
    EDITOR = "editor"
    APPROVER = "approver"
    OPERATOR = "operator"
    ADMIN = "admin"


RIGHTS: Mapping[AccessRole, frozenset[Right]] = {
    AccessRole.VIEWER: frozenset({Right.READ}),
    AccessRole.EDITOR: frozenset({Right.READ, Right.SERVE, Right.EDIT}),
    AccessRole.APPROVER: frozenset({Right.READ, Right.SERVE, Right.EDIT, Right.APPROVE}),
    AccessRole.OPERATOR: frozenset({Right.READ, Right.SERVE, Right.OPERATE}),
    AccessRole.ADMIN: frozenset(Right),
}
"""The rights of each role. A person of several roles has the rights of all."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who a deed is done by. `name` is what stands in the audit log.

    A person has roles. A program with a key has none: `also` are the rights the key stands for.
    """

    name: str
    roles: frozenset[AccessRole]
    also: frozenset[Right] = frozenset()

    def may(self, right: Right) -> bool:
        """True when the right is held, by a role or by a key."""
        return right in self.also or any(right in RIGHTS[role] for role in self.roles)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in.

    `name` is unique and stands in the audit log; `email` is what a company's sign-in tells them by. `has_password` is
    false for who was only invited, and signs in nowhere but there.
    """

    id: str
    name: str
    email: str | None
    roles: frozenset[AccessRole]
    has_password: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """Who has signed in, until when. `token` is known to the browser alone: the store keeps its hash. So is `device`,
    the mark by which the browser is known at the next sign-in; empty without a password."""

    token: str = field(repr=False)
    actor: Actor
    until: datetime
    device: str = field(default="", repr=False)
