"""Which arithmetic a sentence speaks of: a figure may be summed, subtracted, divided or taxed only where words say so.

Without this every number would follow from something: 5 990 is some price plus a tenth of another. The words stand in
`data/cues.yaml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_DATA = Path(__file__).with_name("data") / "cues.yaml"
_BRIEF = 70
_SIGNS = {
    "total": r"|[+]",
    "difference": r"|[−–-]\s?\d",
    "reduction": r"|[−–-]\s?\d",
    "pro_rata": r"|/12\b",
    "computed": r"|[=≈]\s*$",
}


@dataclass(frozen=True, slots=True)
class Cues:
    """What a sentence, or the client's question it answers, asks to be computed.

    `difference` allows what was said to be subtracted, `pure_difference` listed prices too, `between` two of those.
    """

    total: bool = False
    difference: bool = False
    pure_difference: bool = False
    between: bool = False
    divide: bool = False
    pro_rata: bool = False
    vat: bool = False


NO_CUES = Cues()
"""Nothing is to be computed."""


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return found


@cache
def cue(name: str) -> re.Pattern[str]:
    """The pattern of one kind of words of `data/cues.yaml`, all languages together."""
    stems = "|".join(s for words in _words()[name].values() for s in words)
    return re.compile(rf"\b(?:{stems}){_SIGNS.get(name, '')}", re.IGNORECASE)


def speaks_of(name: str, text: str) -> bool:
    """True when a text has words of a kind."""
    return cue(name).search(text) is not None


def cues_in(own: str, question: str) -> Cues:
    """The cues of the text around a figure and of the client's question. A brief reply takes its sense wholly from the
    question; a long sentence only asks it about totals and taxes."""
    both = f"{own}\n{question}"
    asked = both if len(own) <= _BRIEF else own
    return Cues(
        total=speaks_of("total", both),
        difference=speaks_of("difference", asked),
        pure_difference=speaks_of("pure_difference", asked),
        between=speaks_of("between", asked),
        divide=speaks_of("divide", own),
        pro_rata=speaks_of("pro_rata", both),
        vat=speaks_of("vat", both),
    )
