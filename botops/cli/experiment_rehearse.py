"""`botops experiment rehearse`."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import click

from botops.cli.context import json_option, project_settings, set_option
from botops.domain.errors import UserError

if TYPE_CHECKING:
    from botops.app.experiments.rehearsal import Rehearsal
    from botops.domain.messages import Language
    from botops.registry import Split


@click.command("rehearse")
@click.argument("prompt", required=False)
@click.option("--against", type=click.IntRange(1), metavar="VERSION", help="Try the live version against this one.")
@click.option("--primary", default="won", show_default=True, help="With --against: the metric that decides.")
@click.option("--planned", type=click.IntRange(100), default=1600, show_default=True, help="With --against: leads.")
@click.option(
    "--margin",
    type=click.FloatRange(0),
    default=0.03,
    show_default=True,
    help="With --against: how much more leads may hear a false claim (0.03 is 3 points).",
)
@click.option("--days", type=click.IntRange(1, 366), default=28, show_default=True)
@click.option("--leads-per-day", type=click.IntRange(1, 100_000), default=100, show_default=True)
@click.option("--seed", type=int, default=7, show_default=True, help="Other clients, other words.")
@click.option("--language", type=click.Choice(["ru", "kk", "en"]), default="ru", show_default=True)
@json_option
@set_option
def rehearse_command(
    prompt: str | None, against: int | None, primary: str, planned: int, margin: float, days: int, leads_per_day: int,
    seed: int, language: Language, as_json: bool, overrides: tuple[str, ...],
) -> int:  # fmt: skip
    """Live an experiment on PROMPT in advance, with simulated clients and the simulated model.

    The experiment is the one in the release file, or with --against the live version against another one, half of the
    leads each. Nothing of the project is touched. It shows whether the plan leads to a verdict and whether a guardrail
    stops harm; what real clients would do, it cannot know. Exit code 1 when a guardrail stopped it.
    """
    from botops.app.experiments.rehearsal import Course, rehearsal_json, rehearse
    from botops.registry import Registry

    settings = project_settings(overrides)
    name = prompt or settings.prompt
    course = Course(days, leads_per_day, seed=seed)
    registry = Registry(settings.path("prompts"))  # without a folder for its state: looking leaves nothing behind
    split = registry.release(name).split
    if against is not None:
        versions = (registry.release(name).live, registry.version(name, against).ref.version)
        split = _split(versions, primary, planned, margin)
    if split is None:
        raise UserError(f"{name}: no experiment stands in its release file; try a version: --against VERSION")
    click.echo("simulated clients and a simulated model: they show the way to a verdict, not what people do", err=True)

    def tell(look: Rehearsal) -> None:
        whole_day = look.leads % leads_per_day == 0
        if not as_json and (whole_day or look.decided):
            click.echo(f"{look.at:%Y-%m-%d %H:%M}  {look.leads:>6}  {look.status.text.splitlines()[0]}")
        if look.stopped is not None:
            click.echo(f"stopped by {look.stopped.by}: {look.stopped.reason}", err=as_json)

    found = asyncio.run(rehearse(settings, name, course, split=split, language=language, on_look=tell))
    if as_json:
        click.echo(json.dumps(rehearsal_json(found), ensure_ascii=False, indent=1))
    return 1 if found.stopped is not None else 0


def _split(versions: tuple[int, int], primary: str, planned: int, margin: float) -> Split:
    """Half of the leads each, the control first. Raises UserError for a metric there is not."""
    from botops.app.experiments.experimenting import planned as planned_split

    guardrails = [] if primary == "flagged" else [{"metric": "flagged", "margin": margin}]
    variants = [{"version": version, "weight": 5000} for version in versions]
    measure = {"primary": primary, "planned": planned, "guardrails": guardrails}
    return planned_split({"experiment": f"rehearsal-{versions[1]}", "variants": variants, "measure": measure})
