"""`botops init` and `botops doctor`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from botops.app.scaffold import CI


@click.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--ci", type=click.Choice(["github", "gitlab", "none"]), default="github", show_default=True,
    help="Whose pipeline checks every change of prompts, price book and evals.",
)  # fmt: skip
def init(directory: Path, ci: CI) -> None:
    """Write a project into DIRECTORY: prompts, price book, evals and settings of a demo company, yours to change."""
    from botops.app.scaffold import write_scaffold

    written = write_scaffold(directory, ci)
    click.echo(f"{len(written)} files written to {directory}")
    click.echo(
        f"\nNext:\n  cd {directory}\n  botops up                      # the bot, the console, the metrics\n"
        "  botops check --dialogues evals/dialogues/sample.jsonl --html report.html"
    )


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
def doctor(as_json: bool) -> int:
    """Say what is wrong with this installation and how to mend it. Exit code 1 when something is."""
    from botops.app.doctor import examine

    checks = examine(Path.cwd())
    if as_json:
        rows = [{"name": c.name, "state": c.state, "detail": c.detail, "remedy": c.remedy} for c in checks]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        marks = {"ok": ("ok  ", "green"), "warning": ("warn", "yellow"), "error": ("BAD ", "red")}
        for check in checks:
            mark, colour = marks[check.state]
            click.echo(f"{click.style(mark, fg=colour)}  {check.name}: {check.detail}")
            if check.remedy:
                click.echo(f"      → {check.remedy}")
    return int(any(check.state == "error" for check in checks))
