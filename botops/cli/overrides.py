"""`botops prompts kill`, `restore` and `overrides`."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click

from botops.cli.context import json_option, project_settings

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from botops.app.releases.switchboard import Alone

_by = click.option("--by", required=True, help="Who says so.")
_reason = click.option("--reason", required=True, help="Why.")


@click.command()
@click.argument("name")
@click.option(
    "--to", "target", default="last-good", show_default=True, metavar="last-good|VERSION|hand-over|control",
    help="The version that was live before; a version by its number; a person for every dialogue; or the first variant "
    "of the experiment for everybody.",
)  # fmt: skip
@_reason
@_by
def kill(name: str, target: str, reason: str, by: str) -> None:
    """Switch prompt NAME now, on every replica within two seconds, whatever its release file says.

    No file is edited. A turn that is being answered ends as it began. A version ordered holds until `restore`, or until
    something is published or rolled back; hand-over holds until `restore`.
    """
    from botops.app.releases.kill_switch import in_words, target_of
    from botops.app.releases.kill_switch import kill as switch

    to = target_of(target)
    with _switchboard() as board:
        made = switch(board, name, to, by=by, reason=reason)
    click.echo(f"{name}: {in_words(made.override)}, within two seconds")
    for order in made.replaced:
        click.echo(f"replaced: {in_words(order)}, by {order.by}: {order.reason}", err=True)


@click.command()
@click.argument("name")
@_reason
@_by
def restore(name: str, reason: str, by: str) -> None:
    """End what was ordered for prompt NAME: its release file decides again within two seconds.

    An experiment that a guardrail stopped is not taken up again: end it with `botops experiment stop`.
    """
    from botops.app.releases.kill_switch import in_words
    from botops.app.releases.kill_switch import restore as end

    with _switchboard() as board:
        ended = end(board, name, by=by, reason=reason)
    for order in ended:
        click.echo(f"{name}: ended: {in_words(order)}, by {order.by}: {order.reason}")


@click.command()
@json_option
def overrides(as_json: bool) -> None:
    """What was ordered above the release files and holds: by whom, since when and why."""
    from botops.app.releases.kill_switch import in_words, override_row
    from botops.app.releases.overrides import overrides_of
    from botops.config import Secrets

    found = overrides_of(project_settings(), Secrets.from_environ(os.environ))
    if as_json:
        click.echo(json.dumps([override_row(order) for order in found], ensure_ascii=False, indent=1))
        return
    for order in found:
        click.echo(f"{order.subject}: {in_words(order)}")
        click.echo(f"    {order.by} · {order.at:%Y-%m-%d %H:%M} UTC · {order.reason}")
    click.echo(f"{len(found)} overrides in force", err=True)


def _switchboard() -> AbstractContextManager[Alone]:
    from botops.app.releases.switchboard import switchboard
    from botops.config import Secrets

    return switchboard(project_settings(), Secrets.from_environ(os.environ))
