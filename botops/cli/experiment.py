"""`botops experiment`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from botops.cli.context import json_option, open_container, project_settings, set_option
from botops.cli.experiment_plan import plan
from botops.cli.experiment_rehearse import rehearse_command
from botops.cli.experimenting import coverage, line, list_experiments, promote, start, stop, tell_broken, tester

if TYPE_CHECKING:
    from botops.domain.messages import Language


@click.group()
def experiment() -> None:
    """Try a version on a part of the clients: plan, start, widen, watch, stop, promote."""


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
    from botops.app.experiments.experimenting import experiment as experiment_on
    from botops.app.experiments.experimenting import experiment_json
    from botops.app.experiments.status import experiment_history, experiment_status, history_json, status_json
    from botops.cli.experiment_tables import print_history, print_status

    settings = project_settings(overrides)
    name = prompt or settings.prompt
    with open_container(settings, role="reader") as container:
        one = experiment_on(container, name)
        tell_broken(container, name)
        found = experiment_status(container, name, language)
        points = experiment_history(container, name) if history else ()
    if as_json:
        row = history_json(points) if history else {**experiment_json(one), **status_json(found)}
        click.echo(json.dumps(row, ensure_ascii=False, indent=1))
    elif history:
        print_history(points)
    else:
        click.echo(line(one))
        print_status(found)
    alarming = found.verdict is not None and found.verdict.state.value in {"harm", "mismatch"}
    return 1 if alarming else 0


for command in (plan, rehearse_command, start, list_experiments, coverage, tester, stop, promote):
    experiment.add_command(command)
