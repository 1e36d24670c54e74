"""The person who acts, and the right a deed asks for.

A door (HTTP, the console) says who acts with `acting_as`; each command of `app` says with `needs` what right it asks.
Where nobody has to sign in (an installation on this machine alone) and on the command line, whose user can read and
write every file anyway, nobody acts and everything is allowed.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar, cast

from botops.domain.access import Actor, Right
from botops.domain.errors import ForbiddenError
from botops.domain.refusals import Refusal

P = ParamSpec("P")
R = TypeVar("R")
RIGHT_ATTRIBUTE = "needed_right"
"""Where `needs` leaves the right on the function it wraps, for the test that no command goes without."""
_ACTOR: ContextVar[Actor | None] = ContextVar("botops_actor", default=None)


@contextmanager
def acting_as(actor: Actor | None) -> Iterator[None]:
    """Everything within is done by `actor`; by nobody in particular for None."""
    token = _ACTOR.set(actor)
    try:
        yield
    finally:
        _ACTOR.reset(token)


def as_part_of_it() -> AbstractContextManager[None]:
    """What a command does with others, whose own rights are not asked for: it was asked for its own. So an operator
    goes back to the prompt of before an incident, who else may not release prompts."""
    return acting_as(None)


def actor() -> Actor | None:
    """Who acts now; None where nobody has to sign in."""
    return _ACTOR.get()


def require(right: Right) -> None:
    """Raises ForbiddenError when somebody acts who lacks the right."""
    who = _ACTOR.get()
    if who is not None and not who.may(right):
        roles = ", ".join(sorted(who.roles)) or "no role"
        raise ForbiddenError(
            f"{who.name} ({roles}) may not {right}: an admin can give the role, botops user role --help"
        ).told_as(Refusal.LACKS_RIGHT)


def require_own(by: object) -> None:
    """Raises ForbiddenError when somebody acts and `by` is another's name."""
    who = _ACTOR.get()
    if who is not None and isinstance(by, str) and by != who.name:
        raise ForbiddenError(f"signed in as {who.name}: nothing is done in the name of {by}").told_as(
            Refusal.OTHER_NAME, who=who.name
        )


def needs(right: Right) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declares the right a command asks for; works on plain and async functions.

    The command raises ForbiddenError when somebody acts who lacks the right, or who acts in another's name: a command
    with a parameter `by` must be given the actor's own.
    """

    def declare(command: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(command)

        @functools.wraps(command)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            require(right)
            if _ACTOR.get() is not None:
                require_own(signature.bind(*args, **kwargs).arguments.get("by"))
            return command(*args, **kwargs)

        async def checked_async(*args: P.args, **kwargs: P.kwargs) -> object:
            return await cast("Callable[P, Awaitable[object]]", checked)(*args, **kwargs)

        wrapper = functools.wraps(command)(checked_async) if inspect.iscoroutinefunction(command) else checked
        setattr(wrapper, RIGHT_ATTRIBUTE, right)
        return cast("Callable[P, R]", wrapper)

    return declare
