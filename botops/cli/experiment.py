"""`botops experiment`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from botops.cli.context import json_option, open_container, project_settings, set_option
from botops.cli.experiment_plan import plan

if TYPE_CHECKING:
    from botops.domain.messages import Language


@click.group()
def experiment() -> None:
    """Plan experiments on prompts, see how they stand."""


experiment.add_command(plan)


@experiment.command()
@click.argument("prompt", required=False)
@click.option("--language", type=click.Choice(["ru", "kk", "en"]), default="ru", show_default=True)
@click.option("--history", is_flag=True, help="The interval at the end of each day since the start.")
@json_option
@set_option
def status(prompt: str | None, language: Language, history: bool, as_json: bool, overrides: tuple[str, ...]) -> int:
    """The verdict on the experiment that runs on PROMPT (default: the prompt of the project), with its figures.

    The interval of each difference holds however often it is looked at. Exit code 1 when the experiment does harm or
    its shares do not add up, else 0.
    """
    from botops.app.experiments import experiment_history, experiment_status, history_json, status_json
    from botops.cli.experiment_tables import print_history, print_status

    settings = project_settings(overrides)
    with open_container(settings, role="reader") as container:
        found = experiment_status(container, prompt or settings.prompt, language)
        points = experiment_history(container, prompt or settings.prompt) if history else ()
    if as_json:
        row = history_json(points) if history else status_json(found)
        click.echo(json.dumps(row, ensure_ascii=False, indent=1))
    elif history:
        print_history(points)
    else:
        print_status(found)
    alarming = found.verdict is not None and found.verdict.state.value in {"harm", "mismatch"}
    return 1 if alarming else 0
