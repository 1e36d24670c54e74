"""How soon a page of the console shows something: from the click to the first contents, in a browser.

    python benchmarks/console.py [--out FILE.md] [--project DIR] [--store FILE]     (needs /usr/bin/chromium)

Cold: the service has just answered for the first time and nobody has opened a page. Warm: the console was opened
before. Either way the browser has kept nothing. Measured from the navigation's start: `heading` to the page's heading,
`everything` to the last of what the page draws at first. Without `--project` and `--store` over the demo company; a
large store is made by `benchmarks/load_store.py`. Rows are printed, and written to `--out`, as they are measured.
"""

import argparse
import asyncio
import os
import socket
import statistics
import tempfile
import time
from collections.abc import Collection, Iterator
from pathlib import Path

import screenshots
from playwright.sync_api import Browser, sync_playwright

from botops.app.seed import seed
from botops.console import navigation

GOAL_S = 1.5
"""First paint on the demo, warm."""
LARGE_GOAL_S = 2.5
"""The same over a million turns."""
ROUNDS = 5
_HEADING = "h1"
_WHOLE = "[data-testid=stApp][data-test-script-state=notRunning] h1"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--out", type=Path)
    options.add_argument("--project", type=Path, help="a project's folder with its store, instead of the demo")
    options.add_argument("--store", type=Path, help="a SQLite file in the place of the project's own store")
    options.add_argument("--dialogues", type=int, default=400, help="how many the demo company has had")
    options.add_argument("--only", nargs="+", metavar="PAGE", help="only these pages, such as: today costs")
    options.add_argument("--rounds", type=int, default=ROUNDS)
    asked = options.parse_args()
    given = (asked.project or asked.store) is not None
    store = (f"store.url=sqlite:///{asked.store.resolve()}",) if asked.store else ()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.project or demo(Path(scratch) / "demo", 0 if given else asked.dialogues)
        with sync_playwright() as play, screenshots.served(folder, free_port(), *store) as console:
            browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=list(screenshots.CHROMIUM))
            goal = LARGE_GOAL_S if given else GOAL_S
            told = [*head(goal, asked.rounds)]
            print("\n".join(told), flush=True)
            for row in rows(browser, console, asked.rounds, asked.only):
                told.append(row)
                print(row, flush=True)
                if asked.out:  # what was measured before an interruption stays
                    asked.out.write_text("\n".join(told) + "\n", "utf-8")
            browser.close()


def demo(folder: Path, dialogues: int) -> Path:
    """The demo company after so many dialogues."""
    project = screenshots.project(folder)
    if not dialogues:
        return project
    with screenshots.open_container(project) as container:
        asyncio.run(seed(container, dialogues))
    return project


def free_port() -> int:
    """A port that is free together with the one above it, where the console stands."""
    while True:
        with socket.socket() as api, socket.socket() as console:
            api.bind(("127.0.0.1", 0))
            port = int(api.getsockname()[1])
            try:
                console.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def head(goal: float, rounds: int) -> Iterator[str]:
    """What the table is of, in markdown, and its head."""
    load = os.getloadavg()[0]
    yield from (
        "# How soon the console shows something", "",
        "Seconds from the click to the heading, and to everything the page draws at first; `benchmarks/console.py`",
        f"says how. Median of {rounds}, best and worst in brackets. Goal: first paint within {goal} s. On "
        f"{os.cpu_count()} processors with a load of {load:.1f} before it.", "",
        "| page | heading | everything |", "| --- | --: | --: |",
    )  # fmt: skip


def rows(browser: Browser, console: str, rounds: int, only: Collection[str] | None) -> Iterator[str]:
    """The rows of the table, each as soon as it is measured: the first visitor after the start, then every page."""
    cold = visit(browser, f"{console}/")
    yield f"| {navigation.DEFAULT}, first visit after the start | {cold[0]:.2f} | {cold[1]:.2f} |"
    for name in (name for names in navigation.SECTIONS.values() for name in names):
        if only and name not in only:
            continue
        times = [visit(browser, f"{console}/{navigation.address(name)}") for _ in range(rounds)]
        heading, whole = ([t[part] for t in times] for part in (0, 1))
        yield f"| {name} | {shown(heading)} | {shown(whole)} |"


def shown(times: list[float]) -> str:
    return f"{statistics.median(times):.2f} ({min(times):.2f}–{max(times):.2f})"


def visit(browser: Browser, address: str) -> tuple[float, float]:
    """Opens a page in a browser that has kept nothing: seconds to its heading and to the end of its script."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    try:
        page = context.new_page()
        began = time.perf_counter()
        page.goto(address, wait_until="commit")
        page.wait_for_selector(_HEADING)
        heading = time.perf_counter() - began
        page.wait_for_selector(_WHOLE)
        return heading, time.perf_counter() - began
    finally:
        context.close()


if __name__ == "__main__":
    main()
