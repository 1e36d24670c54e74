"""`botops cost budgets`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from botops.cli.context import counted, json_option, open_container, project_settings, set_option
from botops.cli.rows import moment, plain

if TYPE_CHECKING:
    from decimal import Decimal

    from botops.costs.budgets import BudgetStanding


@click.command()
@click.option("--rebuild", is_flag=True, help="Make the ledger anew from the calls that are kept.")
@json_option
@set_option
def budgets(rebuild: bool, as_json: bool, overrides: tuple[str, ...]) -> int:
    """Where each budget stands: spent, held for calls under way, left, and when it will be used up at this pace.

    Exit code 1 when a hard budget is used up and dialogues go to people, or when the ledger does not agree with the
    calls that are kept.
    """
    from botops.app.costs.budget_rows import standing_row
    from botops.app.costs.budgets import discrepancies, standings, stopped

    settings = project_settings(overrides)
    with open_container(settings, role="side" if rebuild else "reader") as container:
        if rebuild:
            click.echo(f"{counted(container.store.budgets.rebuild(), 'line')} of the ledger changed", err=True)
        found = standings(container)
        wrong = discrepancies(container.store.budgets, container.clock.now())
    if as_json:
        click.echo(json.dumps([standing_row(one) for one in found], ensure_ascii=False, indent=1))
    else:
        for one in found:
            _print(one)
    if not found:
        click.echo("no budgets: write the section `budgets` of botops.yaml", err=True)
    for line in wrong:
        click.echo(
            f"ledger {line.day} {line.prompt or '-'} {line.channel}: {line.ledger_pico_usd} pico-dollars, the calls "
            f"that are kept cost {line.attempts_pico_usd}: botops cost budgets --rebuild",
            err=True,
        )
    return 1 if wrong or stopped(found) else 0


def _print(one: BudgetStanding) -> None:
    budget = one.budget
    what = " ".join(
        part for part in (budget.scope.value, budget.of, budget.period.value if budget.period else "") if part
    )
    click.echo(plain(f"{one.name}  {what}  {one.state.value}"))
    amounts = (
        f"{_short(one.spent)} of {_short(one.limit)} {one.currency} spent, {_short(one.held)} held for calls under way"
    )
    click.echo(f"    {amounts}, {_short(one.left)} left ({float(one.share):.1%} used)")
    if one.dialogue_id is not None:
        click.echo(plain(f"    of the dialogue that cost most today: {one.dialogue_id}"))
    if one.runs_out_at is not None:
        click.echo(f"    used up at this pace: {moment(one.runs_out_at)}")
    if one.unknown_calls:
        calls = counted(one.unknown_calls, "call")
        click.echo(f"    {calls} without a known price: more is spent than shown; add it under costs.prices")
    for alert in one.alerts:
        share = f" {float(alert.share):.0%}" if alert.share else ""
        times = f", {alert.times} times" if alert.times > 1 else ""
        click.echo(plain(f"    {moment(alert.at)}  {alert.level.value}{share}{times}: {alert.detail}"))


def _short(amount: Decimal) -> str:
    from botops.costs.budgets import shown

    return shown(amount)
