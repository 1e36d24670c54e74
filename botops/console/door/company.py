"""The company's own sign-in by OpenID Connect: the way there and back.

Authlib does it, as it does for Streamlit's `st.login`: state, nonce, PKCE, the signature of the token. `st.login`
itself keeps who it was in a cookie for thirty days. That would outlive our session: whoever was let out would stay in.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import httpx2

from botops.config import Secrets
from botops.console import installation
from botops.console.door import addresses
from botops.domain.errors import OutsideError, UserError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_WANTED = "botops_next"
_NAME = "company"


class NotDoneError(Exception):
    """Somebody came back without a proof of who they are: they gave up, waited too long, or it is not from there."""


async def leave(request: Request, wanted: str) -> Response:
    """Sends the visitor to the company's sign-in. Raises UserError (not set up), OutsideError."""
    settings = installation.settings().sign_in.oidc
    back = (settings.redirect_url if settings else None) or str(request.base_url).rstrip("/") + addresses.CALLBACK
    request.session[_WANTED] = wanted
    client = _client()
    try:
        answer: Response = await client.authorize_redirect(request, back)
    except httpx2.HTTPError as error:
        raise _unreachable(error) from error
    return answer


async def arrive(request: Request) -> tuple[dict[str, Any], str]:
    """What the company's sign-in says of who comes back, verified, and where they wanted to go. Raises NotDoneError,
    UserError (not set up), OutsideError."""
    client = _client()
    from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415  an extra: only who signs in so needs it
    from joserfc.errors import JoseError  # noqa: PLC0415

    try:
        token = await client.authorize_access_token(request)
    except (AuthlibBaseError, JoseError, ValueError) as error:
        raise NotDoneError from error
    except httpx2.HTTPError as error:
        raise _unreachable(error) from error
    claims = token.get("userinfo")
    if not claims:
        raise NotDoneError
    wanted = str(request.session.get(_WANTED, "/"))
    request.session.clear()
    return {name: value for name, value in dict(claims).items() if isinstance(value, str | bool | int)}, wanted


def _client() -> Any:
    """Authlib's client of the company's sign-in."""
    settings, secret = installation.settings().sign_in.oidc, Secrets.from_environ(os.environ).oidc_secret
    if settings is None or secret is None:
        raise UserError("the company's sign-in is not set up: sign_in.oidc of botops.yaml and BOTOPS_OIDC_SECRET")
    try:
        from authlib.integrations.starlette_client import OAuth  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise UserError("the company's sign-in needs the extra `oidc`: pip install botops[oidc]") from error
    oauth = OAuth()
    oauth.register(
        _NAME, client_id=settings.client_id, client_secret=secret, server_metadata_url=settings.server_metadata_url,
        client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256"},
    )  # fmt: skip
    return oauth.create_client(_NAME)


def _unreachable(error: Exception) -> OutsideError:
    return OutsideError(f"the company's sign-in does not answer: {error or type(error).__name__}")
