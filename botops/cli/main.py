"""`botops`: the group of commands, exit codes and how errors are shown.

Exit codes: 0 fine, 1 findings or regression, 2 bad input or usage, 3 provider or infrastructure.
Data goes to stdout; progress and errors go to stderr.
"""

from __future__ import annotations

import errno
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from botops import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "up": ("botops.cli.serving:up", "Start everything: API, console, metrics and watch loop."),
    "serve": ("botops.cli.serving:serve", "Start the API and metrics only."),
    "console": ("botops.cli.serving:console", "Start the console only."),
    "init": ("botops.cli.project:init", "Write a project to start from: prompts, price book, evals, settings."),
    "doctor": ("botops.cli.project:doctor", "Say what is wrong with this installation and how to mend it."),
    "check": ("botops.cli.check:check", "Compare every price, discount and term in dialogues with a price book."),
    "claims": ("botops.cli.check:claims", "List the amounts and percents found in texts."),
    "opinion": ("botops.cli.opinions:opinion", "Measure a language model's second opinion against human labels."),
    "chat": ("botops.cli.chat:chat", "Talk to the bot in the terminal."),
    "eval": ("botops.cli.evals:evals", "Replay dialogues and compare them with what is expected."),
    "prompts": ("botops.cli.prompts:prompts", "Write, compare, lint, approve, publish and switch prompts."),
    "experiment": ("botops.cli.experiment:experiment", "Try versions on a part of the clients."),
    "pricebook": ("botops.cli.pricebook:pricebook", "Import, compare, lint and release price books."),
    "exceptions": ("botops.cli.exceptions:exceptions", "Rule on findings; list, add and revoke exceptions."),
    "promises": ("botops.cli.promises:promises", "List what was promised to clients."),
    "outcomes": ("botops.cli.outcomes:outcomes", "Take in what became of leads, and list it."),
    "feedback": ("botops.cli.outcomes:feedback", "Take in ratings of dialogues."),
    "cost": ("botops.cli.cost:cost", "What dialogues cost, what they will, and what they may."),
    "audit": ("botops.cli.audit:audit", "Who did what to what clients get, when and why."),
    "store": ("botops.cli.store:store", "Forget a client, remove old dialogues, count sums anew."),
    "user": ("botops.cli.users:user", "Who may sign in, and what they may do there."),
    "backup": ("botops.cli.backup:backup", "Save the whole installation, also while it runs."),
    "restore": ("botops.cli.backup:restore", "Bring an installation back from a backup."),
    "alert": ("botops.cli.alert:alert", "What stands against the bot, and who is told of it."),
    "hand-offs": ("botops.cli.hand_offs:hand_offs", "Clients who wait for a person, and who took them on."),
    "incident": ("botops.cli.incident:incident", "Own trouble from its first sign to what was learnt."),
    "digest": ("botops.cli.digest:digest", "Say what a day or a week came to, on one page."),
    "probe": ("botops.cli.probe:probe", "Ask the bot what a client would, and say how often it was up and right."),
    "ingest": ("botops.cli.ingest:ingest", "Take in dialogues of another bot."),
}
"""Every command: where it lives and the one line `--help` shows for it."""


class LazyGroup(click.Group):
    """A group that imports a command only to run it, so that `--help` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        target, _ = entry
        module, attribute = target.split(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the table of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a suggestion for a misspelt name."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            ctx.fail(f"No such command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="botops")
@click.option("-C", "--directory", type=click.Path(exists=True, file_okay=False), help="Work as if started there.")
def main(directory: str | None) -> None:
    """Supervision and prompt-ops for AI sales bots."""
    if directory:
        import os

        os.chdir(directory)


_MACHINE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM})
"""What no other input would cure: the machine is at fault."""


def _advice(error: OSError) -> str:
    if error.errno in _MACHINE:
        return "mend that, then again"
    return "check the path and the rights of the file and its folder"


_THREADS_OF_LINEAR_ALGEBRA = "OPENBLAS_NUM_THREADS"
"""Read by numpy when it is first imported; child processes inherit it."""


def run(arguments: Sequence[str] | None = None) -> None:
    """The entry point: runs a command and turns botops's errors into messages and exit codes."""
    from botops.domain.errors import BotopsError, ConflictError

    # The matrices of detectors are small: on a busy machine threads that wait for each other make them 25 times slower.
    os.environ.setdefault(_THREADS_OF_LINEAR_ALGEBRA, "1")
    try:
        result: Any = main.main(args=arguments, standalone_mode=False, prog_name="botops")
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BotopsError as error:
        click.echo(f"Error: {error}" if "\n" not in str(error) else str(error), err=True)
        if isinstance(error, ConflictError):
            from botops.cli.rows import show_conflict

            show_conflict(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output has gone ("botops … | head"): nothing is left to say to it.
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        place = f"{error.filename}: " if error.filename is not None else ""
        click.echo(f"Error: {place}{error.strerror or error}: {_advice(error)}", err=True)
        sys.exit(3 if error.errno in _MACHINE else 2)
    sys.exit(result if isinstance(result, int) else 0)


if __name__ == "__main__":
    run()
