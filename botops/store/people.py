"""People who may sign in. There is never nobody who can let others in: the last admin cannot go."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from botops.domain.access import AccessRole, Person
from botops.domain.errors import ConflictError, NotFoundError, UserError
from botops.domain.people import key_of
from botops.domain.refusals import Refusal
from botops.domain.releases import AuditEntry
from botops.store.access import Access, Row
from botops.store.audit import audit_row
from botops.store.people_tables import PERSON, SESSION
from botops.store.release_tables import AUDIT


@dataclass(frozen=True, slots=True)
class Known:
    """A person, and the hash their password is compared with; None for one who was only invited."""

    person: Person
    password: str | None


class People:
    """Every method is one transaction and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def listed(self) -> tuple[Person, ...]:
        """Everybody, by name."""
        rows = self._access.rows("read the people", select(PERSON).order_by(PERSON.c.key))
        return tuple(known_of(row).person for row in rows)

    def named(self, name: str) -> Known | None:
        """The person of a name, however it is spelt."""
        return self._one(PERSON.c.key == key_of(name))

    def of_email(self, email: str) -> Known | None:
        """The person of an e-mail address."""
        return self._one(PERSON.c.email == email.casefold())

    def add(self, person: Person, password: str | None, entry: AuditEntry) -> None:
        """Keeps a new person, and `entry` in the audit log. Raises ConflictError when the name or the address is taken,
        UserError when it is the first one and no admin."""
        row = {
            "id": person.id, "name": person.name, "key": key_of(person.name), "roles": sorted(person.roles),
            "email": None if person.email is None else person.email.casefold(), "password": password,
            "since": person.since,
        }  # fmt: skip

        def work(connection: Connection) -> None:
            taken = PERSON.c.key == row["key"]
            if row["email"] is not None:
                taken |= PERSON.c.email == row["email"]
            _require_free(connection, taken)
            connection.execute(insert(PERSON), row)
            _require_admin(connection, "the first person must be an admin, who lets the others in: --role admin")
            connection.execute(insert(AUDIT), audit_row(self._access, entry))

        self._access.write("keep a person", work, serial=True)

    def change(self, name: str, entry: AuditEntry, *, roles: Collection[AccessRole] | None = None,
               password: str | None = None, email: str | None = None) -> None:  # fmt: skip
        """Gives a person other roles, another password or address and ends their sessions; `entry` goes into the audit
        log. Raises NotFoundError, ConflictError when the address is another's, UserError when no admin would be left.
        """
        values: dict[str, Any] = {}
        if roles is not None:
            values["roles"] = sorted(roles)
        if password is not None:
            values["password"] = password
        if email is not None:
            values["email"] = email.casefold()

        def work(connection: Connection) -> None:
            found = _id_of(connection, name)
            if email is not None:
                _require_free(connection, (PERSON.c.email == values["email"]) & (PERSON.c.id != found))
            connection.execute(update(PERSON).where(PERSON.c.id == found).values(**values))
            connection.execute(delete(SESSION).where(SESSION.c.person == found))
            _require_admin(connection, f"{name} is the only admin: make somebody else one first")
            connection.execute(insert(AUDIT), audit_row(self._access, entry))

        self._access.write("change a person", work, serial=True)

    def remove(self, name: str, entry: AuditEntry) -> None:
        """Removes a person and ends their sessions; `entry` goes into the audit log. Raises NotFoundError, UserError
        when no admin would be left."""

        def work(connection: Connection) -> None:
            found = _id_of(connection, name)
            connection.execute(delete(SESSION).where(SESSION.c.person == found))
            connection.execute(delete(PERSON).where(PERSON.c.id == found))
            _require_admin(connection, f"{name} is the only admin: make somebody else one first")
            connection.execute(insert(AUDIT), audit_row(self._access, entry))

        self._access.write("remove a person", work, serial=True)

    def _one(self, condition: ColumnElement[bool]) -> Known | None:
        rows = self._access.rows("read a person", select(PERSON).where(condition))
        return known_of(rows[0]) if rows else None


def roles_of(names: Collection[str]) -> frozenset[AccessRole]:
    """Roles as kept. One that this version does not know gives no right."""
    return frozenset(role for role in AccessRole if role.value in names)


def known_of(row: Row | Mapping[str, Any]) -> Known:
    """A row as a person."""
    person = Person(
        row["id"], row["name"], row["email"], roles_of(row["roles"]), row["password"] is not None, row["since"]
    )
    return Known(person, row["password"])


def _id_of(connection: Connection, name: str) -> str:
    found: str | None = connection.execute(select(PERSON.c.id).where(PERSON.c.key == key_of(name))).scalar()
    if found is None:
        raise NotFoundError(f"there is no person {name!r}: botops user list shows who is there")
    return found


def _require_free(connection: Connection, taken: ColumnElement[bool]) -> None:
    """Raises ConflictError when there is such a person."""
    if (other := connection.execute(select(PERSON.c.name).where(taken)).scalar()) is not None:
        raise ConflictError(
            f"{other} is there already: choose another name, and an e-mail address of their own"
        ).told_as(Refusal.NAME_TAKEN)


def _require_admin(connection: Connection, problem: str) -> None:
    """Raises UserError, and with it the transaction is undone, when nobody is an admin."""
    everybody = connection.execute(select(PERSON.c.roles)).scalars().all()
    if not any(AccessRole.ADMIN in roles_of(roles) for roles in everybody):
        raise UserError(problem).told_as(Refusal.LAST_ADMIN)
