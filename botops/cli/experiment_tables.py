"""The tables of `botops experiment`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.table import Table

    from botops.app.experiments.status import Comparison, ExperimentStatus, HistoryPoint


def print_status(found: ExperimentStatus) -> None:
    """The verdict, the arms, what decides, and beside it what does not."""
    from rich.console import Console

    console = Console()
    console.print(f"{found.experiment}: {found.text}", markup=False, soft_wrap=True)
    if (order := found.stopped) is not None:
        said = f"stopped by {order.by}, {order.at:%Y-%m-%d %H:%M} UTC, everybody gets the control: {order.reason}"
        console.print(said, markup=False, soft_wrap=True)
    names = list(found.arms[0].metrics) if found.arms else []
    waiting = ["outcome known"] if found.open_windows else []
    arms = table("version", "leads", *waiting, *names)
    for arm in found.arms:
        known = [str(arm.known)] if found.open_windows else []
        arms.add_row(f"{found.prompt}@{arm.version}", str(arm.leads), *known, *(f"{arm.metrics[n]:.4g}" for n in names))
    console.print(arms)
    if found.verdict is None:
        return
    deciding = table("against the control", "metric", "difference", "low", "high", "p", "margin")
    beside = table("against the control", "metric", "low", "high", "chance better", "expected loss", "no worse")
    for c in found.comparisons:
        of = (f"{found.prompt}@{c.version}", c.metric)
        margin = "" if c.margin is None else f"{c.margin:.4g}"
        deciding.add_row(*of, *_signed(c.always.diff, c.always.low, c.always.high), f"{c.p:.3g}", margin)
        beside.add_row(*of, *_beside(c))
    console.print(deciding)
    console.print("not the stopping rule, right once at the planned end:", markup=False)
    console.print(beside)
    console.print(f"shares as set: p = {found.verdict.sample_ratio.p:.3g}", markup=False)
    console.print(_left(found), markup=False, soft_wrap=True)
    for name in _silent(found):
        console.print(f"no lead has `{name}` yet: are outcomes and ratings taken in?", markup=False, soft_wrap=True)


def print_history(points: Sequence[HistoryPoint]) -> None:
    """The interval at the end of each day."""
    from rich.console import Console

    days = table("day", "version", "metric", "difference", "low", "high", "leads")
    for p in points:
        leads = " / ".join(map(str, p.leads))
        days.add_row(p.day.isoformat(), str(p.version), p.metric, *_signed(p.diff, p.low, p.high), leads)
    Console().print(days)


def _beside(c: Comparison) -> Iterable[str]:
    yield from _signed(c.fixed.low, c.fixed.high) if c.fixed else ("", "")
    yield f"{c.chance.better:.1%}" if c.chance else ""
    yield f"{c.chance.expected_loss:.2g}" if c.chance else ""
    yield "" if c.no_worse is None else "shown" if c.no_worse.shown else "not shown"


def _left(found: ExperimentStatus) -> str:
    parts = [f"{found.leads_per_day:.1f} leads a day"]
    if found.verdict is not None and found.verdict.left:
        parts.append(f"{found.verdict.left} leads to come")
    if found.open_windows:
        parts.append(f"the window of {found.open_windows} is still open")
    if found.ended:
        parts.append("the planned end has come")
    elif found.days_left == 0:
        parts.append("the end date has passed")
    elif found.days_left is not None:
        parts.append(f"{found.days_left} days to the planned end")
    return ", ".join(parts)


def _silent(found: ExperimentStatus) -> list[str]:
    """Delayed metrics of which nothing at all was heard, though leads' windows have closed."""
    from botops.app.experiments.metrics import METRICS

    names = found.arms[0].metrics if any(arm.known for arm in found.arms) else ()
    return [name for name in names if METRICS[name].delayed and not any(arm.metrics[name] for arm in found.arms)]


def _signed(*values: float) -> tuple[str, ...]:
    return tuple(f"{value:+.4g}" for value in values)


def table(*titles: str) -> Table:
    """An empty table of figures."""
    from rich.table import Table

    made = Table()
    for title in titles:
        made.add_column(title, justify="right", no_wrap=title == "day")
    return made
