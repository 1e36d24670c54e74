"""`rollback` and `kill` of `botops incident` and `botops alert`: one action against what is at fault."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from botops.cli.context import by_option, json_option, open_container, project_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from botops.app.container import Container
    from botops.app.incidents.remedies import AtFault

_reason = click.option("--reason", metavar="WORDS", help="Why; the name of the trouble stands in the audit log anyway.")


def rollback_command(which: Callable[..., click.Command], find: Callable[[Container, str], AtFault]) -> click.Command:
    """The command `rollback`; `which` declares the argument `key`, `find` says what it is about."""

    @by_option
    @json_option
    def rollback(key: str, reason: str | None, by: str, as_json: bool) -> None:
        from botops.app.incidents.remedies import roll_back

        with open_container(project_settings(), role="side") as container:
            at_fault = find(container, str(key))
            done = roll_back(container, at_fault, by=by, reason=reason)
        if as_json:
            click.echo(json.dumps({"at_fault": at_fault.words, "live": done.live}, ensure_ascii=False))
        else:
            click.echo(f"{at_fault.words} is out of service: {done.live} is live")

    rollback.__doc__ = """Take the version at fault out of service: end its split, or make live what was live before.

    What is at fault is what the trouble is about, or what its likely cause changed: a version of a prompt, or the price
    book. Needs no approval, and stands in the audit log and the timeline.
    """
    return click.command("rollback")(which(_reason(rollback)))


def kill_command(which: Callable[..., click.Command], find: Callable[[Container, str], AtFault]) -> click.Command:
    """The command `kill`; `which` and `find` as those of `rollback_command`."""

    @click.option(
        "--to", "target", metavar="last-good|VERSION|hand-over|control",
        help="Switch to this [default: the version live before the one at fault].",
    )  # fmt: skip
    @by_option
    def kill(key: str, target: str | None, reason: str | None, by: str) -> None:
        from botops.app.incidents.remedies import switch_off
        from botops.app.releases.kill_switch import in_words, target_of

        to = None if target is None else target_of(target)
        with open_container(project_settings(), role="side") as container:
            at_fault = find(container, str(key))
            made = switch_off(container, at_fault, to, by=by, reason=reason)
        click.echo(f"{made.override.subject}: {in_words(made.override)}, within two seconds")
        for order in made.replaced:
            click.echo(f"replaced: {in_words(order)}, by {order.by}: {order.reason}", err=True)

    kill.__doc__ = """Switch the prompt at fault, on every replica within two seconds, whatever its release file says.

    No file is edited: `botops prompts restore` ends it.
    """
    return click.command("kill")(which(_reason(kill)))
