"""`botops hand-offs`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from botops.cli.context import by_option, counted, json_line, json_option, open_container, project_settings
from botops.cli.rows import moment, plain

if TYPE_CHECKING:
    from botops.store.views import HandOffRow

_dialogue = click.argument("dialogue_id", metavar="DIALOGUE")


@click.group("hand-offs")
def hand_offs() -> None:
    """Clients who wait for a person, and who took them on."""


@hand_offs.command("list")
@json_option
def list_(as_json: bool) -> int:
    """Who waits, the longest first, and who is with somebody. Exit code 1 while a client waits for longer than
    hand_off.answer_within_min."""
    from botops.app import hand_offs as queue
    from botops.app.queries import waiting

    with open_container(project_settings(), role="reader") as container:
        found = queue.queue(container)
        overdue = waiting(container).overdue
    for row in found:
        click.echo(json_line(hand_off_row(row)) if as_json else plain(_line(row)), nl=not as_json)
    if not as_json:
        click.echo(f"{counted(sum(row.taken_by is None for row in found), 'dialogue')} waiting", err=True)
    return int(overdue > 0)


@hand_offs.command()
@_dialogue
@by_option
def take(dialogue_id: str, by: str) -> None:
    """Take a dialogue on: the client waits no longer."""
    from botops.app import hand_offs as queue

    with open_container(project_settings(), role="side") as container:
        click.echo(plain(_line(queue.take(container, dialogue_id, by=by))), err=True)


@hand_offs.command()
@_dialogue
@by_option
def close(dialogue_id: str, by: str) -> None:
    """Be done with a dialogue: it leaves the queue."""
    from botops.app import hand_offs as queue

    with open_container(project_settings(), role="side") as container:
        queue.close(container, dialogue_id, by=by)


def hand_off_row(row: HandOffRow) -> dict[str, str | None]:
    """A hand-off as `--json` prints it."""
    of = row.hand_off
    return {
        "dialogue_id": of.dialogue_id, "lead_id": of.lead_id, "turn_id": of.turn_id, "at": of.at.isoformat(),
        "status": row.status, "rule": of.rule, "reason": of.reason, "role": of.role, "channel": row.channel,
        "language": row.language, "taken_by": row.taken_by,
        "taken_at": row.taken_at.isoformat() if row.taken_at is not None else None,
    }  # fmt: skip


def _line(row: HandOffRow) -> str:
    of = row.hand_off
    taken = f"with {row.taken_by}" if row.taken_by is not None else "waiting"
    return f"{of.dialogue_id}  {taken}  since {moment(of.at)}  {of.rule}  {row.channel}"
