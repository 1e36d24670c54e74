"""`botops probe`."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import click

from botops.cli.context import counted, json_line, json_option, open_container, project_settings, set_option
from botops.cli.params import Month
from botops.cli.rows import plain

if TYPE_CHECKING:
    from datetime import date

    from botops.app.probing import ProbeStanding
    from botops.domain.probes import ProbeResult


@click.group()
def probe() -> None:
    """Ask the bot what a client would, through the API, and compare the answer with the price book in force."""


@probe.command()
@click.option("--api", metavar="URL", help="Where to ask [default: probes.url, or the address of the running API].")
@click.option(
    "--scheduled", is_flag=True,
    help="Only when a round is due, and count it in the month's figures: for cron, with probes.enabled: false.",
)  # fmt: skip
@json_option
@set_option
def run(api: str | None, scheduled: bool, as_json: bool, overrides: tuple[str, ...]) -> int:
    """Ask every question once: the price of a product in each language, and a person. May run beside the bot.

    These dialogues count in no figures, budgets or experiments. Exit code 1 when an answer is wrong, 3 when there is
    none.
    """
    from botops.app.probing import address_of, ask_all, ask_by_hand
    from botops.app.probing.rows import run_row
    from botops.domain.errors import UserError

    settings = project_settings(overrides)
    chosen = any(one.startswith("server.") for one in overrides)
    with open_container(settings, role="side") as container:
        address = api or address_of(settings if chosen else container.settings)
        if address is None:
            raise UserError("server.port is 0, so nobody knows where the API is: name it with --api")
        every_s = settings.probes.every_s if scheduled else None
        if every_s is not None and not container.store.probes.begin(every_s):
            click.echo("no round is due: the last one began less than probes.every_min ago", err=True)
            return 0
        if every_s is not None:
            done, kept = ask_all(container, address, every_s=every_s), True
        else:
            done, kept = ask_by_hand(container, address)
    if as_json:
        click.echo(json_line(run_row(done)), nl=False)
    else:
        for result in done.results:
            click.echo(plain(_line(result)))
    if not kept:
        click.echo(
            f"Nobody listens at {address}: this round is not counted. Name the address with --api if the bot is "
            "served elsewhere.",
            err=True,
        )
    if done.note:
        click.echo(f"Not asked: {done.note}", err=True)
    return _code(done.results)


@probe.command("list")
@click.option("--month", type=Month(), metavar="YYYY-MM", help="Which month; default: the present one.")
@json_option
def list_(month: date | None, as_json: bool) -> int:
    """Uptime, correctness and error budget of a month, and the latest round. Exit code 1 while a question fails."""
    from botops.app.probing import standing
    from botops.app.probing.rows import standing_row

    with open_container(project_settings(), role="reader") as container:
        found = standing(container, month)
    if as_json:
        click.echo(json.dumps(standing_row(found), ensure_ascii=False, indent=1))
    else:
        _show(found)
    return int(bool(found.failing))


def _show(found: ProbeStanding) -> None:
    from botops.domain.money import PICO

    figures = found.figures
    if not found.on:
        click.echo("Probes do not run by themselves: set probes.enabled, or run `botops probe run` by cron.", err=True)
    if not figures.asked:
        click.echo(f"{found.month:%Y-%m}  no scheduled probes")
    else:
        click.echo(
            f"{found.month:%Y-%m}  answered {_percent(figures.uptime)} of {figures.asked:,} "
            f"(goal {_percent(found.objectives.answered)}, budget left {_percent(figures.uptime_budget_left)}), "
            f"right {_percent(figures.correct)} of {figures.judged:,} "
            f"(goal {_percent(found.objectives.right)}, budget left {_percent(figures.correct_budget_left)})"
        )
    if figures.missed:
        click.echo(
            f"         {counted(figures.missed, 'round')} never took place: answered at least "
            f"{_percent(figures.uptime_at_least)}"
        )
    for one in figures.by_question:
        click.echo(f"  {one.name:<14} answered {_percent(one.uptime):>8}  right {_percent(one.correct):>8}")
    if figures.pico_usd or figures.unknown_cost:
        cost = Decimal(figures.pico_usd) / PICO
        click.echo(f"  cost ${cost:,.4f}" + (", and calls without a known price" if figures.unknown_cost else ""))
    if found.last is not None:
        click.echo(f"Last round, {found.last.at:%Y-%m-%d %H:%M} UTC, at {found.last.address}:")
        for result in found.last.results:
            click.echo(plain(f"  {_line(result)}"))
        if found.last.note:
            click.echo(f"  not asked: {found.last.note}", err=True)


def _line(result: ProbeResult) -> str:
    from botops.monitor.probe_alerts import fault_of

    took = f"{result.ms:,} ms" if result.ms is not None else "-"
    return f"{result.name:<14} {result.outcome.value:<12} {took:>9}  {fault_of(result, 'en')}".rstrip()


def _percent(share: float | None) -> str:
    """Per cent, never "100%" where something is missing."""
    if share is None:
        return "unknown"
    return f"{min(share, 0.9999):.2%}" if 0.9995 <= share < 1 else f"{share:.1%}"


def _code(results: tuple[ProbeResult, ...]) -> int:
    from botops.domain.probes import ProbeOutcome

    outcomes = {result.outcome for result in results}
    if ProbeOutcome.WRONG in outcomes:
        return 1
    return 3 if ProbeOutcome.UNANSWERED in outcomes else 0
