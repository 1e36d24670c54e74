"""The session a browser shows: a token in a cookie that no script of a page can read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from botops.app.access.signing_in import session_of
from botops.console import installation
from botops.console.door.addresses import SIGN_IN
from botops.console.signed import cookie, device_cookie
from botops.domain.errors import BotopsError, StoreError

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection
    from starlette.responses import Response

    from botops.domain.access import Actor

_PATH = "/"
_DEVICE_S = 180 * 24 * 3600
"""For as long a browser is known after somebody signed in with it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands at the door: `method` is how people sign in here, `actor` who did; None is nobody."""

    method: Literal["none", "local", "oidc"]
    actor: Actor | None = None

    @property
    def open(self) -> bool:
        """True for who may come in."""
        return self.method == "none" or self.actor is not None


def shown(connection: HTTPConnection) -> str:
    """The token that a browser shows; empty without one."""
    return connection.cookies.get(cookie(connection.headers), "")


def standing(connection: HTTPConnection) -> Standing | None:
    """How the bearer of the connection's token stands; None while the installation cannot be read, when nothing can be
    shown either: the pages read it themselves and ask for the session again. Reads the store."""
    try:
        method = installation.settings().sign_in.method
        if method == "none":
            return Standing(method)
        return Standing(method, session_of(installation.opened(), shown(connection)))
    except StoreError:
        return Standing(method)
    except BotopsError:
        return None


def keep(response: Response, connection: HTTPConnection, token: str, until: datetime) -> None:
    """Gives the token to the browser, for as long as the session lasts."""
    seconds = max(0, int((until - datetime.now(UTC)).total_seconds()))
    # "Lax": a link from a letter must find who is signed in; posts of other sites come without the cookie.
    response.set_cookie(
        cookie(connection.headers), token, max_age=seconds, path=_PATH, httponly=True, samesite="lax",
        secure=_encrypted(connection),
    )  # fmt: skip


def device(connection: HTTPConnection) -> str:
    """The mark of a browser that somebody signed in with before; empty without one."""
    return connection.cookies.get(device_cookie(connection.headers), "")


def keep_device(response: Response, connection: HTTPConnection, mark: str) -> None:
    """Gives a browser the mark by which it is known at its next sign-in, and shows nowhere else."""
    response.set_cookie(
        device_cookie(connection.headers), mark, max_age=_DEVICE_S, path=SIGN_IN, httponly=True, samesite="strict",
        secure=_encrypted(connection),
    )  # fmt: skip


def forget(response: Response, connection: HTTPConnection) -> None:
    """Takes the token from the browser."""
    response.delete_cookie(cookie(connection.headers), path=_PATH, httponly=True, samesite="lax")


def _encrypted(connection: HTTPConnection) -> bool:
    return connection.url.scheme in {"https", "wss"}
