"""`/v1/people`: who may sign in. Only for who is signed in as an admin; else `botops user` on the machine."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from botops.app.access import people
from botops.domain.access import AccessRole
from botops.http.schemas import Body, Id, Problem

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.domain.access import Person

router = APIRouter(tags=["people"], prefix="/v1/people")
_FAULTS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem}, 403: {"model": Problem}, 404: {"model": Problem}, 409: {"model": Problem},
}  # fmt: skip
Roles = Annotated[list[AccessRole], Field(min_length=1, max_length=len(AccessRole))]
Password = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class PersonReply(BaseModel):
    """Somebody who may sign in."""

    name: str
    email: str | None
    roles: list[AccessRole]
    has_password: bool
    since: AwareDatetime


class NewPerson(Body):
    """Whom to let in: with a password, or by the company's sign-in under an e-mail address."""

    name: Id
    roles: Roles
    email: Annotated[str, StringConstraints(max_length=254)] | None = None
    password: Password | None = Field(None, repr=False)


class NewRoles(Body):
    """Roles instead of those of before."""

    name: Id
    roles: Roles


class NewPassword(Body):
    """A password instead of the one of before."""

    name: Id
    password: Password = Field(repr=False)


class NewEmail(Body):
    """An address instead of the one of before."""

    name: Id
    email: Annotated[str, StringConstraints(min_length=1, max_length=254)]


class Named(Body):
    """Whom it is about."""

    name: Id


@router.get("", responses={403: _FAULTS[403]}, summary="Who may sign in")
async def listed(request: Request) -> list[PersonReply]:
    """Everybody, by name."""
    people.signed_in()
    return [_reply(one) for one in await asyncio.to_thread(people.listed, request.app.state.container)]


@router.post("", status_code=201, responses=_FAULTS, summary="Let somebody in")
async def add(request: Request, body: NewPerson) -> PersonReply:
    """409 when the name or the address is taken."""
    container, by = _who(request)
    return _reply(
        await asyncio.to_thread(
            people.add, container, body.name, body.roles, by=by, email=body.email, password=body.password
        )
    )


@router.put("/roles", responses=_FAULTS, summary="Give somebody other roles")
async def set_roles(request: Request, body: NewRoles) -> PersonReply:
    """Ends their sessions. 400 when no admin would be left."""
    container, by = _who(request)
    return _reply(await asyncio.to_thread(people.set_roles, container, body.name, body.roles, by=by))


@router.put("/password", status_code=204, responses=_FAULTS, summary="Give somebody another password")
async def set_password(request: Request, body: NewPassword) -> None:
    """Ends their sessions, and the waiting after wrong tries."""
    container, by = _who(request)
    await asyncio.to_thread(people.set_password, container, body.name, body.password, by=by)


@router.put("/email", responses=_FAULTS, summary="Give somebody another e-mail address")
async def set_email(request: Request, body: NewEmail) -> PersonReply:
    """Ends their sessions. 409 when the address is another's."""
    container, by = _who(request)
    return _reply(await asyncio.to_thread(people.set_email, container, body.name, body.email, by=by))


@router.post("/remove", status_code=204, responses=_FAULTS, summary="Let somebody in no more")
async def remove(request: Request, body: Named) -> None:
    """Ends their sessions. 400 when no admin would be left."""
    container, by = _who(request)
    await asyncio.to_thread(people.remove, container, body.name, by=by)


def _who(request: Request) -> tuple[Container, str]:
    return request.app.state.container, people.signed_in().name


def _reply(one: Person) -> PersonReply:
    return PersonReply(
        name=one.name, email=one.email, roles=sorted(one.roles), has_password=one.has_password, since=one.since
    )
