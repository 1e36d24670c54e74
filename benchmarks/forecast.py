"""Forecasts of spending on simulated businesses, beside naive ones. `make bench`, or:

    python benchmarks/forecast.py [--seeds 100] [--out benchmarks/forecast.md]

Every business is simulated here, without any code of the forecaster: eight weeks of days with weekdays, growth, noise
and an incident, and the four weeks after them. Naive forecasts: the last week's mean carried on, the mean of the last
28 days, and the last week repeated day by day.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np

from botops.costs.forecast import DayCost, project

BEGIN = date(2026, 9, 28)
KNOWN, AHEAD, TRIED = 56, 28, 28
OFFICE = (1.15, 1.2, 1.2, 1.15, 1.1, 0.5, 0.4)
SHOP = (0.8, 0.8, 0.85, 0.9, 1.2, 1.4, 1.2)
CLOSED = (1.1, 1.2, 1.2, 1.2, 1.2, 1.1, 0.0)
ABOUT = """\
Eight weeks of days are known. A day that runs away (the incident) may lie in any of them, so also among the days
that are forecast, where nobody could foresee it.
""".split("\n")
ABOUT_BACKTEST = """\
On each day of the last four weeks, from the days before it alone: what is still to come until their end. MAPE is
the mean absolute error as a share of that; *of the total* as a share of the four weeks' total, of which a part was
known. The interval is for 90 %, *width* is its own as a share of what is expected; *both held* are seeds with a
MAPE of at most 12 % and a coverage of at least 80 %.
""".split("\n")
NAIVE = ("last week's mean", "mean of 28 days", "last week repeated")


@dataclass(frozen=True)
class Business:
    """A way of spending. `growth` and `drift` are a week's, `noise` a day's; an incident multiplies one day by
    `incident`, drawn from `places`. With `dialogues` a day, each has a lognormal cost of its own."""

    name: str
    weekdays: tuple[float, ...] = OFFICE
    growth: float = 0.03
    noise: float = 0.10
    drift: float = 0.0
    incident: float | None = 5.0
    places: range = field(default=range(KNOWN))
    dialogues: float | None = None
    linear: bool = False
    step: float = 1.0

    def days(self, rng):
        n = KNOWN + AHEAD
        weeks = np.arange(n) / 7
        level = 1 + self.growth * weeks if self.linear else (1 + self.growth) ** weeks
        level = level * np.exp(np.cumsum(rng.normal(0, self.drift / np.sqrt(7), n)))
        level[28:] *= self.step
        shape = np.array([self.weekdays[(BEGIN + timedelta(days=d)).weekday()] for d in range(n)])
        mean = level * shape
        if self.dialogues is None:
            costs = 50.0 * mean
        else:
            costs = np.array([rng.lognormal(-3.0, 0.8, rng.poisson(self.dialogues * m)).sum() for m in mean])
        costs = costs * rng.lognormal(-(self.noise**2) / 2, self.noise, n)
        if self.incident is not None:
            costs[rng.choice(self.places)] *= self.incident
        return costs


PLAIN = Business("office hours, 3 % growth, noise 10 %, a day × 5 anywhere")
BUSINESSES = [
    PLAIN,
    replace(PLAIN, name="… a day × 3", incident=3.0),
    replace(PLAIN, name="… a day × 10", incident=10.0),
    replace(PLAIN, name="… a day off", incident=0.0),
    replace(PLAIN, name="… no incident", incident=None),
    replace(PLAIN, name="… a day × 20 in the first four weeks", incident=20.0, places=range(28)),
    replace(PLAIN, name="… a day × 5 in the last week but one", places=range(42, 49)),
    replace(PLAIN, name="no growth", growth=0.0),
    replace(PLAIN, name="8 % growth a week", growth=0.08),
    replace(PLAIN, name="15 % growth a week", growth=0.15),
    replace(PLAIN, name="10 % of the first week more each week", growth=0.10, linear=True),
    replace(PLAIN, name="5 % less each week", growth=-0.05),
    replace(PLAIN, name="shop: weekends count most", weekdays=SHOP),
    replace(PLAIN, name="closed on Sundays", weekdays=CLOSED),
    replace(PLAIN, name="every day alike", weekdays=(1.0,) * 7),
    replace(PLAIN, name="noise 5 %", noise=0.05),
    replace(PLAIN, name="noise 20 %", noise=0.20),
    replace(PLAIN, name="level wanders by 5 % a week", drift=0.05),
    replace(PLAIN, name="level wanders by 10 % a week", drift=0.10),
    replace(PLAIN, name="dearer by half from the fifth week on", step=1.5),
    replace(PLAIN, name="100 dialogues a day", dialogues=100.0),
    replace(PLAIN, name="20 dialogues a day", dialogues=20.0),
    replace(PLAIN, name="5 dialogues a day", dialogues=5.0),
]


def history(costs):
    return [DayCost(BEGIN + timedelta(days=n), Decimal(f"{cost:.9f}")) for n, cost in enumerate(costs)]


def naive(costs, origin, end):
    """What the naive forecasts made at the beginning of day `origin` say of the days up to `end`."""
    length, week = end - origin, costs[origin - 7 : origin]
    repeated = sum(week[n % 7] for n in range(length))
    return np.array([week.mean() * length, costs[max(0, origin - 28) : origin].mean() * length, repeated])


def tried(costs):
    """The back-test as the command prints it, on the last four of eight weeks."""
    first = BEGIN + timedelta(days=KNOWN)
    found = project(history(costs[:KNOWN]), first, first + timedelta(days=AHEAD - 1))
    errors = [
        np.abs(naive(costs, origin, KNOWN) / total - 1)
        for origin in range(KNOWN - TRIED, KNOWN)
        if (total := costs[origin:KNOWN].sum()) > 0
    ]
    widths = [float((t.forecast.high - t.forecast.low) / t.forecast.expected) for t in found.backtest.trials]
    return found, np.mean(errors, axis=0), float(np.mean(widths))


def measured(business, seeds):
    rows = []
    for seed in range(seeds):
        costs = business.days(np.random.default_rng([seed, len(business.name)]))
        found, naive_errors, width = tried(costs)
        actual = costs[KNOWN:].sum()
        rest = found.rest
        rows.append(
            [
                found.backtest.mape,
                found.backtest.total_mape,
                found.backtest.coverage,
                width,
                *naive_errors,
                abs(float(rest.expected) / actual - 1),
                float(rest.low) <= actual <= float(rest.high),
                *np.abs(naive(costs, KNOWN, KNOWN + AHEAD) / actual - 1),
            ]
        )
    return np.array(rows, dtype=float)


def backtest_row(name, rows):
    mape, p90 = rows[:, 0].mean(), np.quantile(rows[:, 0], 0.9)
    held = np.mean((rows[:, 0] <= 0.12) & (rows[:, 2] >= 0.8))
    figures = [f"{mape:.1%}", f"{p90:.1%}", f"{rows[:, 1].mean():.1%}", f"{rows[:, 2].mean():.0%}", f"{held:.0%}"]
    figures += [f"{rows[:, 3].mean():.0%}", *(f"{error:.1%}" for error in rows[:, 4:7].mean(axis=0))]
    return f"| {name} | " + " | ".join(figures) + " |"


def ahead_row(name, rows):
    figures = [f"{rows[:, 7].mean():.1%}", f"{np.quantile(rows[:, 7], 0.9):.1%}", f"{rows[:, 8].mean():.0%}"]
    figures += [f"{error:.1%}" for error in rows[:, 9:12].mean(axis=0)]
    return f"| {name} | " + " | ".join(figures) + " |"


def table(heads):
    return ["| " + " | ".join(heads) + " |", "| " + " | ".join(["---"] * len(heads)) + " |"]


def report(seeds):
    found = []
    for business in BUSINESSES:
        found.append((business.name, measured(business, seeds)))
        print(backtest_row(*found[-1]), file=sys.stderr, flush=True)
    everything = np.concatenate([rows for _, rows in found])
    lines = ["# Forecasts of spending, beside naive ones", ""]
    lines += [f"{len(BUSINESSES)} kinds of business, {seeds} seeds each; made by `python benchmarks/forecast.py`."]
    lines += [*ABOUT, "## The back-test that `botops cost forecast` prints", "", *ABOUT_BACKTEST]
    heads = ["business", "MAPE", "nine in ten seeds below", "of the total", "interval covers", "both held", "width"]
    lines += table([*heads, *NAIVE])
    lines += [backtest_row(name, rows) for name, rows in found]
    lines += [backtest_row("**all**", everything)]
    lines += [
        "",
        "## Four weeks ahead",
        "",
        "From eight weeks, the sum of the four that follow, without an incident of their own.",
        "",
    ]
    lines += table(["business", "error", "nine in ten seeds below", "interval covers", *NAIVE])
    lines += [ahead_row(name, rows) for name, rows in found]
    lines += [ahead_row("**all**", everything)]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    started = time.perf_counter()
    text = report(arguments.seeds)
    print(text if arguments.out is None else f"written to {arguments.out}")
    if arguments.out is not None:
        arguments.out.write_text(text, "utf-8")
    print(f"{time.perf_counter() - started:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
