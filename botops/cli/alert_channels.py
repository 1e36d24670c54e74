"""`botops alert channels`, `test-channel` and `outbox`: whether people are reached."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from botops.cli.context import counted, json_option, open_reading, project_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from botops.config import Settings
    from botops.domain.notices import ChannelHealth, KeptNotice, Notice, Sending
    from botops.store import Store

_NOTHING_SET_UP = (
    "no channel is set up: name one under alerts.channels in botops.yaml, with the environment variable that holds its "
    "address"
)


@click.command()
@json_option
def channels(as_json: bool) -> int:
    """The channels people are told through and how each does. Exit code 1 while one fails or cannot be used."""
    from botops.app.alerts.channels import channel_faults
    from botops.config.alerting import ALERTMANAGER
    from botops.domain.notices import ChannelHealth

    settings = project_settings()
    asked = settings.alerts
    names = [*asked.channels, *([ALERTMANAGER] if asked.alertmanager else [])]
    with open_reading(settings) as (_, store):
        known = {one.name: one for one in store.outbox.health()} if store is not None else {}
    faults = channel_faults(settings)
    rows = [_channel(known.get(name, ChannelHealth(name)), faults.get(name)) for name in names]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    elif not rows:
        click.echo(_NOTHING_SET_UP, err=True)
    for row in [] if as_json else rows:
        _show(row)
    return int(any(row["fault"] or row["failing_since"] for row in rows))


@click.command("test-channel")
@click.argument("names", nargs=-1, metavar="[NAME]…")
def test_channel(names: tuple[str, ...]) -> int:
    """Send a trial message through each channel NAME, or through every one, at once and past the outbox.

    Exit code 3 when one did not leave; the service's own words say why.
    """
    from botops.app.alerts.channels import text_channel, try_channel
    from botops.app.clock import SystemClock

    settings = project_settings()
    wanted = tuple(dict.fromkeys(names)) or tuple(settings.alerts.channels)
    if not wanted:
        raise click.UsageError(_NOTHING_SET_UP)
    for name in wanted:
        text_channel(settings, name)  # nothing is sent when one of the names is wrong
    failed = 0
    with _noting(settings) as store:
        for name in wanted:
            fault = try_channel(settings, name, store, SystemClock().now())
            failed += fault is not None
            click.echo(f"{name}: {'sent' if fault is None else 'failed'}")
            if fault is not None:
                click.echo(f"{name}: {fault}", err=True)
    return 3 if failed else 0


@click.command()
@click.option("--channel", metavar="NAME", help="Only what went through this channel.")
@click.option("--most", type=click.IntRange(1, 1000), default=50, show_default=True, help="At most so many.")
@json_option
def outbox(channel: str | None, most: int, as_json: bool) -> int:
    """What was told and what waits to be, the newest first; what quiet hours or a silence hold back comes before.

    Exit code 1 while a notice is late.
    """
    from botops.app.clock import SystemClock

    settings = project_settings()
    with open_reading(settings) as (_, store):
        found = store.outbox.latest(channel=channel, most=most) if store is not None else ()
        held = store.outbox.held(most=most) if store is not None and channel is None else ()
        late = store.outbox.unsent(SystemClock().now())[0] if store is not None else 0
    rows = [*map(_held, held), *map(_sending, found)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    for row in [] if as_json else rows:
        tries = f", {counted(row['attempts'], 'try', 'tries')}" if row["attempts"] > 1 else ""
        error = f": {row['error']}" if row["error"] else ""
        click.echo(f"{row['at']}  {row['channel'] or '—':<16} {row['state']}{tries}{error}  {row['title']}")
    return int(late > 0)


@contextmanager
def _noting(settings: Settings) -> Iterator[Store | None]:
    """The store, to note that a channel works; None where there is none yet: a trial makes none."""
    from botops.app.clock import SystemClock
    from botops.app.place import database_url, store_exists
    from botops.config import Secrets
    from botops.store import Store

    secrets = Secrets.from_environ(os.environ)
    if not store_exists(settings, secrets):
        yield None
        return
    with Store.open(database_url(settings, secrets), clock=SystemClock(), role="side") as store:
        yield store


def _show(row: dict[str, Any]) -> None:
    said = [counted(row["waiting"], "notice") + " waiting"]
    said.append(f"last sent {row['sent_at']}" if row["sent_at"] else "nothing sent yet")
    if row["failing_since"]:
        said.append(f"failing since {row['failing_since']}: {row['error']}")
    if row["fault"] and row["fault"] != row["error"]:
        said.append(row["fault"])
    click.echo(f"{row['channel']}: {', '.join(said)}")


def _channel(health: ChannelHealth, fault: str | None) -> dict[str, Any]:
    return {
        "channel": health.name, "waiting": health.waiting, "sent_at": _moment(health.sent_at),
        "failing_since": _moment(health.failing_since), "error": health.error, "fault": fault,
    }  # fmt: skip


def _sending(one: Sending) -> dict[str, Any]:
    return {
        **_notice(one.notice.notice), "channel": one.channel, "state": one.state.value, "attempts": one.attempts,
        "sent_at": _moment(one.sent_at), "error": one.error,
    }  # fmt: skip


def _held(one: KeptNotice) -> dict[str, Any]:
    until = one.notice.not_before
    state = f"held until {_moment(until)}" if one.reason is not None else "waiting"
    return {
        **_notice(one.notice), "channel": None, "state": state, "attempts": 0, "sent_at": None, "error": one.reason
    }  # fmt: skip


def _notice(notice: Notice) -> dict[str, Any]:
    words = notice.words.get("en") or next(iter(notice.words.values()))
    return {
        "at": _moment(notice.at), "kind": notice.kind.value, "severity": notice.severity.value, "role": notice.role,
        "alert": notice.alert, "incident": notice.incident, "title": words.title,
    }  # fmt: skip


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


CHANNEL_COMMANDS = (channels, test_channel, outbox)
