"""Runs one write of the registry after another, each in a child of its own that kills itself at a chosen moment.

Reads rounds as JSON lines from standard input: `root` and `state` (folders), `deed`, `at` (the step before or after
which the child dies, 0 for none) or `bytes` (how many of a file it may write before the kernel kills it). Answers each
with a line: the steps the child went through, and how it ended (0, or minus the signal).

The code under test is the installed one; only in the child, `os`' own functions are wrapped to count the steps.
"""

import json
import os
import resource
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from botops.registry import Registry, Split, Variant
from botops.registry.books import BookFolder
from botops.registry.release import Step

STEPS = ("open", "fsync", "link", "replace", "rename", "unlink", "mkdir", "close")
AT = datetime(2026, 11, 1, 9, tzinfo=UTC)
WHO = {"by": "ops", "reason": "тест", "at": AT}
STEP = Step("ops", AT, "тест")
NEW = "messages:\n  - role: system\n    content: " + "Новый текст. " * 400 + "\n"
SHARED = "text: " + "Скидки не обещаем. " * 400 + "\n"
BOOK = b"# a price book\n" * 400
SPLIT = Split(experiment="e", variants=(Variant(version=1, weight=5000), Variant(version=2, weight=5000)))


def books(registry, released="pricebook"):
    """The folder of price books beside the prompts."""
    return BookFolder(Path(registry.directory).parent / released)


DEEDS = {
    "first_publish": lambda r: r.publish("fresh", 1, **WHO),
    "publish": lambda r: r.publish("sales", 2, **WHO),
    "rollback": lambda r: r.rollback("sales", to=1, **WHO),
    "split": lambda r: r.change_split("sales", SPLIT, **WHO),
    "new_version": lambda r: r.new_version("sales", NEW, number=7),
    "first_version": lambda r: r.new_version("another", NEW, number=1),
    "first_draft": lambda r: r.save_draft("fresh", NEW),
    "draft": lambda r: r.save_draft("sales", NEW),
    "first_partial": lambda r: r.new_partial("terms", SHARED),
    "partial": lambda r: r.new_partial("policy", SHARED),
    "first_book": lambda r: books(r, "new").publish(BOOK, STEP),
    "book": lambda r: books(r).publish(BOOK, STEP),
    "book_in_place": lambda r: books(r).publish(b"third", STEP, name="3.yaml"),
    "book_rollback": lambda r: books(r).rollback(STEP, "demo.yaml"),
    "snapshot": lambda r: r.load(),
}


def child(order, steps):
    """Does the deed; dies at its step."""
    registry = Registry(order["root"], state_dir=order["state"] if order["deed"] == "snapshot" else None)
    if order["deed"] != "snapshot":
        registry.load()
    if order.get("bytes") is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["bytes"], order["bytes"]))

    def wrapped(name, real):
        def call(*arguments, **options):
            step(f"before {name}")
            result = real(*arguments, **options)
            step(f"after {name}")
            return result

        return call

    count = 0

    def step(name):
        nonlocal count
        count += 1
        os_write(steps, f"{name}\n".encode())
        if count == order.get("at"):
            os.kill(os.getpid(), signal.SIGKILL)

    os_write = os.write
    if order.get("bytes") is None:
        for name in STEPS:
            setattr(os, name, wrapped(name, getattr(os, name)))
    DEEDS[order["deed"]](registry)


def main():
    for line in sys.stdin:
        order = json.loads(line)
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                child(order, writing)
                code = 0
            finally:
                os._exit(code)
        os.close(writing)
        with os.fdopen(reading) as steps:
            seen = steps.read().splitlines()
        ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        sys.stdout.write(json.dumps({"steps": seen, "ended": ended}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
