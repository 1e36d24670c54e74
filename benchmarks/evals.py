"""Measures `botops eval run` beside other ways to hold the same dialogues, whole processes, start-up included.

`make bench`, or:

    python benchmarks/evals.py [--out benchmarks/evals.md] [--rounds 3] [--peers FOLDER] [--only PART …]

A server on loopback that thinks for a fixed time answers everyone; 32 dialogues are in flight. Other tools go into
environments of their own, in a scratch folder or in FOLDER, which is kept; one that cannot be installed or run is named
in the table. Everyone holds the same dialogues in turns, round after round, and the median of the rounds is shown, so
that ratios hold although the machine may have other work.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import psutil
from evals_place import CONCURRENCY, WORKS, Place, loop, ours, peers_of, suite

OWN = "**botops eval run**"
LIMIT_S = 900


@dataclass
class Took:
    """What a process took: seconds on the clock, seconds of processor, and megabytes at most."""

    wall: float
    cpu: float
    peak: float


def run(place, command):
    """Runs a command in the project and says what it took; None when it failed."""
    started = time.perf_counter()
    with (place.scratch / "said.txt").open("w+") as said:
        child = subprocess.Popen(
            [str(part) for part in command], cwd=place.project, env=place.environment(), stdout=said, stderr=said
        )
        limit = threading.Timer(LIMIT_S, child.kill)
        limit.start()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        limit.cancel()
        wall = time.perf_counter() - started
        if child.returncode:
            said.seek(0)
            print(f"failed ({child.returncode}): {said.read()[-600:]}", file=sys.stderr)
            return None
    return Took(wall, used.ru_utime + used.ru_stime, 0)


def peak_of(place, command):
    """Megabytes of the whole family of processes at most, pages they share counted once, looked at every 50 ms."""
    with (place.scratch / "said.txt").open("w") as said:
        child = psutil.Popen(
            [str(part) for part in command], cwd=place.project, env=place.environment(), stdout=said, stderr=said
        )
        most = 0
        while child.poll() is None:
            size = 0
            for process in (child, *_children(child)):
                try:
                    size += process.memory_full_info().pss
                except (psutil.Error, OSError):
                    continue
            most = max(most, size)
            time.sleep(0.05)
    return most / 2**20 if child.returncode == 0 else None


def _children(process):
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def measured(place, contenders, rounds):
    """By contender, what its median round took; None when it failed."""
    found = {name: [] for name in contenders}
    for number in range(rounds + 1):  # the first one warms the caches of files and compiled modules
        for name, command in contenders.items():
            if number and found[name] == [None]:
                continue
            print(f"  {number}/{rounds} {name}", file=sys.stderr)
            took = run(place, command)
            if took is None:
                found[name] = [None]
            elif number:
                found[name].append(took)
    return {name: _median(rows) for name, rows in found.items()}


def _median(rows):
    if not rows or rows[0] is None:
        return None
    return Took(*(statistics.median(getattr(row, key) for row in rows) for key in ("wall", "cpu", "peak")))


def table(rows, ideal=None):
    """Rows of a table, ours first and the others beside it."""
    own = next(iter(rows.values()))
    yield "| | seconds | of the ideal | to botops | processor, s |"
    yield "| --- | --- | --- | --- | --- |"
    for name, took in rows.items():
        if took is None:
            yield f"| {name} | failed here | | | |"
            continue
        share = f"{took.wall / ideal:.2f}" if ideal else ""
        beside = f"{took.wall / own.wall:.2f}" if own else ""
        yield f"| {name} | {took.wall:.2f} | {share} | {beside} | {took.cpu:.2f} |"


def singles(place, rounds):
    ideal = ceil(500 / CONCURRENCY) * 0.05
    yield "## 500 dialogues of one turn, 50 ms"
    yield ""
    yield f"Ideal: {ideal:.2f} s. botops checks every kind of claim in every reply and writes JSON and JUnit; the"
    yield "others look for one amount in each reply and write JSON."
    yield ""
    url = place.url(50)
    yield from table(
        measured(place, {OWN: ours(place, suite("single"), url), **peers_of(place, "single", url)}, rounds),
        ideal,
    )


def sixes(place, rounds):
    ideal = ceil(100 / CONCURRENCY) * 6 * 0.05
    least = 600 / CONCURRENCY * 0.05
    yield "## 100 dialogues of six turns, 50 ms"
    yield ""
    yield f"Ideal: {ideal:.2f} s for whole dialogues, 32 at a time ({least:.2f} s if single turns could be shared out)."
    yield ""
    url = place.url(50)
    rows = {OWN: ours(place, suite("six"), url), **peers_of(place, "six", url)}
    yield from table(measured(place, rows, rounds), ideal)


def slow(place, rounds):
    yield "## The same at 300 ms"
    url = place.url(300)
    for work, title, ideal in (
        ("single", "500 dialogues of one turn", ceil(500 / CONCURRENCY) * 0.3),
        ("six", "100 dialogues of six turns", ceil(100 / CONCURRENCY) * 6 * 0.3),
    ):
        rows = {OWN: ours(place, suite(work), url)}
        quick = {
            n: c for n, c in peers_of(place, work, url).items() if "openai" in n or "provider" in n or n[-1:] == "x"
        }
        yield ""
        yield f"{title}; ideal: {ideal:.2f} s."
        yield ""
        yield from table(measured(place, rows | quick, rounds), ideal)


def start(place, rounds):
    yield "## Start-up: one dialogue of one turn, 0 ms"
    yield ""
    url = place.url(0)
    rows = {OWN: ours(place, suite("one"), url), **peers_of(place, "one", url)}
    yield from table(measured(place, rows, rounds))


def replays(place, rounds):
    turns = sum(map(len, WORKS["replay"]))
    yield f"## Replay of {turns:,} turns from recordings"
    yield ""
    recorded = run(place, ours(place, suite("replay"), place.url(0), "--record"))
    if recorded is None:
        yield "The recording failed here."
        return
    rows = {"**botops eval run --model replay**": ours(place, suite("replay"), "replay")}
    yield from table(measured(place, rows, rounds))


def memory(place, rounds):
    yield "## Peak memory"
    yield ""
    yield "The whole family of processes, pages they share counted once, in MB."
    yield ""
    yield "| | 500 dialogues | 10,000 dialogues |"
    yield "| --- | --- | --- |"
    url = place.url(0)
    many = {OWN: ours(place, place.many, url)}
    many["bare loop, openai SDK"] = loop(place, "openai", "many", url)
    for name, command in {
        OWN: ours(place, suite("single"), url),
        **peers_of(place, "single", url),
    }.items():
        base = next((key for key in many if name.startswith(key)), None)
        cells = [peak_of(place, command), peak_of(place, many[base]) if base else ""]
        yield f"| {name} | {' | '.join(_megabytes(cell) for cell in cells)} |"


def _megabytes(cell):
    return "failed here" if cell is None else cell if isinstance(cell, str) else f"{cell:.0f}"


PARTS = {"singles": singles, "sixes": sixes, "slow": slow, "start": start, "replays": replays, "memory": memory}


def report(place, only, rounds):
    one, five, _ = os.getloadavg()
    yield "# Evals, measured"
    yield ""
    yield f"Made by `make bench`; every figure is from one run, on {os.cpu_count()} processors with a load of {one:.1f}"
    yield f"before it ({five:.1f} over five minutes), Python {platform.python_version()}. Whole processes, start-up"
    yield f"included, medians of {rounds} rounds in which everyone takes turns, after one that is not counted;"
    yield f"{CONCURRENCY} dialogues in flight. promptfoo writes no database (`--no-write`): it is quicker so."
    for name, part in PARTS.items():
        if not only or name in only:
            yield ""
            yield from part(place, rounds)
    if place.missing:
        yield ""
        yield "Not measured: " + "; ".join(f"{name} ({why})" for name, why in place.missing.items()) + "."


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--only", nargs="*", choices=PARTS, default=[])
    arguments = parser.parse_args()
    lines = []
    with tempfile.TemporaryDirectory() as scratch:
        place = Place(Path(scratch), (arguments.peers or Path(scratch) / "peers").absolute())
        try:
            place.install()
            for line in report(place, arguments.only, arguments.rounds):
                print(line, flush=True)
                lines.append(line)
        finally:
            place.close()
    if arguments.out:
        arguments.out.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
