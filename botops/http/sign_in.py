"""`/v1/sign-in`, `/v1/sign-out`, `/v1/session`: who is signed in."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from botops.app.access import people, signing_in
from botops.app.access.acting import actor
from botops.domain.access import AccessRole, Right
from botops.http.gate import bearer_of
from botops.http.schemas import Body, Problem

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.domain.access import Actor, Session
    from botops.http.comparing import Comparisons

router = APIRouter(tags=["sign-in"])
_FAULTS: dict[int | str, dict[str, Any]] = {401: {"model": Problem}, 429: {"model": Problem}}
Password = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class SignInRequest(Body):
    """A name and a password."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    password: Password = Field(repr=False)
    device: Annotated[str, StringConstraints(max_length=200)] = Field(
        "",
        repr=False,
        description="`device` of an earlier answer to the same person: wrong guesses of others do not hold this up.",
    )


class VerifiedRequest(Body):
    """What the company's sign-in said of somebody, verified by the console."""

    claims: dict[str, Any] = Field(max_length=200)


class PasswordRequest(Body):
    """The password of now and the next one."""

    old: Password = Field(repr=False)
    new: Password = Field(repr=False)


class SessionReply(BaseModel):
    """Who acts. Without a name nobody has to sign in here, and everything is allowed."""

    method: Literal["none", "local", "oidc"]
    name: str | None
    roles: list[AccessRole]
    rights: list[Right]


class SignedIn(SessionReply):
    """A session: `token` goes into the header `Authorization: Bearer …` of every request until it is over. `device`
    is a mark to show at the next sign-in from the same place."""

    token: str
    until: AwareDatetime
    device: str


@router.post("/v1/sign-in", responses=_FAULTS, summary="Sign in with a name and a password")
async def sign_in(request: Request, response: Response, body: SignInRequest) -> SignedIn:
    """401 when they are wrong; 429 with Retry-After when it comes too soon after wrong ones, or when too many wait."""
    container: Container = request.app.state.container
    session = await _comparisons(request).done(
        lambda: signing_in.sign_in(container, body.name, body.password, body.device)
    )
    return _signed_in(container, response, session)


@router.post("/v1/sign-in/verified", responses=_FAULTS, include_in_schema=False)
async def sign_in_verified(request: Request, response: Response, body: VerifiedRequest) -> SignedIn:
    """Only with the console's key, which the gate asks for."""
    container: Container = request.app.state.container
    session = await asyncio.to_thread(signing_in.sign_in_verified, container, body.claims)
    return _signed_in(container, response, session)


@router.post("/v1/sign-out", status_code=204, summary="Sign out")
async def sign_out(request: Request) -> None:
    """Ends the session of the request."""
    token = bearer_of(request.headers.get("authorization", ""))
    await asyncio.to_thread(signing_in.sign_out, request.app.state.container, token)


@router.get("/v1/session", responses={401: {"model": Problem}}, summary="Who is signed in")
async def session(request: Request, response: Response) -> SessionReply:
    """Who acts with this request, and what they may do."""
    response.headers["Cache-Control"] = "no-store"
    return SessionReply(**_reply(request.app.state.container, actor()))


@router.put("/v1/session/password", status_code=204, responses=_FAULTS, summary="Choose another password")
async def change_password(request: Request, body: PasswordRequest) -> None:
    """Signs one out everywhere. 403 when the old one is wrong."""
    container: Container = request.app.state.container
    by = people.signed_in().name
    await _comparisons(request).done(lambda: people.change_password(container, body.old, body.new, by=by))


def _comparisons(request: Request) -> Comparisons:
    comparisons: Comparisons = request.app.state.comparisons
    return comparisons


def _signed_in(container: Container, response: Response, session: Session) -> SignedIn:
    response.headers["Cache-Control"] = "no-store"
    return SignedIn(**_reply(container, session.actor), token=session.token, until=session.until, device=session.device)


def _reply(container: Container, who: Actor | None) -> dict[str, Any]:
    rights = [right for right in Right if who is None or who.may(right)]
    roles = sorted(who.roles) if who is not None else []
    method = container.settings.sign_in.method
    return {"method": method, "name": who.name if who else None, "roles": roles, "rights": rights}
