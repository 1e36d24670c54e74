"""Simulates series with and without trouble: false alarms and days to an alarm. `make bench`, or:

    python benchmarks/detectors.py [--runs 400] [--out benchmarks/detectors.md]

Every figure of botops comes from the functions the product alarms by, fed with what a simulator of its own draws;
z-score, median absolute deviation and p-chart stand beside them. Exits 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import detectors_world as world
import numpy as np

from botops.monitor.detectors.amounts import AmountModel
from botops.monitor.detectors.counts import Amount, Count
from botops.monitor.detectors.hourly_costs import HourlyCostModel
from botops.monitor.detectors.rate_baseline import Learned
from botops.monitor.detectors.rates import RateBaseline, RateModel
from botops.monitor.detectors.settings import AmountRule, History, Rule
from botops.monitor.detectors.watch import STRICTER, Run, Watcher, step

MONDAY = date(2026, 1, 5)
HISTORY, LATER = 30, 60
WANTED = 100.0
CASES = {
    "5 %, 30 a day": (0.05, 30, 0.0),
    "5 %, 200": (0.05, 200, 0.0),
    "5 %, 2,000, ρ .001": (0.05, 2000, 0.001),
    "5 %, 20,000, ρ .001": (0.05, 20000, 0.001),
    "0.5 %, 200": (0.005, 200, 0.0),
    "0.5 %, 2,000": (0.005, 2000, 0.0),
    "0.5 %, 2,000, ρ .0005": (0.005, 2000, 0.0005),
}
TIMES = (1.5, 2.0, 3.0)
GOALS = {("5 %, 200", 2.0): 2.0, ("0.5 %, 2,000", 2.0): 2.1, ("5 %, 30 a day", 3.0): 3.2}
TAU = 0.08
COST_TIMES = (1.3, 1.5, 2.0)
AS_IT_RUNS_CASES = ("5 %, 30 a day", "5 %, 200", "0.5 %, 2,000, ρ .0005")


def day(number):
    return MONDAY + timedelta(days=int(number))


def walked(baseline, portions, stop):
    """Alarms that begin, and the number of portions to the first one."""
    run, alarms, first = Run(), 0, None
    for number, portion in enumerate(portions, 1):
        stood, run = run.raised, step(run, baseline, portion)
        if run.raised and not stood:
            alarms, first = alarms + 1, first or number
            if stop:
                break
    return alarms, first or world.NEVER


def shown(delays):
    return " | ".join(f"{d:.1f}" for d in delays)


def summed(found, units=LATER):
    """Alarms per 100 series-days with their standard error, taken over series."""
    counts = np.array([alarms for alarms, _ in found]) * 100 / units
    return counts.mean(), counts.std(ddof=1) / np.sqrt(len(counts))


def ours(baselines, later, n, *, stop):
    out = []
    for baseline, counts in zip(baselines, later, strict=True):
        portions = [Count(day(HISTORY + i), int(x), n) for i, x in enumerate(counts)]
        out.append(walked(baseline, portions, stop))
    return out


def learned(base, n, wanted=WANTED):
    model = RateModel(Rule(), History(days=HISTORY, least_units=1), wanted)
    return [model.learn([Count(day(i), int(x), n) for i, x in enumerate(counts)]) for counts in base]


def known(p, n, rho, wanted=WANTED):
    """A baseline that knows the truth: what a year-long history would come to."""
    exact = Learned(p, rho, 1 + (n - 1) * rho, round(p * 10**9), 10**9, 10**6, n)
    return RateBaseline(exact, Rule(), wanted, 0.1)


def rates(runs, seed, missed):
    yield "| case | | false alarms / 100 series-days | ×1.5 | ×2 | ×3 |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for name, (p, n, rho) in CASES.items():
        rng = np.random.default_rng(seed)
        base, quiet = (world.days(rng, p, n, rho, (2 * runs, length)) for length in (HISTORY, LATER))
        worse = {times: world.days(rng, p * times, n, rho, (runs, LATER)) for times in TIMES}
        baselines = learned(base, n)
        for label, held in (("botops", baselines), ("botops, usual rate known", [known(p, n, rho)] * 2 * runs)):
            rate, error = summed(ours(held, quiet, n, stop=False))
            found = {t: np.mean([f for _, f in ours(held[:runs], worse[t], n, stop=True)]) for t in TIMES}
            if label == "botops":
                missed += [f"{name}: {rate:.2f} false alarms in 100 series-days"] if rate > 1 else []
                for times in TIMES:
                    goal = GOALS.get((name, times))
                    if goal and found[times] > goal:
                        missed.append(f"{name}: ×{times:g} found in {found[times]:.2f} days, goal {goal}")
            yield f"| {name} | **{label}** | {rate:.2f} ± {error:.2f} | {shown(found.values())} |"
        for label, (rule, usual) in world.RULES.items():
            score = rule(base, quiet, n)
            limit = world.tuned(score)
            says = shown(world.delay(rule(base[:runs], worse[t], n), limit) for t in TIMES)
            if not np.isfinite(limit):
                says = "cannot be tuned: half of the days of many a history are alike | | "
            untuned = f"1.00 (above {usual:g}: {world.false_alarms(score, usual):.2f})"
            yield f"| {name} | {label}, tuned | {untuned} | {says} |"


def as_it_runs(runs, seed, missed):
    """Histories of eight weeks, learned anew each Monday, days of alarms left out: as the product does it."""
    yield "| case | false alarms / 100 series-days | ×2, days | ×3, days |"
    yield "| --- | --- | --- | --- |"
    history = History(least_units=1)
    start = 59
    for name in AS_IT_RUNS_CASES:
        p, n, rho = CASES[name]
        rng = np.random.default_rng(seed + 1)
        counts = world.days(rng, p, n, rho, (runs, start + LATER))
        watcher = Watcher(RateModel(Rule(), history, WANTED), history)
        found, delays = [], {2.0: [], 3.0: []}
        for row in counts:
            series = [Count(day(i), int(x), n) for i, x in enumerate(row)]
            found.append((len(watcher.replay(series, Run(), (day(start - 1), 24), ()).raised), None))
            for times, seen in delays.items():
                bad = world.days(rng, p * times, n, rho, LATER)
                after = [Count(day(start + i), int(x), n) for i, x in enumerate(bad)]
                raised = watcher.replay(series[:start] + after[:28], Run(), (day(start - 1), 24), ()).raised
                seen.append((raised[0][0] - day(start)).days + 1 if raised else world.NEVER)
        rate, error = summed(found)
        missed += [f"{name}, as it runs: {rate:.2f} false alarms in 100 series-days"] if rate - 2 * error > 1 else []
        yield f"| {name} | {rate:.2f} ± {error:.2f} | {np.mean(delays[2.0]):.1f} | {np.mean(delays[3.0]):.1f} |"


def from_the_first_day(runs, seed, missed):
    """Ten weeks from nothing: what is usual is learned on the way, as in a new installation."""
    yield "| series | days 14-28 | days 28-42 | days 42-72 |"
    yield "| --- | --- | --- | --- |"
    history, length, spans = History(), 72, ((14, 28), (28, 42), (42, 72))
    rng = np.random.default_rng(seed + 3)
    for name, model, rows in _beginnings(rng, runs, length, history):
        watcher = Watcher(model, history)
        raised = [[(key[0] - MONDAY).days for key in watcher.replay(row, Run(), None, ()).raised] for row in rows]
        cells = []
        for first, end in spans:
            rate, error = summed([(sum(first <= at < end for at in days), None) for days in raised], end - first)
            missed += [f"{name}, days {first}-{end}: {rate:.2f} false alarms"] if rate - 2 * error > 1 else []
            cells.append(f"{rate:.2f} ± {error:.2f}")
        yield f"| {name} | {' | '.join(cells)} |"


def _beginnings(rng, runs, length, history):
    for p, n in ((0.05, 30), (0.05, 200)):
        counts = rng.binomial(n, p, (runs, length))
        rows = [[Count(day(i), int(x), n) for i, x in enumerate(row)] for row in counts]
        yield f"rate of {p:.0%}, {n} a day", RateModel(Rule(), history, WANTED), rows
    for n in (30, 200):
        found = world.costs(rng, runs, length, n, 1.0, TAU)
        model = AmountModel(AmountRule(), history, WANTED)
        yield f"cost of a dialogue, {n} a day", model, [_amounts(row, n, 0) for row in found]
    for n, week in ((60, world.WEEK), (60, world.WEEK**3), (1000, world.WEEK)):
        expected = n * week[np.arange(length) % 7] * np.exp(rng.normal(0, TAU, (runs, length)))
        model = AmountModel(AmountRule(of="units", direction="down", times=2.0), history, WANTED)
        rows = [[Amount(day(i), int(x)) for i, x in enumerate(row)] for row in rng.poisson(expected)]
        yield f"dialogues, {n} a day, Sundays {week[6]:.0%} of Mondays", model, rows


def within_the_day(runs, seed, missed):
    """Days looked at every hour while they fill up, as the product does, against days looked at once they are over."""
    yield "| case | looks | false alarms / 100 series-days | ×2, days | ×3, days |"
    yield "| --- | --- | --- | --- | --- |"
    for name in ("5 %, 30 a day", "5 %, 200", "0.5 %, 2,000"):
        p, n, _ = CASES[name]
        for label, stricter in (("at its end", None), ("every hour, no stricter", 1.0), ("**every hour**", STRICTER)):
            rng = np.random.default_rng(seed + 4)
            model = RateModel(Rule(), History(least_units=1), WANTED)
            held = [model.learn([Count(day(i), int(x), n) for i, x in enumerate(rng.binomial(n, p, 56))])
                    for _ in range(runs)]  # fmt: skip
            found = {t: [_peeked(b, rng, n, p * t, stricter, stop=t > 1) for b in held] for t in (1.0, 2.0, 3.0)}
            rate, error = summed(found[1.0])
            missed += [f"{name}, {label}: {rate:.2f} false alarms"] if stricter == STRICTER and rate > 1 else []
            delays = " | ".join(f"{np.mean([first for _, first in found[t]]):.2f}" for t in (2.0, 3.0))
            yield f"| {name} | {label} | {rate:.2f} ± {error:.2f} | {delays} |"


def _peeked(baseline, rng, n, p, stricter, *, stop):
    """Alarms and days to the first one. An alarm within a day is one, whether the whole day bears it out or not."""
    run, alarms, first = Run(), 0, None
    looked = baseline.rarer(stricter) if stricter else None
    for number in range(LATER):
        units = rng.multinomial(n, [1 / 12] * 12)
        events = rng.binomial(units, p)
        so_far = zip(np.cumsum(events)[:-1], np.cumsum(units)[:-1], strict=True)
        on = day(56 + number)
        seen = next(
            (hour for hour, (x, m) in enumerate(so_far, 1) if looked and not run.raised
             and step(run, looked, Count(on, int(x), int(m))).raised), None,
        )  # fmt: skip
        stood, run = run.raised, step(run, baseline, Count(on, int(events.sum()), n))
        if seen or (run.raised and not stood):
            alarms, first = alarms + 1, first or number + (seen / 12 if seen else 1)
            if stop:
                break
    return alarms, first or world.NEVER


def wanted_and_got(runs, seed):
    yield "| wanted: one in | 5 %, 200: got one in | ×2, days | 0.5 %, 2,000, ρ .0005: got one in | ×2, days |"
    yield "| --- | --- | --- | --- | --- |"
    for wanted in (100, 300, 1000):
        cells = []
        for name in ("5 %, 200", "0.5 %, 2,000, ρ .0005"):
            p, n, rho = CASES[name]
            rng = np.random.default_rng(seed + 2)
            base, quiet = (world.days(rng, p, n, rho, (2 * runs, length)) for length in (HISTORY, 4 * LATER))
            baselines = learned(base, n, float(wanted))
            rate, _ = summed(ours(baselines, quiet, n, stop=False), 4 * LATER)
            found = ours(baselines, world.days(rng, 2 * p, n, rho, (2 * runs, LATER)), n, stop=True)
            cells += [f"{100 / rate:.0f} series-days" if rate else "none seen", f"{np.mean([f for _, f in found]):.1f}"]
        yield f"| {wanted} series-days | {' | '.join(cells)} |"


def money(runs, seed, missed):
    yield "| dialogues a day, history | | false alarms / 100 series-days | ×1.3 | ×1.5 | ×2 |"
    yield "| --- | --- | --- | --- | --- | --- |"
    weeks = 56
    for n in (200, 30):
        for bad in (0, 3):
            rng = np.random.default_rng(seed)
            base = world.costs(rng, runs, weeks, n, 1.0, TAU)
            for row in base if bad else ():
                row[rng.choice(np.arange(weeks // 2, weeks), bad, replace=False)] *= 3
            quiet = world.costs(rng, runs, LATER, n, 1.0, TAU, weeks)
            worse = {t: world.costs(rng, runs, LATER, n, 1.0, TAU, weeks, t) for t in COST_TIMES}
            name = f"{n}, {'3 incident days nobody marked' if bad else 'sound'}"
            model = AmountModel(AmountRule(), History(least_units=1), WANTED)
            held = [model.learn(_amounts(row, n, 0)) for row in base]
            rate, error = summed(_walked(held, quiet, n, weeks, stop=False))
            found = {t: np.mean([f for _, f in _walked(held, worse[t], n, weeks, stop=True)]) for t in COST_TIMES}
            missed += [f"cost, {name}: {rate:.2f} false alarms in 100 series-days"] if rate > 1 else []
            if n == 200 and found[1.5] > 2.5:
                missed.append(f"cost, {name}: ×1.5 found in {found[1.5]:.2f} days, goal 2.5")
            yield f"| {name} | **botops** | {rate:.2f} ± {error:.2f} | {shown(found.values())} |"
            for label in ("z-score", "MAD"):
                rule, limit = world.RULES[label]
                score = {t: rule(base[:, -28:], later, n) for t, later in {1.0: quiet, **worse}.items()}
                says = shown(world.delay(score[t], limit) for t in COST_TIMES)
                rate = world.false_alarms(score[1.0], limit)
                yield f"| {name} | {label} > {limit:g}, 28 days | {rate:.2f} | {says} |"


def _walked(held, later, n, first, *, stop):
    return [walked(baseline, _amounts(row, n, first), stop) for baseline, row in zip(held, later, strict=True)]


def _amounts(row, n, first):
    return [Amount(day(first + i), n, round(float(x) * n * 1e9)) for i, x in enumerate(row)]


def hourly(runs, seed):
    """12 hours of business a day, history of eight weeks; delays in days of business."""
    yield "| series, looked at by the hour | false alarms / 100 series-days | ×1.5, days | ×2, days | ×3, days |"
    yield "| --- | --- | --- | --- | --- |"
    history = History(least_units=1)
    costs = HourlyCostModel(AmountRule(grain="hour"), history, WANTED)
    kinds = [
        ("errors, 5 %, 200 a day", RateModel(Rule(grain="hour"), history, WANTED), _hours_of_counts(0.05, 200)),
        ("cost of a dialogue, 200 a day", costs, _hours_of_costs(200)),
    ]
    for name, model, draw in kinds:
        rng = np.random.default_rng(seed)
        held = [model.learn(draw(rng, 56, 0, 1.0)) for _ in range(runs)]
        rate, error = summed([walked(b, draw(rng, LATER, 56, 1.0), False) for b in held])
        found = [np.mean([walked(b, draw(rng, 15, 56, t), True)[1] / 12 for b in held]) for t in TIMES]
        yield f"| {name} | {rate:.2f} ± {error:.2f} | {' | '.join(f'{f:.2f}' for f in found)} |"


def _hours_of_counts(p, n):
    def draw(rng, length, first, times):
        units = rng.poisson(n / 12, (length, 12))
        events = rng.binomial(units, p * times)
        return [
            Count(day(first + i), int(events[i, h]), int(units[i, h]), 9 + h) for i in range(length) for h in range(12)
        ]

    return draw


def _hours_of_costs(n):
    def draw(rng, length, first, times):
        out = []
        for i in range(length):
            mean = np.log(world.WEEK[(first + i) % 7] * times) + rng.normal(0, 0.1)
            for h in range(12):
                logs = rng.normal(mean, 1.0, rng.poisson(n / 12))
                total, units = round(np.exp(logs).sum() * 1e9), len(logs)
                out.append(Amount(day(first + i), units, total, units, logs.sum(), (logs**2).sum(), 9 + h))
        return out

    return draw


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--seed", type=int, default=4711)
    parser.add_argument("--out", type=Path)
    wanted = parser.parse_args()
    missed: list[str] = []
    few = max(20, wanted.runs // 4)
    sections = (
        (f"Rates: days to an alarm, {HISTORY} days of history", RATES, rates(wanted.runs, wanted.seed, missed)),
        ("Rates as the product runs them", AS_IT_RUNS, as_it_runs(few, wanted.seed, missed)),
        ("From the first day", FROM_THE_FIRST_DAY, from_the_first_day(wanted.runs, wanted.seed, missed)),
        ("Within the day", WITHIN_THE_DAY, within_the_day(few, wanted.seed, missed)),
        ("What is wanted and what comes of it", WANTED_TEXT, wanted_and_got(few, wanted.seed)),
        (
            "Cost of a dialogue: days to an alarm, eight weeks of history",
            MONEY,
            money(wanted.runs * 3, wanted.seed, missed),
        ),
        ("By the hour", "12 hours of business a day, eight weeks of history.", hourly(few, wanted.seed)),
    )
    lines = ["# Detectors: false alarms and days to an alarm", "", HEAD.format(runs=wanted.runs, seed=wanted.seed)]
    for title, text, rows in sections:
        lines += ["", f"## {title}", "", text, ""]
        started = time.perf_counter()
        for row in rows:
            lines.append(row)
            print(row, flush=True)
        print(f"({title}: {time.perf_counter() - started:.0f} s)", file=sys.stderr)
    lines += ["", "## Goals", "", *([f"- missed: {m}" for m in missed] or [f"All held. {GOAL_TEXT}"])]
    print("\n".join(lines[-3:]))
    if wanted.out:
        wanted.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.exit(1 if missed else 0)


HEAD = """{runs} simulated series a row for delays and twice as many for false alarms (a quarter of that in later
tables, three times as many for costs), seed {seed}. Made by `python benchmarks/detectors.py --runs {runs}`; ± is the
standard error over series. The margins of the thresholds were chosen on other seeds. A day is counted whole: found on
the first day is 1. 60 stands for never. ρ is the correlation within a day: rates of days vary beyond chance."""
RATES = """Thresholds of botops are worked out from the history alone, for one false alarm in 100 series-days. Those of
the other rules are tuned on the very days they are judged by, which no installation can do; in brackets, what their
usual setting gives. The second row of a case knows the true rate and correlation, as after a long history."""
AS_IT_RUNS = """Eight weeks of history, learned anew every Monday, three days of gap, days of alarms left out."""
FROM_THE_FIRST_DAY = """False alarms in 100 series-days of series that begin with nothing: judged as soon as 14 days
(and three of a weekday, where weekdays differ) are known, learned anew every Monday. Days vary by 8 % beyond chance in
costs and volumes."""
WITHIN_THE_DAY = """The highest of many looks at a day that fills up is higher than the last one, so a day that is not
over is judged as if false alarms had to be five times as rare. Eight weeks of history, 12 hours of business."""
WANTED_TEXT = """With ten series that page and one false page a month, each is given one in 300 series-days."""
MONEY = """Lognormal dialogues (σ 1), days that vary by 8 % beyond that, a weekly season. The incident days cost three
times the usual. z-score and MAD are given their usual settings and four weeks, as they are used."""
GOAL_TEXT = """At most 1 false alarm in 100 series-days in every case; ×2 at 5 %, 200 a day within 2.0 days and at
0.5 %, 2,000 within 2.1; ×3 at 5 %, 30 within 3.2; cost ×1.5 with three incident days in the history within 2.5."""


if __name__ == "__main__":
    main()
