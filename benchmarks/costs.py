"""Measures how fast costs are told from a store of a million turns, and what keeping them adds to a turn.

`make bench`, or:

    python benchmarks/costs.py [--out benchmarks/costs.md] [--turns 1000000] [--store FILE] [--before CHECKOUT]

The store is filled by `load_store.py`; `--store` names a SQLite file that is kept and used again. `--before` is another
checkout of botops, whose turns are timed beside these. Every figure is the median of several runs in turns.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psutil
from load_store import Asked, load

from botops.app import queries
from botops.app.clock import SystemClock
from botops.app.costs.reporting import cost_range, dearest, report
from botops.app.costs.source import KeptCosts
from botops.app.periods import period
from botops.config.settings import Settings
from botops.store import Store

HERE = Path(__file__).parent
DAYS = 90
RUNS = 3
GROUPINGS = ((), ("day",), ("version",), ("model", "purpose"), ("outcome",), ("channel", "language", "variant"))
SETTINGS = """\
costs: {rates: [{since: 2020-01-01, per_usd: 500}, {since: 2026-11-01, per_usd: 520}]}
"""
TURNS = """
import asyncio, sys, statistics, time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from botops.app.clock import SystemClock
from botops.domain.findings import Verdict
from botops.domain.messages import InboundMessage
from botops.domain.prompts import Assignment, PromptRef
from botops.domain.turns import Action, Attempt, GuardPolicy, Purpose, Timing, TurnRecord, TurnState
from botops.domain.usage import Cost, Usage
from botops.store import Store

async def main(url, number):
    with Store.open(url, clock=SystemClock()) as store:
        took = []
        for n in range(number):
            at = datetime.now(UTC)
            inbound = InboundMessage(f"d{n // 5}", f"lead-{n // 5}", "Сколько стоит тариф?", at, f"k{n}", "web", "ru")
            record = TurnRecord(
                f"t{n}", inbound, 1, TurnState.ANSWERED, "ru", GuardPolicy.OBSERVE, "Тариф стоит 450 ₸.", Action.PASSED,
                Assignment(PromptRef("sales", 1, "ab")), Verdict.of((), claims=1, book="b"),
                (Attempt(Purpose.REPLY, "m", "Тариф стоит 450 ₸.", Usage(900, 300, 0, 40), Cost(10**9), 300),),
                None, Timing(300, 290, 3), "m",
            )
            started = time.perf_counter()
            begun = await store.begin(record.id, inbound, "ru")
            await store.finish(replace(record, number=begun.number))
            took.append(time.perf_counter() - started)
        print(statistics.median(took[number // 10:]) * 1e6)

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


def median_ms(work: Callable[[], object], runs: int = RUNS) -> float:
    """The median time of a few runs, in milliseconds; the first one is left out."""
    work()
    took = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        took.append((time.perf_counter() - started) * 1000)
    return statistics.median(took)


def page(source: KeptCosts) -> None:
    """What the first part of the console's costs page reads for 90 days: the total and its days, one split."""
    asked = period(source, DAYS)
    report(source, asked, ("day",))
    report(source, asked, ("version",))


def in_process(store_file: Path) -> dict[str, float]:
    """Reports and screens, by what was asked, in milliseconds."""
    settings = Settings.model_validate(
        {"costs": {"rates": [{"since": "2020-01-01", "per_usd": "500"}, {"since": "2026-11-01", "per_usd": "520"}]}}
    )
    with Store.open(f"sqlite:///{store_file}", clock=SystemClock(), role="reader") as store:
        source = KeptCosts(settings, SystemClock(), store)
        asked = period(source, DAYS)
        found = {
            f"report, by {', '.join(by) or 'nothing'}": median_ms(lambda by=by: report(source, asked, by))
            for by in (
                (),
                ("day",),
                ("version",),
                ("model", "purpose"),
                ("outcome",),
                ("channel", "language", "variant"),
            )
        }
        found["distribution over dialogues"] = median_ms(lambda: cost_range(source, asked))
        found["the dearest dialogues"] = median_ms(lambda: dearest(source, asked, 5))
        found["what the console's costs page reads first"] = median_ms(lambda: page(source))
        found["the console's overview, 28 days"] = median_ms(
            lambda: queries.overview(source, period(source, 28))  # type: ignore[arg-type]
        )
    return found


def command(folder: Path, *arguments: str) -> tuple[float, float]:
    """A whole process of `botops cost report`: its median time and its processor time, in seconds."""
    # As an installed botops runs: with bytecode kept. Some machines' environments forbid it, and compiling costs 0.6 s.
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent), "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    took, used = [], []
    for _ in range(RUNS + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "botops.cli", "cost", "report", "--days", str(DAYS), *arguments],
            cwd=folder, env=environment, check=True, capture_output=True,
        )  # fmt: skip
        took.append(time.perf_counter() - started)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(took[1:]), statistics.median(used[1:])


def turns(checkout: Path, folder: Path, number: int = 600) -> float:
    """The median time of `begin` and `finish` of one turn after another in a checkout, in microseconds."""
    url = f"sqlite:///{tempfile.mkdtemp(dir=folder)}/turns.db"
    done = subprocess.run(
        [sys.executable, "-c", TURNS, url, str(number)], check=True, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(checkout)}, cwd=checkout,  # `-c` looks in its folder first
    )  # fmt: skip
    return float(done.stdout)


