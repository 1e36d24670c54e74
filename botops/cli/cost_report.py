"""`botops cost report`."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click

from botops.cli.context import counted, json_option, project_settings, set_option

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from decimal import Decimal

    from botops.app.costs.amounts import Amount, Mean
    from botops.app.costs.reporting import CostReport, CostRow
    from botops.app.costs.source import CostSource
    from botops.app.periods import Period
    from botops.store import CostDimension, CostValue

DAYS = 28
_FEW = 30
"""Dialogues below which a mean says little."""
_BY = ("day", "week", "month", "purpose", "prompt", "version", "experiment", "variant", "model", "tier", "channel",
       "language", "outcome", "origin", "simulated")  # fmt: skip
_NONE = {"outcome": "(no outcome)", "purpose": "(not told)", "prompt": "(no prompt)", "version": "(no prompt)",
         "experiment": "(no experiment)", "variant": "(no experiment)", "tier": "(ordinary)"}  # fmt: skip


@click.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="The first day (2026-11-01).")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="The last day; default: today.")
@click.option("--days", type=click.IntRange(1, 3660), help=f"The last so many days, today included; default: {DAYS}.")
@click.option("--by", "dimensions", multiple=True, metavar="DIMENSION", help=f"Told by: {', '.join(_BY)}. Several "
              "options, or several names with commas, are told by together.")  # fmt: skip
@click.option("--currency", metavar="CODE", help="The currency beside dollars; default: the company's.")
@json_option
@set_option
def report(
    since: datetime | None, until: datetime | None, days: int | None, dimensions: tuple[str, ...],
    currency: str | None, as_json: bool, overrides: tuple[str, ...],
) -> None:  # fmt: skip
    """What the model cost, in dollars and in the company's currency, by day, prompt version, model, outcome and more.

    Days are those of the company's time zone. Costs are of clients' dialogues, failed calls and corrections included;
    calls beside dialogues (evaluations, second opinions) are told apart below. Groups add up to the total exactly;
    dialogues and leads do not: each counts once in every group it has a call in.
    """
    from botops.app.costs.reporting import report as report_of
    from botops.app.costs.source import reading_costs
    from botops.config import Secrets

    if days is not None and (since is not None or until is not None):
        raise click.UsageError("--days counts back from today: give either --days, or --since and --until")
    if since is None and until is not None:
        raise click.UsageError("--until is the last day of a period: say with --since when it begins")
    by = tuple(dict.fromkeys(name.strip() for names in dimensions for name in names.split(",") if name.strip()))
    settings = project_settings(overrides)
    with reading_costs(settings, Secrets.from_environ(os.environ)) as source:
        asked = _period(source, since, until, days)
        found = report_of(source, asked, by, currency=currency)  # type: ignore[arg-type]  # what is none is refused
    if as_json:
        from botops.app.costs.report_rows import report_json

        click.echo(json.dumps(report_json(found), ensure_ascii=False, indent=1))
    else:
        _print(found)
    for line in _notes(found, settings.simulator.priced_as):
        click.echo(line, err=True)


def _period(source: CostSource, since: datetime | None, until: datetime | None, days: int | None) -> Period:
    from botops.app.periods import between, period

    if since is None:
        return period(source, days or DAYS)
    today = period(source, 1).dates()[0]
    return between(source, since.date(), until.date() if until is not None else max(today, since.date()))


def _print(found: CostReport) -> None:
    from botops.cli.cost_tables import table

    first, last = found.period.dates()[0], found.period.dates()[-1]
    total = found.total
    head = f"{first} to {last} ({counted(found.period.days, 'day')}, {found.period.zone})"
    if found.empty:
        click.echo(f"{head}: {'nothing counted yet' if found.lag.hours else 'nothing'}")
        return
    click.echo(f"{head}: {_least(total)}{_amount(total.cost)}")
    for line in _facts(total):
        click.echo(f"  {line}")
    if found.by and total.calls + total.turns:
        click.echo()
        _table(found, table)
    if found.side:
        click.echo(f"\nBeside dialogues: {_amount(found.side_total.cost)}; together {_amount(found.everything)}")
        lines = [
            (*(_name(name, value) for name, value in zip(found.side_by, row.key, strict=True)), f"{row.calls:,}",
             *_cost(row))
            for row in found.side
        ]  # fmt: skip
        heads = (*found.side_by, "calls", "USD", *_local(found))
        table(heads, lines, right=range(len(found.side_by), len(heads)))


def _table(found: CostReport, table: object) -> None:
    assert callable(table)
    told = len(found.by)
    heads = (*found.by, "USD", *_local(found), "share", "dialogues", "USD each", "replies", "USD each", "calls",
             "tokens in", "cached", "tokens out")  # fmt: skip
    whole = found.total.pico_usd
    lines = [
        (
            *(_name(name, value) for name, value in zip(found.by, row.key, strict=True)),
            *_cost(row),
            f"{row.pico_usd / whole:.1%}" if whole else "—",
            f"{row.spoken.dialogues:,}",
            _each(row.per_dialogue, row),
            f"{row.replies:,}",
            _each(row.per_reply, row),
            f"{row.calls:,}",
            f"{row.usage.input_tokens:,}",
            _share(row.cached_share),
            f"{row.usage.output_tokens:,}",
        )
        for row in found.rows
    ]
    table(heads, lines, right=range(told, len(heads)))


def _facts(total: CostRow) -> Iterator[str]:
    spoken = total.spoken
    if not (total.turns or total.calls):
        return
    yield f"{counted(spoken.dialogues, 'dialogue')}, {_mean(total.per_dialogue)} each"
    yield f"{counted(total.replies, 'reply', 'replies')}, {_mean(total.per_reply)} each"
    if spoken.qualified:
        yield f"{counted(spoken.qualified, 'qualified lead')}, {_mean(total.per_qualified)} each"
    if spoken.won:
        yield f"{counted(spoken.won, 'won deal')}, {_mean(total.per_won)} each"
    yield f"corrections {_part(total.repairs, total)}; failed calls {_part(total.failed_calls, total)}"
    yield f"{counted(total.turns_failed, 'failed turn')}: {_part(total.failed_turns, total)}"
    saved = f"saved by caching: {_amount(total.saved)}"
    if total.saved_unknown:
        saved += f", without {counted(total.saved_unknown, 'call')} of which it is not known"
    yield saved
    if total.calls_estimated:
        share = _share(total.estimated_share)
        yield f"estimated: {share} of the cost, {counted(total.calls_estimated, 'call')} without a provider's usage"


def _notes(found: CostReport, priced_as: str) -> Iterator[str]:
    total = found.total
    if found.lag.hours:
        waiting = f"{counted(found.lag.hours, 'hour')} of this period {'waits' if found.lag.hours == 1 else 'wait'}"
        yield f"not all is counted yet: {waiting} for `botops up` or `botops serve` to sum them up"
    if found.empty and found.lag.hours:
        return
    if found.empty:
        yield "no model was asked in this period: choose a longer one with --days"
        return
    if total.simulated:
        yield (
            f"simulated: {total.simulated} of {counted(total.turns, 'reply', 'replies')}; nobody is billed for "
            f"them, they count at the price of {priced_as}"
        )
    unknown = total.calls_unknown + found.side_total.calls_unknown
    if unknown:
        yield (
            f"{counted(unknown, 'call')} without a known price count 0, so the cost is more than is shown; find the "
            "models with --by model and set their price under costs.prices in botops.yaml"
        )
    if total.cost.local is None:
        yield "no exchange rate is known: amounts are in dollars; add one under costs.rates in botops.yaml"
    if 0 < total.spoken.dialogues < _FEW:
        yield f"{counted(total.spoken.dialogues, 'dialogue')} only: what one costs on average may change a lot"


def _name(dimension: CostDimension, value: CostValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) or _NONE.get(dimension, "(none)")


def _local(found: CostReport) -> tuple[str, ...]:
    shown = found.total.cost.local is not None and found.currency != "USD"
    return (found.currency,) if shown else ()


def _cost(row: CostRow) -> tuple[str, ...]:
    """The cells of a row's cost. What is not known is not 0."""
    from botops.cli.cost_tables import exact

    money = row.cost.money
    local = [f"{money.amount:,}"] if money is not None and money.currency != "USD" else []
    cells = [exact(row.usd), *local]
    if not row.calls_unknown:
        return tuple(cells)
    return tuple(f"≥ {cell}" for cell in cells) if row.pico_usd else ("unknown",) * len(cells)


def _least(row: CostRow) -> str:
    return "at least " if row.calls_unknown else ""


def _amount(amount: Amount) -> str:
    from botops.cli.cost_tables import exact

    money = amount.money
    also = f" ({money.amount:,} {money.currency})" if money is not None and money.currency != "USD" else ""
    return f"${exact(amount.usd)}{also}"


def _mean(mean: Mean | None) -> str:
    from botops.cli.cost_tables import exact

    if mean is None:
        return "—"
    also = f" ({exact(mean.local)} {mean.currency})" if mean.local is not None and mean.currency != "USD" else ""
    return f"${exact(mean.usd)}{also}"


def _each(mean: Mean | None, row: CostRow) -> str:
    from botops.cli.cost_tables import exact

    if mean is None or (row.calls_unknown and not row.pico_usd):
        return "—"
    return f"≥ {exact(mean.usd)}" if row.calls_unknown else exact(mean.usd)


def _part(amount: Amount, total: CostRow) -> str:
    share = f", {amount.pico_usd / total.pico_usd:.1%}" if total.pico_usd and amount.pico_usd else ""
    return f"{_amount(amount)}{share}"


def _share(share: Decimal | None) -> str:
    return "—" if share is None else f"{float(share):.1%}"
