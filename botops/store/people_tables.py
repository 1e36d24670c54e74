"""The tables of sign-in: people, their sessions, and tries that failed. See `tables` for the house rules."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger
from sqlmodel import Field

from botops.store.tables import METADATA, StoreTable


class PersonRow(StoreTable, table=True):
    """Somebody who may sign in. `key` is what the name is compared by; `email` is kept in lower case."""

    __tablename__ = "person"

    id: str = Field(primary_key=True)
    name: str
    key: str = Field(unique=True)
    email: str | None = Field(default=None, unique=True)
    roles: list[str] = Field(sa_type=JSON)
    password: str | None = None
    since: datetime


class SessionRow(StoreTable, table=True):
    """Somebody who is signed in. `hash` is the SHA-256 of the token, which stands nowhere here."""

    __tablename__ = "session"

    hash: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id", index=True)
    at: datetime
    until: datetime = Field(index=True)


class TryRow(StoreTable, table=True):
    """Tries to sign in under one name that have not succeeded since. `name` is a SHA-256: people type passwords into
    the wrong field."""

    __tablename__ = "sign_in_try"

    name: str = Field(primary_key=True)
    count: int = Field(sa_type=BigInteger)
    at: datetime = Field(index=True)
    next_at: datetime


PERSON = METADATA.tables["person"]
SESSION = METADATA.tables["session"]
TRY = METADATA.tables["sign_in_try"]
