"""`botops cost reprice`."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from botops.cli.context import by_option, counted, json_option, open_container, project_settings
from botops.cli.cost_days import first_and_last, since_option, until_option
from botops.cli.cost_tables import exact, table, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from botops.app.container import Container
    from botops.app.costs.repricing import Amounts, Change, Repricing

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@since_option
@until_option
@click.option("--prices", type=_FILE, help="A file of own prices that stands in for those of the settings.")
@click.option("--rates", type=_FILE, help="A file of exchange rates that stands in for those of the settings.")
@click.option("--model-as", multiple=True, metavar="OLD=NEW", help="Price the calls of OLD as NEW's; repeatable.")
@click.option("--apply", "write", is_flag=True, help="Write the new costs; else only the difference is shown.")
@by_option
@click.option("--reason", metavar="WORDS", help="Why; needed with --apply, it stands in the audit log.")
@json_option
def reprice(
    since: datetime | None,
    until: datetime | None,
    prices: Path | None,
    rates: Path | None,
    model_as: tuple[str, ...],
    write: bool,
    by: str,
    reason: str | None,
    as_json: bool,
) -> None:
    """Price the calls of the past anew and show the difference by month, model and version.

    Without options the prices and rates of the settings as they are now are used: nothing changes while they are what
    the calls were priced by. --apply writes costs, sums of turns and roll-ups; old figures go to the audit log. A run
    that was cut off is ended by the same run again. Calls beside dialogues (evaluations) are kept as sums and stay. To
    keep prices of a file, name it in `costs.prices_file` too.
    """
    from botops.app.costs.repricing import Asked, apply
    from botops.app.costs.repricing import reprice as find
    from botops.app.costs.repricing_rows import repricing_json
    from botops.cli.progress import progress
    from botops.domain.people import person
    from botops.domain.people import reason as reasoned

    if write:
        if reason is None:
            raise click.UsageError("--apply needs --reason: say why costs of the past change")
        person(by)
        reasoned(reason)
    settings = project_settings()
    pairs = dict(_pair(text) for text in model_as)
    with open_container(settings, role="side" if write else "reader") as container:
        asked = Asked(*_period(container, since, until), prices, rates, pairs)
        with progress("pricing", None) as advance:
            found = find(container, asked, advance)
        applied = 0 if write else None
        if write and found.total.changed:
            assert reason is not None
            with progress("writing", found.total.calls) as advance:
                applied = apply(container, asked, found, by=by, reason=reason, on_calls=advance)
    if as_json:
        click.echo(json.dumps(repricing_json(found, applied=applied), ensure_ascii=False, indent=1))
    else:
        _show(found)
    _say(found, applied)


def _period(
    container: Container, since: datetime | None, until: datetime | None
) -> tuple[datetime | None, datetime | None]:
    """The moments of the days asked for; None from the first call kept, and until now."""
    from botops.costs.invoices import day_bounds

    zone = ZoneInfo(container.settings.company.timezone)
    first, last = first_and_last(container.clock.now(), zone, since, until)
    begins = None if first is None else day_bounds(first, first, zone)[0]
    return begins, None if until is None else day_bounds(last, last, zone)[1]


def _pair(text: str) -> tuple[str, str]:
    old, equals, new = text.rpartition("=")
    if not (old and equals and new):
        raise click.UsageError(f"--model-as {text!r} is not of the form OLD=NEW")
    return old, new


def _show(found: Repricing) -> None:
    currency = next((a.local.currency for a in (found.total.after, found.total.before) if a.local), "")
    head = ["month", "model", "version", "calls", "changed", "USD before", "USD after", "difference",
            *([f"{currency} before", f"{currency} after"] if currency else [])]  # fmt: skip
    rows = [_row(change, (change.month, change.model, change.version), currency) for change in found.changes]
    rows.append(_row(found.total, ("total", "", ""), currency))
    table(head, rows, right=range(3, len(head)))


def _row(change: Change, names: Sequence[str], currency: str) -> list[str]:
    before, after = change.before, change.after
    # A difference between two sums that leave out different calls says nothing.
    gap = exact(_usd(after.pico_usd - before.pico_usd)) if before.unknown == after.unknown == 0 else "unknown"
    local = [_local(amounts, change) for amounts in (before, after)] if currency else []
    figures = [_dollars(before, change), _dollars(after, change)]
    return [*names, whole(change.calls), whole(change.changed), *figures, gap, *local]


def _usd(pico: int) -> Decimal:
    return Decimal(pico).scaleb(-12)


def _dollars(amounts: Amounts, change: Change) -> str:
    return _told(amounts, change, exact(_usd(amounts.pico_usd)))


def _local(amounts: Amounts, change: Change) -> str:
    return "unknown" if amounts.local is None else _told(amounts, change, f"{amounts.local.amount:,f}")


def _told(amounts: Amounts, change: Change, figure: str) -> str:
    """A sum as far as it is known: what is not known is not 0."""
    if not amounts.unknown:
        return figure
    return "unknown" if amounts.unknown == change.calls or not amounts.pico_usd else f"≥ {figure}"


def _say(found: Repricing, applied: int | None) -> None:
    lines = []
    if found.kept_since is not None:
        lines.append(f"calls before {found.kept_since:%Y-%m-%d %H:%M} UTC are gone by retention; their sums stay")
    if unknown := found.total.after.unknown:
        lines.append(f"{counted(unknown, 'call')} of unknown price: add prices to `costs.prices`")
    if applied:
        lines.append(f"{counted(applied, 'call')} changed; the old figures stand in `botops audit --subject costs`")
    elif found.total.changed:
        lines.append(f"{counted(found.total.changed, 'call')} would change; nothing was written: --apply does")
    else:
        lines.append("nothing changes")
    for line in lines:
        click.echo(line, err=True)
