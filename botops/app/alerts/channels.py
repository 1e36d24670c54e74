"""Ways to reach people: what all have in common, and those an installation has set up."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from botops.app.releases.team import role_ids
from botops.config.alerting import ALERTMANAGER
from botops.domain.errors import UserError
from botops.monitor.alert_words import trial

if TYPE_CHECKING:
    from datetime import datetime

    from botops.app.container import Container
    from botops.config import Settings
    from botops.domain.messages import Language
    from botops.domain.notices import Sending, Words
    from botops.store import Store


class ChannelError(Exception):
    """A message did not leave, or nobody knows whether it did. Its text holds no secret."""


class Channel(Protocol):
    """One way to reach people. May be used by one thread at a time."""

    @property
    def name(self) -> str:
        """What the settings call it."""
        ...

    def send(self, sendings: Sequence[Sending]) -> None:
        """Sends notices in one message. Returns once they were accepted; raises ChannelError."""
        ...


class TextChannel(Channel, Protocol):
    """A way to reach people who read."""

    def say(self, words: Words, *, urgent: bool = False) -> None:
        """Sends one message. Raises ChannelError."""
        ...


@dataclass(frozen=True, slots=True)
class Unusable:
    """A channel that is set up in a way that cannot work: every message fails with the reason."""

    name: str
    reason: str

    def send(self, sendings: Sequence[Sending]) -> None:
        """Raises ChannelError."""
        del sendings
        raise ChannelError(self.reason)

    def say(self, words: Words, *, urgent: bool = False) -> None:
        """Raises ChannelError."""
        del words, urgent
        raise ChannelError(self.reason)


def channels_of(container: Container, environ: Mapping[str, str] | None = None) -> dict[str, Channel]:
    """Every channel of an installation by its name, with the secrets of the environment; Alertmanager is one."""
    settings = container.settings
    environ = os.environ if environ is None else environ
    found: dict[str, Channel] = {name: text_channel(settings, name, environ) for name in settings.alerts.channels}
    if settings.alerts.alertmanager is not None:
        from botops.app.alerts.alertmanager import Alertmanager

        found[ALERTMANAGER] = Alertmanager(container, settings.alerts.alertmanager)
    return found


def text_channel(settings: Settings, name: str, environ: Mapping[str, str] | None = None) -> TextChannel:
    """A channel by its name; one that cannot work says so when it is used. Raises UserError for a name that is not
    there."""
    asked = settings.alerts.channels.get(name)
    if asked is None:
        known = ", ".join(settings.alerts.channels) or "none"
        raise UserError(f"no channel {name!r} under alerts.channels in botops.yaml; its channels: {known}")
    address = (os.environ if environ is None else environ).get(asked.env, "").strip()
    if not address:
        return Unusable(name, f"the environment variable {asked.env} is not set: it should hold the channel's address")
    from botops.app.alerts.apprise_channel import AppriseChannel

    language: Language = asked.language or settings.company.languages[0]
    try:
        return AppriseChannel(name, address, language)
    except ChannelError as error:
        return Unusable(name, f"{asked.env}: {error}")


def channel_faults(settings: Settings, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The channels that are set up in a way that cannot work, with the reason. Nothing is sent."""
    made = {name: text_channel(settings, name, environ) for name in settings.alerts.channels}
    return {name: one.reason for name, one in made.items() if isinstance(one, Unusable)}


def routing_faults(settings: Settings) -> tuple[str, ...]:
    """Roles that `alerts.routes` and `digest` name and the team's file has not. Raises UserError when that file cannot
    be read."""
    roles = role_ids(settings)
    named = {role: f"alerts.routes.{role}" for role in settings.alerts.routes}
    for role, route in settings.alerts.routes.items():
        named |= {step.to: f"alerts.routes.{role}.escalate" for step in route.escalate if step.to not in named}
    for where, readers in (("digest.daily", settings.digest.daily or ()), ("digest.weekly", settings.digest.weekly)):
        named |= {role: where for role in readers if role not in named}
    known = ", ".join(sorted(roles)) or "none"
    return tuple(
        f"{where}: {settings.paths.team} has no role {role!r}; its roles: {known}"
        for role, where in named.items()
        if role not in roles
    )


def try_channel(settings: Settings, name: str, store: Store | None, now: datetime) -> str | None:
    """Sends a trial message through a channel; when it left, the store, where there is one, knows that the channel
    works. What went wrong, None when nothing did. Raises UserError for a name that is not there, StoreError."""
    channel = text_channel(settings, name)
    language = settings.alerts.channels[name].language or settings.company.languages[0]
    try:
        channel.say(trial(language, settings.company.name))
    except ChannelError as error:
        return str(error)
    if store is not None:
        store.outbox.sent(name, [], now)
    return None
