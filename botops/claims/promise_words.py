"""Words of commitments that are no prices or terms: holding a price, doing something by a day, ends of periods.

They stand in `data/promises.yaml`. Patterns are searched only when somebody asks what a reply promises.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from botops.claims.shipped import shipped

_DATA = Path(__file__).with_name("data") / "promises.yaml"


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = shipped(_DATA)
    return found


@cache
def pattern(name: str) -> re.Pattern[str]:
    """The pattern of one kind of words, all languages together."""
    stems = "|".join(s for words in _words()[name].values() for s in words)
    return re.compile(rf"\b(?:{stems})", re.IGNORECASE)
