"""The section `alerts` of the settings: through which channels people are told, who by which, and when they are not."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from botops.config.validation import Strict
from botops.config.wording import suggestion
from botops.domain.alerts import AlertSeverity
from botops.domain.messages import Language

MOST_CHANNELS = 20
"""Channels of an installation: each is a label of metrics."""
ALERTMANAGER = "alertmanager"
"""The name under which the outbox sends to Alertmanager; no channel can have it."""

ChannelName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
RoleName = Annotated[str, Field(min_length=1, max_length=100)]
Minutes = Annotated[int, Field(ge=1, le=10_080)]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Span = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")]


def _variable(name: str) -> str:
    if "://" in name:
        raise ValueError(
            "an address in a file, with its secrets: put it into an environment variable and write the variable's name"
        )
    if not name.isascii() or not name.replace("_", "a").isalnum() or name[0].isdigit():
        raise ValueError("the name of an environment variable: letters, digits and _, as ALERTS_TELEGRAM")
    return name


def _address(url: str) -> str:
    if urlsplit(url).username is not None:
        raise ValueError("a user or password in a file: remove it, and let a proxy on this machine sign in")
    return url.rstrip("/")


Variable = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_variable)]
Address = Annotated[str, Field(pattern=r"^https?://[^\s/]+"), AfterValidator(_address)]


class Channel(Strict):
    """One way to reach people: `env` names the environment variable that holds its address as Apprise writes it
    (tgram://…, mailtos://…, slack://…, jsons://…). `language` is the company's first one where it is left out."""

    env: Variable
    language: Language | None = None


class EscalationStep(Strict):
    """Whom an alert that wakes people goes to when nobody has acknowledged it `after_min` minutes after it was
    raised, got worse or came back."""

    after_min: Minutes
    to: RoleName


class Route(Strict):
    """How one role is told. What is left out is as the severity above it; without `page`, as `others`.

    `quiet` are hours of the company's time zone, as 21:00-09:00, and `weekend` whole Saturdays and Sundays in which
    only pages get through; what comes in them is told when they end. `escalate` is the chain of those who are told
    next, in rising order of `after_min`.
    """

    page: tuple[ChannelName, ...] | None = None
    ticket: tuple[ChannelName, ...] | None = None
    digest: tuple[ChannelName, ...] | None = None
    quiet: Span | None = None
    weekend: bool = False
    escalate: Annotated[tuple[EscalationStep, ...], Field(max_length=5)] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        minutes = [step.after_min for step in self.escalate]
        if minutes != sorted(set(minutes)):
            raise ValueError("the steps of `escalate` must rise by `after_min`")
        if self.quiet is not None and self.quiet[:5] == self.quiet[6:]:
            raise ValueError("`quiet` begins when it ends: give two times, as 21:00-09:00")
        return self

    def channels(self, severity: AlertSeverity) -> tuple[str, ...] | None:
        """The channels for a severity, None where the route names none."""
        by_severity = {
            AlertSeverity.DIGEST: (self.digest, self.ticket, self.page),
            AlertSeverity.TICKET: (self.ticket, self.page),
            AlertSeverity.PAGE: (self.page,),
        }
        return next((named for named in by_severity[severity] if named is not None), None)

    @property
    def quiet_span(self) -> tuple[time, time] | None:
        """The first and the last moment of the quiet hours; they run over midnight when the second is the earlier."""
        if self.quiet is None:
            return None
        return time.fromisoformat(self.quiet[:5]), time.fromisoformat(self.quiet[6:])


class Alerting(Strict):
    """Who is told of alerts, incidents and days.

    `channels` are all there are; `routes` say by role which of them are used; `others` are for roles without a route
    and for what nobody owns, all channels when it is left out. What is told once a day is told at `digest_at`.

    `group_s`: seconds that are waited for more of the same, so that a storm is one message. `remind_every_min`: how
    often people are told again of an alert that wakes and nobody has acknowledged; 0 never. `lost_after_min`: a
    channel that has failed for so long is lost, and that is an alert of its own.

    `alertmanager` is the address of an Alertmanager: alerts then go there alone, and it groups, silences and routes;
    channels are left for reminders, digests, and the loss of the Alertmanager itself. `console_url` is where people
    open the console, for links; the address it is started on when left out. `runbooks_url` is where the project's
    `alerts/runbooks` can be read in a browser; left out, messages lead to the alert's page, which shows them.
    `watchdog_url` is asked for every minute while all is watched and can be told: an address outside, such as a check
    of healthchecks.io, that raises the alarm when it is not.
    """

    channels: Annotated[dict[ChannelName, Channel], Field(max_length=MOST_CHANNELS)] = Field(default_factory=dict)
    routes: dict[RoleName, Route] = Field(default_factory=dict)
    others: tuple[ChannelName, ...] | None = None
    digest_at: Clock = "09:00"
    group_s: Annotated[float, Field(ge=0, le=300)] = 2.0
    remind_every_min: Annotated[int, Field(ge=0, le=10_080)] = 240
    lost_after_min: Minutes = 5
    alertmanager: Address | None = None
    console_url: Address | None = None
    runbooks_url: Address | None = None
    watchdog_url: Address | None = None

    @model_validator(mode="after")
    def _known_channels(self) -> Self:
        if ALERTMANAGER in self.channels:
            raise ValueError(f"no channel can be called `{ALERTMANAGER}`: name it otherwise")
        for where, named in self._named():
            for one in named or ():
                if one not in self.channels:
                    known = sorted(self.channels)
                    raise ValueError(f"{where}: unknown channel `{one}`{suggestion(one, known, others='channels')}")
        return self

    def _named(self) -> list[tuple[str, tuple[str, ...] | None]]:
        routes = [
            (f"routes.{role}.{severity.value}", getattr(route, severity.value))
            for role, route in self.routes.items()
            for severity in AlertSeverity
        ]
        return [("others", self.others), *routes]

    def channels_of(self, role: str | None, severity: AlertSeverity) -> tuple[str, ...]:
        """The channels through which a role is told of something this severe; none where no channel is set up."""
        route = self.routes.get(role) if role is not None else None
        named = route.channels(severity) if route is not None else None
        if named is None:
            named = tuple(self.channels) if self.others is None else self.others
        return named
