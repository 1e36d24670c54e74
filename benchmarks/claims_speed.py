"""How fast the claim checker is: one reply against small and large books, hostile texts, files in one process and two.

Called by `claims.py`; every function yields lines of Markdown. Times are microseconds of wall clock unless said
otherwise. The naive regular expression over the same replies, timed between them, is the yardstick.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

from claims_data import DIALOGUES, book_of, hostile

from botops.claims import TooLargeError, compile_book, find_mentions, judge
from botops.domain.messages import Message

NAIVE = re.compile(r"\d[\d \u00a0]*(?:[.,]\d+)?\s*(?:₸|тг|тенге|теңге|\$|€|руб|%)")
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ROUNDS = 40
HOSTILE = 100_000
SMALL, LARGE = 50, 10_000
REPLIES = [(Message("user", question), Message("assistant", reply)) for question, reply in DIALOGUES]


def timed(work, rounds=ROUNDS):
    """Median and 99th percentile over all replies and rounds; the first rounds warm the caches of words."""
    times = []
    for turn in range(rounds + 3):
        for messages in REPLIES:
            started = time.perf_counter()
            work(messages)
            if turn >= 3:
                times.append((time.perf_counter() - started) * 1e6)
    times.sort()
    return statistics.median(times), times[int(len(times) * 0.99) - 1]


def one_reply():
    characters = round(statistics.mean(len(m[1].content) for m in REPLIES))
    rows = [("naive regular expression", *timed(lambda m: NAIVE.findall(m[1].content)))]
    rows.append(("amounts found", *timed(lambda m: find_mentions(m[1].content))))
    for size in (SMALL, LARGE):
        compiled = compile_book(book_of(size))
        rows.append((f"judged, {size:,} products", *timed(lambda m, book=compiled: judge(m, book, at=AT))))
    base = rows[0][1]
    yield f"{len(REPLIES)} replies of {characters} characters on average, each with its question, {ROUNDS} times."
    yield ""
    yield "| work | median, µs | p99, µs | naive regex = 1 |"
    yield "| --- | --- | --- | --- |"
    for name, median, p99 in rows:
        yield f"| {name} | {median:.0f} | {p99:.0f} | {median / base:.0f} |"
    yield ""
    yield f"{LARGE:,} products to {SMALL}: {rows[-1][1] / rows[-2][1]:.2f} (median)."


def compiling():
    book = book_of(LARGE)
    started = time.perf_counter()
    compile_book(book)
    seconds = time.perf_counter() - started
    tracemalloc.start()
    compiled = compile_book(book)
    megabytes = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    del compiled
    yield f"A loaded book of {LARGE:,} products compiles in {seconds:.2f} s and takes {megabytes:.0f} MB."


def hostile_texts():
    compiled = compile_book(book_of(SMALL))
    yield f"| text of {HOSTILE:,} characters, full of | ms | judged |"
    yield "| --- | --- | --- |"
    for name, text in hostile(HOSTILE).items():
        best, verdict = float("inf"), "yes"
        for _ in range(3):
            started = time.perf_counter()
            try:
                judge((REPLIES[0][0], Message("assistant", text)), compiled, at=AT)
            except TooLargeError as error:
                verdict = error.reason
            best = min(best, time.perf_counter() - started)
        yield f"| {name} | {best * 1000:.0f} | {verdict} |"


def write_dialogues(path, turns):
    """A file of dialogues with so many replies in all, two each."""
    said = [[{"role": m.role, "content": m.content} for m in pair] for pair in REPLIES]
    with path.open("w", encoding="utf-8") as sink:
        for i in range(turns // 2):
            messages = said[i % len(said)] + said[(i + 3) % len(said)]
            row = {"id": f"d{i}", "started_at": "2026-11-20T09:00:00+05:00", "messages": messages}
            sink.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_book(path):
    """The small book as a file."""
    book = book_of(SMALL)
    products = [
        {
            "sku": p.sku,
            "name": p.name,
            "aliases": list(p.aliases),
            "prices": [{"amount": int(q.amount), "per": q.per, "min_qty": q.min_qty} for q in p.prices],
        }
        for p in book.products
    ]
    offers = [
        {"id": o.id, "kind": o.kind.value, "value": int(o.value), "code": o.code, "conditions": o.conditions}
        for o in book.offers
    ]
    policies = {"vat_included": True, "vat_percent": 12, "text": list(book.policies.text)}
    whole = {"currency": "KZT", "products": products, "offers": offers, "policies": policies}
    path.write_text(json.dumps(whole, ensure_ascii=False), "utf-8")


def check(scratch, file, *arguments):
    """Seconds and the largest memory in MB of `botops check` in a process of its own."""
    command = [
        sys.executable, "-c", CHILD, "check", "--price-book", str(scratch / "book.json"), "--dialogues", str(file),
        "--out", str(scratch / "found.jsonl"), "--fail-on", "never", *arguments,
    ]  # fmt: skip
    started = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return time.perf_counter() - started, float(done.stderr.rsplit("peak ", 1)[1])


CHILD = (
    "import resource, sys\n"
    "from botops.cli.main import run\n"
    "if __name__ == '__main__':\n"
    "    try:\n"
    "        run(sys.argv[1:])\n"
    "    except SystemExit as stop:\n"
    "        assert not stop.code, stop.code\n"
    "    print('peak', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, file=sys.stderr)\n"
)


def files(scratch: Path, turns: int):
    write_book(scratch / "book.json")
    few, many = scratch / "few.jsonl", scratch / "many.jsonl"
    write_dialogues(few, turns // 10)
    write_dialogues(many, turns)
    _, small = check(scratch, few)
    one, peak = check(scratch, many)
    two, _ = check(scratch, many, "--jobs", "2")
    yield "| `botops check` | seconds | replies per second | peak memory of the process, MB |"
    yield "| --- | --- | --- | --- |"
    yield f"| {turns:,} replies, `--jobs 1` | {one:.1f} | {turns / one:.0f} | {peak:.0f} |"
    yield f"| {turns:,} replies, `--jobs 2` | {two:.1f} | {turns / two:.0f} | |"
    yield ""
    yield f"Two processes to one: {one / two:.2f} times as fast. A tenth of the file peaks at {small:.0f} MB."


def speed(scratch: Path, turns: int):
    for part in (one_reply(), compiling(), hostile_texts(), files(scratch, turns)):
        yield from part
        yield ""
