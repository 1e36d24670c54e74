"""Measures how long the console's pages take to read and draw themselves over a store of a million turns.

`make bench`, or:

    python benchmarks/console_data.py [--out benchmarks/console_data.md] [--turns 1000000] [--store FILE]

Every page of the menu is run as Streamlit runs it, with nothing kept from before, and the time it spends in queries is
counted apart. `--store` names a SQLite file that is kept and used again. Figures are medians of several runs; a page
that needs more than a second is marked, and its slowest statement is printed.
"""

from __future__ import annotations

import argparse
import logging
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import streamlit as st
from load_store import Asked, load
from sqlalchemy import Engine, event
from streamlit.testing.v1 import AppTest

import botops.console
from botops.app.clock import SystemClock
from botops.app.scaffold import write_scaffold
from botops.app.supervise import SET_VARIABLE
from botops.console import data, navigation
from botops.store import Store

MAIN = Path(botops.console.__file__).parent / "main.py"
RUNS = 3
LIMIT_S = 1.0
DAYS = 90
MORE: tuple[tuple[str, dict[str, str]], ...] = (
    ("today", {"days": "90"}),
    ("dialogues", {"text": "скидка"}),
    ("dialogues", {"action": "flagged"}),
    ("dialogues", {"waiting": "1"}),
    ("dialogues", {"dialogue": "load-1-0100000"}),
    ("live", {"hours": "168"}),
    ("live", {"which": "slow"}),
    ("alerts", {"incident": "12"}),
    ("alerts", {"alert": f"{265:032x}"}),
    ("costs", {"days": "90"}),
    ("costs", {"view": "dialogues", "days": "90"}),
    ("costs", {"view": "ahead"}),
    ("costs", {"view": "plan"}),
    ("costs", {"view": "basis"}),
    ("prompts", {"view": "costs"}),
    ("prompts", {"view": "history"}),
)
"""Addresses to look at beside each page's own."""


@contextmanager
def statements() -> Iterator[dict[str, float]]:
    """The seconds spent in each statement meanwhile."""
    seconds: dict[str, float] = defaultdict(float)

    def before(connection, cursor, statement, parameters, context, many):
        context.begun = time.perf_counter()

    def after(connection, cursor, statement, parameters, context, many):
        seconds[statement] += time.perf_counter() - context.begun

    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "after_cursor_execute", after)
    try:
        yield seconds
    finally:
        event.remove(Engine, "before_cursor_execute", before)
        event.remove(Engine, "after_cursor_execute", after)


@dataclass(frozen=True)
class Measured:
    """One address: seconds it took, those of the processor and of queries, the statements that took longest."""

    address: str
    whole: float
    processor: float
    queries: float
    slowest: list[tuple[str, float]]
    fault: str = ""


def visit(page: str, parameters: dict[str, str], runs: int = RUNS) -> Measured:
    """An address, several times with nothing kept."""
    session = AppTest.from_file(str(MAIN), default_timeout=600)
    session.run()
    session.switch_page(f"views/{page}.py")
    session.run()
    wholes, processor, queries, all_statements = [], [], [], {}
    for _ in range(runs):
        st.cache_data.clear()
        st.cache_resource.clear()
        data.container()  # opened once for the process, not by each page
        for name, value in parameters.items():
            session.query_params[name] = value
        with statements() as seconds:
            begun, worked = time.perf_counter(), time.process_time()
            session.run()
            wholes.append(time.perf_counter() - begun)
            processor.append(time.process_time() - worked)
        queries.append(sum(seconds.values()))
        all_statements = seconds
    slowest = sorted(all_statements.items(), key=lambda item: -item[1])[:3]
    address = "/" + page + "".join(f" {name}={value}" for name, value in parameters.items())
    fault = session.exception[0].message if session.exception else ""
    medians = (statistics.median(wholes), statistics.median(processor), statistics.median(queries))
    return Measured(address, *medians, slowest, fault)


def report(found: list[Measured], turns: str, runs: int) -> str:
    """The figures as a table."""
    lines = [
        "# The console over a large store", "",
        f"{turns} turns in SQLite; every page run with nothing kept, the median of {runs} runs. Goal: one second.",
        "", "| address | the page, s | processor, s | queries, s | |", "| --- | ---: | ---: | ---: | --- |",
    ]  # fmt: skip
    lines += [
        f"| `{one.address}` | {one.whole:.2f} | {one.processor:.2f} | {one.queries:.2f} | {_sign(one)} |"
        for one in found
    ]
    return "\n".join(lines) + "\n"


def _sign(one: Measured) -> str:
    return "slow" if one.whole > LIMIT_S else ""


def main() -> None:
    """Fills a store where there is none, visits every page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=1_000_000)
    parser.add_argument("--store", type=Path, help="a SQLite file that is kept; filled when it is not there")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", help="only addresses that contain this")
    parser.add_argument("--runs", type=int, default=RUNS)
    options = parser.parse_args()
    out = options.out.resolve() if options.out else None
    logging.disable(logging.WARNING)  # Streamlit's about running without a browser
    with tempfile.TemporaryDirectory() as place:
        file = (options.store or Path(place) / "load.db").resolve()
        if not file.exists():
            end = datetime.now(UTC)
            load(f"sqlite:///{file}", Asked(options.turns, DAYS, end, 1), say=True, events=True)
        Store.open(f"sqlite:///{file}", clock=SystemClock()).close()  # a kept one may be of an older version
        write_scaffold(Path(place) / "project")
        os.environ[SET_VARIABLE] = f"store.url=sqlite:///{file}"
        os.chdir(Path(place) / "project")
        addresses = [(page, {}) for page in get_args(navigation.Name)] + list(MORE)
        found: list[Measured] = []
        for page, parameters in addresses:
            if options.only and options.only not in f"{page} {parameters}":
                continue
            one = visit(page, parameters, options.runs)
            found.append(one)
            print(f"{one.address}: {one.whole:.2f} s, processor {one.processor:.2f} s {one.fault}", file=sys.stderr)
            for statement, seconds in one.slowest if one.whole > LIMIT_S / 2 else ():
                print(f"    {seconds:.2f} s: {' '.join(statement.split())[:900]}", file=sys.stderr, flush=True)
            if out is not None:  # what was measured before an interruption stays
                out.write_text(report(found, f"{options.turns:,}", options.runs), encoding="utf-8")
        print(report(found, f"{options.turns:,}", options.runs))
        os.chdir("/")
        data.forget()


if __name__ == "__main__":
    main()
