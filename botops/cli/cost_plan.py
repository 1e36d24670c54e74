"""`botops cost plan`."""

from __future__ import annotations

import json
import math
import os
from typing import TYPE_CHECKING

import click

from botops.cli.context import json_option, project_settings, set_option
from botops.cli.money import amount, ranged
from botops.cli.params import Share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from botops.costs.plan import CapacityPlan, LimitUse

_LIMITS = {"rpm": "requests a minute", "tpm": "tokens a minute"}


@click.command("plan")
@click.option("--dialogues", type=click.FloatRange(0, 1e9, min_open=True), help="How many a day; default: as now.")
@click.option("--model", metavar="NAME", help="What if another model answered.")
@click.option("--prompt", metavar="NAME[@VERSION]", help="What if another version of the prompt were live.")
@click.option("--cached", type=Share(), help="What if this share of the input came from the provider's cache: 80%.")
@click.option("--repairs", type=Share(), help="What if so many calls for each turn corrected a reply: 5%.")
@click.option("--rpm", type=click.IntRange(1), help="The provider's limit of requests a minute.")
@click.option("--tpm", type=click.IntRange(1), help="The provider's limit of tokens a minute, input and output.")
@click.option(
    "--confidence", type=click.FloatRange(0.5, 0.99), default=0.9, show_default=True,
    help="In how many cases of one the interval is to hold.",
)  # fmt: skip
@json_option
@set_option
def plan_command(
    dialogues: float | None,
    model: str | None,
    prompt: str | None,
    cached: float | None,
    repairs: float | None,
    rpm: int | None,
    tpm: int | None,
    confidence: float,
    as_json: bool,
    overrides: tuple[str, ...],
) -> None:
    """What so many dialogues a day need: calls, tokens, money, and which rate limit they hit at which hour.

    How a dialogue goes is measured on the last 28 days of the store; what cannot be is assumed, and every figure says
    which it is. Limits are those of the options, else of costs.rate_limits in botops.yaml. A limit is hit when one
    minute in a hundred of the busiest hour of the busiest weekday passes it.
    """
    from botops.app.costs.planning import WhatIf, plan, plan_json, planning_container
    from botops.config import Secrets

    what_if = WhatIf(model, prompt, cached, repairs)
    with planning_container(project_settings(overrides), Secrets.from_environ(os.environ)) as container:
        found = plan(container, dialogues, what_if=what_if, rpm=rpm, tpm=tpm, confidence=confidence)
    if as_json:
        click.echo(json.dumps(plan_json(found), ensure_ascii=False, indent=1))
        return
    _print(found)


def _print(found: CapacityPlan) -> None:
    use, peak = found.usage_per_day, found.peak
    calls = ", ".join(f"{purpose.value} {number:,.0f}" for purpose, number in found.calls_per_day.items())
    cached = f"{use.cached_tokens / use.input_tokens:.0%} cached" if use.input_tokens else "nothing cached"
    click.echo(f"{found.dialogues_per_day:,.0f} dialogues a day, answered by {found.model}")
    click.echo(f"  turns a day         {found.turns_per_day:,.0f}")
    click.echo(f"  calls a day         {calls}")
    click.echo(f"  tokens a day        {use.input_tokens:,} in ({cached}), {use.output_tokens:,} out")
    _print_money(found)
    click.echo(
        f"  busiest hour        {peak.hour}:00 of the busiest weekday: {peak.requests:,.0f} requests and "
        f"{peak.tokens:,.0f} tokens a minute, in a busy one {peak.busy_requests:,.0f} and {peak.busy_tokens:,.0f}"
    )
    for limit in found.limits:
        click.echo(_limit(limit, found))
    if not found.limits:
        click.echo("  limits              none known: give --rpm and --tpm, or costs.rate_limits in botops.yaml")
    click.echo("\nThis rests on:")
    for each in found.inputs:
        name, value = each.name.replace("_", " "), f"{each.value:,.4g} {each.unit}"
        click.echo(f"  {name:<19} {value}: {each.origin}, {each.basis}")


def _print_money(found: CapacityPlan) -> None:
    if found.month is None:
        model = found.model
        click.echo(f"  a month             not known: {model} has no price; set one under costs.prices in botops.yaml")
        return
    click.echo(f"  a month of 30 days  {ranged(found.month, 'USD')}, in {found.confidence:.0%} of cases")
    if found.month_local is not None and found.currency not in {None, "USD"}:
        click.echo(f"                      {ranged(found.month_local, found.currency or '')}")
    by_purpose = ", ".join(f"{purpose.value} {amount(usd, 'USD')}" for purpose, usd in found.by_purpose.items())
    click.echo(f"                      {by_purpose}; {found.price_source}")
    if found.base is not None and found.base.month is not None:
        before = found.base.month.expected
        change = f" ({float(found.month.expected / before) - 1:+.0%})" if before else ""
        click.echo(f"  as it is now        {amount(before, 'USD')} a month, {found.base.model}{change}")


def _limit(use: LimitUse, found: CapacityPlan) -> str:
    said = (
        f"  {use.limit.kind} {use.limit.per_minute:<15,} a busy minute takes {use.peak:,.0f} {_LIMITS[use.limit.kind]}"
    )
    said += f", {use.share:,.0%} of the limit"
    if use.hit:
        said += f": hit {_spans(use.hours)}"
    if not math.isinf(use.dialogues_per_day):
        many = "dialogue" if round(use.dialogues_per_day) == 1 else "dialogues"
        said += f"; enough for {use.dialogues_per_day:,.0f} {many} a day"
    traffic = found.traffic
    if traffic is None:
        return said + "; when it is reached is not known: too little traffic to tell its growth"
    now = f"today's {traffic.dialogues_per_day:,.0f} dialogues a day"
    if use.reached_on is None:
        return said + f"; {now}, growing by {traffic.growth:+.1%} a week, do not reach it within two years"
    if use.reached_on <= traffic.day:
        return said + f"; {now} are past it: raise the tier"
    return said + f"; {now} reach it on {use.reached_on} growing by {traffic.growth:.1%} a week: raise the tier before"


def _spans(hours: Sequence[int]) -> str:
    """Hours of a day as stretches: from 9:00 to 12:00, from 18:00 to 19:00."""
    starts = [hour for hour in hours if hour - 1 not in hours]
    ends = [hour + 1 for hour in hours if hour + 1 not in hours]
    return ", ".join(f"from {start}:00 to {end}:00" for start, end in zip(starts, ends, strict=True))
