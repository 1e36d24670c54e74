"""Simulates experiments and their verdicts. `make bench`, or:

    python benchmarks/experiments.py [--runs 2000] [--out benchmarks/experiments.md]

Every figure comes from the functions the product decides by; a plain z test looked at daily stands beside them.
"""

from __future__ import annotations

import argparse
import sys
import time
from itertools import chain
from pathlib import Path

import numpy as np
from scipy.stats import norm

from botops.experiments import Look, Metric, Plan, Share, State, cs_props, judge, seq_counts, stops
from botops.experiments.stopping import TRIPWIRE_ALPHA
from botops.experiments.tripwire import log_evidence
from botops.experiments.verdict import LEAST_LEADS, harm_shown

DAYS = 28
HOURS = 28 * 24
WON = Metric("won", higher_is_better=True)


def arms(rng, days, a_day, rates, share=0.5):
    """Leads and successes of both arms, cumulated by look."""
    leads = rng.poisson(a_day, days)
    b = rng.binomial(leads, 1 - share)
    n = np.stack([leads - b, b])
    x = rng.binomial(n, np.array(rates)[:, None])
    return n, x


def verdict_day(plan, n, x):
    """The first look at which the rule decides something, with the state; None when it never does."""
    total_n, total_x = n.cumsum(axis=1), x.cumsum(axis=1)
    for day in range(n.shape[1]):
        counts = [Share(int(total_x[arm, day]), int(total_n[arm, day])) for arm in (0, 1)]
        if min(c.n for c in counts) < 50:
            continue
        look = Look([[int(total_n[0, day]), int(total_n[1, day])]], counts, {})
        state = judge(plan, look).state
        if state in {State.BETTER, State.WORSE}:
            return day + 1, state
    return None


def plain_z(n, x, alpha=0.05):
    n, x = n.cumsum(axis=1), x.cumsum(axis=1)
    ok = n.min(axis=0) >= 50
    pooled = x.sum(axis=0) / np.maximum(1, n.sum(axis=0))
    se = np.sqrt(np.maximum(1e-12, pooled * (1 - pooled) * (1 / np.maximum(1, n)).sum(axis=0)))
    z = np.abs(x[1] / np.maximum(1, n[1]) - x[0] / np.maximum(1, n[0])) / se
    return bool((z[ok] > norm.isf(alpha / 2)).any())


def share_of(found, runs):
    digits = 3 if runs <= 5000 else 5
    error = 1.96 * np.sqrt(found / runs * (1 - found / runs) / runs)
    return f"{found / runs:.{digits}f} ± {error:.{digits}f}"


def false_positives(runs, rng, rate, a_day):
    plan = Plan(WON, (5000, 5000), DAYS * a_day)
    ours = peeked = 0
    for _ in range(runs):
        n, x = arms(rng, DAYS, a_day, (rate, rate))
        ours += verdict_day(plan, n, x) is not None
        peeked += plain_z(n, x)
    return ours, peeked


def power(runs, rng, rates, a_day):
    plan = Plan(WON, (5000, 5000), DAYS * a_day)
    days = []
    for _ in range(runs):
        found = verdict_day(plan, *arms(rng, DAYS, a_day, rates))
        if found and found[1] is State.BETTER:
            days.append(found[0])
    return len(days), float(np.mean(days)) if days else 0.0


def stop_hour(n, x, margin, a_day):
    """The first hourly look at which the guardrail stops the experiment, and by which rule; None when none does.

    The product's own functions of one look, asked over all of them at once; what they give is held against `stops`.
    """
    n, x = n.cumsum(axis=1), x.cumsum(axis=1)
    metric = Metric("flagged", higher_is_better=False, margin=margin)
    plan = Plan(WON, (5000, 5000), DAYS * a_day, (metric,))
    counted = log_evidence(x[0], n[0], x[1], n[1], margin, 0.5) >= -np.log(TRIPWIRE_ALPHA)
    last = int(counted.argmax()) + 1 if counted.any() else n.shape[1]
    found = (last, "counts") if counted.any() else None
    for hour in np.flatnonzero(n[:, :last].min(axis=0) >= LEAST_LEADS):
        bound = cs_props(int(x[0, hour]), int(n[0, hour]), int(x[1, hour]), int(n[1, hour]), plan.n_star, plan.alpha)
        if harm_shown(metric, bound):
            found = (int(hour) + 1, "bound")
            break
    if found:
        assert not stopped_at(plan, n, x, found[0] - 2)
        assert stopped_at(plan, n, x, found[0] - 1)
    return found


def stopped_at(plan, n, x, hour):
    if hour < 0 or not n[:, hour].any():
        return False
    figures = {"flagged": [Share(int(x[arm, hour]), int(n[arm, hour])) for arm in (0, 1)]}
    look = Look([[int(n[0, hour]), int(n[1, hour])]], figures["flagged"], figures)
    return bool(stops(plan, judge(plan, look), figures))


def stopped(runs, rng, rates, margin, a_day):
    """Hours and leads until each stop, and the rules they were by."""
    hours, leads, rules = [], [], []
    for _ in range(runs):
        n, x = arms(rng, HOURS, a_day / 24, rates)
        if found := stop_hour(n, x, margin, a_day):
            hours.append(found[0])
            leads.append(int(n[:, : found[0]].sum()))
            rules.append(found[1])
    return hours, leads, rules


