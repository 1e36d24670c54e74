"""The API as the console asks it: in the name of who is signed in, of nobody, or of the console's own process."""

from __future__ import annotations

import os
from contextlib import suppress

from botops.app.api_client import ApiClient
from botops.app.supervise import API_VARIABLE
from botops.config import Secrets
from botops.console import installation, signed
from botops.domain.errors import BotopsError


def client() -> ApiClient:
    """In the name of who is in front of the page."""
    return in_name_of(signed.token())


def headers() -> dict[str, str]:
    """What a request in the name of who is in front of the page carries; nothing where nobody has signed in."""
    return _bearer(signed.token())


def anonymous() -> ApiClient:
    """In nobody's name, to sign in."""
    return ApiClient(address())


def of_console() -> ApiClient:
    """In the name of the console's process: says who signed in at the company's."""
    return in_name_of(Secrets.from_environ(os.environ).console_key or "")


def end_quietly(before: str) -> None:
    """Ends a session that another took the place of; one that cannot be ended now is over by itself in time."""
    with suppress(BotopsError):
        in_name_of(before).post("/v1/sign-out", {})


def address() -> str:
    """Where the API is: as the supervisor says, else as the settings do."""
    server = installation.settings().server
    return os.environ.get(API_VARIABLE) or f"http://{server.host}:{server.port}"


def in_name_of(shown: str) -> ApiClient:
    """In the name of whose session has the token `shown`; of nobody without one."""
    return ApiClient(address(), headers=_bearer(shown))


def _bearer(shown: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {shown}"} if shown else {}
