"""`botops cost`."""

from __future__ import annotations

import click

from botops.cli.cost_budgets import budgets
from botops.cli.cost_export import export
from botops.cli.cost_forecast import forecast_command
from botops.cli.cost_plan import plan_command
from botops.cli.cost_prices import prices
from botops.cli.cost_prompt import prompt
from botops.cli.cost_reconcile import reconcile
from botops.cli.cost_report import report
from botops.cli.cost_reprice import reprice


@click.group()
def cost() -> None:
    """What dialogues cost, what they will, and what they may."""


for command in (budgets, export, forecast_command, plan_command, prices, prompt, reconcile, report, reprice):
    cost.add_command(command)
