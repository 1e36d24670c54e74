"""Who is signed in, and tries to sign in that failed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from botops.domain.access import Actor
from botops.domain.releases import AuditEntry
from botops.store.access import Access
from botops.store.audit import audit_row
from botops.store.engine import upsert
from botops.store.people import Known, roles_of
from botops.store.people_tables import PERSON, SESSION, TRY
from botops.store.release_tables import AUDIT


class Sessions:
    """Every method is one transaction and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def actor(self, token_hash: str) -> Actor | None:
        """Whose session it is, with the roles of this moment; None when it never was, is over or was ended."""
        statement = (
            select(PERSON.c.name, PERSON.c.roles)
            .join(SESSION, SESSION.c.person == PERSON.c.id)
            .where(SESSION.c.hash == token_hash, SESSION.c.until > self._access.clock.now())
        )
        rows = self._access.rows("read a session", statement)
        return Actor(rows[0]["name"], roles_of(rows[0]["roles"])) if rows else None

    def begin(self, token_hash: str, seen: Known, until: datetime, entry: AuditEntry, name_hash: str) -> bool:
        """Keeps a session of a person as they were `seen` when the password was compared; forgets the failed tries
        under `name_hash`, and sessions that are over. False, and nothing is kept, when the person, their password or
        address was changed meanwhile."""
        now = self._access.clock.now()
        row = {"hash": token_hash, "person": seen.person.id, "at": now, "until": until}
        same = select(PERSON.c.password, PERSON.c.email).where(PERSON.c.id == seen.person.id)

        def work(connection: Connection) -> bool:
            kept = connection.execute(same).first()
            if kept is None or (kept.password, kept.email) != (seen.password, seen.person.email):
                return False
            connection.execute(delete(SESSION).where(SESSION.c.until <= now))
            connection.execute(delete(TRY).where(TRY.c.name == name_hash))
            connection.execute(insert(SESSION), row)
            connection.execute(insert(AUDIT), audit_row(self._access, entry))
            return True

        # Serial as every change of people is: a session begun beside such a change would outlive it.
        return self._access.write("begin a session", work, serial=True)

    def end(self, token_hash: str, entry: Callable[[str], AuditEntry]) -> bool:
        """Ends a session; the `entry` of its person's name goes into the audit log. False when there is none."""
        named = select(PERSON.c.name).join(SESSION, SESSION.c.person == PERSON.c.id)

        def work(connection: Connection) -> bool:
            name = connection.execute(named.where(SESSION.c.hash == token_hash)).scalar()
            if name is None:
                return False
            connection.execute(delete(SESSION).where(SESSION.c.hash == token_hash))
            connection.execute(insert(AUDIT), audit_row(self._access, entry(name)))
            return True

        return self._access.write("end a session", work)

    def count_try(
        self, name_hash: str, pause: Callable[[int], timedelta], forgotten_after: timedelta
    ) -> datetime | None:
        """Counts a try as failed before it is looked at, so that tries at the same moment cannot share one count. The
        moment of the next allowed one, and nothing is counted, when it is still to come; else None.

        `pause` tells from the number of failures in a row how long no other is looked at.
        """
        now = self._access.clock.now()

        def work(connection: Connection) -> datetime | None:
            connection.execute(delete(TRY).where(TRY.c.at < now - forgotten_after))
            known = connection.execute(select(TRY).where(TRY.c.name == name_hash)).mappings().first()
            if known is not None and known["next_at"] > now:
                next_at: datetime = known["next_at"]
                return next_at
            count = 1 if known is None else known["count"] + 1
            row = {"name": name_hash, "count": count, "at": now, "next_at": now + pause(count)}
            kept = upsert(connection.dialect.name, TRY).values(**row)
            del row["name"]
            connection.execute(kept.on_conflict_do_update(index_elements=[TRY.c.name], set_=row))
            return None

        return self._access.write("count a try to sign in", work, serial=True)

    def forgive(self, name_hash: str) -> None:
        """Forgets the failed tries under a name."""
        self._access.write(
            "forget failed tries", lambda connection: connection.execute(delete(TRY).where(TRY.c.name == name_hash))
        )
