"""Golden dialogues: reading them, judging them, scoring them. Used by the tests and by `bless.py`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from botops.app.checks.judging import Judged, judge_dialogue
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


def judgements_of(dialogue: Dialogue) -> list[Judged]:
    return list(judge_dialogue(dialogue, compiled(FOLDER / "books" / Path(dialogue.price_book).name)))


def findings_of(dialogue: Dialogue) -> list[Finding]:
    return [f for judged in judgements_of(dialogue) for f in judged.verdict.findings]


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
    """All findings, one line each: what was said, what the book says, how bad it is and what it puts at risk; of our
    own dialogues the claims that are right as well, each with what bears it out."""
    for path in paths:
        for dialogue, _ in labelled(path):
            for judged in judgements_of(dialogue):
                where = {"file": path.stem, "id": dialogue.id, "turn": judged.turn}
                for f in judged.verdict.findings:
                    said = {
                        "kind": f.kind.value,
                        "quote": f.quote,
                        "expected": f.expected,
                        "severity": f.severity.label,
                    }
                    risk = {"at_risk": str(f.at_risk.amount)} if f.at_risk is not None else {}
                    yield json.dumps(where | said | risk, ensure_ascii=False)
                for c in judged.result.supported if judged.result is not None and path in OWN else ():
                    right = {"right": c.quote, "kind": c.kind.value, "basis": c.basis, "sources": list(c.sources)}
                    yield json.dumps(where | right, ensure_ascii=False)
