"""The errors botops raises on purpose, and the exit code each stands for.

    BotopsError
    ├── UserError            2  bad input or usage; carries the problems with their places
    │   ├── NotFoundError    2  a named thing (prompt, version, dialogue, book) does not exist
    │   └── ForbiddenError   2  the person may not do this
    │       └── SignInError  2  nobody has signed in where somebody must, or could not
    ├── ConflictError        2  somebody else changed the same thing first; nothing was written
    ├── SwitchedOffError     2  a person ordered that the bot answers nobody with this prompt
    └── OutsideError         3  provider or infrastructure
        ├── ModelError       3  a language model gave no usable reply
        └── StoreError       3  the store did not take or give a record

"The check found something" (exit code 1) is a result, never an exception.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from botops.domain.problems import Problem, render_problems
from botops.domain.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from botops.domain.usage import Usage


class BotopsError(Exception):
    """Base of every error with a message fit for a user. `exit_code` is what the command line ends with.

    `refusal` and its `values` are what a door says in the reader's language; None for what few people meet.
    """

    exit_code: ClassVar[int] = 2
    refusal: Refusal | None = None
    values: Mapping[str, str] = MappingProxyType({})

    def told_as(self, refusal: Refusal, **values: str) -> Self:
        """This error, with what a door says in the place of its message."""
        self.refusal, self.values = refusal, MappingProxyType(values)
        return self


class UserError(BotopsError):
    """Input that cannot be used. `problems` point at every place at fault, not only the first."""

    def __init__(self, message: str = "", problems: Iterable[Problem] = ()) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems))
        super().__init__(message or render_problems(self.problems))


class NotFoundError(UserError):
    """A thing named by the user does not exist."""


class ForbiddenError(UserError):
    """The person who acts has not the right to."""


class SignInError(ForbiddenError):
    """Nobody has signed in where somebody must, or could not. `wait_s` is for how many seconds no further try is looked
    at, after too many wrong ones."""

    def __init__(self, message: str, wait_s: int | None = None) -> None:
        self.wait_s = wait_s
        super().__init__(message)


class ConflictError(BotopsError):
    """Another writer came first. Nothing was written; `theirs` is what stands now and `yours` what was to be written,
    where it helps."""

    def __init__(self, message: str, theirs: str | None = None, yours: str | None = None) -> None:
        self.theirs = theirs
        self.yours = yours
        super().__init__(message)


class SwitchedOffError(BotopsError):
    """An order stands that the bot answers nobody with this prompt: every dialogue goes to a person. Not a fault."""


class OutsideError(BotopsError):
    """Something botops depends on failed."""

    exit_code: ClassVar[int] = 3


ModelFault = Literal[
    "timeout",           # the total deadline passed
    "rate_limited",      # 429
    "server",            # 5xx
    "connection",        # refused, reset, cut body
    "auth",              # 401, 403
    "bad_request",       # other 4xx: our request is at fault, a retry cannot help
    "bad_response",      # broken JSON, no choices, an error object inside a stream
    "truncated",         # ended without finish_reason, or with "length"
    "too_large",         # the reply passed the size cap
    "filtered",          # the provider's content filter stopped it
    "no_recording",      # replay: nothing recorded for this request
    "stale_recording",   # replay: recorded for another text of the same prompt
]  # fmt: skip

RETRYABLE: frozenset[ModelFault] = frozenset({"rate_limited", "server", "connection", "bad_response"})
"""Faults that a second try may cure. A passed deadline, a truncated or an oversized reply is not tried again."""


class ModelError(OutsideError):
    """A language model gave no usable reply.

    `usage` is what was or may have been billed all the same; `tries` the usages of single requests when several were,
    `usage` being their sum. `attempts` counts calls made, the first included; `retry_after` is the provider's wish in
    seconds, when it named one.
    """

    def __init__(
        self,
        fault: ModelFault,
        message: str,
        *,
        model: str = "",
        attempts: int = 1,
        usage: Usage | None = None,
        retry_after: float | None = None,
        tries: tuple[Usage, ...] = (),
    ) -> None:
        self.fault: ModelFault = fault
        self.model = model
        self.attempts = attempts
        self.usage = usage
        self.retry_after = retry_after
        self.tries = tries
        super().__init__(message)

    @property
    def billed(self) -> tuple[Usage, ...]:
        """The usages to price, one for each request that was or may have been billed."""
        return self.tries or ((self.usage,) if self.usage is not None else ())


class StoreError(OutsideError):
    """The store refused or lost a write, or could not be read."""
