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
from pathlib import Path

import psutil
from evals_place import CONCURRENCY, WORKS, Place, loop, ours, peers_of, suite

OWN = "**botops eval run**"
LIMIT_S = 900


@dataclass
class Took:
    """What a process took: seconds on the clock and seconds of processor."""

    wall: float
    cpu: float


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
    return Took(wall, used.ru_utime + used.ru_stime)


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
    for number in range(rounds):
        for name, command in contenders.items():
            if found[name] == [None]:
                continue
            print(f"  {number + 1}/{rounds} {name}", file=sys.stderr)
            took = run(place, command)
            found[name] = [None] if took is None else [*found[name], took]
    return {name: _median(rows) for name, rows in found.items()}


def _median(rows):
    if not rows or rows[0] is None:
        return None
    return Took(*(statistics.median(getattr(row, key) for row in rows) for key in ("wall", "cpu")))


def table(place, part, rows, ideal=None):
    """Rows of a table, ours first and the others beside it; kept for the comparison with what was aimed at."""
    place.found[part] = {name: took.wall for name, took in rows.items() if took is not None}
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


def everyone(place, work, url):
    """The commands of all contenders, ours first."""
    return {OWN: ours(place, suite(work), url), **peers_of(place, work, url)}


def ideal_of(work, seconds):
    """Seconds in which a server that thinks so long could answer everything, 32 calls at a time without a pause."""
    return sum(len(talk) for talk in WORKS[work]) / CONCURRENCY * seconds


def singles(place, rounds):
    yield "## 500 dialogues of one turn, 50 ms"
    yield ""
    yield f"Ideal: {ideal_of('single', 0.05):.2f} s. botops checks every kind of claim in every reply and writes JSON"
    yield "and JUnit; the others look for one amount in each reply and write JSON."
    yield ""
    rows = measured(place, everyone(place, "single", place.url(50)), rounds)
    yield from table(place, "single", rows, ideal_of("single", 0.05))


def sixes(place, rounds):
    yield "## 100 dialogues of six turns, 50 ms"
    yield ""
    yield f"Ideal: {ideal_of('six', 0.05):.2f} s. Whoever holds no more than 32 dialogues at a time needs 1.20 s:"
    yield "the last four leave the server idle. botops keeps twice as many open and makes 32 calls at a time;"
    yield "the others hold 32 dialogues."
    yield ""
    rows = measured(place, everyone(place, "six", place.url(50)), rounds)
    yield from table(place, "six", rows, ideal_of("six", 0.05))


def slow(place, rounds):
    yield "## The same at 300 ms"
    url = place.url(300)
    for work, title in (("single", "500 dialogues of one turn"), ("six", "100 dialogues of six turns")):
        rows = {name: command for name, command in everyone(place, work, url).items() if "bare" in name or name == OWN}
        ideal = ideal_of(work, 0.3)
        yield ""
        yield f"{title}; ideal: {ideal:.2f} s" + (", with 32 dialogues at a time 7.20 s." if work == "six" else ".")
        yield ""
        yield from table(place, f"slow {work}", measured(place, rows, rounds), ideal)


def start(place, rounds):
    yield "## Start-up: one dialogue of one turn, 0 ms"
    yield ""
    yield from table(place, "start", measured(place, everyone(place, "one", place.url(0)), rounds))


def replays(place, rounds):
    turns = sum(map(len, WORKS["replay"]))
    yield f"## Replay of {turns:,} turns from recordings"
    yield ""
    if run(place, ours(place, suite("replay"), place.url(0), "--record")) is None:
        yield "The recording failed here."
        return
    yield from table(place, "replay", measured(place, {OWN: ours(place, suite("replay"), "replay")}, rounds))


def memory(place, rounds):
    yield "## Peak memory"
    yield ""
    yield "The whole family of processes, pages they share counted once, in MB."
    yield ""
    yield "| | 500 dialogues | 10,000 dialogues |"
    yield "| --- | --- | --- |"
    url = place.url(50)
    many = {OWN: ours(place, place.many, url), "bare loop, openai SDK": loop(place, "openai", "many", url)}
    for name, command in everyone(place, "single", url).items():
        base = next((key for key in many if name.startswith(key)), None)
        cells = [peak_of(place, command), peak_of(place, many[base]) if base else ""]
        if name == OWN:
            place.found["memory"] = dict(zip(("500", "10,000"), cells, strict=True))
        yield f"| {name} | {' | '.join(_megabytes(cell) for cell in cells)} |"


def _megabytes(cell):
    return "failed here" if cell is None else cell if isinstance(cell, str) else f"{cell:.0f}"


def aims(place):
    """What was aimed at beside what was reached, as far as it was measured."""
    found = place.found

    def beside(part, peer, share):
        seconds = next((took for name, took in found.get(part, {}).items() if peer in name), None)
        return None if seconds is None else seconds * share

    rows = [
        ("500 × 1 turn, 50 ms", "single", beside("single", "promptfoo", 1 / 1.3), beside("single", "openai", 1)),
        ("100 × 6 turns, 50 ms", "six", beside("six", "hand-written", 1), beside("six", "openai", 1)),
        ("100 × 6 turns, beside a conversation mode", "six", beside("six", "conversation", 0.1), None),
        ("500 × 1 turn, 300 ms", "slow single", 1.25 * ideal_of("single", 0.3), 1.1 * ideal_of("single", 0.3)),
        ("100 × 6 turns, 300 ms", "slow six", 1.25 * ideal_of("six", 0.3), 1.1 * ideal_of("six", 0.3)),
        ("replay of 1,000 turns", "replay", 6, 3),
    ]
    yield "## What was aimed at"
    yield ""
    yield "| | measured | bar | goal | |"
    yield "| --- | --- | --- | --- | --- |"
    for title, part, bar, goal in rows:
        if OWN in found.get(part, {}):
            yield _aim(title, found[part][OWN], bar, goal, "s", 2)
    for size, bar, goal in (("500", 200, 120), ("10,000", 400, None)):
        if found.get("memory", {}).get(size):
            yield _aim(f"memory, {size} dialogues", found["memory"][size], bar, goal, "MB", 0)


def _aim(title, value, bar, goal, unit, digits):
    reached = (
        "goal reached" if goal is not None and value <= goal else "bar reached" if bar and value <= bar else "missed"
    )
    limits = " | ".join("" if limit is None else f"{limit:.{digits}f} {unit}" for limit in (bar, goal))
    return f"| {title} | {value:.{digits}f} {unit} | {limits} | {reached if bar else ''} |"


PARTS = {"singles": singles, "sixes": sixes, "slow": slow, "start": start, "replays": replays, "memory": memory}


def report(place, only, rounds):
    one, five, _ = os.getloadavg()
    yield "# Evals, measured"
    yield ""
    yield f"Made by `make bench`; every figure is from one run, on {os.cpu_count()} processors with a load of {one:.1f}"
    yield f"before it ({five:.1f} over five minutes), Python {platform.python_version()}. Whole processes, start-up"
    yield f"included, medians of {rounds} rounds in which everyone takes turns, once each has been run before;"
    yield f"{CONCURRENCY} calls at a time. promptfoo writes no database (`--no-write`): it is quicker so."
    for command in everyone(place, "one", place.url(0)).values():
        run(place, command)  # compiled modules and files are at hand from then on
    for name, part in PARTS.items():
        if not only or name in only:
            yield ""
            yield from part(place, rounds)
    yield ""
    yield from aims(place)
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
