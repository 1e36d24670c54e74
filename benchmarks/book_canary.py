"""Simulates what follows a new price book, and the alarm about it. `make bench`, or:

    python benchmarks/book_canary.py [--runs 500] [--out benchmarks/book_canary.md]

Every figure comes from the function the product decides by, looked at after every fifth reply for a week.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from botops.experiments import share_rise

AN_HOUR = 20
WEEK = 7 * 24 * AN_HOUR
FORTNIGHT = 2 * WEEK
MARGIN = 0.02
EVERY = 5
WITHIN = "within dialogues of four replies on average, some far likelier to be held than others"


@dataclass(frozen=True)
class World:
    """How replies come: alike, or in dialogues that differ (a beta of that concentration), by day and night."""

    concentration: float | None = None
    cycle: float = 0.0


def held(rng, world, share, replies):
    """Whether each counted reply was held back; a dialogue counts to its first one that was."""
    out = []
    while len(out) < replies:
        one = share
        if world.concentration is not None:
            one = rng.beta(share * world.concentration, (1 - share) * world.concentration)
        length = rng.geometric(0.25)
        hour = len(out) / AN_HOUR
        likely = min(1.0, one * (1 + world.cycle * np.sin(hour * 2 * np.pi / 24)))
        for _ in range(length):
            out.append(rng.random() < likely)
            if out[-1]:
                break
    return np.array(out[:replies])


def alarmed_after(rng, world, before, after, earlier=FORTNIGHT):
    """Replies until the alarm, None when there is none in the week."""
    done = int(held(rng, world, before, earlier).sum())
    total = held(rng, world, after, WEEK).cumsum()
    for n in range(EVERY, WEEK + 1, EVERY):
        if share_rise(done, earlier, int(total[n - 1]), n, MARGIN).shown:
            return n
    return None


def rows(runs, seed):
    rng = np.random.default_rng(seed)
    quiet = (
        ("2 % held back before and after", World(), 0.02, 0.02),
        (f"the same, {WITHIN}", World(concentration=5), 0.02, 0.02),
        ("the same, and half as many again by day as on average", World(concentration=5, cycle=0.5), 0.02, 0.02),
        ("10 % before and after, in such dialogues", World(concentration=5, cycle=0.5), 0.1, 0.1),
        ("2 % before, 4 % after: as far as the margin goes", World(), 0.02, 0.04),
    )
    for name, world, before, after in quiet:
        found = sum(alarmed_after(rng, world, before, after) is not None for _ in range(runs))
        yield name, f"{found / runs:.3f}", "—"
    loud = (
        ("2 % → 10 %", 0.02, 0.1, FORTNIGHT),
        ("2 % → 20 %", 0.02, 0.2, FORTNIGHT),
        ("2 % → 20 %, 200 replies before", 0.02, 0.2, 200),
        ("2 % → 50 %", 0.02, 0.5, FORTNIGHT),
        ("2 % → 90 %", 0.02, 0.9, FORTNIGHT),
    )
    for name, before, after, earlier in loud:
        found = [alarmed_after(rng, World(), before, after, earlier) for _ in range(runs)]
        seen = [n for n in found if n is not None]
        half, most = (np.percentile(seen, q) / AN_HOUR for q in (50, 95)) if seen else (np.nan, np.nan)
        yield name, f"{len(seen) / runs:.3f}", f"half within {half:.1f} h, 95 % within {most:.1f} h"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--out", type=Path)
    wanted = parser.parse_args()
    lines = [
        "# The price book's canary: false alarms and time to an alarm", "",
        f"{wanted.runs} simulated weeks a row, {AN_HOUR} replies an hour, margin {MARGIN:g}, a fortnight before, "
        f"seed {wanted.seed}.", "Made by `python benchmarks/book_canary.py`.", "",
        "| after a new book | alarmed within the week | time to the alarm |", "| --- | --- | --- |",
    ]  # fmt: skip
    for row in rows(wanted.runs, wanted.seed):
        lines.append(f"| {' | '.join(row)} |")
        print(lines[-1], flush=True)
    if wanted.out:
        wanted.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
