"""`botops experiment plan`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from botops.cli.context import json_option, open_container, project_settings, set_option
from botops.cli.params import Share

if TYPE_CHECKING:
    from botops.app.experiments.planning import ExperimentPlan
    from botops.domain.messages import Language


@click.command()
@click.argument("prompt", required=False)
@click.option(
    "--metric",
    required=True,
    metavar="NAME",
    help="won, qualified, satisfaction, flagged, escalated, cost, latency or length.",
)
@click.option(
    "--effect",
    required=True,
    metavar="SIZE",
    help="What is to be found: +3pp (percentage points), 20% (of the baseline), -50 (in the metric's own unit).",
)
@click.option("--variants", type=click.IntRange(2, 26), default=2, show_default=True, help="The control included.")
@click.option("--leads-per-day", type=click.FloatRange(0, 1e9, min_open=True), help="Default: the last 28 days'.")
@click.option("--baseline", type=Share(), help="What the metric is now, as 10% or 0.1; default: the last 28 days'.")
@click.option(
    "--sd",
    type=click.FloatRange(0, min_open=True),
    help="Standard deviation by lead, of cost, latency and length; default: the last 28 days'.",
)
@click.option(
    "--window-days",
    type=click.IntRange(1, 365),
    default=14,
    show_default=True,
    help="How long a lead's outcome is waited for.",
)
@click.option(
    "--power", type=click.FloatRange(0.5, 0.99), default=0.8, show_default=True, help="The chance to find it."
)
@click.option("--language", type=click.Choice(["ru", "kk", "en"]), default="ru", show_default=True)
@json_option
@set_option
def plan(
    prompt: str | None,
    metric: str,
    effect: str,
    variants: int,
    leads_per_day: float | None,
    baseline: float | None,
    sd: float | None,
    window_days: int,
    power: float,
    language: Language,
    as_json: bool,
    overrides: tuple[str, ...],
) -> None:
    """How many leads and days an experiment on PROMPT needs, and the least difference that two weeks show.

    Looking every day costs leads: the size for one look at the end stands beside the one that holds for daily looks,
    which is the one to write into the release file as `planned`.
    """
    from botops.app.experiments.plan_words import say_plan
    from botops.app.experiments.planning import Asked, plan_experiment, plan_json

    settings = project_settings(overrides)
    asked = Asked(metric, effect, variants, baseline, sd, leads_per_day, window_days, power)
    with open_container(settings, role="reader") as container:
        found = plan_experiment(container, prompt or settings.prompt, asked)
    if as_json:
        click.echo(json.dumps(plan_json(found), indent=1))
        return
    click.echo(say_plan(found, language))
    _print(found)


def _print(found: ExperimentPlan) -> None:
    from rich.console import Console

    from botops.cli.experiment_tables import table

    sizes = table("looked at", "leads a variant", "leads", "days", "least difference in two weeks")
    for name, size, least in (
        ("every day (planned)", found.sequence, found.soon),
        ("once, at the end", found.fixed, found.soon_fixed),
    ):
        days = "—" if size.days is None else str(size.days)
        sizes.add_row(name, str(size.per_arm), str(size.total), days, "—" if least is None else f"{least:+.4g}")
    console = Console()
    console.print(sizes)
    told = f"of {found.leads} leads" if found.leads else "as given"
    console.print(f"baseline {found.baseline:.4g} ({told}), {found.leads_per_day:.1f} leads a day", markup=False)
