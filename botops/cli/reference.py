"""Writes docs/cli.md from the commands' own help: `python -m botops.cli.reference docs/cli.md`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from botops.cli.main import COMMANDS, main

if TYPE_CHECKING:
    from collections.abc import Iterator


def reference() -> str:
    """The whole page."""
    root = click.Context(main, info_name="botops", terminal_width=110, **main.context_settings)
    parts = [
        "# Commands",
        "",
        "Made by `make docs` from the commands' own help. Exit codes: 0 fine, 1 findings or regression, 2 bad input or "
        "usage,\n3 provider or infrastructure. Data goes to stdout, progress and errors to stderr.",
        "",
    ]
    for name in COMMANDS:
        command = main.get_command(root, name)
        assert command is not None
        for context in _with_subcommands(command, name, root):
            parts += [f"## {context.command_path}", "", "```", context.get_help().rstrip(), "```", ""]
    return "\n".join(parts)


def _with_subcommands(command: click.Command, name: str, parent: click.Context) -> Iterator[click.Context]:
    context = click.Context(command, info_name=name, parent=parent, max_content_width=110, terminal_width=110)
    yield context
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            assert found is not None
            yield from _with_subcommands(found, inner, context)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(reference(), encoding="utf-8")
