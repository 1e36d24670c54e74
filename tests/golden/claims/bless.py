"""Writes `findings.jsonl` anew and prints what that does to the scores: `python tests/golden/claims/bless.py`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import golden


def main() -> None:
    old = golden.FINDINGS.read_text(encoding="utf-8").splitlines() if golden.FINDINGS.exists() else []
    new = list(golden.rows(golden.OWN + golden.BLIND))
    golden.FINDINGS.write_text("".join(f"{row}\n" for row in new), encoding="utf-8")
    print(f"{len(set(new) - set(old))} findings came, {len(set(old) - set(new))} went")
    for name, files in (("own", golden.OWN), ("blind", golden.BLIND), ("unseen", golden.UNSEEN)):
        print(f"{name}: {golden.score(files)}")


if __name__ == "__main__":
    main()
