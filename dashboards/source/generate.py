"""Writes the Grafana boards: `python dashboards/source/generate.py FOLDER`, by default where Grafana is told to look.

Needs grafana-foundation-sdk, one of the tools for developing botops; whoever only looks at the boards does not.
"""

import json
import sys
from pathlib import Path

from boards import BOARDS
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from kit import built

FOLDER = Path(__file__).resolve().parents[1] / "grafana/boards"


def main() -> None:
    """Writes one file a board; the same boards give the same bytes."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for board in BOARDS:
        page = built(board, tuple(other for other in BOARDS if other is not board))
        text = json.dumps(page, cls=JSONEncoder, ensure_ascii=False, indent=1, sort_keys=True)
        (folder / f"{board.slug}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
