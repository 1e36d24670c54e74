"""What the doctor says of sign-in: whether anybody can, and who could who should not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from botops.app.checkup import Check
from botops.app.clock import SystemClock
from botops.app.place import database_url, store_exists
from botops.config import Secrets
from botops.domain.access import AccessRole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botops.config import Settings
    from botops.domain.access import Person

_FIRST = "botops user add NAME --role admin"


def sign_in(settings: Settings) -> Iterator[Check]:
    """Whether people can sign in where they must, and whether what they send is safe on its way."""
    here = settings.server.local
    if not settings.sign_in.on:
        if here:
            yield Check("sign-in", "ok", "nobody has to: only this machine reaches botops")
        else:
            yield Check(
                "sign-in", "error", f"{settings.server.host} can be reached by others and nobody has to sign in",
                f"sign_in: {{method: local}}, then {_FIRST}",
            )  # fmt: skip
        return
    secrets, method = Secrets.from_environ(os.environ), settings.sign_in.method
    able = [one for one in _people(settings, secrets) if one.has_password or method != "local"]
    able = [one for one in able if one.email is not None or method != "oidc"]
    if not any(AccessRole.ADMIN in one.roles for one in able):
        how = f"{_FIRST} --email ADDRESS" if method == "oidc" else _FIRST
        yield Check("sign-in", "error", f"no admin can sign in ({method})", how)
    elif method == "oidc" and secrets.oidc_secret is None:
        yield Check("sign-in", "error", "the secret of the company's sign-in is missing", "set BOTOPS_OIDC_SECRET")
    else:
        yield Check("sign-in", "ok", f"{method}, {len(able)} may")
    if not here:
        yield Check(
            "sign-in over TLS", "warning", f"{settings.server.host}: passwords and sessions travel as they are",
            "put a proxy with TLS in front and bind to 127.0.0.1",
        )  # fmt: skip


def _people(settings: Settings, secrets: Secrets) -> tuple[Person, ...]:
    from botops.store import Store

    if not store_exists(settings, secrets):
        return ()
    with Store.open(database_url(settings, secrets), clock=SystemClock(), role="reader") as store:
        return store.people.listed()
