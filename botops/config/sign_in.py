"""The section `sign_in` of the settings: who has to sign in, and how."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from botops.config.validation import Strict

_MICROSOFT = "login.microsoftonline.com"


def _own(url: str) -> str:
    """Raises ValueError for an address from which others than the company could say who somebody is."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise ValueError("must begin with https://: over http anybody on the way could say who signs in")
    tenant = parts.path.strip("/").partition("/")[0].lower()
    if parts.hostname == _MICROSOFT and tenant in {"common", "organizations", "consumers"}:
        raise ValueError(
            f"`{tenant}` lets in who says of themselves which address is theirs: put your company's tenant in its place"
        )
    return url


class OpenIdConnect(Strict):
    """The company's sign-in (Google Workspace, Microsoft Entra, Keycloak …) by OpenID Connect.

    `server_metadata_url` is the address of the provider's description, `client_id` what it calls this installation; the
    client's secret is BOTOPS_OIDC_SECRET of the environment. `claim` is what a person is told by; an e-mail address
    counts only when the provider does not say that it is unverified. `redirect_url` is where the provider sends people
    back to: the console's address as they know it, with /oauth2callback; left out, the address on this machine.
    """

    server_metadata_url: Annotated[str, Field(pattern=r"^https?://", max_length=500), AfterValidator(_own)]
    client_id: str = Field(min_length=1, max_length=500)
    claim: str = Field(default="email", min_length=1, max_length=100)
    redirect_url: Annotated[str, Field(pattern=r"^https?://.+/oauth2callback$", max_length=500)] | None = None


class SignIn(Strict):
    """How people sign in: `none` (only this machine reaches botops), `local` (names and passwords kept here) or `oidc`
    (the company's own sign-in). A session ends `session_hours` after the sign-in."""

    method: Literal["none", "local", "oidc"] = "none"
    session_hours: Annotated[float, Field(gt=0, le=744)] = 12.0
    oidc: OpenIdConnect | None = None

    @property
    def on(self) -> bool:
        """True when everybody has to sign in."""
        return self.method != "none"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.method == "oidc" and self.oidc is None:
            raise ValueError("method oidc needs `oidc` with server_metadata_url and client_id")
        return self
