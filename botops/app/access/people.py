"""Letting people in and out: who may sign in, with which roles. Every change ends the sessions of whom it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.app.access import tries
from botops.app.access.acting import actor, needs
from botops.app.access.passwords import hashed, matches
from botops.app.container import new_id
from botops.domain.access import AccessRole, Actor, Person, Right
from botops.domain.errors import ForbiddenError, NotFoundError, UserError
from botops.domain.people import key_of, line, person
from botops.domain.refusals import Refusal
from botops.domain.releases import AuditEntry, Deed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from botops.app.container import Container

_NOT_PEOPLE = frozenset({"botops", "watch", "service", "console", "sign-in"})
"""Names under which the product itself acts or refuses; rules have a colon in theirs, as `guardrail:flagged`."""
_MOST_EMAIL = 254
"""Characters of an e-mail address (RFC 5321)."""


def subject_of(name: str) -> str:
    """What the audit log calls a person."""
    return f"person:{name}"


def signed_in() -> Actor:
    """Who acts. Raises ForbiddenError when nobody has signed in, who else may do everything: letting people in is for
    who can reach the machine's files then, not for everybody who can reach its ports."""
    who = actor()
    if who is None:
        raise ForbiddenError("nobody has to sign in here yet: use `botops user` on this machine")
    return who


@needs(Right.ADMINISTER)
def listed(container: Container) -> tuple[Person, ...]:
    """Everybody who may sign in, by name. Raises StoreError."""
    return container.store.people.listed()


@needs(Right.ADMINISTER)
def add(
    container: Container,
    name: str,
    roles: Iterable[AccessRole],
    *,
    by: str,
    email: str | None = None,
    password: str | None = None,
) -> Person:
    """Lets somebody in: with a password, by the company's sign-in under an e-mail address, or both.

    Raises UserError (nothing to sign in with, a password too easy to guess, the first person is no admin),
    ConflictError (the name or the address is taken), StoreError.
    """
    name, given = _free_name(name), _roles(roles)
    address = None if email is None else _address(email)
    if password is None and address is None:
        raise UserError(f"{name} has nothing to sign in with: give a password or an e-mail address").told_as(
            Refusal.NO_WAY_IN
        )
    kept = None if password is None else hashed(password, name)
    made = Person(new_id(), name, address, given, kept is not None, container.clock.now())
    container.store.people.add(made, kept, _entry(container, Deed.PERSON_ADD, name, by, f"let in as {_list(given)}"))
    return made


@needs(Right.ADMINISTER)
def set_roles(container: Container, name: str, roles: Iterable[AccessRole], *, by: str) -> Person:
    """Gives somebody other roles than before. Raises NotFoundError, UserError (no admin would be left), StoreError."""
    known, given = _known(container, name), _roles(roles)
    reason = f"{_list(known.roles)} before, {_list(given)} now"
    container.store.people.change(
        known.name, _entry(container, Deed.PERSON_CHANGE, known.name, by, reason), roles=given
    )
    return _known(container, name)


@needs(Right.ADMINISTER)
def set_password(container: Container, name: str, password: str, *, by: str) -> None:
    """Gives somebody another password, and lets them try again at once. Raises NotFoundError, UserError (too easy to
    guess), StoreError."""
    known = _known(container, name)
    entry = _entry(container, Deed.PERSON_CHANGE, known.name, by, "given another password")
    container.store.people.change(known.name, entry, password=hashed(password, known.name))
    container.store.sessions.forgive(tries.by_name(known.name))


@needs(Right.ADMINISTER)
def set_email(container: Container, name: str, email: str, *, by: str) -> Person:
    """Gives somebody another address to come in under by the company's sign-in. Raises NotFoundError, ConflictError
    (it is another's), UserError, StoreError."""
    known, address = _known(container, name), _address(email)
    reason = f"{known.email or 'no address'} before, {address} now"
    container.store.people.change(
        known.name, _entry(container, Deed.PERSON_CHANGE, known.name, by, reason), email=address
    )
    return _known(container, name)


@needs(Right.READ)
def change_password(container: Container, old: str, new: str, *, by: str) -> None:
    """Somebody gives themselves another password; they are signed out everywhere. Raises ForbiddenError when `old` is
    wrong, UserError (too easy to guess, the company's sign-in keeps it), StoreError."""
    known = container.store.people.named(by)
    if known is None or known.password is None:
        raise UserError("no password is kept here: the company's sign-in is where it is changed")
    tries.count(container, tries.by_session(by))
    if not matches(old, known.password):
        raise ForbiddenError("the password of now is wrong: nothing was changed")
    entry = _entry(container, Deed.PERSON_CHANGE, by, by, "chose another password")
    container.store.people.change(by, entry, password=hashed(new, by))
    for counted in (tries.by_name(by), tries.by_session(by)):
        container.store.sessions.forgive(counted)


@needs(Right.ADMINISTER)
def remove(container: Container, name: str, *, by: str) -> None:
    """Lets somebody in no more; what they did stays in the audit log. Raises NotFoundError, UserError (no admin would
    be left), StoreError."""
    known = _known(container, name)
    container.store.people.remove(
        known.name, _entry(container, Deed.PERSON_REMOVE, known.name, by, f"was {_list(known.roles)}")
    )


def _known(container: Container, name: str) -> Person:
    found = container.store.people.named(name)
    if found is None:
        raise NotFoundError(f"there is no person {name!r}: botops user list shows who is there")
    return found.person


def _free_name(name: str) -> str:
    """A name as it is kept. Raises UserError for one under which botops itself stands in the audit log."""
    tidy = person(name)
    if ":" in tidy or key_of(tidy) in _NOT_PEOPLE:
        raise UserError(f"{tidy!r} stands for botops itself in the audit log: choose a person's name")
    return tidy


def _roles(roles: Iterable[AccessRole]) -> frozenset[AccessRole]:
    given = frozenset(roles)
    if not given:
        raise UserError(f"a role is missing: choose of {', '.join(AccessRole)}")
    return given


def _address(email: str) -> str:
    address = line(email, "the e-mail address")
    if not address or " " in address or len(address) > _MOST_EMAIL:
        raise UserError(f"{email!r} is no e-mail address")
    return address.casefold()


def _list(roles: Iterable[AccessRole]) -> str:
    return ", ".join(sorted(roles)) or "no role"


def _entry(container: Container, deed: Deed, name: str, by: str, reason: str) -> AuditEntry:
    return AuditEntry(new_id(), container.clock.now(), person(by), deed, subject_of(name), reason)
