"""How guessing passwords is slowed down without locking their owners out.

Tries are counted by name, wherever they come from: the address of a visitor is not known behind a proxy, and whoever
guesses may have many. A browser that somebody signed in with before has a mark of its own, and its tries under that
name are counted apart: guesses of others do not hold it up ("device cookies" of OWASP).
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from hashlib import sha256
from math import ceil
from typing import TYPE_CHECKING

from botops.domain.errors import SignInError
from botops.domain.people import key_of
from botops.domain.refusals import Refusal

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.store.people import Known

_FREE = 2
_LOCKED_AFTER = 10
_LOCKED_FOR = timedelta(minutes=15)
_FORGOTTEN_AFTER = timedelta(hours=1)
_NONCE_BYTES = 16


def by_name(name: str) -> str:
    """What tries under a name are counted by that come from where nobody signed in with it."""
    return _hash(key_of(name))


def by_device(name: str, known: Known | None, device: str) -> str:
    """What tries under a name are counted by that come with the mark of a browser; `by_name` for a mark that is not
    this person's, or was given before their password was changed."""
    nonce, _, _ = device.partition(".")
    genuine = known is not None and known.password is not None and hmac.compare_digest(
        device.encode(errors="backslashreplace"), _signed(nonce, known.password).encode(errors="backslashreplace")
    )  # fmt: skip
    return _hash(f"{key_of(name)}\ndevice {nonce}") if genuine else by_name(name)


def by_session(name: str) -> str:
    """What tries of who is signed in are counted by, to say their own password again."""
    return _hash(f"{key_of(name)}\nsession")


def mark(known: Known) -> str:
    """A new mark for the browser a person has signed in with; empty for who has no password. Signed with the hash of
    the password, which leaves the store for nobody and holds random bits: another password makes all marks void."""
    return "" if known.password is None else _signed(secrets.token_urlsafe(_NONCE_BYTES), known.password)


def count(container: Container, tries: str) -> None:
    """Counts a try as failed until it is forgiven. After a third wrong one in a row the next is looked at only after 2
    seconds, then 4, 8 …; after ten, after 15 minutes. Raises SignInError when it comes too soon, StoreError."""
    next_at = container.store.sessions.count_try(tries, _pause, _FORGOTTEN_AFTER)
    if next_at is not None:
        wait = max(1, ceil((next_at - container.clock.now()).total_seconds()))
        raise SignInError(f"too many wrong tries: the next one is looked at in {wait} s", wait).told_as(
            Refusal.TOO_MANY_TRIES, n=str(wait)
        )


def _pause(failures: int) -> timedelta:
    if failures <= _FREE:
        return timedelta()
    return _LOCKED_FOR if failures >= _LOCKED_AFTER else timedelta(seconds=2 ** (failures - _FREE))


def _signed(nonce: str, password_hash: str) -> str:
    seal = hmac.new(password_hash.encode(), f"device {nonce}".encode(errors="backslashreplace"), sha256).hexdigest()
    return f"{nonce}.{seal}"


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
