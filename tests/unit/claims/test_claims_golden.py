"""Golden dialogues of invented businesses, labelled reply by reply: see tests/golden/claims/README.md."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path

import pytest

_PATH = Path(__file__).parents[2] / "golden" / "claims" / "golden.py"
_SPEC = importlib.util.spec_from_file_location("golden_claims", _PATH)
assert _SPEC is not None
assert _SPEC.loader is not None
golden = sys.modules["golden_claims"] = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(golden)

UNSEEN_F1 = 0.6
"""What dialogues must score whose errors nobody has read: the floor under which a change has spoilt the checker."""


def test_there_are_enough_of_them_in_every_language() -> None:
    turns: Counter[str] = Counter()
    gaps = 0
    for path in golden.OWN + golden.BLIND:
        for dialogue, labels in golden.labelled(path):
            turns[dialogue.lang] += len(labels)
            gaps += sum("gap" in label for label in labels)
    assert sum(turns.values()) >= 300
    assert all(turns[language] >= 50 for language in ("ru", "kk", "en", "mixed"))
    assert gaps <= 10


@pytest.mark.parametrize("path", golden.OWN, ids=lambda p: p.stem)
def test_every_turn_is_judged_as_labelled(path: Path) -> None:
    """A turn is right when it has findings exactly where its label has; `gap` names a mistake known and not mended."""
    mistakes = []
    for dialogue, labels in golden.labelled(path):
        found: dict[int, list[str]] = {}
        for finding in golden.findings_of(dialogue):
            content = dialogue.messages[finding.turn].content
            assert content[finding.start : finding.end] == finding.quote
            assert set(finding.explanations) == {"ru", "kk", "en"}
            found.setdefault(finding.turn, []).append(f"{finding.kind}:{finding.quote}")
        for label in labels:
            turn = int(str(label["turn"]))
            if "gap" not in label and bool(label["hallucinated"]) != (turn in found):
                mistakes.append((dialogue.id, turn, dialogue.messages[turn].content, found.get(turn)))
    assert mistakes == []


@pytest.mark.parametrize("path", golden.OWN + golden.BLIND, ids=lambda p: p.stem)
def test_no_verdict_changed_unnoticed(path: Path) -> None:
    rows = golden.FINDINGS.read_text(encoding="utf-8").splitlines()
    blessed = [row for row in rows if f'"file": "{path.stem}"' in row]
    found = list(golden.rows([path]))
    went, came = sorted(set(blessed) - set(found)), sorted(set(found) - set(blessed))
    assert (went, came) == ([], []), "if meant: python tests/golden/claims/bless.py, and read the difference"


def test_unseen_dialogues_stay_above_their_floor() -> None:
    assert golden.score(golden.UNSEEN).f1 >= UNSEEN_F1
