"""Own dialogues of invented businesses, labelled turn by turn against the guide in docs/claims.md."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from botops.claims import CompiledBook, compile_book
from botops.claims.dialogues import Dialogue, parse_dialogues
from botops.claims.runner import check_dialogue
from botops.pricebook import load

FOLDER = Path(__file__).parents[2] / "golden" / "claims"
FILES = sorted(p for p in FOLDER.glob("*.jsonl") if not p.name.startswith("blind-"))
BLIND = sorted(FOLDER.glob("blind-*.jsonl"))
BLIND_F1 = 0.7
"""Dialogues written by somebody who had not seen the checker: measured together, never mended one by one."""


def labelled(path: Path) -> list[tuple[Dialogue, list[dict[str, object]]]]:
    lines = path.read_bytes().splitlines()
    dialogues = [d for d in parse_dialogues(lines, str(path)) if isinstance(d, Dialogue)]
    assert len(dialogues) == len(lines)
    return [(d, json.loads(line)["labels"]) for d, line in zip(dialogues, lines, strict=True)]


@cache
def compiled(path: Path) -> CompiledBook:
    return compile_book(load(path))


def book_of(dialogue: Dialogue) -> CompiledBook:
    return compiled(FOLDER / "books" / Path(dialogue.price_book).name)


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
    """A turn is right when it has findings exactly where its label has; `gap` names a mistake known and not mended."""
    mistakes = []
    for dialogue, labels in labelled(path):
        book = book_of(dialogue)
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


def test_dialogues_written_blind_stay_above_their_floor() -> None:
    right = wrong = missed = 0
    for path in BLIND:
        for dialogue, labels in labelled(path):
            found = {f.turn for f in check_dialogue(dialogue, book_of(dialogue))}
            for label in labels:
                bad, seen = bool(label["hallucinated"]), label["turn"] in found
                right += bad and seen
                wrong += seen and not bad
                missed += bad and not seen
    assert not BLIND or 2 * right / (2 * right + wrong + missed) >= BLIND_F1
