"""What an entry of the glossary holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

from botops.domain.messages import Language

Unit = Literal[
    "count",
    "per_thousand",
    "share",
    "money",
    "model_cost",
    "milliseconds",
    "tokens",
    "characters",
    "moment",
    "state",
    "duration",
]
Better = Literal["up", "down", "neither"]
Texts = Mapping[Language, str]
FIRST = date(2026, 11, 21)
"""The day the first definitions were written down."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A number. `function` is the dotted name of the only code that computes it; `better` says which way is good.

    `version` counts the definitions the number has had, `since` is the day from which the present one holds: figures
    that were written down before it are not comparable.
    """

    id: str
    function: str
    unit: Unit
    better: Better
    name: Texts
    meaning: Texts
    formula: Texts
    version: int = 1
    since: date = FIRST


def texts(ru: str, kk: str, en: str) -> Texts:
    """A text in each language."""
    return MappingProxyType({"ru": ru, "kk": kk, "en": en})
