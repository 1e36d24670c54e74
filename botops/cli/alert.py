"""`botops alert`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from botops.cli.alert_channels import CHANNEL_COMMANDS
from botops.cli.alert_inbox import INBOX_COMMANDS
from botops.cli.alert_series import SERIES_COMMANDS
from botops.cli.remedies import kill_command, rollback_command

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.app.incidents.remedies import AtFault


@click.group()
def alert() -> None:
    """What stands against the bot, and who is told of it."""


def _of_alert(container: Container, key: str) -> AtFault:
    from botops.app.incidents.remedies import of_alert

    return of_alert(container, key)


_which = click.argument("key", metavar="ALERT")
_REMEDIES = (rollback_command(_which, _of_alert), kill_command(_which, _of_alert))
for _command in (*INBOX_COMMANDS, *_REMEDIES, *SERIES_COMMANDS, *CHANNEL_COMMANDS):
    alert.add_command(_command)
