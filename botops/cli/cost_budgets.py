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
    from botops.domain.budgets import BudgetAlert


@click.command()
@click.option("--rebuild", is_flag=True, help="Make the ledger anew from the calls that are kept.")
@json_option
@set_option
def budgets(rebuild: bool, as_json: bool, overrides: tuple[str, ...]) -> int:
    """Where each budget stands: spent, held for calls under way, left, and when it will be used up at this pace.

    Exit code 1 when a hard budget is used up and dialogues go to people, or when the ledger does not agree with the
    calls that are kept.
    """
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


def standing_row(one: BudgetStanding) -> dict[str, object]:
    """A standing as JSON; amounts are text, exact."""
    budget = one.budget
    return {
        "name": one.name,
        "scope": budget.scope.value,
        "of": budget.of,
        "period": budget.period.value if budget.period else None,
        "since": one.since.isoformat() if one.since else None,
        "until": one.until.isoformat() if one.until else None,
        "currency": one.currency,
        "limit": _text(one.limit),
        "spent": _text(one.spent),
        "held": _text(one.held),
        "left": _text(one.left),
        "share": round(float(one.share), 6),
        "state": one.state.value,
        "hard": budget.hard,
        "soft": [_text(share) for share in budget.soft],
        "cheaper_model": budget.cheaper_model,
        "cheaper_at": None if budget.cheaper_at is None else _text(budget.cheaper_at),
        "hand_over_at": None if budget.hand_over_at is None else _text(budget.hand_over_at),
        "runs_out_at": one.runs_out_at.isoformat() if one.runs_out_at else None,
        "unknown_calls": one.unknown_calls,
        "dialogue_id": one.dialogue_id,
        "alerts": [alert_row(alert) for alert in one.alerts],
    }


def alert_row(alert: BudgetAlert) -> dict[str, object]:
    """An alert as JSON."""
    return {
        "level": alert.level.value,
        "share": _text(alert.share) if alert.share else None,
        "limit": alert.limit,
        "at": alert.at.isoformat(),
        "times": alert.times,
        "detail": alert.detail,
    }


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


def _text(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _short(amount: Decimal) -> str:
    from botops.costs.budgets import shown

    return shown(amount)
