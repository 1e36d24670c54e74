"""What the doctor says of who is told of alerts, and through which channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from botops.app.alerts.channels import channel_faults, routing_faults
from botops.app.checkup import Check
from botops.app.releases.team import responsible_for, role_ids
from botops.config import FILE_NAME
from botops.config.alerting import ALERTMANAGER
from botops.domain.alerts import Area

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botops.config import Settings
    from botops.store import Store


def channels(settings: Settings) -> Iterator[Check]:
    """Whether anybody would be told of alerts: channels that can be used, routes of roles that exist. Nothing is
    sent."""
    asked = settings.alerts
    if not asked.channels and asked.alertmanager is None:
        remedy = f"name a channel under alerts.channels in {FILE_NAME}, when others are to be told: docs/operations.md"
        yield Check("alert channels", "ok", "none: alerts are shown in the console, and nobody is told", remedy)
        return
    faults = channel_faults(settings)
    for name, fault in faults.items():
        yield Check(f"alert channel {name}", "error", fault, f"then: botops alert test-channel {name}")
    for fault in routing_faults(settings):
        yield Check("alert routes", "error", fault, f"mend alerts.routes or digest in {FILE_NAME}, or the roles")
    good = [name for name in asked.channels if name not in faults]
    if asked.alertmanager is not None:
        good.append(f"Alertmanager at {asked.alertmanager}")
    if good:
        yield Check("alert channels", "ok", f"{', '.join(good)}; botops alert test-channel tries them")


def owners(settings: Settings) -> Iterator[Check]:
    """Whether somebody answers for each area an alert can be about."""
    roles = role_ids(settings)
    named = {area: responsible_for(settings, area) for area in get_args(Area)}
    strangers = {area: role for area, role in named.items() if role is not None and role not in roles}
    for area, role in strangers.items():
        detail = f"responsible.{area}: {settings.paths.team} has no role {role!r}"
        yield Check("alert owners", "error", detail, f"choose from its roles: {', '.join(sorted(roles)) or 'none'}")
    if nobodys := [area for area, role in named.items() if role is None]:
        remedy = f"name a role for each under `responsible` in {settings.paths.team}"
        yield Check("alert owners", "warning", f"nobody answers for {', '.join(nobodys)}", remedy)
    elif not strangers:
        yield Check("alert owners", "ok", ", ".join(f"{area}: {role}" for area, role in named.items()))


def lost_channels(settings: Settings, store: Store) -> Iterator[Check]:
    """Channels that failed when they were last tried."""
    for one in store.outbox.health():
        if one.failing_since is not None and one.name in {*settings.alerts.channels, ALERTMANAGER}:
            since = f"{one.failing_since:%Y-%m-%d %H:%M} UTC"
            detail = f"fails since {since}, {one.waiting} waiting: {one.error}"
            yield Check(f"alert channel {one.name}", "error", detail, "alerts/runbooks/BotopsChannelLost.md")
