"""Passwords: what one must be, and its hash (Argon2id with the parameters of RFC 9106 for little memory)."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from botops.domain.errors import UserError
from botops.domain.people import key_of
from botops.domain.refusals import Refusal

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LEAST = 12
MOST = 200
"""Characters of a password: more would let anybody keep the machine busy with hashing."""
_LEAST_DIFFERENT = 5
_LEAST_NAME = 4
"""Characters from which on a name in a password is no chance."""


def hashed(password: str, name: str) -> str:
    """The hash of a new password of the person `name`, salted. Raises UserError when it is too easy to guess."""
    if not LEAST <= len(password) <= MOST:
        raise UserError(
            f"the password has {len(password)} characters: choose one of {LEAST} to {MOST}, such as a few words"
        ).told_as(Refusal.WRONG_LENGTH, least=str(LEAST), most=str(MOST))
    if len(set(password.casefold())) < _LEAST_DIFFERENT:
        raise UserError(f"the password has fewer than {_LEAST_DIFFERENT} different characters: choose another").told_as(
            Refusal.EASY_TO_GUESS
        )
    if len(key_of(name)) >= _LEAST_NAME and key_of(name) in key_of(password):
        raise UserError("the password holds the person's name: choose another").told_as(Refusal.EASY_TO_GUESS)
    return _hasher().hash(_normal(password))


def matches(password: str, kept: str | None) -> bool:
    """True when the hash `kept` is that of the password. Takes as long where there is none, so that the time tells
    nobody who is known here."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        same = _hasher().verify(kept or _nobodys(), _normal(password[:MOST]))
    except (VerificationError, InvalidHashError):
        return False
    return same and kept is not None and len(password) <= MOST


def _normal(password: str) -> str:
    """One form of what different keyboards make of the same signs (NIST SP 800-63B, 3.1.1.2). Lone surrogates, which no
    encoding can carry, are escaped."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "backslashreplace").decode()


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher().hash("nobody has this password")
