"""Golden dialogues: reading them, judging them, scoring them. Used by the tests and by `bless.py`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from botops.app.judging import judge_dialogue
from botops.claims import CompiledBook, compile_book
from botops.claims.dialogues import Dialogue, parse_dialogues
from botops.domain.findings import Finding
from botops.pricebook import load

FOLDER = Path(__file__).parent
FINDINGS = FOLDER / "findings.jsonl"
FILES = sorted(p for p in FOLDER.glob("*.jsonl") if p != FINDINGS)
UNSEEN = [p for p in FILES if p.name.startswith("unseen-")]
BLIND = [p for p in FILES if p.name.startswith("blind-")]
OWN = [p for p in FILES if p not in UNSEEN and p not in BLIND]


@dataclass
class Score:
    """Replies found and labelled false, found only, labelled only, neither."""

    right: int = 0
    false_alarms: int = 0
    missed: int = 0
    clean: int = 0

    def add(self, *, bad: bool, seen: bool) -> None:
        self.right += bad and seen
        self.false_alarms += seen and not bad
        self.missed += bad and not seen
        self.clean += not bad and not seen

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.false_alarms + self.missed)

    def __str__(self) -> str:
        alarms = 1000 * self.false_alarms / max(1, self.false_alarms + self.clean)
        return f"F1 {self.f1:.3f}, {alarms:.0f} false alarms per 1,000 clean replies, {self.missed} missed"


def labelled(path: Path) -> list[tuple[Dialogue, list[dict[str, object]]]]:
    lines = path.read_bytes().splitlines()
    dialogues = [d for d in parse_dialogues(lines, str(path)) if isinstance(d, Dialogue)]
    assert len(dialogues) == len(lines), path
    return [(d, json.loads(line)["labels"]) for d, line in zip(dialogues, lines, strict=True)]


@cache
def compiled(path: Path) -> CompiledBook:
    return compile_book(load(path))


def findings_of(dialogue: Dialogue) -> list[Finding]:
    book = compiled(FOLDER / "books" / Path(dialogue.price_book).name)
    return [f for judged in judge_dialogue(dialogue, book) for f in judged.verdict.findings]


def score(paths: list[Path]) -> Score:
    total = Score()
    for path in paths:
        for dialogue, labels in labelled(path):
            found = {f.turn for f in findings_of(dialogue)}
            for label in labels:
                if "gap" not in label:
                    total.add(bad=bool(label["hallucinated"]), seen=label["turn"] in found)
    return total


def rows(paths: list[Path]) -> Iterator[str]:
    """All findings, one line each: file, dialogue, turn, kind and quote."""
    for path in paths:
        for dialogue, _ in labelled(path):
            for f in findings_of(dialogue):
                row = {"file": path.stem, "id": dialogue.id, "turn": f.turn, "kind": f.kind.value, "quote": f.quote}
                yield json.dumps(row, ensure_ascii=False)