def measured(options: argparse.Namespace, scratch: Path) -> str:
    """The text of the report."""
    load_before = psutil.getloadavg()
    project = scratch / "project"
    (project / ".botops").mkdir(parents=True)
    (project / "botops.yaml").write_text(SETTINGS, "utf-8")
    store_file = options.store or scratch / "store.db"
    filled = None
    if not store_file.exists():
        asked = Asked(options.turns, DAYS, datetime.now(UTC), 1)
        filled = load(f"sqlite:///{store_file}", asked, say=True)
    with Store.open(f"sqlite:///{store_file}", clock=SystemClock(), role="reader") as store:
        counts, lag = store.reads.counts(), store.reads.lag()
    if lag.hours:
        sys.exit(f"{store_file}: {lag.hours} hours are not rolled up; fill it without --no-roll-up")
    (project / ".botops/botops.db").symlink_to(store_file.resolve())
    whole = {" ".join(a): command(project, *a) for a in (("--by", "version"), ("--by", "day"), ("--json",))}
    inside = in_process(store_file)
    own = [turns(HERE.parent, scratch) for _ in range(RUNS)]
    theirs = [turns(options.before, scratch) for _ in range(RUNS)] if options.before else []
    rows = "\n".join(f"| {what} | {ms:,.0f} |" for what, ms in inside.items())
    commands = "\n".join(f"| `botops cost report {a}` | {s:.2f} | {used:.2f} |" for a, (s, used) in whole.items())
    size = store_file.stat().st_size / 2**20
    where = f"{psutil.cpu_count()} processors with a load of {load_before[0]:.1f} before it"
    held = f"{counts.turns:,} turns of {counts.dialogues:,} dialogues over {DAYS} days, {size:,.0f} MB"
    text = f"""# Costs, measured

Made by `make bench`; every figure is from one run, on {where}
({load_before[1]:.1f} over five minutes), Python {platform.python_version()}. The store is SQLite: {held}.
Medians of {RUNS} runs after a first one that is left out, so that the file is in memory.

## Whole processes

| | seconds | of them processor |
| --- | --- | --- |
{commands}

## In process, over {DAYS} days

| | ms |
| --- | --- |
{rows}

## What keeping them adds to a turn

`begin` and `finish` of one turn after another, one process, SQLite: {statistics.median(own):,.0f} µs a turn.
"""
    if theirs:
        text += f"The checkout before: {statistics.median(theirs):,.0f} µs.\n"
    if filled:
        rate = counts.turns / filled["turns"]
        text += f"""
## Filling and rolling up

Taken in at {rate:,.0f} turns a second, rolled up at {counts.turns / filled["roll-ups"]:,.0f} a second.
"""
    return text


def main() -> None:
    """Reads the options, measures, writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--turns", type=int, default=1_000_000)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--before", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="botops-costs-") as scratch:
        text = measured(options, Path(scratch))
    if options.out:
        options.out.write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
