"""`botops chat`: talk to the bot in the terminal."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from botops.cli.context import open_container, project_settings, set_option

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.domain.turns import TurnRecord


@click.command()
@click.argument("message", required=False)
@click.option("--lead", help="The client's id; the same id gets the same prompt variant.")
@set_option
def chat(message: str | None, lead: str | None, overrides: tuple[str, ...]) -> int:
    """Talk to the bot. With MESSAGE one question is asked; without it a conversation begins, ended by Ctrl-D.

    What the checker found in a reply is shown on stderr. Exit code 3 when the model could not answer MESSAGE.
    """
    settings = project_settings(overrides)
    with open_container(settings, role="side") as container:
        model = container.bot.model
        if model.simulated:
            click.echo("A simulated model answers: no OPENAI_API_KEY is set.", err=True)
        return asyncio.run(_converse(container, message, lead))


async def _converse(container: Container, message: str | None, lead: str | None) -> int:
    from botops.app import services

    dialogue: str | None = None
    while True:
        text = message if message is not None else await asyncio.to_thread(_ask)
        if not text:
            return 0
        inbound = await services.inbound(container, text, dialogue_id=dialogue, lead_id=lead, channel="terminal")
        record = await container.bot.run_turn(inbound, _print)
        click.echo()
        _explain(record)
        if message is not None:
            return 3 if record.error else 0
        dialogue = inbound.dialogue_id
        lead = inbound.lead_id


def _ask() -> str:
    sys.stderr.write("> ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


async def _print(text: str) -> None:
    click.echo(text, nl=False)


def _explain(record: TurnRecord) -> None:
    for attempt in record.attempts:
        for finding in attempt.verdict.findings if attempt.verdict else ():
            click.echo(f"  [{finding.severity.label}] {finding.explanation(record.language)}", err=True)
    if record.error:
        click.echo(f"  {record.error}", err=True)
    if record.action is not None and record.action.value != "passed":
        waits = "; the dialogue waits for a person" if record.hand_off else ""
        click.echo(f"  [{record.action.value}{waits}]", err=True)
