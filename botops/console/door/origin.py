"""Whose page a request comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from botops.console import installation
from botops.domain.errors import BotopsError

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection


def from_here(connection: HTTPConnection) -> bool:
    """False for what a page of another address sends, another port of this host included: to a browser that is the
    same site, so it shows the cookies of who is signed in. A proxy's names are those of `server.hosts`."""
    origin = connection.headers.get("origin")
    if origin is None:  # no page at all, or one that only opens an address
        return True
    try:
        parts = urlsplit(origin)
        name = parts.hostname or ""
    except ValueError:  # no address, such as "http://["
        return False
    return bool(parts.netloc) and (parts.netloc == connection.headers.get("host") or name in _proxies())


def _proxies() -> frozenset[str]:
    try:
        return frozenset(host.lower() for host in installation.settings().server.hosts)
    except BotopsError:
        return frozenset()
