"""What an entry of the glossary holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from botops.domain.messages import Language

Unit = Literal[
    "count", "per_thousand", "share", "money", "model_cost", "milliseconds", "tokens", "characters", "moment", "state"
]
Better = Literal["up", "down", "neither"]
Texts = Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A number. `function` is the dotted name of the only code that computes it; `better` says which way is good."""

    id: str
    function: str
    unit: Unit
    better: Better
    name: Texts
    meaning: Texts
    formula: Texts


def texts(ru: str, kk: str, en: str) -> Texts:
    """A text in each language."""
    return MappingProxyType({"ru": ru, "kk": kk, "en": en})
