"""Simulates experiments and their verdicts. `make bench`, or:

    python benchmarks/experiments.py [--runs 2000] [--out benchmarks/experiments.md]

Every figure comes from the functions the product decides by; a plain z test looked at daily stands beside them.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from scipy.stats import norm

from botops.experiments import Look, Metric, Plan, Share, State, judge, seq_counts

DAYS = 28
HOURS = 28 * 24
WON = Metric("won", higher_is_better=True)
FLAGGED = Metric("flagged", higher_is_better=False, margin=0.02)


def arms(rng, days, a_day, rates, share=0.5):
    """Leads and successes of both arms, cumulated by look."""
    leads = rng.poisson(a_day, days)
    b = rng.binomial(leads, 1 - share)
    n = np.stack([leads - b, b])
    x = rng.binomial(n, np.array(rates)[:, None])
    return n, x


def verdict_day(plan, n, x, *, guard=False):
    """The first look at which the rule decides something, with the state; None when it never does."""
    total_n, total_x = n.cumsum(axis=1), x.cumsum(axis=1)
    for day in range(n.shape[1]):
        counts = [Share(int(total_x[arm, day]), int(total_n[arm, day])) for arm in (0, 1)]
        if min(c.n for c in counts) < 50:
            continue
        look = Look([[int(total_n[0, day]), int(total_n[1, day])]], counts, {"flagged": counts} if guard else {})
        state = judge(plan, look).state
        if state in ({State.HARM} if guard else {State.BETTER, State.WORSE}):
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
    return f"{found / runs:.3f} ± {1.96 * np.sqrt(found / runs * (1 - found / runs) / runs):.3f}"


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


def guardrail(runs, rng, rates, a_day):
    """Hourly looks; only looks at which something was new are judged."""
    plan = Plan(WON, (5000, 5000), DAYS * a_day, (FLAGGED,))
    hours = []
    for _ in range(runs):
        n, x = arms(rng, HOURS, a_day / 24, rates)
        found = verdict_day(plan, n, x, guard=True)
        if found:
            hours.append(found[0])
    return len(hours), float(np.median(hours)) / 24 if hours else 0.0


def mismatch(runs, rng, a_day):
    found = 0
    for _ in range(runs):
        n, _ = arms(rng, DAYS, a_day, (0.1, 0.1), share=0.45)
        found += seq_counts(n.T.tolist(), [0.5, 0.5], 100).p <= 0.01
    return found


def report(runs, seed):
    rng = np.random.default_rng(seed)
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
    hourly = max(100, runs // 10)
    found, _ = guardrail(hourly, rng, (0.02, 0.02), 100)
    yield (
        f"| A/A, 2 % of leads flagged, hourly looks, margin 2 points: false stops ({hourly} runs) | "
        f"{share_of(found, hourly)} | — |"
    )
    found, days = guardrail(hourly, rng, (0.05, 0.15), 100)
    yield (
        f"| flagged 5 % → 15 % (three times), 100 leads a day, hourly looks: stopped ({hourly} runs) | "
        f"{share_of(found, hourly)}, half of them within {days:.1f} days | — |"
    )
    found = mismatch(runs, rng, 50)
    yield f"| split 45/55 instead of 50/50, 50 leads a day: mismatch found | {share_of(found, runs)} | — |"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    began = time.perf_counter()
    lines = []
    for line in report(options.runs, options.seed):
        lines.append(line)
        print(line, flush=True)
    print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)
    if options.out:
        options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