def tripwire(runs, rng, rate, margin, a_day, known_within=None):
    """Stops by exact counts alone at the edge of the null; harm becomes known at once, or within so many hours on
    average."""
    found, at_once = 0, 200  # bounds the memory
    for start in range(0, runs, at_once):
        size = (min(at_once, runs - start), HOURS)
        leads = rng.poisson(a_day / 24, size)
        b = rng.binomial(leads, 0.5)
        harmed = [rng.binomial(leads - b, rate), rng.binomial(b, rate + margin)]
        if known_within:
            harmed = [late(rng, x, 1 / known_within) for x in harmed]
        x_a, x_b = (x.cumsum(axis=1) for x in harmed)
        evidence = log_evidence(x_a, (leads - b).cumsum(axis=1), x_b, b.cumsum(axis=1), margin, 0.5)
        found += int((evidence >= -np.log(TRIPWIRE_ALPHA)).any(axis=1).sum())
    return found


def late(rng, harmed, chance):
    """The same harms, each becoming known with some chance in every hour after it was done."""
    known, waiting = np.zeros_like(harmed), np.zeros(len(harmed), int)
    for hour in range(harmed.shape[1]):
        waiting = waiting + harmed[:, hour]
        known[:, hour] = rng.binomial(waiting, chance)
        waiting = waiting - known[:, hour]
    return known


def quantiles(values, runs):
    """Median and 90th percentile over all runs; a run that was never stopped counts as longer than any other."""
    full = np.array([*sorted(values), *[np.inf] * (runs - len(values))])
    return [float(full[int(np.ceil(q * runs)) - 1]) for q in (0.5, 0.9)]


def shown(value, unit):
    return f"{value:.0f} {unit}" if np.isfinite(value) else "> 28 days"


def mismatch(runs, rng, a_day):
    found = 0
    for _ in range(runs):
        n, _ = arms(rng, DAYS, a_day, (0.1, 0.1), share=0.45)
        found += seq_counts(n.T.tolist(), [0.5, 0.5], 100).p <= 0.01
    return found


def report(runs, seed, rng):
    yield "# Experiments: errors and power of the verdict\n"
    yield f"{runs} simulated experiments a row, {DAYS} days, seed {seed}."
    yield "Made by `python benchmarks/experiments.py`; ± is the 95 % error of the simulation itself.\n"
    yield "| question | verdict of botops | plain z, looked at daily |\n| --- | --- | --- |"
    for rate, a_day in ((0.02, 40), (0.10, 40), (0.30, 100), (0.90, 200)):
        ours, peeked = false_positives(runs, rng, rate, a_day)
        yield (
            f"| A/A, {rate:.0%} convert, {a_day} leads a day, daily looks: false verdicts | "
            f"{share_of(ours, runs)} | {share_of(peeked, runs)} |"
        )
    for rates, a_day in (((0.10, 0.15), 100), ((0.30, 0.39), 100), ((0.05, 0.10), 100)):
        found, mean = power(runs, rng, rates, a_day)
        yield (
            f"| {rates[0]:.0%} → {rates[1]:.0%} at {a_day} leads a day: called better | "
            f"{share_of(found, runs)}, after {mean:.1f} days on average | — |"
        )
    found = mismatch(runs, rng, 50)
    yield f"| split 45/55 instead of 50/50, 50 leads a day: mismatch found | {share_of(found, runs)} | — |"


def stop_report(runs, rng):
    yield "\n## Stopping by itself: guardrails at hourly looks over 28 days\n"
    yield "A guardrail stops by its always-valid bound (from 50 leads an arm on) or, at any time, by exact counts. Its"
    yield "margin, how much worse a variant may be, is part of the experiment; at margin 0 any harm is to be found.\n"
    yield "| no harm | false stops | of them by counts |\n| --- | --- | --- |"
    for rate, margin, a_day in ((0.02, 0.0, 100), (0.10, 0.0, 200), (0.30, 0.0, 40), (0.02, 0.02, 100)):
        _, _, rules = stopped(runs, rng, (rate, rate), margin, a_day)
        yield (
            f"| A/A, {rate:.0%} flagged, {a_day} leads a day, margin {margin * 100:g} points | "
            f"{share_of(len(rules), runs)} | {rules.count('counts')} of {runs} |"
        )
    many = runs * 5
    for rate, margin, hours in ((0.02, 0.0, None), (0.02, 0.02, None), (0.30, 0.0, None), (0.10, 0.0, 24)):
        found = tripwire(many, rng, rate, margin, 100, hours)
        when = f", known {hours} hours later on average" if hours else ""
        yield (
            f"| exact counts alone, {rate:.0%} against {rate + margin:.0%}, margin {margin * 100:g} points, 100 leads "
            f"a day{when} | {share_of(found, many)}, stated: ≤ {TRIPWIRE_ALPHA} | {found} of {many} |"
        )
    some = max(100, runs // 4)
    yield f"\n| harm ({some} runs) | stopped in 28 days | after: median, 90th percentile | leads: the same |"
    yield "| --- | --- | --- | --- |"
    for rates, margin in (((0.02, 0.06), 0.0), ((0.02, 0.06), 0.01), ((0.05, 0.15), 0.0), ((0.05, 0.15), 0.02),
                          ((0.02, 0.50), 0.03), ((0.05, 0.90), 0.03)):  # fmt: skip
        for a_day in (100, 200):
            hours, leads, _ = stopped(some, rng, rates, margin, a_day)
            late_hours, late_leads = quantiles(hours, some), quantiles(leads, some)
            yield (
                f"| {rates[0]:.0%} → {rates[1]:.0%} flagged, margin {margin * 100:g} points, {a_day} leads a day | "
                f"{share_of(len(hours), some)} | {', '.join(shown(h, 'h') for h in late_hours)} | "
                f"{', '.join(shown(n, 'leads') for n in late_leads)} |"
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    began = time.perf_counter()
    lines = []
    rng = np.random.default_rng(options.seed)
    for line in chain(report(options.runs, options.seed, rng), stop_report(options.runs, rng)):
        lines.append(line)
        print(line, flush=True)
    print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)
    if options.out:
        options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
