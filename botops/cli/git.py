"""`botops prompts push`, `pull` and `sync-status`: prompts and releases in git."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from botops.cli.context import json_option, project_settings

if TYPE_CHECKING:
    from botops.app.releases.git_sync import SyncStatus

_WORDS = {
    "off": "git is not switched on",
    "local": "there is no remote to exchange with",
    "current": "the same as the remote",
    "ahead": "{ahead} commits here are not on the remote",
    "behind": "{behind} commits on the remote are not here",
    "diverged": "both sides went on: {ahead} commits here, {behind} on the remote",
    "unborn": "the remote has no such branch yet",
}


@click.command()
@json_option
def push(as_json: bool) -> int:
    """Commit the release steps that wait and bring them to the remote. Never forces; a remote that has more is said."""
    from botops.app.releases.git_sync import push as send

    _show(send(project_settings()), as_json)
    return 0


@click.command()
@json_option
def pull(as_json: bool) -> int:
    """Take over what the remote has, if nothing here stands against it: no merge, and no edit is written over."""
    from botops.app.releases.git_sync import pull as take

    _show(take(project_settings()), as_json)
    return 0


@click.command("sync-status")
@click.option("--offline", is_flag=True, help="Do not ask the remote: as of the last time.")
@json_option
def sync_status(offline: bool, as_json: bool) -> int:
    """Say how prompts and releases here stand to the remote. Exit code 1 when something is to be done."""
    from botops.app.releases.git_sync import sync_status as look

    status = look(project_settings(), ask=not offline)
    _show(status, as_json)
    return int(not status.settled)


def _show(status: SyncStatus, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({**asdict(status), "settled": status.settled}, ensure_ascii=False, indent=1))
        return
    where = f"{status.remote}/{status.branch}: " if status.branch else ""
    click.echo(where + _WORDS[status.state].format(ahead=status.ahead, behind=status.behind))
    for title, names in (
        ("only here", status.ours), ("only there", status.theirs), ("not committed", status.uncommitted),
        ("waiting for git", status.waiting),
    ):  # fmt: skip
        if names:
            click.echo(f"  {title}: {', '.join(names)}")
    if status.next_step:
        click.echo(f"  next: {status.next_step}")
    if status.trouble:
        click.echo(status.trouble, err=True)
