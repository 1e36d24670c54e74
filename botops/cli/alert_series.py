"""`botops alert series` and `botops alert usual`: what the detectors see, and people's word on what is usual."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from botops.cli.context import by_option, json_line, json_option, open_container, project_settings, reason_option

if TYPE_CHECKING:
    from datetime import datetime

    from botops.app.alerts.usual import Watched


@click.command("series")
@click.option("--lang", "language", type=click.Choice(["ru", "kk", "en"]), default="en", show_default=True)
@json_option
def series_(language: Any, as_json: bool) -> int:
    """What each detector sees now, and what is usual. Exit code 1 while any of them alarms."""
    from botops.app.alerts.usual import watched

    with open_container(project_settings(), role="reader") as container:
        found = watched(container, language)
    if as_json:
        click.echo(json.dumps([_row(one) for one in found], ensure_ascii=False, indent=1))
    else:
        for one in found:
            click.echo(f"{one.series}  {one.result.state.value}  {one.text}")
            if one.usual is not None:
                click.echo(f"{one.series}: usual since {one.usual.since}, said {one.usual.by} on {one.usual.said}",
                           err=True)  # fmt: skip
    return int(any(one.result.alarmed for one in found))


@click.command()
@click.argument("series")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY",
    help="From this day on it is usual [default: when the alarm says the change began].",
)  # fmt: skip
@by_option
@reason_option
@json_option
def usual(series: str, since: datetime | None, by: str, reason: str, as_json: bool) -> None:
    """Take what SERIES shows for the new usual: its alarm ends, days before the change are forgotten."""
    from botops.app.alerts.usual import take_for_usual

    with open_container(project_settings(), role="side") as container:
        said = take_for_usual(container, series, by=by, reason=reason, since=since.date() if since else None)
    row = {"series": series, "since": said.since.isoformat(), "said": said.said.isoformat(), "by": said.by}
    click.echo(json_line(row) if as_json else f"{series}: usual since {said.since}\n", nl=False)


def _row(of: Watched) -> dict[str, Any]:
    result = of.result
    seen = result.change or result.last
    return {
        "series": of.series, "state": result.state.value, "usual": result.usual, "measure": result.measure,
        "since": str(result.began) if result.began and result.alarmed else None,
        "days_between": result.days_between,
        "events": seen.events if seen else None, "units": seen.units if seen else None,
        "expected": seen.expected if seen else None, "text": of.text,
        "new_usual": None if of.usual is None else {"since": str(of.usual.since), "by": of.usual.by},
    }  # fmt: skip


SERIES_COMMANDS = (series_, usual)
