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
from collections import defaultdict
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
    "never mended against": [(ROOT / "tests/golden/claims", "books", "unseen-*.jsonl")],
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


def interval(found, n):
    """A share with its 95 % interval, fit to show."""
    low, high = wilson(found / n if n else 0.0, n)
    return f"{found / n:.2f} ({low:.2f}–{high:.2f}) of {n}" if n else "—"


def cells(gold, pred):
    """Replies by language and by domain: found and labelled false, labelled false, found though clean, clean."""
    found = {(r["dialogue_id"], r["turn"]) for r in map(json.loads, pred.read_text().splitlines())}
    out = {"language": defaultdict(lambda: [0] * 4), "domain": defaultdict(lambda: [0] * 4)}
    for file in gold:
        for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            domain = row.get("domain") or file.stem.removeprefix("dialogues-").removeprefix("unseen-")
            for label in row["labels"]:
                seen, bad = (row["id"], label["turn"]) in found, label["hallucinated"]
                for cell in (out["language"][row.get("lang") or "—"], out["domain"][domain]):
                    cell[0] += bad and seen
                    cell[1] += bad
                    cell[2] += seen and not bad
                    cell[3] += not bad
    return out


def by_cell(name, groups):
    for kind, found in groups.items():
        for cell, (right, bad, alarms, clean) in sorted(found.items()):
            f1 = 2 * right / max(1, right + bad + alarms)
            yield f"| {name} | {kind}: {cell} | {interval(right, bad)} | {interval(alarms, clean)} | {f1:.2f} |"


def dialogues(data, scratch):
    yield "| suite | replies | precision | recall (95 %) | F1 | false alarms per 1,000 clean | kind right |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    results, small = [], []
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
        results.append((name, r))
        small += by_cell(name, cells(gold, pred))
    yield from ("", "Shares below stand with their 95 % intervals (Wilson) and the number of labels they are of.", "")
    yield "| suite | kind or corruption | labels found |"
    yield "| --- | --- | --- |"
    for name, r in results:
        for kind, (share, n) in r["finding_recall_by_kind"].items():
            yield f"| {name} | {kind} | {interval(share * n, n)} |"
        for changed, (share, n) in r["turn_recall_by_corruption"].items():
            if changed != "-":
                yield f"| {name} | {changed} (replies) | {interval(share * n, n)} |"
    yield from ("", "| suite | part | false replies found | clean replies flagged | F1 |")
    yield "| --- | --- | --- | --- | --- |"
    yield from small


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
