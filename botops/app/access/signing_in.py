"""Signing in and out. A session is a random token: the browser has it, the store only its hash."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from botops.app.access import tries
from botops.app.access.passwords import matches
from botops.app.access.people import subject_of
from botops.app.access.refusing import ACCESS
from botops.app.container import new_id
from botops.domain.access import Session
from botops.domain.errors import SignInError, UserError
from botops.domain.releases import AuditEntry, Deed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botops.app.container import Container
    from botops.config.sign_in import SignIn
    from botops.domain.access import Actor
    from botops.store.people import Known

DOOR = "sign-in"
"""By whom refusals are written into the audit log: who was refused is not known."""
_NOTED_EVERY = timedelta(minutes=10)
_WRONG = "the name or the password is wrong"
_TOKEN_BYTES = 32


def sign_in(container: Container, name: str, password: str, device: str = "") -> Session:
    """Begins a session of a person by their password.

    Wrong ones slow the next tries under the name down, see `tries`; that holds for names nobody has as well. `device`
    is the mark that an earlier session gave the browser, whose tries are counted apart.

    Raises SignInError (wrong, or too soon after others), UserError (nobody signs in so here), StoreError.
    """
    if container.settings.sign_in.method != "local":
        raise UserError(_other_way(container.settings.sign_in))
    known = container.store.people.named(name)
    counted = tries.by_device(name, known, device)
    tries.count(container, counted)
    if not matches(password, known.password if known else None):
        _refuse(container, known, "wrong password")
        raise SignInError(_WRONG)
    assert known is not None
    session = _begin(container, known, counted, "by password", tries.mark(known))
    if session is None:
        raise SignInError(_WRONG)
    return session


def sign_in_verified(container: Container, claims: Mapping[str, object]) -> Session:
    """Begins a session of a person by what the company's sign-in said of them, which the caller has verified.

    Raises SignInError (nobody was invited under that address, or the provider has not verified it), UserError (nobody
    signs in so here), StoreError.
    """
    settings = container.settings.sign_in
    if settings.method != "oidc" or settings.oidc is None:
        raise UserError(_other_way(settings))
    said = claims.get(settings.oidc.claim)
    if not isinstance(said, str) or not said.strip():
        raise SignInError(f"the company's sign-in does not say `{settings.oidc.claim}` of you: an admin can mend that")
    if settings.oidc.claim == "email" and claims.get("email_verified", True) not in (True, "true"):
        raise SignInError(f"the company's sign-in has not verified that {said} is yours: do that there first")
    known = container.store.people.of_email(said.strip())
    session = None if known is None else _begin(container, known, tries.by_name(known.person.name), "by the company's")
    if session is None:
        _refuse(container, known, "not invited")
        raise SignInError(f"{said} was not invited here: ask an admin to add you with this address")
    return session


def session_of(container: Container, token: str) -> Actor | None:
    """Whose token it is; None when it never was one, its session is over or was ended. Raises StoreError."""
    return container.store.sessions.actor(_hash(token)) if token else None


def sign_out(container: Container, token: str) -> None:
    """Ends the session of a token; nothing where there is none. Raises StoreError."""
    container.store.sessions.end(
        _hash(token), lambda name: _entry(container, Deed.SIGN_OUT, subject_of(name), name, "signed out")
    )


def _begin(container: Container, known: Known, counted: str, how: str, device: str = "") -> Session | None:
    name = known.person.name
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    until = container.clock.now() + timedelta(hours=container.settings.sign_in.session_hours)
    entry = _entry(container, Deed.SIGN_IN, subject_of(name), name, f"signed in {how}")
    if not container.store.sessions.begin(_hash(token), known, until, entry, counted):
        return None
    actor = session_of(container, token)
    return None if actor is None else Session(token, actor, until, device)


def _refuse(container: Container, known: Known | None, reason: str) -> None:
    """Writes a refusal into the audit log. The name nobody has stays out of it, for it may be a password typed into the
    wrong field; such tries are noted now and then, or whoever makes many would fill the log."""
    audit, now = container.store.audit, container.clock.now()
    if known is not None:
        audit.add(_entry(container, Deed.REFUSE, subject_of(known.person.name), DOOR, reason))
        return
    last = [entry for entry in audit.entries(ACCESS, most=20) if entry.by == DOOR]
    if not last or last[0].at < now - _NOTED_EVERY:
        audit.add(_entry(container, Deed.REFUSE, ACCESS, DOOR, "no such person"))


def _entry(container: Container, deed: Deed, subject: str, by: str, reason: str) -> AuditEntry:
    return AuditEntry(new_id(), container.clock.now(), by, deed, subject, reason)


def _other_way(settings: SignIn) -> str:
    ways = {
        "none": "nobody has to sign in here: sign_in.method of botops.yaml is none",
        "local": "people sign in with a name and a password here",
        "oidc": "people sign in with the company's sign-in here",
    }
    return ways[settings.method]


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
