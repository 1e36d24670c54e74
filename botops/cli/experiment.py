"""`botops experiment`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from botops.cli.context import json_option, open_container, project_settings, set_option

if TYPE_CHECKING:
    from botops.app.experiments import ExperimentStatus
    from botops.domain.messages import Language


@click.group()
def experiment() -> None:
    """See how experiments on prompts stand."""


@experiment.command()
@click.argument("prompt", required=False)
@click.option("--language", type=click.Choice(["ru", "kk", "en"]), default="ru", show_default=True)
@json_option
@set_option
def status(prompt: str | None, language: Language, as_json: bool, overrides: tuple[str, ...]) -> int:
    """The verdict on the experiment that runs on PROMPT (default: the prompt of the project), with its figures.

    The interval of each difference holds however often it is looked at. Exit code 1 when the experiment does harm or
    its shares do not add up, else 0.
    """
    from botops.app.experiments import experiment_status, status_json

    settings = project_settings(overrides)
    with open_container(settings, role="reader") as container:
        found = experiment_status(container, prompt or settings.prompt, language)
    if as_json:
        click.echo(json.dumps(status_json(found), ensure_ascii=False, indent=1))
    else:
        _print(found)
    alarming = found.verdict is not None and found.verdict.state.value in {"harm", "mismatch"}
    return 1 if alarming else 0


def _print(found: ExperimentStatus) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.print(f"{found.experiment}: {found.text}", markup=False, soft_wrap=True)
    table = Table()
    names = list(found.arms[0].metrics) if found.arms else []
    for title in ("version", "leads", *names):
        table.add_column(title, justify="right")
    for arm in found.arms:
        table.add_row(f"{found.prompt}@{arm.version}", str(arm.leads), *(f"{arm.metrics[n]:.4g}" for n in names))
    console.print(table)
    if found.verdict is None:
        return
    table = Table()
    for title in ("against the control", "metric", "difference", "low", "high", "p"):
        table.add_column(title, justify="right")
    for c in (*found.verdict.primary, *found.verdict.guardrails):
        figures = (f"{v:+.4g}" for v in (c.found.diff, c.found.low, c.found.high))
        table.add_row(f"{found.prompt}@{found.arms[c.variant].version}", c.metric, *figures, f"{c.p:.3g}")
    console.print(table)
    console.print(f"shares as set: p = {found.verdict.sample_ratio.p:.3g}", markup=False)
