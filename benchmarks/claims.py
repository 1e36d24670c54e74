"""Scores the claim checker on labelled data and measures its speed. `make bench`, or:

    python benchmarks/claims.py [--data FOLDER] [--out benchmarks/claims.md] [--turns 100000]

FOLDER holds `score.py` and the labelled sets; without it only speed is measured, on an invented shop. Every figure of a
run comes from that run: the naive extraction, one regular expression, is timed beside ours and is the yardstick.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import subprocess
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from claims_speed import speed

from botops.cli.main import run

ROOT = Path(__file__).parent.parent
SUITES = {
    "hand-written ru/kk/en": [
        ("claims-dev", "books", "dialogues-*.jsonl"),
        ("claims-dev2", "books", "dialogues-*.jsonl"),
    ],
    "retail + airline, tools seen": [("claims-public", ".", "dialogues_tools.jsonl")],
    "retail + airline, no tools": [("claims-public", ".", "dialogues_notools.jsonl")],
    "16 services, tools seen": [("claims-public", ".", "sgd_tools.jsonl")],
    "16 services, no tools": [("claims-public", ".", "sgd_notools.jsonl")],
    "car service, ru": [("claims-public", ".", "ru_dialogues.jsonl")],
    "never mended against: gym, cameras, vet": [
        (ROOT / "tests/golden/claims", "books", f"blind-{name}.jsonl") for name in ("fit", "sec", "vet")
    ],
}


def botops(*arguments):
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            run(arguments)
        except SystemExit as stop:
            if stop.code == 2:
                raise RuntimeError(err.getvalue()) from stop
    return out.getvalue()


def score(data, task, gold, pred):
    arguments = [sys.executable, str(data / "score.py"), task, "--json", "--pred", str(pred)]
    for file in gold:
        arguments += ["--gold", str(file)]
    return json.loads(subprocess.run(arguments, check=True, capture_output=True).stdout)


def wilson(share, n, z=1.96):
    """95 % score interval of a share (Wilson 1927)."""
    if not n:
        return 0.0, 1.0
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def dialogues(data, scratch):
    yield "| suite | replies | precision | recall (95 %) | F1 | false alarms per 1,000 clean | kind right |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    cells = []
    for name, parts in SUITES.items():
        pred = scratch / "pred.jsonl"
        pred.write_text("")
        gold = []
        for folder, books, pattern in parts:
            files = sorted((data / folder).glob(pattern))
            gold += files
            chosen = [part for file in files for part in ("--dialogues", str(file))]
            found = scratch / "part.jsonl"
            botops("check", "--books", str(data / folder / books), "--out", str(found), "--fail-on", "never", *chosen)
            with pred.open("a") as sink:
                sink.write(found.read_text())
        r = score(data, "dialogues", gold, pred)
        low, high = wilson(r["recall"], r["hallucinated"])
        yield (
            f"| {name} | {r['labelled_turns']} | {r['precision']:.3f} | {r['recall']:.3f} ({low:.2f}–{high:.2f}) | "
            f"**{r['f1']:.3f}** | {r['false_alarms_per_1000_clean']:.0f} | {r['kind_accuracy_of_found']:.2f} |"
        )
        cells.append((name, r))
    yield ""
    yield "| suite | recall by kind (number of labels) | by language | by corruption |"
    yield "| --- | --- | --- | --- |"
    for name, r in cells:
        kinds = ", ".join(f"{k} {v:.2f} ({n})" for k, (v, n) in r["finding_recall_by_kind"].items())
        languages = ", ".join(f"{k} {v['recall'] or 0:.2f}" for k, v in r["by_lang"].items())
        changed = ", ".join(f"{k} {v:.2f} ({n})" for k, (v, n) in r["turn_recall_by_corruption"].items() if k != "-")
        yield f"| {name} | {kinds} | {languages} | {changed or '—'} |"


def extraction(data, scratch):
    gold = data / "claims-public" / "extraction.jsonl"
    pred = scratch / "mentions.jsonl"
    pred.write_text(botops("claims", str(gold)))
    r = score(data, "extraction", [gold], pred)
    yield "| texts | precision | recall | F1 | " + " | ".join(r["by_lang"]) + " | false alarms per 1,000 negatives |"
    yield "| --- | --- | --- | --- | " + " | ".join("---" for _ in r["by_lang"]) + " | --- |"
    langs = " | ".join(f"{cell['f1']:.3f}" for cell in r["by_lang"].values())
    yield (
        f"| {r['texts']} | {r['precision']:.3f} | {r['recall']:.3f} | **{r['f1']:.3f}** | {langs} | "
        f"{r['false_alarms_per_1000_negatives']} |"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "claims.md")
    parser.add_argument("--turns", type=int, default=100_000, help="replies in the file that is checked for speed")
    chosen = parser.parse_args()
    lines = ["# The claim checker, measured", "", "Made by `make bench`; every figure is from one run.", ""]
    if (chosen.data / "score.py").exists():
        with tempfile.TemporaryDirectory() as scratch:
            lines += ["## Dialogues", "", *dialogues(chosen.data, Path(scratch)), ""]
            lines += ["## Amounts in texts", "", *extraction(chosen.data, Path(scratch)), ""]
    with tempfile.TemporaryDirectory() as scratch:
        lines += ["## Speed", "", *speed(Path(scratch), chosen.turns)]
    chosen.out.write_text("\n".join(lines), "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
