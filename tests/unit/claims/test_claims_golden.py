"""Own dialogues of invented businesses, labelled turn by turn against the guide in docs/claims.md."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from botops.claims import compile_book
from botops.claims.dialogues import Dialogue, parse_dialogues
from botops.claims.runner import check_dialogue
from botops.pricebook import load

FOLDER = Path(__file__).parents[2] / "golden" / "claims"
FILES = sorted(FOLDER.glob("*.jsonl"))


def labelled(path: Path) -> list[tuple[Dialogue, list[dict[str, object]]]]:
    lines = path.read_bytes().splitlines()
    dialogues = [d for d in parse_dialogues(lines, str(path)) if isinstance(d, Dialogue)]
    assert len(dialogues) == len(lines)
    return [(d, json.loads(line)["labels"]) for d, line in zip(dialogues, lines, strict=True)]


def test_there_are_enough_of_them_in_every_language() -> None:
    turns = {"ru": 0, "kk": 0, "en": 0}
    gaps = 0
    for path in FILES:
        for dialogue, labels in labelled(path):
            turns[dialogue.lang] += len(labels)
            gaps += sum("gap" in label for label in labels)
    assert sum(turns.values()) >= 80
    assert min(turns.values()) >= 15
    assert gaps <= sum(turns.values()) * 0.05


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_turn_is_judged_as_labelled(path: Path) -> None:
    """A turn is right when it has findings exactly where the label has them; `gap` names a mistake known and not mended."""
    mistakes = []
    for dialogue, labels in labelled(path):
        book = compile_book(load(FOLDER / dialogue.price_book))
        found: dict[int, list[str]] = {}
        for finding in check_dialogue(dialogue, book):
            content = dialogue.messages[finding.turn].content
            assert content[finding.start : finding.end] == finding.quote
            assert set(finding.explanations) == {"ru", "kk", "en"}
            found.setdefault(finding.turn, []).append(f"{finding.kind}:{finding.quote}")
        for label in labels:
            turn = int(str(label["turn"]))
            if "gap" not in label and bool(label["hallucinated"]) != (turn in found):
                mistakes.append((dialogue.id, turn, dialogue.messages[turn].content, found.get(turn)))
    assert mistakes == []
